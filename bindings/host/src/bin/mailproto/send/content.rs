//! What is sent: a message that is there, or one that is written on its way.

use mailproto::smtp::BodyType;
use std::io::{self, Read};

/// Bytes that are read at a time.
pub(super) const BLOCK: usize = 64 << 10;

/// A message that is to be sent, in constant memory.
pub(super) trait Content<'a> {
    /// Bytes that will be sent.
    fn size(&self) -> u64;

    /// What its body asks of a server.
    fn body_type(&self) -> BodyType;

    /// The header itself has UTF-8 in it (RFC 6532).
    fn is_international(&self) -> bool;

    /// The message from its first byte on, as it is to be sent.
    fn reader(&mut self) -> io::Result<Box<dyn Read + 'a>>;

    /// Where it came from, for people.
    fn origin(&self) -> &str;
}
