//! The server's side: responses in, questions or credentials out.
//!
//! | mechanism | the endpoint | the host |
//! | --- | --- | --- |
//! | PLAIN, LOGIN, XOAUTH2, OAUTHBEARER, EXTERNAL, ANONYMOUS | reads the messages | judges [`Credentials`] |
//! | CRAM-MD5, SCRAM | passes the messages on | conducts the exchange |

use super::{Mechanism, PASSWORD_PROMPT, USERNAME_PROMPT, anonymous, external, oauth_bearer, plain, xoauth2};
use crate::codec::base64;
use core::fmt;

/// Who a client says it is, for the host to judge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// How they were sent.
    pub mechanism: Mechanism,
    /// Whom the client wants to act as; empty for itself.
    pub authorization: &'a str,
    /// Who the client is; empty where the proof alone tells.
    pub user: &'a str,
    /// What proves it.
    pub proof: Proof<'a>,
}

impl<'a> Credentials<'a> {
    /// The password, if that is the proof. Compare in constant time.
    pub const fn password(&self) -> Option<&'a str> {
        match self.proof {
            Proof::Password(password) => Some(password),
            _ => None,
        }
    }
}

impl fmt::Debug for Credentials<'_> {
    /// Without the proof: debug output ends up in logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("mechanism", &self.mechanism)
            .field("authorization", &self.authorization)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// What proves who a client is.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proof<'a> {
    /// A password. Compare in constant time.
    Password(&'a str),
    /// A bearer token. Whom it belongs to must be whom the client says it is.
    Token(&'a str),
    /// Whatever the connection itself says, such as the certificate of the TLS client (RFC 4422
    /// appendix A).
    External,
    /// None: the client wants to be nobody, and leaves a word about itself that may be empty
    /// (RFC 4505 §2).
    Anonymous(&'a str),
}

impl fmt::Debug for Proof<'_> {
    /// Without the secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Password(_) => "Password",
            Self::Token(_) => "Token",
            Self::External => "External",
            Self::Anonymous(_) => "Anonymous",
        })
    }
}

/// The client's message breaks the mechanism's grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedCredentials;

/// The server's side of one exchange. The protocol keeps the client's responses together, decoded
/// and in order, so the exchange itself holds no secret.
#[derive(Clone, Copy, Debug)]
pub struct ServerExchange {
    mechanism: Mechanism,
    responses: u8,
}

/// What the server does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerStep {
    /// Send this challenge and wait for another response.
    Challenge(&'static [u8]),
    /// All responses are there: [`ServerExchange::credentials`] reads them.
    Complete,
    /// The host conducts this mechanism: it gets the response, and says what comes next.
    Host,
}

impl ServerExchange {
    /// An exchange by `mechanism`.
    pub const fn new(mechanism: Mechanism) -> Self {
        Self { mechanism, responses: 0 }
    }

    /// The mechanism.
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// Whether the client may send a response with the command. Where the server speaks first, it must
    /// not (RFC 4954 §4, RFC 5034 §4); LOGIN is forgiven, for clients do it.
    pub const fn takes_initial_response(&self) -> bool {
        !matches!(self.mechanism, Mechanism::CramMd5)
    }

    /// What to do first, when the client sent no initial response.
    pub const fn first(&self) -> ServerStep {
        match self.mechanism {
            Mechanism::Login => ServerStep::Challenge(USERNAME_PROMPT),
            Mechanism::CramMd5 => ServerStep::Host,
            _ => ServerStep::Challenge(b""),
        }
    }

    /// Whether what the host is asked now is the start of the exchange.
    pub const fn is_first(&self) -> bool {
        self.responses == self.takes_initial_response() as u8
    }

    /// What to do when another response has come.
    pub const fn response(&mut self) -> ServerStep {
        self.responses = self.responses.saturating_add(1);
        match self.mechanism {
            Mechanism::Login if self.responses == 1 => ServerStep::Challenge(PASSWORD_PROMPT),
            Mechanism::CramMd5
            | Mechanism::ScramSha1
            | Mechanism::ScramSha1Plus
            | Mechanism::ScramSha256
            | Mechanism::ScramSha256Plus
            | Mechanism::ScramSha512
            | Mechanism::ScramSha512Plus => ServerStep::Host,
            _ => ServerStep::Complete,
        }
    }

    /// Decodes a response from its base64 where it stands; how many bytes it has. A lone `=` is an empty
    /// one, as it is written with the command (RFC 4954 §4, RFC 5034 §4).
    ///
    /// # Errors
    /// [`MalformedCredentials`] for what is not base64.
    pub fn decode(&self, response: &mut [u8]) -> Result<usize, MalformedCredentials> {
        if response == b"=" {
            return Ok(0);
        }
        let length = base64::decode_in_place(response).map_err(|_| MalformedCredentials)?;
        Ok(match self.mechanism {
            Mechanism::OAuthBearer => oauth_bearer::decode(response.get_mut(..length).unwrap_or_default()),
            _ => length,
        })
    }

    /// Reads the responses, in order.
    ///
    /// # Errors
    /// [`MalformedCredentials`] when they break the mechanism's grammar.
    pub fn credentials<'a>(&self, first: &'a [u8], second: &'a [u8]) -> Result<Credentials<'a>, MalformedCredentials> {
        match self.mechanism {
            Mechanism::Plain => plain::parse(first),
            Mechanism::External => external::parse(first),
            Mechanism::Anonymous => anonymous::parse(first),
            Mechanism::XOAuth2 => xoauth2::parse(first),
            Mechanism::OAuthBearer => oauth_bearer::parse(first),
            Mechanism::Login => {
                let (user, password) = (text(first)?, text(second)?);
                if user.is_empty() {
                    return Err(MalformedCredentials);
                }
                let proof = Proof::Password(password);
                Ok(Credentials { mechanism: Mechanism::Login, authorization: "", user, proof })
            }
            _ => Err(MalformedCredentials),
        }
    }
}

/// The text that bytes are.
pub(super) fn text(bytes: &[u8]) -> Result<&str, MalformedCredentials> {
    core::str::from_utf8(bytes).map_err(|_| MalformedCredentials)
}
