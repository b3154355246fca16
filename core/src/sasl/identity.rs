//! Whatever a client has to prove who it is, and an exchange by any mechanism with it.

#[cfg(feature = "scram")]
use super::binding::Binding;
use super::binding::ChannelBinding;
use super::failure::Failure;
use super::oauth::{self, OAuthError, TokenExchange};
#[cfg(feature = "scram")]
use super::scram::{Iterations, ScramExchange, ScramHash, Terms};
use super::{Anonymous, ClientMechanism, External, Login, Mechanism, Mechanisms, Nonce, Plain, Response};
use super::{oauth_bearer, xoauth2};
use crate::error::Misuse;
use core::fmt;

/// Whatever a client has to prove who it is. All of it is borrowed.
///
/// ```
/// use mailproto::sasl::{Choice, ClientExchange, ClientMechanism, Identity, Mechanism, Mechanisms};
/// let identity = Identity { user: "tim", password: Some("tanstaaf"), ..Identity::default() };
/// let offered = Mechanisms::NONE.with(Mechanism::Plain).with(Mechanism::Login);
/// let choice = Choice { tls: true, ..Choice::new(identity.mechanisms()) };
/// let mechanism = choice.best_of(offered).unwrap();
///
/// let mut exchange = ClientExchange::new(mechanism, &identity, offered).unwrap();
/// let mut space = [0; 64];
/// let length = exchange.with(identity).initial(&mut space).unwrap();
/// assert_eq!(&space[..length], b"\0tim\0tanstaaf");
/// ```
#[derive(Clone, Copy, Default)]
pub struct Identity<'a> {
    /// Whom to act as; empty for oneself.
    pub authorization: &'a str,
    /// Who.
    pub user: &'a str,
    /// The password, if there is one.
    pub password: Option<&'a str>,
    /// A bearer token, if there is one.
    pub token: Option<&'a str>,
    /// The connection itself proves it, such as by the certificate of the TLS client.
    pub external: bool,
    /// Nobody will do, who leaves this word about itself.
    pub anonymous: Option<&'a str>,
    /// Random, and new for this exchange. Without it there is no SCRAM.
    pub nonce: Option<Nonce>,
    /// What the TLS channel is known by.
    pub binding: Option<ChannelBinding<'a>>,
    /// The server's name and port, which OAUTHBEARER can say.
    pub service: Option<(&'a str, u16)>,
    /// The bounds to SCRAM's iterations.
    #[cfg(feature = "scram")]
    pub iterations: Iterations,
}

impl Identity<'_> {
    /// The mechanisms that it is enough for.
    pub const fn mechanisms(&self) -> Mechanisms {
        let mut usable = Mechanisms::NONE;
        if self.password.is_some() {
            usable = usable.with(Mechanism::Plain).with(Mechanism::Login);
            if cfg!(feature = "scram") {
                usable = usable.with(Mechanism::CramMd5);
            }
            if cfg!(feature = "scram") && self.nonce.is_some() {
                usable = usable.with_all(Mechanisms::SCRAM.without(Mechanisms::BOUND));
                if self.binding.is_some() {
                    usable = usable.with_all(Mechanisms::BOUND);
                }
            }
        }
        if self.token.is_some() {
            usable = usable.with(Mechanism::XOAuth2).with(Mechanism::OAuthBearer);
        }
        if self.external {
            usable = usable.with(Mechanism::External);
        }
        if self.anonymous.is_some() {
            usable = usable.with(Mechanism::Anonymous);
        }
        // Only these can say whom to act as.
        if self.authorization.is_empty() { usable } else { usable.and(Mechanisms::AUTHORIZING) }
    }

    #[cfg(feature = "scram")]
    fn terms(&self, bound: bool, spurned: bool) -> Option<Terms<'_>> {
        let binding = match self.binding {
            Some(binding) if bound => Binding::Bound(binding),
            None if bound => return None,
            Some(_) if !spurned => Binding::NotOffered,
            _ => Binding::Unsupported,
        };
        let (authorization, user, iterations) = (self.authorization, self.user, self.iterations);
        Some(Terms { authorization, user, password: self.password?, nonce: self.nonce?, binding, iterations })
    }
}

impl fmt::Debug for Identity<'_> {
    /// Without the secrets: debug output ends up in logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Identity").field("user", &self.user).finish_non_exhaustive()
    }
}

/// One exchange by any of the mechanisms, which holds no credentials: whoever owns them lends them at each
/// step, by [`with`](Self::with).
pub struct ClientExchange {
    mechanism: Mechanism,
    /// The server offers to bind to the channel and the host has chosen otherwise, so it is not said that
    /// the offer is missed.
    #[cfg_attr(not(feature = "scram"), expect(dead_code, reason = "only SCRAM binds to the channel"))]
    spurned: bool,
    course: Course,
}

#[expect(clippy::large_enum_variant, reason = "there need not be an allocator to put it elsewhere")]
enum Course {
    /// One message.
    Message,
    Login(u8),
    Token(TokenExchange),
    #[cfg(feature = "scram")]
    CramMd5 {
        answered: bool,
    },
    #[cfg(feature = "scram")]
    Scram(ScramExchange),
}

impl ClientExchange {
    /// An exchange by `mechanism` with a server that offers those.
    ///
    /// # Errors
    /// [`Misuse::NotOffered`] if the identity is not enough for it; [`Misuse::ControlCharacter`] and
    /// [`Misuse::Syntax`] for credentials that it cannot carry.
    pub fn new(mechanism: Mechanism, identity: &Identity<'_>, offered: Mechanisms) -> Result<Self, Misuse> {
        if !identity.mechanisms().contains(mechanism) {
            return Err(Misuse::NotOffered);
        }
        let password = identity.password.unwrap_or_default();
        let spurned = !mechanism.is_bound() && !offered.and(Mechanisms::BOUND).is_empty();
        #[cfg(feature = "scram")]
        if let Some(hash) = ScramHash::of(mechanism) {
            let terms = identity.terms(mechanism.is_bound(), spurned).ok_or(Misuse::NotOffered)?;
            terms.check()?;
            return Ok(Self { mechanism, spurned, course: Course::Scram(ScramExchange::new(hash)) });
        }
        let course = match mechanism {
            Mechanism::Plain => Plain::new(identity.authorization, identity.user, password).map(|_| Course::Message),
            Mechanism::External => External::new(identity.authorization).map(|_| Course::Message),
            Mechanism::Anonymous => Anonymous::new(identity.anonymous.unwrap_or_default()).map(|_| Course::Message),
            Mechanism::Login => Login::new(identity.user, password).map(|_| Course::Login(0)),
            #[cfg(feature = "scram")]
            Mechanism::CramMd5 => {
                super::CramMd5::new(identity.user, password).map(|_| Course::CramMd5 { answered: false })
            }
            _ => {
                let host = identity.service.map_or("", |(host, _)| host);
                oauth::check_fields(&[identity.user, identity.token.unwrap_or_default(), host])
                    .map(|()| Course::Token(TokenExchange::NEW))
            }
        };
        Ok(Self { mechanism, spurned, course: course? })
    }

    /// The mechanism.
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// An exchange by a mechanism that only shows a password: PLAIN or LOGIN.
    #[cfg(feature = "alloc")]
    pub(super) const fn showing(mechanism: Mechanism) -> Self {
        let course = if matches!(mechanism, Mechanism::Login) { Course::Login(0) } else { Course::Message };
        Self { mechanism, spurned: false, course }
    }

    /// The answer of LOGIN to its next question.
    #[cfg(feature = "alloc")]
    pub(super) fn respond_by_login(
        &mut self,
        user: &str,
        password: &str,
        challenge: &[u8],
        response: &mut [u8],
    ) -> Response {
        match &mut self.course {
            Course::Login(answered) => respond_by_login(answered, user, password, challenge, response),
            _ => Response::Cancel,
        }
    }

    /// The exchange with the credentials that it began with, for one step.
    pub const fn with<'a>(&'a mut self, identity: Identity<'a>) -> ClientStep<'a> {
        ClientStep { exchange: self, identity }
    }

    /// Why the server refused the token, if it did and said.
    pub fn token_error(&self) -> Option<OAuthError<'_>> {
        match &self.course {
            Course::Token(exchange) => exchange.error(),
            _ => None,
        }
    }

    /// Whether the server has proved all that it must prove.
    pub fn is_satisfied(&self) -> bool {
        match &self.course {
            #[cfg(feature = "scram")]
            Course::Scram(exchange) => exchange.is_satisfied(),
            _ => true,
        }
    }

    /// Why the exchange went wrong, as far as the mechanism can tell.
    pub fn failure(&self) -> Option<Failure> {
        match &self.course {
            Course::Token(exchange) => exchange.failure(),
            #[cfg(feature = "scram")]
            Course::Scram(exchange) => exchange.failure(),
            _ => None,
        }
    }
}

impl fmt::Debug for ClientExchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientExchange").field("mechanism", &self.mechanism).finish_non_exhaustive()
    }
}

fn respond_by_login(answered: &mut u8, user: &str, password: &str, challenge: &[u8], response: &mut [u8]) -> Response {
    let Ok(mut login) = Login::resume(user, password, *answered) else {
        return Response::Cancel;
    };
    *answered = answered.saturating_add(1);
    login.respond(challenge, response)
}

/// A [`ClientExchange`] and the credentials for one step of it.
pub struct ClientStep<'a> {
    exchange: &'a mut ClientExchange,
    identity: Identity<'a>,
}

impl ClientStep<'_> {
    fn message(&self, response: &mut [u8]) -> Option<usize> {
        let Identity { authorization, user, password, token, anonymous, service, .. } = self.identity;
        match self.exchange.mechanism {
            Mechanism::Plain => Plain::new(authorization, user, password?).ok()?.initial(response),
            Mechanism::External => External::new(authorization).ok()?.initial(response),
            Mechanism::Anonymous => Anonymous::new(anonymous?).ok()?.initial(response),
            Mechanism::XOAuth2 => xoauth2::message(user, token?, response),
            Mechanism::OAuthBearer => oauth_bearer::Message { user, token: token?, service }.write(response),
            _ => None,
        }
    }
}

impl ClientMechanism for ClientStep<'_> {
    fn name(&self) -> &str {
        self.exchange.mechanism.name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        match &mut self.exchange.course {
            #[cfg(feature = "scram")]
            Course::Scram(exchange) => {
                let terms = self.identity.terms(self.exchange.mechanism.is_bound(), self.exchange.spurned)?;
                exchange.initial(&terms, response)
            }
            _ => self.message(response),
        }
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        let identity = self.identity;
        let end = if self.exchange.mechanism == Mechanism::XOAuth2 { xoauth2::END } else { oauth_bearer::END };
        match &mut self.exchange.course {
            Course::Message => self.message(response).into(),
            Course::Login(answered) => {
                let password = identity.password.unwrap_or_default();
                respond_by_login(answered, identity.user, password, challenge, response)
            }
            Course::Token(exchange) => {
                let mut taken = *exchange;
                let answer = taken.respond(challenge, response, |space| self.message(space), end);
                self.exchange.course = Course::Token(taken);
                answer
            }
            #[cfg(feature = "scram")]
            Course::CramMd5 { answered } => {
                if core::mem::replace(answered, true) {
                    return Response::Cancel;
                }
                let password = identity.password.unwrap_or_default();
                super::cram_md5::answer(identity.user, password, challenge, response).into()
            }
            #[cfg(feature = "scram")]
            Course::Scram(exchange) => {
                match identity.terms(self.exchange.mechanism.is_bound(), self.exchange.spurned) {
                    Some(terms) => exchange.respond(&terms, challenge, response),
                    None => Response::Cancel,
                }
            }
        }
    }

    fn is_satisfied(&self) -> bool {
        self.exchange.is_satisfied()
    }

    fn failure(&self) -> Option<Failure> {
        self.exchange.failure()
    }
}
