//! The README quotes programs of this project; a quotation must stand in the program to the letter, for the
//! programs are what is built and run.
//!
//! A quotation is a fenced block under a line that names its file:
//!
//! ````text
//! [`bindings/c/examples/send.c`](bindings/c/examples/send.c):
//!
//! ```c
//! …
//! ```
//! ````

use std::fs;

use anyhow::{Context, Result, bail};

use crate::project;

const README: &str = "README.md";

/// Fails if a quotation has gone its own way.
pub fn check() -> Result<()> {
    let text = fs::read_to_string(project::path(README)).with_context(|| format!("cannot read {README}"))?;
    let quotations = quotations(&text);
    if quotations.is_empty() {
        bail!("{README} quotes no program: what says that its examples work?");
    }
    for quotation in &quotations {
        let program = fs::read_to_string(project::path(&quotation.file))
            .with_context(|| format!("{README}:{} quotes {}", quotation.line, quotation.file))?;
        if !stands_in(&quotation.text, &program) {
            bail!("{README}:{} is not what stands in {}: copy the passage anew", quotation.line, quotation.file);
        }
    }
    println!("{} quotations stand in their programs", quotations.len());
    Ok(())
}

/// A passage of a program.
#[derive(Debug, PartialEq, Eq)]
struct Quotation {
    /// The file it is from.
    file: String,
    /// The line of the fence above it, from 1.
    line: usize,
    text: Vec<String>,
}

/// Every fenced block under a line that ends with `](file):`.
fn quotations(text: &str) -> Vec<Quotation> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    let mut named = None;
    while let Some((index, line)) = lines.next() {
        if line.starts_with("```") {
            let block = lines.by_ref().map(|(_, line)| line.to_owned()).take_while(|line| line != "```").collect();
            if let Some(file) = named.take() {
                found.push(Quotation { file, line: index + 1, text: block });
            }
        } else if !line.is_empty() {
            named = line.strip_suffix("):").and_then(|line| line.rsplit_once("](")).map(|(_, file)| file.to_owned());
        }
    }
    found
}

/// Whether the lines stand in the program one behind the other, whatever their common indentation.
fn stands_in(lines: &[String], program: &str) -> bool {
    let wanted = without_margin(lines.iter().map(String::as_str).collect());
    let program: Vec<&str> = program.lines().collect();
    !wanted.is_empty() && program.windows(wanted.len()).any(|window| without_margin(window.to_vec()) == wanted)
}

/// The lines without the indentation that all of them share.
fn without_margin(lines: Vec<&str>) -> Vec<&str> {
    let indentation = |line: &&str| line.len() - line.trim_start().len();
    let margin = lines.iter().filter(|line| !line.trim().is_empty()).map(indentation).min().unwrap_or(0);
    lines.into_iter().map(|line| line.get(margin..).unwrap_or("").trim_end()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_under_the_name_of_a_file_is_a_quotation_and_others_are_not() {
        let text = "[`a.c`](src/a.c):\n\n```c\nint a;\n```\n\nA shell:\n\n```sh\nls\n```\n";
        let expected = Quotation { file: "src/a.c".to_owned(), line: 3, text: vec!["int a;".to_owned()] };
        assert_eq!(quotations(text), [expected]);
    }

    #[test]
    fn a_quotation_may_be_indented_otherwise_but_not_differ() {
        let program = "fn main() {\n    loop {\n        turn();\n    }\n}\n";
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        assert!(stands_in(&lines("loop {\n    turn();\n}"), program));
        assert!(!stands_in(&lines("loop {\n    turn()\n}"), program));
        assert!(!stands_in(&lines("loop {\n}"), program));
        assert!(!stands_in(&[], program));
    }
}
