//! Parameters of MAIL and RCPT (RFC 5321 §4.1.1.11): known ones typed, unknown ones kept.

use super::extension_set::ExtensionSet;
use super::key::{key, key_of};
use super::take::{self, word};
use super::xtext::Xtext;
use crate::slice::after;
use crate::text::{Decimal, KEYWORD, has_no_control, is, is_word, number, number_u32, part_of, printable, until, utf8};
use nom::combinator::verify;
use nom::{IResult, Parser};

/// One parameter, as a client writes it and as a server reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parameter<'a> {
    /// `SIZE=`: bytes of the message (RFC 1870).
    Size(u64),
    /// `BODY=`: what the message is made of (RFC 6152, RFC 3030).
    Body(BodyType),
    /// `SMTPUTF8`: addresses or headers need UTF-8 (RFC 6531).
    SmtpUtf8,
    /// `RET=`: what a report shall quote (RFC 3461 §4.3).
    Return(Return),
    /// `ENVID=`: the sender's name for this envelope (RFC 3461 §4.4).
    EnvelopeId(Xtext<'a>),
    /// `AUTH=`: who submitted the message first, `None` for `<>` (RFC 4954 §5).
    Auth(Option<Xtext<'a>>),
    /// `REQUIRETLS` (RFC 8689).
    RequireTls,
    /// `BY=` (RFC 2852).
    DeliverBy {
        /// Seconds from now; may be negative on a relay.
        seconds: i64,
        /// What happens when time is up.
        mode: DeliverByMode,
        /// Each relay reports.
        trace: bool,
    },
    /// `MT-PRIORITY=`: -9 to 9 (RFC 6710).
    MtPriority(i8),
    /// `HOLDFOR=`: seconds (RFC 4865).
    HoldFor(u32),
    /// `HOLDUNTIL=`: a date-time of RFC 3339 (RFC 4865).
    HoldUntil(&'a str),
    /// `NOTIFY=`: when to report (RFC 3461 §4.1).
    Notify(Notify),
    /// `ORCPT=`: the recipient as first named (RFC 3461 §4.2).
    OriginalRecipient {
        /// Such as `rfc822` or `utf-8`.
        address_type: &'a str,
        /// The address.
        address: Xtext<'a>,
    },
    /// `RRVS=`: deliver only to the mailbox's owner at that time (RFC 7293).
    Rrvs {
        /// A date-time of RFC 3339.
        since: &'a str,
        /// What a server that cannot tell shall do.
        action: Option<RrvsAction>,
    },
    /// Any other.
    Unknown {
        /// The keyword, as written.
        keyword: &'a str,
        /// The value, if there is one.
        value: Option<&'a str>,
    },
}

/// `BODY=` (RFC 6152, RFC 3030).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BodyType {
    /// ASCII in lines of at most 998 bytes.
    #[default]
    SevenBit,
    /// Any bytes but NUL in such lines.
    EightBitMime,
    /// Any bytes: needs CHUNKING.
    BinaryMime,
}

/// `RET=` (RFC 3461 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Return {
    /// The whole message.
    Full,
    /// Only its headers.
    Headers,
}

/// `NOTIFY=` (RFC 3461 §4.1): never, or any of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Notify {
    /// Report delivery.
    pub success: bool,
    /// Report failure.
    pub failure: bool,
    /// Report delay.
    pub delay: bool,
}

impl Notify {
    /// `NOTIFY=NEVER`.
    pub const NEVER: Self = Self { success: false, failure: false, delay: false };
}

/// The mode of `BY=` (RFC 2852 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliverByMode {
    /// `R`: give the message back.
    Return,
    /// `N`: report and go on trying.
    Notify,
}

/// The action of `RRVS=` (RFC 7293 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RrvsAction {
    /// `C`: deliver all the same.
    Continue,
    /// `R`: refuse.
    Reject,
}

/// A known keyword with a value that its RFC does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedParameter<'a> {
    /// The keyword, as written.
    pub keyword: &'a str,
}

impl<'a> Parameter<'a> {
    /// Reads one parameter as it stands on a line: `keyword` or `keyword=value`.
    ///
    /// # Errors
    /// [`MalformedParameter`] for a known keyword whose value makes no sense.
    pub fn parse(text: &'a str) -> Result<Self, MalformedParameter<'a>> {
        match text.split_once('=') {
            Some((keyword, value)) => Self::typed(keyword, Some(value)),
            None => Self::typed(text, None),
        }
    }

    /// The keyword, in upper case if it is a known one.
    pub const fn keyword(&self) -> &'a str {
        match self {
            Self::Size(_) => "SIZE",
            Self::Body(_) => "BODY",
            Self::SmtpUtf8 => "SMTPUTF8",
            Self::Return(_) => "RET",
            Self::EnvelopeId(_) => "ENVID",
            Self::Auth(_) => "AUTH",
            Self::RequireTls => "REQUIRETLS",
            Self::DeliverBy { .. } => "BY",
            Self::MtPriority(_) => "MT-PRIORITY",
            Self::HoldFor(_) => "HOLDFOR",
            Self::HoldUntil(_) => "HOLDUNTIL",
            Self::Notify(_) => "NOTIFY",
            Self::OriginalRecipient { .. } => "ORCPT",
            Self::Rrvs { .. } => "RRVS",
            Self::Unknown { keyword, .. } => keyword,
        }
    }

    /// The extension that brings it: a peer that does not offer it must not be sent it. Empty for
    /// an unknown parameter.
    pub const fn extension(&self) -> ExtensionSet {
        match self {
            Self::Size(_) => ExtensionSet::SIZE,
            Self::Body(BodyType::BinaryMime) => ExtensionSet::BINARYMIME,
            Self::Body(_) => ExtensionSet::EIGHT_BIT_MIME,
            Self::SmtpUtf8 => ExtensionSet::SMTPUTF8,
            Self::Return(_) | Self::EnvelopeId(_) | Self::Notify(_) | Self::OriginalRecipient { .. } => {
                ExtensionSet::DSN
            }
            Self::Auth(_) => ExtensionSet::AUTH,
            Self::RequireTls => ExtensionSet::REQUIRETLS,
            Self::DeliverBy { .. } => ExtensionSet::DELIVERBY,
            Self::MtPriority(_) => ExtensionSet::MT_PRIORITY,
            Self::HoldFor(_) | Self::HoldUntil(_) => ExtensionSet::FUTURERELEASE,
            Self::Rrvs { .. } => ExtensionSet::RRVS,
            Self::Unknown { .. } => ExtensionSet::NONE,
        }
    }

    /// Whether it belongs to RCPT rather than MAIL; an unknown one may stand in both.
    pub const fn is_for_recipient(&self) -> bool {
        matches!(self, Self::Notify(_) | Self::OriginalRecipient { .. } | Self::Rrvs { .. })
    }

    #[inline]
    fn typed(keyword: &'a str, value: Option<&'a str>) -> Result<Self, MalformedParameter<'a>> {
        const SIZE: u64 = key_of("SIZE");
        const BODY: u64 = key_of("BODY");
        const SMTPUTF8: u64 = key_of("SMTPUTF8");
        const RET: u64 = key_of("RET");
        const ENVID: u64 = key_of("ENVID");
        const AUTH: u64 = key_of("AUTH");
        const BY: u64 = key_of("BY");
        const HOLDFOR: u64 = key_of("HOLDFOR");
        const NOTIFY: u64 = key_of("NOTIFY");
        const ORCPT: u64 = key_of("ORCPT");
        const RRVS: u64 = key_of("RRVS");
        let malformed = MalformedParameter { keyword };
        // Each arm writes where the caller wants it.
        Ok(match (keyword.len(), key(keyword.as_bytes()), value) {
            (4, SIZE, Some(value)) => Self::Size(number(value.as_bytes()).ok_or(malformed)?),
            (4, BODY, Some(value)) => Self::Body(body_type(value).ok_or(malformed)?),
            (8, SMTPUTF8, None) => Self::SmtpUtf8,
            (3, RET, Some(value)) => Self::Return(return_type(value).ok_or(malformed)?),
            (5, ENVID, Some(value)) => Self::EnvelopeId(Xtext::encoded(value).ok_or(malformed)?),
            (6, NOTIFY, Some(value)) => Self::Notify(notify(value).ok_or(malformed)?),
            (5, ORCPT, Some(value)) => {
                let (address_type, address) = original_recipient(value).ok_or(malformed)?;
                Self::OriginalRecipient { address_type, address: Xtext::encoded(address).ok_or(malformed)? }
            }
            (4, AUTH, Some(value)) => auth(value).ok_or(malformed)?,
            (2, BY, Some(value)) => deliver_by(value).ok_or(malformed)?,
            (7, HOLDFOR, Some(value)) => Self::HoldFor(number_u32(value.as_bytes()).ok_or(malformed)?),
            (4, RRVS, Some(value)) => rrvs(value).ok_or(malformed)?,
            // With a value that they must not have, or without one that they must have.
            (4, SIZE | BODY | AUTH | RRVS, _)
            | (8, SMTPUTF8, _)
            | (3, RET, _)
            | (5, ENVID | ORCPT, _)
            | (2, BY, _)
            | (7, HOLDFOR, _)
            | (6, NOTIFY, _) => return Err(malformed),
            (9.., _, _) => return Self::typed_long(keyword, value).ok_or(malformed),
            _ => Self::Unknown { keyword, value },
        })
    }

    /// [`typed`](Self::typed) for a keyword of more than eight bytes.
    fn typed_long(keyword: &'a str, value: Option<&'a str>) -> Option<Self> {
        let is = |name: &str| is_word(keyword.as_bytes(), name.as_bytes());
        match value {
            None if is("REQUIRETLS") => Some(Self::RequireTls),
            Some(value) if is("MT-PRIORITY") => match signed(value.as_bytes()) {
                Some(priority @ -9..=9) => Some(Self::MtPriority(priority as i8)),
                _ => None,
            },
            Some(value) if is("HOLDUNTIL") => Some(Self::HoldUntil(value)),
            _ if is("REQUIRETLS") || is("MT-PRIORITY") || is("HOLDUNTIL") => None,
            _ => Some(Self::Unknown { keyword, value }),
        }
    }

    /// Writes it through `put`, without a space in front.
    pub(super) fn encode(&self, put: &mut dyn FnMut(&[u8])) {
        put(self.keyword().as_bytes());
        match *self {
            Self::SmtpUtf8 | Self::RequireTls | Self::Unknown { value: None, .. } => return,
            _ => put(b"="),
        }
        match *self {
            Self::Size(size) => put(Decimal::new(size).as_bytes()),
            Self::Body(body) => put(match body {
                BodyType::SevenBit => b"7BIT",
                BodyType::EightBitMime => b"8BITMIME",
                BodyType::BinaryMime => b"BINARYMIME",
            }),
            Self::Return(what) => put(if what == Return::Full { b"FULL" } else { b"HDRS" }),
            Self::EnvelopeId(id) => id.encode(put),
            Self::Auth(Some(mailbox)) => mailbox.encode(put),
            Self::Auth(None) => put(b"<>"),
            Self::DeliverBy { seconds, mode, trace } => {
                encode_signed(seconds, put);
                put(if mode == DeliverByMode::Return { b";R" } else { b";N" });
                if trace {
                    put(b"T");
                }
            }
            Self::MtPriority(priority) => encode_signed(i64::from(priority), put),
            Self::HoldFor(seconds) => put(Decimal::new(u64::from(seconds)).as_bytes()),
            Self::HoldUntil(text) | Self::Unknown { value: Some(text), .. } => put(text.as_bytes()),
            Self::Notify(notify) => encode_notify(notify, put),
            Self::OriginalRecipient { address_type, address } => {
                put(address_type.as_bytes());
                put(b";");
                address.encode(put);
            }
            Self::Rrvs { since, action } => {
                put(since.as_bytes());
                put(match action {
                    None => b"",
                    Some(RrvsAction::Continue) => b";C",
                    Some(RrvsAction::Reject) => b";R",
                });
            }
            Self::SmtpUtf8 | Self::RequireTls | Self::Unknown { value: None, .. } => {}
        }
    }
}

/// Checked parameters, read one by one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Parameters<'a> {
    text: &'a str,
}

impl<'a> Parameters<'a> {
    /// No parameters.
    pub const NONE: Self = Self { text: "" };

    /// Reads `*(SP esmtp-param)`; the error is the offset where it stops being that. Also tells
    /// whether there was more white space than the grammar has. `text` ends with all of `bytes` where
    /// that is known to be UTF-8.
    #[inline]
    pub(super) fn parse(bytes: &'a [u8], text: &'a str) -> Result<(Self, bool), usize> {
        if bytes.is_empty() {
            return Ok((Self::NONE, false));
        }
        let extra_space = if is_canonical(bytes) { false } else { extra_space(bytes)? };
        let text = part_of(text, bytes, 0).or_else(|| utf8(bytes)).ok_or(0_usize)?;
        Ok((Self { text }, extra_space))
    }

    /// The parameters in order; an error for a known keyword whose value makes no sense.
    pub fn iter(&self) -> impl Iterator<Item = Result<Parameter<'a>, MalformedParameter<'a>>> {
        let mut rest = self.text;
        // What stands between the spaces has been checked.
        core::iter::from_fn(move || {
            while let Some(behind) = rest.strip_prefix(' ') {
                rest = behind;
            }
            let (keyword, behind) = rest.split_at_checked(until(rest.as_bytes(), [b'=', b' ']))?;
            if keyword.is_empty() {
                return None;
            }
            let Some(value) = behind.strip_prefix('=') else {
                rest = behind;
                return Some(Parameter::typed(keyword, None));
            };
            let (value, behind) = value.split_at_checked(until(value.as_bytes(), [b' ']))?;
            rest = behind;
            Some(Parameter::typed(keyword, Some(value)))
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The parameters as they were written.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }
}

impl core::fmt::Debug for Parameters<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// Whether this is what [`extra_space`] takes, with one space before each parameter and none behind.
fn is_canonical(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let [b' ', parameter @ ..] = rest {
        let length = parameter.iter().take_while(|byte| is(**byte, KEYWORD)).count();
        if length == 0 || parameter.first() == Some(&b'-') {
            return false;
        }
        rest = after(parameter, length);
        if let [b'=', value @ ..] = rest {
            let end = until(value, [b' ']);
            if end == 0 {
                return false;
            }
            rest = after(value, end);
        }
    }
    // But for spaces and control characters, a value takes every byte.
    rest.is_empty() && has_no_control(bytes)
}

/// Whether there is more white space than `*(SP esmtp-param)` has, before a parameter or behind the
/// last; the error is the offset where it stops being that.
#[cold]
fn extra_space(bytes: &[u8]) -> Result<bool, usize> {
    let mut extra_space = false;
    let mut rest = bytes;
    while !rest.is_empty() {
        let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
        if spaces == 0 {
            return Err(bytes.len() - rest.len());
        }
        extra_space |= spaces > 1 || spaces == rest.len();
        rest = after(rest, spaces);
        if !rest.is_empty() {
            let (behind, _) = esmtp_parameter(rest).map_err(|_| bytes.len() - rest.len())?;
            rest = behind;
        }
    }
    Ok(extra_space)
}

/// ```abnf
/// esmtp-param   = esmtp-keyword ["=" esmtp-value]
/// esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
/// esmtp-value   = 1*(%d33-60 / %d62-126 / UTF8-non-ascii)
/// ```
/// RFC 5321 §4.1.2, RFC 6531 §3.3. A value may contain `=` when it is xtext that forgot to encode
/// it; only the first one separates.
fn esmtp_parameter(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let starts_well = |keyword: &[u8]| keyword.first().is_some_and(u8::is_ascii_alphanumeric);
    let mut keyword = verify(word(|byte| is(byte, KEYWORD)), starts_well);
    let (behind, keyword) = keyword.parse(input)?;
    let [b'=', value @ ..] = behind else { return Ok((behind, keyword)) };
    take::front(input, keyword.len() + 1 + printable(value, []))
}

/// `7BIT / 8BITMIME / BINARYMIME` (RFC 6152 §2, RFC 3030 §3).
#[inline]
fn body_type(value: &str) -> Option<BodyType> {
    const SEVEN: u64 = key_of("7BIT");
    const EIGHT: u64 = key_of("8BITMIME");
    let value = value.as_bytes();
    match (value.len(), key(value)) {
        (4, SEVEN) => Some(BodyType::SevenBit),
        (8, EIGHT) => Some(BodyType::EightBitMime),
        (10, _) if is_word(value, b"BINARYMIME") => Some(BodyType::BinaryMime),
        _ => None,
    }
}

/// `FULL / HDRS` (RFC 3461 §4.3).
#[inline]
fn return_type(value: &str) -> Option<Return> {
    const FULL: u64 = key_of("FULL");
    const HDRS: u64 = key_of("HDRS");
    match (value.len(), key(value.as_bytes())) {
        (4, FULL) => Some(Return::Full),
        (4, HDRS) => Some(Return::Headers),
        _ => None,
    }
}

/// `xtext / "<>"` (RFC 4954 §5).
fn auth(value: &str) -> Option<Parameter<'_>> {
    match value {
        "<>" => Some(Parameter::Auth(None)),
        _ => Xtext::encoded(value).map(|mailbox| Parameter::Auth(Some(mailbox))),
    }
}

/// ```abnf
/// by-value = by-time ";" by-mode [by-trace]
/// by-time  = ["-" / "+"] 1*9DIGIT
/// ```
/// RFC 2852 §4.
fn deliver_by(value: &str) -> Option<Parameter<'_>> {
    let (time, mode) = value.split_once(';')?;
    let seconds = signed(time.as_bytes())?;
    let (mode, trace) = match mode.as_bytes() {
        [mode] => (mode, false),
        [mode, b'T' | b't'] => (mode, true),
        _ => return None,
    };
    let mode = match mode {
        b'R' | b'r' => DeliverByMode::Return,
        b'N' | b'n' => DeliverByMode::Notify,
        _ => return None,
    };
    Some(Parameter::DeliverBy { seconds, mode, trace })
}

/// `"NEVER" / 1#( "SUCCESS" / "FAILURE" / "DELAY" )` (RFC 3461 §4.1).
#[inline]
fn notify(value: &str) -> Option<Notify> {
    const NEVER: u64 = key_of("NEVER");
    const SUCCESS: u64 = key_of("SUCCESS");
    const FAILURE: u64 = key_of("FAILURE");
    const DELAY: u64 = key_of("DELAY");
    let (mut notify, mut rest) = (Notify::NEVER, value.as_bytes());
    loop {
        let (event, behind) = rest.split_at_checked(until(rest, [b',']))?;
        match (event.len(), key(event)) {
            (7, SUCCESS) => notify.success = true,
            (7, FAILURE) => notify.failure = true,
            (5, DELAY) => notify.delay = true,
            (5, NEVER) if event.len() == value.len() => {}
            _ => return None,
        }
        let [b',', behind @ ..] = behind else { return Some(notify) };
        rest = behind;
    }
}

/// `original-recipient-address = addr-type ";" xtext` (RFC 3461 §4.2).
#[inline]
fn original_recipient(value: &str) -> Option<(&str, &str)> {
    let (address_type, address) = value.split_at_checked(until(value.as_bytes(), [b';']))?;
    let address = address.strip_prefix(';')?;
    (!address_type.is_empty()).then_some((address_type, address))
}

/// `date-time [ ";" ( "C" / "R" ) ]` (RFC 7293 §5.1).
fn rrvs(value: &str) -> Option<Parameter<'_>> {
    let (since, action) = match value.split_once(';') {
        None => (value, None),
        Some((since, "C" | "c")) => (since, Some(RrvsAction::Continue)),
        Some((since, "R" | "r")) => (since, Some(RrvsAction::Reject)),
        Some(_) => return None,
    };
    (!since.is_empty()).then_some(Parameter::Rrvs { since, action })
}

/// A number of at most nine digits with an optional sign.
fn signed(value: &[u8]) -> Option<i64> {
    let (negative, digits) = match value {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let magnitude = (digits.len() <= 9).then(|| number(digits)).flatten()? as i64;
    Some(if negative { -magnitude } else { magnitude })
}

fn encode_signed(value: i64, put: &mut dyn FnMut(&[u8])) {
    if value < 0 {
        put(b"-");
    }
    put(Decimal::new(value.unsigned_abs()).as_bytes());
}

fn encode_notify(notify: Notify, put: &mut dyn FnMut(&[u8])) {
    if notify == Notify::NEVER {
        return put(b"NEVER");
    }
    let mut separator: &[u8] = b"";
    for (wanted, name) in [(notify.success, &b"SUCCESS"[..]), (notify.failure, b"FAILURE"), (notify.delay, b"DELAY")] {
        if wanted {
            put(separator);
            put(name);
            separator = b",";
        }
    }
}
