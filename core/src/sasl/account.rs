//! Credentials that a task owns, and the whole login with them: the choice of a mechanism, its exchange,
//! and the next best one where a server does not know its own offer.

use super::binding::{BindingKind, ChannelBinding};
use super::choice::{Choice, NoMechanism};
use super::failure::Failure;
use super::identity::{ClientExchange, Identity};
use super::oauth::{OAuthError, check_fields};
#[cfg(feature = "scram")]
use super::scram::Iterations;
use super::{ClientMechanism, Mechanism, Mechanisms, Nonce, Plain, Response};
use crate::error::Misuse;
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroize;

/// Who to be at a server, and the proof. Wiped when it is dropped.
///
/// ```
/// use mailproto::sasl::{Account, Nonce};
/// let mut account = Account::new("tim", "tanstaaf");
/// # let random = [7; 18];
/// account.nonce = Some(Nonce::from_random(&random)); // new bytes for every connection: now SCRAM can be chosen
/// ```
#[derive(Clone)]
pub struct Account {
    pub(crate) user: String,
    password: Option<String>,
    token: Option<String>,
    external: bool,
    anonymous: bool,
    binding: Option<(BindingKind, Vec<u8>)>,
    /// Whom to act as; empty for oneself. Only SCRAM, PLAIN and EXTERNAL can say it.
    pub authorization: String,
    /// The mechanism to use; the best that the server offers if `None`.
    pub mechanism: Option<Mechanism>,
    /// What may be used at all; everything by default.
    pub allowed: Mechanisms,
    /// Send the password or token even in plain text. Off by default.
    pub allow_without_tls: bool,
    /// Random, and new for every connection: a server that hears one twice could be played back to.
    /// Without it there is no SCRAM.
    pub nonce: Option<Nonce>,
    /// The bounds to SCRAM's iterations. A task runs them all at once.
    #[cfg(feature = "scram")]
    pub iterations: Iterations,
    reach: &'static Reach,
}

/// What an account can come to use, behind pointers: a program that only shows passwords, with a linker that
/// drops what nothing points to, carries neither hash functions nor SASLprep, nor the choice between them.
#[derive(Debug)]
struct Reach {
    begin: fn(&Account, &Offer) -> Result<ClientExchange, NoMechanism>,
    initial: fn(&Account, &mut ClientExchange, &mut [u8]) -> Option<usize>,
    respond: fn(&Account, &mut ClientExchange, &[u8], &mut [u8]) -> Response,
}

/// What a server takes, as far as is known.
#[derive(Debug)]
struct Offer {
    offered: Mechanisms,
    /// Those that it did not take after all.
    refused: Mechanisms,
    tls: bool,
}

static EVERYTHING: Reach = Reach {
    begin: |account, offer| {
        let identity = account.identity();
        let mut choice = Choice { tls: offer.tls, refused: offer.refused, ..Choice::new(identity.mechanisms()) };
        choice.allowed = account.permitted();
        if account.allow_without_tls {
            choice.without_tls = Mechanisms::ALL;
        }
        // The best mechanism whose grammar the credentials fit.
        loop {
            let best = choice.best_of(offer.offered)?;
            if let Ok(exchange) = ClientExchange::new(best, &identity, offer.offered) {
                return Ok(exchange);
            }
            choice.refused = choice.refused.with(best);
        }
    },
    initial: |account, exchange, response| exchange.with(account.identity()).initial(response),
    respond: |account, exchange, challenge, response| exchange.with(account.identity()).respond(challenge, response),
};

static SHOWN_PASSWORD: Reach = Reach {
    begin: |account, offer| {
        let (user, password) = account.shown();
        let mut possible = offer.offered.and(account.permitted()).without(offer.refused);
        if Plain::new(&account.authorization, user, password).is_err() {
            possible = Mechanisms::NONE;
        }
        let mechanism = if possible.contains(Mechanism::Plain) {
            Mechanism::Plain
        // LOGIN cannot say whom to act as.
        } else if possible.contains(Mechanism::Login) && account.authorization.is_empty() {
            Mechanism::Login
        } else {
            return Err(NoMechanism::NotOffered);
        };
        let shown = offer.tls || account.allow_without_tls;
        if shown { Ok(ClientExchange::showing(mechanism)) } else { Err(NoMechanism::NeedsTls) }
    },
    initial: |account, exchange, response| {
        let (user, password) = account.shown();
        match exchange.mechanism() {
            Mechanism::Plain => Plain::new(&account.authorization, user, password).ok()?.initial(response),
            _ => None,
        }
    },
    respond: |account, exchange, challenge, response| {
        let (user, password) = account.shown();
        match exchange.mechanism() {
            Mechanism::Plain => (SHOWN_PASSWORD.initial)(account, exchange, response).into(),
            _ => exchange.respond_by_login(user, password, challenge, response),
        }
    },
};

impl Account {
    /// A user with a password. What is owned already is not copied.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        let mut account = Self::of(user.into(), &EVERYTHING);
        account.password = Some(password.into());
        account
    }

    /// A user with a password that the server is shown, by PLAIN or LOGIN and nothing else. A program that
    /// makes no other account need not carry the mechanisms that hash.
    pub fn showing(user: impl Into<String>, password: impl Into<String>) -> Self {
        let mut account = Self::of(user.into(), &SHOWN_PASSWORD);
        account.password = Some(password.into());
        account
    }

    /// A user with a bearer token, for XOAUTH2 and OAUTHBEARER.
    pub fn with_token(user: impl Into<String>, token: impl Into<String>) -> Self {
        let mut account = Self::of(user.into(), &EVERYTHING);
        account.token = Some(token.into());
        account
    }

    /// Whoever the connection proves, such as by the certificate of the TLS client.
    pub fn external() -> Self {
        let mut account = Self::of(String::new(), &EVERYTHING);
        account.external = true;
        account
    }

    /// Nobody, who leaves a word about itself that may be empty.
    pub fn anonymous(trace: impl Into<String>) -> Self {
        let mut account = Self::of(trace.into(), &EVERYTHING);
        account.anonymous = true;
        account
    }

    fn of(user: String, reach: &'static Reach) -> Self {
        Self {
            user,
            password: None,
            token: None,
            external: false,
            anonymous: false,
            binding: None,
            authorization: String::new(),
            mechanism: None,
            allowed: Mechanisms::ALL,
            allow_without_tls: false,
            nonce: None,
            #[cfg(feature = "scram")]
            iterations: Iterations::default(),
            reach,
        }
    }

    /// What the TLS channel is known by, so that SCRAM can be bound to it.
    ///
    /// # Errors
    /// [`Misuse::NoMemory`].
    pub fn bind(&mut self, binding: ChannelBinding<'_>) -> Result<(), Misuse> {
        let mut data = Vec::new();
        data.try_reserve_exact(binding.data.len()).map_err(|_| Misuse::NoMemory)?;
        data.extend_from_slice(binding.data);
        self.binding = Some((binding.kind, data));
        Ok(())
    }

    /// Refuses NUL, CR, LF and other control characters where no mechanism could carry them.
    pub(crate) fn check(&self) -> Result<(), Misuse> {
        for text in [Some(&self.user), self.password.as_ref(), Some(&self.authorization)].into_iter().flatten() {
            crate::text::check_no_control(text.as_bytes())?;
        }
        check_fields(&[self.token.as_deref().unwrap_or_default()])
    }

    /// The mechanisms that the host allows.
    fn permitted(&self) -> Mechanisms {
        match self.mechanism {
            Some(only) => self.allowed.and(Mechanisms::NONE.with(only)),
            None => self.allowed,
        }
    }

    /// The user, and the password that is shown.
    fn shown(&self) -> (&str, &str) {
        (&self.user, self.password.as_deref().unwrap_or_default())
    }

    /// The same, borrowed.
    pub fn identity(&self) -> Identity<'_> {
        Identity {
            authorization: &self.authorization,
            user: &self.user,
            password: self.password.as_deref(),
            token: self.token.as_deref(),
            external: self.external,
            anonymous: self.anonymous.then_some(&self.user),
            nonce: self.nonce,
            binding: self.binding.as_ref().map(|(kind, data)| ChannelBinding { kind: *kind, data }),
            service: None,
            #[cfg(feature = "scram")]
            iterations: Iterations { per_call: u32::MAX, ..self.iterations },
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.password.as_deref_mut().map(Zeroize::zeroize);
        self.token.as_deref_mut().map(Zeroize::zeroize);
        if let Some((_, data)) = &mut self.binding {
            data.as_mut_slice().zeroize();
        }
    }
}

impl core::fmt::Debug for Account {
    /// Without the secrets: debug output ends up in logs.
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.debug_struct("Account").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A login on its way.
#[derive(Debug)]
pub(crate) struct AccountLogin {
    account: Account,
    exchange: ClientExchange,
    offer: Offer,
}

impl AccountLogin {
    /// A login by the best mechanism that is offered and may be used.
    pub(crate) fn new(account: Account, offered: Mechanisms, tls: bool) -> Result<Self, NoMechanism> {
        let offer = Offer { offered, refused: Mechanisms::NONE, tls };
        let exchange = (account.reach.begin)(&account, &offer)?;
        Ok(Self { account, exchange, offer })
    }

    /// The server does not take the mechanism, whoever the user is: begins again with the next best.
    /// Whether there is one. Each is tried once.
    pub(crate) fn fall_back(&mut self) -> bool {
        self.offer.refused = self.offer.refused.with(self.exchange.mechanism());
        match (self.account.reach.begin)(&self.account, &self.offer) {
            Ok(exchange) => {
                self.exchange = exchange;
                true
            }
            Err(_) => false,
        }
    }

    /// It is over: what it was is kept, and how it went, but no secret.
    pub(crate) fn into_outcome(self) -> ClientExchange {
        self.exchange
    }
}

impl ClientMechanism for AccountLogin {
    fn name(&self) -> &str {
        self.exchange.mechanism().name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        (self.account.reach.initial)(&self.account, &mut self.exchange, response)
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        (self.account.reach.respond)(&self.account, &mut self.exchange, challenge, response)
    }

    fn is_satisfied(&self) -> bool {
        self.exchange.is_satisfied()
    }

    fn failure(&self) -> Option<Failure> {
        self.exchange.failure()
    }
}

/// How a login went, for the host to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginOutcome<'a> {
    /// The mechanism that was tried last.
    pub mechanism: Mechanism,
    /// What the mechanism says went wrong, if it was the mechanism.
    pub failure: Option<Failure>,
    /// Why the server refused the token, if it did and said.
    pub token_error: Option<OAuthError<'a>>,
}

impl<'a> From<&'a ClientExchange> for LoginOutcome<'a> {
    fn from(exchange: &'a ClientExchange) -> Self {
        let (failure, token_error) = (exchange.failure(), exchange.token_error());
        Self { mechanism: exchange.mechanism(), failure, token_error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(account: Account, offered: Mechanisms) -> Result<Mechanism, NoMechanism> {
        AccountLogin::new(account, offered, true).map(|login| login.exchange.mechanism())
    }

    #[test]
    #[cfg(feature = "scram")]
    fn an_account_that_shows_its_password_hashes_nothing() {
        let hashing = Mechanisms::SCRAM.with(Mechanism::CramMd5);
        for (mut account, hashes) in [(Account::showing("tim", "secret"), false), (Account::new("tim", "secret"), true)]
        {
            account.nonce = Some(Nonce::from_random(&[7; 18]));
            assert_eq!(chosen(account.clone(), hashing).is_ok(), hashes);
            assert!(chosen(account, Mechanisms::NONE.with(Mechanism::Plain)).is_ok());
        }
    }

    #[test]
    fn a_shown_password_is_shown_by_either_mechanism() {
        let begin = |mechanism| {
            AccountLogin::new(Account::showing("tim", "secret"), Mechanisms::NONE.with(mechanism), true).unwrap()
        };
        let mut space = [0; 32];
        let mut plain = begin(Mechanism::Plain);
        assert_eq!(plain.initial(&mut space), Some(11));
        assert_eq!(plain.respond(b"", &mut space), Response::Ready(11));
        assert_eq!(&space[..11], b"\0tim\0secret");
        let mut login = begin(Mechanism::Login);
        assert_eq!(login.initial(&mut space), None);
        assert_eq!(login.respond(b"Username:", &mut space), Response::Ready(3));
        assert_eq!(login.respond(b"Password:", &mut space), Response::Ready(6));
        assert_eq!(login.respond(b"More:", &mut space), Response::Cancel);
        assert!(login.is_satisfied() && login.failure().is_none());
        let mut acting = Account::showing("tim", "secret");
        acting.authorization = "tom".into();
        assert_eq!(chosen(acting, Mechanisms::NONE.with(Mechanism::Login)), Err(NoMechanism::NotOffered));
    }

    #[test]
    fn nothing_is_used_but_what_is_allowed() {
        let offered = Mechanisms::NONE.with(Mechanism::Plain).with(Mechanism::Login);
        let mut account = Account::new("tim", "secret");
        assert_eq!(chosen(account.clone(), offered), Ok(Mechanism::Plain));
        account.allowed = Mechanisms::NONE.with(Mechanism::Login);
        assert_eq!(chosen(account.clone(), offered), Ok(Mechanism::Login));
        account.mechanism = Some(Mechanism::Plain);
        assert_eq!(chosen(account, offered), Err(NoMechanism::NotOffered));
    }
}
