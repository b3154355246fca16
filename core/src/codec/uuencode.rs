//! uuencode (POSIX.1-2017, uuencode), of mail that is older than MIME or has it as an encoding of its own.

use super::Decoded;
use crate::frame::line_feed;
use crate::slice::{after, front};

/// Decodes uuencode in place, in pieces of any size.
///
/// ```text
/// begin 644 name          what stands before is passed over
/// M<characters>           length of the data as one character, then four characters for three bytes
/// `                       a line of no data
/// end                     what stands behind is passed over
/// ```
///
/// ```
/// use mailproto::codec::{Decoded, uuencode::Decoder};
/// let mut text = *b"begin 644 a\n#0V%T\n`\nend\n";
/// assert_eq!(Decoder::new().decode(&mut text, true), Decoded { taken: 24, written: 3 });
/// assert_eq!(&text[..3], b"Cat");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Decoder {
    place: Place,
    /// The rest of the line is passed over: it is longer than any that has data.
    in_long_line: bool,
    /// Bytes taken before the present piece.
    position: u64,
    malformed: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Before,
    Data,
    Behind,
}

impl Decoder {
    /// The longest line that is looked at; data has 61 characters and a line end.
    pub const LONGEST_LINE: usize = 128;

    /// At the start of a body.
    pub const fn new() -> Self {
        Self { place: Place::Before, in_long_line: false, position: 0, malformed: None }
    }

    /// Where the first line stood that is not what its length says: bytes of the body before it.
    pub const fn malformed(&self) -> Option<u64> {
        self.malformed
    }

    /// Decodes `text` over itself. A line that has no end yet (at most
    /// [`LONGEST_LINE`](Self::LONGEST_LINE) bytes) is not taken: it belongs before the next piece. When
    /// this is the `last` piece, all of it is taken.
    pub fn decode(&mut self, text: &mut [u8], last: bool) -> Decoded {
        let mut decoded = Decoded::default();
        while decoded.taken < text.len() {
            let rest = after(text, decoded.taken);
            let end = line_feed(rest);
            let length = end.map_or(rest.len(), |place| place + 1);
            let is_long = self.in_long_line || length > Self::LONGEST_LINE;
            if end.is_none() && !last && !is_long {
                break;
            }
            if is_long {
                self.note_long_line(decoded.taken);
                self.in_long_line = end.is_none();
            } else {
                decoded.written = self.line(text, decoded, length);
            }
            decoded.taken += length;
        }
        self.position += decoded.taken as u64;
        decoded
    }

    /// Decodes one line; how much has been written then.
    fn line(&mut self, text: &mut [u8], decoded: Decoded, length: usize) -> usize {
        let mut line = [0; Self::LONGEST_LINE];
        let bytes = front(after(text, decoded.taken), length);
        for (place, byte) in line.iter_mut().zip(bytes) {
            *place = *byte;
        }
        let line = front(&line, length).trim_ascii_end();
        match (self.place, line) {
            (Place::Before, _) if is_begin(line) => self.place = Place::Data,
            (Place::Data, b"end") => self.place = Place::Behind,
            (Place::Data, [count, groups @ ..]) => {
                let count = usize::from(sextet(*count));
                let is_sound = is_data(*line.first().unwrap_or(&0)) && groups.iter().all(|byte| is_data(*byte));
                // White space at the end of a line may have been lost; it stands for zero.
                if !is_sound || groups.len() > count.div_ceil(3) * 4 + 1 {
                    self.note(decoded.taken);
                }
                // No more bytes than the line has, so that the result never runs ahead.
                return if is_sound { put(text, decoded.written, groups, count.min(length)) } else { decoded.written };
            }
            _ => {}
        }
        decoded.written
    }

    fn note_long_line(&mut self, taken: usize) {
        if self.place == Place::Data && !self.in_long_line {
            self.note(taken);
        }
    }

    fn note(&mut self, taken: usize) {
        self.malformed.get_or_insert(self.position + taken as u64);
    }
}

/// Writes `count` bytes; where the next belongs.
fn put(text: &mut [u8], written: usize, groups: &[u8], count: usize) -> usize {
    let value = |index: usize| u32::from(groups.get(index).map_or(0, |byte| sextet(*byte)));
    for index in 0..count {
        let group = index / 3 * 4;
        let bits = value(group) << 18 | value(group + 1) << 12 | value(group + 2) << 6 | value(group + 3);
        if let Some(place) = text.get_mut(written + index) {
            *place = (bits >> (16 - index % 3 * 8)) as u8;
        }
    }
    written + count
}

/// `begin`, a mode of octal digits, and a name.
fn is_begin(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"begin ") else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits >= 3 && matches!(rest.get(digits), None | Some(b' '))
}

const fn is_data(byte: u8) -> bool {
    matches!(byte, b' '..=b'`')
}

const fn sextet(byte: u8) -> u8 {
    byte.wrapping_sub(b' ') & 0x3f
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn by(text: &[u8], step: usize) -> (Vec<u8>, Option<u64>) {
        let (mut decoder, mut held, mut result) = (Decoder::new(), Vec::new(), Vec::new());
        let mut pieces = text.chunks(step).peekable();
        loop {
            held.extend_from_slice(pieces.next().unwrap_or_default());
            let last = pieces.peek().is_none();
            let decoded = decoder.decode(&mut held, last);
            assert!(decoded.written <= decoded.taken);
            result.extend_from_slice(&held[..decoded.written]);
            held.drain(..decoded.taken);
            if last {
                assert!(held.is_empty());
                return (result, decoder.malformed());
            }
        }
    }

    #[test]
    fn data_stands_between_begin_and_end() {
        let text = b"Here it is:\r\n\r\nbegin 644 a b.txt\r\n%:&5L;&\\\r\n#0V%T\r\n`\r\nend\r\nBye.\r\n";
        for step in 1..=text.len() {
            assert_eq!(by(text, step), (b"helloCat".to_vec(), None), "by {step}");
        }
    }

    #[test]
    fn what_is_no_data_is_passed_over_and_noted() {
        let long = [&b"begin 644 a\n#0V%T\n"[..], &[b'M'; 300], b"\n#0V%T\nend\n"].concat();
        for step in 1..=long.len() {
            assert_eq!(by(&long, step), (b"CatCat".to_vec(), Some(18)), "by {step}");
        }
        assert_eq!(by(b"begin 644 a\n#0V%T\nabc\nend", 99), (b"Cat".to_vec(), Some(18)));
        assert_eq!(by(b"no data here", 3), (Vec::new(), None));
    }

    #[test]
    fn white_space_lost_at_the_end_of_a_line_is_zero() {
        assert_eq!(by(b"begin 644 a\r\n#````\r\n#\r\n", 99).0, [0; 6]);
    }
}
