//! The lines of a text, each with CR LF, wrapped if the text shall flow.

use crate::slice::{after, front};
use memchr::{memchr, memchr2, memrchr};

const CR_LF: &[u8] = b"\r\n";
/// Characters of a line that flows, with the space at its end: fewer than 78 (RFC 3676 §4.2).
const FLOWED_WIDTH: usize = 74;

/// Gives the pieces of a text as it is written: CR LF, LF and CR each end a line, and become CR LF.
///
/// ```abnf
/// flowed-line = ( *text-char SP CRLF )   ; goes on with the next
/// fixed-line  = ( *text-char CRLF )      ; no space at the end
/// sig-sep     = [quote] "--" SP CRLF
/// stuffing    = [SP]                     ; before a space, `From ` and `>`
/// ```
/// RFC 3676 §4.1 to §4.4, where the text flows. Lines that begin with `>` are quotes, and stay as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pieces<'a> {
    text: &'a [u8],
    flowed: bool,
    /// What is left of the present line.
    line: &'a [u8],
    within_line: bool,
    /// The line has an end in the text.
    has_end: bool,
    break_follows: bool,
    stuffed: bool,
    altered: bool,
}

impl<'a> Pieces<'a> {
    pub(super) const fn new(text: &'a [u8], flowed: bool) -> Self {
        Self {
            text,
            flowed,
            line: &[],
            within_line: false,
            has_end: false,
            break_follows: false,
            stuffed: false,
            altered: flowed,
        }
    }

    /// Whether the pieces so far are not the text itself.
    pub(super) const fn is_altered(&self) -> bool {
        self.altered
    }

    /// Takes the next line from the text.
    fn take_line(&mut self) {
        let end = memchr2(b'\r', b'\n', self.text).unwrap_or(self.text.len());
        self.line = front(self.text, end);
        let (end_length, canonical) = match after(self.text, end) {
            [b'\r', b'\n', ..] => (2, true),
            [] => (0, true),
            _ => (1, false),
        };
        self.altered |= !canonical;
        self.has_end = end_length > 0;
        self.text = after(self.text, end + end_length);
        if self.flowed && self.line != b"-- " {
            // A space at the end would let the line flow.
            let kept = self.line.iter().rev().skip_while(|byte| **byte == b' ').count();
            self.line = front(self.line, kept);
        }
        self.within_line = true;
        self.stuffed = false;
    }

    /// The front of the line that is written as one line.
    fn next_width(&self) -> usize {
        if !self.flowed || self.line.len() <= FLOWED_WIDTH || self.line.first() == Some(&b'>') {
            return self.line.len();
        }
        // Not at a space at the front, which would make no way.
        let space = memrchr(b' ', front(self.line, FLOWED_WIDTH)).filter(|place| *place > 0);
        let later = || memchr(b' ', after(self.line, FLOWED_WIDTH)).map(|place| place + FLOWED_WIDTH);
        space.or_else(later).map_or(self.line.len(), |place| place + 1)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.break_follows {
            self.break_follows = false;
            return Some(CR_LF);
        }
        if !self.within_line {
            if self.text.is_empty() {
                return None;
            }
            self.take_line();
        }
        if self.flowed && !self.stuffed {
            self.stuffed = true;
            if self.line.first() == Some(&b' ') || self.line.starts_with(b"From ") {
                return Some(b" ");
            }
        }
        let width = self.next_width();
        let piece = front(self.line, width);
        self.line = after(self.line, width);
        self.within_line = !self.line.is_empty();
        self.stuffed = false;
        let ends = self.within_line || self.has_end;
        match (piece.is_empty(), ends) {
            (true, true) => Some(CR_LF),
            (true, false) => self.next(),
            (false, _) => {
                self.break_follows = ends;
                Some(piece)
            }
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    fn written(text: &str, flowed: bool) -> String {
        let bytes: Vec<u8> = Pieces::new(text.as_bytes(), flowed).flatten().copied().collect();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn every_line_end_becomes_cr_lf() {
        for (text, lines, altered) in [
            ("", "", false),
            ("a", "a", false),
            ("a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n", false),
            ("a\nb\r\rc\n\r", "a\r\nb\r\n\r\nc\r\n\r\n", true),
        ] {
            assert_eq!(written(text, false), lines);
            let mut pieces = Pieces::new(text.as_bytes(), false);
            pieces.by_ref().for_each(drop);
            assert_eq!(pieces.is_altered(), altered, "{text:?}");
        }
    }

    /// Makes one line again of those that flow (RFC 3676 §4.1).
    fn unflowed(text: &str) -> String {
        let mut whole = String::new();
        for line in text.split_inclusive("\r\n") {
            let line = line.strip_prefix(' ').unwrap_or(line);
            let flows = line.ends_with(" \r\n") && line != "-- \r\n";
            whole.push_str(if flows { line.trim_end_matches("\r\n") } else { line });
        }
        whole
    }

    #[test]
    fn what_flows_is_read_as_it_was() {
        let long = "word ".repeat(60) + "end";
        for text in [
            long.as_str(),
            " indented",
            "From here",
            &(long.clone() + "\r\n\r\n" + &long + "\r\n-- \r\nme\r\n"),
            &("From ".repeat(40) + "x"),
            &"x".repeat(200),
            &("x".repeat(200) + " y"),
            &(" ".repeat(200) + "y"),
            &("> ".to_string() + &long),
            "日本 ".repeat(50).trim_end(),
        ] {
            let flowed = written(text, true);
            assert_eq!(unflowed(&flowed), text);
            if text.is_ascii() && !text.contains("xxx") && !text.starts_with('>') {
                assert!(flowed.lines().all(|line| line.len() <= 78), "{flowed}");
            }
        }
        assert_eq!(written("hard  \r\nend ", true), "hard\r\nend");
    }
}
