//! Encodings that mail wraps bytes in.

pub mod base64;
#[cfg(feature = "message")]
pub mod base64_body;
#[cfg(feature = "message")]
pub mod encoded_word;
#[cfg(feature = "message")]
pub mod quoted_printable;

/// How far an encoder came with the bytes it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// Bytes that were taken in.
    pub taken: usize,
    /// Bytes that were written.
    pub written: usize,
}
