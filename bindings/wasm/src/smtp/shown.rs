//! Parameters of MAIL and RCPT that a server reads, as plain objects.

use crate::output::Fields;
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::smtp::{BodyType, DeliverByMode, Parameter, Parameters, Return, RrvsAction, Xtext};

/// Checked parameters as a plain object.
pub(crate) fn fields(parameters: Parameters<'_>) -> Fields {
    let mut other = Fields::new();
    let mut fields = Fields::new();
    for parameter in parameters.iter().flatten() {
        fields = match parameter {
            Parameter::Size(size) => fields.number("size", size as f64),
            Parameter::Body(body) => fields.text("body", body_name(body)),
            Parameter::SmtpUtf8 => fields.flag("smtpUtf8", true),
            Parameter::Return(Return::Full) => fields.text("ret", "full"),
            Parameter::Return(Return::Headers) => fields.text("ret", "headers"),
            Parameter::EnvelopeId(id) => fields.text("envelopeId", &plain(id)),
            Parameter::Auth(mailbox) => fields.text("auth", &mailbox.map(plain).unwrap_or_default()),
            Parameter::RequireTls => fields.flag("requireTls", true),
            Parameter::DeliverBy { seconds, mode, trace } => {
                let mode = if mode == DeliverByMode::Return { "return" } else { "notify" };
                let by = Fields::new().number("seconds", seconds as f64).text("mode", mode).flag("trace", trace);
                fields.object("deliverBy", by)
            }
            Parameter::MtPriority(priority) => fields.number("priority", f64::from(priority)),
            Parameter::HoldFor(seconds) => fields.number("holdFor", f64::from(seconds)),
            Parameter::HoldUntil(time) => fields.text("holdUntil", time),
            Parameter::Notify(notify) => {
                let flags = Fields::new().flag("success", notify.success).flag("failure", notify.failure);
                fields.object("notify", flags.flag("delay", notify.delay))
            }
            Parameter::OriginalRecipient { address_type, address } => {
                let original = Fields::new().text("type", address_type).text("address", &plain(address));
                fields.object("original", original)
            }
            Parameter::Rrvs { since, action } => {
                let rrvs = Fields::new().text("since", since);
                fields.object(
                    "rrvs",
                    match action {
                        None => rrvs,
                        Some(RrvsAction::Continue) => rrvs.text("action", "continue"),
                        Some(RrvsAction::Reject) => rrvs.text("action", "reject"),
                    },
                )
            }
            Parameter::Unknown { keyword, value } => {
                other = other.text(keyword, value.unwrap_or_default());
                fields
            }
            _ => fields,
        };
    }
    fields.object("other", other)
}

fn body_name(body: BodyType) -> &'static str {
    match body {
        BodyType::SevenBit => "7bit",
        BodyType::EightBitMime => "8bitmime",
        BodyType::BinaryMime => "binarymime",
    }
}

/// What an xtext stands for, as text.
pub(crate) fn plain(text: Xtext<'_>) -> String {
    let bytes: Vec<u8> = text.decode().collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
