//! Finds the lines of a body that look like delimiters.

use crate::frame::line_feed;
use crate::slice::{WIDE, after};
use memchr::memmem::Finder;

/// Looks for lines that begin with `--`.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    finder: Option<Finder<'static>>,
}

impl Search {
    pub(crate) fn new() -> Self {
        // What finds three bytes at memory speed is much code; a small machine looks line by line.
        Self { finder: WIDE.then(|| Finder::new(b"\n--")) }
    }

    /// The place of the first LF from `from` on that `--` follows.
    pub(crate) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        if let Some(finder) = &self.finder {
            return finder.find(after(text, from)).map(|place| from + place);
        }
        let mut from = from;
        loop {
            let place = from + line_feed(after(text, from))?;
            if after(text, place + 1).starts_with(b"--") {
                return Some(place);
            }
            from = place + 1;
        }
    }
}

/// Bytes at the end of `text` that may be a line end and the beginning of a delimiter.
pub(crate) fn unsettled_end(text: &[u8]) -> usize {
    match text {
        [.., b'\r', b'\n', b'-'] => 3,
        [.., b'\n', b'-'] | [.., b'\r', b'\n'] => 2,
        [.., b'\n' | b'\r'] => 1,
        _ => 0,
    }
}

/// Bytes of the line end at the end of `text`, which belongs to the delimiter that follows (RFC 2046 §5.1.1).
pub(crate) fn line_end_before(text: &[u8]) -> usize {
    match text {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    }
}
