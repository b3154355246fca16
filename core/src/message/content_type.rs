//! What a part is (RFC 2045 §5).
//!
//! ```
//! use mailproto::message::ContentType;
//! let content_type = ContentType::parse(b" Text/Plain (really); charset=us-ascii (ASCII)");
//! assert!(content_type.is(b"text", b"plain"));
//! assert_eq!(content_type.parameter(b"charset").unwrap().as_plain(), Some("us-ascii"));
//! assert!(content_type.anomalies().is_empty());
//! ```

use super::anomaly::{Anomalies, Anomaly};
use super::lexical::{Notes, at, between, is_token, run, skip_comments};
use super::parameter::{Parameter, Parameters};
use core::fmt;

/// A type, a subtype and parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ContentType<'a> {
    main_type: &'a [u8],
    subtype: &'a [u8],
    parameters: Parameters<'a>,
}

impl<'a> ContentType<'a> {
    /// The type in a value. There is none on which this fails: what is missing is empty.
    ///
    /// ```abnf
    /// content := "Content-Type" ":" type "/" subtype *(";" parameter)
    /// ```
    /// RFC 2045 §5.1.
    pub fn parse(value: &'a [u8]) -> Self {
        Self::read(value, &mut Notes::nobody())
    }

    /// The type as it is written, such as `text`.
    pub const fn main_type(&self) -> &'a [u8] {
        self.main_type
    }

    /// The subtype as it is written, such as `plain`.
    pub const fn subtype(&self) -> &'a [u8] {
        self.subtype
    }

    /// Whether it is this type and subtype; case does not count.
    pub const fn is(&self, main_type: &[u8], subtype: &[u8]) -> bool {
        self.main_type.eq_ignore_ascii_case(main_type) && self.subtype.eq_ignore_ascii_case(subtype)
    }

    /// Its parameters.
    pub const fn parameters(&self) -> Parameters<'a> {
        self.parameters
    }

    /// The parameter of this name; case does not count.
    pub fn parameter(&self, name: &[u8]) -> Option<Parameter<'a>> {
        self.parameters.get(name)
    }

    /// What is not by the letter of the RFCs in it.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = self.parameters.anomalies();
        Self::read(self.parameters.value(), &mut Notes::new(&mut anomalies));
        anomalies
    }

    fn read(value: &'a [u8], notes: &mut Notes<'_>) -> Self {
        let start = skip_comments(value, 0, notes);
        let end = run(value, start, is_token);
        let slash = skip_comments(value, end, notes);
        let main_type = between(value, start, end);
        let is_parameter = matches!(at(value, slash), b'=');
        if at(value, slash) != b'/' || main_type.is_empty() {
            notes.note(Anomaly::MALFORMED_CONTENT_TYPE, start);
            // Parameters alone: the type was forgotten.
            let (main_type, place) = if is_parameter { (&[][..], start) } else { (main_type, end) };
            return Self { main_type, subtype: &[], parameters: Parameters::new(value, place) };
        }
        let start = skip_comments(value, slash + 1, notes);
        let end = run(value, start, is_token);
        if start == end {
            notes.note(Anomaly::MALFORMED_CONTENT_TYPE, start);
        }
        Self { main_type, subtype: between(value, start, end), parameters: Parameters::new(value, end) }
    }
}

impl fmt::Debug for ContentType<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (main_type, subtype) = (self.main_type.escape_ascii(), self.subtype.escape_ascii());
        write!(formatter, "{main_type}/{subtype} {:?}", self.parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn what_is_missing_is_empty_and_noted() {
        for (value, main_type, subtype, parameters) in [
            (&b""[..], &b""[..], &b""[..], 0),
            (b"text", b"text", b"", 0),
            (b"text/", b"text", b"", 0),
            (b"/plain; a=b", b"", b"", 1),
            (b"; a=b", b"", b"", 1),
            (b"charset=utf-8; a=b", b"", b"", 2),
            (b"text; a=b", b"text", b"", 1),
        ] {
            let found = ContentType::parse(value);
            assert_eq!((found.main_type(), found.subtype()), (main_type, subtype), "{}", value.escape_ascii());
            assert_eq!(found.parameters().iter().count(), parameters, "{}", value.escape_ascii());
            assert!(found.anomalies().contains(Anomaly::MALFORMED_CONTENT_TYPE), "{}", value.escape_ascii());
        }
    }

    #[test]
    fn a_type_may_be_folded_anywhere() {
        for value in [&b"\r\n text/html; a=b"[..], b"text / (x) html;a=b", b"TEXT/HTML a=b", b"text/html;\r\n\ta=b;"] {
            let found = ContentType::parse(value);
            assert!(found.is(b"text", b"html"));
            assert_eq!(found.parameters().iter().map(|one| one.as_plain()).collect::<Vec<_>>(), [Some("b")]);
            assert!(found.anomalies().is_empty(), "{:?}", found.anomalies());
        }
    }
}
