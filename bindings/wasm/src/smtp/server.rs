//! The server's side.

use super::options::Shared;
use super::shown;
use crate::error::{self, thrown};
use crate::input::Numbers;
use crate::interop::Array;
use crate::output::Fields;
use crate::sasl::{self, Refusal};
use alloc::string::String;
use mailproto::smtp::{Abort, EnhancedCode, ExtensionSet, Path, Server, ServerEvent, ServerOptions};
use mailproto::{Endpoint, Instant};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The server's side of one connection: see [`Server`] for its questions.
#[wasm_bindgen]
pub struct SmtpServer {
    endpoint: Server,
    space: u32,
}

endpoint!(SmtpServer, event);

#[wasm_bindgen]
impl SmtpServer {
    /// A server for one connection, by the options of `SERVER` in `npm/lib/layout.js`.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, options: &[f64]) -> Result<Self, JsValue> {
        let mut numbers = Numbers::new(options);
        let mut options = ServerOptions::new(name);
        let Shared { protocol, line_ends, leniency, limits } = Shared::read(&mut numbers);
        options.protocol = protocol;
        options.line_ends = line_ends.unwrap_or(options.line_ends);
        options.leniency = leniency;
        options.limits = limits;
        options.offered = options.offered.with(ExtensionSet::from_bits(numbers.choice()));
        options.offered = options.offered.without(ExtensionSet::from_bits(numbers.choice()));
        if let Some(bits) = numbers.next() {
            options.mechanisms = sasl::of_bits(bits);
        }
        options.auth_without_tls = numbers.flag();
        options.require_tls = numbers.flag();
        options.require_auth = numbers.flag();
        options.tls = numbers.flag();
        numbers.count(&mut options.hold_max);
        numbers.count(&mut options.timeouts.command);
        numbers.count(&mut options.timeouts.data_block);
        let endpoint = Server::new(options).map_err(thrown)?;
        Ok(Self { endpoint, space: 0 })
    }

    /// Says yes to the question that waits, in the host's words if there are any.
    pub fn accept(&mut self, text: Option<String>) -> Result<(), JsValue> {
        match text {
            None => self.endpoint.accept(),
            Some(text) => self.endpoint.accept_with(&text),
        }
        .map_err(thrown)
    }

    /// Says no to the question that waits.
    pub fn reject(&mut self, code: u16, enhanced: Option<String>, text: &str) -> Result<(), JsValue> {
        let enhanced = match enhanced {
            None => None,
            Some(code) => Some(EnhancedCode::parse(code.as_bytes()).ok_or_else(|| error::argument("enhanced"))?),
        };
        self.endpoint.reject(code, enhanced, text).map_err(thrown)
    }

    /// Goes on with an exchange that the host conducts.
    pub fn challenge(&mut self, challenge: &[u8]) -> Result<(), JsValue> {
        self.endpoint.challenge(challenge).map_err(thrown)
    }

    /// Refuses a bearer token, and says why: status, scope, configuration.
    #[wasm_bindgen(js_name = rejectToken)]
    pub fn reject_token(&mut self, texts: &Array) -> Result<(), JsValue> {
        self.endpoint.reject_token(&Refusal::read(texts).borrowed()).map_err(thrown)
    }

    /// Ends the session with 421 as soon as what is in flight is finished.
    #[wasm_bindgen(js_name = shutDown)]
    pub fn shut_down(&mut self) {
        self.endpoint.shut_down();
    }

    /// Where the conversation stands.
    pub fn state(&self) -> String {
        self.endpoint.state().name().into()
    }

    /// Whether the client has proved who it is.
    #[wasm_bindgen(js_name = isAuthenticated)]
    pub fn is_authenticated(&self) -> bool {
        self.endpoint.is_authenticated()
    }

    /// Whether a question waits for an answer.
    #[wasm_bindgen(js_name = awaitsAnswer)]
    pub fn awaits_answer(&self) -> bool {
        self.endpoint.awaits_answer()
    }
}

fn event(event: ServerEvent<'_>) -> Fields {
    let fields = named(event);
    fields.flag("question", event.is_question())
}

fn named(event: ServerEvent<'_>) -> Fields {
    match event {
        ServerEvent::Connect => Fields::event("connect"),
        ServerEvent::Hello { name, extended } => Fields::event("hello").text("name", name).flag("extended", extended),
        ServerEvent::StartTls => Fields::event("startTls"),
        ServerEvent::Auth(credentials) => sasl::shown(Fields::event("auth"), &credentials),
        ServerEvent::AuthResponse { mechanism, first, response } => {
            let fields = Fields::event("authResponse").text("mechanism", mechanism.name()).flag("first", first);
            fields.bytes_or_null("response", response)
        }
        ServerEvent::Mail { path, parameters } => {
            with_path(Fields::event("mail"), path).object("parameters", shown::fields(parameters))
        }
        ServerEvent::Rcpt { path, parameters } => {
            with_path(Fields::event("rcpt"), path).object("parameters", shown::fields(parameters))
        }
        ServerEvent::DataStart { chunking } => Fields::event("dataStart").flag("chunking", chunking),
        ServerEvent::Data(data) => Fields::event("data").bytes("data", data),
        ServerEvent::DataEnd { recipient } => {
            Fields::event("dataEnd").number_or_null("recipient", recipient.map(f64::from))
        }
        ServerEvent::DataAborted(abort) => Fields::event("dataAborted").text("reason", abort_name(abort)),
        ServerEvent::Reset => Fields::event("reset"),
        ServerEvent::Vrfy(text) => Fields::event("vrfy").text("text", text),
        ServerEvent::Expn(text) => Fields::event("expn").text("text", text),
        ServerEvent::Noop => Fields::event("noop"),
        ServerEvent::Help(text) => Fields::event("help").text("text", text),
        ServerEvent::Xclient(attributes) => {
            let fields = Fields::new();
            let fields = attributes
                .iter()
                .fold(fields, |fields, attribute| fields.text(attribute.name, &shown::plain(attribute.value)));
            Fields::event("xclient").object("attributes", fields)
        }
        ServerEvent::Quit => Fields::event("quit"),
        ServerEvent::Refused { code, line } => {
            Fields::event("refused").number("code", f64::from(code)).text("line", &String::from_utf8_lossy(line))
        }
        // An event that has no name here yet.
        _ => Fields::event("other"),
    }
}

fn with_path(fields: Fields, path: Path<'_>) -> Fields {
    let local: String = path.unquoted_local_part().collect();
    fields.text("address", path.as_str()).text("localPart", &local).text("domain", path.domain())
}

fn abort_name(abort: Abort) -> &'static str {
    match abort {
        Abort::TooLarge => "tooLarge",
        Abort::LineEnds => "lineEnds",
        _ => "other",
    }
}
