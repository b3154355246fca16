//! What a client assumes and how long it waits.

use crate::leniency::Leniency;
use crate::limits::Limits;

/// How a [`Client`](super::Client) behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientOptions {
    /// The bounds.
    pub limits: Limits,
    /// What is tolerated in responses.
    pub leniency: Leniency,
    /// How long the server may take.
    pub timeouts: ClientTimeouts,
}

/// How long a client waits, in seconds. POP3 names no times for a client; the defaults are those of
/// SMTP (RFC 5321 §4.5.3.2), with the longest for what a server does to the maildrop at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientTimeouts {
    /// For the greeting.
    pub greeting: u16,
    /// For the response to a command.
    pub reply: u16,
    /// For the next piece of a message or a list.
    pub data_block: u16,
    /// For the response to QUIT, before which the server removes messages (RFC 1939 §6).
    pub update: u16,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        Self { greeting: 300, reply: 300, data_block: 180, update: 600 }
    }
}
