//! Encoded words (RFC 2047): text beyond ASCII in header fields.

mod encode;

pub(crate) use encode::looks_encoded;
pub use encode::{Context, EncodedWord};
