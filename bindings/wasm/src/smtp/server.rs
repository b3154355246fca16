//! The server's side.

use super::options::Shared;
use super::shown;
use crate::arguments::Arguments;
use crate::error::{self, thrown};
use crate::output::{Fields, nothing};
use crate::sasl::{self, Refusal};
use crate::verb;
use alloc::string::String;
use mailproto::Endpoint;
use mailproto::smtp::{Abort, EnhancedCode, ExtensionSet, Path, Server, ServerEvent, ServerOptions};
use wasm_bindgen::JsValue;

/// The server's side of one connection: see [`Server`] for its questions.
pub(crate) struct SmtpServer {
    endpoint: Server,
}

session!(SmtpServer, event, SmtpServer::call);

impl SmtpServer {
    /// A server for one connection, by its name and the options of `SERVER` in `npm/lib/layout.js`.
    pub(crate) fn new(mut arguments: Arguments<'_>) -> Result<Self, JsValue> {
        let name = arguments.text();
        let mut numbers = arguments.numbers;
        let mut options = ServerOptions::new(&name);
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
        Ok(Self { endpoint: Server::new(options).map_err(thrown)? })
    }

    fn call(&mut self, called: u32, mut arguments: Arguments<'_>) -> Result<JsValue, JsValue> {
        let endpoint = &mut self.endpoint;
        nothing(match called {
            // Yes to the question that waits, in the host's words if there are any.
            verb::ACCEPT => match arguments.texts.next() {
                None => endpoint.accept(),
                Some(text) => endpoint.accept_with(&text),
            },
            // No, by a code, in words, and an enhanced code if there is one.
            verb::REJECT => {
                let (code, text) = (arguments.number() as u16, arguments.text());
                let enhanced = match arguments.texts.next() {
                    None => None,
                    Some(code) => {
                        Some(EnhancedCode::parse(code.as_bytes()).ok_or_else(|| error::argument("enhanced"))?)
                    }
                };
                endpoint.reject(code, enhanced, &text)
            }
            // Goes on with an exchange that the host conducts.
            verb::CHALLENGE => endpoint.challenge(&arguments.bytes()?),
            // Why a bearer token is refused: status, scope, configuration.
            verb::REJECT_TOKEN => endpoint.reject_token(&Refusal::read(&mut arguments.texts).borrowed()),
            // With 421, as soon as what is in flight is finished.
            verb::SHUT_DOWN => {
                endpoint.shut_down();
                Ok(())
            }
            verb::STATE => return Ok(endpoint.state().name().into()),
            verb::IS_AUTHENTICATED => return Ok(endpoint.is_authenticated().into()),
            verb::AWAITS_ANSWER => return Ok(endpoint.awaits_answer().into()),
            _ => return Err(error::argument("verb")),
        })
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
