//! What real peers get wrong, as bits: seen ([`Anomalies`]) and tolerated ([`Leniency`]).
//!
//! Every departure from the grammar that the library can live with has one bit. When it is met and
//! tolerated, the bit is set in the endpoint's `anomalies()`; when the host's [`Leniency`] does
//! not tolerate it, the input is refused instead. The choice is made at run time, per connection.
//!
//! ```
//! use mailproto::{Anomalies, Leniency};
//! let leniency = Leniency::LENIENT.without(Anomalies::BARE_LF);
//! assert!(!leniency.tolerates(Anomalies::BARE_LF));
//! assert!(leniency.tolerates(Anomalies::MISSING_BRACKETS));
//! ```

use core::fmt;
use core::ops::{BitOr, BitOrAssign};

/// A set of departures from the grammar.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Anomalies(u32);

/// Declares each bit once: constant, name for people and programs, meaning.
macro_rules! anomalies {
    ($($(#[$meaning:meta])* $constant:ident = $bit:literal, $name:literal;)*) => {
        impl Anomalies {
            $($(#[$meaning])* pub const $constant: Self = Self(1 << $bit);)*

            /// Every anomaly the library knows.
            pub const ALL: Self = Self(0 $(| 1 << $bit)*);

            /// The name of each bit in the set, in snake_case.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                [$(($bit, $name)),*]
                    .into_iter()
                    .filter(move |(bit, _)| self.0 & (1 << bit) != 0)
                    .map(|(_, name)| name)
            }
        }
    };
}

anomalies! {
    /// A line that ended with LF alone (RFC 5321 §2.3.8 asks for CR LF).
    BARE_LF = 0, "bare_lf";
    /// A multi-line reply whose lines carry different codes (RFC 5321 §4.2.1); the last one counts.
    MIXED_REPLY_CODES = 1, "mixed_reply_codes";
    /// Reply text that is not UTF-8 (RFC 6531 §3.7.4).
    REPLY_NOT_UTF8 = 2, "reply_not_utf8";
    /// A reply over the limit: its first lines were kept, the rest was read past.
    TRUNCATED_REPLY = 3, "truncated_reply";
    /// A line of the EHLO reply that is no keyword with parameters; it was skipped (`8 BITMIME`).
    MALFORMED_EHLO_LINE = 4, "malformed_ehlo_line";
    /// The line `AUTH=LOGIN …` of servers older than RFC 2554.
    AUTH_EQUALS = 5, "auth_equals";
    /// White space between `FROM:` or `TO:` and the path.
    SPACE_BEFORE_PATH = 6, "space_before_path";
    /// A path without `<` and `>`.
    MISSING_BRACKETS = 7, "missing_brackets";
    /// White space where the grammar has none, or more of it than the grammar has.
    EXTRA_SPACE = 8, "extra_space";
    /// A mailbox outside the grammar of RFC 5321 §4.1.2, such as `a..b@example.org`.
    LOOSE_MAILBOX = 9, "loose_mailbox";
    /// A greeting name that is neither a domain nor an address literal, or none at all.
    LOOSE_HELLO_NAME = 10, "loose_hello_name";
    /// Bare CR or LF in message data that was made canonical.
    BARE_LINE_END_IN_DATA = 11, "bare_line_end_in_data";
    /// The client spoke before the greeting (RFC 5321 §3.1).
    EARLY_TALK = 12, "early_talk";
    /// A reply code whose first digit is not 2, 3, 4 or 5 (RFC 5321 §4.2.1).
    ODD_REPLY_CODE = 13, "odd_reply_code";
    /// A status indicator that is not in capital letters (RFC 1939 §3 asks for `+OK` and `-ERR`).
    STATUS_CASE = 14, "status_case";
    /// A unique-id listing without the number of its message (RFC 1939 §7).
    MISSING_NUMBER = 15, "missing_number";
    /// `+OK` where an exchange of AUTH goes on with `+` and a space (RFC 5034 §4); Exchange 2003.
    OK_FOR_CHALLENGE = 16, "ok_for_challenge";
    /// A line of a list that is not what it should be; it was skipped.
    MALFORMED_LINE = 17, "malformed_line";
}

impl Anomalies {
    /// No anomaly.
    pub const NONE: Self = Self(0);

    /// Whether every bit of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as a number, one bit an anomaly; the bits keep their places between versions.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set with these bits; bits without a meaning are dropped.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }
}

impl BitOr for Anomalies {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Anomalies {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl fmt::Debug for Anomalies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.names()).finish()
    }
}

/// Which anomalies are tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Leniency(Anomalies);

impl Leniency {
    /// Everything that can be tolerated is.
    pub const LENIENT: Self = Self(Anomalies::ALL);

    /// Nothing outside the grammar is tolerated.
    pub const STRICT: Self = Self(Anomalies::NONE);

    /// This leniency, and `anomalies` tolerated too.
    #[must_use]
    pub const fn with(self, anomalies: Anomalies) -> Self {
        Self(Anomalies(self.0.0 | anomalies.0))
    }

    /// This leniency, but `anomalies` refused.
    #[must_use]
    pub const fn without(self, anomalies: Anomalies) -> Self {
        Self(Anomalies(self.0.0 & !anomalies.0))
    }

    /// Whether all of `anomalies` are tolerated.
    pub const fn tolerates(self, anomalies: Anomalies) -> bool {
        self.0.contains(anomalies)
    }

    /// The anomalies that are tolerated.
    pub const fn tolerated(self) -> Anomalies {
        self.0
    }
}

impl Default for Leniency {
    /// All tolerated but a bare LF as the end of a command or reply line, which lets two readers
    /// of the same bytes see different lines.
    fn default() -> Self {
        Self::LENIENT.without(Anomalies::BARE_LF)
    }
}
