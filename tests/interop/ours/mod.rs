//! mailproto on real sockets: its endpoints, moved by its own driver.

pub(crate) mod client;
mod exchange;
pub(crate) mod fetching;
pub(crate) mod maildrop;
pub(crate) mod server;
pub(crate) mod submission;
mod tls;

use std::fmt;
use std::io;
use std::net::SocketAddr;

use mailproto::Error;
use mailproto::smtp::ClientTimeouts;
use mailproto_host::blocking::Stream;

/// A peer that stays silent for so many seconds has hung.
const PATIENCE: u16 = 180;

const TIMEOUTS: ClientTimeouts = ClientTimeouts {
    greeting: PATIENCE,
    reply: PATIENCE,
    data_start: PATIENCE,
    data_block: PATIENCE,
    data_end: PATIENCE,
};

fn connect(address: SocketAddr) -> io::Result<Stream> {
    Stream::connect(&address.ip().to_string(), address.port())
}

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
