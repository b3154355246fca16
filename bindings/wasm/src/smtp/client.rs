//! The client's side, verb by verb.

use super::extension;
use super::options::{self, Shared};
use super::parameter::Given;
use crate::error::thrown;
use crate::input::{Numbers, Texts};
use crate::interop::Array;
use crate::output::Fields;
use crate::sasl::{Login, exchange};
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::smtp::{Attribute, Client, ClientEvent, ClientOptions, Xtext};
use mailproto::{CommandId, Endpoint, Error, Instant};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The client's side of one connection: see [`Client`] for what each verb does.
#[wasm_bindgen]
pub struct SmtpClient {
    endpoint: Client,
    space: u32,
    login: Option<Login>,
}

endpoint!(SmtpClient, event);
exchange!(SmtpClient, |endpoint: &Client| endpoint.extensions().mechanisms);

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
        let Shared { protocol, line_ends, leniency, limits } = Shared::read(&mut numbers);
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

fn event(event: ClientEvent<'_>) -> Fields {
    let command = |kind, id: CommandId| Fields::event(kind).number("id", f64::from(id.as_u32()));
    match event {
        ClientEvent::Greeting(reply) => Fields::event("greeting").reply(&reply),
        ClientEvent::Reply { id, verb, reply } => command("reply", id).text("verb", verb.name()).reply(&reply),
        ClientEvent::Delivery { id, recipient, last, reply } => {
            command("delivery", id).number("recipient", f64::from(recipient)).flag("last", last).reply(&reply)
        }
        ClientEvent::DataReady { id, reply } => command("dataReady", id).reply(&reply),
        ClientEvent::Challenge { id, text } => command("challenge", id).challenge(text),
        ClientEvent::StartTls { id } => command("startTls", id),
        ClientEvent::Closing(reply) => Fields::event("closing").reply(&reply),
        // An event that has no name here yet.
        _ => Fields::event("other"),
    }
}
