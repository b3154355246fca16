//! Errors as JavaScript gets them: a kind, a reason, and numbers. The words are made there.

use crate::output::Fields;
use crate::session::reason_name;
use mailproto::{Closure, Error, Exceeded, LimitKind, Misuse, Violation, ViolationKind};
use wasm_bindgen::JsValue;

/// What is thrown for an error of the core.
pub(crate) fn thrown(error: Error) -> JsValue {
    match error {
        Error::Misuse(misuse) => self::misuse(misuse),
        Error::Protocol(violation) => protocol(violation),
        Error::Limit(exceeded) => limit(exceeded),
        Error::Closed(closure) => closed(closure),
        _ => fields("closed", "other"),
    }
    .into()
}

/// What is thrown for a value of the wrong type or range.
pub(crate) fn argument(name: &str) -> JsValue {
    fields("misuse", "argument").text("argument", name).into()
}

fn fields(kind: &str, reason: &str) -> Fields {
    Fields::new().text("kind", kind).text("reason", reason)
}

fn misuse(misuse: Misuse) -> Fields {
    let fields = |reason| fields("misuse", reason);
    match misuse {
        Misuse::Full => fields("full"),
        Misuse::ControlCharacter { offset } => fields("controlCharacter").number("offset", f64::from(offset)),
        Misuse::Syntax { offset } => fields("syntax").number("offset", f64::from(offset)),
        Misuse::TooLong { limit } => fields("tooLong").number("value", f64::from(limit)),
        Misuse::OutOfOrder => fields("outOfOrder"),
        Misuse::NotOffered => fields("notOffered"),
        Misuse::BareLineEnd => fields("bareLineEnd"),
        Misuse::ReplyCode => fields("replyCode"),
        Misuse::Closed => fields("closed"),
        Misuse::NoMemory => fields("noMemory"),
        _ => fields("other"),
    }
}

fn protocol(Violation { kind, offset, farewell }: Violation) -> Fields {
    let reason = match kind {
        ViolationKind::StartTlsInjection => "startTlsInjection",
        ViolationKind::MalformedReply => "malformedReply",
        ViolationKind::UnexpectedReply => "unexpectedReply",
        ViolationKind::BareLf => "bareLf",
        ViolationKind::MixedReplyCodes => "mixedReplyCodes",
        ViolationKind::EarlyTalk => "earlyTalk",
        ViolationKind::MalformedChallenge => "malformedChallenge",
        ViolationKind::MalformedResponse => "malformedResponse",
        ViolationKind::UnprovenServer => "unprovenServer",
        _ => "other",
    };
    let fields = fields("protocol", reason).number("offset", offset as f64);
    match farewell {
        Some(code) => fields.number("farewell", f64::from(code)),
        None => fields,
    }
}

fn limit(Exceeded { limit, value, offset }: Exceeded) -> Fields {
    let reason = match limit {
        LimitKind::BadCommands => "badCommands",
        LimitKind::FailedAuth => "failedAuth",
        LimitKind::SaslRounds => "saslRounds",
        LimitKind::Reply => "reply",
        LimitKind::Memory => "memory",
        _ => "other",
    };
    fields("limit", reason).number("value", f64::from(value)).number("offset", offset as f64)
}

fn closed(closure: Closure) -> Fields {
    match closure {
        Closure::EndOfInput => fields("closed", "endOfInput"),
        Closure::ByPeer => fields("closed", "byPeer"),
        Closure::TimedOut(reason) => fields("closed", "timedOut").text("waitedFor", reason_name(reason)),
        _ => fields("closed", "other"),
    }
}
