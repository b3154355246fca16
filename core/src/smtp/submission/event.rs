//! What the host of a submission hears.

use super::super::extension_set::ExtensionSet;
use super::super::reply::Reply;

/// Names a message from [`submit`](super::Submission::submit) to its last event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub(super) u32);

impl MessageId {
    /// The number of the message on its connection, from 0.
    pub const fn as_u32(self) -> u32 {
        self.0
    }
}

/// Something that happened to the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Do the TLS handshake, then call [`tls_started`](super::Submission::tls_started).
    StartTls,
    /// The server waits for this message: pass it by
    /// [`send_data`](super::Submission::send_data) and
    /// [`finish_data`](super::Submission::finish_data).
    BodyWanted {
        /// The message.
        message: MessageId,
    },
    /// What became of one recipient. Each recipient of each message has exactly one.
    Recipient {
        /// The message.
        message: MessageId,
        /// The index in [`Envelope::recipients`](super::Envelope::recipients).
        recipient: u32,
        /// What became of it.
        delivery: Delivery<'a>,
    },
    /// Every recipient of this message has been told of.
    MessageDone {
        /// The message.
        message: MessageId,
        /// The server's verdict on the message, if it came to that.
        reply: Option<Reply<'a>>,
    },
    /// The server will take nothing on this connection. What was submitted is told of next.
    Failed {
        /// Why.
        failure: Failure,
        /// What the server said, if it was the server.
        reply: Option<Reply<'a>>,
    },
}

/// What became of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery<'a> {
    /// In a word.
    pub verdict: Verdict,
    /// Why, if it was not the server's doing.
    pub failure: Option<Failure>,
    /// What the server said, if it did.
    pub reply: Option<Reply<'a>>,
}

/// In a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The server has taken responsibility (RFC 5321 §6.1).
    Accepted,
    /// No: trying again will not help.
    Permanent,
    /// Not now: try again later.
    Transient,
    /// The line broke after the whole message had been sent and before the server's word came:
    /// trying again may deliver twice, not trying may lose it (RFC 1047).
    Unknown,
}

impl Verdict {
    /// The verdict that a reply gives.
    pub(super) fn of(code: u16) -> Self {
        match code {
            200..=299 => Self::Accepted,
            500..=599 => Self::Permanent,
            _ => Self::Transient,
        }
    }
}

/// Why something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The greeting was a refusal.
    Greeting,
    /// EHLO and HELO were refused.
    Hello,
    /// TLS is required and the server does not offer it.
    TlsNotOffered,
    /// TLS is required and the server refused to begin.
    TlsRefused,
    /// A login is set and there is no mechanism, or none that may be used without TLS.
    LoginNotOffered,
    /// The server refused the login.
    LoginRefused,
    /// The message needs extensions that the server does not offer.
    NeedsExtension(ExtensionSet),
    /// The server takes no message of this size.
    TooLarge,
    /// The address breaks the grammar of RFC 5321 §4.1.2.
    BadAddress,
    /// The server announced that it takes no more recipients or messages (RFC 9422).
    LimitReached,
    /// The connection broke.
    ConnectionLost,
}
