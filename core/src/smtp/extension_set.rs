//! The extensions that have a name here, as a set.

use crate::text::{difference_of_eight, is_word};
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

    /// [`named`](Self::named) for the keyword that is the first `length` bytes of `window`.
    ///
    /// With a few bytes behind the keyword, this does the same for every keyword, so that no branch
    /// depends on which it is.
    #[inline]
    pub(super) fn named_within(window: &[u8; WINDOW], length: usize) -> Self {
        let (Some(last), Some(inside)) = (window.get(length.wrapping_sub(1)), INSIDE.get(length)) else {
            return Self::NONE;
        };
        let bit = PLACES[place_of(length, *last)];
        let Some(name) = PADDED.get(usize::from(bit)) else { return Self::NONE };
        let mut difference = 0;
        for ((text, name), inside) in window.as_chunks().0.iter().zip(name.as_chunks().0).zip(inside.as_chunks().0) {
            let text = u64::from_le_bytes(*text) & u64::from_le_bytes(*inside);
            difference |= difference_of_eight(text, u64::from_le_bytes(*name));
        }
        if difference == 0 { Self(1 << bit) } else { Self::NONE }
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

const fn place(keyword: &[u8]) -> usize {
    match keyword {
        [.., last] => place_of(keyword.len(), *last),
        [] => 0,
    }
}

/// Tells the known keywords apart by length and last letter, in any case.
const fn place_of(length: usize, last: u8) -> usize {
    (length * 4 + (last & 31) as usize) % 64
}

/// More bytes than the longest keyword has, in whole words of eight.
pub(super) const WINDOW: usize = 24;

/// The keyword of each extension with 0 behind it, in the place of its bit.
static PADDED: [[u8; WINDOW]; ExtensionSet::KEYWORDS.len()] = {
    let mut padded = [[0; WINDOW]; ExtensionSet::KEYWORDS.len()];
    let mut bit = 0;
    while bit < padded.len() {
        let keyword = ExtensionSet::KEYWORDS[bit].as_bytes();
        let mut index = 0;
        while index < keyword.len() {
            padded[bit][index] = keyword[index];
            index += 1;
        }
        bit += 1;
    }
    padded
};

/// All ones for the first bytes, as many as the index says, and 0 behind.
static INSIDE: [[u8; WINDOW]; WINDOW] = {
    let mut inside = [[0; WINDOW]; WINDOW];
    let mut length = 0;
    while length < WINDOW {
        let mut index = 0;
        while index < length {
            inside[length][index] = u8::MAX;
            index += 1;
        }
        length += 1;
    }
    inside
};

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

    #[test]
    fn what_follows_a_keyword_does_not_change_which_it_is() {
        for keyword in ExtensionSet::KEYWORDS {
            for behind in ["\r\n250-8BITMIME\r\n250 SIZE 1\r\n", "                        "] {
                let text = std::format!("{keyword}{behind}").into_bytes();
                let mut window = *text.first_chunk::<WINDOW>().unwrap();
                assert!(!ExtensionSet::named_within(&window, keyword.len()).is_empty());
                for place in 0..WINDOW {
                    for bit in 0..8 {
                        window[place] ^= 1 << bit;
                        for length in 0..=WINDOW {
                            let expected = ExtensionSet::named(&window[..length]);
                            assert_eq!(ExtensionSet::named_within(&window, length), expected, "{length} of {window:?}");
                        }
                        window[place] ^= 1 << bit;
                    }
                }
            }
        }
    }
}
