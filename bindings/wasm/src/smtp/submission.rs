//! A whole delivery as one task.

use super::options::{self, Shared};
use super::{extension, parameter};
use crate::error::thrown;
use crate::input::{Numbers, Texts};
use crate::interop::Array;
use crate::output::{Fields, list};
use crate::sasl;
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::sasl::ChannelBinding;
use mailproto::smtp::{
    Envelope, Failure, MessageId, Recipient, Reply, Submission, SubmissionEvent, SubmissionOptions, Verdict,
};
use mailproto::{Endpoint, Instant};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Messages to one server on one connection: see [`Submission`].
#[wasm_bindgen]
pub struct SmtpSubmission {
    endpoint: Submission,
    space: u32,
    /// A message that is being prepared.
    envelope: Envelope,
}

endpoint!(SmtpSubmission, event);

#[wasm_bindgen]
impl SmtpSubmission {
    /// A submission by the options of `SUBMISSION` in `npm/lib/layout.js`. The login is that of
    /// `LOGIN` in `npm/lib/sasl.js`, and empty if there is none.
    #[wasm_bindgen(constructor)]
    pub fn new(
        name: &str,
        options: &[f64],
        login: &[f64],
        login_texts: &Array,
        binding: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let mut numbers = Numbers::new(options);
        let mut options = SubmissionOptions::new(name);
        let Shared { protocol, line_ends, leniency, limits } = Shared::read(&mut numbers);
        options.protocol = protocol;
        options.line_ends = line_ends.unwrap_or(options.line_ends);
        options.leniency = leniency;
        options.limits = limits;
        options.timeouts = options::client_timeouts(&mut numbers);
        options.tls = tls_policy!(mailproto::smtp::TlsPolicy, numbers);
        options.chunking = numbers.flag();
        options.login = sasl::account(login, login_texts, binding)?;
        let endpoint = Submission::new(options).map_err(thrown)?;
        Ok(Self { endpoint, space: 0, envelope: Envelope::default() })
    }

    /// Begins a message: its sender, and what it wants by `PARAMETERS` in `npm/lib/layout.js`.
    pub fn prepare(&mut self, sender: String, numbers: &[f64], envelope_id: Option<String>) {
        let mut numbers = Numbers::new(numbers);
        self.envelope = Envelope {
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
        };
    }

    /// Adds a recipient to the message that is being prepared: when to report, and the address as
    /// first named.
    pub fn recipient(&mut self, address: String, notify: f64, original: &Array) {
        self.envelope.recipients.push(Recipient {
            address,
            notify: parameter::notify(&mut Numbers::new(&[notify])),
            original: parameter::original(&mut Texts::new(original)),
        });
    }

    /// Submits the message that was prepared; the number by which events name it.
    pub fn submit(&mut self) -> Result<u32, JsValue> {
        let envelope = core::mem::take(&mut self.envelope);
        self.endpoint.submit(envelope).map(MessageId::as_u32).map_err(thrown)
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

    /// Says QUIT when every message that was submitted is done.
    pub fn finish(&mut self) {
        self.endpoint.finish();
    }

    /// What the TLS channel is known by.
    #[wasm_bindgen(js_name = bindChannel)]
    pub fn bind_channel(&mut self, kind: &str, data: &[u8]) -> Result<(), JsValue> {
        let kind = sasl::binding_kind(kind)?;
        self.endpoint.bind_channel(ChannelBinding { kind, data }).map_err(thrown)
    }

    /// How the login went, as a plain object, or null.
    #[wasm_bindgen(js_name = loginOutcome)]
    pub fn login_outcome(&self) -> JsValue {
        sasl::outcome(self.endpoint.login_outcome())
    }

    /// What the server announced last.
    pub fn extensions(&self) -> Vec<f64> {
        extension::announced(self.endpoint.extensions())
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
