//! mailproto on real sockets: its endpoints joined to blocking streams.

pub(crate) mod client;
pub(crate) mod server;
mod stream;
