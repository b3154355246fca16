//! Bodies that end at CR LF `.` CR LF and are passed on with whatever line ends they have.

use super::DotFrame;
use crate::slice::after;

/// Reads a dot-terminated body (RFC 1939 §3) for whoever stores it as it is: finds its end, takes the
/// added dots out, and mends nothing. Bare CR, bare LF and NUL are data like any other.
///
/// Not for a server of SMTP, whose messages go on to others: see [`LineEnds`](super::LineEnds).
///
/// ```
/// use mailproto::frame::{DotFrame, VerbatimDotReader};
/// let mut reader = VerbatimDotReader::default();
/// let input = b"a\n.b\r\n..c\r\n.\r\n+OK";
/// assert_eq!(reader.next(input), DotFrame::Data { length: 6 });
/// assert_eq!(reader.next(&input[6..]), DotFrame::Skip { consumed: 1 });
/// assert_eq!(reader.next(&input[7..]), DotFrame::Data { length: 4 });
/// assert_eq!(reader.next(&input[11..]), DotFrame::End { consumed: 3, refused: false });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct VerbatimDotReader {
    /// The last two bytes before the input; CR LF at the start of a body.
    before: [u8; 2],
}

impl Default for VerbatimDotReader {
    /// At the start of a body.
    fn default() -> Self {
        Self { before: *b"\r\n" }
    }
}

impl VerbatimDotReader {
    /// Looks at `input`, which starts where the last frame was consumed. Never a
    /// [`DotFrame::LineEnd`], and nothing is ever refused.
    pub fn next(&mut self, input: &[u8]) -> DotFrame {
        if self.before == *b"\r\n" && input.first() == Some(&b'.') {
            return match input {
                [_] | [_, b'\r'] => DotFrame::Incomplete,
                [_, b'\r', b'\n', ..] => DotFrame::End { consumed: 3, refused: false },
                _ => {
                    self.before = [0, b'.'];
                    DotFrame::Skip { consumed: 1 }
                }
            };
        }
        let length = data_prefix(self.before, input);
        match input.get(..length) {
            Some([.., one, two]) => self.before = [*one, *two],
            Some([one]) => self.before = [self.before[1], *one],
            _ => return DotFrame::Incomplete,
        }
        DotFrame::Data { length }
    }
}

/// Bytes looked at together; the compiler makes wide instructions of them.
const BLOCK: usize = 64;

/// How many bytes there are before the first dot behind CR LF, where `before` stands before `input`
/// and the first byte is none.
fn data_prefix(before: [u8; 2], input: &[u8]) -> usize {
    // The second byte may be behind a CR that is not in the input.
    if let [b'\n', b'.', ..] = input
        && before[1] == b'\r'
    {
        return 1;
    }
    let mut at = 1;
    // Dots that a bare LF stands before are rare, and do not stop the search more than once a block.
    while let (Some(dots), Some(ends)) = (block(input, at), block(input, at - 1)) {
        let mut found = 0;
        for index in 0..BLOCK {
            found |= u8::from(ends[index] == b'\n') & u8::from(dots[index] == b'.');
        }
        if found != 0
            && let Some(place) = find_in(after(input, at.saturating_sub(2)), BLOCK + 2)
        {
            return at.saturating_sub(2) + place;
        }
        at += BLOCK;
    }
    let from = at.saturating_sub(2);
    find_in(after(input, from), usize::MAX).map_or(input.len(), |place| from + place)
}

fn block(input: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    after(input, at).first_chunk()
}

/// The place of the first dot behind CR LF among the first `count` bytes.
fn find_in(bytes: &[u8], count: usize) -> Option<usize> {
    let bytes = bytes.get(..count).unwrap_or(bytes);
    bytes.windows(3).position(|three| three == b"\r\n.").map(|place| place + 2)
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Feeds `wire` in pieces of `step` bytes; the body and what is left behind its end.
    fn read(wire: &[u8], step: usize) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut reader = VerbatimDotReader::default();
        let (mut held, mut body) = (Vec::new(), Vec::new());
        let mut pieces = wire.chunks(step);
        loop {
            match reader.next(&held) {
                DotFrame::Incomplete => held.extend_from_slice(pieces.next()?),
                DotFrame::Data { length } => body.extend(held.drain(..length)),
                DotFrame::Skip { consumed } => drop(held.drain(..consumed)),
                DotFrame::End { consumed, .. } => {
                    held.drain(..consumed);
                    held.extend(pieces.flatten());
                    return Some((body, held));
                }
                DotFrame::LineEnd { .. } => panic!("a line end was mended"),
            }
        }
    }

    /// The definition: lines end at CR LF and nowhere else.
    fn by_definition(wire: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let (mut body, mut rest) = (Vec::new(), wire);
        loop {
            if let Some(behind) = rest.strip_prefix(b".\r\n") {
                return Some((body, behind.to_vec()));
            }
            let end = rest.windows(2).position(|pair| pair == b"\r\n")? + 2;
            body.extend_from_slice(rest[..end].strip_prefix(b".").unwrap_or(&rest[..end]));
            rest = &rest[end..];
        }
    }

    #[test]
    fn whatever_the_line_ends_a_body_is_kept_as_it_is_at_every_split() {
        for body in [
            &b"a\n.\nb"[..],
            b"a\n.\r\nb",
            b"a\r\n.\nb",
            b"a\r.\rb",
            b"a\r.\r\nb",
            b"a\r\n\0.\r\nb",
            b"a\r\n.\r\r\nb",
            b"a\n\r.\r\n",
            b"a\n\n.\n\n",
            b"..\r\n...\r\n.a\r\n",
            b"\n.",
            b"",
        ] {
            let wire = [body, b"\r\n.\r\nrest"].concat();
            let whole = by_definition(&wire).unwrap();
            for step in 1..=wire.len() {
                assert_eq!(read(&wire, step).unwrap(), whole, "{body:?} by {step}");
            }
        }
    }

    #[test]
    fn the_block_search_agrees_with_the_definition() {
        let alphabet = *b"\r\n.\r\n.\na";
        let mut seed = 7_u32;
        for _ in 0..500 {
            let mut wire = Vec::new();
            for _ in 0..300 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Mostly plain letters, so that whole blocks are plain now and then.
                let choice = (seed >> 24) as usize;
                wire.push(if choice < 200 { b'x' } else { alphabet[choice % 8] });
            }
            wire.extend_from_slice(b"\r\n.\r\n");
            assert_eq!(read(&wire, 97).unwrap(), by_definition(&wire).unwrap());
            assert_eq!(read(&wire, wire.len()).unwrap(), by_definition(&wire).unwrap());
        }
    }
}
