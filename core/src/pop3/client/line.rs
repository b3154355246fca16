//! Lines that may be too long to keep.

use crate::slice::after;
use memchr::memchr;

/// Finds one line at a time. Of a line over the limit it keeps the start, where the status stands; the
/// rest is read past, so that even an endless line costs no memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LineFramer {
    /// Bytes of the input that hold no line end.
    scanned: u32,
    /// The line is over the limit: its end is dropped.
    dropping: bool,
    /// The last byte that was dropped was CR.
    dropped_cr: bool,
}

/// What a [`LineFramer`] found at the start of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineFrame {
    /// No whole line yet.
    Incomplete,
    /// The line is over the limit: keep only the first `keep` bytes, it goes on.
    Drop {
        /// Bytes to keep.
        keep: usize,
    },
    /// A line.
    Line(Line),
}

/// A whole line, or what was kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Bytes before the line end, or kept.
    pub(super) length: usize,
    /// Bytes with the line end.
    pub(super) consumed: usize,
    /// It was over the limit.
    pub(super) truncated: bool,
    /// It ended with LF alone.
    pub(super) bare_lf: bool,
}

impl LineFramer {
    /// Looks for the first line of `input`, which starts where the last frame ended. `limit` counts the
    /// line with its end.
    pub(super) fn next(&mut self, input: &[u8], limit: usize) -> LineFrame {
        let keep = limit / 2;
        let from = self.scanned as usize;
        let Some(found) = memchr(b'\n', after(input, from)) else {
            self.dropping |= input.len() >= limit;
            self.scanned = input.len() as u32;
            if !self.dropping || input.len() <= keep {
                return LineFrame::Incomplete;
            }
            self.scanned = keep as u32;
            self.dropped_cr = input.last() == Some(&b'\r');
            return LineFrame::Drop { keep };
        };
        let line_feed = from + found;
        let after_cr = match found {
            0 if self.dropping => self.dropped_cr,
            _ => line_feed.checked_sub(1).is_some_and(|before| input.get(before) == Some(&b'\r')),
        };
        let consumed = line_feed + 1;
        let truncated = self.dropping || consumed > limit;
        *self = Self::default();
        let length = if truncated { keep.min(line_feed) } else { line_feed - usize::from(after_cr) };
        LineFrame::Line(Line { length, consumed, truncated, bare_lf: !after_cr })
    }

    /// Whether the line at the front of the input is whole as far as it has come.
    pub(super) fn is_keeping_all(&self) -> bool {
        !self.dropping
    }

    /// The line at the front of the input was found by other means.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `input` in pieces; what was kept of its first line, and how.
    fn first_line(input: &[u8], step: usize, limit: usize) -> (std::vec::Vec<u8>, Line) {
        let mut framer = LineFramer::default();
        let mut held = std::vec::Vec::new();
        let mut pieces = input.chunks(step);
        loop {
            match framer.next(&held, limit) {
                LineFrame::Incomplete => held.extend_from_slice(pieces.next().unwrap()),
                LineFrame::Drop { keep } => held.truncate(keep),
                LineFrame::Line(line) => {
                    held.truncate(line.length);
                    return (held, Line { consumed: 0, ..line });
                }
            }
        }
    }

    #[test]
    fn a_line_over_the_limit_keeps_its_start_at_every_split() {
        for (input, kept, truncated, bare_lf) in [
            (&b"0123456\r\nx"[..], &b"0123456"[..], false, false),
            (b"01234567\r\nx", b"01234567", false, false),
            (b"012345678\r\nx", b"01234", true, false),
            (b"0123456789abcdefghij\r\nx", b"01234", true, false),
            (b"0123456789abcdefghij\nx", b"01234", true, true),
            (b"01\nx", b"01", false, true),
            (b"\r\nx", b"", false, false),
        ] {
            for step in 1..=input.len() {
                let line = Line { length: kept.len(), consumed: 0, truncated, bare_lf };
                assert_eq!(first_line(input, step, 10), (kept.to_vec(), line), "{input:?} by {step}");
            }
        }
    }
}
