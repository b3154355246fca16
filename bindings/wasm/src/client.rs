//! The client's side, verb by verb.

use crate::error::{self, thrown};
use crate::extension;
use crate::input::{Numbers, Texts};
use crate::interop::Array;
use crate::options::{self, Common};
use crate::output::Fields;
use crate::parameter::Given;
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::codec::base64;
use mailproto::sasl::{self, ClientMechanism, Mechanism, Response};
use mailproto::smtp::{Attribute, Client, ClientEvent, ClientOptions, Xtext};
use mailproto::{CommandId, Endpoint, Error, Instant};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// The client's side of one connection: see [`Client`] for what each verb does.
#[wasm_bindgen]
pub struct SmtpClient {
    endpoint: Client,
    space: u32,
    login: Option<Login>,
}

endpoint!(SmtpClient, event);

/// The number by which events name a command.
fn number(id: Result<CommandId, Error>) -> Result<u32, JsValue> {
    id.map(CommandId::as_u32).map_err(thrown)
}

#[wasm_bindgen]
impl SmtpClient {
    /// A client for one connection, by the options of `CLIENT` in `npm/lib/layout.js`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &[f64]) -> Self {
        let mut numbers = Numbers::new(options);
        let Common { protocol, line_ends, leniency, limits } = Common::read(&mut numbers);
        let timeouts = options::client_timeouts(&mut numbers);
        let line_ends = line_ends.unwrap_or_default();
        let options = ClientOptions { protocol, line_ends, limits, leniency, timeouts };
        Self { endpoint: Client::new(options), space: 0, login: None }
    }

    /// A command with a text: EHLO (in LMTP LHLO), HELO, VRFY, EXPN, HELP, by its place among them;
    /// beyond them STARTTLS, DATA, RSET, NOOP, QUIT, which have none.
    pub fn command(&mut self, verb: u32, text: &str) -> Result<u32, JsValue> {
        let endpoint = &mut self.endpoint;
        number(match verb {
            0 => endpoint.ehlo(text),
            1 => endpoint.helo(text),
            2 => endpoint.vrfy(text),
            3 => endpoint.expn(text),
            4 => endpoint.help(text),
            5 => endpoint.starttls(),
            6 => endpoint.data(),
            7 => endpoint.rset(),
            8 => endpoint.noop(),
            _ => endpoint.quit(),
        })
    }

    /// AUTH by a mechanism that is built in: PLAIN or LOGIN.
    #[wasm_bindgen(js_name = authLogin)]
    pub fn auth_login(
        &mut self,
        mechanism: &str,
        user: String,
        password: String,
        authorization: String,
    ) -> Result<u32, JsValue> {
        let mechanism = match Mechanism::from_name(mechanism.as_bytes()) {
            Some(mechanism @ (Mechanism::Plain | Mechanism::Login)) => mechanism,
            _ => return Err(error::argument("mechanism")),
        };
        let password = Zeroizing::new(password);
        sasl::Plain::new(&authorization, &user, &password).map_err(|misuse| thrown(misuse.into()))?;
        let login = self.login.insert(Login { mechanism, user, password, authorization, answered: 0 });
        let id = self.endpoint.auth(login);
        if id.is_err() {
            self.login = None;
        }
        number(id)
    }

    /// AUTH by a mechanism that the host brings, with its initial response if it has one.
    pub fn auth(&mut self, mechanism: &str, initial: Option<Vec<u8>>) -> Result<u32, JsValue> {
        self.login = None;
        number(self.endpoint.auth(&mut Foreign { name: mechanism, response: initial.map(Zeroizing::new) }))
    }

    /// Answers a challenge: with `response`, or without one as the login of `authLogin` says.
    #[wasm_bindgen(js_name = authRespond)]
    pub fn auth_respond(&mut self, response: Option<Vec<u8>>) -> Result<(), JsValue> {
        let answered = match (response, &mut self.login) {
            (None, Some(login)) => self.endpoint.auth_respond(login),
            (None, None) => return Err(error::argument("response")),
            (response, _) => {
                self.endpoint.auth_respond(&mut Foreign { name: "", response: response.map(Zeroizing::new) })
            }
        };
        answered.map(drop).map_err(thrown)
    }

    /// Cancels the exchange.
    #[wasm_bindgen(js_name = authCancel)]
    pub fn auth_cancel(&mut self) -> Result<(), JsValue> {
        self.endpoint.auth_cancel().map_err(thrown)
    }

    /// MAIL or RCPT with parameters.
    pub fn envelope(&mut self, rcpt: bool, mailbox: &str, numbers: &[f64], texts: &Array) -> Result<u32, JsValue> {
        let given = Given::read(texts);
        let parameters = given.parameters(numbers);
        number(match rcpt {
            true => self.endpoint.rcpt(mailbox, &parameters),
            false => self.endpoint.mail(mailbox, &parameters),
        })
    }

    /// BDAT.
    pub fn bdat(&mut self, length: f64, last: bool) -> Result<u32, JsValue> {
        number(self.endpoint.bdat(length as u64, last))
    }

    /// A piece of the message; how much of it was taken.
    #[wasm_bindgen(js_name = sendData)]
    pub fn send_data(&mut self, data: &[u8]) -> Result<u32, JsValue> {
        self.endpoint.send_data(data).map(|taken| taken as u32).map_err(thrown)
    }

    /// The end of the message behind DATA.
    #[wasm_bindgen(js_name = finishData)]
    pub fn finish_data(&mut self) -> Result<(), JsValue> {
        self.endpoint.finish_data().map_err(thrown)
    }

    /// XCLIENT, with names and values in turn.
    pub fn xclient(&mut self, attributes: &Array) -> Result<u32, JsValue> {
        let mut texts = Texts::new(attributes);
        let pairs: Vec<_> = core::iter::from_fn(|| texts.next().zip(texts.next())).collect();
        let attributes: Vec<_> =
            pairs.iter().map(|(name, value)| Attribute { name, value: Xtext::plain(value) }).collect();
        number(self.endpoint.xclient(&attributes))
    }

    /// What the server announced last.
    pub fn extensions(&self) -> Vec<f64> {
        extension::announced(self.endpoint.extensions())
    }

    /// Where the conversation stands.
    pub fn state(&self) -> String {
        self.endpoint.state().name().into()
    }

    /// Commands whose last reply has not come.
    #[wasm_bindgen(js_name = queuedCommands)]
    pub fn queued_commands(&self) -> u32 {
        self.endpoint.queued_commands() as u32
    }
}

/// Credentials that outlive one call.
struct Login {
    mechanism: Mechanism,
    user: String,
    password: Zeroizing<String>,
    authorization: String,
    answered: u8,
}

impl ClientMechanism for Login {
    fn name(&self) -> &str {
        self.mechanism.name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        match self.mechanism {
            Mechanism::Plain => {
                sasl::Plain::new(&self.authorization, &self.user, &self.password).ok()?.initial(response)
            }
            _ => None,
        }
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        if self.mechanism == Mechanism::Plain {
            return self.initial(response).into();
        }
        let Ok(mut login) = sasl::Login::resume(&self.user, &self.password, self.answered) else {
            return Response::Cancel;
        };
        self.answered = self.answered.saturating_add(1);
        login.respond(challenge, response)
    }
}

/// One response of a mechanism that lives in JavaScript.
struct Foreign<'a> {
    name: &'a str,
    response: Option<Zeroizing<Vec<u8>>>,
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

fn event(event: ClientEvent<'_>) -> Fields {
    let command = |kind, id: CommandId| Fields::event(kind).number("id", f64::from(id.as_u32()));
    match event {
        ClientEvent::Greeting(reply) => Fields::event("greeting").reply(&reply),
        ClientEvent::Reply { id, verb, reply } => command("reply", id).text("verb", verb.name()).reply(&reply),
        ClientEvent::Delivery { id, recipient, last, reply } => {
            command("delivery", id).number("recipient", f64::from(recipient)).flag("last", last).reply(&reply)
        }
        ClientEvent::DataReady { id, reply } => command("dataReady", id).reply(&reply),
        ClientEvent::Challenge { id, text } => {
            let mut text = text.to_vec();
            let challenge = base64::decode_in_place(&mut text).ok().and_then(|length| text.get(..length));
            match challenge {
                Some(challenge) => command("challenge", id).bytes("challenge", challenge),
                None => command("challenge", id).value("challenge", &JsValue::NULL),
            }
        }
        ClientEvent::StartTls { id } => command("startTls", id),
        ClientEvent::Closing(reply) => Fields::event("closing").reply(&reply),
        // An event that has no name here yet.
        _ => Fields::event("other"),
    }
}
