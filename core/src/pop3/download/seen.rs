//! What is remembered from one session to the next.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::ops::Bound;

/// The messages of a maildrop that have been accepted and are, or may be, still there.
///
/// Save it whenever it has changed, which is after each [`accept`](super::Download::accept) and after
/// the last event. With feature `serde` it can be written in any format.
///
/// ```
/// use mailproto::pop3::Seen;
/// let mut seen = Seen::default();
/// seen.add("whqtswO00WBw418f9t5JxYwZ", 20_000);
/// assert!(seen.contains("whqtswO00WBw418f9t5JxYwZ"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Seen {
    messages: BTreeMap<String, Known>,
}

/// What is known of the messages with one unique id. A server may give the same to identical ones
/// (RFC 1939 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Known {
    /// The day on which the first of them was accepted.
    pub(super) day: u32,
    /// How many of them have been accepted.
    pub(super) copies: u32,
}

impl Seen {
    /// How many unique ids are remembered.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Whether a message with this unique id has been accepted.
    pub fn contains(&self, unique_id: &str) -> bool {
        self.messages.contains_key(unique_id)
    }

    /// Remembers that a message with this unique id was accepted on this day, as when the state of
    /// another program is taken over.
    pub fn add(&mut self, unique_id: &str, day: u32) {
        match self.messages.get_mut(unique_id) {
            Some(known) => known.copies = known.copies.saturating_add(1),
            None => drop(self.messages.insert(unique_id.into(), Known { day, copies: 1 })),
        }
    }

    /// Each unique id and the day on which its message was accepted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.messages.iter().map(|(unique_id, known)| (unique_id.as_str(), known.day))
    }

    /// The first unique id behind this one, in the order of their bytes, with the day on which the first of its
    /// messages was accepted and how many were; from the empty one on, one after the other, all of them for a
    /// host that cannot hold an iterator.
    pub fn next_after(&self, unique_id: &str) -> Option<(&str, u32, u32)> {
        let behind = (Bound::Excluded(unique_id), Bound::Unbounded);
        let (unique_id, known) = self.messages.range::<str, _>(behind).next()?;
        Some((unique_id, known.day, known.copies))
    }

    pub(super) fn known(&self, unique_id: &str) -> Option<Known> {
        self.messages.get(unique_id).copied()
    }

    /// Keeps of each unique id so many copies as `left` says, and forgets those with none.
    pub(super) fn prune(&mut self, left: impl Fn(&str) -> u32) {
        // Built anew, for it is done once a session, and taking single ones out of a tree is much code.
        for (unique_id, mut known) in core::mem::take(&mut self.messages) {
            known.copies = known.copies.min(left(&unique_id));
            if known.copies > 0 {
                self.messages.insert(unique_id, known);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_remembered_is_told_one_by_one() {
        let mut seen = Seen::default();
        assert_eq!(seen.next_after(""), None);
        for (unique_id, day) in [("b", 2), ("a", 1), ("b", 3), ("ab", 4)] {
            seen.add(unique_id, day);
        }
        assert_eq!(seen.next_after(""), Some(("a", 1, 1)));
        assert_eq!(seen.next_after("a"), Some(("ab", 4, 1)));
        assert_eq!(seen.next_after("aa"), Some(("ab", 4, 1)));
        assert_eq!(seen.next_after("ab"), Some(("b", 2, 2)));
        assert_eq!(seen.next_after("b"), None);
    }
}
