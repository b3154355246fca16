//! The client's side, verb by verb.

use super::{capability, options};
use crate::error::thrown;
use crate::input::Numbers;
use crate::interop::Array;
use crate::output::{Fields, list};
use crate::sasl::{Login, exchange};
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::pop3::{Capability, Client, ClientEvent, Response, Verb};
use mailproto::sasl::Mechanism;
use mailproto::{CommandId, Endpoint, Error, Instant};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// The client's side of one connection: see [`Client`] for what each verb does.
#[wasm_bindgen]
pub struct Pop3Client {
    endpoint: Client,
    space: u32,
    login: Option<Login>,
}

endpoint!(Pop3Client, event);
exchange!(Pop3Client, |endpoint: &Client| endpoint.capabilities().mechanisms);

/// The number by which events name a command.
fn number(id: Result<CommandId, Error>) -> Result<u32, JsValue> {
    id.map(CommandId::as_u32).map_err(thrown)
}

/// The digest that APOP sends, for a greeting's timestamp and a secret.
#[cfg(feature = "scram")]
#[wasm_bindgen(js_name = apopDigest)]
pub fn apop_digest(timestamp: &str, secret: String) -> String {
    let secret = Zeroizing::new(secret);
    mailproto::pop3::ApopDigest::new(timestamp, &secret).as_str().into()
}

#[wasm_bindgen]
impl Pop3Client {
    /// A client for one connection, by the options of `POP3_CLIENT` in `npm/lib/layout.js`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &[f64]) -> Self {
        let endpoint = Client::new(options::client(&mut Numbers::new(options)));
        Self { endpoint, space: 0, login: None }
    }

    /// A command with at most two numbers: LIST, UIDL, RETR, DELE, TOP, by its place among them; beyond
    /// them CAPA, STLS, STAT, RSET, NOOP, UTF8, QUIT, which have none.
    pub fn command(&mut self, verb: u32, message: Option<u32>, lines: u32) -> Result<u32, JsValue> {
        let endpoint = &mut self.endpoint;
        let one = message.unwrap_or_default();
        number(match verb {
            0 => endpoint.list(message),
            1 => endpoint.uidl(message),
            2 => endpoint.retr(one),
            3 => endpoint.dele(one),
            4 => endpoint.top(one, lines),
            5 => endpoint.capa(),
            6 => endpoint.stls(),
            7 => endpoint.stat(),
            8 => endpoint.rset(),
            9 => endpoint.noop(),
            10 => endpoint.utf8(),
            _ => endpoint.quit(),
        })
    }

    /// USER and PASS.
    pub fn login(&mut self, user: &str, password: String) -> Result<u32, JsValue> {
        let password = Zeroizing::new(password);
        number(self.endpoint.login(user, &password))
    }

    /// APOP.
    pub fn apop(&mut self, name: &str, digest: &str) -> Result<u32, JsValue> {
        number(self.endpoint.apop(name, digest))
    }

    /// LANG.
    pub fn lang(&mut self, range: Option<String>) -> Result<u32, JsValue> {
        number(self.endpoint.lang(range.as_deref()))
    }

    /// What the server announced last.
    pub fn capabilities(&self) -> Vec<f64> {
        capability::announced(self.endpoint.capabilities())
    }

    /// Where the conversation stands.
    pub fn state(&self) -> String {
        self.endpoint.state().name().into()
    }

    /// Commands that have not ended.
    #[wasm_bindgen(js_name = queuedCommands)]
    pub fn queued_commands(&self) -> u32 {
        self.endpoint.queued_commands() as u32
    }
}

fn event(event: ClientEvent<'_>) -> Fields {
    let command = |kind, id: CommandId| Fields::event(kind).number("id", f64::from(id.as_u32()));
    match event {
        ClientEvent::Greeting(response) => {
            Fields::event("greeting").response(&response).text_or_null("timestamp", response.timestamp())
        }
        ClientEvent::Response { id, verb, response } => {
            let fields = command("response", id).text("verb", verb.name()).response(&response);
            with_listing(fields, verb, &response)
        }
        ClientEvent::Start { id, verb, response } => command("start", id).text("verb", verb.name()).response(&response),
        ClientEvent::Listing { id, listing } => {
            command("listing", id).number("number", f64::from(listing.number)).number("size", listing.octets as f64)
        }
        ClientEvent::UniqueId { id, listing } => command("uniqueId", id)
            .number_or_null("number", listing.number.map(f64::from))
            .text("uniqueId", listing.unique_id),
        ClientEvent::Capability { id, capability } => with_capability(command("capability", id), capability),
        ClientEvent::Language { id, tag, description } => {
            command("language", id).text("tag", tag).text("description", description)
        }
        ClientEvent::Data { id, bytes } => command("data", id).bytes("data", bytes),
        ClientEvent::Malformed { id, line } => command("malformed", id).bytes("line", line),
        ClientEvent::End { id, verb } => command("end", id).text("verb", verb.name()),
        ClientEvent::Challenge { id, text } => command("challenge", id).challenge(text),
        ClientEvent::StartTls { id } => command("startTls", id),
        ClientEvent::Closing(response) => Fields::event("closing").response(&response),
        // An event that has no name here yet.
        _ => Fields::event("other"),
    }
}

/// What a good response of one line tells in numbers.
fn with_listing(fields: Fields, verb: Verb, response: &Response<'_>) -> Fields {
    if !response.is_ok() {
        return fields;
    }
    match verb {
        Verb::Stat => match response.drop_listing() {
            Some(listing) => {
                fields.number("messages", f64::from(listing.messages)).number("size", listing.octets as f64)
            }
            None => fields,
        },
        Verb::ListOne => match response.scan_listing() {
            Some(listing) => fields.number("number", f64::from(listing.number)).number("size", listing.octets as f64),
            None => fields,
        },
        Verb::UidlOne => match response.unique_id_listing() {
            Some(listing) => fields.text("uniqueId", listing.unique_id),
            None => fields,
        },
        _ => fields,
    }
}

fn with_capability(fields: Fields, capability: Capability<'_>) -> Fields {
    let tag = capability.set().tags().next().unwrap_or_default();
    match capability {
        Capability::Unknown { tag, parameters } => fields.text("tag", tag).text("parameters", parameters),
        Capability::Sasl(mechanisms) => {
            fields.text("tag", tag).value("mechanisms", &list(mechanisms.iter().map(Mechanism::name)))
        }
        Capability::LoginDelay { seconds, per_user } => {
            fields.text("tag", tag).number("seconds", f64::from(seconds)).flag("perUser", per_user)
        }
        Capability::Expire { days, per_user } => {
            fields.text("tag", tag).number_or_null("days", days.map(f64::from)).flag("perUser", per_user)
        }
        Capability::Implementation(name) => fields.text("tag", tag).text("name", name),
        Capability::Utf8 { user } => fields.text("tag", tag).flag("perUser", user),
        _ => fields.text("tag", tag),
    }
}
