//! Bodies that end at CR LF `.` CR LF, as they arrive.

use super::LineEnds;
use super::scan::plain_prefix;
use crate::slice::front;

/// Reads a dot-terminated body (RFC 5321 §4.5.2): finds its end, takes the added dots out, and
/// never lets anything but CR LF `.` CR LF end it.
///
/// Nothing is copied: what it finds are ranges of the input, as long as the input allows.
///
/// ```
/// use mailproto::frame::{DotFrame, DotReader, LineEnds};
/// let mut reader = DotReader::new(LineEnds::Refuse);
/// let input = b"..a\r\n.\r\nNOOP\r\n";
/// assert_eq!(reader.next(input), DotFrame::Skip { consumed: 1 });
/// assert_eq!(reader.next(&input[1..]), DotFrame::Data { length: 4 });
/// assert_eq!(reader.next(&input[5..]), DotFrame::End { consumed: 3, refused: false });
/// ```
///
/// ```text
///              ┌──── CR LF ─────┐
///              ▼                │
///   start ─▶ LineStart ─ . ─▶ Dot ─ CR LF ─▶ end
///              │ other          │ other: the dot was added, it is dropped
///              ▼                ▼
///             Text ◀────────────┘
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DotReader {
    line_ends: LineEnds,
    /// The next byte starts a line: the one before it was the LF of a CR LF, or there is none.
    line_start: bool,
    /// The message is being refused: its data is read past.
    refused: bool,
    /// A bare line end was made canonical.
    mended: bool,
}

/// What a [`DotReader`] found at the start of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotFrame {
    /// More bytes are needed.
    Incomplete,
    /// This many bytes are data; consume them.
    Data {
        /// Bytes of data.
        length: usize,
    },
    /// This many bytes are not data: an added dot, or data of a message that is refused.
    Skip {
        /// Bytes to drop.
        consumed: usize,
    },
    /// A bare line end: deliver CR LF in place of these bytes.
    LineEnd {
        /// Bytes to drop.
        consumed: usize,
    },
    /// The body is over.
    End {
        /// Bytes of the terminator still in the input.
        consumed: usize,
        /// It had bare line ends or NUL, which the policy refuses.
        refused: bool,
    },
}

impl DotReader {
    /// At the start of a body.
    pub const fn new(line_ends: LineEnds) -> Self {
        Self { line_ends, line_start: true, refused: false, mended: false }
    }

    /// Looks at `input`, which starts where the last frame was consumed.
    pub fn next(&mut self, input: &[u8]) -> DotFrame {
        if self.line_start && input.first() == Some(&b'.') {
            return match input {
                [_] | [_, b'\r'] => DotFrame::Incomplete,
                [_, b'\r', b'\n', ..] => DotFrame::End { consumed: 3, refused: self.refused },
                _ => {
                    self.line_start = false;
                    DotFrame::Skip { consumed: 1 }
                }
            };
        }
        let previous = if self.line_start { b'\n' } else { 0 };
        let plain = plain_prefix(input, previous);
        // A CR says nothing before the byte behind it has come.
        let data = front(input, plain);
        let data = data.strip_suffix(b"\r").unwrap_or(data);
        let length = data.len();
        if length > 0 {
            self.line_start = data.ends_with(b"\n");
            return self.data(length);
        }
        match input {
            [] | [b'\r'] => DotFrame::Incomplete,
            [b'\r' | b'\n', ..] => self.bare_line_end(),
            // What remains is NUL.
            _ => {
                self.line_start = false;
                self.refused |= self.line_ends == LineEnds::Refuse;
                self.data(1)
            }
        }
    }

    fn data(&self, length: usize) -> DotFrame {
        if self.refused { DotFrame::Skip { consumed: length } } else { DotFrame::Data { length } }
    }

    /// LF without CR or CR without LF is at the front of the input.
    fn bare_line_end(&mut self) -> DotFrame {
        // It does not start a line: only CR LF does, so nothing behind it can end the data.
        self.line_start = false;
        match self.line_ends {
            LineEnds::Refuse => {
                self.refused = true;
                DotFrame::Skip { consumed: 1 }
            }
            LineEnds::Canonicalise => {
                self.mended = true;
                DotFrame::LineEnd { consumed: 1 }
            }
        }
    }

    /// From now on the rest of the body is read past.
    pub fn refuse(&mut self) {
        self.refused = true;
    }

    /// Whether data has been refused for its line ends, or by [`refuse`](Self::refuse).
    pub const fn is_refused(&self) -> bool {
        self.refused
    }

    /// Whether a bare line end was made canonical.
    pub const fn has_mended(&self) -> bool {
        self.mended
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Feeds `wire` in pieces of `step` bytes; the body and what is left behind its end.
    fn read(wire: &[u8], step: usize, line_ends: LineEnds) -> Option<(Vec<u8>, Vec<u8>, bool)> {
        let mut reader = DotReader::new(line_ends);
        let (mut held, mut body) = (Vec::new(), Vec::new());
        let mut pieces = wire.chunks(step);
        loop {
            match reader.next(&held) {
                DotFrame::Incomplete => held.extend_from_slice(pieces.next()?),
                DotFrame::Data { length } => body.extend(held.drain(..length)),
                DotFrame::Skip { consumed } => drop(held.drain(..consumed)),
                DotFrame::LineEnd { consumed } => {
                    held.drain(..consumed);
                    body.extend_from_slice(b"\r\n");
                }
                DotFrame::End { consumed, refused } => {
                    held.drain(..consumed);
                    held.extend(pieces.flatten());
                    return Some((body, held, refused));
                }
            }
        }
    }

    #[test]
    fn only_the_whole_terminator_ends_a_body_at_every_split() {
        for line_ends in [LineEnds::Refuse, LineEnds::Canonicalise] {
            for false_end in [
                &b"a\n.\nb"[..],
                b"a\n.\r\nb",
                b"a\r\n.\nb",
                b"a\r.\rb",
                b"a\r\r\n.\rb",
                b"a\r.\r\nb",
                b"a\r\n\0.\r\nb",
                b"a\r\n.\0\r\nb",
                b"a\r\n.\r\r\nb",
                b"a\n\r.\r\n",
                b"a\n\n.\n\n",
            ] {
                let wire = [false_end, b"\r\n.\r\nrest"].concat();
                let whole = read(&wire, wire.len(), line_ends).unwrap();
                assert_eq!(whole.1, b"rest", "{false_end:?}");
                for step in 1..wire.len() {
                    assert_eq!(read(&wire, step, line_ends).unwrap(), whole, "{false_end:?} by {step}");
                }
            }
        }
    }

    #[test]
    fn an_empty_body_is_a_lone_dot() {
        assert_eq!(read(b".\r\n", 1, LineEnds::Refuse), Some((Vec::new(), Vec::new(), false)));
    }

    #[test]
    fn bare_line_ends_become_canonical_or_refuse_the_message() {
        let wire = b"a\nb\rc\r\n.\r\n";
        assert_eq!(read(wire, 3, LineEnds::Canonicalise).unwrap().0, b"a\r\nb\r\nc\r\n");
        assert!(read(wire, 3, LineEnds::Refuse).unwrap().2);
    }
}
