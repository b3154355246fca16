//! Encodings that mail wraps bytes in.

pub mod base64;
#[cfg(feature = "message")]
pub mod encoded_word;
#[cfg(feature = "message")]
pub mod utf7;
