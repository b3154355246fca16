//! A whole maildrop as one task.

use super::{capability, options};
use crate::arguments::{Arguments, Numbers};
use crate::error::{self, thrown};
use crate::output::{Fields, list, nothing, numbers};
use crate::{sasl, verb};
use alloc::vec::Vec;
use mailproto::Endpoint;
use mailproto::pop3::{Download, DownloadEvent, DownloadOptions, Failure, Message, Retention, Seen, SkipReason};
use wasm_bindgen::JsValue;

/// The messages of one maildrop: see [`Download`].
pub(crate) struct Pop3Download {
    endpoint: Download,
}

session!(Pop3Download, event, Pop3Download::call);

impl Pop3Download {
    /// A download by the login of `LOGIN` in `npm/lib/sasl.js`; behind it the options of `DOWNLOAD` in
    /// `npm/lib/layout.js`; behind them what was accepted before, with the day and the number of copies of
    /// each.
    pub(crate) fn new(mut arguments: Arguments<'_>) -> Result<Self, JsValue> {
        let account = sasl::account(&mut arguments)?.ok_or_else(|| error::argument("login"))?;
        let mut options = DownloadOptions::new(account);
        read(&mut options, &mut arguments.numbers);
        Ok(Self { endpoint: Download::new(options, remembered(arguments)).map_err(thrown)? })
    }

    fn call(&mut self, called: u32, arguments: Arguments<'_>) -> Result<JsValue, JsValue> {
        let endpoint = &mut self.endpoint;
        nothing(match called {
            // The message that ended is safe with the host.
            verb::ACCEPT => endpoint.accept(),
            // The host could not keep it: it stays.
            verb::REJECT => endpoint.reject(),
            // Fetches no more, and ends the session.
            verb::FINISH => {
                endpoint.finish();
                Ok(())
            }
            verb::BIND_CHANNEL => sasl::bind(arguments, |binding| endpoint.bind_channel(binding))?,
            verb::AWAITS_ANSWER => return Ok(endpoint.awaits_answer().into()),
            // The unique ids that are to be remembered.
            verb::SEEN => return Ok(list(endpoint.seen().iter().map(|(unique_id, _)| unique_id)).into()),
            verb::SEEN_NUMBERS => return Ok(seen_numbers(endpoint.seen())),
            verb::LOGIN_OUTCOME => return Ok(sasl::outcome(endpoint.login_outcome())),
            verb::CAPABILITIES => return Ok(capability::announced(endpoint.capabilities())),
            _ => return Err(error::argument("verb")),
        })
    }
}

/// The day and the number of copies of each.
fn seen_numbers(seen: &Seen) -> JsValue {
    let mut row = Vec::with_capacity(seen.len() * 2);
    let mut last = "";
    while let Some((unique_id, day, copies)) = seen.next_after(last) {
        row.extend([f64::from(day), f64::from(copies)]);
        last = unique_id;
    }
    numbers(&row)
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

fn remembered(arguments: Arguments<'_>) -> Seen {
    let Arguments { mut numbers, mut texts, .. } = arguments;
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
