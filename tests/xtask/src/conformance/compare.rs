//! Holds what we say to what two of the others say.

use std::collections::BTreeMap;
use std::fmt;

use super::answer::{Answer, Facts};
use super::known::Known;

/// How often we said the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) same: usize,
    pub(super) different: usize,
    /// No two of the others say the same.
    pub(super) open: usize,
}

/// One fact on which two of the others agree, and not with us; or on which no two agree.
#[derive(Debug)]
pub(super) struct Difference {
    /// The message, and the fact.
    pub(super) key: String,
    ours: String,
    others: Vec<(&'static str, Option<String>)>,
}

/// All that was compared.
#[derive(Default)]
pub(super) struct Comparison {
    /// By what the facts are about.
    pub(super) counts: BTreeMap<&'static str, Count>,
    differences: Vec<Difference>,
    /// What no two of the others agree on.
    pub(super) open: Vec<Difference>,
}

/// The differences, and which of them are known.
pub(super) struct Outcome<'a> {
    pub(super) unknown: Vec<&'a Difference>,
    pub(super) explained: Vec<(&'a Difference, &'a str)>,
    /// Keys of what is known and is no difference.
    pub(super) stale: Vec<&'a str>,
}

/// What a message does not have is said in this way, and can be agreed on.
const NOTHING: &str = "-";

impl Comparison {
    /// Compares what is said of one message.
    pub(super) fn add(&mut self, message: &str, ours: &Answer, others: &[(&'static str, &Answer)]) {
        let tree = ours.tree();
        let others: Vec<(&'static str, Facts)> = others
            .iter()
            .map(|(name, answer)| {
                let mut facts = answer.facts();
                if answer.tree() != tree {
                    facts.retain(|name, _| !name.contains(" of part "));
                }
                // Whoever takes a message at all says that it has no date, too.
                if answer.parts.is_some() {
                    facts.entry("date".into()).or_insert_with(|| NOTHING.into());
                }
                (*name, facts)
            })
            .collect();
        let mut ours = ours.facts();
        ours.entry("date".into()).or_insert_with(|| NOTHING.into());
        for (fact, said) in ours {
            let values: Vec<_> = others.iter().filter_map(|(_, facts)| facts.get(&fact)).collect();
            let agreed = values.iter().enumerate().find(|(index, value)| values[index + 1..].contains(value));
            let count = self.counts.entry(kind(&fact)).or_default();
            let place = match agreed {
                Some((_, value)) if **value == said => {
                    count.same += 1;
                    continue;
                }
                Some(_) => {
                    count.different += 1;
                    &mut self.differences
                }
                None => {
                    count.open += 1;
                    &mut self.open
                }
            };
            let others = others.iter().map(|(name, facts)| (*name, facts.get(&fact).cloned())).collect();
            place.push(Difference { key: format!("{message} {fact}"), ours: said, others });
        }
    }

    /// Tells known differences from others.
    pub(super) fn outcome<'a>(&'a self, known: &'a [Known]) -> Outcome<'a> {
        let mut outcome = Outcome { unknown: Vec::new(), explained: Vec::new(), stale: Vec::new() };
        for difference in &self.differences {
            match known.iter().find(|known| known.key == difference.key) {
                Some(known) => outcome.explained.push((difference, &known.reason)),
                None => outcome.unknown.push(difference),
            }
        }
        let is_difference = |known: &Known| self.differences.iter().any(|difference| difference.key == known.key);
        outcome.stale = known.iter().filter(|known| !is_difference(known)).map(|known| &*known.key).collect();
        outcome
    }
}

fn kind(fact: &str) -> &'static str {
    match fact.split(' ').next().unwrap_or_default() {
        "subject" => "subjects",
        "date" => "dates",
        "from" | "to" | "cc" => "addresses",
        "tree" => "trees",
        "name" => "names",
        "bytes" => "bytes",
        _ => "texts",
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.key)?;
        write!(formatter, "  {:<12} {}", "ours", shown(&self.ours))?;
        for (name, said) in &self.others {
            write!(formatter, "\n  {name:<12} {}", said.as_deref().map_or("?".into(), shown))?;
        }
        Ok(())
    }
}

/// Enough of it to see what it is about.
fn shown(text: &str) -> String {
    const ROOM: usize = 300;
    let text = text.escape_debug().to_string();
    match text.char_indices().nth(ROOM) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(subject: &str) -> Answer {
        Answer { subject: Some(subject.into()), parts: Some(Vec::new()), ..Answer::default() }
    }

    fn compared(ours: &str, others: [&str; 3]) -> Comparison {
        let others = others.map(answer);
        let mut comparison = Comparison::default();
        comparison.add("m", &answer(ours), &[("a", &others[0]), ("b", &others[1]), ("c", &others[2])]);
        comparison
    }

    #[test]
    fn two_that_agree_are_enough_and_one_is_not() {
        for (ours, others, count) in [
            ("x", ["x", "x", "y"], Count { same: 1, ..Count::default() }),
            ("x", ["y", "x", "x"], Count { same: 1, ..Count::default() }),
            ("x", ["x", "y", "y"], Count { different: 1, ..Count::default() }),
            ("x", ["x", "y", "z"], Count { open: 1, ..Count::default() }),
        ] {
            assert_eq!(compared(ours, others).counts["subjects"], count, "{ours} {others:?}");
        }
    }

    #[test]
    fn a_difference_is_known_by_its_key_and_a_known_one_that_is_none_is_told() {
        let comparison = compared("x", ["y", "y", "y"]);
        let known = ["m subject", "n subject"].map(|key| Known { key: key.into(), reason: "because".into() });
        let outcome = comparison.outcome(&known);
        assert_eq!((outcome.unknown.len(), outcome.explained.len(), outcome.stale), (0, 1, vec!["n subject"]));
        assert_eq!(comparison.outcome(&[]).unknown.len(), 1);
    }
}
