//! Internet messages and MIME (RFC 5322, RFC 2045 to 2049): read as a stream, taken apart, written.

pub mod writer;

pub use writer::{Draft, Writer, WriterOptions};
