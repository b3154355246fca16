//! Quoted-printable (RFC 2045 §6.7), as bodies use it.

mod decode;

pub use decode::Decoder;
