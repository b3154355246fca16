//! Encoded words as they are found, and the bytes in them.

use crate::codec::base64::sextet;
use crate::codec::digit;
use crate::slice::{after, front};
use memchr::memchr;
use memchr::memmem;

/// How an encoded word says its bytes (RFC 2047 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordEncoding {
    /// `B`: base64.
    Base64,
    /// `Q`: itself, `_` for a space, and `=` with two hexadecimal digits.
    Quoted,
}

/// One encoded word:
///
/// ```abnf
/// encoded-word = "=?" charset [ "*" language ] "?" encoding "?" encoded-text "?="
/// ```
/// RFC 2047 §2, RFC 2231 §5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EncodedWord<'a> {
    charset: &'a [u8],
    language: &'a [u8],
    encoding: WordEncoding,
    text: &'a [u8],
}

/// More than the name of any charset with any language; a bound on how far is looked for its end.
const CHARSET_ROOM: usize = 100;

impl<'a> EncodedWord<'a> {
    /// The word at the front of `text`, and its length. White space in the encoded text is tolerated, and
    /// any length.
    pub fn parse_front(text: &'a [u8]) -> Option<(Self, usize)> {
        let opened = text.strip_prefix(b"=?")?;
        let length = memchr(b'?', front(opened, CHARSET_ROOM))?;
        let label = front(opened, length);
        let encoding = match opened.get(length + 1..length + 3)? {
            [b'B' | b'b', b'?'] => WordEncoding::Base64,
            [b'Q' | b'q', b'?'] => WordEncoding::Quoted,
            _ => return None,
        };
        if label.iter().any(|byte| *byte <= b' ' || *byte == 127) {
            return None;
        }
        let inner = after(opened, length + 3);
        let end = memmem::find(inner, b"?=")?;
        let star = memchr(b'*', label).unwrap_or(label.len());
        let (charset, language) = (front(label, star), after(label, star + 1));
        let word = Self { charset, language, encoding, text: front(inner, end) };
        Some((word, 2 + length + 3 + end + 2))
    }

    /// The label of the charset, as it is written.
    pub const fn charset(&self) -> &'a [u8] {
        self.charset
    }

    /// The language (RFC 2231 §5); mostly empty.
    pub const fn language(&self) -> &'a [u8] {
        self.language
    }

    /// How its bytes are said.
    pub const fn encoding(&self) -> WordEncoding {
        self.encoding
    }

    /// The encoded text as it stands.
    pub const fn text(&self) -> &'a [u8] {
        self.text
    }

    /// The bytes that it says, in its charset. What is not of its encoding is passed over in base64, and
    /// stands for itself in the other.
    pub fn bytes(&self) -> WordBytes<'a> {
        WordBytes { rest: self.text, encoding: self.encoding, bits: 0, count: 0 }
    }

    /// Whether its text is all of its encoding.
    pub fn is_sound(&self) -> bool {
        match self.encoding {
            WordEncoding::Base64 => {
                let digits = self.text.iter().position(|byte| sextet(*byte).is_none()).unwrap_or(self.text.len());
                let padding = after(self.text, digits);
                self.text.len().is_multiple_of(4) && matches!(padding, b"" | b"=" | b"==")
            }
            WordEncoding::Quoted => {
                let mut rest = self.text;
                loop {
                    rest = match rest {
                        [] => return true,
                        [b'=', high, low, behind @ ..] if hexadecimal(*high, *low).is_some() => behind,
                        [b'=' | b'?' | 0..=b' ' | 127.., ..] => return false,
                        [_, behind @ ..] => behind,
                    }
                }
            }
        }
    }
}

/// The bytes of one encoded word.
#[derive(Clone, Debug)]
pub struct WordBytes<'a> {
    rest: &'a [u8],
    encoding: WordEncoding,
    bits: u32,
    count: u32,
}

impl WordBytes<'_> {
    /// Writes as many bytes as there are and fit; how many. 0 when there are no more, for any room.
    pub fn read(&mut self, room: &mut [u8]) -> usize {
        let mut written = 0;
        for place in room {
            let Some(byte) = self.next() else { break };
            *place = byte;
            written += 1;
        }
        written
    }
}

impl Iterator for WordBytes<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            let (byte, behind) = self.rest.split_first()?;
            self.rest = behind;
            match self.encoding {
                WordEncoding::Quoted => {
                    return Some(match (byte, behind) {
                        (b'_', _) => b' ',
                        (b'=', [high, low, behind @ ..]) => match hexadecimal(*high, *low) {
                            Some(byte) => {
                                self.rest = behind;
                                byte
                            }
                            None => b'=',
                        },
                        (b'\r' | b'\n', _) => continue,
                        _ => *byte,
                    });
                }
                WordEncoding::Base64 => match sextet(*byte) {
                    Some(value) => {
                        self.bits = self.bits << 6 | u32::from(value);
                        self.count += 6;
                        if self.count >= 8 {
                            self.count -= 8;
                            return Some((self.bits >> self.count) as u8);
                        }
                    }
                    // What follows is a group of its own, as where two texts were put together.
                    None if *byte == b'=' => (self.bits, self.count) = (0, 0),
                    None => {}
                },
            }
        }
    }
}

/// The byte that two hexadecimal digits say; either case.
pub(crate) const fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    match (digit(high), digit(low)) {
        (Some(high), Some(low)) => Some(high << 4 | low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn bytes(text: &[u8]) -> Option<(Vec<u8>, bool)> {
        let (word, length) = EncodedWord::parse_front(text)?;
        assert_eq!(length, text.len());
        Some((word.bytes().collect(), word.is_sound()))
    }

    #[test]
    fn both_encodings_are_read() {
        for (text, expected, sound) in [
            (&b"=?utf-8?B?aGVsbG8=?="[..], &b"hello"[..], true),
            (b"=?utf-8?b?aGVsbG8?=", b"hello", false),
            (b"=?utf-8?B?aGVs bG8=?=", b"hello", false),
            (b"=?utf-8?B?aGk=aGk=?=", b"hihi", false),
            (b"=?utf-8?B?!?=", b"", false),
            (b"=?utf-8?B??=", b"", true),
            (b"=?utf-8?q?a_b=3f=3D?=", b"a b?=", true),
            (b"=?utf-8?Q?a b?=", b"a b", false),
            (b"=?utf-8?Q?why??=", b"why?", false),
            (b"=?utf-8?Q?a=zz=4?=", b"a=zz=4", false),
            (b"=??Q?a?=", b"a", true),
        ] {
            assert_eq!(bytes(text), Some((expected.to_vec(), sound)), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn what_only_looks_like_a_word_is_none() {
        for text in [
            &b"=?"[..],
            b"=?utf-8",
            b"=?utf-8?",
            b"=?utf-8?Q",
            b"=?utf-8?Q?",
            b"=?utf-8?Q?a?",
            b"=?utf-8?X?a?=",
            b"=?utf-8?QQ?a?=",
            b"=?utf 8?Q?a?=",
            b"?utf-8?Q?a?=",
        ] {
            assert_eq!(EncodedWord::parse_front(text), None, "{}", text.escape_ascii());
        }
        let long = [b"=?", &[b'x'; 100][..], b"?Q?a?="].concat();
        assert_eq!(EncodedWord::parse_front(&long), None);
    }
}
