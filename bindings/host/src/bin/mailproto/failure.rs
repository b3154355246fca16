//! How a command fails: what, where, what to try, and the exit status.

use mailproto::{Closure, Error};
use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// The exit status of a command that did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The peer refused, or the input is malformed.
    Refused = 1,
    /// The command was called wrongly.
    Usage = 2,
    /// There was no connection, or it broke.
    Broken = 3,
    /// Something took too long.
    TimedOut = 4,
}

/// Why a command ends.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    /// Empty when everything has been said already.
    message: String,
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl Display) -> Self {
        Self { status, message: message.to_string() }
    }

    /// The command was called wrongly.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self::new(Status::Usage, message)
    }

    /// What the system says, and what it was about.
    pub(crate) fn io(what: impl Display, error: &io::Error) -> Self {
        Self::new(status_of(error), format_args!("{what}: {error}"))
    }

    /// Everything has been said already.
    pub(crate) fn silent(status: Status) -> Self {
        Self::new(status, "")
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Tells people, and gives the status to the system.
    pub(crate) fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("mailproto: {}", self.message);
        }
        ExitCode::from(self.status as u8)
    }
}

/// The status that an error of a connection leads to.
pub(crate) fn status_of(error: &io::Error) -> Status {
    if error.kind() == io::ErrorKind::TimedOut { Status::TimedOut } else { Status::Broken }
}

/// A conversation with a server came to an end before its time.
pub(crate) fn protocol_failure(server: impl Display, error: Error) -> Failure {
    let status = match error {
        Error::Closed(Closure::TimedOut(_)) => Status::TimedOut,
        _ => Status::Broken,
    };
    Failure::new(status, format_args!("{server}: {error}"))
}
