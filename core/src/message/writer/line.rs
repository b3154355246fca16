//! Lines of a header: what is written, and where a line is folded.

use crate::slice::{after_mut, copy};

/// Bytes that one step may write, and that there is always room for.
pub(super) const STEP: usize = 96;
/// Characters of a line that is not folded: 78 (RFC 5322 §2.1.1), and 76 with encoded words (RFC 2047 §2).
pub(super) const WIDTH: usize = 76;

/// Room to write header lines into.
pub(super) struct Line<'o> {
    place: &'o mut [u8],
    written: usize,
    column: u16,
}

impl<'o> Line<'o> {
    pub(super) const fn new(place: &'o mut [u8], column: u16) -> Self {
        Self { place, written: 0, column }
    }

    /// Bytes written so far.
    pub(super) const fn written(&self) -> usize {
        self.written
    }

    /// Characters on the present line.
    pub(super) const fn column(&self) -> usize {
        self.column as usize
    }

    /// Bytes that can be written.
    pub(super) const fn room(&self) -> usize {
        self.place.len() - self.written
    }

    /// Where to write, for those who say how much afterwards.
    pub(super) fn space(&mut self) -> &mut [u8] {
        after_mut(self.place, self.written)
    }

    /// So much of the space was written.
    pub(super) fn filled(&mut self, count: usize) {
        self.written += count;
        self.column = self.column.saturating_add(count as u16);
    }

    /// Writes bytes; how many of them fitted.
    pub(super) fn put(&mut self, bytes: &[u8]) -> usize {
        let count = copy(bytes, self.space());
        self.filled(count);
        count
    }

    /// Goes to a new line of the same field, if anything stands on this one.
    pub(super) fn fold(&mut self) {
        if self.column > 1 {
            self.put(b"\r\n");
            self.column = 0;
        }
    }

    /// Goes to a new line if `width` more characters do not fit on this one.
    pub(super) fn make_room(&mut self, width: usize) {
        if self.column() + width > WIDTH {
            self.fold();
        }
    }

    /// Ends the field.
    pub(super) fn end(&mut self) {
        self.put(b"\r\n");
        self.column = 0;
    }
}
