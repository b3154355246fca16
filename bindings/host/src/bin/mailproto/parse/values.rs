//! Values of the core as JSON: field names of the Rust types in snake_case, `type` for the variant.

use crate::output;
use mailproto::Anomalies;
use mailproto::pop3::Capability;
use mailproto::smtp::{
    BodyType, DeliverByMode, Extension, MalformedParameter, Notify, Parameter, Parameters, Path, PeerLimits, Return,
    RrvsAction, Xtext,
};
use serde_json::{Value, json};

pub(super) fn anomalies(anomalies: Anomalies) -> Value {
    anomalies.names().collect()
}

pub(super) fn path(path: Path<'_>) -> Value {
    json!({
        "mailbox": path.as_str(),
        "local_part": path.local_part(),
        "domain": path.domain(),
        "source_route": path.source_route(),
    })
}

/// The parameters in order; one that makes no sense is an error object in its place.
pub(super) fn parameters(parameters: Parameters<'_>) -> Value {
    parameters.iter().map(|found| found.map_or_else(malformed, parameter)).collect()
}

fn malformed(MalformedParameter { keyword }: MalformedParameter<'_>) -> Value {
    json!({ "type": "malformed", "keyword": keyword })
}

fn parameter(parameter: Parameter<'_>) -> Value {
    match parameter {
        Parameter::Size(size) => json!({ "type": "size", "size": size }),
        Parameter::Body(body) => json!({ "type": "body", "body": body_type(body) }),
        Parameter::SmtpUtf8 => json!({ "type": "smtp_utf8" }),
        Parameter::Return(part) => json!({ "type": "return", "return": match part {
            Return::Full => "full",
            Return::Headers => "headers",
        }}),
        Parameter::EnvelopeId(id) => json!({ "type": "envelope_id", "envelope_id": xtext(id) }),
        Parameter::Auth(identity) => json!({ "type": "auth", "auth": identity.map(xtext) }),
        Parameter::RequireTls => json!({ "type": "require_tls" }),
        Parameter::DeliverBy { seconds, mode, trace } => {
            let mode = match mode {
                DeliverByMode::Return => "return",
                DeliverByMode::Notify => "notify",
            };
            json!({ "type": "deliver_by", "seconds": seconds, "mode": mode, "trace": trace })
        }
        Parameter::MtPriority(priority) => json!({ "type": "mt_priority", "mt_priority": priority }),
        Parameter::HoldFor(seconds) => json!({ "type": "hold_for", "hold_for": seconds }),
        Parameter::HoldUntil(until) => json!({ "type": "hold_until", "hold_until": until }),
        Parameter::Notify(Notify { success, failure, delay }) => {
            json!({ "type": "notify", "success": success, "failure": failure, "delay": delay })
        }
        Parameter::OriginalRecipient { address_type, address } => {
            json!({ "type": "original_recipient", "address_type": address_type, "address": xtext(address) })
        }
        Parameter::Rrvs { since, action } => {
            let action = action.map(|action| match action {
                RrvsAction::Continue => "continue",
                RrvsAction::Reject => "reject",
            });
            json!({ "type": "rrvs", "since": since, "action": action })
        }
        Parameter::Unknown { keyword, value } => json!({ "type": "unknown", "keyword": keyword, "value": value }),
        other => json!({ "type": "unknown", "keyword": other.keyword(), "value": null }),
    }
}

fn body_type(body: BodyType) -> &'static str {
    match body {
        BodyType::SevenBit => "seven_bit",
        BodyType::EightBitMime => "eight_bit_mime",
        BodyType::BinaryMime => "binary_mime",
    }
}

/// What the xtext stands for.
pub(super) fn xtext(text: Xtext<'_>) -> Value {
    output::text(&text.decode().collect::<Vec<_>>())
}

/// What a line of a reply to EHLO announces.
pub(super) fn extension(extension: Extension<'_>) -> Value {
    let name = |name: &str| json!({ "type": name });
    match extension {
        Extension::Pipelining => name("pipelining"),
        Extension::Size(size) => json!({ "type": "size", "size": size }),
        Extension::EightBitMime => name("eight_bit_mime"),
        Extension::SmtpUtf8 => name("smtp_utf8"),
        Extension::Chunking => name("chunking"),
        Extension::BinaryMime => name("binary_mime"),
        Extension::Dsn => name("dsn"),
        Extension::EnhancedStatusCodes => name("enhanced_status_codes"),
        Extension::StartTls => name("start_tls"),
        Extension::Auth(mechanisms) => {
            json!({ "type": "auth", "auth": mechanisms.iter().map(|one| one.name()).collect::<Vec<_>>() })
        }
        Extension::RequireTls => name("require_tls"),
        Extension::Limits(PeerLimits { mail_max, rcpt_max, rcpt_domain_max }) => {
            json!({ "type": "limits", "mail_max": mail_max, "rcpt_max": rcpt_max, "rcpt_domain_max": rcpt_domain_max })
        }
        Extension::DeliverBy(least) => json!({ "type": "deliver_by", "deliver_by": least }),
        Extension::MtPriority(profile) => json!({ "type": "mt_priority", "mt_priority": profile }),
        Extension::FutureRelease { interval, until } => {
            json!({ "type": "future_release", "interval": interval, "until": until })
        }
        Extension::Rrvs => name("rrvs"),
        Extension::Xclient(attributes) => json!({ "type": "xclient", "xclient": attributes }),
        Extension::Verify => name("verify"),
        Extension::Expand => name("expand"),
        Extension::Help => name("help"),
        Extension::Unknown { keyword, parameters } => {
            json!({ "type": "unknown", "keyword": keyword, "parameters": parameters })
        }
        _ => name("unknown"),
    }
}

/// What a line of a response to CAPA announces.
pub(super) fn capability(capability: Capability<'_>) -> Value {
    let name = |name: &str| json!({ "type": name });
    match capability {
        Capability::Top => name("top"),
        Capability::User => name("user"),
        Capability::Sasl(mechanisms) => {
            json!({ "type": "sasl", "sasl": mechanisms.iter().map(|one| one.name()).collect::<Vec<_>>() })
        }
        Capability::RespCodes => name("resp_codes"),
        Capability::LoginDelay { seconds, per_user } => {
            json!({ "type": "login_delay", "seconds": seconds, "per_user": per_user })
        }
        Capability::Pipelining => name("pipelining"),
        Capability::Expire { days, per_user } => json!({ "type": "expire", "days": days, "per_user": per_user }),
        Capability::Uidl => name("uidl"),
        Capability::Implementation(text) => json!({ "type": "implementation", "implementation": text }),
        Capability::AuthRespCode => name("auth_resp_code"),
        Capability::Stls => name("stls"),
        Capability::Utf8 { user } => json!({ "type": "utf8", "user": user }),
        Capability::Lang => name("lang"),
        Capability::Unknown { tag, parameters } => json!({ "type": "unknown", "tag": tag, "parameters": parameters }),
        _ => name("unknown"),
    }
}
