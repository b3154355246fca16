//! The lines of STAT, LIST and UIDL (RFC 1939 §5, §7).

use crate::leniency::Anomalies;
use crate::slice::{after, front};
use crate::text::{number, number_u32, utf8};

/// How much is in a maildrop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DropListing {
    /// Messages that are not marked as deleted.
    pub messages: u32,
    /// Their size in octets.
    pub octets: u64,
}

impl DropListing {
    /// Reads `messages octets`, and whatever follows it (RFC 1939 §5, STAT).
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut rest = text;
        Some(Self { messages: number_u32(word(&mut rest).0)?, octets: number(word(&mut rest).0)? })
    }
}

/// One message's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScanListing {
    /// The message, from 1.
    pub number: u32,
    /// Its size in octets, as RETR would send it without the added dots.
    pub octets: u64,
}

impl ScanListing {
    /// Reads `number octets`, and whatever follows it (RFC 1939 §5, LIST). Also tells what was
    /// unusual about it.
    pub fn parse(text: &[u8]) -> Option<(Self, Anomalies)> {
        let mut rest = text;
        let ((first, one), (second, two)) = (word(&mut rest), word(&mut rest));
        let number = number_u32(first).filter(|number| *number > 0)?;
        Some((Self { number, octets: number_of(second)? }, extra_space(one > 0 || two > 1)))
    }
}

/// One message's name for life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UniqueIdListing<'a> {
    /// The message, from 1; `None` where a server left it out of its response to UIDL of one message.
    pub number: Option<u32>,
    /// Of one to 70 printable characters, the same in every session.
    pub unique_id: &'a str,
}

impl<'a> UniqueIdListing<'a> {
    /// Reads `number unique-id` (RFC 1939 §7, UIDL). Also tells what was unusual about it.
    pub fn parse(text: &'a [u8]) -> Option<(Self, Anomalies)> {
        let mut rest = text;
        let ((first, one), (second, two)) = (word(&mut rest), word(&mut rest));
        let trailing = !rest.is_empty();
        if second.is_empty() {
            let unique_id = utf8(first).filter(|text| !text.is_empty())?;
            return Some((Self { number: None, unique_id }, Anomalies::MISSING_NUMBER));
        }
        let number = number_u32(first).filter(|number| *number > 0)?;
        let anomalies = extra_space(one > 0 || two > 1 || trailing);
        Some((Self { number: Some(number), unique_id: utf8(second)? }, anomalies))
    }
}

/// A size that is too large for us is the largest there is.
fn number_of(digits: &[u8]) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    number(digits).or(all_digits.then_some(u64::MAX))
}

fn extra_space(found: bool) -> Anomalies {
    if found { Anomalies::EXTRA_SPACE } else { Anomalies::NONE }
}

/// Takes the next word off `rest`; it, and how many spaces stood before it.
fn word<'a>(rest: &mut &'a [u8]) -> (&'a [u8], usize) {
    let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let spaces = rest.iter().take_while(is_space).count();
    let text = after(rest, spaces);
    let length = text.iter().take_while(|byte| !is_space(byte)).count();
    *rest = after(text, length);
    (front(text, length), spaces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_may_be_followed_by_anything() {
        assert_eq!(DropListing::parse(b"2 320"), Some(DropListing { messages: 2, octets: 320 }));
        assert_eq!(DropListing::parse(b"2 320 octets"), Some(DropListing { messages: 2, octets: 320 }));
        assert_eq!(DropListing::parse(b"2"), None);
        assert_eq!(ScanListing::parse(b"2 200 x").unwrap().0, ScanListing { number: 2, octets: 200 });
        assert_eq!(ScanListing::parse(b"0 200"), None);
        assert_eq!(ScanListing::parse(b"2 -1"), None);
    }

    #[test]
    fn several_spaces_are_an_anomaly() {
        let (listing, anomalies) = ScanListing::parse(b" 1   120").unwrap();
        assert_eq!((listing.number, listing.octets, anomalies), (1, 120, Anomalies::EXTRA_SPACE));
        let (listing, anomalies) = UniqueIdListing::parse(b"1  a").unwrap();
        assert_eq!((listing.unique_id, anomalies), ("a", Anomalies::EXTRA_SPACE));
    }

    #[test]
    fn a_unique_id_may_stand_alone() {
        let (listing, anomalies) = UniqueIdListing::parse(b"whqtswO00WBw418f9t5JxYwZ").unwrap();
        assert_eq!((listing.number, anomalies), (None, Anomalies::MISSING_NUMBER));
        assert_eq!(UniqueIdListing::parse(b""), None);
    }
}
