//! The server's side.

use crate::arguments::Arguments;
use crate::error::{self, thrown};
use crate::interop::Array;
use crate::options::Common;
use crate::output::{Fields, nothing, taken};
use crate::sasl::{self, Refusal};
use crate::verb;
use alloc::string::String;
use mailproto::Endpoint;
use mailproto::pop3::{CapabilitySet, ResponseCode, Server, ServerEvent, ServerOptions};
use wasm_bindgen::JsValue;

/// The server's side of one connection: see [`Server`] for its questions.
pub(crate) struct Pop3Server {
    endpoint: Server,
}

session!(Pop3Server, event, Pop3Server::call);

impl Pop3Server {
    /// A server for one connection, by what it calls itself and the options of `POP3_SERVER` in
    /// `npm/lib/layout.js`.
    pub(crate) fn new(mut arguments: Arguments<'_>) -> Result<Self, JsValue> {
        let implementation = arguments.text();
        let mut numbers = arguments.numbers;
        let mut options = ServerOptions { implementation: &implementation, ..ServerOptions::default() };
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
        Ok(Self { endpoint: Server::new(options).map_err(thrown)? })
    }

    fn call(&mut self, called: u32, mut arguments: Arguments<'_>) -> Result<JsValue, JsValue> {
        let endpoint = &mut self.endpoint;
        nothing(match called {
            // Yes to the question that waits, in the host's words if there are any; to `connect` also with
            // the timestamp that offers APOP.
            verb::ACCEPT => match (arguments.texts.next(), arguments.texts.next()) {
                (None, None) => endpoint.accept(),
                (Some(text), None) => endpoint.accept_with(&text),
                (text, Some(timestamp)) => {
                    endpoint.accept_with_timestamp(text.as_deref().unwrap_or_default(), &timestamp)
                }
            },
            // No, in words, and by a response code if there is one.
            verb::REJECT => {
                let (text, code) = (arguments.text(), arguments.texts.next());
                endpoint.reject(code.as_deref().map(ResponseCode::Other), &text)
            }
            // Why a bearer token is refused: status, scope, configuration.
            verb::REJECT_TOKEN => endpoint.reject_token(&Refusal::read(&mut arguments.texts).borrowed()),
            // Goes on with an exchange that the host conducts.
            verb::CHALLENGE => endpoint.challenge(&arguments.bytes()?),
            // How much is in the maildrop: messages and bytes.
            verb::OPEN => {
                let messages = arguments.number();
                endpoint.open(messages, arguments.numbers.next().unwrap_or_default() as u64)
            }
            verb::SIZE => endpoint.size(arguments.numbers.next().unwrap_or_default() as u64),
            verb::UNIQUE_ID => endpoint.unique_id(&arguments.text()),
            // A tag and what it stands for.
            verb::LANGUAGE => endpoint.language(&arguments.text(), &arguments.text()),
            // A piece of the message that is wanted; how much of it was taken.
            verb::SEND_DATA => return taken(endpoint.send_data(&arguments.bytes()?)),
            verb::FINISH_DATA => endpoint.finish_data(),
            // As soon as what is in flight is finished.
            verb::SHUT_DOWN => {
                endpoint.shut_down();
                Ok(())
            }
            verb::WANTS_DATA => return Ok(endpoint.wants_data().into()),
            verb::STATE => return Ok(endpoint.state().name().into()),
            verb::IS_AUTHENTICATED => return Ok(endpoint.is_authenticated().into()),
            verb::IS_UTF8 => return Ok(endpoint.is_utf8().into()),
            verb::AWAITS_ANSWER => return Ok(endpoint.awaits_answer().into()),
            _ => return Err(error::argument("verb")),
        })
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
