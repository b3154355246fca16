//! Replies of several lines: `250-` announces another line, `250 ` is the last.

use crate::slice::{after, after_mut, copy, front};
use memchr::memchr;

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
    /// The first bytes of the line that is being looked at, `head_length` of them.
    head: [u8; 4],
    head_length: u8,
    /// The last byte that was looked at is CR.
    cr: bool,
    /// The reply is over the limit: what is not kept is dropped.
    dropping: bool,
    /// The code of the first line.
    first_code: [u8; 3],
    /// Some line ended with LF alone.
    bare_lf: bool,
    /// Some line had another code than the first.
    mixed: bool,
    /// Some line that is kept has something else behind its code than `-`, a space or its end.
    odd: bool,
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
        // Where a peer sends byte by byte, most of them end no line and say nothing else.
        if let [byte] = after(input, self.scanned as usize)
            && *byte != b'\n'
            && self.head_length == 4
            && input.len() < limit
            && !self.dropping
        {
            self.cr = *byte == b'\r';
            self.scanned += 1;
            return ReplyFrame::Incomplete;
        }
        self.look(input, limit)
    }

    fn look(&mut self, input: &[u8], limit: usize) -> ReplyFrame {
        // In registers while it loops.
        let mut state = *self;
        let mut scanned = state.scanned as usize;
        while let Some(found) = memchr(b'\n', after(input, scanned)) {
            let part = front(after(input, scanned), found);
            state.note(part);
            scanned += found + 1;
            // What is kept of a reply that goes on leaves room for it to come in.
            state.dropping |= scanned > limit || scanned == limit && state.head[3] == b'-';
            if !state.dropping {
                state.keep(input, scanned);
            }
            let code = state.code();
            if state.end_line() {
                *self = Self::default();
                return state.finish(scanned, code);
            }
        }
        state.note(after(input, scanned));
        state.dropping |= input.len() >= limit;
        let keep = state.kept as usize;
        state.scanned = if state.dropping { state.kept } else { input.len() as u32 };
        *self = state;
        if state.dropping && input.len() > keep { ReplyFrame::Drop { keep } } else { ReplyFrame::Incomplete }
    }

    /// A whole line that is kept ends at `end`.
    #[inline(always)]
    fn keep(&mut self, input: &[u8], end: usize) {
        let line = after(front(input, end), self.kept as usize);
        let [_, _, third, separator] = self.head;
        // RFC 5321 §4.2: `-`, a space or the end of the line.
        let separated = separator == b' ' || separator == b'-' || separator == b'\r' && line.len() == 5;
        self.odd |= !(separated || separator == 0 && line.len() == 4 && third != b'\r');
        // The dot first: it is rarer than the digit.
        if line.get(5) == Some(&b'.') && matches!(line.get(4), Some(b'2' | b'4' | b'5')) {
            self.enhanced = self.kept + 4;
        }
        self.last_line = self.kept;
        self.kept = end as u32;
    }

    /// Remembers what counts of a line, or of a part of one.
    #[inline(always)]
    fn note(&mut self, part: &[u8]) {
        match part.first_chunk() {
            Some(head) if self.head_length == 0 => (self.head, self.head_length) = (*head, 4),
            _ => {
                let started = usize::from(self.head_length);
                self.head_length += copy(part, after_mut(&mut self.head, started)) as u8;
            }
        }
        if let Some(last) = part.last() {
            self.cr = *last == b'\r';
        }
    }

    /// The code of the line that is being looked at.
    fn code(&self) -> [u8; 3] {
        let [a, b, c, _] = self.head;
        [a, b, c]
    }

    /// Notes what a whole line says; whether it is the last.
    #[inline(always)]
    fn end_line(&mut self) -> bool {
        let code = self.code();
        if self.first_code == [0; 3] {
            self.first_code = code;
        }
        self.mixed |= self.first_code != code;
        self.bare_lf |= !self.cr;
        let last = self.head[3] != b'-';
        (self.head, self.head_length, self.cr) = ([0; 4], 0, false);
        last
    }

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
