//! The client's side of an exchange, for handles that speak verb by verb.

use super::account::account;
use super::outcome::outcome;
use crate::arguments::Arguments;
use crate::error::{self, thrown};
use crate::interop::Array;
use crate::output::{command, nothing};
use crate::verb;
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::sasl::{
    Account, Choice, ClientExchange, ClientMechanism, Failure, LoginOutcome, Mechanism, Mechanisms, Progress, Response,
};
use mailproto::{CommandId, Error};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// The best mechanism of those that a server offers, for credentials and on their terms; `undefined` if
/// none may be used.
#[wasm_bindgen(js_name = bestMechanism)]
pub fn best_mechanism(
    offered: f64,
    tls: bool,
    numbers: &[f64],
    texts: &Array,
    binding: Option<Vec<u8>>,
) -> Result<Option<String>, JsValue> {
    let mut arguments = Arguments::new(numbers, texts, binding);
    let account = account(&mut arguments)?.ok_or_else(|| error::argument("login"))?;
    let mut choice = Choice { tls, ..Choice::new(account.identity().mechanisms()) };
    choice.allowed = account.mechanism.map_or(account.allowed, |only| account.allowed.and(Mechanisms::NONE.with(only)));
    if account.allow_without_tls {
        choice.without_tls = Mechanisms::ALL;
    }
    Ok(choice.best_of(super::of_bits(offered)).ok().map(|best| best.name().into()))
}

/// Credentials that outlive one call, and the exchange with them.
pub(crate) struct Login {
    account: Account,
    exchange: ClientExchange,
}

impl Login {
    /// An exchange with a server that offers those mechanisms.
    fn new(offered: Mechanisms, arguments: &mut Arguments<'_>) -> Result<Self, JsValue> {
        let mechanism = arguments.text();
        let account = account(arguments)?.ok_or_else(|| error::argument("credentials"))?;
        let mechanism = Mechanism::from_name(mechanism.as_bytes()).ok_or_else(|| error::argument("mechanism"))?;
        let exchange = ClientExchange::new(mechanism, &account.identity(), offered);
        Ok(Self { exchange: exchange.map_err(|misuse| thrown(misuse.into()))?, account })
    }

    /// How it went so far.
    fn outcome(&self) -> JsValue {
        outcome(Some(LoginOutcome::from(&self.exchange)))
    }
}

impl ClientMechanism for Login {
    fn name(&self) -> &str {
        self.exchange.mechanism().name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        self.exchange.with(self.account.identity()).initial(response)
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        self.exchange.with(self.account.identity()).respond(challenge, response)
    }

    fn is_satisfied(&self) -> bool {
        self.exchange.is_satisfied()
    }

    fn failure(&self) -> Option<Failure> {
        self.exchange.failure()
    }
}

/// One response of a mechanism that lives in JavaScript.
struct Foreign<'a> {
    name: &'a str,
    response: Option<Zeroizing<Vec<u8>>>,
}

impl<'a> Foreign<'a> {
    /// What the mechanism says, if anything.
    fn new(name: &'a str, response: Option<Vec<u8>>) -> Self {
        Self { name, response: response.map(Zeroizing::new) }
    }
}

impl ClientMechanism for Foreign<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn initial(&mut self, space: &mut [u8]) -> Option<usize> {
        let response = self.response.take()?;
        space.get_mut(..response.len())?.copy_from_slice(&response);
        Some(response.len())
    }

    fn respond(&mut self, _challenge: &[u8], space: &mut [u8]) -> Response {
        self.initial(space).into()
    }
}

/// A client that logs in.
pub(crate) trait Authenticates {
    /// The mechanisms that the server offers.
    fn offered(&self) -> Mechanisms;
    /// AUTH.
    fn auth(&mut self, mechanism: &mut dyn ClientMechanism) -> Result<CommandId, Error>;
    /// Answers a challenge.
    fn auth_respond(&mut self, mechanism: &mut dyn ClientMechanism) -> Result<Progress, Error>;
    /// Cancels the exchange.
    fn auth_cancel(&mut self) -> Result<(), Error>;
}

/// The verbs of an exchange, for every client: `login` is what it keeps between them.
pub(crate) fn exchange(
    client: &mut dyn Authenticates,
    login: &mut Option<Login>,
    called: u32,
    mut arguments: Arguments<'_>,
) -> Result<JsValue, JsValue> {
    match called {
        // By a mechanism that is built in, with credentials by `LOGIN` in `npm/lib/sasl.js`.
        verb::AUTH_LOGIN => {
            let offered = client.offered();
            let id = client.auth(login.insert(Login::new(offered, &mut arguments)?));
            if id.is_err() {
                *login = None;
            }
            command(id)
        }
        // By a mechanism that the host brings, with its initial response if it has one.
        verb::AUTH => {
            *login = None;
            let mechanism = arguments.text();
            command(client.auth(&mut Foreign::new(&mechanism, arguments.bytes)))
        }
        // With these bytes, or without them as the login says.
        verb::AUTH_RESPOND => {
            let answered = match (arguments.bytes, login) {
                (None, Some(login)) => client.auth_respond(login),
                (None, None) => return Err(error::argument("response")),
                (response, _) => client.auth_respond(&mut Foreign::new("", response)),
            };
            nothing(answered.map(drop))
        }
        verb::AUTH_CANCEL => nothing(client.auth_cancel()),
        // How it went so far, as a plain object, or null.
        verb::LOGIN_OUTCOME => Ok(login.as_ref().map_or(JsValue::NULL, Login::outcome)),
        _ => Err(error::argument("verb")),
    }
}
