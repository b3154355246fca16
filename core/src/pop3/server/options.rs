//! What a server offers and demands.

use super::super::capability::CapabilitySet;
use crate::leniency::Leniency;
use crate::limits::Limits;
use crate::sasl::Mechanisms;
use crate::text::ShortText;

/// How a [`Server`](super::Server) presents itself and what it insists on.
///
/// ```
/// use mailproto::pop3::{CapabilitySet, Server, ServerOptions};
/// let mut options = ServerOptions::default();
/// options.offered = options.offered.with(CapabilitySet::STLS).with(CapabilitySet::EXPIRE);
/// options.require_tls = true;
/// let server: Server = Server::new(options).unwrap();
/// # let _ = server;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ServerOptions<'a> {
    /// What CAPA announces, as far as it fits the moment: STLS only in plain text, USER and SASL where
    /// they may be used. What is not offered is refused; commands may be pipelined all the same.
    pub offered: CapabilitySet,
    /// The mechanisms of AUTH. Those that are bound to the TLS channel are offered only under TLS; those
    /// that the host conducts are [`Event::AuthResponse`](super::Event::AuthResponse).
    pub mechanisms: Mechanisms,
    /// USER and PASS, and AUTH, may be used in plain text. Off by default: passwords would be readable.
    /// APOP shows none.
    pub auth_without_tls: bool,
    /// Nothing but CAPA, STLS and QUIT before TLS.
    pub require_tls: bool,
    /// The connection is under TLS from its first byte (RFC 8314).
    pub tls: bool,
    /// The server's own name for itself (RFC 2449 §6.9), at most
    /// [`ServerOptions::IMPLEMENTATION_MAX`] bytes; not announced if empty.
    pub implementation: &'a str,
    /// How many days EXPIRE announces (RFC 2449 §6.7); `None` is NEVER.
    pub expire_days: Option<u32>,
    /// How many seconds between logins LOGIN-DELAY announces (RFC 2449 §6.5). The host holds the client
    /// to it.
    pub login_delay: u32,
    /// The bounds. A command line may have 255 bytes (RFC 2449 §4).
    pub limits: Limits,
    /// What is tolerated in commands.
    pub leniency: Leniency,
    /// How long the client may take.
    pub timeouts: ServerTimeouts,
}

impl ServerOptions<'_> {
    /// The longest name of an implementation.
    pub const IMPLEMENTATION_MAX: usize = ShortText::MAX;
}

impl Default for ServerOptions<'_> {
    /// A server with [`CapabilitySet::SERVER_DEFAULT`].
    fn default() -> Self {
        Self {
            offered: CapabilitySet::SERVER_DEFAULT,
            mechanisms: Mechanisms::SERVER_DEFAULT,
            auth_without_tls: false,
            require_tls: false,
            tls: false,
            implementation: "",
            expire_days: None,
            login_delay: 0,
            limits: Limits { command_line: 255, ..Limits::default() },
            leniency: Leniency::default(),
            timeouts: ServerTimeouts::default(),
        }
    }
}

/// How long a server waits, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTimeouts {
    /// For a whole command. RFC 1939 §3: at least 600. Then the connection is closed without a word, and
    /// nothing is deleted.
    pub command: u32,
    /// For the client to take the next piece of what it asked for.
    pub data_block: u32,
}

impl Default for ServerTimeouts {
    fn default() -> Self {
        Self { command: 600, data_block: 180 }
    }
}
