//! What a message gets wrong, as bits, each with the place of its first occurrence.
//!
//! Nothing fails to parse. Every departure from the RFCs has one bit, and reading goes on in the way
//! that does the least harm; the host may look at the set and decide for itself.
//!
//! ```
//! use mailproto::message::{Anomalies, Anomaly};
//! let mut anomalies = Anomalies::NONE;
//! anomalies.note(Anomaly::BARE_LF, 40);
//! anomalies.note(Anomaly::BARE_LF, 17);
//! assert_eq!(anomalies.first(Anomaly::BARE_LF), Some(17));
//! assert_eq!(anomalies.names().collect::<Vec<_>>(), ["bare_lf"]);
//! ```

use core::fmt;

/// One departure from the RFCs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Anomaly(u8);

/// Declares each bit once: constant, place, name for people and programs, meaning.
macro_rules! anomalies {
    ($($(#[$meaning:meta])* $constant:ident = $bit:literal, $name:literal;)*) => {
        impl Anomaly {
            $($(#[$meaning])* pub const $constant: Self = Self($bit);)*

            /// Every anomaly the library knows.
            pub const ALL: &'static [Self] = &[$(Self($bit)),*];

            /// Its name, in snake_case.
            pub const fn name(self) -> &'static str {
                match self.0 {
                    $($bit => $name,)*
                    _ => "",
                }
            }
        }
    };
}

anomalies! {
    // Lines and header fields.
    /// A line that ended with LF alone (RFC 5322 §2.3 asks for CR LF). Looked for in headers and at
    /// boundaries only.
    BARE_LF = 0, "bare_lf";
    /// CR without LF in a header field (RFC 5322 §2.2).
    BARE_CR = 1, "bare_cr";
    /// NUL in a header field (RFC 5322 §4).
    NUL = 2, "nul";
    /// A line of a header that is longer than 998 bytes (RFC 5322 §2.1.1).
    LONG_LINE = 3, "long_line";
    /// A header field with bytes that are neither ASCII nor UTF-8 (RFC 6532 §3.2).
    FIELD_NOT_UTF8 = 4, "field_not_utf8";
    /// White space between the name of a field and its colon (RFC 5322 §4.5).
    SPACE_BEFORE_COLON = 5, "space_before_colon";
    /// A line in the middle of a field that holds nothing but white space (RFC 5322 §4.2).
    BLANK_FOLD = 6, "blank_fold";
    /// A header that starts with a folded line; it was passed over.
    LEADING_FOLD = 7, "leading_fold";
    /// The line `From …` of an mbox before the header; it was passed over.
    MBOX_LINE = 8, "mbox_line";
    /// A header whose end is no empty line, but a line that is no field (RFC 5322 §2.1).
    MISSING_BLANK_LINE = 9, "missing_blank_line";
    /// A header that has no end: the message or the part around it ended first.
    UNENDED_HEADER = 10, "unended_header";
    /// A field that may stand once in a header stands there again (RFC 5322 §3.6, RFC 2045 §3); the
    /// first one counts.
    REPEATED_FIELD = 11, "repeated_field";
    /// A header field that is longer than its limit; it was cut there.
    CUT_FIELD = 12, "cut_field";
    /// A header with more fields than the limit; the others were passed over.
    TOO_MANY_FIELDS = 13, "too_many_fields";
    /// A line of a header that begins with a colon, as if a field had no name; it was passed over.
    NAMELESS_FIELD = 14, "nameless_field";

    // The structure of MIME.
    /// `Content-Type` that is not of the form `type/subtype` (RFC 2045 §5.1).
    MALFORMED_CONTENT_TYPE = 16, "malformed_content_type";
    /// A multipart without a boundary that can be used (RFC 2046 §5.1.1); it is a part without structure.
    MISSING_BOUNDARY = 17, "missing_boundary";
    /// A multipart in which its boundary never stands.
    UNUSED_BOUNDARY = 18, "unused_boundary";
    /// A multipart without its closing boundary (RFC 2046 §5.1.1).
    UNCLOSED_MULTIPART = 19, "unclosed_multipart";
    /// A multipart or message under quoted-printable or base64 (RFC 2045 §6.4).
    ENCODED_COMPOSITE = 20, "encoded_composite";
    /// A content transfer encoding that is not known (RFC 2045 §6.1).
    UNKNOWN_ENCODING = 21, "unknown_encoding";
    /// Parts nested deeper than the limit; the deepest has no structure.
    TOO_DEEP = 22, "too_deep";
    /// More parts than the limit; what follows belongs to the last one.
    TOO_MANY_PARTS = 23, "too_many_parts";
    /// A message that is larger than can be looked at; what lies beyond has no structure.
    TOO_LARGE = 24, "too_large";

    // Bodies.
    /// `=` that is followed by neither two hexadecimal digits nor the end of the line (RFC 2045 §6.7).
    MALFORMED_QUOTED_PRINTABLE = 26, "malformed_quoted_printable";
    /// Bytes outside the alphabet, or `=` in the wrong place, in base64 (RFC 2045 §6.8).
    MALFORMED_BASE64 = 27, "malformed_base64";
    /// A line of uuencode that is not what its length says.
    MALFORMED_UUENCODE = 28, "malformed_uuencode";

    // Values of header fields.
    /// A date of the obsolete syntax: a short year, a zone by its name (RFC 5322 §4.3).
    OBSOLETE_DATE = 32, "obsolete_date";
    /// A date outside every grammar of RFC 5322 that could be read all the same.
    MALFORMED_DATE = 33, "malformed_date";
    /// A date that could not be read.
    UNREADABLE_DATE = 34, "unreadable_date";
    /// An address of the obsolete syntax: a route, white space around a dot, an empty place in a list
    /// (RFC 5322 §4.4).
    OBSOLETE_ADDRESS = 35, "obsolete_address";
    /// An address outside every grammar of RFC 5322.
    MALFORMED_ADDRESS = 36, "malformed_address";
    /// A name before an address that holds what only a quoted string may (RFC 5322 §3.2.3).
    UNQUOTED_NAME = 37, "unquoted_name";
    /// A comment without its closing parenthesis (RFC 5322 §3.2.2).
    UNCLOSED_COMMENT = 38, "unclosed_comment";
    /// A quoted string without its closing quote (RFC 5322 §3.2.4).
    UNCLOSED_QUOTE = 39, "unclosed_quote";
    /// An encoded word with something in it that is not of its encoding (RFC 2047 §4).
    MALFORMED_ENCODED_WORD = 40, "malformed_encoded_word";
    /// An encoded word where none may stand: without white space around it, in a quoted string, in a
    /// parameter (RFC 2047 §5).
    MISPLACED_ENCODED_WORD = 41, "misplaced_encoded_word";
    /// An encoded word that ends in the middle of a character (RFC 2047 §5).
    SPLIT_CHARACTER = 42, "split_character";
    /// A charset that is not known; the text was read as UTF-8.
    UNKNOWN_CHARSET = 43, "unknown_charset";
    /// Bytes that are no text in the charset that is said to be theirs.
    UNDECODABLE_TEXT = 44, "undecodable_text";
    /// A parameter outside the grammar (RFC 2045 §5.1, RFC 2231 §7).
    MALFORMED_PARAMETER = 45, "malformed_parameter";
    /// A parameter that was there before; the first one counts.
    REPEATED_PARAMETER = 46, "repeated_parameter";
    /// Sections of a parameter that are out of order, or of which one is missing (RFC 2231 §3).
    DISORDERED_PARAMETER = 47, "disordered_parameter";
    /// A message id that is not of the form `<left@right>` (RFC 5322 §3.6.4).
    MALFORMED_MESSAGE_ID = 48, "malformed_message_id";
    /// A trace that is not of the grammar (RFC 5321 §4.4).
    MALFORMED_TRACE = 49, "malformed_trace";
    /// A field about a mailing list that is not of the grammar (RFC 2369 §2, RFC 2919 §2).
    MALFORMED_LIST_FIELD = 50, "malformed_list_field";
    /// `Content-Disposition` without a disposition that is a token (RFC 2183 §2).
    MALFORMED_DISPOSITION = 51, "malformed_disposition";
}

/// A set of anomalies and where each was met first.
///
/// Offsets are those of the whole message for a message, and those of the value for one value. Beyond
/// 4 GiB an offset is told as `u32::MAX`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Anomalies {
    bits: u64,
    first: [u32; Self::ROOM],
}

impl Anomalies {
    /// The most anomalies there can be.
    const ROOM: usize = 64;

    /// No anomaly.
    pub const NONE: Self = Self { bits: 0, first: [0; Self::ROOM] };

    /// Adds one that was met at this offset; the least offset of each is kept.
    pub fn note(&mut self, anomaly: Anomaly, offset: u64) {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        if let Some(first) = self.first.get_mut(usize::from(anomaly.0)) {
            let bit = 1 << anomaly.0;
            if self.bits & bit == 0 || offset < *first {
                *first = offset;
            }
            self.bits |= bit;
        }
    }

    /// Adds all of `other`, whose offsets count from `base`.
    pub fn merge(&mut self, other: &Self, base: u64) {
        for (anomaly, offset) in other.iter() {
            self.note(anomaly, base.saturating_add(offset));
        }
    }

    /// Whether it was met.
    pub const fn contains(&self, anomaly: Anomaly) -> bool {
        self.bits & 1 << anomaly.0 != 0
    }

    /// Where it was met first, if it was.
    pub fn first(&self, anomaly: Anomaly) -> Option<u64> {
        let offset = self.first.get(usize::from(anomaly.0)).copied().map(u64::from);
        offset.filter(|_| self.contains(anomaly))
    }

    /// Whether none was met.
    pub const fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// The set as a number, one bit an anomaly; the bits keep their places between versions.
    pub const fn bits(&self) -> u64 {
        self.bits
    }

    /// Each anomaly that was met, and where first.
    pub fn iter(&self) -> impl Iterator<Item = (Anomaly, u64)> {
        Anomaly::ALL.iter().filter_map(|anomaly| Some((*anomaly, self.first(*anomaly)?)))
    }

    /// The name of each anomaly in the set.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.iter().map(|(anomaly, _)| anomaly.name())
    }
}

impl Default for Anomalies {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Debug for Anomaly {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for Anomalies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_anomaly_has_a_bit_and_a_name_of_its_own() {
        for (index, one) in Anomaly::ALL.iter().enumerate() {
            assert!(usize::from(one.0) < Anomalies::ROOM);
            assert!(!one.name().is_empty());
            for other in &Anomaly::ALL[index + 1..] {
                assert_ne!(one, other);
                assert_ne!(one.name(), other.name());
            }
        }
    }

    #[test]
    fn the_least_offset_is_kept_whatever_the_order() {
        let mut anomalies = Anomalies::NONE;
        assert_eq!(anomalies.first(Anomaly::NUL), None);
        for offset in [9, 4, 7, u64::MAX] {
            anomalies.note(Anomaly::NUL, offset);
        }
        assert_eq!(anomalies.first(Anomaly::NUL), Some(4));
        let mut whole = Anomalies::NONE;
        whole.merge(&anomalies, 100);
        assert_eq!(whole.iter().collect::<std::vec::Vec<_>>(), [(Anomaly::NUL, 104)]);
    }
}
