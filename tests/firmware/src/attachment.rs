//! The attachment: bytes that are made as they are sent, so that a message of
//! any size needs no memory. Both ends of the test make the same bytes.

/// How long the attachment is.
pub const LENGTH: usize = 200 * 1024;

/// The attachment's bytes, one after the other: a xorshift generator, so that
/// every byte value and no pattern occurs.
pub struct Attachment {
    state: u32,
    left: usize,
}

impl Attachment {
    /// The whole attachment.
    pub const fn new() -> Self {
        Self { state: 0x6D61_696C, left: LENGTH }
    }
}

impl Default for Attachment {
    fn default() -> Self {
        Self::new()
    }
}

impl Iterator for Attachment {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        self.left = self.left.checked_sub(1)?;
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        Some((self.state >> 24) as u8)
    }
}
