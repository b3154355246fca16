//! Quoted-printable (RFC 2045 §6.7), as bodies use it.

mod decode;
mod encode;
mod scan;

pub use decode::Decoder;
pub use encode::Encoder;
pub(crate) use encode::put_escape;
