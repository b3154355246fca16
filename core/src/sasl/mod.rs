//! Authentication exchanges (RFC 4422), for every protocol and both roles.
//!
//! A mechanism is a small state machine of its own: the client's side turns credentials and
//! challenges into responses, the server's side turns responses into [`Credentials`] for the host
//! to judge. One file a mechanism.
//!
//! ```
//! use mailproto::sasl::{ClientMechanism, Plain};
//! let mut mechanism = Plain::new("", "tim", "tanstaaftanstaaf").unwrap();
//! let mut response = [0; 64];
//! let length = mechanism.initial(&mut response).unwrap();
//! assert_eq!(&response[..length], b"\0tim\0tanstaaftanstaaf");
//! ```

mod login;
mod plain;
mod server;

pub use login::{Login, PASSWORD_PROMPT, USERNAME_PROMPT};
pub use plain::Plain;
pub use server::{Credentials, MalformedCredentials, ServerExchange, ServerStep};

use crate::error::Misuse;
use core::fmt;

/// The mechanisms this library has a name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Mechanism {
    /// Authorization, user and password in one message (RFC 4616).
    Plain,
    /// User and password, asked for one after the other (draft-murchison-sasl-login).
    Login,
    /// RFC 2195.
    CramMd5,
    /// RFC 5802.
    ScramSha1,
    /// RFC 5802, bound to the TLS channel.
    ScramSha1Plus,
    /// RFC 7677.
    ScramSha256,
    /// RFC 7677, bound to the TLS channel.
    ScramSha256Plus,
    /// A bearer token, as Google and Microsoft first did it.
    XOAuth2,
    /// A bearer token (RFC 7628).
    OAuthBearer,
    /// Who the TLS client certificate says (RFC 4422 appendix A).
    External,
    /// Nobody in particular (RFC 4505).
    Anonymous,
}

impl Mechanism {
    /// Every mechanism with a name here, weakest first.
    pub const ALL: [Self; 11] = [
        Self::Anonymous,
        Self::Login,
        Self::Plain,
        Self::CramMd5,
        Self::ScramSha1,
        Self::ScramSha1Plus,
        Self::ScramSha256,
        Self::ScramSha256Plus,
        Self::XOAuth2,
        Self::OAuthBearer,
        Self::External,
    ];

    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::External => "EXTERNAL",
            Self::Anonymous => "ANONYMOUS",
        }
    }

    /// The mechanism of this name, in any case.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A set of mechanisms.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Mechanisms(u16);

impl Mechanisms {
    /// No mechanism.
    pub const NONE: Self = Self(0);

    /// The mechanisms whose server side is built in.
    pub const SERVER: Self = Self::NONE.with(Mechanism::Plain).with(Mechanism::Login);

    /// This set with `mechanism`.
    #[must_use]
    pub const fn with(self, mechanism: Mechanism) -> Self {
        Self(self.0 | 1 << mechanism as u16)
    }

    /// This set with every mechanism of `others`.
    #[must_use]
    pub const fn with_all(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether `mechanism` is in the set.
    pub const fn contains(self, mechanism: Mechanism) -> bool {
        self.0 & (1 << mechanism as u16) != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The mechanisms in the set, weakest first.
    pub fn iter(self) -> impl Iterator<Item = Mechanism> {
        Mechanism::ALL.into_iter().filter(move |mechanism| self.contains(*mechanism))
    }
}

impl fmt::Debug for Mechanisms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

/// The client's side of one exchange.
///
/// A response is written into `response` as plain bytes; the protocol encodes it.
pub trait ClientMechanism {
    /// The name that the protocol announces.
    fn name(&self) -> &str;

    /// The response that can be sent with the command (RFC 4422 §3.3); `None` if the server speaks
    /// first, or `response` has no room.
    fn initial(&mut self, response: &mut [u8]) -> Option<usize>;

    /// The response to a challenge; `None` if it makes no sense, and the exchange must be cancelled.
    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Option<usize>;
}

/// Refuses NUL in a credential: it separates fields (RFC 4616 §2).
fn check_credential(credential: &str) -> Result<(), Misuse> {
    match credential.bytes().position(|byte| byte == 0) {
        Some(offset) => Err(Misuse::ControlCharacter { offset: offset as u32 }),
        None => Ok(()),
    }
}

/// Copies `parts` one behind the other into `response`; `None` if there is no room.
fn join(parts: &[&[u8]], response: &mut [u8]) -> Option<usize> {
    let mut written = 0;
    for part in parts {
        response.get_mut(written..written + part.len())?.copy_from_slice(part);
        written += part.len();
    }
    Some(written)
}
