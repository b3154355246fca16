//! What a store may have against something.

use std::{fmt, io};

/// Why a store did not do something. Nothing has changed then.
#[derive(Debug)]
pub(crate) enum Error {
    /// Another session has the maildrop.
    InUse,
    /// Another session has removed the message.
    Gone,
    /// There is no room left.
    Full,
    /// Something else, in words for people.
    Broken(String),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse => formatter.write_str("the maildrop is in use by another session"),
            Self::Gone => formatter.write_str("the message has been removed by another session"),
            Self::Full => formatter.write_str("there is no room left"),
            Self::Broken(what) => formatter.write_str(what),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Broken(error.to_string()),
        }
    }
}
