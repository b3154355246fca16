//! The client's side, verb by verb.

use super::{capability, options};
use crate::arguments::Arguments;
use crate::output::{Fields, command, list};
use crate::sasl::{Authenticates, Login, exchange};
use crate::verb;
use alloc::string::String;
use mailproto::pop3::{Capability, Client, ClientEvent, Response, Verb};
use mailproto::sasl::{ClientMechanism, Mechanism, Mechanisms, Progress};
use mailproto::{CommandId, Endpoint, Error};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// The client's side of one connection: see [`Client`] for what each verb does.
pub(crate) struct Pop3Client {
    endpoint: Client,
    login: Option<Login>,
}

session!(Pop3Client, event, Pop3Client::call);

/// The digest that APOP sends, for a greeting's timestamp and a secret.
#[cfg(feature = "scram")]
#[wasm_bindgen(js_name = apopDigest)]
pub fn apop_digest(timestamp: &str, secret: String) -> String {
    let secret = Zeroizing::new(secret);
    mailproto::pop3::ApopDigest::new(timestamp, &secret).as_str().into()
}

impl Pop3Client {
    /// A client for one connection, by the options of `POP3_CLIENT` in `npm/lib/layout.js`.
    pub(crate) fn new(mut arguments: Arguments<'_>) -> Self {
        Self { endpoint: Client::new(options::client(&mut arguments.numbers)), login: None }
    }

    fn call(&mut self, called: u32, mut arguments: Arguments<'_>) -> Result<JsValue, JsValue> {
        let endpoint = &mut self.endpoint;
        command(match called {
            // About one message, or all.
            verb::LIST => endpoint.list(arguments.numbers.next().map(|number| number as u32)),
            verb::UIDL => endpoint.uidl(arguments.numbers.next().map(|number| number as u32)),
            verb::RETR => endpoint.retr(arguments.number()),
            verb::DELE => endpoint.dele(arguments.number()),
            verb::TOP => endpoint.top(arguments.number(), arguments.number()),
            verb::CAPA => endpoint.capa(),
            verb::STLS => endpoint.stls(),
            verb::STAT => endpoint.stat(),
            verb::RSET => endpoint.rset(),
            verb::NOOP => endpoint.noop(),
            verb::UTF8 => endpoint.utf8(),
            verb::QUIT => endpoint.quit(),
            // USER and PASS.
            verb::LOGIN => {
                let (user, password) = (arguments.text(), Zeroizing::new(arguments.text()));
                endpoint.login(&user, &password)
            }
            // The name and the digest.
            verb::APOP => endpoint.apop(&arguments.text(), &arguments.text()),
            verb::LANG => endpoint.lang(arguments.texts.next().as_deref()),
            verb::CAPABILITIES => return Ok(capability::announced(endpoint.capabilities())),
            verb::STATE => return Ok(endpoint.state().name().into()),
            verb::QUEUED_COMMANDS => return Ok((endpoint.queued_commands() as u32).into()),
            _ => return exchange(endpoint, &mut self.login, called, arguments),
        })
    }
}

impl Authenticates for Client {
    fn offered(&self) -> Mechanisms {
        self.capabilities().mechanisms
    }

    fn auth(&mut self, mechanism: &mut dyn ClientMechanism) -> Result<CommandId, Error> {
        Self::auth(self, mechanism)
    }

    fn auth_respond(&mut self, mechanism: &mut dyn ClientMechanism) -> Result<Progress, Error> {
        Self::auth_respond(self, mechanism)
    }

    fn auth_cancel(&mut self) -> Result<(), Error> {
        Self::auth_cancel(self)
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
