//! What the client's machine finds in its input, and what becomes of the data that the host passes.

use super::super::command::Verb;
use super::super::reply::Checked;
use super::event::Event;
use crate::endpoint::CommandId;

/// What the message data that the host passes becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Body {
    /// No data is wanted.
    #[default]
    None,
    /// Dot-stuffed lines.
    Lines,
    /// A chunk of an announced length.
    Chunk,
}

/// What the input holds.
#[derive(Debug)]
pub(super) enum Advance {
    /// Nothing more without bytes, a verb or time.
    Idle,
    /// Keep only these first bytes: a reply is over the limit.
    Truncate { keep: usize },
    /// A reply that the machine has dealt with itself.
    Drop { consumed: usize },
    /// A reply to tell the host of.
    Event { consumed: usize, found: Found },
    /// The connection is over: `failure` says why.
    Failed,
}

/// What a reply turned out to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) reply: Checked,
    pub(super) what: What,
}

/// What a reply is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Greeting,
    Reply(CommandId, Verb),
    Delivery { id: CommandId, recipient: u32, last: bool },
    DataReady(CommandId),
    Challenge(CommandId),
    StartTls(CommandId),
    Closing,
}

impl Found {
    /// Tells of the reply that was found, whose bytes these are.
    pub(super) fn event(self, bytes: &[u8]) -> Event<'_> {
        let reply = self.reply.over(bytes);
        match self.what {
            What::Greeting => Event::Greeting(reply),
            What::Reply(id, verb) => Event::Reply { id, verb, reply },
            What::Delivery { id, recipient, last } => Event::Delivery { id, recipient, last, reply },
            What::DataReady(id) => Event::DataReady { id, reply },
            What::StartTls(id) => Event::StartTls { id },
            What::Closing => Event::Closing(reply),
            What::Challenge(id) => Event::Challenge { id, text: reply.lines().last().map_or(b"", |line| line.text()) },
        }
    }
}
