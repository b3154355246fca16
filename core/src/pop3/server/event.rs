//! What a server's host hears.

use super::super::command::Verb;
use super::marks::Deleted;
use crate::sasl::{Credentials, Mechanism};

/// Something a client did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Question: a client is there.
    Connect,
    /// The `+OK` to STLS has been sent: do the handshake, then call
    /// [`tls_started`](super::Server::tls_started).
    StartTls,
    /// Question: the client says who it is, by USER and PASS or by AUTH.
    Auth(Credentials<'a>),
    /// Question: what is the next challenge of this exchange, which the host conducts? Answered by
    /// [`challenge`](super::Server::challenge), accepted or rejected.
    AuthResponse {
        /// The mechanism of the exchange.
        mechanism: Mechanism,
        /// It is the start of the exchange.
        first: bool,
        /// The client's response, decoded; `None` where the server speaks first.
        response: Option<&'a [u8]>,
    },
    /// Question: the client says who it is, by the digest of the greeting's timestamp and a secret that
    /// both know (RFC 1939 §7).
    Apop {
        /// Who the client is.
        name: &'a str,
        /// MD5 in 32 hexadecimal digits, as the client wrote them; compare them by `ApopDigest`, which comes
        /// with the feature `scram`.
        digest: &'a str,
    },
    /// Question, behind a login that was accepted: what is in the maildrop? Answered by
    /// [`open`](super::Server::open), once the maildrop is locked (RFC 1939 §4).
    Open,
    /// Question: how many octets has the message? Answered by [`size`](super::Server::size).
    Size {
        /// The message, from 1.
        number: u32,
    },
    /// Question: what is the message's name for life? Answered by
    /// [`unique_id`](super::Server::unique_id).
    UniqueId {
        /// The message, from 1.
        number: u32,
    },
    /// Question: may the message be fetched? When accepted,
    /// [`send_data`](super::Server::send_data) takes it.
    Message {
        /// The message, from 1.
        number: u32,
        /// By TOP: the header and so many lines of the body are wanted. The endpoint cuts it.
        lines: Option<u32>,
    },
    /// Question: may the message be marked as deleted? Answered by [`size`](super::Server::size), too, so
    /// that the size of the maildrop can be told. Nothing is deleted yet.
    Delete {
        /// The message, from 1.
        number: u32,
    },
    /// RSET: no message is marked as deleted any more.
    Reset,
    /// Question: the client has said QUIT; these messages are to be deleted now. In no other case is any.
    Update {
        /// The messages that are marked, in ascending order.
        deleted: Deleted<'a>,
    },
    /// UTF8, answered already: from now on messages may be sent with UTF-8 in their headers (RFC 6856 §2).
    Utf8,
    /// Question: speak this language? Accepted with its exact tag, a space and a text in it. Asked only if
    /// LANG is offered (RFC 6856 §3).
    Language {
        /// A basic language range (RFC 4647 §2.1), or `*` for the one that the server prefers.
        range: &'a str,
    },
    /// Question: which languages are there? Answered by [`language`](super::Server::language) for each of
    /// them, then accepted.
    Languages,
    /// A command that needed nothing of the host: CAPA, AUTH alone, USER, STAT, NOOP.
    Answered(Verb),
    /// QUIT, answered already; nothing is to be deleted.
    Quit,
    /// The endpoint itself refused a line. For logs: no answer is wanted.
    Refused {
        /// What it said to the client.
        text: &'static str,
        /// The line; empty where it could hold a secret or was too long to keep.
        line: &'a [u8],
    },
}

impl Event<'_> {
    /// Whether it waits for an answer of the host's. Whoever accepts all questions accepts every login, by
    /// [`Auth`](Self::Auth), [`Apop`](Self::Apop) and, in an exchange that the host conducts,
    /// [`AuthResponse`](Self::AuthResponse): answer these on their own first.
    pub const fn is_question(&self) -> bool {
        !matches!(
            self,
            Self::StartTls | Self::Reset | Self::Utf8 | Self::Answered(_) | Self::Quit | Self::Refused { .. }
        )
    }
}
