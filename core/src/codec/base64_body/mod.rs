//! Base64 (RFC 2045 §6.8), as bodies use it: in lines.

mod encode;

pub use encode::{Encoder, encoded_length};
