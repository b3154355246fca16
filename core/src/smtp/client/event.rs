//! What a client's host hears.

use super::super::command::Verb;
use super::super::reply::Reply;
use crate::endpoint::CommandId;

/// Something a server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The server has greeted, or refused to serve.
    Greeting(Reply<'a>),
    /// A command has ended with this reply, good or bad. For a message this is the verdict; its
    /// `id` is the one of DATA.
    Reply {
        /// The command.
        id: CommandId,
        /// What it was.
        verb: Verb,
        /// What the server said.
        reply: Reply<'a>,
    },
    /// LMTP: the verdict on a message for one accepted recipient (RFC 2033 §4.2).
    Delivery {
        /// The command that sent the message.
        id: CommandId,
        /// The number of the accepted recipient from 0.
        recipient: u32,
        /// The last one of this message.
        last: bool,
        /// What the server said.
        reply: Reply<'a>,
    },
    /// 354: send the message with [`send_data`](super::Client::send_data), then
    /// [`finish_data`](super::Client::finish_data).
    DataReady {
        /// The DATA command.
        id: CommandId,
        /// What the server said.
        reply: Reply<'a>,
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
        /// The STARTTLS command.
        id: CommandId,
    },
    /// The server says 421 though no command asked: it is closing the connection.
    Closing(Reply<'a>),
}
