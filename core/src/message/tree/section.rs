//! Sections of a message, as IMAP names them (RFC 3501 §6.4.5), and pieces of them.

use super::{Fields, Message, Part};
use crate::message::PartKind;
use crate::slice::{after, front};
use crate::text::number_u32;

/// Which bytes of a message are wanted.
///
/// ```text
/// section-spec    = section-msgtext / (section-part ["." section-text])
/// section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"
/// section-part    = nz-number *("." nz-number)
/// section-text    = section-msgtext / "MIME"
/// ```
///
/// ```
/// use mailproto::message::{Message, Section};
/// let message = Message::parse(&b"Subject: a\r\nTo: b\r\n\r\nhello"[..]);
/// let section = Section::parse(b"HEADER.FIELDS (SUBJECT DATE)").unwrap();
/// let bytes = message.section(&section).unwrap();
/// assert_eq!(bytes.length(), 14);
/// assert_eq!(bytes.collect::<Vec<_>>().concat(), b"Subject: a\r\n\r\n");
/// let text = message.section(&Section::parse(b"TEXT").unwrap()).unwrap();
/// assert_eq!(text.partial(1, 3).collect::<Vec<_>>().concat(), b"ell");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section<'a> {
    /// Numbers with dots between.
    path: &'a [u8],
    text: SectionText<'a>,
}

/// What of a part is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SectionText<'a> {
    All,
    Header,
    Fields { names: &'a [u8], but: bool },
    Text,
    Mime,
}

impl<'a> Section<'a> {
    /// Reads what stands between `BODY[` and `]`; `None` if it is no section.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let length = text.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let (path, rest) = (front(text, length), after(text, length));
        let (path, needs_text) = match path.strip_suffix(b".") {
            Some(path) => (path, true),
            None => (path, false),
        };
        let numbers_hold = path.split(|byte| *byte == b'.').all(|number| number_u32(number).is_some_and(|n| n > 0));
        if !path.is_empty() && !numbers_hold || path.is_empty() && needs_text {
            return None;
        }
        let text = if rest.is_empty() && !needs_text {
            SectionText::All
        } else if path.is_empty() == needs_text {
            return None;
        } else {
            SectionText::parse(rest).filter(|text| *text != SectionText::Mime || needs_text)?
        };
        Some(Self { path, text })
    }
}

impl<'a> SectionText<'a> {
    fn parse(text: &'a [u8]) -> Option<Self> {
        for (name, found) in [(&b"HEADER"[..], Self::Header), (b"TEXT", Self::Text), (b"MIME", Self::Mime)] {
            if text.eq_ignore_ascii_case(name) {
                return Some(found);
            }
        }
        let space = text.iter().position(|byte| *byte == b' ')?;
        let names = after(text, space + 1).strip_prefix(b"(")?.strip_suffix(b")")?;
        let name = front(text, space);
        let but = name.eq_ignore_ascii_case(b"HEADER.FIELDS.NOT");
        (but || name.eq_ignore_ascii_case(b"HEADER.FIELDS")).then_some(Self::Fields { names, but })
    }
}

/// The bytes of a section, in pieces that join.
#[derive(Clone, Debug)]
pub struct SectionBytes<'a> {
    whole: Option<&'a [u8]>,
    fields: Option<(Fields<'a>, &'a [u8], bool)>,
    /// Bytes that are not wanted, and how many are after them.
    skipped: u64,
    left: u64,
}

impl<T: AsRef<[u8]>> Message<T> {
    /// The bytes of a section, or `None` if the message has no such part.
    pub fn section<'a>(&'a self, section: &Section<'a>) -> Option<SectionBytes<'a>> {
        let part = self.numbered(section.path)?;
        // Header and text are those of a message, which a part has within.
        let message = || match section.path {
            [] => Some(part),
            _ if part.kind() == PartKind::Message => part.children().next(),
            _ => None,
        };
        let mut bytes = SectionBytes { whole: None, fields: None, skipped: 0, left: u64::MAX };
        match section.text {
            SectionText::All if section.path.is_empty() => bytes.whole = Some(part.raw()),
            SectionText::All => bytes.whole = Some(part.body_raw()),
            SectionText::Mime => bytes.whole = Some(part.header_raw()),
            SectionText::Header => bytes.whole = Some(message()?.header_raw()),
            SectionText::Text => bytes.whole = Some(message()?.body_raw()),
            SectionText::Fields { names, but } => bytes.fields = Some((message()?.fields(), names, but)),
        }
        Some(bytes)
    }

    /// The part with these numbers: those of the parts of a multipart count from 1, and a message that is no
    /// multipart has one part.
    fn numbered(&self, path: &[u8]) -> Option<Part<'_>> {
        let (mut part, mut is_message) = (self.root(), true);
        for number in path.split(|byte| *byte == b'.').filter(|number| !number.is_empty()) {
            let number = number_u32(number)? as usize;
            if part.kind() == PartKind::Message && !is_message {
                (part, is_message) = (part.children().next()?, true);
            }
            part = if part.kind().is_multipart() && !part.is_leaf() {
                part.children().nth(number - 1)?
            } else {
                (number == 1 && is_message).then_some(part)?
            };
            is_message = false;
        }
        Some(part)
    }
}

impl<'a> SectionBytes<'a> {
    /// Only `length` of its bytes from `offset` on, as far as there are so many.
    #[must_use]
    pub fn partial(mut self, offset: u64, length: u64) -> Self {
        self.skipped = self.skipped.saturating_add(offset);
        self.left = self.left.saturating_sub(offset).min(length);
        self
    }

    /// Bytes of all pieces.
    pub fn length(&self) -> u64 {
        self.clone().map(|piece| piece.len() as u64).sum()
    }

    fn piece(&mut self) -> Option<&'a [u8]> {
        if let Some((fields, names, but)) = &mut self.fields {
            let (names, but) = (*names, *but);
            if let Some(field) = fields.find(|field| is_named(names, field.name()) != but) {
                return Some(field.raw());
            }
            // The empty line behind them is always there (RFC 3501 §6.4.5).
            self.fields = None;
            return Some(b"\r\n");
        }
        self.whole.take()
    }
}

impl<'a> Iterator for SectionBytes<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            if self.left == 0 {
                return None;
            }
            let piece = self.piece()?;
            let skipped = piece.len().min(usize::try_from(self.skipped).unwrap_or(usize::MAX));
            self.skipped -= skipped as u64;
            let piece = front(after(piece, skipped), usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= piece.len() as u64;
            if !piece.is_empty() {
                return Some(piece);
            }
        }
    }
}

/// Whether a list of names holds this one.
fn is_named(names: &[u8], name: &[u8]) -> bool {
    names.split(u8::is_ascii_whitespace).any(|listed| {
        let listed = listed.strip_prefix(b"\"").and_then(|listed| listed.strip_suffix(b"\"")).unwrap_or(listed);
        listed.eq_ignore_ascii_case(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    const MESSAGE: &[u8] = b"Subject: outer\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\npreamble\r\n\
        --a\r\nX: one\r\n\r\nfirst\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nTo: b\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ndeep\r\n--b--\r\n--a\r\n\
        Content-Type: message/rfc822\r\n\r\nSubject: plain\r\n\r\nonly\r\n--a--\r\n";

    fn section(text: &str) -> Option<String> {
        let message = Message::parse(MESSAGE);
        let bytes = message.section(&Section::parse(text.as_bytes())?)?;
        let length = bytes.length();
        let bytes = bytes.collect::<Vec<_>>().concat();
        assert_eq!(length, bytes.len() as u64);
        Some(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn numbers_lead_to_parts_as_the_rfc_counts_them() {
        for (text, found) in [
            ("1", Some("first")),
            ("1.MIME", Some("X: one\r\n\r\n")),
            ("2.HEADER.FIELDS (SUBJECT)", Some("Subject: inner\r\n\r\n")),
            ("2.HEADER.FIELDS.NOT (\"subject\" content-type)", Some("To: b\r\n\r\n")),
            ("2.1", Some("deep")),
            ("3.HEADER", Some("Subject: plain\r\n\r\n")),
            ("3.TEXT", Some("only")),
            ("3.1", Some("only")),
            ("3.1.1", None),
            ("HEADER.FIELDS (NONE)", Some("\r\n")),
            ("4", None),
            ("1.1", None),
            ("1.HEADER", None),
            ("2.1.TEXT", None),
        ] {
            assert_eq!(section(text).as_deref(), found, "{text}");
        }
        assert_eq!(section("").unwrap().as_bytes(), MESSAGE);
        assert_eq!([section("HEADER").unwrap(), section("TEXT").unwrap()].concat().as_bytes(), MESSAGE);
    }

    #[test]
    fn what_is_no_section_is_none() {
        for text in ["0", "1.", "1..2", ".1", "MIME", "1HEADER", "1.0", "HEADER.FIELDS", "HEADER.FIELDS SUBJECT", "x"] {
            assert_eq!(Section::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_piece_is_what_a_cut_of_the_whole_would_be() {
        let message = Message::parse(MESSAGE);
        let section = Section::parse(b"HEADER.FIELDS.NOT (X)").unwrap();
        let whole = message.section(&section).unwrap().collect::<Vec<_>>().concat();
        for offset in 0..whole.len() + 2 {
            for length in [0, 1, 5, 17, 1_000] {
                let piece = message.section(&section).unwrap().partial(offset as u64, length as u64);
                let expected = front(after(&whole, offset), length);
                assert_eq!(piece.collect::<Vec<_>>().concat(), expected, "{offset} {length}");
            }
        }
    }
}
