//! The server's side.

use crate::error::thrown;
use crate::input::Numbers;
use crate::interop::Array;
use crate::options::Common;
use crate::output::Fields;
use crate::sasl::{self, Refusal};
use alloc::string::String;
use mailproto::pop3::{CapabilitySet, ResponseCode, Server, ServerEvent, ServerOptions};
use mailproto::{Endpoint, Instant};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The server's side of one connection: see [`Server`] for its questions.
#[wasm_bindgen]
pub struct Pop3Server {
    endpoint: Server,
    space: u32,
}

endpoint!(Pop3Server, event);

#[wasm_bindgen]
impl Pop3Server {
    /// A server for one connection, by the options of `POP3_SERVER` in `npm/lib/layout.js`.
    #[wasm_bindgen(constructor)]
    pub fn new(implementation: &str, options: &[f64]) -> Result<Self, JsValue> {
        let mut numbers = Numbers::new(options);
        let mut options = ServerOptions { implementation, ..ServerOptions::default() };
        let Common { leniency, limits } = Common::read(&mut numbers, options.limits);
        options.leniency = leniency;
        options.limits = limits;
        options.offered = options.offered.with(CapabilitySet::from_bits(numbers.choice()));
        options.offered = options.offered.without(CapabilitySet::from_bits(numbers.choice()));
        if let Some(bits) = numbers.next() {
            options.mechanisms = sasl::of_bits(bits);
        }
        options.auth_without_tls = numbers.flag();
        options.require_tls = numbers.flag();
        options.tls = numbers.flag();
        options.expire_days = numbers.next().map(|days| days as u32);
        numbers.count(&mut options.login_delay);
        numbers.count(&mut options.timeouts.command);
        numbers.count(&mut options.timeouts.data_block);
        let endpoint = Server::new(options).map_err(thrown)?;
        Ok(Self { endpoint, space: 0 })
    }

    /// Says yes to the question that waits, in the host's words if there are any; to `connect` also with
    /// the timestamp that offers APOP.
    pub fn accept(&mut self, text: Option<String>, timestamp: Option<String>) -> Result<(), JsValue> {
        match (text, timestamp) {
            (None, None) => self.endpoint.accept(),
            (Some(text), None) => self.endpoint.accept_with(&text),
            (text, Some(timestamp)) => {
                self.endpoint.accept_with_timestamp(text.as_deref().unwrap_or_default(), &timestamp)
            }
        }
        .map_err(thrown)
    }

    /// Says no to the question that waits.
    pub fn reject(&mut self, text: &str, code: Option<String>) -> Result<(), JsValue> {
        self.endpoint.reject(code.as_deref().map(ResponseCode::Other), text).map_err(thrown)
    }

    /// Refuses a bearer token, and says why: status, scope, configuration.
    #[wasm_bindgen(js_name = rejectToken)]
    pub fn reject_token(&mut self, texts: &Array) -> Result<(), JsValue> {
        self.endpoint.reject_token(&Refusal::read(texts).borrowed()).map_err(thrown)
    }

    /// Goes on with an exchange that the host conducts.
    pub fn challenge(&mut self, challenge: &[u8]) -> Result<(), JsValue> {
        self.endpoint.challenge(challenge).map_err(thrown)
    }

    /// How much is in the maildrop.
    pub fn open(&mut self, messages: u32, size: f64) -> Result<(), JsValue> {
        self.endpoint.open(messages, size as u64).map_err(thrown)
    }

    /// How large a message is.
    pub fn size(&mut self, size: f64) -> Result<(), JsValue> {
        self.endpoint.size(size as u64).map_err(thrown)
    }

    /// What a message is called.
    #[wasm_bindgen(js_name = uniqueId)]
    pub fn unique_id(&mut self, unique_id: &str) -> Result<(), JsValue> {
        self.endpoint.unique_id(unique_id).map_err(thrown)
    }

    /// One of the languages.
    pub fn language(&mut self, tag: &str, description: &str) -> Result<(), JsValue> {
        self.endpoint.language(tag, description).map_err(thrown)
    }

    /// A piece of the message that is wanted; how much of it was taken.
    #[wasm_bindgen(js_name = sendData)]
    pub fn send_data(&mut self, data: &[u8]) -> Result<u32, JsValue> {
        self.endpoint.send_data(data).map(|taken| taken as u32).map_err(thrown)
    }

    /// The end of the message that is wanted.
    #[wasm_bindgen(js_name = finishData)]
    pub fn finish_data(&mut self) -> Result<(), JsValue> {
        self.endpoint.finish_data().map_err(thrown)
    }

    /// Whether more of a message is wanted.
    #[wasm_bindgen(js_name = wantsData)]
    pub fn wants_data(&self) -> bool {
        self.endpoint.wants_data()
    }

    /// Ends the session as soon as what is in flight is finished.
    #[wasm_bindgen(js_name = shutDown)]
    pub fn shut_down(&mut self) {
        self.endpoint.shut_down();
    }

    /// Where the conversation stands.
    pub fn state(&self) -> String {
        self.endpoint.state().name().into()
    }

    /// Whether the client has proved who it is, and its maildrop is open.
    #[wasm_bindgen(js_name = isAuthenticated)]
    pub fn is_authenticated(&self) -> bool {
        self.endpoint.is_authenticated()
    }

    /// Whether the client has said UTF8.
    #[wasm_bindgen(js_name = isUtf8)]
    pub fn is_utf8(&self) -> bool {
        self.endpoint.is_utf8()
    }

    /// Whether a question waits for an answer.
    #[wasm_bindgen(js_name = awaitsAnswer)]
    pub fn awaits_answer(&self) -> bool {
        self.endpoint.awaits_answer()
    }
}

fn event(event: ServerEvent<'_>) -> Fields {
    let question = event.is_question();
    named(event).flag("question", question)
}

fn named(event: ServerEvent<'_>) -> Fields {
    let about = |kind, number: u32| Fields::event(kind).number("number", f64::from(number));
    match event {
        ServerEvent::Connect => Fields::event("connect"),
        ServerEvent::StartTls => Fields::event("startTls"),
        ServerEvent::Auth(credentials) => sasl::shown(Fields::event("auth"), &credentials),
        ServerEvent::AuthResponse { mechanism, first, response } => {
            let fields = Fields::event("authResponse").text("mechanism", mechanism.name()).flag("first", first);
            fields.bytes_or_null("response", response)
        }
        ServerEvent::Apop { name, digest } => Fields::event("apop").text("user", name).text("digest", digest),
        ServerEvent::Open => Fields::event("open"),
        ServerEvent::Size { number } => about("size", number),
        ServerEvent::UniqueId { number } => about("uniqueId", number),
        ServerEvent::Message { number, lines } => {
            about("message", number).number_or_null("lines", lines.map(f64::from))
        }
        ServerEvent::Delete { number } => about("delete", number),
        ServerEvent::Reset => Fields::event("reset"),
        ServerEvent::Update { deleted } => {
            let numbers = Array::new();
            for number in deleted {
                numbers.push(&JsValue::from_f64(f64::from(number)));
            }
            Fields::event("update").value("deleted", &numbers)
        }
        ServerEvent::Utf8 => Fields::event("utf8"),
        ServerEvent::Language { range } => Fields::event("language").text("range", range),
        ServerEvent::Languages => Fields::event("languages"),
        ServerEvent::Answered(verb) => Fields::event("answered").text("verb", verb.name()),
        ServerEvent::Quit => Fields::event("quit"),
        ServerEvent::Refused { text, line } => {
            Fields::event("refused").text("text", text).text("line", &String::from_utf8_lossy(line))
        }
        // An event that has no name here yet.
        _ => Fields::event("other"),
    }
}
