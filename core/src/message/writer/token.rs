//! What is longer than one step.

use super::line::Line;
use crate::slice::after;

/// The rest of a word that is written as it is, however long, and what stands behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'a> {
    pub(super) text: &'a [u8],
    pub(super) behind: &'static [u8],
}

impl Rest<'_> {
    /// Nothing.
    pub(super) const NONE: Self = Self { text: &[], behind: &[] };

    pub(super) const fn is_empty(&self) -> bool {
        self.text.is_empty() && self.behind.is_empty()
    }

    /// Writes as much as there is room for.
    pub(super) fn write(&mut self, line: &mut Line<'_>) {
        let count = line.put(self.text);
        self.text = after(self.text, count);
        if self.text.is_empty() && line.room() >= self.behind.len() {
            line.put(self.behind);
            self.behind = &[];
        }
    }
}
