//! Bodies of an announced length (RFC 3030 §2).

/// Counts a body of an announced length down.
///
/// ```
/// use mailproto::frame::ChunkFramer;
/// let mut framer = ChunkFramer::new(10);
/// assert_eq!(framer.next(6), 6);
/// assert_eq!(framer.next(6), 4);
/// assert!(framer.is_complete());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ChunkFramer {
    remaining: u64,
}

impl ChunkFramer {
    /// A body of `length` bytes.
    pub const fn new(length: u64) -> Self {
        Self { remaining: length }
    }

    /// How many of the next `available` bytes belong to the body; counts them.
    pub fn next(&mut self, available: usize) -> usize {
        let count = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(available);
        self.remaining -= count as u64;
        count
    }

    /// Bytes of the body that have not been seen.
    pub const fn remaining(&self) -> u64 {
        self.remaining
    }

    /// Whether the whole body has been seen.
    pub const fn is_complete(&self) -> bool {
        self.remaining == 0
    }
}
