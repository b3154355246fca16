//! Base64 (RFC 2045 §6.8), as bodies use it: in lines, and with whatever else has crept in.

mod decode;
mod encode;

pub use decode::Decoder;
pub use encode::{Encoder, encoded_length};
