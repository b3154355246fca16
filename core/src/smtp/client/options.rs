//! What a client assumes and how long it waits.

use super::super::{LineEnds, Protocol};
use crate::leniency::Leniency;
use crate::limits::Limits;

/// How a [`Client`](super::Client) behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientOptions {
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// What happens to bare CR and LF in the data the host passes. [`ClientOptions::default`]
    /// refuses them; [`LineEnds::Canonicalise`] makes them CR LF.
    pub line_ends: LineEnds,
    /// The bounds.
    pub limits: Limits,
    /// What is tolerated in replies.
    pub leniency: Leniency,
    /// How long the server may take.
    pub timeouts: ClientTimeouts,
}

/// How long a client waits, in seconds. The defaults are the least of RFC 5321 §4.5.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientTimeouts {
    /// For the greeting (§4.5.3.2.1).
    pub greeting: u16,
    /// For the reply to a command (§4.5.3.2.2, §4.5.3.2.3).
    pub reply: u16,
    /// For the go-ahead to DATA (§4.5.3.2.4).
    pub data_start: u16,
    /// For room to send the next piece of data (§4.5.3.2.5).
    pub data_block: u16,
    /// For the verdict on a message (§4.5.3.2.6).
    pub data_end: u16,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        Self { greeting: 300, reply: 300, data_start: 120, data_block: 180, data_end: 600 }
    }
}
