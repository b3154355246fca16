//! What the server's machine finds in its input, and what it is doing meanwhile.

use super::answer::Answer;
use super::event::Abort;
use crate::sasl::ServerExchange;
use crate::slice::Span;

/// What the input holds at this point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing yet: the host has not been told of the client.
    #[default]
    Start,
    /// Command lines.
    Commands,
    /// Responses of a SASL exchange.
    Auth,
    /// Message data up to the lone dot.
    Data,
    /// Message data of an announced length; `last` ends the message.
    Chunk { last: bool, swallow: bool },
    /// Nothing: the verdict on the message is being given, recipient by recipient.
    Verdict,
    /// Nothing: TLS must begin first.
    Wall { announced: bool },
}

/// What the host has been asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Connect,
    Hello { extended: bool },
    Auth,
    AuthResponse,
    Mail,
    Rcpt,
    DataStart { chunking: bool },
    DataEnd,
    Vrfy,
    Expn,
    Xclient,
}

/// What `advance` asks of the endpoint around it.
#[derive(Debug)]
pub(super) enum Advance {
    /// Nothing more without bytes, an answer or time.
    Idle,
    /// Forget these bytes of the input and go on.
    Drop { consumed: usize },
    /// The input is going to hold a secret.
    Secret,
    /// Consume these bytes and read them as what was found.
    Event { consumed: usize, found: Found },
}

/// What was found at the front of the input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    Connect,
    /// A command line of this length.
    Line {
        length: usize,
    },
    TooLongLine,
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
    /// A SASL exchange that failed before the host could judge.
    AuthFailed(Answer),
    StartTls,
    /// The start of a message by BDAT.
    ChunkStart,
    /// A piece of a message; what is over the limit is left out.
    Data(Span),
    /// A bare line end made canonical, or as much of it as the limit lets pass.
    LineEnd {
        length: usize,
    },
    DataEnd {
        recipient: Option<u32>,
    },
    Aborted(Abort),
}

impl Found {
    pub(super) fn is_secret(self) -> bool {
        matches!(self, Self::Credentials { .. } | Self::Response { .. } | Self::AuthFailed(_))
    }
}
