//! What was written as base64 becomes what it was.

use super::wide;
use crate::codec::base64;
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
        // Up to here the wide way found something that is not for it.
        let mut narrow = 0;
        loop {
            if WIDE && self.characters == 0 && !self.ended {
                if taken >= narrow {
                    (taken, written, narrow) = wide::decode(text, taken, written);
                }
                (taken, written) = groups(text, taken, written);
            }
            let Some(character) = text.get(taken).copied() else { break };
            if let Some(byte) = self.character(character, taken)
                && let Some(place) = text.get_mut(written)
            {
                *place = byte;
                written += 1;
            }
            taken += 1;
        }
        self.position += taken as u64;
        written
    }

    /// Takes one character; the byte that is whole by it, if one is.
    fn character(&mut self, character: u8, taken: usize) -> Option<u8> {
        let value = value_of(character);
        if value > 63 {
            self.outside(character, taken);
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
        match character {
            b'=' => {}
            b'\r' | b'\n' | b' ' | b'\t' => return,
            _ => return self.note(taken),
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

/// Decodes groups of four characters, and the line ends between them, as long as there is nothing else.
fn groups(text: &mut [u8], mut taken: usize, mut written: usize) -> (usize, usize) {
    loop {
        while let Some(group) = after(text, taken).first_chunk::<4>() {
            let mut bits = 0;
            for (character, values) in group.iter().zip(&BITS) {
                bits |= values[usize::from(*character)];
            }
            if bits & OUTSIDE != 0 {
                break;
            }
            // The fourth byte is written over by what follows; it has been read.
            let Some(place) = text.get_mut(written..).and_then(<[u8]>::first_chunk_mut) else { break };
            *place = bits.to_le_bytes();
            taken += 4;
            written += 3;
        }
        match after(text, taken) {
            [b'\r', b'\n', ..] => taken += 2,
            [b'\n', ..] => taken += 1,
            _ => return (taken, written),
        }
    }
}

/// Set in the bits of what is no character of the alphabet.
const OUTSIDE: u32 = 1 << 31;

/// What each character adds to the three bytes of its group, which lie in the order of memory, for each of
/// the four places in a group.
static BITS: [[u32; 256]; 4] = {
    let mut bits = [[OUTSIDE; 256]; 4];
    let mut byte = 0;
    while byte < 256 {
        let value = value_of(byte as u8) as u32;
        if value < 64 {
            bits[0][byte] = value << 2;
            bits[1][byte] = value >> 4 | (value & 0xf) << 12;
            bits[2][byte] = value >> 2 << 8 | (value & 3) << 22;
            bits[3][byte] = value << 16;
        }
        byte += 1;
    }
    bits
};

/// The value of a character, or 255.
const fn value_of(character: u8) -> u8 {
    match base64::sextet(character) {
        Some(value) => value,
        None => 0xff,
    }
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
        let plain: Vec<u8> = (0..1_000_u32).map(|number| ((number * 7) >> 2) as u8).collect();
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
    fn what_is_decoded_block_by_block_is_what_single_characters_are() {
        let mut encoded = std::vec![0; 13_336];
        let plain: Vec<u8> = (0..10_000_u32).map(|number| (number.wrapping_mul(number) >> 3) as u8).collect();
        crate::codec::base64::encode(&plain, &mut encoded).unwrap();
        for width in [60, 76, 77, 79, 998, 3_000, 20_000] {
            for line_end in [&b"\r\n"[..], b"\n"] {
                let text: Vec<u8> = encoded.chunks(width).flat_map(|line| [line, line_end].concat()).collect();
                for (place, junk) in
                    [(0, b'='), (75, b'*'), (2_431, b'='), (5_000, b' '), (9_999, 0xff), (13_300, b'=')]
                {
                    let mut text = text.clone();
                    text[place] = junk;
                    let expected = by(&text, 1);
                    for step in [text.len(), 4_096, 5_001] {
                        assert_eq!(by(&text, step), expected, "{width} {junk} at {place} by {step}");
                    }
                }
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
