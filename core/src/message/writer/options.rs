//! How a message is written.

/// How a message is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterOptions {
    /// What the way to the recipients can carry.
    pub target: Target,
    /// What makes the boundaries of this message unlike those of others: chance, a clock, a counter.
    pub nonce: u64,
    /// Write plain text as `format=flowed` (RFC 3676), so that it fits any width.
    pub flowed: bool,
    /// Write the field `Bcc`, as for a copy that the author keeps.
    pub bcc: bool,
    /// Tell file names in the parameter `name` of the type too, and what is beyond ASCII in them there
    /// as encoded words: against RFC 2047 §5, but the only form that old programs read.
    pub old_file_names: bool,
}

/// What the way to the recipients can carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// ASCII alone: every server there is.
    #[default]
    SevenBit,
    /// Bytes beyond ASCII in bodies (8BITMIME, RFC 6152).
    EightBit,
    /// UTF-8 in header fields and addresses too (SMTPUTF8, RFC 6531, RFC 6532).
    Utf8,
}
