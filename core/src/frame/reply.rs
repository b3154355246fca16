//! Replies of several lines: `250-` announces another line, `250 ` is the last.

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
    /// Where the line that is being looked at starts.
    line_start: u32,
    /// Bytes of the input that have been looked at.
    scanned: u32,
    /// What is known of the line when its bytes have been dropped.
    dropped: Option<Dropped>,
    /// The code of the first line.
    first_code: [u8; 3],
    /// Some line ended with LF alone.
    bare_lf: bool,
    /// Some line had another code than the first.
    mixed: bool,
}

/// The head of a line whose bytes are not kept.
#[derive(Clone, Copy, Debug, Default)]
struct Dropped {
    head: [u8; 4],
    have: u8,
    cr: bool,
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
    pub fn next(&mut self, input: &[u8], limit: usize) -> ReplyFrame {
        if self.dropped.is_some() {
            return self.drop_on(input);
        }
        while let Some(found) = memchr(b'\n', input.get(self.scanned as usize..).unwrap_or(&[])) {
            let end = self.scanned as usize + found + 1;
            if end > limit {
                break;
            }
            let line = input.get(self.line_start as usize..end).unwrap_or_default();
            let head = head_of(line);
            let last = self.end_of_line(head, line.ends_with(b"\r\n"));
            self.scanned = end as u32;
            if last {
                return self.finish(end, end, head);
            }
            self.line_start = end as u32;
        }
        if input.len() < limit {
            self.scanned = input.len() as u32;
            return ReplyFrame::Incomplete;
        }
        self.dropped = Some(Dropped::default());
        self.scanned = self.line_start;
        self.drop_on(input)
    }

    /// Looks at lines that cannot be kept, from the end of those that are.
    fn drop_on(&mut self, input: &[u8]) -> ReplyFrame {
        let keep = self.line_start as usize;
        let mut dropped = self.dropped.unwrap_or_default();
        for (index, &byte) in input.iter().enumerate().skip(self.scanned as usize) {
            if byte == b'\n' {
                let last = self.end_of_line(dropped.head, dropped.cr);
                if last {
                    return self.finish(keep, index + 1, dropped.head);
                }
                dropped = Dropped::default();
                continue;
            }
            dropped.cr = byte == b'\r';
            if let Some(place) = dropped.head.get_mut(usize::from(dropped.have))
                && byte != b'\r'
            {
                *place = byte;
                dropped.have += 1;
            }
        }
        self.dropped = Some(dropped);
        self.scanned = keep as u32;
        if input.len() > keep { ReplyFrame::Drop { keep } } else { ReplyFrame::Incomplete }
    }

    /// Notes what a line says; whether it is the last.
    fn end_of_line(&mut self, head: [u8; 4], cr: bool) -> bool {
        let code = [head[0], head[1], head[2]];
        if self.first_code == [0; 3] {
            self.first_code = code;
        }
        self.mixed |= self.first_code != code;
        self.bare_lf |= !cr;
        head[3] != b'-'
    }

    fn finish(&mut self, length: usize, consumed: usize, head: [u8; 4]) -> ReplyFrame {
        let frame = ReplyFrame::Reply {
            length,
            consumed,
            code: [head[0], head[1], head[2]],
            truncated: self.dropped.is_some(),
            bare_lf: self.bare_lf,
            mixed: self.mixed,
        };
        *self = Self::default();
        frame
    }
}

/// The first four bytes of a line, or fewer and zeros.
fn head_of(line: &[u8]) -> [u8; 4] {
    match line {
        [a, b, c, d, ..] => [*a, *b, *c, *d],
        [a, b, c] => [*a, *b, *c, 0],
        [a, b] => [*a, *b, 0, 0],
        [a] => [*a, 0, 0, 0],
        [] => [0; 4],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_over_the_limit_keeps_its_first_lines_and_the_last_code() {
        let reply = b"250-one\r\n250-two\r\n250-three\r\n251 four\r\nrest";
        let whole =
            ReplyFrame::Reply { length: 9, consumed: 39, code: *b"251", truncated: true, bare_lf: false, mixed: true };
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
}
