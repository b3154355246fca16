//! Bytes become base64 in lines.

use super::wide;
use crate::codec::{Encoded, base64};
use crate::slice::{WIDE, after, after_mut, copy, front};

/// Bytes that become one line.
pub(super) const LINE_BYTES: usize = 57;
/// Characters of a line: as many as RFC 2045 §6.8 allows.
pub(super) const LINE_CHARACTERS: usize = 76;
/// A line with its CR LF.
pub(super) const LINE: usize = LINE_CHARACTERS + 2;

/// Bytes that `length` bytes become, line ends and all.
///
/// ```
/// use mailproto::codec::base64_body::encoded_length;
/// assert_eq!((encoded_length(0), encoded_length(1), encoded_length(58)), (0, 6, 78 + 6));
/// ```
pub const fn encoded_length(length: u64) -> u64 {
    let (lines, rest) = (length / LINE_BYTES as u64, length % LINE_BYTES as u64);
    let last = if rest == 0 { 0 } else { rest.div_ceil(3) * 4 + 2 };
    (lines * LINE as u64).saturating_add(last)
}

/// Encodes a body in pieces of any size, in lines of 76 characters, each with its CR LF (RFC 2045 §6.8).
///
/// ```
/// use mailproto::codec::base64_body::Encoder;
/// let (mut encoder, mut text) = (Encoder::new(), [0; 16]);
/// let done = encoder.write(b"hello", &mut text);
/// let end = encoder.finish(&mut text[done.written..]);
/// assert_eq!(&text[..done.written + end], b"aGVsbG8=\r\n");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Encoder {
    /// Bytes that wait for others to make a group of three.
    held: [u8; 3],
    held_length: u8,
    /// Characters on the present line.
    column: u8,
}

impl Encoder {
    /// The bytes that [`write`](Self::write) needs room for to take anything in.
    pub const WRITE_ROOM: usize = 6;
    /// The bytes that [`finish`](Self::finish) may need room for.
    pub const FINISH_ROOM: usize = 6;

    /// At the start of a body.
    pub const fn new() -> Self {
        Self { held: [0; 3], held_length: 0, column: 0 }
    }

    /// Takes in as much of `bytes` as there is room for in `text`.
    pub fn write(&mut self, bytes: &[u8], text: &mut [u8]) -> Encoded {
        let (mut taken, mut written) = (0, 0);
        while taken < bytes.len() {
            if self.column == 0 && self.held_length == 0 {
                let lines = encode_lines(after(bytes, taken), after_mut(text, written));
                taken += lines * LINE_BYTES;
                written += lines * LINE;
            }
            let Some(&byte) = bytes.get(taken) else { break };
            let room = after_mut(text, written);
            if room.len() < Self::WRITE_ROOM {
                break;
            }
            if let Some(place) = self.held.get_mut(usize::from(self.held_length)) {
                *place = byte;
            }
            self.held_length += 1;
            taken += 1;
            if usize::from(self.held_length) == self.held.len() {
                written += self.put_group(room);
            }
        }
        Encoded { taken, written }
    }

    /// Ends the body: what was held back, and the last line end. The bytes written, none of them if
    /// there is no room for all.
    pub fn finish(&mut self, text: &mut [u8]) -> usize {
        if text.len() < Self::FINISH_ROOM {
            return 0;
        }
        let mut written = if self.held_length > 0 { self.put_group(text) } else { 0 };
        if self.column > 0 {
            written += copy(b"\r\n", after_mut(text, written));
            self.column = 0;
        }
        written
    }

    /// Writes what is held, and a line end if the line is full.
    fn put_group(&mut self, text: &mut [u8]) -> usize {
        let held = front(&self.held, usize::from(self.held_length));
        let mut written = base64::encode(held, text).unwrap_or_default();
        self.held_length = 0;
        self.column += 4;
        if usize::from(self.column) == LINE_CHARACTERS {
            written += copy(b"\r\n", after_mut(text, written));
            self.column = 0;
        }
        written
    }
}

/// Encodes as many whole lines as there are bytes and room for; how many that was.
fn encode_lines(bytes: &[u8], text: &mut [u8]) -> usize {
    if !WIDE {
        return 0;
    }
    let (lines, places) = (bytes.as_chunks::<LINE_BYTES>().0, text.as_chunks_mut::<LINE>().0);
    let count = lines.len().min(places.len());
    let done = wide::encode(lines, places);
    for (line, place) in lines.iter().zip(places).skip(done) {
        encode_line(line, place);
    }
    count
}

/// The two characters of every twelve bits: one look-up in place of two.
static PAIRS: [[u8; 2]; 4096] = {
    let mut pairs = [[0; 2]; 4096];
    let mut bits = 0;
    while bits < pairs.len() {
        pairs[bits] = [base64::ALPHABET[bits >> 6], base64::ALPHABET[bits & 63]];
        bits += 1;
    }
    pairs
};

#[inline(always)]
fn pair(bits: u64) -> u64 {
    u64::from(u16::from_le_bytes(PAIRS[(bits & 4095) as usize]))
}

/// The eight characters of the first six bytes of eight.
#[inline(always)]
fn eight(bytes: [u8; 8]) -> [u8; 8] {
    let bits = u64::from_be_bytes(bytes);
    (pair(bits >> 52) | pair(bits >> 40) << 16 | pair(bits >> 28) << 32 | pair(bits >> 16) << 48).to_le_bytes()
}

#[inline(always)]
fn encode_line(line: &[u8; LINE_BYTES], place: &mut [u8; LINE]) {
    for group in 0..9 {
        let from = group * 6;
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&line[from..from + 8]);
        place[group * 8..group * 8 + 8].copy_from_slice(&eight(bytes));
    }
    let last = eight([line[54], line[55], line[56], 0, 0, 0, 0, 0]);
    place[72..76].copy_from_slice(&last[..4]);
    place[76..].copy_from_slice(b"\r\n");
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    /// What `bytes` become, given in pieces of `step`, with `room` at a time.
    fn encoded(bytes: &[u8], step: usize, room: usize) -> Vec<u8> {
        let (mut encoder, mut text, mut window) = (Encoder::new(), Vec::new(), vec![0; room]);
        for mut piece in bytes.chunks(step) {
            while !piece.is_empty() {
                let done = encoder.write(piece, &mut window);
                assert!(done.taken > 0);
                piece = &piece[done.taken..];
                text.extend_from_slice(&window[..done.written]);
            }
        }
        let end = encoder.finish(&mut window);
        text.extend_from_slice(&window[..end]);
        text
    }

    /// The same by the definition.
    fn by_definition(bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        for line in bytes.chunks(LINE_BYTES) {
            let start = text.len();
            text.resize(start + base64::encoded_length(line.len()), 0);
            base64::encode(line, &mut text[start..]);
            text.extend_from_slice(b"\r\n");
        }
        text
    }

    #[test]
    fn every_cut_and_every_room_give_the_same_lines() {
        let bytes: Vec<u8> = (0..300_u32).map(|index| (index * 131 + index / 7) as u8).collect();
        for length in 0..bytes.len() {
            let bytes = &bytes[..length];
            let whole = by_definition(bytes);
            assert_eq!(whole.len() as u64, encoded_length(length as u64));
            for (step, room) in [(length.max(1), 1_000), (length.max(1), 78), (7, 79), (58, 100), (1, 6), (57, 6)] {
                assert_eq!(encoded(bytes, step, room), whole, "{length} by {step} into {room}");
            }
        }
    }

    #[test]
    fn without_room_nothing_is_taken_and_nothing_ends() {
        let mut encoder = Encoder::new();
        assert_eq!(encoder.write(b"hello", &mut [0; 5]), Encoded { taken: 0, written: 0 });
        encoder.write(b"he", &mut [0; 6]);
        assert_eq!(encoder.finish(&mut [0; 5]), 0);
        assert_eq!(encoder.finish(&mut [0; 6]), 6);
        assert_eq!(encoder.finish(&mut [0; 6]), 0);
    }
}
