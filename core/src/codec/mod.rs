//! Encodings that mail wraps bytes in.

pub mod base64;
#[cfg(feature = "message")]
pub mod base64_body;
#[cfg(feature = "message")]
pub mod encoded_word;
#[cfg(feature = "message")]
pub mod quoted_printable;
#[cfg(feature = "message")]
pub mod utf7;
#[cfg(feature = "message")]
pub mod uuencode;

/// How far a decoder came with the bytes it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes that need not be given again. The others belong before those that come next.
    pub taken: usize,
    /// Bytes of the result, which stand at the front of what was given.
    pub written: usize,
}

/// How far an encoder came with the bytes it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// Bytes that were taken in.
    pub taken: usize,
    /// Bytes that were written.
    pub written: usize,
}

/// What a hexadecimal digit stands for, in either case.
#[cfg(feature = "message")]
pub(crate) const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'A'..=b'F' => Some(character - b'A' + 10),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}
