//! A whole maildrop as one task.

use super::{capability, options};
use crate::error::{self, thrown};
use crate::input::{Numbers, Texts};
use crate::interop::Array;
use crate::output::{Fields, list};
use crate::sasl;
use alloc::vec::Vec;
use mailproto::pop3::{Download, DownloadEvent, DownloadOptions, Failure, Message, Retention, Seen, SkipReason};
use mailproto::sasl::ChannelBinding;
use mailproto::{Endpoint, Instant};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The messages of one maildrop: see [`Download`].
#[wasm_bindgen]
pub struct Pop3Download {
    endpoint: Download,
    space: u32,
}

endpoint!(Pop3Download, event);

#[wasm_bindgen]
impl Pop3Download {
    /// A download by the options of `DOWNLOAD` in `npm/lib/layout.js` and the login of `LOGIN` in
    /// `npm/lib/sasl.js`. What was accepted before stands in `seen`, with the day and the number of
    /// copies of each in `seen_numbers`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        terms: &[f64],
        login: &[f64],
        login_texts: &Array,
        binding: Option<Vec<u8>>,
        seen: &Array,
        seen_numbers: &[f64],
    ) -> Result<Self, JsValue> {
        let account = sasl::account(login, login_texts, binding)?.ok_or_else(|| error::argument("login"))?;
        let mut options = DownloadOptions::new(account);
        read(&mut options, &mut Numbers::new(terms));
        let endpoint = Download::new(options, remembered(seen, seen_numbers)).map_err(thrown)?;
        Ok(Self { endpoint, space: 0 })
    }

    /// The message that ended is safe with the host.
    pub fn accept(&mut self) -> Result<(), JsValue> {
        self.endpoint.accept().map_err(thrown)
    }

    /// The host could not keep it: it stays.
    pub fn reject(&mut self) -> Result<(), JsValue> {
        self.endpoint.reject().map_err(thrown)
    }

    /// Fetches no more, and ends the session.
    pub fn finish(&mut self) {
        self.endpoint.finish();
    }

    /// Whether a message waits for `accept` or `reject`.
    #[wasm_bindgen(js_name = awaitsAnswer)]
    pub fn awaits_answer(&self) -> bool {
        self.endpoint.awaits_answer()
    }

    /// The unique ids that are to be remembered.
    pub fn seen(&self) -> Array {
        list(self.endpoint.seen().iter().map(|(unique_id, _)| unique_id))
    }

    /// The day and the number of copies of each.
    #[wasm_bindgen(js_name = seenNumbers)]
    pub fn seen_numbers(&self) -> Vec<f64> {
        let seen = self.endpoint.seen();
        let mut numbers = Vec::with_capacity(seen.len() * 2);
        let mut last = "";
        while let Some((unique_id, day, copies)) = seen.next_after(last) {
            numbers.extend([f64::from(day), f64::from(copies)]);
            last = unique_id;
        }
        numbers
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
    pub fn capabilities(&self) -> Vec<f64> {
        capability::announced(self.endpoint.capabilities())
    }
}

fn read(options: &mut DownloadOptions, numbers: &mut Numbers<'_>) {
    let client = options::client(numbers);
    options.limits = client.limits;
    options.leniency = client.leniency;
    options.timeouts = client.timeouts;
    options.tls = tls_policy!(mailproto::pop3::TlsPolicy, numbers);
    let apop = numbers.flag();
    #[cfg(feature = "scram")]
    {
        options.apop = apop;
    }
    options.retention = match (numbers.choice(), numbers.next()) {
        (_, Some(days)) => Retention::KeepDays(days as u32),
        (0, None) => Retention::DeleteAtOnce,
        _ => Retention::Keep,
    };
    numbers.count(&mut options.today);
    options.largest = numbers.next().map(|largest| largest as u64);
    numbers.small(&mut options.read_ahead);
    numbers.count(&mut options.messages);
}

fn remembered(seen: &Array, numbers: &[f64]) -> Seen {
    let (mut texts, mut numbers) = (Texts::new(seen), Numbers::new(numbers));
    let mut remembered = Seen::default();
    while let (Some(unique_id), Some(day), Some(copies)) = (texts.next(), numbers.next(), numbers.next()) {
        for _ in 0..copies as u16 {
            remembered.add(&unique_id, day as u32);
        }
    }
    remembered
}

fn event(event: DownloadEvent<'_>) -> Fields {
    match event {
        DownloadEvent::StartTls => Fields::event("startTls"),
        DownloadEvent::Listed { messages, new } => {
            Fields::event("listed").number("messages", f64::from(messages)).number("new", f64::from(new))
        }
        DownloadEvent::Message(message) => with_message(Fields::event("message"), message),
        DownloadEvent::Data(data) => Fields::event("data").bytes("data", data),
        DownloadEvent::MessageEnd => Fields::event("messageEnd"),
        DownloadEvent::Skipped { message, reason, response } => {
            with_message(Fields::event("skipped"), message).text("reason", skip_name(reason)).response_or_null(response)
        }
        DownloadEvent::Failed { failure, response } => {
            Fields::event("failed").text("failure", failure_name(failure)).response_or_null(response)
        }
        DownloadEvent::Done { removed, response } => {
            Fields::event("done").number("removed", f64::from(removed)).response_or_null(response)
        }
        // An event that has no name here yet.
        _ => Fields::event("other"),
    }
}

fn with_message(fields: Fields, message: Message<'_>) -> Fields {
    fields
        .number("number", f64::from(message.number))
        .text_or_null("uniqueId", message.unique_id)
        .number_or_null("size", message.size.map(|size| size as f64))
}

fn skip_name(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::TooLarge => "tooLarge",
        SkipReason::NoUniqueId => "noUniqueId",
        SkipReason::Refused => "refused",
        _ => "other",
    }
}

fn failure_name(failure: Failure) -> &'static str {
    match failure {
        Failure::Greeting => "greeting",
        Failure::TlsNotOffered => "tlsNotOffered",
        Failure::TlsRefused => "tlsRefused",
        Failure::LoginNotOffered => "loginNotOffered",
        Failure::LoginRefused => "loginRefused",
        Failure::ListRefused => "listRefused",
        Failure::NoUniqueIds => "noUniqueIds",
        _ => "other",
    }
}
