//! A whole delivery as one task.

use super::options::{self, Shared};
use super::{extension, parameter};
use crate::arguments::Arguments;
use crate::error::{self, thrown};
use crate::output::{Fields, list, nothing, taken};
use crate::{sasl, verb};
use alloc::vec::Vec;
use mailproto::Endpoint;
use mailproto::smtp::{
    Envelope, Failure, MessageId, Recipient, Reply, Submission, SubmissionEvent, SubmissionOptions, Verdict,
};
use wasm_bindgen::JsValue;

/// Messages to one server on one connection: see [`Submission`].
pub(crate) struct SmtpSubmission {
    endpoint: Submission,
    /// A message that is being prepared.
    envelope: Envelope,
}

session!(SmtpSubmission, event, SmtpSubmission::call);

impl SmtpSubmission {
    /// A submission by its name and the options of `SUBMISSION` in `npm/lib/layout.js`. Behind them the
    /// login, that of `LOGIN` in `npm/lib/sasl.js`, if there is one.
    pub(crate) fn new(mut arguments: Arguments<'_>) -> Result<Self, JsValue> {
        let name = arguments.text();
        let numbers = &mut arguments.numbers;
        let mut options = SubmissionOptions::new(&name);
        let Shared { protocol, line_ends, leniency, limits } = Shared::read(numbers);
        options.protocol = protocol;
        options.line_ends = line_ends.unwrap_or(options.line_ends);
        options.leniency = leniency;
        options.limits = limits;
        options.timeouts = options::client_timeouts(numbers);
        options.tls = tls_policy!(mailproto::smtp::TlsPolicy, numbers);
        options.chunking = numbers.flag();
        options.login = sasl::account(&mut arguments)?;
        let endpoint = Submission::new(options).map_err(thrown)?;
        Ok(Self { endpoint, envelope: Envelope::default() })
    }

    fn call(&mut self, called: u32, mut arguments: Arguments<'_>) -> Result<JsValue, JsValue> {
        let endpoint = &mut self.endpoint;
        nothing(match called {
            // Begins a message.
            verb::PREPARE => {
                self.envelope = envelope(arguments);
                Ok(())
            }
            // Adds a recipient to the message that is being prepared: when to report, the address, and
            // the address as first named.
            verb::RECIPIENT => {
                self.envelope.recipients.push(Recipient {
                    address: arguments.text(),
                    notify: parameter::notify(&mut arguments.numbers),
                    original: parameter::original(&mut arguments.texts),
                });
                Ok(())
            }
            // The number by which events name the message that was prepared.
            verb::SUBMIT => {
                let id = endpoint.submit(core::mem::take(&mut self.envelope));
                return id.map(|id| id.as_u32().into()).map_err(thrown);
            }
            // A piece of the message that is wanted; how much of it was taken.
            verb::SEND_DATA => return taken(endpoint.send_data(&arguments.bytes()?)),
            verb::FINISH_DATA => endpoint.finish_data(),
            // QUIT when every message that was submitted is done.
            verb::FINISH => {
                endpoint.finish();
                Ok(())
            }
            verb::BIND_CHANNEL => sasl::bind(arguments, |binding| endpoint.bind_channel(binding))?,
            verb::LOGIN_OUTCOME => return Ok(sasl::outcome(endpoint.login_outcome())),
            verb::EXTENSIONS => return Ok(extension::announced(endpoint.extensions())),
            _ => return Err(error::argument("verb")),
        })
    }
}

/// A sender and an envelope id, and what the message wants by `ENVELOPE` in `npm/lib/layout.js`.
fn envelope(mut arguments: Arguments<'_>) -> Envelope {
    let (sender, envelope_id) = (arguments.text(), arguments.texts.next());
    let mut numbers = arguments.numbers;
    Envelope {
        sender,
        recipients: Vec::new(),
        size: numbers.next().map(|size| size as u64),
        body: parameter::body(&mut numbers).unwrap_or_default(),
        smtputf8: numbers.flag(),
        require_tls: numbers.flag(),
        ret: parameter::ret(&mut numbers),
        deliver_by: parameter::deliver_by(&mut numbers).map(|(seconds, mode, _)| (seconds, mode)),
        priority: numbers.next().map(|priority| priority as i8),
        hold_for: numbers.next().map(|seconds| seconds as u32),
        envelope_id,
    }
}

fn event(event: SubmissionEvent<'_>) -> Fields {
    let of = |kind, message: MessageId| Fields::event(kind).number("message", f64::from(message.as_u32()));
    match event {
        SubmissionEvent::StartTls => Fields::event("startTls"),
        SubmissionEvent::BodyWanted { message } => of("bodyWanted", message),
        SubmissionEvent::Recipient { message, recipient, delivery } => {
            let fields = of("recipient", message)
                .number("recipient", f64::from(recipient))
                .text("verdict", verdict_name(delivery.verdict));
            with_failure(with_reply(fields, delivery.reply), delivery.failure)
        }
        SubmissionEvent::MessageDone { message, reply } => with_reply(of("messageDone", message), reply),
        SubmissionEvent::Failed { failure, reply } => {
            with_failure(with_reply(Fields::event("failed"), reply), Some(failure))
        }
        // An event that has no name here yet.
        _ => Fields::event("other"),
    }
}

fn with_reply(fields: Fields, reply: Option<Reply<'_>>) -> Fields {
    match reply {
        Some(reply) => fields.reply(&reply),
        None => fields.value("reply", &JsValue::NULL),
    }
}

fn with_failure(fields: Fields, failure: Option<Failure>) -> Fields {
    let Some(failure) = failure else { return fields.value("failure", &JsValue::NULL) };
    let fields = fields.text("failure", failure_name(failure));
    match failure {
        Failure::NeedsExtension(missing) => fields.value("missing", &list(missing.keywords())),
        _ => fields,
    }
}

fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Permanent => "permanent",
        Verdict::Transient => "transient",
        Verdict::Unknown => "unknown",
    }
}

fn failure_name(failure: Failure) -> &'static str {
    match failure {
        Failure::Greeting => "greeting",
        Failure::Hello => "hello",
        Failure::TlsNotOffered => "tlsNotOffered",
        Failure::TlsRefused => "tlsRefused",
        Failure::LoginNotOffered => "loginNotOffered",
        Failure::LoginRefused => "loginRefused",
        Failure::NeedsExtension(_) => "needsExtension",
        Failure::TooLarge => "tooLarge",
        Failure::BadAddress => "badAddress",
        Failure::LimitReached => "limitReached",
        Failure::ConnectionLost => "connectionLost",
        _ => "other",
    }
}
