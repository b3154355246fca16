//! mailproto on real sockets: its endpoints joined to blocking streams.

pub(crate) mod client;
pub(crate) mod server;
mod stream;
pub(crate) mod submission;

use std::fmt;
use std::io;

use mailproto::Error;

/// What ended a conversation too soon.
pub(crate) enum Failure {
    /// The protocol's end of it.
    Endpoint(Error),
    /// The socket's end of it, or that of TLS.
    Stream(io::Error),
}

impl fmt::Debug for Failure {
    /// In words: it is what a failed test says.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoint(error) => write!(formatter, "{error}"),
            Self::Stream(error) => write!(formatter, "{error}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Endpoint(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}
