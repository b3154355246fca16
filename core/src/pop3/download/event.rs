//! What the host of a download hears.

use super::super::response::Response;

/// Something that happened to the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Do the TLS handshake, then call [`tls_started`](super::Download::tls_started).
    StartTls,
    /// The maildrop is open, and it is known what will be done.
    Listed {
        /// Messages in the maildrop.
        messages: u32,
        /// Those of them that will be fetched.
        new: u32,
    },
    /// A message begins; its content comes as [`Data`](Self::Data).
    Message(Message<'a>),
    /// The next bytes of the message, as the server has them.
    Data(&'a [u8]),
    /// The message is complete. Keep it, then say [`accept`](super::Download::accept), or
    /// [`reject`](super::Download::reject).
    MessageEnd,
    /// A message stays on the server and was not fetched.
    Skipped {
        /// Which.
        message: Message<'a>,
        /// Why.
        reason: SkipReason,
        /// What the server said, if it was the server.
        response: Option<Response<'a>>,
    },
    /// Nothing can be fetched on this connection.
    Failed {
        /// Why.
        failure: Failure,
        /// What the server said, if it was the server.
        response: Option<Response<'a>>,
    },
    /// The session is complete: what is to be remembered of it is in the state.
    Done {
        /// Messages that the server has removed; none if it says that it could not remove them all.
        removed: u32,
        /// What the server said.
        response: Option<Response<'a>>,
    },
}

/// A message in the maildrop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its number in this session.
    pub number: u32,
    /// Its unique id; `None` where the server has none.
    pub unique_id: Option<&'a str>,
    /// Its size in octets, as far as the server tells.
    pub size: Option<u64>,
}

/// Why a message was not fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// It is larger than the options allow.
    TooLarge,
    /// It has no unique id, so that it could not be told from others in the next session.
    NoUniqueId,
    /// The server refused to send it.
    Refused,
}

/// Why nothing can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The greeting was a refusal.
    Greeting,
    /// TLS is required and the server does not offer it.
    TlsNotOffered,
    /// TLS is required and the server refused to begin.
    TlsRefused,
    /// There is no way to log in, or none that may be used without TLS.
    LoginNotOffered,
    /// The server refused the login.
    LoginRefused,
    /// The server refused to list its messages.
    ListRefused,
    /// The server has no unique ids, and messages are to stay on it: new ones could not be told from
    /// old ones.
    NoUniqueIds,
}
