//! Encodings that mail wraps bytes in.

pub mod base64;
