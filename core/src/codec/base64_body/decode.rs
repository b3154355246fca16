//! What was written as base64 becomes what it was.

use crate::slice::{WIDE, after};

/// Decodes the base64 of a body in place, in pieces of any size (RFC 2045 §6.8).
///
/// Every input has a result: line ends and white space are no part of it, other bytes outside the
/// alphabet are passed over and noted, and what follows padding is decoded as if it began anew (as
/// when two texts were joined). No byte gives more than one byte, so that nothing has to wait.
///
/// ```
/// use mailproto::codec::base64_body::Decoder;
/// let mut decoder = Decoder::new();
/// let (mut one, mut two) = (*b"aGVs\r\nbG", *b"8=\r\n");
/// let (first, second) = (decoder.decode(&mut one), decoder.decode(&mut two));
/// assert_eq!((&one[..first], &two[..second]), (&b"hell"[..], &b"o"[..]));
/// assert!(decoder.is_complete());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Decoder {
    /// Bits that wait for others to make a byte, and how many characters of a group of four have come.
    bits: u8,
    characters: u8,
    /// Characters of padding that the last group wants.
    padding: u8,
    /// Padding has stood: data does not follow it.
    ended: bool,
    /// Bytes taken before the present piece.
    position: u64,
    malformed: Option<u64>,
}

/// Characters that are translated together.
const BLOCK: usize = 512;
/// What white space is translated to, and what is all else outside the alphabet.
const SPACE: u8 = 0x80;
const OUTSIDE: u8 = 0xc0;

impl Decoder {
    /// At the start of a body.
    pub const fn new() -> Self {
        Self { bits: 0, characters: 0, padding: 0, ended: false, position: 0, malformed: None }
    }

    /// Where the first byte stood that has no place there: bytes of the body before it.
    pub const fn malformed(&self) -> Option<u64> {
        self.malformed
    }

    /// Whether no group of four is unfinished.
    pub const fn is_complete(&self) -> bool {
        self.characters == 0 && self.padding == 0
    }

    /// Decodes `text` over itself; the number of bytes at its front that are the result.
    pub fn decode(&mut self, text: &mut [u8]) -> usize {
        let (mut taken, mut written) = (0, 0);
        if WIDE {
            let mut values = [0; BLOCK];
            while let Some(block) = after(text, taken).first_chunk::<BLOCK>() {
                translate(block, &mut values);
                written = self.values(&values, text, taken, written);
                taken += BLOCK;
            }
        }
        while let Some(character) = text.get(taken).copied() {
            let value = value_of(character);
            written = self.put(value, character, text, taken, written);
            taken += 1;
        }
        self.position += taken as u64;
        written
    }

    /// Takes a block of values; where the next byte belongs.
    fn values(&mut self, values: &[u8; BLOCK], text: &mut [u8], taken: usize, mut written: usize) -> usize {
        let mut place = 0;
        while place < BLOCK {
            // In whole groups, as long as they hold nothing else.
            if self.characters == 0 && !self.ended {
                while let Some(word) = after(values, place).first_chunk() {
                    let word = u64::from_be_bytes(*word);
                    if word & EACH_OUTSIDE != 0 {
                        break;
                    }
                    let [_, _, bytes @ ..] = join(word).to_be_bytes();
                    // It never runs ahead: six bytes for eight characters.
                    let Some(space) = text.get_mut(written..).and_then(<[u8]>::first_chunk_mut) else { break };
                    *space = bytes;
                    place += 8;
                    written += 6;
                }
                if let Some([a, b, c, d]) = after(values, place).first_chunk()
                    && (a | b | c | d) & SPACE == 0
                    && let Some(space) = text.get_mut(written..).and_then(<[u8]>::first_chunk_mut)
                {
                    *space = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
                    place += 4;
                    written += 3;
                }
                // The line end behind it.
                if let Some([SPACE, SPACE]) = after(values, place).first_chunk() {
                    place += 2;
                    continue;
                }
            }
            let Some(value) = values.get(place) else { break };
            let character = text.get(taken + place).copied().unwrap_or(0);
            written = self.put(*value, character, text, taken + place, written);
            place += 1;
        }
        written
    }

    /// Takes one value; where the next byte belongs.
    fn put(&mut self, value: u8, character: u8, text: &mut [u8], taken: usize, written: usize) -> usize {
        if let Some(byte) = self.character(value, character, taken)
            && let Some(place) = text.get_mut(written)
        {
            *place = byte;
            return written + 1;
        }
        written
    }

    /// Takes one character; the byte that is whole by it, if one is.
    fn character(&mut self, value: u8, character: u8, taken: usize) -> Option<u8> {
        if value > 63 {
            if value != SPACE {
                self.outside(character, taken);
            }
            return None;
        }
        if self.ended {
            self.note(taken);
            (self.ended, self.padding) = (false, 0);
        }
        // Of 6 new bits, those that make the waiting ones a byte; the others wait.
        let byte = match self.characters {
            0 => None,
            1 => Some(self.bits << 2 | value >> 4),
            2 => Some(self.bits << 4 | value >> 2),
            _ => Some(self.bits << 6 | value),
        };
        self.bits = value;
        self.characters = (self.characters + 1) % 4;
        byte
    }

    /// Takes what is no character of the alphabet.
    fn outside(&mut self, character: u8, taken: usize) {
        if character != b'=' {
            return self.note(taken);
        }
        match self.characters {
            2 | 3 => self.padding = 3 - self.characters,
            0 if self.padding > 0 => self.padding -= 1,
            _ => self.note(taken),
        }
        (self.characters, self.ended) = (0, true);
    }

    fn note(&mut self, taken: usize) {
        self.malformed.get_or_insert(self.position + taken as u64);
    }
}

/// One bit of each byte that is set outside the alphabet.
const EACH_OUTSIDE: u64 = u64::from_be_bytes([SPACE; 8]);

/// Joins eight values of six bits.
const fn join(word: u64) -> u64 {
    let pairs = (word & 0x003f_003f_003f_003f) | (word & 0x3f00_3f00_3f00_3f00) >> 2;
    let fours = (pairs & 0x0000_0fff_0000_0fff) | (pairs & 0x0fff_0000_0fff_0000) >> 4;
    (fours & 0xff_ffff) | (fours >> 8 & 0xffff_ff00_0000)
}

/// Translates a block. Without a branch for each byte, so that it becomes wide instructions.
fn translate(block: &[u8; BLOCK], values: &mut [u8; BLOCK]) {
    for (value, character) in values.iter_mut().zip(block) {
        *value = value_of(*character);
    }
}

/// The value of a character: below 64 in the alphabet.
#[inline]
const fn value_of(character: u8) -> u8 {
    let (upper, lower) = (character.wrapping_sub(b'A'), character.wrapping_sub(b'a'));
    let digit = character.wrapping_sub(b'0');
    let mut value = OUTSIDE;
    value =
        if (character == b' ') | (character.wrapping_sub(b'\t') < 2) | (character == b'\r') { SPACE } else { value };
    value = if upper < 26 { upper } else { value };
    value = if lower < 26 { lower + 26 } else { value };
    value = if digit < 10 { digit + 52 } else { value };
    value = if character == b'+' { 62 } else { value };
    if character == b'/' { 63 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn by(text: &[u8], step: usize) -> (Vec<u8>, Option<u64>, bool) {
        let (mut decoder, mut result) = (Decoder::new(), Vec::new());
        for piece in text.chunks(step) {
            let mut piece = piece.to_vec();
            let written = decoder.decode(&mut piece);
            result.extend_from_slice(&piece[..written]);
        }
        (result, decoder.malformed(), decoder.is_complete())
    }

    #[test]
    fn lines_of_any_length_are_joined_at_every_cut() {
        let plain: Vec<u8> = (0..1_000_u32).map(|number| (number * 7 >> 2) as u8).collect();
        let mut encoded = [0; 1_336];
        crate::codec::base64::encode(&plain, &mut encoded).unwrap();
        for width in [1, 3, 4, 31, 32, 60, 76, 100, 400] {
            let text: Vec<u8> = encoded.chunks(width).flat_map(|line| [line, b"\r\n"].concat()).collect();
            for step in [1, 2, 3, 5, 7, 33, 64, 513, 2_000] {
                assert_eq!(by(&text, step), (plain.clone(), None, true), "lines of {width} by {step}");
            }
        }
    }

    #[test]
    fn every_character_has_its_value_and_no_other_has_one() {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for byte in 0..=255 {
            let expected = alphabet.iter().position(|character| *character == byte);
            let value = value_of(byte);
            assert_eq!(Some(usize::from(value)).filter(|value| *value < 64), expected, "{byte}");
            assert_eq!(value == SPACE, b" \t\r\n".contains(&byte), "{byte}");
        }
    }

    #[test]
    fn junk_is_passed_over_and_noted() {
        for (text, result, place, complete) in [
            (&b"aGVsbG8="[..], &b"hello"[..], None, true),
            (b"aGVsbG8", b"hello", None, false),
            (b"aGVs*bG8=", b"hello", Some(4), true),
            (b"Zg==Zg==", b"ff", Some(4), true),
            (b"Zg==\r\n", b"f", None, true),
            (b"Zg=", b"f", None, false),
            (b"Zg===", b"f", Some(4), true),
            (b"=Zg==", b"f", Some(0), true),
            (b"Z===", b"", Some(1), true),
            (b"Zg =\t=\r\n", b"f", None, true),
            (b"", b"", None, true),
        ] {
            for step in 1..=text.len().max(1) {
                assert_eq!(by(text, step), (result.to_vec(), place, complete), "{text:?} by {step}");
            }
        }
    }
}
