//! What a server's host hears.

use super::super::attribute::Attributes;
use super::super::parameter::Parameters;
use super::super::path::Path;
use crate::sasl::{Credentials, Mechanism};

/// Something a client did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Question: a client is there.
    Connect,
    /// Question: EHLO, HELO or LHLO. Any transaction is over.
    Hello {
        /// The name the client gives itself; untrusted.
        name: &'a str,
        /// EHLO or LHLO, not HELO.
        extended: bool,
    },
    /// The 220 to STARTTLS has been sent: do the handshake, then call
    /// [`tls_started`](super::Server::tls_started).
    StartTls,
    /// Question: the client says who it is.
    Auth(Credentials<'a>),
    /// Question: a response in an exchange that the host conducts, such as SCRAM. Answer with
    /// [`challenge`](super::Server::challenge) to go on, or end it with
    /// [`accept`](super::Server::accept) or [`reject`](super::Server::reject).
    AuthResponse {
        /// The mechanism.
        mechanism: Mechanism,
        /// The exchange begins: whatever is left of one before it is over.
        first: bool,
        /// The response, decoded; `None` at the start of a mechanism in which the server speaks first.
        response: Option<&'a [u8]>,
    },
    /// Question: a transaction begins.
    Mail {
        /// The sender; null for reports.
        path: Path<'a>,
        /// Checked parameters of offered extensions.
        parameters: Parameters<'a>,
    },
    /// Question: another recipient.
    Rcpt {
        /// The recipient.
        path: Path<'a>,
        /// Checked parameters of offered extensions.
        parameters: Parameters<'a>,
    },
    /// Question: a message is about to come, by DATA or the first BDAT.
    DataStart {
        /// By BDAT: the first bytes may be there already.
        chunking: bool,
    },
    /// A piece of the message, with added dots taken out.
    Data(&'a [u8]),
    /// Question: the message is complete. Accept only when it is safe. In LMTP once for each
    /// accepted recipient, in their order.
    DataEnd {
        /// In LMTP, the number of the accepted recipient from 0.
        recipient: Option<u32>,
    },
    /// The message was refused by the endpoint itself; forget what came of it.
    DataAborted(Abort),
    /// RSET: any transaction is over.
    Reset,
    /// Question: is there such a mailbox? Asked only if VRFY is offered.
    Vrfy(&'a str),
    /// Question: who is on this list? Asked only if EXPN is offered.
    Expn(&'a str),
    /// NOOP, answered already.
    Noop,
    /// HELP, answered already.
    Help(&'a str),
    /// Question: a proxy tells whom it speaks for. Asked only if XCLIENT is offered; check that
    /// the peer may.
    Xclient(Attributes<'a>),
    /// QUIT, answered already.
    Quit,
    /// The endpoint itself refused a line. For logs: no answer is wanted.
    Refused {
        /// The reply code it gave.
        code: u16,
        /// The line; empty where it could hold a secret or was too long to keep.
        line: &'a [u8],
    },
}

impl Event<'_> {
    /// Whether it waits for [`accept`](super::Server::accept) or [`reject`](super::Server::reject).
    /// Whoever accepts all questions accepts every login, by [`Auth`](Self::Auth) and, in an exchange that the
    /// host conducts, by [`AuthResponse`](Self::AuthResponse): answer these on their own first.
    pub const fn is_question(&self) -> bool {
        matches!(
            self,
            Self::Connect
                | Self::Hello { .. }
                | Self::Auth(_)
                | Self::AuthResponse { .. }
                | Self::Mail { .. }
                | Self::Rcpt { .. }
                | Self::DataStart { .. }
                | Self::DataEnd { .. }
                | Self::Vrfy(_)
                | Self::Expn(_)
                | Self::Xclient(_)
        )
    }
}

/// Why the endpoint refused a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Abort {
    /// It has more bytes than [`Limits::message`](crate::Limits::message): 552.
    TooLarge,
    /// It has bare CR, LF or NUL and the policy is [`LineEnds::Refuse`](crate::smtp::LineEnds): 554.
    LineEnds,
}
