//! Text without a grammar (RFC 5322 §3.2.5): subjects, comments, descriptions.
//!
//! ```
//! use mailproto::message::Text;
//! let text = Text::parse(b" =?utf-8?Q?Gr=C3?=\r\n =?utf-8?Q?=BC=C3=9Fe?= from\r\n home");
//! assert_eq!(text.to_string(), "Gr\u{fc}\u{df}e from home");
//! assert_eq!(text.anomalies().names().collect::<Vec<_>>(), ["split_character"]);
//! ```

use super::compose::{Composer, text_view};
use crate::text::utf8;
use core::fmt;
use memchr::{memchr2, memmem};

/// The text of a field, decoded as it is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a [u8],
    /// Where it stands in the value.
    place: usize,
}

impl<'a> Text<'a> {
    /// The text in a value; white space around it is none of it.
    pub fn parse(value: &'a [u8]) -> Self {
        let front = value.trim_ascii_start();
        Self { raw: front.trim_ascii_end(), place: value.len() - front.len() }
    }

    /// Its bytes as they stand, folds and encoded words included.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The text if it stands as it is: UTF-8 without folds and encoded words.
    pub fn as_plain(&self) -> Option<&'a str> {
        if memchr2(b'\r', b'\n', self.raw).is_some() || memmem::find(self.raw, b"=?").is_some() {
            return None;
        }
        utf8(self.raw)
    }

    fn compose(&self, composer: &mut Composer<'a, '_>) -> fmt::Result {
        composer.unstructured(self.raw, self.place)
    }
}

text_view!(Text);

impl fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Text({})", self.raw.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec;
    use std::vec::Vec;

    #[track_caller]
    fn check(value: &[u8], text: &str, anomalies: &[&str]) {
        let view = Text::parse(value);
        assert_eq!(view.to_string(), text);
        #[cfg(feature = "alloc")]
        assert_eq!(view.decoded(), text);
        assert_eq!(view.anomalies().names().collect::<Vec<_>>(), anomalies);
    }

    #[test]
    fn the_examples_of_rfc_2047_are_read() {
        check(b"=?ISO-8859-1?Q?a?=", "a", &[]);
        check(b"=?ISO-8859-1?Q?a?= b", "a b", &[]);
        check(b"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab", &[]);
        check(b"=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab", &[]);
        check(b"=?ISO-8859-1?Q?a?=\r\n \t=?ISO-8859-1?Q?b?=", "ab", &[]);
        check(b"=?ISO-8859-1?Q?a_b?=", "a b", &[]);
        check(
            b"=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=",
            "a b",
            if cfg!(feature = "charsets") { &[] } else { &["unknown_charset"] },
        );
        check(
            b" =?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n  =?ISO-8859-1?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
            "If you can read this you understand the example.",
            &[],
        );
    }

    #[test]
    fn line_ends_go_and_other_white_space_stays() {
        check(b" a\r\n b\n\tc  d \r\n", "a b\tc  d", &[]);
        check(b"", "", &[]);
        check(b" \r\n ", "", &[]);
        check(b"=?utf-8?Q?a?=\r\n b", "a b", &[]);
        check(b"a = ?b?= =?", "a = ?b?= =?", &[]);
    }

    #[test]
    fn what_mailers_get_wrong_is_read_and_noted() {
        check(b"=?utf-8?B?w6k?=", "\u{e9}", &["malformed_encoded_word"]);
        check(b"=?utf-8?Q?a b?=", "a b", &["malformed_encoded_word"]);
        check(b"(=?utf-8?Q?a?=)", "(a)", &["misplaced_encoded_word"]);
        check(b"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab", &["misplaced_encoded_word"]);
        check(b"=?utf-8?B?4g==?= =?UTF8?Q?=82=AC?=", "\u{20ac}", &["split_character"]);
        check(b"=?utf-8?Q?=E2?= b", "\u{fffd} b", &["undecodable_text"]);
        check(b"=?x-none?Q?=C3=A9?=", "\u{e9}", &["unknown_charset"]);
        check(b"=?iso-8859-1?Q?=80?=", "\u{20ac}", &[]);
        check(b"na\xefve", "na\u{fffd}ve", &["undecodable_text"]);
        check("na\u{ef}ve".as_bytes(), "na\u{ef}ve", &[]);
        check(b"=?utf-8?Q?a", "=?utf-8?Q?a", &[]);
    }

    #[test]
    fn offsets_are_those_in_the_value() {
        let anomalies = Text::parse(b"  ab =?utf-8?Q?=zz?= \xff").anomalies();
        assert_eq!(anomalies.iter().map(|(_, place)| place).collect::<Vec<_>>(), vec![5, 20]);
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn only_what_is_not_as_it_stands_is_copied() {
        use alloc::borrow::Cow;
        assert!(matches!(Text::parse(b" a = b ").decoded(), Cow::Borrowed("a = b")));
        assert!(matches!(Text::parse(b"a\r\n b").decoded(), Cow::Owned(_)));
    }
}
