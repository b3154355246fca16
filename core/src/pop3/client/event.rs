//! What a client's host hears.

use super::super::capability::Capability;
use super::super::command::Verb;
use super::super::listing::{ScanListing, UniqueIdListing};
use super::super::response::Response;
use crate::endpoint::CommandId;

/// Something a server said.
///
/// A command ends in one [`Response`](Self::Response), or, where a good response has several lines, in
/// [`Start`](Self::Start), its items one by one, and [`End`](Self::End). A refusal has one line
/// whatever was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The server has greeted, or refused to serve. [`Response::timestamp`] tells whether it knows
    /// APOP.
    Greeting(Response<'a>),
    /// A command has ended with this response, good or bad. [`login`](super::Client::login) ends as
    /// [`Verb::Pass`], or as [`Verb::User`] if the server would not hear of the user.
    Response {
        /// The command.
        id: CommandId,
        /// What it was.
        verb: Verb,
        /// What the server said.
        response: Response<'a>,
    },
    /// A good response begins that has more lines.
    Start {
        /// The command.
        id: CommandId,
        /// What it was.
        verb: Verb,
        /// Its first line.
        response: Response<'a>,
    },
    /// LIST: one message's size.
    Listing {
        /// The command.
        id: CommandId,
        /// Number and size.
        listing: ScanListing,
    },
    /// UIDL: one message's unique id.
    UniqueId {
        /// The command.
        id: CommandId,
        /// Number and unique id.
        listing: UniqueIdListing<'a>,
    },
    /// CAPA: something the server can do.
    Capability {
        /// The command.
        id: CommandId,
        /// What it is.
        capability: Capability<'a>,
    },
    /// LANG: a language that the server speaks (RFC 6856 §3.2).
    Language {
        /// The command.
        id: CommandId,
        /// Its tag (RFC 5646).
        tag: &'a str,
        /// Its name for people, in that language.
        description: &'a str,
    },
    /// RETR, TOP: the next bytes of the message, as the server has them, without the added dots.
    Data {
        /// The command.
        id: CommandId,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// A line of a list that is not what it should be, without its end; it was skipped.
    Malformed {
        /// The command.
        id: CommandId,
        /// The line; its start, if it is over the limit of a reply.
        line: &'a [u8],
    },
    /// A response of several lines is complete, and so is the command.
    End {
        /// The command.
        id: CommandId,
        /// What it was.
        verb: Verb,
    },
    /// The server asks; answer with [`auth_respond`](super::Client::auth_respond) or
    /// [`auth_cancel`](super::Client::auth_cancel).
    Challenge {
        /// The AUTH command.
        id: CommandId,
        /// The challenge as it was sent, base64.
        text: &'a [u8],
    },
    /// The server is ready: do the TLS handshake, then call
    /// [`tls_started`](super::Client::tls_started).
    StartTls {
        /// The STLS command.
        id: CommandId,
    },
    /// The server says -ERR though no command asked: it is closing the connection, as it does after a
    /// long silence (RFC 1939 §3).
    Closing(Response<'a>),
}
