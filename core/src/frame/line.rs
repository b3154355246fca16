//! Lines that end with CR LF.

use super::scan::line_feed;
use crate::slice::after;

/// Finds one line at a time.
///
/// ```
/// use mailproto::frame::{LineFrame, LineFramer};
/// let mut framer = LineFramer::default();
/// assert_eq!(framer.next(b"NO", 512, false), LineFrame::Incomplete);
/// assert_eq!(
///     framer.next(b"NOOP\r\nQUIT\r\n", 512, false),
///     LineFrame::Line { length: 4, consumed: 6 },
/// );
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LineFramer {
    /// Bytes of the input that hold no line end.
    scanned: u32,
    /// The line is over the limit: its bytes are dropped until it ends.
    dropping: bool,
    /// The last byte that was dropped was CR.
    dropped_cr: bool,
}

/// What a [`LineFramer`] found at the start of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFrame {
    /// No whole line yet.
    Incomplete,
    /// A line of `length` bytes, and its end.
    Line {
        /// Bytes before the line end.
        length: usize,
        /// Bytes with the line end.
        consumed: usize,
    },
    /// Part of a line that is over the limit: drop these bytes, the line goes on.
    Drop {
        /// Bytes to drop.
        consumed: usize,
    },
    /// The last part of a line that was over the limit.
    TooLong {
        /// Bytes to drop, line end included.
        consumed: usize,
    },
}

impl LineFramer {
    /// Looks for the first line of `input`, which starts where the last frame ended.
    ///
    /// `limit` counts the line with its end. `lf_ends` lets LF alone end a line; without it, LF
    /// alone is a byte like any other.
    #[inline]
    pub fn next(&mut self, input: &[u8], limit: usize, lf_ends: bool) -> LineFrame {
        let mut from = (self.scanned as usize).min(input.len());
        while let Some(found) = line_feed(after(input, from)) {
            let end = from + found;
            let after_cr = match end.checked_sub(1) {
                Some(before) => input.get(before) == Some(&b'\r'),
                None => self.dropped_cr,
            };
            from = end + 1;
            if after_cr || lf_ends {
                let too_long = self.dropping || from > limit;
                *self = Self::default();
                if too_long {
                    return LineFrame::TooLong { consumed: from };
                }
                let length = end - usize::from(after_cr);
                return LineFrame::Line { length, consumed: from };
            }
        }
        if self.dropping || input.len() >= limit {
            if input.is_empty() {
                return LineFrame::Incomplete;
            }
            self.dropping = true;
            self.scanned = 0;
            self.dropped_cr = input.last() == Some(&b'\r');
            return LineFrame::Drop { consumed: input.len() };
        }
        self.scanned = input.len() as u32;
        LineFrame::Incomplete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_lf_does_not_end_a_line_unless_told() {
        let mut framer = LineFramer::default();
        let input = b"a\nb\r\n";
        assert_eq!(framer.next(input, 99, false), LineFrame::Line { length: 3, consumed: 5 });
        assert_eq!(framer.next(input, 99, true), LineFrame::Line { length: 1, consumed: 2 });
    }

    #[test]
    fn a_line_of_exactly_the_limit_passes_and_one_byte_more_does_not() {
        for split in 0..=6 {
            let mut framer = LineFramer::default();
            let line = b"abcd\r\n";
            if split < 6 {
                assert_eq!(framer.next(&line[..split], 6, false), LineFrame::Incomplete);
            }
            assert_eq!(framer.next(line, 6, false), LineFrame::Line { length: 4, consumed: 6 });
        }
        let mut framer = LineFramer::default();
        assert_eq!(framer.next(b"abcde\r\n", 6, false), LineFrame::TooLong { consumed: 7 });
        assert_eq!(framer.next(b"abcde\r", 6, false), LineFrame::Drop { consumed: 6 });
        assert_eq!(framer.next(b"\n", 6, false), LineFrame::TooLong { consumed: 1 });
        assert_eq!(framer.next(b"ok\r\n", 6, false), LineFrame::Line { length: 2, consumed: 4 });
    }
}
