//! Replies of several lines: `250-` announces another line, `250 ` is the last.

use super::scan::{LineFeeds, line_feed};
use crate::slice::{WIDE, after, after_mut, copy, front};

/// Finds one reply at a time (RFC 5321 §4.2.1), looking only at line ends and at the fourth byte of
/// each line.
///
/// A reply over the limit keeps its first whole lines; the rest is read past, so that even an
/// endless reply costs no memory.
///
/// ```
/// use mailproto::frame::{ReplyFrame, ReplyFramer};
/// let mut framer = ReplyFramer::default();
/// assert_eq!(framer.next(b"250-one\r\n250", 512), ReplyFrame::Incomplete);
/// let ReplyFrame::Reply { length, consumed, .. } = framer.next(b"250-one\r\n250 two\r\n220", 512)
/// else { panic!() };
/// assert_eq!((length, consumed), (18, 18));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ReplyFramer {
    /// Bytes of whole lines that can be kept.
    kept: u32,
    /// Bytes of the input that have been looked at.
    scanned: u32,
    /// The reply is over the limit: what is not kept is dropped.
    dropping: bool,
    /// The first bytes of the line that is being dropped, `head_length` of them.
    head: [u8; 4],
    head_length: u8,
    /// The last byte that was dropped is CR.
    cr: bool,
    /// Some line ended with LF alone.
    bare_lf: bool,
    /// Some line had another code than the first.
    mixed: bool,
    /// Some line that is kept has something else behind its code than `-`, a space or its end.
    odd: bool,
    /// The code of the first line.
    first_code: [u8; 3],
    /// Where the text of the last line starts that is kept and may begin with an enhanced code.
    enhanced: u32,
    /// Where the last line starts that is kept.
    last_line: u32,
}

/// What a [`ReplyFramer`] found at the start of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyFrame {
    /// No whole reply yet.
    Incomplete,
    /// A whole reply.
    Reply {
        /// Bytes of the lines that were kept, line ends included.
        length: usize,
        /// Bytes to consume; more than `length` if lines were dropped.
        consumed: usize,
        /// The three bytes of the last line's code.
        code: [u8; 3],
        /// Lines were dropped because the reply is over the limit.
        truncated: bool,
        /// A line ended with LF alone.
        bare_lf: bool,
        /// The lines carry different codes.
        mixed: bool,
        /// A line that was kept has something else behind its code than `-`, a space or its end.
        odd: bool,
        /// Where the text of the last line starts that was kept and may begin with an enhanced
        /// status code (RFC 2034 §4); 0 if none may.
        enhanced: usize,
        /// Where the last line starts that was kept.
        last_line: usize,
    },
    /// The reply is over the limit: keep only the first `keep` bytes, it goes on.
    Drop {
        /// Bytes to keep.
        keep: usize,
    },
}

impl ReplyFramer {
    /// Looks for the first reply of `input`, which starts where the last frame ended. `limit`
    /// counts all its lines with their ends.
    #[inline]
    pub fn next(&mut self, input: &[u8], limit: usize) -> ReplyFrame {
        if self.dropping {
            return self.drop_lines(input);
        }
        if self.passes(input, limit) {
            return ReplyFrame::Incomplete;
        }
        self.find(input, limit)
    }

    /// Out of the way of what passes a byte, which is to stay small.
    #[inline(never)]
    fn find(&mut self, input: &[u8], limit: usize) -> ReplyFrame {
        if WIDE
            && self.scanned == 0
            && let Some(frame) = one_line(input, limit)
        {
            return frame;
        }
        self.look(input, limit)
    }

    /// Goes past the one byte that has come, if it ends no line: where a peer sends byte by byte, most of
    /// them do not, and say nothing else.
    #[inline]
    pub(crate) fn passes(&mut self, input: &[u8], limit: usize) -> bool {
        let passes = matches!(after(input, self.scanned as usize), [byte] if *byte != b'\n')
            && input.len() < limit
            && !self.dropping;
        self.scanned += u32::from(passes);
        passes
    }

    #[inline]
    fn look(&mut self, input: &[u8], limit: usize) -> ReplyFrame {
        // In registers while it loops.
        let mut state = *self;
        // The head of a line like the one before; no line has LF in its head.
        let mut usual = [b'\n'; 4];
        for place in LineFeeds::behind(input, state.scanned as usize) {
            let end = place + 1;
            let line = after(front(input, end), state.kept as usize);
            let after_cr = line.ends_with(b"\r\n");
            // Most lines of a long reply tell nothing that the one before did not.
            if WIDE
                && let [a, b, c, d, _, _, ..] = line
                && [*a, *b, *c, *d] == usual
                && after_cr
                && end < limit
            {
                state.keep(line, end);
                continue;
            }
            let head = Head::of(line);
            // What is kept of a reply that goes on leaves room for it to come in.
            if end > limit || end == limit && !head.is_last() {
                break;
            }
            state.odd |= !head.is_separated(line.len());
            state.end_line(head, after_cr);
            state.keep(line, end);
            if head.is_last() {
                *self = Self::default();
                return state.finish(end, head.code());
            }
            usual = head.0;
        }
        state.scanned = input.len() as u32;
        *self = state;
        if input.len() < limit {
            return ReplyFrame::Incomplete;
        }
        self.dropping = true;
        self.scanned = self.kept;
        self.drop_lines(input)
    }

    /// Goes past lines that cannot be kept, from the first byte behind those that are.
    #[cold]
    fn drop_lines(&mut self, input: &[u8]) -> ReplyFrame {
        let mut scanned = self.kept as usize;
        while let Some(found) = line_feed(after(input, scanned)) {
            self.note(front(after(input, scanned), found));
            scanned += found + 1;
            let head = Head(self.head);
            self.end_line(head, self.cr);
            (self.head, self.head_length, self.cr) = ([0; 4], 0, false);
            if head.is_last() {
                return core::mem::take(self).finish(scanned, head.code());
            }
        }
        self.note(after(input, scanned));
        let keep = self.kept as usize;
        if input.len() > keep { ReplyFrame::Drop { keep } } else { ReplyFrame::Incomplete }
    }

    /// Remembers what counts of a part of a line that is dropped.
    fn note(&mut self, part: &[u8]) {
        let started = usize::from(self.head_length);
        self.head_length += copy(part, after_mut(&mut self.head, started)) as u8;
        if let Some(last) = part.last() {
            self.cr = *last == b'\r';
        }
    }

    /// Notes what a whole line says, kept or not.
    #[inline(always)]
    fn end_line(&mut self, head: Head, after_cr: bool) {
        if self.first_code == [0; 3] {
            self.first_code = head.code();
        }
        self.mixed |= self.first_code != head.code();
        self.bare_lf |= !after_cr;
    }

    /// A whole line that is kept ends at `end`.
    #[inline(always)]
    fn keep(&mut self, line: &[u8], end: usize) {
        // The dot first: it is rarer than the digit.
        if may_have_enhanced(line) {
            self.enhanced = self.kept + 4;
        }
        self.last_line = self.kept;
        self.kept = end as u32;
    }

    #[inline(always)]
    fn finish(self, consumed: usize, code: [u8; 3]) -> ReplyFrame {
        let Self { kept, dropping: truncated, bare_lf, mixed, odd, enhanced, last_line, .. } = self;
        ReplyFrame::Reply {
            length: kept as usize,
            consumed,
            code,
            truncated,
            bare_lf,
            mixed,
            odd,
            enhanced: enhanced as usize,
            last_line: last_line as usize,
        }
    }
}

/// Whether an enhanced status code may stand behind the head of a line.
#[inline(always)]
fn may_have_enhanced(line: &[u8]) -> bool {
    line.get(5) == Some(&b'.') && matches!(line.get(4), Some(b'2' | b'4' | b'5'))
}

/// The reply of one line at the front of `input`, where there is one with a space behind its code, as most
/// are. The framer finds the same line by line, but takes longer.
#[inline]
fn one_line(input: &[u8], limit: usize) -> Option<ReplyFrame> {
    let [a, b, c, b' ', ..] = *input else { return None };
    let end = line_feed(input)? + 1;
    let line = front(input, end);
    (end > 4 && end <= limit).then(|| ReplyFrame::Reply {
        length: end,
        consumed: end,
        code: [a, b, c],
        truncated: false,
        bare_lf: !line.ends_with(b"\r\n"),
        mixed: false,
        odd: false,
        enhanced: if may_have_enhanced(line) { 4 } else { 0 },
        last_line: 0,
    })
}

/// The first four bytes of a line, 0 where LF ends it before.
#[derive(Clone, Copy)]
struct Head([u8; 4]);

impl Head {
    /// The head of a line that ends with LF.
    #[inline(always)]
    fn of(line: &[u8]) -> Self {
        match line {
            [a, b, c, d, _, ..] => Self([*a, *b, *c, *d]),
            _ => Self::of_short(line),
        }
    }

    #[cold]
    fn of_short(line: &[u8]) -> Self {
        let mut head = [0; 4];
        copy(front(line, line.len().saturating_sub(1)), &mut head);
        Self(head)
    }

    fn code(self) -> [u8; 3] {
        let [a, b, c, _] = self.0;
        [a, b, c]
    }

    /// Whether no line follows (RFC 5321 §4.2.1).
    fn is_last(self) -> bool {
        self.0[3] != b'-'
    }

    /// Whether `-`, a space or the end of the line is behind the code (RFC 5321 §4.2), where the line
    /// has `length` bytes with its end.
    #[inline(always)]
    fn is_separated(self, length: usize) -> bool {
        match self.0 {
            [_, _, _, b' ' | b'-'] => true,
            [_, _, _, b'\r'] => length == 5,
            [_, _, third, 0] => length == 4 && third != b'\r',
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_over_the_limit_keeps_its_first_lines_and_the_last_code() {
        let reply = b"250-one\r\n250-two\r\n250-three\r\n251 four\r\nrest";
        let whole = ReplyFrame::Reply {
            length: 9,
            consumed: 39,
            code: *b"251",
            truncated: true,
            bare_lf: false,
            mixed: true,
            odd: false,
            enhanced: 0,
            last_line: 0,
        };
        assert_eq!(ReplyFramer::default().next(reply, 16), whole);
        // One byte at a time: what is dropped is gone from the input, the verdict is the same.
        let mut framer = ReplyFramer::default();
        let mut held = [0_u8; 64];
        let mut length = 0;
        for &byte in reply {
            held[length] = byte;
            length += 1;
            match framer.next(&held[..length], 16) {
                ReplyFrame::Incomplete => {}
                ReplyFrame::Drop { keep } => length = keep,
                ReplyFrame::Reply { length: kept, code, truncated, .. } => {
                    assert_eq!((kept, code, truncated), (9, *b"251", true));
                    return;
                }
            }
        }
        panic!("the reply was not found");
    }

    #[test]
    fn a_reply_of_one_line_is_found_as_line_by_line() {
        for reply in [
            &b"250 2.1.0 fine\r\n220"[..],
            b"250 fine\n",
            b"250 \r\n",
            b"\n50 x\r\n",
            b"25\n x\r\n",
            b"250 5.1.1\r\n250-",
            b"\x00\x01\x02 x\r\n",
            b"250 4.\r\n",
            b"250 no end",
        ] {
            for limit in 1..30 {
                let long = ReplyFramer::default().look(reply, limit);
                if let Some(found) = one_line(reply, limit) {
                    assert_eq!(found, long, "{reply:?} within {limit}");
                }
                assert_eq!(ReplyFramer::default().next(reply, limit), long, "{reply:?} within {limit}");
            }
        }
        assert!(one_line(b"250 2.1.0 fine\r\n", 16).is_some());
    }

    #[test]
    fn kept_lines_never_fill_the_limit_while_the_reply_goes_on() {
        let reply = b"250-one\r\n250-two\r\n250 three\r\n";
        for limit in 1..=reply.len() {
            let mut framer = ReplyFramer::default();
            let (mut held, mut length) = ([0_u8; 64], 0);
            for (index, &byte) in reply.iter().enumerate() {
                assert!(length < limit, "no room for byte {index} within {limit}");
                held[length] = byte;
                length += 1;
                match framer.next(&held[..length], limit) {
                    ReplyFrame::Incomplete => {}
                    ReplyFrame::Drop { keep } => length = keep,
                    ReplyFrame::Reply { truncated, .. } => {
                        assert_eq!((index + 1, truncated), (reply.len(), limit < reply.len()));
                    }
                }
            }
        }
    }
}
