//! One field of a header, as it stands in the message (RFC 5322 §2.2).
//!
//! ```
//! use mailproto::message::Header;
//! let (header, rest) = Header::parse(b"Subject: one\r\n two\r\nTo: b@example.org\r\n").unwrap();
//! assert_eq!(header.name(), b"Subject");
//! assert_eq!(header.value_raw(), b" one\r\n two");
//! assert_eq!(header.unfolded().collect::<Vec<_>>().concat(), b"one two");
//! assert!(header.is(b"SUBJECT"));
//! assert_eq!(rest, b"To: b@example.org\r\n");
//! ```

use crate::frame::line_feed;
use crate::slice::{after, front};
use core::fmt;

/// One field: its name, its value, and the bytes that both stand in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    raw: &'a [u8],
    name: u32,
    value: u32,
    end: u32,
    offset: u64,
}

impl<'a> Header<'a> {
    /// The field at the front of `text`, and what follows it; `None` where there is no field:
    ///
    /// ```text
    /// field = 1*ftext *WSP ":" unstructured CRLF      RFC 5322 §3.6.8, §4.5.8
    /// ftext = %d33-57 / %d59-126
    /// ```
    pub fn parse(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let length = field_length(text).unwrap_or(text.len());
        let header = Self::from_raw(front(text, length), 0)?;
        Some((header, after(text, length)))
    }

    /// The field that is all of `raw`, with its line end if it has one.
    pub(crate) fn from_raw(raw: &'a [u8], offset: u64) -> Option<Self> {
        let name = name_length(raw)?;
        let spaces = after(raw, name).iter().take_while(|byte| is_space(**byte)).count();
        let value = name + spaces + 1;
        let end = without_line_end(raw).len().max(value);
        Some(Self { raw, name: name as u32, value: value as u32, end: end as u32, offset })
    }

    /// The field in `raw` whose parts are known.
    #[cfg(feature = "alloc")]
    pub(crate) const fn from_parts(raw: &'a [u8], name: u32, value: u32, end: u32, offset: u64) -> Self {
        Self { raw, name, value, end, offset }
    }

    /// The name as it is written.
    pub fn name(&self) -> &'a [u8] {
        front(self.raw, self.name as usize)
    }

    /// Whether this is its name; case does not count.
    pub fn is(&self, name: &[u8]) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// All of it: name, colon, value and line end.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// What stands between the colon and the last line end, folds and white space included.
    pub fn value_raw(&self) -> &'a [u8] {
        self.raw.get(self.value as usize..self.end as usize).unwrap_or_default()
    }

    /// Where it stands: bytes of the message before its name.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Where its value stands: bytes of the message before it.
    pub const fn value_offset(&self) -> u64 {
        self.offset + self.value as u64
    }

    /// The value without line ends and without white space around it, in pieces that join (RFC 5322 §2.2.3).
    pub fn unfolded(&self) -> Unfolded<'a> {
        Unfolded { rest: trim(self.value_raw()) }
    }
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.raw.escape_ascii())
    }
}

/// The pieces of a value between its line ends.
#[derive(Clone, Debug)]
pub struct Unfolded<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Unfolded<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while !self.rest.is_empty() {
            let length = line_feed(self.rest).map_or(self.rest.len(), |place| place + 1);
            let piece = without_line_end(front(self.rest, length));
            self.rest = after(self.rest, length);
            if !piece.is_empty() {
                return Some(piece);
            }
        }
        None
    }
}

/// Space or tab: `WSP` of RFC 5234.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Bytes of the name at the front of a field, if there is one and a colon behind it.
pub(crate) fn name_length(line: &[u8]) -> Option<usize> {
    let length = line.iter().take_while(|byte| matches!(byte, 33..=57 | 59..=126)).count();
    let spaces = after(line, length).iter().take_while(|byte| is_space(**byte)).count();
    (length > 0 && line.get(length + spaces) == Some(&b':')).then_some(length)
}

/// Bytes to the end of the field at the front of `text`, or `None` if that is not in it.
pub(crate) fn field_length(text: &[u8]) -> Option<usize> {
    let mut length = 0;
    loop {
        length += line_feed(after(text, length))? + 1;
        if !is_space(*text.get(length)?) {
            return Some(length);
        }
    }
}

/// The line without CR LF or LF.
pub(crate) fn without_line_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn trim(value: &[u8]) -> &[u8] {
    value.trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_name_is_printable_and_a_colon_follows() {
        for (line, length) in [
            (&b"To: a"[..], Some(2)),
            (b"To : a", Some(2)),
            (b"To \t:", Some(2)),
            (b"X-\x7f: a", None),
            (b": a", None),
            (b"To a:", None),
            (b"To", None),
            (b"", None),
            (b"T\xc3\xb6: a", None),
        ] {
            assert_eq!(name_length(line), length, "{line:?}");
        }
    }

    #[test]
    fn a_field_goes_on_over_folds_and_ends_with_its_line() {
        for (text, value, rest) in [
            (&b"A: b\r\nC: d\r\n"[..], &b" b"[..], &b"C: d\r\n"[..]),
            (b"A: b\n\tc\n\r\n", b" b\n\tc", b"\r\n"),
            (b"A:\r\n b\r\n", b"\r\n b", b""),
            (b"A:", b"", b""),
            (b"A: b", b" b", b""),
            (b"A:\r\n", b"", b""),
            (b"A: b\r\n \r\n c\r\n", b" b\r\n \r\n c", b""),
        ] {
            let (header, behind) = Header::parse(text).unwrap();
            assert_eq!((header.value_raw(), behind), (value, rest), "{text:?}");
        }
        assert_eq!(Header::parse(b"\r\nbody"), None);
    }

    #[test]
    fn unfolding_takes_line_ends_out_and_nothing_else() {
        let (header, _) = Header::parse(b"A: \r\n b\r\n  c\n\td \r\n").unwrap();
        assert_eq!(header.unfolded().collect::<Vec<_>>().concat(), b"b  c\td");
    }
}
