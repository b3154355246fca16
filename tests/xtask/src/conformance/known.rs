//! The differences that are known: a table in `tests/conformance/differences.md`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::project;

const FILE: &str = "tests/conformance/differences.md";

/// One difference, and why we differ.
pub(super) struct Known {
    pub(super) key: String,
    pub(super) reason: String,
}

/// Reads the table.
pub(super) fn read() -> Result<Vec<Known>> {
    let path = project::path(FILE);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text)
}

/// Each row is `| message | what | why |`; the first two are the head of the table.
fn parse(text: &str) -> Result<Vec<Known>> {
    let mut known = Vec::new();
    for row in text.lines().filter(|line| line.starts_with('|')).skip(2) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [messages, what, reason] = cells[..] else { bail!("{FILE}: not three cells: {row}") };
        if messages.is_empty() || what.is_empty() || reason.is_empty() {
            bail!("{FILE}: an empty cell: {row}");
        }
        let facts = || what.split(',').map(str::trim);
        for message in messages.split(',').map(str::trim) {
            known.extend(facts().map(|fact| Known { key: format!("{message} {fact}"), reason: reason.into() }));
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_may_name_several_messages_and_facts() {
        let table = "text\n\n| message | what | why |\n|---|---|---|\n| a/1, a/2 | to, cc | because |\n";
        let keys: Vec<_> = parse(table).unwrap().into_iter().map(|known| known.key).collect();
        assert_eq!(keys, ["a/1 to", "a/1 cc", "a/2 to", "a/2 cc"]);
        assert!(parse("| a | b | c |\n|---|---|---|\n| a | b | |\n").is_err());
    }
}
