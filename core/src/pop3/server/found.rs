//! What the server's machine finds in its input, and what it is doing meanwhile.

use super::super::command::Verb;
use super::event::Event;
use crate::sasl::ServerExchange;
use crate::slice::Span;

/// What the machine is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing yet: the host has not been told of the client.
    #[default]
    Start,
    /// Reading command lines.
    Commands,
    /// Reading responses of a SASL exchange.
    Auth,
    /// The login by this verb is good: the maildrop must be opened.
    Opening(Verb),
    /// Saying what it can, or which mechanisms there are; so many bytes of it have been said.
    Announcing { verb: Verb, written: u16 },
    /// Listing sizes or unique ids; this message is next.
    Listing { unique_ids: bool, next: u32 },
    /// Passing on a message of the host's.
    Message,
    /// Nothing: TLS must begin first.
    Wall { announced: bool },
}

/// What the host has been asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Connect,
    Auth(Verb),
    AuthResponse,
    Open(Verb),
    /// `listed`: in the answer to LIST of all messages.
    Size {
        number: u32,
        listed: bool,
    },
    UniqueId {
        number: u32,
        listed: bool,
    },
    Message {
        lines: Option<u32>,
    },
    Delete {
        number: u32,
    },
    Update,
    Language,
    /// `begun`: the first of them has been told.
    Languages {
        begun: bool,
    },
}

/// What `advance` asks of the endpoint around it.
#[derive(Debug)]
pub(super) enum Advance {
    /// Nothing more without bytes, an answer or time.
    Idle,
    /// Forget these bytes of the input and go on.
    Drop { consumed: usize },
    /// Consume these bytes and read them as what was found.
    Event { consumed: usize, found: Found },
}

/// What was found at the front of the input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// What can be told without looking at the input again.
    Told(Event<'static>),
    /// Where name and password stand.
    Login {
        user: Span,
        password: Span,
    },
    /// Where the decoded SASL responses stand.
    Credentials {
        exchange: ServerExchange,
        first: Span,
        second: Span,
    },
    /// A decoded response of an exchange that the host conducts; none where the server speaks first.
    Response {
        exchange: ServerExchange,
        response: Option<Span>,
    },
    Apop {
        name: Span,
        digest: Span,
    },
    Language {
        range: Span,
    },
    Update,
    /// A line that was refused with this text. What must not be shown is in no `line`.
    Refused {
        text: &'static str,
        line: Span,
        secret: bool,
    },
}

impl Found {
    pub(super) fn is_secret(self) -> bool {
        matches!(
            self,
            Self::Login { .. }
                | Self::Credentials { .. }
                | Self::Response { .. }
                | Self::Apop { .. }
                | Self::Refused { secret: true, .. }
        )
    }
}
