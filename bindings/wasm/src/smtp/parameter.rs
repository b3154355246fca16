//! Parameters of MAIL and RCPT that a client says, in the order of `PARAMETERS` and
//! `PARAMETER_TEXTS` in `npm/lib/layout.js`.

use crate::arguments::{Numbers, Texts};
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::smtp::{BodyType, DeliverByMode, Notify, Parameter, Return, RrvsAction, Xtext};

pub(crate) fn body(numbers: &mut Numbers<'_>) -> Option<BodyType> {
    numbers.next().map(|number| match number as u32 {
        0 => BodyType::SevenBit,
        1 => BodyType::EightBitMime,
        _ => BodyType::BinaryMime,
    })
}

pub(crate) fn ret(numbers: &mut Numbers<'_>) -> Option<Return> {
    numbers.next().map(|number| if number == 0.0 { Return::Full } else { Return::Headers })
}

/// Seconds, mode, and whether each relay reports.
pub(crate) fn deliver_by(numbers: &mut Numbers<'_>) -> Option<(i64, DeliverByMode, bool)> {
    let seconds = numbers.next();
    let mode = if numbers.flag() { DeliverByMode::Notify } else { DeliverByMode::Return };
    let trace = numbers.flag();
    seconds.map(|seconds| (seconds as i64, mode, trace))
}

/// Bits: success, failure, delay.
pub(crate) fn notify(numbers: &mut Numbers<'_>) -> Option<Notify> {
    numbers.next().map(|number| {
        let bits = number as u32;
        Notify { success: bits & 1 != 0, failure: bits & 2 != 0, delay: bits & 4 != 0 }
    })
}

/// Type and address of the recipient as first named.
pub(crate) fn original(texts: &mut Texts<'_>) -> Option<(String, String)> {
    let (kind, address) = (texts.next(), texts.next());
    kind.zip(address)
}

/// What JavaScript asked for, with the texts that parameters borrow.
pub(crate) struct Given {
    envelope_id: Option<String>,
    auth: Option<String>,
    hold_until: Option<String>,
    original: Option<(String, String)>,
    since: Option<String>,
    other: Vec<(String, String)>,
}

impl Given {
    pub(crate) fn read(texts: &mut Texts<'_>) -> Self {
        Self {
            envelope_id: texts.next(),
            auth: texts.next(),
            hold_until: texts.next(),
            original: original(texts),
            since: texts.next(),
            other: core::iter::from_fn(|| texts.next().zip(texts.next())).collect(),
        }
    }

    pub(crate) fn parameters(&self, numbers: &mut Numbers<'_>) -> Vec<Parameter<'_>> {
        let mut parameters = Vec::new();
        parameters.extend(numbers.next().map(|size| Parameter::Size(size as u64)));
        parameters.extend(body(numbers).map(Parameter::Body));
        parameters.extend(numbers.flag().then_some(Parameter::SmtpUtf8));
        parameters.extend(numbers.flag().then_some(Parameter::RequireTls));
        parameters.extend(ret(numbers).map(Parameter::Return));
        parameters.extend(deliver_by(numbers).map(|(seconds, mode, trace)| Parameter::DeliverBy {
            seconds,
            mode,
            trace,
        }));
        parameters.extend(numbers.next().map(|priority| Parameter::MtPriority(priority as i8)));
        parameters.extend(numbers.next().map(|seconds| Parameter::HoldFor(seconds as u32)));
        parameters.extend(notify(numbers).map(Parameter::Notify));
        let action = numbers.next().map(|number| if number == 0.0 { RrvsAction::Continue } else { RrvsAction::Reject });
        parameters.extend(self.envelope_id.as_deref().map(|id| Parameter::EnvelopeId(Xtext::plain(id))));
        // An empty text stands for `AUTH=<>`.
        parameters.extend(
            self.auth.as_deref().map(|mailbox| Parameter::Auth((!mailbox.is_empty()).then_some(Xtext::plain(mailbox)))),
        );
        parameters.extend(self.hold_until.as_deref().map(Parameter::HoldUntil));
        parameters.extend(self.original.as_ref().map(|(address_type, address)| Parameter::OriginalRecipient {
            address_type,
            address: Xtext::plain(address),
        }));
        parameters.extend(self.since.as_deref().map(|since| Parameter::Rrvs { since, action }));
        parameters.extend(self.other.iter().map(|(keyword, value)| Parameter::Unknown {
            keyword,
            value: (!value.is_empty()).then_some(value.as_str()),
        }));
        parameters
    }
}
