//! Decisions that are taken by the input.

/// A list of decisions, one byte each, that starts anew when it is used up.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    bytes: &'a [u8],
    next: usize,
}

impl<'a> Choices<'a> {
    /// The decisions at the front of an input, and the rest of it. The first byte says how many
    /// there are.
    pub fn divide(data: &'a [u8]) -> (Self, &'a [u8]) {
        let Some((&count, rest)) = data.split_first() else {
            return (Self { bytes: &[], next: 0 }, &[]);
        };
        let (bytes, rest) = rest.split_at(usize::from(count).min(rest.len()));
        (Self { bytes, next: 0 }, rest)
    }

    /// The next decision.
    pub fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.next).copied().unwrap_or(0);
        self.next = (self.next + 1) % self.bytes.len().max(1);
        byte
    }

    /// The next decision, as a number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end.max(1)
    }

    /// The next decision, as one of several things.
    pub fn of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }

    /// The next decision, as yes or no.
    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }
}
