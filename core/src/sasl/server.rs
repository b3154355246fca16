//! The server's side: responses in, questions or credentials out.

use super::{Mechanism, PASSWORD_PROMPT, USERNAME_PROMPT, plain};
use core::fmt;

/// Who a client says it is, for the host to judge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// How they were sent.
    pub mechanism: Mechanism,
    /// Whom the client wants to act as; empty for itself.
    pub authorization: &'a str,
    /// Who the client is.
    pub user: &'a str,
    /// What proves it. Compare in constant time.
    pub password: &'a str,
}

impl fmt::Debug for Credentials<'_> {
    /// Without the password: debug output ends up in logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("mechanism", &self.mechanism)
            .field("authorization", &self.authorization)
            .field("user", &self.user)
            .finish_non_exhaustive()
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

/// What the server says next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerStep {
    /// Send this challenge and wait for another response.
    Challenge(&'static [u8]),
    /// All responses are there: [`ServerExchange::credentials`] reads them.
    Complete,
}

impl ServerExchange {
    /// An exchange by `mechanism`; `None` if its server side is not built in.
    pub fn new(mechanism: Mechanism) -> Option<Self> {
        super::Mechanisms::SERVER.contains(mechanism).then_some(Self { mechanism, responses: 0 })
    }

    /// What to say first, when the client sent no initial response.
    pub fn first(&self) -> ServerStep {
        self.after(0)
    }

    /// What to say when another response has come.
    pub fn response(&mut self) -> ServerStep {
        self.responses = self.responses.saturating_add(1);
        self.after(self.responses)
    }

    fn after(&self, responses: u8) -> ServerStep {
        match (self.mechanism, responses) {
            (Mechanism::Login, 0) => ServerStep::Challenge(USERNAME_PROMPT),
            (Mechanism::Login, 1) => ServerStep::Challenge(PASSWORD_PROMPT),
            (_, 0) => ServerStep::Challenge(b""),
            _ => ServerStep::Complete,
        }
    }

    /// Reads the responses, in order.
    ///
    /// # Errors
    /// [`MalformedCredentials`] when they break the mechanism's grammar.
    pub fn credentials<'a>(&self, first: &'a [u8], second: &'a [u8]) -> Result<Credentials<'a>, MalformedCredentials> {
        if self.mechanism != Mechanism::Login {
            return plain::parse(first);
        }
        let text = |bytes| core::str::from_utf8(bytes).map_err(|_| MalformedCredentials);
        let (user, password) = (text(first)?, text(second)?);
        if user.is_empty() {
            return Err(MalformedCredentials);
        }
        Ok(Credentials { mechanism: Mechanism::Login, authorization: "", user, password })
    }
}
