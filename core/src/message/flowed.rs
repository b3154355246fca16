//! Text that flows (RFC 3676): lines that were broken to be sent become paragraphs again.
//!
//! ```
//! use mailproto::message::Flowed;
//! let mut text = Vec::new();
//! for piece in Flowed::new(b"one \r\ntwo\r\n> quoted \r\n> text\r\n-- \r\nme\r\n", false) {
//!     text.extend_from_slice(piece);
//! }
//! assert_eq!(text, b"one two\r\n> quoted text\r\n-- \r\nme\r\n");
//! ```

use crate::frame::line_feed;
use crate::message::header::without_line_end;
use crate::slice::{after, front};

/// The text of a body with `format=flowed`, in pieces that join.
///
/// ```text
/// flowed-line  = ( *text-char SP / *text-char ) ending in SP    joins the next of the same quote depth
/// fixed-line   = what does not end in SP
/// signature    = "-- " line-end                                 is fixed, whatever it ends in
/// ```
///
/// Quote marks stay at the front of each paragraph; a space that was stuffed is taken out.
#[derive(Clone, Debug)]
pub struct Flowed<'a> {
    rest: &'a [u8],
    /// `delsp=yes`: the space that a line was broken at is not part of the text (RFC 3676 §4.1).
    delete_space: bool,
    /// The line before flows into this one, at this quote depth.
    flows: Option<usize>,
    pieces: [&'a [u8]; 4],
    next: usize,
}

impl<'a> Flowed<'a> {
    /// The paragraphs of a body without its transfer encoding.
    pub const fn new(body: &'a [u8], delete_space: bool) -> Self {
        Self { rest: body, delete_space, flows: None, pieces: [b""; 4], next: 4 }
    }

    /// Takes the next line apart: the end of the paragraph before it, quote marks, text, its own line end.
    fn line(&mut self) {
        let length = line_feed(self.rest).map_or(self.rest.len(), |place| place + 1);
        let line = front(self.rest, length);
        self.rest = after(self.rest, length);
        let text = without_line_end(line);
        let line_end = after(line, text.len());
        let depth = text.iter().take_while(|byte| **byte == b'>').count();
        let (quotes, text) = (front(text, depth), after(text, depth));
        let stuffed = text.strip_prefix(b" ");
        let is_signature = stuffed.unwrap_or(text) == b"-- " || text == b"-- ";
        let joins = self.flows == Some(depth) && !is_signature;
        let broken: &[u8] = if self.flows.is_some() && !joins { b"\r\n" } else { b"" };
        let flows = text.ends_with(b" ") && !is_signature && !line_end.is_empty();
        self.flows = flows.then_some(depth);
        // The space between marks and text belongs to how a quote looks, and is not a stuffed one only.
        let shown = if depth > 0 && !joins { text } else { stuffed.unwrap_or(text) };
        let shown = if flows && self.delete_space { front(shown, shown.len().saturating_sub(1)) } else { shown };
        self.pieces = [broken, if joins { b"" } else { quotes }, shown, if flows { b"" } else { line_end }];
        self.next = 0;
    }
}

impl<'a> Iterator for Flowed<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            while let Some(piece) = self.pieces.get(self.next) {
                self.next += 1;
                if !piece.is_empty() {
                    return Some(piece);
                }
            }
            if self.rest.is_empty() {
                return None;
            }
            self.line();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn lines_join_within_a_quote_depth_and_nowhere_else() {
        for (body, delete_space, text) in [
            (&b"a \r\nb\r\n"[..], false, &b"a b\r\n"[..]),
            (b"a \r\nb\r\n", true, b"ab\r\n"),
            (b"a\r\nb\r\n", false, b"a\r\nb\r\n"),
            (b" From \r\n >x\r\n", false, b"From >x\r\n"),
            (b"> a \r\n> b\r\n>> c \r\n> d\r\n", false, b"> a b\r\n>> c \r\n> d\r\n"),
            (b"a \r\n-- \r\nb\r\n", false, b"a \r\n-- \r\nb\r\n"),
            (b"> -- \r\n> me\r\n", false, b"> -- \r\n> me\r\n"),
            (b"a ", false, b"a "),
            (b"", false, b""),
        ] {
            let found = Flowed::new(body, delete_space).collect::<Vec<_>>().concat();
            assert_eq!(found, text, "{}", body.escape_ascii());
        }
    }
}
