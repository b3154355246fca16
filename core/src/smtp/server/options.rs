//! What a server offers and demands.

use super::super::{ExtensionSet, LineEnds, Protocol};
use crate::error::Misuse;
use crate::leniency::Leniency;
use crate::limits::Limits;
use crate::sasl::Mechanisms;
use crate::text::ShortText;

/// How a [`Server`](super::Server) presents itself and what it insists on.
///
/// ```
/// use mailproto::smtp::{ExtensionSet, Server, ServerOptions};
/// let mut options = ServerOptions::new("mx.example.org");
/// options.offered = options.offered | ExtensionSet::STARTTLS | ExtensionSet::DSN;
/// options.require_tls = true;
/// let server: Server = Server::new(options).unwrap();
/// # let _ = server;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ServerOptions<'a> {
    /// The server's own name, at most [`ServerOptions::NAME_MAX`] bytes.
    pub name: &'a str,
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// What EHLO announces, as far as it fits the moment: STARTTLS only in plain text, REQUIRETLS
    /// only under TLS, AUTH where it may be used.
    pub offered: ExtensionSet,
    /// The mechanisms of AUTH. Those that are bound to the TLS channel are offered only under TLS; those
    /// that the host conducts are [`Event::AuthResponse`](super::Event::AuthResponse).
    pub mechanisms: Mechanisms,
    /// AUTH may be used in plain text. Off by default: passwords would be readable.
    pub auth_without_tls: bool,
    /// Nothing but EHLO, STARTTLS, NOOP and QUIT before TLS (530).
    pub require_tls: bool,
    /// No MAIL before AUTH (530), as RFC 6409 §4.3 asks of submission.
    pub require_auth: bool,
    /// The connection is under TLS from its first byte (RFC 8314).
    pub tls: bool,
    /// What happens to bare CR and LF in message data.
    pub line_ends: LineEnds,
    /// The longest hold that FUTURERELEASE announces, in seconds (RFC 4865 §4).
    pub hold_max: u32,
    /// The bounds.
    pub limits: Limits,
    /// What is tolerated in commands.
    pub leniency: Leniency,
    /// How long the client may take.
    pub timeouts: ServerTimeouts,
}

impl<'a> ServerOptions<'a> {
    /// The longest name: `HOST_NAME_MAX` of the systems that mail runs on.
    pub const NAME_MAX: usize = ShortText::MAX;

    /// An SMTP server of this name with [`ExtensionSet::SERVER_DEFAULT`].
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            protocol: Protocol::Smtp,
            offered: ExtensionSet::SERVER_DEFAULT,
            mechanisms: Mechanisms::SERVER_DEFAULT,
            auth_without_tls: false,
            require_tls: false,
            require_auth: false,
            tls: false,
            line_ends: LineEnds::Refuse,
            hold_max: 7 * 24 * 3_600,
            limits: Limits::default(),
            leniency: Leniency::default(),
            timeouts: ServerTimeouts::default(),
        }
    }
}

/// How long a server waits, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTimeouts {
    /// For a whole command. RFC 5321 §4.5.3.2.7: at least 300.
    pub command: u32,
    /// For the next piece of message data. RFC 5321 §4.5.3.2.5: at least 180.
    pub data_block: u32,
}

impl Default for ServerTimeouts {
    fn default() -> Self {
        Self { command: 300, data_block: 180 }
    }
}

/// A server's name, kept inside it.
pub(super) fn name(text: &str) -> Result<ShortText, Misuse> {
    crate::text::check_word(text)?;
    ShortText::new(text)
}
