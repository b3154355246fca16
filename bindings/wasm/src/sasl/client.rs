//! The client's side of an exchange, for handles that speak verb by verb.

use super::account::account;
use super::outcome::outcome;
use crate::error::{self, thrown};
use crate::interop::Array;
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::sasl::{
    Account, Choice, ClientExchange, ClientMechanism, Failure, LoginOutcome, Mechanism, Mechanisms, Response,
};
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
    let account = account(numbers, texts, binding)?.ok_or_else(|| error::argument("login"))?;
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
    /// An exchange by `mechanism` with a server that offers those.
    pub(crate) fn new(
        mechanism: &str,
        offered: Mechanisms,
        numbers: &[f64],
        texts: &Array,
        binding: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let account = account(numbers, texts, binding)?.ok_or_else(|| error::argument("credentials"))?;
        let mechanism = Mechanism::from_name(mechanism.as_bytes()).ok_or_else(|| error::argument("mechanism"))?;
        let exchange = ClientExchange::new(mechanism, &account.identity(), offered);
        Ok(Self { exchange: exchange.map_err(|misuse| thrown(misuse.into()))?, account })
    }

    /// How it went so far.
    pub(crate) fn outcome(&self) -> JsValue {
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
pub(crate) struct Foreign<'a> {
    name: &'a str,
    response: Option<Zeroizing<Vec<u8>>>,
}

impl<'a> Foreign<'a> {
    /// What the mechanism says, if anything.
    pub(crate) fn new(name: &'a str, response: Option<Vec<u8>>) -> Self {
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

/// Gives a client's handle the verbs of an exchange. The handle has the fields `endpoint` and `login`;
/// `$offered` tells what the server offers.
macro_rules! exchange {
    ($handle:ident, $offered:expr) => {
        #[wasm_bindgen]
        impl $handle {
            /// AUTH by a mechanism that is built in, with credentials by `LOGIN` in `npm/lib/sasl.js`.
            #[wasm_bindgen(js_name = authLogin)]
            pub fn auth_login(
                &mut self,
                mechanism: &str,
                numbers: &[f64],
                texts: &Array,
                binding: Option<Vec<u8>>,
            ) -> Result<u32, JsValue> {
                let offered = ($offered)(&self.endpoint);
                let login = self.login.insert($crate::sasl::Login::new(mechanism, offered, numbers, texts, binding)?);
                let id = self.endpoint.auth(login);
                if id.is_err() {
                    self.login = None;
                }
                number(id)
            }

            /// AUTH by a mechanism that the host brings, with its initial response if it has one.
            pub fn auth(&mut self, mechanism: &str, initial: Option<Vec<u8>>) -> Result<u32, JsValue> {
                self.login = None;
                number(self.endpoint.auth(&mut $crate::sasl::Foreign::new(mechanism, initial)))
            }

            /// Answers a challenge: with `response`, or without one as the login of `authLogin` says.
            #[wasm_bindgen(js_name = authRespond)]
            pub fn auth_respond(&mut self, response: Option<Vec<u8>>) -> Result<(), JsValue> {
                let answered = match (response, &mut self.login) {
                    (None, Some(login)) => self.endpoint.auth_respond(login),
                    (None, None) => return Err($crate::error::argument("response")),
                    (response, _) => self.endpoint.auth_respond(&mut $crate::sasl::Foreign::new("", response)),
                };
                answered.map(drop).map_err(thrown)
            }

            /// Cancels the exchange.
            #[wasm_bindgen(js_name = authCancel)]
            pub fn auth_cancel(&mut self) -> Result<(), JsValue> {
                self.endpoint.auth_cancel().map_err(thrown)
            }

            /// How the login of `authLogin` went so far, as a plain object, or null.
            #[wasm_bindgen(js_name = loginOutcome)]
            pub fn login_outcome(&self) -> JsValue {
                self.login.as_ref().map_or(JsValue::NULL, $crate::sasl::Login::outcome)
            }
        }
    };
}
pub(crate) use exchange;
