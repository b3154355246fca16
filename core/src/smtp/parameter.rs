//! Parameters of MAIL and RCPT (RFC 5321 §4.1.1.11): known ones typed, unknown ones kept.

use super::extension_set::ExtensionSet;
use super::take::{front, word};
use super::xtext::Xtext;
use crate::slice::after;
use crate::text::{Decimal, KEYWORD, is, is_word, number, number_u32, part_of, printable, utf8};
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

    fn typed(keyword: &'a str, value: Option<&'a str>) -> Result<Self, MalformedParameter<'a>> {
        let is = |name: &str| is_word(keyword.as_bytes(), name.as_bytes());
        let malformed = MalformedParameter { keyword };
        let text = value.ok_or(malformed);
        let bare = |parameter| if value.is_none() { Ok(parameter) } else { Err(malformed) };
        match (keyword.len(), keyword.as_bytes().first().map(u8::to_ascii_uppercase)) {
            (4, Some(b'S')) if is("SIZE") => Ok(Self::Size(number(text?.as_bytes()).ok_or(malformed)?)),
            (4, Some(b'B')) if is("BODY") => Ok(Self::Body(body_type(text?).ok_or(malformed)?)),
            (8, Some(b'S')) if is("SMTPUTF8") => bare(Self::SmtpUtf8),
            (3, Some(b'R')) if is("RET") => Ok(Self::Return(return_type(text?).ok_or(malformed)?)),
            (5, Some(b'E')) if is("ENVID") => Ok(Self::EnvelopeId(Xtext::encoded(text?).ok_or(malformed)?)),
            (4, Some(b'A')) if is("AUTH") => auth(text?).ok_or(malformed),
            (10, Some(b'R')) if is("REQUIRETLS") => bare(Self::RequireTls),
            (2, Some(b'B')) if is("BY") => deliver_by(text?).ok_or(malformed),
            (11, Some(b'M')) if is("MT-PRIORITY") => match signed(text?.as_bytes()) {
                Some(priority @ -9..=9) => Ok(Self::MtPriority(priority as i8)),
                _ => Err(malformed),
            },
            (7, Some(b'H')) if is("HOLDFOR") => Ok(Self::HoldFor(number_u32(text?.as_bytes()).ok_or(malformed)?)),
            (9, Some(b'H')) if is("HOLDUNTIL") => Ok(Self::HoldUntil(text?)),
            (6, Some(b'N')) if is("NOTIFY") => Ok(Self::Notify(notify(text?).ok_or(malformed)?)),
            (5, Some(b'O')) if is("ORCPT") => {
                let (address_type, address) = original_recipient(text?).ok_or(malformed)?;
                Ok(Self::OriginalRecipient { address_type, address })
            }
            (4, Some(b'R')) if is("RRVS") => rrvs(text?).ok_or(malformed),
            _ => Ok(Self::Unknown { keyword, value }),
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
    pub(super) fn parse(bytes: &'a [u8], text: &'a str) -> Result<(Self, bool), usize> {
        if bytes.is_empty() {
            return Ok((Self::NONE, false));
        }
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
        let text = part_of(text, bytes, 0).or_else(|| utf8(bytes)).ok_or(0_usize)?;
        Ok((Self { text }, extra_space))
    }

    /// The parameters in order; an error for a known keyword whose value makes no sense.
    pub fn iter(&self) -> impl Iterator<Item = Result<Parameter<'a>, MalformedParameter<'a>>> {
        let mut rest = self.text;
        core::iter::from_fn(move || {
            while let Some(behind) = rest.strip_prefix(' ') {
                rest = behind;
            }
            // Keywords are short, values are not.
            let length = rest.bytes().take_while(|byte| is(*byte, KEYWORD)).count();
            let (keyword, behind) = rest.split_at_checked(length).filter(|(keyword, _)| !keyword.is_empty())?;
            let Some(value) = behind.strip_prefix('=') else {
                rest = behind;
                return Some(Parameter::typed(keyword, None));
            };
            let end = printable(value.as_bytes(), []);
            let (value, behind) = value.split_at_checked(end)?;
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
    front(input, keyword.len() + 1 + printable(value, []))
}

/// `7BIT / 8BITMIME / BINARYMIME` (RFC 6152 §2, RFC 3030 §3).
fn body_type(value: &str) -> Option<BodyType> {
    let is = |name: &str| is_word(value.as_bytes(), name.as_bytes());
    match value.len() {
        4 if is("7BIT") => Some(BodyType::SevenBit),
        8 if is("8BITMIME") => Some(BodyType::EightBitMime),
        10 if is("BINARYMIME") => Some(BodyType::BinaryMime),
        _ => None,
    }
}

/// `FULL / HDRS` (RFC 3461 §4.3).
fn return_type(value: &str) -> Option<Return> {
    let is = |name: &str| is_word(value.as_bytes(), name.as_bytes());
    if is("FULL") { Some(Return::Full) } else { is("HDRS").then_some(Return::Headers) }
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
fn notify(value: &str) -> Option<Notify> {
    if is_word(value.as_bytes(), b"NEVER") {
        return Some(Notify::NEVER);
    }
    let mut notify = Notify::NEVER;
    for event in value.as_bytes().split(|byte| *byte == b',') {
        match event.len() {
            7 if is_word(event, b"SUCCESS") => notify.success = true,
            7 if is_word(event, b"FAILURE") => notify.failure = true,
            5 if is_word(event, b"DELAY") => notify.delay = true,
            _ => return None,
        }
    }
    Some(notify)
}

/// `original-recipient-address = addr-type ";" xtext` (RFC 3461 §4.2).
#[inline(always)]
fn original_recipient(value: &str) -> Option<(&str, Xtext<'_>)> {
    let semicolon = value.bytes().position(|byte| byte == b';')?;
    let (address_type, address) = (value.get(..semicolon)?, value.get(semicolon + 1..)?);
    let address = Xtext::encoded(address)?;
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
