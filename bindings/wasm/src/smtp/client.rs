//! The client's side, verb by verb.

use super::extension;
use super::options::{self, Shared};
use super::parameter::Given;
use crate::arguments::Arguments;
use crate::output::{Fields, command, nothing, taken};
use crate::sasl::{Authenticates, Login, exchange};
use crate::verb;
use alloc::vec::Vec;
use mailproto::sasl::{ClientMechanism, Mechanisms, Progress};
use mailproto::smtp::{Attribute, Client, ClientEvent, ClientOptions, Xtext};
use mailproto::{CommandId, Endpoint, Error};
use wasm_bindgen::JsValue;

/// The client's side of one connection: see [`Client`] for what each verb does.
pub(crate) struct SmtpClient {
    endpoint: Client,
    login: Option<Login>,
}

session!(SmtpClient, event, SmtpClient::call);

impl SmtpClient {
    /// A client for one connection, by the options of `CLIENT` in `npm/lib/layout.js`.
    pub(crate) fn new(arguments: Arguments<'_>) -> Self {
        let mut numbers = arguments.numbers;
        let Shared { protocol, line_ends, leniency, limits } = Shared::read(&mut numbers);
        let timeouts = options::client_timeouts(&mut numbers);
        let line_ends = line_ends.unwrap_or_default();
        let options = ClientOptions { protocol, line_ends, limits, leniency, timeouts };
        Self { endpoint: Client::new(options), login: None }
    }

    fn call(&mut self, called: u32, mut arguments: Arguments<'_>) -> Result<JsValue, JsValue> {
        let endpoint = &mut self.endpoint;
        command(match called {
            verb::EHLO => endpoint.ehlo(&arguments.text()),
            verb::HELO => endpoint.helo(&arguments.text()),
            verb::VRFY => endpoint.vrfy(&arguments.text()),
            verb::EXPN => endpoint.expn(&arguments.text()),
            verb::HELP => endpoint.help(&arguments.text()),
            verb::STARTTLS => endpoint.starttls(),
            verb::DATA => endpoint.data(),
            verb::RSET => endpoint.rset(),
            verb::NOOP => endpoint.noop(),
            verb::QUIT => endpoint.quit(),
            // The mailbox, then parameters by `PARAMETERS` in `npm/lib/layout.js`.
            verb::MAIL | verb::RCPT => {
                let mailbox = arguments.text();
                let given = Given::read(&mut arguments.texts);
                let parameters = given.parameters(&mut arguments.numbers);
                match called {
                    verb::RCPT => endpoint.rcpt(&mailbox, &parameters),
                    _ => endpoint.mail(&mailbox, &parameters),
                }
            }
            // How long the piece is, and whether it is the last.
            verb::BDAT => {
                let length = arguments.numbers.next().unwrap_or_default();
                endpoint.bdat(length as u64, arguments.numbers.flag())
            }
            // Names and values in turn.
            verb::XCLIENT => {
                let texts = &mut arguments.texts;
                let pairs: Vec<_> = core::iter::from_fn(|| texts.next().zip(texts.next())).collect();
                let attributes: Vec<_> =
                    pairs.iter().map(|(name, value)| Attribute { name, value: Xtext::plain(value) }).collect();
                endpoint.xclient(&attributes)
            }
            // A piece of the message; how much of it was taken.
            verb::SEND_DATA => return taken(endpoint.send_data(&arguments.bytes()?)),
            verb::FINISH_DATA => return nothing(endpoint.finish_data()),
            verb::EXTENSIONS => return Ok(extension::announced(endpoint.extensions())),
            verb::STATE => return Ok(endpoint.state().name().into()),
            verb::QUEUED_COMMANDS => return Ok((endpoint.queued_commands() as u32).into()),
            _ => return exchange(endpoint, &mut self.login, called, arguments),
        })
    }
}

impl Authenticates for Client {
    fn offered(&self) -> Mechanisms {
        self.extensions().mechanisms
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
