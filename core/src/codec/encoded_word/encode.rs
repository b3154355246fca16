//! Text becomes encoded words.

use crate::codec::{base64, quoted_printable};
use crate::slice::{after, after_mut, copy};

/// Where the word will stand, which decides what may stand in it as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// In an unstructured field: all of printable ASCII but `=`, `?` and `_` (RFC 2047 §5 (1)).
    Text,
    /// In a phrase: letters, digits and `!*+-/` (RFC 2047 §5 (3)).
    Phrase,
}

/// One encoded word: so much of the front of a text as fits, and never a part of a character.
///
/// ```abnf
/// encoded-word = "=?" charset "?" encoding "?" encoded-text "?="     ; at most 75 characters
/// ```
/// RFC 2047 §2, §5 (3). It is encoded by the one of `Q` and `B` that takes in more of the text.
///
/// ```
/// use mailproto::codec::encoded_word::{Context, Encoder};
/// let mut place = [0; 75];
/// let word = Encoder::at_front_of("Gruß aus Bern", Context::Text, 75);
/// let length = word.write(&mut place);
/// assert_eq!(&place[..length], b"=?utf-8?Q?Gru=C3=9F_aus_Bern?=");
/// assert_eq!(word.text(), "Gruß aus Bern");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Encoder<'a> {
    text: &'a str,
    context: Context,
    base64: bool,
}

/// Longest word, with all that is around it (RFC 2047 §2).
const MOST: usize = 75;
/// What is around the text: `=?utf-8?Q?` and `?=`.
const AROUND: usize = 12;

impl<'a> Encoder<'a> {
    /// The characters that a word of one character may take: four bytes, each as three characters.
    pub const LEAST_ROOM: usize = AROUND + 12;

    /// The word for the front of `text`, of at most `room` characters; of no text where not even one
    /// character fits.
    pub fn at_front_of(text: &'a str, context: Context, room: usize) -> Self {
        let room = room.min(MOST).saturating_sub(AROUND);
        let most_bytes = room / 4 * 3;
        let (mut q_cost, mut q_end, mut b_end) = (0, 0, 0);
        for (start, character) in text.char_indices() {
            let end = start + character.len_utf8();
            q_cost += cost(character, context);
            if q_cost <= room {
                q_end = end;
            }
            if end <= most_bytes {
                b_end = end;
            } else if q_cost > room {
                break;
            }
        }
        // Where both take all, the shorter.
        let b_length = base64::encoded_length(b_end);
        let base64 = b_end > q_end || (b_end == q_end && b_length < q_cost && b_end == text.len());
        Self { text: text.get(..q_end.max(b_end)).unwrap_or_default(), context, base64 }
    }

    /// What it stands for.
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// Characters that it is written with.
    pub fn length(&self) -> usize {
        let encoded = match self.base64 {
            true => base64::encoded_length(self.text.len()),
            false => self.text.chars().map(|character| cost(character, self.context)).sum(),
        };
        AROUND + encoded
    }

    /// Writes it; the bytes written. What has no room is cut off.
    pub fn write(&self, place: &mut [u8]) -> usize {
        let mut written = copy(if self.base64 { b"=?utf-8?B?" } else { b"=?utf-8?Q?" }, place);
        if self.base64 {
            written += base64::encode(self.text.as_bytes(), after_mut(place, written)).unwrap_or_default();
        } else {
            for &byte in self.text.as_bytes() {
                let place = after_mut(place, written);
                written += match byte {
                    b' ' => copy(b"_", place),
                    byte if is_literal(byte, self.context) => copy(&[byte], place),
                    byte => quoted_printable::put_escape(b'=', byte, place),
                };
            }
        }
        written + copy(b"?=", after_mut(place, written))
    }
}

/// Characters that one character takes in `Q`.
fn cost(character: char, context: Context) -> usize {
    match u8::try_from(character) {
        Ok(byte) if byte == b' ' || is_literal(byte, context) => 1,
        _ => character.len_utf8() * 3,
    }
}

fn is_literal(byte: u8, context: Context) -> bool {
    match context {
        Context::Text => byte.is_ascii_graphic() && !matches!(byte, b'=' | b'?' | b'_'),
        Context::Phrase => byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'*' | b'+' | b'-' | b'/'),
    }
}

/// Whether a text would be taken for an encoded word, or hold one, if it were not encoded.
pub(crate) fn looks_encoded(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(place) = memchr::memchr(b'=', rest) {
        rest = after(rest, place + 1);
        if rest.first() == Some(&b'?') {
            return true;
        }
    }
    false
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    fn words(mut text: &str, context: Context, room: usize) -> Vec<String> {
        let mut words = Vec::new();
        while !text.is_empty() {
            let word = Encoder::at_front_of(text, context, room);
            assert!(!word.text().is_empty());
            let mut place = [0; 100];
            let length = word.write(&mut place);
            assert_eq!(length, word.length());
            assert!(length <= room.min(75));
            words.push(core::str::from_utf8(&place[..length]).unwrap().to_string());
            text = &text[word.text().len()..];
        }
        words
    }

    #[test]
    fn the_shorter_encoding_is_taken() {
        assert_eq!(words("Grüße aus Köln", Context::Text, 75), ["=?utf-8?B?R3LDvMOfZSBhdXMgS8O2bG4=?="]);
        assert_eq!(words("Gruß aus Bern", Context::Text, 75), ["=?utf-8?Q?Gru=C3=9F_aus_Bern?="]);
        assert_eq!(words("Привет", Context::Text, 75), ["=?utf-8?B?0J/RgNC40LLQtdGC?="]);
        assert_eq!(words("a=?b_c", Context::Text, 75), ["=?utf-8?B?YT0/Yl9j?="]);
        assert_eq!(words("é, e", Context::Text, 75), ["=?utf-8?B?w6ksIGU=?="]);
        assert_eq!(words("é, really", Context::Phrase, 75), ["=?utf-8?Q?=C3=A9=2C_really?="]);
    }

    #[test]
    fn no_character_is_ever_split() {
        for text in ["äöüß".repeat(50), "日本語のテキスト".repeat(20), "a😀b".repeat(60), "x".repeat(300)]
        {
            for room in Encoder::LEAST_ROOM..80 {
                for context in [Context::Text, Context::Phrase] {
                    // Slices of a `str` off a boundary would panic.
                    words(&text, context, room);
                }
            }
        }
    }
}
