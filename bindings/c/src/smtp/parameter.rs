//! Parameters of MAIL and RCPT, and attributes of XCLIENT.

use crate::bytes::mailproto_bytes;
use crate::fault::Fault;
use crate::handle::{put, wanted};
use crate::status::mailproto_status;
use mailproto::Misuse;
use mailproto::smtp::{
    Attribute, BodyType, DeliverByMode, MalformedParameter, Notify, Parameter, Return, RrvsAction, Xtext,
};

/// Which parameter it is, and what its fields mean: one of the constants
/// MAILPROTO_SMTP_PARAMETER_.
pub type mailproto_smtp_parameter_kind = u32;

/// No parameter: there are no more.
pub const MAILPROTO_SMTP_PARAMETER_NONE: mailproto_smtp_parameter_kind = 0;
/// SIZE=number (RFC 1870).
pub const MAILPROTO_SMTP_PARAMETER_SIZE: mailproto_smtp_parameter_kind = 1;
/// BODY=choice, a MAILPROTO_SMTP_BODY_ (RFC 6152, RFC 3030).
pub const MAILPROTO_SMTP_PARAMETER_BODY: mailproto_smtp_parameter_kind = 2;
/// SMTPUTF8 (RFC 6531).
pub const MAILPROTO_SMTP_PARAMETER_SMTPUTF8: mailproto_smtp_parameter_kind = 3;
/// RET=choice, a MAILPROTO_SMTP_RETURN_ (RFC 3461 section 4.3).
pub const MAILPROTO_SMTP_PARAMETER_RET: mailproto_smtp_parameter_kind = 4;
/// ENVID=text (RFC 3461 section 4.4).
pub const MAILPROTO_SMTP_PARAMETER_ENVID: mailproto_smtp_parameter_kind = 5;
/// AUTH=text, a mailbox; choice 1 and no text for `<>` (RFC 4954 section 5).
pub const MAILPROTO_SMTP_PARAMETER_AUTH: mailproto_smtp_parameter_kind = 6;
/// REQUIRETLS (RFC 8689).
pub const MAILPROTO_SMTP_PARAMETER_REQUIRETLS: mailproto_smtp_parameter_kind = 7;
/// BY=number seconds, choice a MAILPROTO_SMTP_DELIVER_BY_ (RFC 2852).
pub const MAILPROTO_SMTP_PARAMETER_BY: mailproto_smtp_parameter_kind = 8;
/// MT-PRIORITY=number, -9 to 9 (RFC 6710).
pub const MAILPROTO_SMTP_PARAMETER_MT_PRIORITY: mailproto_smtp_parameter_kind = 9;
/// HOLDFOR=number seconds (RFC 4865).
pub const MAILPROTO_SMTP_PARAMETER_HOLDFOR: mailproto_smtp_parameter_kind = 10;
/// HOLDUNTIL=text, a date-time of RFC 3339 (RFC 4865).
pub const MAILPROTO_SMTP_PARAMETER_HOLDUNTIL: mailproto_smtp_parameter_kind = 11;
/// NOTIFY=choice, MAILPROTO_SMTP_NOTIFY_ joined by `|` (RFC 3461 section 4.1).
pub const MAILPROTO_SMTP_PARAMETER_NOTIFY: mailproto_smtp_parameter_kind = 12;
/// ORCPT=keyword;text: the address type and the address (RFC 3461 section 4.2).
pub const MAILPROTO_SMTP_PARAMETER_ORCPT: mailproto_smtp_parameter_kind = 13;
/// RRVS=text, a date-time; choice is 0 or a MAILPROTO_SMTP_RRVS_ (RFC 7293).
pub const MAILPROTO_SMTP_PARAMETER_RRVS: mailproto_smtp_parameter_kind = 14;
/// Any other: keyword, and text if choice is 1.
pub const MAILPROTO_SMTP_PARAMETER_UNKNOWN: mailproto_smtp_parameter_kind = 99;

/// What a message is made of: one of the constants MAILPROTO_SMTP_BODY_.
pub type mailproto_smtp_body = u32;

/// ASCII in lines of at most 998 bytes.
pub const MAILPROTO_SMTP_BODY_7BIT: mailproto_smtp_body = 0;
/// Any bytes but NUL in such lines.
pub const MAILPROTO_SMTP_BODY_8BITMIME: mailproto_smtp_body = 1;
/// Any bytes: needs CHUNKING.
pub const MAILPROTO_SMTP_BODY_BINARYMIME: mailproto_smtp_body = 2;

/// What a report shall quote: one of the constants MAILPROTO_SMTP_RETURN_.
pub type mailproto_smtp_return = u32;

/// The whole message.
pub const MAILPROTO_SMTP_RETURN_FULL: mailproto_smtp_return = 1;
/// Only its headers.
pub const MAILPROTO_SMTP_RETURN_HEADERS: mailproto_smtp_return = 2;

/// When to report: MAILPROTO_SMTP_NOTIFY_ constants, joined by `|`.
pub type mailproto_smtp_notify = u32;

/// Never report.
pub const MAILPROTO_SMTP_NOTIFY_NEVER: mailproto_smtp_notify = 0;
/// Report delivery.
pub const MAILPROTO_SMTP_NOTIFY_SUCCESS: mailproto_smtp_notify = 1;
/// Report failure.
pub const MAILPROTO_SMTP_NOTIFY_FAILURE: mailproto_smtp_notify = 2;
/// Report delay.
pub const MAILPROTO_SMTP_NOTIFY_DELAY: mailproto_smtp_notify = 4;

/// What happens when the time of BY= is up: a MAILPROTO_SMTP_DELIVER_BY_ mode, and for parameters
/// joined by `|` with MAILPROTO_SMTP_DELIVER_BY_TRACE if each relay shall report.
pub type mailproto_smtp_deliver_by = u32;

/// Give the message back.
pub const MAILPROTO_SMTP_DELIVER_BY_RETURN: mailproto_smtp_deliver_by = 1;
/// Report and go on trying.
pub const MAILPROTO_SMTP_DELIVER_BY_NOTIFY: mailproto_smtp_deliver_by = 2;
/// Each relay reports.
pub const MAILPROTO_SMTP_DELIVER_BY_TRACE: mailproto_smtp_deliver_by = 16;

/// RRVS: deliver all the same when it cannot be told.
pub const MAILPROTO_SMTP_RRVS_CONTINUE: u32 = 1;
/// RRVS: refuse when it cannot be told.
pub const MAILPROTO_SMTP_RRVS_REJECT: u32 = 2;

/// One parameter of MAIL or RCPT. Which fields count depends on the kind; the others are 0. The
/// layout is final: parameters to come use the same fields.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_smtp_parameter {
    /// Which parameter it is.
    pub kind: mailproto_smtp_parameter_kind,
    /// A choice among constants, or their sum.
    pub choice: u32,
    /// A number.
    pub number: i64,
    /// A text. Of ENVID, ORCPT and AUTH: plain in arguments, xtext as it came in results.
    pub text: mailproto_bytes,
    /// The keyword of an unknown parameter, the address type of ORCPT.
    pub keyword: mailproto_bytes,
}

const NOTHING: mailproto_smtp_parameter = mailproto_smtp_parameter {
    kind: MAILPROTO_SMTP_PARAMETER_NONE,
    choice: 0,
    number: 0,
    text: mailproto_bytes::EMPTY,
    keyword: mailproto_bytes::EMPTY,
};

/// One attribute of XCLIENT, such as ADDR=192.0.2.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_smtp_attribute {
    /// NAME, ADDR, PORT, PROTO, HELO, LOGIN, DESTADDR or DESTPORT.
    pub name: mailproto_bytes,
    /// The value: plain in arguments, xtext as it came in results.
    pub value: mailproto_bytes,
}

/// Takes the first parameter off `rest`, which starts as the `parameters` of an event or a parsed
/// command. `parameter` is of kind MAILPROTO_SMTP_PARAMETER_NONE when there are no more.
///
/// Returns MAILPROTO_ERR_PARSE_SYNTAX for a known keyword whose value makes no sense; `rest` has moved
/// past it and `parameter` shows it as an unknown one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_next_parameter(
    rest: *mut mailproto_bytes,
    parameter: *mut mailproto_smtp_parameter,
) -> mailproto_status {
    let next = || {
        let (rest, parameter) = (wanted(rest)?, wanted(parameter)?);
        // SAFETY: not NULL, so valid by the caller's contract, as is the text.
        let text = unsafe { rest.read().as_text() }?;
        let text = text.trim_start_matches(' ');
        let (word, left) = text.split_at(text.find(' ').unwrap_or(text.len()));
        let (found, sound) = read(word);
        // SAFETY: not NULL, so writable.
        unsafe {
            rest.write(mailproto_bytes::text(left));
            parameter.write(found);
        }
        if sound { Ok(()) } else { Err(Fault::Parameter) }
    };
    crate::fault::status(next())
}

/// Takes the first attribute off `rest`, which starts as the `parameters` of an XCLIENT event.
/// `attribute` has an empty name when there are no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_next_attribute(
    rest: *mut mailproto_bytes,
    attribute: *mut mailproto_smtp_attribute,
) -> mailproto_status {
    let next = || {
        let (rest, attribute) = (wanted(rest)?, wanted(attribute)?);
        // SAFETY: not NULL, so valid by the caller's contract, as is the text.
        let text = unsafe { rest.read().as_text() }?;
        let text = text.trim_start_matches(' ');
        let (word, left) = text.split_at(text.find(' ').unwrap_or(text.len()));
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        // SAFETY: not NULL, so writable.
        unsafe {
            rest.write(mailproto_bytes::text(left));
            attribute.write(mailproto_smtp_attribute {
                name: mailproto_bytes::text(name),
                value: mailproto_bytes::text(value),
            });
        }
        Ok(())
    };
    crate::fault::status(next())
}

/// Decodes xtext (RFC 3461 section 4) into `decoded`, which has `size` bytes; as many bytes as `xtext`
/// has are always enough. Returns MAILPROTO_ERR_PARSE_SYNTAX if it is no xtext and
/// MAILPROTO_ERR_TOO_LONG if there is no room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_xtext_decode(
    xtext: mailproto_bytes,
    decoded: *mut u8,
    size: usize,
    length: *mut usize,
) -> mailproto_status {
    let decode = || {
        // SAFETY: the caller's contract.
        let text = unsafe { xtext.as_text() }?;
        let xtext = Xtext::encoded(text).ok_or(Fault::Parameter)?;
        let count = xtext.decode().count();
        if count > size {
            return Err(Misuse::TooLong { limit: size as u32 }.into());
        }
        let start = if count > 0 { wanted(decoded)? } else { decoded };
        for (index, byte) in xtext.decode().enumerate() {
            // SAFETY: `index` is below `count`, which is at most `size`.
            unsafe { start.add(index).write(byte) };
        }
        // SAFETY: NULL or writable.
        unsafe { put(length, count) };
        Ok(())
    };
    crate::fault::status(decode())
}

/// Reads one parameter as it stands on a line; and whether its value makes sense.
fn read(word: &str) -> (mailproto_smtp_parameter, bool) {
    if word.is_empty() {
        return (NOTHING, true);
    }
    let (keyword, value) = word.split_once('=').map_or((word, None), |(keyword, value)| (keyword, Some(value)));
    let unknown = mailproto_smtp_parameter {
        kind: MAILPROTO_SMTP_PARAMETER_UNKNOWN,
        choice: u32::from(value.is_some()),
        text: mailproto_bytes::text(value.unwrap_or_default()),
        keyword: mailproto_bytes::text(keyword),
        ..NOTHING
    };
    match Parameter::parse(word) {
        Ok(parameter) => (shown(parameter, value.unwrap_or_default(), unknown), true),
        Err(MalformedParameter { .. }) => (unknown, false),
    }
}

/// A parameter in C; `value` is what stood behind its `=`.
fn shown(parameter: Parameter<'_>, value: &str, unknown: mailproto_smtp_parameter) -> mailproto_smtp_parameter {
    let of = |kind| mailproto_smtp_parameter { kind, ..NOTHING };
    let number = |kind, number| mailproto_smtp_parameter { number, ..of(kind) };
    let choice = |kind, choice| mailproto_smtp_parameter { choice, ..of(kind) };
    let text = |kind, text| mailproto_smtp_parameter { text: mailproto_bytes::text(text), ..of(kind) };
    match parameter {
        Parameter::Size(size) => number(MAILPROTO_SMTP_PARAMETER_SIZE, i64::try_from(size).unwrap_or(i64::MAX)),
        Parameter::Body(body) => choice(MAILPROTO_SMTP_PARAMETER_BODY, body_number(body)),
        Parameter::SmtpUtf8 => of(MAILPROTO_SMTP_PARAMETER_SMTPUTF8),
        Parameter::Return(what) => choice(
            MAILPROTO_SMTP_PARAMETER_RET,
            match what {
                Return::Full => MAILPROTO_SMTP_RETURN_FULL,
                Return::Headers => MAILPROTO_SMTP_RETURN_HEADERS,
            },
        ),
        Parameter::EnvelopeId(_) => text(MAILPROTO_SMTP_PARAMETER_ENVID, value),
        Parameter::Auth(Some(_)) => text(MAILPROTO_SMTP_PARAMETER_AUTH, value),
        Parameter::Auth(None) => choice(MAILPROTO_SMTP_PARAMETER_AUTH, 1),
        Parameter::RequireTls => of(MAILPROTO_SMTP_PARAMETER_REQUIRETLS),
        Parameter::DeliverBy { seconds, mode, trace } => {
            let trace = if trace { MAILPROTO_SMTP_DELIVER_BY_TRACE } else { 0 };
            let mode = match mode {
                DeliverByMode::Return => MAILPROTO_SMTP_DELIVER_BY_RETURN,
                DeliverByMode::Notify => MAILPROTO_SMTP_DELIVER_BY_NOTIFY,
            };
            mailproto_smtp_parameter { choice: mode | trace, ..number(MAILPROTO_SMTP_PARAMETER_BY, seconds) }
        }
        Parameter::MtPriority(priority) => number(MAILPROTO_SMTP_PARAMETER_MT_PRIORITY, i64::from(priority)),
        Parameter::HoldFor(seconds) => number(MAILPROTO_SMTP_PARAMETER_HOLDFOR, i64::from(seconds)),
        Parameter::HoldUntil(time) => text(MAILPROTO_SMTP_PARAMETER_HOLDUNTIL, time),
        Parameter::Notify(notify) => choice(MAILPROTO_SMTP_PARAMETER_NOTIFY, notify_bits(notify)),
        Parameter::OriginalRecipient { address_type, .. } => {
            let address = value.split_once(';').map_or("", |(_, address)| address);
            let keyword = mailproto_bytes::text(address_type);
            mailproto_smtp_parameter { keyword, ..text(MAILPROTO_SMTP_PARAMETER_ORCPT, address) }
        }
        Parameter::Rrvs { since, action } => {
            let choice = match action {
                None => 0,
                Some(RrvsAction::Continue) => MAILPROTO_SMTP_RRVS_CONTINUE,
                Some(RrvsAction::Reject) => MAILPROTO_SMTP_RRVS_REJECT,
            };
            mailproto_smtp_parameter { choice, ..text(MAILPROTO_SMTP_PARAMETER_RRVS, since) }
        }
        _ => unknown,
    }
}

/// As many parameters or attributes as one command can sensibly have.
const MOST: usize = 16;

/// Parameters from C, kept where a slice of them can be lent.
pub(crate) struct List<T> {
    items: [T; MOST],
    count: usize,
}

impl<T: Copy> List<T> {
    /// Converts `count` items.
    ///
    /// # Safety
    /// `items` is NULL or has `count` readable items that keep the caller's contract.
    unsafe fn of<C>(
        items: *const C,
        count: usize,
        filler: T,
        convert: impl Fn(&C) -> Result<T, Fault>,
    ) -> Result<Self, Fault> {
        if count > 0 && items.is_null() {
            return Err(Fault::NullPointer);
        }
        if count > MOST {
            return Err(Misuse::TooLong { limit: MOST as u32 }.into());
        }
        let mut list = Self { items: [filler; MOST], count };
        for (index, place) in list.items.iter_mut().enumerate().take(count) {
            // SAFETY: `index` is below `count`.
            *place = convert(unsafe { &*items.add(index) })?;
        }
        Ok(list)
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        self.items.get(..self.count).unwrap_or_default()
    }
}

impl<'a> List<Parameter<'a>> {
    /// # Safety
    /// `parameters` is NULL or has `count` parameters that keep the caller's contract.
    pub(crate) unsafe fn parameters(parameters: *const mailproto_smtp_parameter, count: usize) -> Result<Self, Fault> {
        // SAFETY: the same contract.
        unsafe { Self::of(parameters, count, Parameter::SmtpUtf8, |given| meant(given)) }
    }
}

impl<'a> List<Attribute<'a>> {
    /// # Safety
    /// `attributes` is NULL or has `count` attributes that keep the caller's contract.
    pub(crate) unsafe fn attributes(attributes: *const mailproto_smtp_attribute, count: usize) -> Result<Self, Fault> {
        let filler = Attribute { name: "", value: Xtext::plain("") };
        // SAFETY: the same contract.
        unsafe {
            Self::of(attributes, count, filler, |given| {
                Ok(Attribute { name: given.name.as_text()?, value: Xtext::plain(given.value.as_text()?) })
            })
        }
    }
}

/// A parameter as the core has it.
///
/// # Safety
/// Its texts keep the caller's contract for `'a`.
unsafe fn meant<'a>(given: &mailproto_smtp_parameter) -> Result<Parameter<'a>, Fault> {
    // SAFETY: this function's contract.
    let (text, keyword) = unsafe { (given.text.as_text()?, given.keyword.as_text()?) };
    let natural = |number: i64| u64::try_from(number).map_err(|_| Fault::InvalidValue);
    Ok(match given.kind {
        MAILPROTO_SMTP_PARAMETER_SIZE => Parameter::Size(natural(given.number)?),
        MAILPROTO_SMTP_PARAMETER_BODY => Parameter::Body(body(given.choice)?),
        MAILPROTO_SMTP_PARAMETER_SMTPUTF8 => Parameter::SmtpUtf8,
        MAILPROTO_SMTP_PARAMETER_RET => Parameter::Return(return_type(given.choice)?),
        MAILPROTO_SMTP_PARAMETER_ENVID => Parameter::EnvelopeId(Xtext::plain(text)),
        MAILPROTO_SMTP_PARAMETER_AUTH => match given.choice {
            0 => Parameter::Auth(Some(Xtext::plain(text))),
            1 if text.is_empty() => Parameter::Auth(None),
            _ => return Err(Fault::InvalidValue),
        },
        MAILPROTO_SMTP_PARAMETER_REQUIRETLS => Parameter::RequireTls,
        MAILPROTO_SMTP_PARAMETER_BY => Parameter::DeliverBy {
            seconds: given.number,
            mode: deliver_by(given.choice & !MAILPROTO_SMTP_DELIVER_BY_TRACE)?,
            trace: given.choice & MAILPROTO_SMTP_DELIVER_BY_TRACE != 0,
        },
        MAILPROTO_SMTP_PARAMETER_MT_PRIORITY => Parameter::MtPriority(priority(given.number)?),
        MAILPROTO_SMTP_PARAMETER_HOLDFOR => {
            Parameter::HoldFor(u32::try_from(given.number).map_err(|_| Fault::InvalidValue)?)
        }
        MAILPROTO_SMTP_PARAMETER_HOLDUNTIL => Parameter::HoldUntil(text),
        MAILPROTO_SMTP_PARAMETER_NOTIFY => Parameter::Notify(notify(given.choice)?),
        MAILPROTO_SMTP_PARAMETER_ORCPT => {
            Parameter::OriginalRecipient { address_type: keyword, address: Xtext::plain(text) }
        }
        MAILPROTO_SMTP_PARAMETER_RRVS => Parameter::Rrvs {
            since: text,
            action: match given.choice {
                0 => None,
                MAILPROTO_SMTP_RRVS_CONTINUE => Some(RrvsAction::Continue),
                MAILPROTO_SMTP_RRVS_REJECT => Some(RrvsAction::Reject),
                _ => return Err(Fault::InvalidValue),
            },
        },
        MAILPROTO_SMTP_PARAMETER_UNKNOWN => Parameter::Unknown { keyword, value: (given.choice == 1).then_some(text) },
        _ => return Err(Fault::InvalidValue),
    })
}

pub(crate) fn body(number: mailproto_smtp_body) -> Result<BodyType, Fault> {
    match number {
        MAILPROTO_SMTP_BODY_7BIT => Ok(BodyType::SevenBit),
        MAILPROTO_SMTP_BODY_8BITMIME => Ok(BodyType::EightBitMime),
        MAILPROTO_SMTP_BODY_BINARYMIME => Ok(BodyType::BinaryMime),
        _ => Err(Fault::InvalidValue),
    }
}

fn body_number(body: BodyType) -> mailproto_smtp_body {
    match body {
        BodyType::SevenBit => MAILPROTO_SMTP_BODY_7BIT,
        BodyType::EightBitMime => MAILPROTO_SMTP_BODY_8BITMIME,
        BodyType::BinaryMime => MAILPROTO_SMTP_BODY_BINARYMIME,
    }
}

pub(crate) fn return_type(number: mailproto_smtp_return) -> Result<Return, Fault> {
    match number {
        MAILPROTO_SMTP_RETURN_FULL => Ok(Return::Full),
        MAILPROTO_SMTP_RETURN_HEADERS => Ok(Return::Headers),
        _ => Err(Fault::InvalidValue),
    }
}

pub(crate) fn deliver_by(number: mailproto_smtp_deliver_by) -> Result<DeliverByMode, Fault> {
    match number {
        MAILPROTO_SMTP_DELIVER_BY_RETURN => Ok(DeliverByMode::Return),
        MAILPROTO_SMTP_DELIVER_BY_NOTIFY => Ok(DeliverByMode::Notify),
        _ => Err(Fault::InvalidValue),
    }
}

pub(crate) fn priority(number: i64) -> Result<i8, Fault> {
    if (-9..=9).contains(&number) { Ok(number as i8) } else { Err(Fault::InvalidValue) }
}

pub(crate) fn notify(bits: mailproto_smtp_notify) -> Result<Notify, Fault> {
    if bits > 7 {
        return Err(Fault::InvalidValue);
    }
    let has = |bit| bits & bit != 0;
    Ok(Notify {
        success: has(MAILPROTO_SMTP_NOTIFY_SUCCESS),
        failure: has(MAILPROTO_SMTP_NOTIFY_FAILURE),
        delay: has(MAILPROTO_SMTP_NOTIFY_DELAY),
    })
}

fn notify_bits(notify: Notify) -> mailproto_smtp_notify {
    u32::from(notify.success) | u32::from(notify.failure) << 1 | u32::from(notify.delay) << 2
}
