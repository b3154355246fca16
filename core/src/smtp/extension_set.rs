//! The extensions that have a name here, as a set.

use crate::text::is_word;
use core::fmt;
use core::ops::BitOr;

/// A set of known extensions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ExtensionSet(u32);

/// Declares each extension once: constant, keyword on the wire, meaning.
macro_rules! extensions {
    ($($(#[$meaning:meta])* $constant:ident = $bit:literal, $keyword:literal;)*) => {
        impl ExtensionSet {
            $($(#[$meaning])* pub const $constant: Self = Self(1 << $bit);)*

            /// Every extension the library knows.
            pub const ALL: Self = Self(0 $(| 1 << $bit)*);

            /// The keyword of each extension, in the place of its bit.
            const KEYWORDS: [&str; [$($bit),*].len()] = {
                let mut keywords = [""; [$($bit),*].len()];
                $(keywords[$bit] = $keyword;)*
                keywords
            };
        }
    };
}

extensions! {
    /// RFC 2920.
    PIPELINING = 0, "PIPELINING";
    /// RFC 1870.
    SIZE = 1, "SIZE";
    /// RFC 6152.
    EIGHT_BIT_MIME = 2, "8BITMIME";
    /// RFC 6531.
    SMTPUTF8 = 3, "SMTPUTF8";
    /// RFC 3030.
    CHUNKING = 4, "CHUNKING";
    /// RFC 3030.
    BINARYMIME = 5, "BINARYMIME";
    /// RFC 3461.
    DSN = 6, "DSN";
    /// RFC 2034.
    ENHANCED_STATUS_CODES = 7, "ENHANCEDSTATUSCODES";
    /// RFC 3207.
    STARTTLS = 8, "STARTTLS";
    /// RFC 4954.
    AUTH = 9, "AUTH";
    /// RFC 8689.
    REQUIRETLS = 10, "REQUIRETLS";
    /// RFC 9422.
    LIMITS = 11, "LIMITS";
    /// RFC 2852.
    DELIVERBY = 12, "DELIVERBY";
    /// RFC 6710.
    MT_PRIORITY = 13, "MT-PRIORITY";
    /// RFC 4865.
    FUTURERELEASE = 14, "FUTURERELEASE";
    /// RFC 7293.
    RRVS = 15, "RRVS";
    /// Postfix `XCLIENT_README`.
    XCLIENT = 16, "XCLIENT";
    /// RFC 5321 §3.5.
    VRFY = 17, "VRFY";
    /// RFC 5321 §3.5.
    EXPN = 18, "EXPN";
    /// RFC 5321 §4.1.1.8.
    HELP = 19, "HELP";
}

impl ExtensionSet {
    /// No extension.
    pub const NONE: Self = Self(0);

    /// What a server offers by default: everything that needs nothing of the host but to store
    /// what it is given.
    pub const SERVER_DEFAULT: Self = Self(
        Self::PIPELINING.0
            | Self::SIZE.0
            | Self::EIGHT_BIT_MIME.0
            | Self::SMTPUTF8.0
            | Self::CHUNKING.0
            | Self::BINARYMIME.0
            | Self::ENHANCED_STATUS_CODES.0
            | Self::LIMITS.0
            | Self::HELP.0,
    );

    /// Those whose announcement has no parameters, by the RFC that each names.
    pub(super) const BARE: Self = Self(
        Self::PIPELINING.0
            | Self::EIGHT_BIT_MIME.0
            | Self::CHUNKING.0
            | Self::BINARYMIME.0
            | Self::DSN.0
            | Self::ENHANCED_STATUS_CODES.0
            | Self::STARTTLS.0
            | Self::REQUIRETLS.0
            | Self::RRVS.0,
    );

    /// The keyword of each extension in the set.
    pub fn keywords(self) -> impl Iterator<Item = &'static str> {
        (0_u32..).zip(Self::KEYWORDS).filter(move |(bit, _)| self.0 & (1 << bit) != 0).map(|(_, keyword)| keyword)
    }

    /// The extension of this keyword, in any case; empty for an unknown one.
    pub(super) fn named(keyword: &[u8]) -> Self {
        let bit = PLACES[place(keyword)];
        match Self::KEYWORDS.get(usize::from(bit)) {
            Some(known) if is_word(keyword, known.as_bytes()) => Self(1 << bit),
            _ => Self::NONE,
        }
    }

    /// Whether every extension of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// This set with `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The set as a number, one bit an extension; the bits keep their places between versions.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set with these bits; bits without a meaning are dropped.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }
}

/// The bit of the one keyword that can stand in each [`place`], or a bit that none has.
const PLACES: [u8; 64] = {
    let mut places = [u8::MAX; 64];
    let mut bit = 0;
    while bit < ExtensionSet::KEYWORDS.len() {
        let place = place(ExtensionSet::KEYWORDS[bit].as_bytes());
        assert!(places[place] == u8::MAX, "two keywords in one place: `place` must tell them apart");
        places[place] = bit as u8;
        bit += 1;
    }
    places
};

/// Tells the known keywords apart by length and last letter, in any case.
const fn place(keyword: &[u8]) -> usize {
    match keyword {
        [.., last] => (keyword.len() * 4 + (*last & 31) as usize) % 64,
        [] => 0,
    }
}

impl BitOr for ExtensionSet {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl fmt::Debug for ExtensionSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.keywords()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_in_any_case_and_no_other() {
        for (bit, keyword) in ExtensionSet::KEYWORDS.iter().enumerate() {
            assert_eq!(ExtensionSet::named(keyword.as_bytes()), ExtensionSet(1 << bit), "{keyword}");
            let lower = keyword.to_ascii_lowercase();
            assert_eq!(ExtensionSet::named(lower.as_bytes()), ExtensionSet(1 << bit), "{lower}");
            // The same length and last letter: the same place in the table.
            let other = std::format!("_{}", keyword.get(1..).unwrap_or_default());
            assert_eq!(ExtensionSet::named(other.as_bytes()), ExtensionSet::NONE, "{other}");
        }
        assert_eq!(ExtensionSet::named(b""), ExtensionSet::NONE);
    }
}
