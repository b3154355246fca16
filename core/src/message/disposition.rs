//! How a part is to be shown, and the name of its file (RFC 2183).
//!
//! ```
//! use mailproto::message::{ContentType, Disposition, file_name};
//! let value = b"attachment; filename*=utf-8''r%C3%A9sum%C3%A9.pdf; size=1024";
//! let disposition = Disposition::parse(value);
//! assert!(disposition.is_attachment());
//! assert_eq!(disposition.size(), Some(1024));
//! assert_eq!(file_name(Some(disposition), None).unwrap().to_string(), "r\u{e9}sum\u{e9}.pdf");
//! // Outlook names the file elsewhere.
//! let content_type = ContentType::parse(b"application/pdf; name=\"a.pdf\"");
//! assert_eq!(file_name(None, Some(content_type)).unwrap().to_string(), "a.pdf");
//! ```

use super::anomaly::{Anomalies, Anomaly};
use super::content_type::ContentType;
use super::date::DateTime;
use super::lexical::{Notes, at, between, is_token, run, skip_comments};
use super::parameter::{Parameter, Parameters};
use crate::codec::encoded_word::EncodedWord;
use crate::slice::after;
use crate::text::number;
use core::fmt;

/// A disposition and its parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Disposition<'a> {
    kind: &'a [u8],
    word: Option<EncodedWord<'a>>,
    parameters: Parameters<'a>,
}

impl<'a> Disposition<'a> {
    /// The disposition in a value. There is none on which this fails: what is missing is empty.
    ///
    /// ```abnf
    /// disposition      = "Content-Disposition" ":" disposition-type *(";" disposition-parm)
    /// disposition-type = "inline" / "attachment" / extension-token
    /// ```
    /// RFC 2183 §2.
    pub fn parse(value: &'a [u8]) -> Self {
        Self::read(value, &mut Notes::nobody())
    }

    /// The disposition as it is written; empty where there are only parameters.
    pub const fn kind(&self) -> &'a [u8] {
        self.kind
    }

    /// Whether this is the disposition; case does not count, nor whether it is an encoded word.
    pub fn is(&self, kind: &[u8]) -> bool {
        match self.word {
            Some(word) => {
                word.bytes().map(|byte| byte.to_ascii_lowercase()).eq(kind.iter().map(u8::to_ascii_lowercase))
            }
            None => self.kind.eq_ignore_ascii_case(kind),
        }
    }

    /// Whether it is to be shown with the message.
    pub fn is_inline(&self) -> bool {
        self.is(b"inline")
    }

    /// Whether it is a file of its own: `attachment`, and whatever is not known (RFC 2183 §2.8).
    pub fn is_attachment(&self) -> bool {
        !self.kind.is_empty() && !self.is_inline()
    }

    /// Its parameters.
    pub const fn parameters(&self) -> Parameters<'a> {
        self.parameters
    }

    /// The parameter of this name; case does not count.
    pub fn parameter(&self, name: &[u8]) -> Option<Parameter<'a>> {
        self.parameters.get(name)
    }

    /// How many bytes the file has, roughly (RFC 2183 §2.7).
    pub fn size(&self) -> Option<u64> {
        number(self.parameter(b"size")?.first().raw())
    }

    /// When the file was made (RFC 2183 §2.4).
    pub fn creation_date(&self) -> Option<DateTime> {
        self.date(b"creation-date")
    }

    /// When the file was last written (RFC 2183 §2.5).
    pub fn modification_date(&self) -> Option<DateTime> {
        self.date(b"modification-date")
    }

    /// When the file was last read (RFC 2183 §2.6).
    pub fn read_date(&self) -> Option<DateTime> {
        self.date(b"read-date")
    }

    /// What is not by the letter of the RFCs in it.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = self.parameters.anomalies();
        Self::read(self.parameters.value(), &mut Notes::new(&mut anomalies));
        anomalies
    }

    fn date(&self, name: &[u8]) -> Option<DateTime> {
        DateTime::parse(self.parameter(name)?.first().raw())
    }

    fn read(value: &'a [u8], notes: &mut Notes<'_>) -> Self {
        let start = skip_comments(value, 0, notes);
        let word = EncodedWord::parse_front(after(value, start));
        let end = match word {
            Some((_, length)) => start + length,
            None => run(value, start, is_token),
        };
        if word.is_some() || start == end {
            notes.note(Anomaly::MALFORMED_DISPOSITION, start);
        }
        if word.is_none() && at(value, skip_comments(value, end, notes)) == b'=' {
            // Parameters alone: the disposition was forgotten.
            notes.note(Anomaly::MALFORMED_DISPOSITION, start);
            return Self { kind: &[], word: None, parameters: Parameters::new(value, start) };
        }
        let kind = between(value, start, end);
        Self { kind, word: word.map(|(word, _)| word), parameters: Parameters::new(value, end) }
    }
}

impl fmt::Debug for Disposition<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?}", self.kind.escape_ascii(), self.parameters)
    }
}

/// The name of a part's file, from wherever mailers put it: `filename` of the disposition (RFC 2183 §2.3),
/// `name` of the content type (RFC 2046 §4.5.1), and either in the place of the other.
pub fn file_name<'a>(
    disposition: Option<Disposition<'a>>,
    content_type: Option<ContentType<'a>>,
) -> Option<Parameter<'a>> {
    let disposition = disposition.map(|disposition| disposition.parameters());
    let content_type = content_type.map(|content_type| content_type.parameters());
    let places: [(_, &[u8]); 4] =
        [(disposition, b"filename"), (content_type, b"name"), (content_type, b"filename"), (disposition, b"name")];
    let named = |(parameters, name): (Option<Parameters<'a>>, &[u8])| parameters?.get(name);
    places.into_iter().filter_map(named).find(|name| !name.first().raw().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec::Vec;

    #[test]
    fn dispositions_are_read_whatever_their_form() {
        for (value, is_inline, is_attachment, names) in [
            (&b"inline"[..], true, false, &[][..]),
            (b" INLINE ; filename=x", true, false, &[]),
            (b"(c) attachment (c) ; filename=x", false, true, &[]),
            (b"form-data; name=x", false, true, &[]),
            (b"", false, false, &["malformed_disposition"]),
            (b";", false, false, &["malformed_disposition"]),
            (b"; filename=x", false, false, &["malformed_disposition"]),
            (b"filename=x", false, false, &["malformed_disposition"]),
            (b"=?utf-8?Q?attachment?=; filename=x", false, true, &["malformed_disposition"]),
            (b"=?utf-8?B?SW5saW5l?=; filename=x", true, false, &["malformed_disposition"]),
            (b"attachment filename=x", false, true, &[]),
        ] {
            let found = Disposition::parse(value);
            assert_eq!(
                (found.is_inline(), found.is_attachment()),
                (is_inline, is_attachment),
                "{}",
                value.escape_ascii()
            );
            assert_eq!(found.anomalies().names().collect::<Vec<_>>(), names, "{}", value.escape_ascii());
            let name = file_name(Some(found), None).map(|name| name.to_string());
            assert_eq!(name.as_deref(), value.ends_with(b"=x").then_some("x"), "{}", value.escape_ascii());
        }
    }

    #[test]
    fn a_file_has_its_name_from_the_best_place() {
        for (disposition, content_type, name) in [
            ("attachment; filename=a", "b/c; name=d", Some("a")),
            ("attachment; filename=\"\"", "b/c; name=d", Some("d")),
            ("attachment", "b/c; name*0=d; name*1=e", Some("de")),
            ("attachment; name=x", "b/c; filename=d", Some("d")),
            ("attachment; name=x", "b/c", Some("x")),
            ("attachment", "b/c", None),
        ] {
            let disposition = Disposition::parse(disposition.as_bytes());
            let content_type = ContentType::parse(content_type.as_bytes());
            let found = file_name(Some(disposition), Some(content_type)).map(|name| name.to_string());
            assert_eq!(found.as_deref(), name);
        }
    }

    #[test]
    fn sizes_and_dates_are_typed() {
        let value = b"attachment; size=\"7\"; creation-date=\"Wed, 12 Feb 1997 16:29:51 -0500\"; read-date=never";
        let found = Disposition::parse(value);
        assert_eq!(found.size(), Some(7));
        assert_eq!(found.creation_date().unwrap().timestamp(), 855_782_991);
        assert_eq!((found.read_date(), found.modification_date()), (None, None));
    }
}
