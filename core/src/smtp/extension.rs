//! Service extensions (RFC 5321 §2.2): what an EHLO reply announces.

use super::extension_set::{ExtensionSet, WINDOW};
use super::key::{key, key_of, key_within};
use crate::leniency::Anomalies;
use crate::sasl::{Mechanism, Mechanisms};
use crate::slice::{WIDE, after, front, is_ascii};
use crate::text::{KEYWORD, is, leading_number, number, number_u32, utf8, word_length};

/// One line of an EHLO reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extension<'a> {
    /// Commands may be sent without waiting (RFC 2920).
    Pipelining,
    /// Sizes are declared; the largest that is taken, 0 for no fixed one (RFC 1870).
    Size(Option<u64>),
    /// RFC 6152.
    EightBitMime,
    /// RFC 6531.
    SmtpUtf8,
    /// BDAT (RFC 3030).
    Chunking,
    /// RFC 3030.
    BinaryMime,
    /// RFC 3461.
    Dsn,
    /// RFC 2034.
    EnhancedStatusCodes,
    /// RFC 3207.
    StartTls,
    /// RFC 4954; also the older form `AUTH=`.
    Auth(Mechanisms),
    /// RFC 8689.
    RequireTls,
    /// RFC 9422.
    Limits(PeerLimits),
    /// The least time of a deadline in seconds, if there is one (RFC 2852).
    DeliverBy(Option<u32>),
    /// The name of the priority profile, if there is one (RFC 6710).
    MtPriority(Option<&'a str>),
    /// The longest hold in seconds and the latest time (RFC 4865).
    FutureRelease {
        /// Seconds.
        interval: Option<u32>,
        /// A date-time of RFC 3339.
        until: Option<&'a str>,
    },
    /// RFC 7293.
    Rrvs,
    /// The attributes that are taken, separated by spaces (Postfix).
    Xclient(&'a str),
    /// VRFY may be worth a try (RFC 5321 §4.1.1.1).
    Verify,
    /// EXPN may be worth a try.
    Expand,
    /// HELP may be worth a try.
    Help,
    /// Any other.
    Unknown {
        /// The keyword, as written.
        keyword: &'a str,
        /// Its parameters, as written.
        parameters: &'a str,
    },
}

impl<'a> Extension<'a> {
    /// Reads the text of one line:
    ///
    /// ```abnf
    /// ehlo-line    = ehlo-keyword *( SP ehlo-param )
    /// ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
    /// ```
    /// RFC 5321 §4.1.1.1. Keywords stand in any case.
    ///
    /// # Errors
    /// [`Anomalies::MALFORMED_EHLO_LINE`] for a line that is not that, or a known keyword with
    /// parameters that its RFC does not allow.
    pub fn parse(text: &'a [u8]) -> Result<Self, Anomalies> {
        Self::from_text(text).ok_or(Anomalies::MALFORMED_EHLO_LINE)
    }

    /// [`from_text`](Self::from_text) of the first `length` bytes of `window`, which are one word.
    #[inline]
    pub(super) fn from_word(window: &'a [u8; WINDOW], length: usize) -> Option<Self> {
        let extension = ExtensionSet::named_within(window, length);
        match ALONE.get(extension.bits().trailing_zeros() as usize) {
            Some(found) => Some(*found),
            None => Self::from_unknown(front(window, length)),
        }
    }

    /// [`from_text`](Self::from_text) of a word that is no known keyword.
    fn from_unknown(word: &'a [u8]) -> Option<Self> {
        let is_keyword =
            word.first().is_some_and(u8::is_ascii_alphanumeric) && word.iter().all(|byte| is(*byte, KEYWORD));
        if !is_keyword {
            return Self::from_text(word);
        }
        Some(Self::Unknown { keyword: utf8(word)?, parameters: "" })
    }

    /// SIZE or AUTH at the front of `lines`, and how many bytes it is, where it is written as nearly
    /// everybody writes it and a line end follows. [`from_text`](Self::from_text) says the same of these
    /// too, but takes longer.
    #[inline]
    pub(super) fn usual(lines: &'a [u8]) -> Option<(Self, usize)> {
        const SIZE: u64 = key_of("SIZE ");
        const AUTH: u64 = key_of("AUTH ");
        let (extension, length) = match key_within(*lines.first_chunk()?, 5) {
            SIZE => usual_size(lines, 5)?,
            AUTH => usual_mechanisms(lines, 4)?,
            _ => return None,
        };
        after(lines, length).starts_with(b"\r\n").then_some((extension, length))
    }

    /// [`parse`](Self::parse), but `None` for what is malformed.
    pub(super) fn from_text(text: &'a [u8]) -> Option<Self> {
        let Announcement { extension, keyword, parameters } = Announcement::read(text)?;
        Some(match extension {
            ExtensionSet::NONE => Self::Unknown { keyword: utf8(keyword)?, parameters: utf8(parameters)? },
            _ if parameters.is_empty() => Self::alone(extension),
            ExtensionSet::SIZE => Self::Size(Some(size(parameters)?)),
            ExtensionSet::AUTH => Self::Auth(mechanisms(parameters)),
            ExtensionSet::LIMITS => Self::Limits(PeerLimits::parse(parameters)),
            ExtensionSet::DELIVERBY => Self::DeliverBy(Some(number_u32(parameters)?)),
            ExtensionSet::MT_PRIORITY => Self::MtPriority(Some(utf8(parameters)?)),
            ExtensionSet::FUTURERELEASE => {
                let mut rest = parameters;
                let interval = next_word(&mut rest).and_then(number_u32);
                Self::FutureRelease { interval, until: next_word(&mut rest).and_then(utf8) }
            }
            ExtensionSet::XCLIENT => Self::Xclient(utf8(parameters)?),
            // What has no parameters of its own ignores them.
            _ => Self::alone(extension),
        })
    }

    /// A known extension whose keyword stands alone.
    const fn alone(extension: ExtensionSet) -> Self {
        match extension {
            ExtensionSet::PIPELINING => Self::Pipelining,
            ExtensionSet::SIZE => Self::Size(None),
            ExtensionSet::EIGHT_BIT_MIME => Self::EightBitMime,
            ExtensionSet::SMTPUTF8 => Self::SmtpUtf8,
            ExtensionSet::CHUNKING => Self::Chunking,
            ExtensionSet::BINARYMIME => Self::BinaryMime,
            ExtensionSet::DSN => Self::Dsn,
            ExtensionSet::ENHANCED_STATUS_CODES => Self::EnhancedStatusCodes,
            ExtensionSet::STARTTLS => Self::StartTls,
            ExtensionSet::AUTH => Self::Auth(Mechanisms::NONE),
            ExtensionSet::REQUIRETLS => Self::RequireTls,
            ExtensionSet::LIMITS => Self::Limits(PeerLimits { mail_max: None, rcpt_max: None, rcpt_domain_max: None }),
            ExtensionSet::DELIVERBY => Self::DeliverBy(None),
            ExtensionSet::MT_PRIORITY => Self::MtPriority(None),
            ExtensionSet::FUTURERELEASE => Self::FutureRelease { interval: None, until: None },
            ExtensionSet::RRVS => Self::Rrvs,
            ExtensionSet::XCLIENT => Self::Xclient(""),
            ExtensionSet::VRFY => Self::Verify,
            ExtensionSet::EXPN => Self::Expand,
            ExtensionSet::HELP => Self::Help,
            _ => Self::Unknown { keyword: "", parameters: "" },
        }
    }

    /// Its place in an [`ExtensionSet`]; empty for an unknown one.
    pub const fn set(&self) -> ExtensionSet {
        match self {
            Self::Pipelining => ExtensionSet::PIPELINING,
            Self::Size(_) => ExtensionSet::SIZE,
            Self::EightBitMime => ExtensionSet::EIGHT_BIT_MIME,
            Self::SmtpUtf8 => ExtensionSet::SMTPUTF8,
            Self::Chunking => ExtensionSet::CHUNKING,
            Self::BinaryMime => ExtensionSet::BINARYMIME,
            Self::Dsn => ExtensionSet::DSN,
            Self::EnhancedStatusCodes => ExtensionSet::ENHANCED_STATUS_CODES,
            Self::StartTls => ExtensionSet::STARTTLS,
            Self::Auth(_) => ExtensionSet::AUTH,
            Self::RequireTls => ExtensionSet::REQUIRETLS,
            Self::Limits(_) => ExtensionSet::LIMITS,
            Self::DeliverBy(_) => ExtensionSet::DELIVERBY,
            Self::MtPriority(_) => ExtensionSet::MT_PRIORITY,
            Self::FutureRelease { .. } => ExtensionSet::FUTURERELEASE,
            Self::Rrvs => ExtensionSet::RRVS,
            Self::Xclient(_) => ExtensionSet::XCLIENT,
            Self::Verify => ExtensionSet::VRFY,
            Self::Expand => ExtensionSet::EXPN,
            Self::Help => ExtensionSet::HELP,
            Self::Unknown { .. } => ExtensionSet::NONE,
        }
    }
}

/// Each known extension whose keyword stands alone, in the place of its bit.
static ALONE: [Extension<'static>; ExtensionSet::ALL.bits().count_ones() as usize] = {
    let mut extensions = [Extension::Unknown { keyword: "", parameters: "" }; _];
    let mut bit = 0;
    while bit < extensions.len() {
        extensions[bit] = Extension::alone(ExtensionSet::from_bits(1 << bit));
        bit += 1;
    }
    extensions
};

/// A line taken apart, its parameters not looked at yet.
struct Announcement<'a> {
    /// Empty for an unknown one.
    extension: ExtensionSet,
    keyword: &'a [u8],
    /// UTF-8.
    parameters: &'a [u8],
}

impl<'a> Announcement<'a> {
    fn read(text: &'a [u8]) -> Option<Self> {
        let text = text.trim_ascii_end();
        let length = text.iter().take_while(|byte| is(**byte, KEYWORD)).count();
        let (keyword, rest) = (front(text, length), after(text, length));
        if !keyword.first().is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        let extension = ExtensionSet::named(keyword);
        let parameters = match rest {
            [] => return Some(Self { extension, keyword, parameters: &[] }),
            [b' ', rest @ ..] => rest.trim_ascii_start(),
            [b'=', rest @ ..] if extension == ExtensionSet::AUTH => rest,
            _ => return None,
        };
        if !parameters.is_empty() && !extension.is_empty() && ExtensionSet::BARE.contains(extension) {
            return None;
        }
        let is_utf8 = is_ascii(parameters) || utf8(parameters).is_some();
        is_utf8.then_some(Self { extension, keyword, parameters })
    }
}

/// Nothing, or what `value` makes of all of the parameters.
fn optional<T>(parameters: &[u8], value: impl FnOnce(&[u8]) -> Option<T>) -> Option<Option<T>> {
    if parameters.is_empty() { Some(None) } else { value(parameters).map(Some) }
}

/// The size of a SIZE line (RFC 1870 §4). A number too large for us is no limit at all.
fn size(parameters: &[u8]) -> Option<u64> {
    number(parameters).or_else(|| parameters.iter().all(u8::is_ascii_digit).then_some(u64::MAX))
}

/// The number that starts at `place` of a SIZE line, and where it ends.
#[inline]
fn usual_size(line: &[u8], place: usize) -> Option<(Extension<'static>, usize)> {
    let (value, count) = leading_number(after(line, place))?;
    let (mut value, mut end) = (u64::from(value), place + count);
    // Beyond that the value might not fit.
    while let Some(digit @ b'0'..=b'9') = line.get(end).filter(|_| end < place + 19) {
        value = value * 10 + u64::from(digit - b'0');
        end += 1;
    }
    Some((Extension::Size(Some(value)), end))
}

/// The mechanisms behind each space from `end` of an AUTH line on, as long as they are those that almost
/// everybody offers, and where they end.
#[inline]
fn usual_mechanisms(line: &[u8], mut end: usize) -> Option<(Extension<'static>, usize)> {
    let mut found = Mechanisms::NONE;
    while line.get(end) == Some(&b' ') {
        let window = after(line, end + 1).first_chunk()?;
        let length = word_length(window);
        found = found.with(well_known(length, key_within(*window, length))?);
        end += 1 + length;
    }
    Some((Extension::Auth(found), end))
}

/// The mechanism of this length and key, where it is one that almost everybody offers.
#[inline(always)]
fn well_known(length: usize, key: u64) -> Option<Mechanism> {
    const PLAIN: u64 = key_of(Mechanism::Plain.name());
    const LOGIN: u64 = key_of(Mechanism::Login.name());
    const CRAM_MD5: u64 = key_of(Mechanism::CramMd5.name());
    match (length, key) {
        (5, PLAIN) => Some(Mechanism::Plain),
        (5, LOGIN) => Some(Mechanism::Login),
        (8, CRAM_MD5) => Some(Mechanism::CramMd5),
        _ => None,
    }
}

/// The mechanisms of an AUTH line that have a name here (RFC 4954 §3).
fn mechanisms(parameters: &[u8]) -> Mechanisms {
    let (mut found, mut rest) = (Mechanisms::NONE, parameters);
    while let Some(word) = next_word(&mut rest) {
        let known = if WIDE { well_known(word.len(), key(word)) } else { None };
        let mechanism = known.or_else(|| Mechanism::from_name(word));
        if let Some(mechanism) = mechanism {
            found = found.with(mechanism);
        }
    }
    found
}

/// Takes the first word between spaces off `rest`.
fn next_word<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    let text = after(rest, spaces);
    let length = text.iter().take_while(|byte| **byte != b' ').count();
    *rest = after(text, length);
    (length > 0).then(|| front(text, length))
}

/// Limits that a server announces (RFC 9422 §4). `None` where it announces none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PeerLimits {
    /// `MAILMAX`: transactions in a session.
    pub mail_max: Option<u32>,
    /// `RCPTMAX`: recipients in a transaction.
    pub rcpt_max: Option<u32>,
    /// `RCPTDOMAINMAX`: different recipient domains in a transaction.
    pub rcpt_domain_max: Option<u32>,
}

impl PeerLimits {
    /// Reads `LIMITS RCPTMAX=20 MAILMAX=5`; what is not known or makes no sense is left out, as
    /// RFC 9422 §3 asks.
    fn parse(parameters: &[u8]) -> Self {
        let mut limits = Self::default();
        let mut rest = parameters;
        while let Some(word) = next_word(&mut rest) {
            let Some(equals) = word.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            let (name, value) = (front(word, equals), after(word, equals + 1));
            let value = number_u32(value).filter(|value| *value > 0);
            if name.eq_ignore_ascii_case(b"MAILMAX") {
                limits.mail_max = value;
            } else if name.eq_ignore_ascii_case(b"RCPTMAX") {
                limits.rcpt_max = value;
            } else if name.eq_ignore_ascii_case(b"RCPTDOMAINMAX") {
                limits.rcpt_domain_max = value;
            }
        }
        limits
    }
}

/// What a peer announced, summed up. Unknown extensions are in
/// [`Reply::extensions`](super::Reply::extensions).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// The known ones.
    pub set: ExtensionSet,
    /// The mechanisms of AUTH.
    pub mechanisms: Mechanisms,
    /// The largest message in bytes; `None` for no fixed limit.
    pub size: Option<u64>,
    /// The limits of LIMITS.
    pub limits: PeerLimits,
    /// The least deadline of DELIVERBY in seconds.
    pub deliver_by_min: Option<u32>,
    /// The longest hold of FUTURERELEASE in seconds.
    pub hold_max: Option<u32>,
}

impl Extensions {
    /// Whether every extension of `set` is offered.
    pub const fn offers(&self, set: ExtensionSet) -> bool {
        self.set.contains(set)
    }

    /// Adds what the lines of a reply to EHLO or LHLO announce; also tells what was tolerated in them.
    pub(super) fn learn<'a>(&mut self, lines: impl Iterator<Item = &'a [u8]>) -> Anomalies {
        let malformed = Anomalies::MALFORMED_EHLO_LINE;
        lines.fold(Anomalies::NONE, |anomalies, text| anomalies | self.add(text).unwrap_or(malformed))
    }

    /// Adds what one line announces; `None` if it makes no sense. Reads no more of it than is kept.
    fn add(&mut self, text: &[u8]) -> Option<Anomalies> {
        let line = Announcement::read(text)?;
        let parameters = line.parameters;
        let mut anomalies = Anomalies::NONE;
        match line.extension {
            ExtensionSet::SIZE => self.size = optional(parameters, size)?.filter(|size| *size > 0),
            ExtensionSet::AUTH => {
                // Announced twice, in the old form and the new: both count.
                self.mechanisms = self.mechanisms.with_all(mechanisms(parameters));
                if text.get(line.keyword.len()) == Some(&b'=') {
                    anomalies = Anomalies::AUTH_EQUALS;
                }
            }
            ExtensionSet::LIMITS => self.limits = PeerLimits::parse(parameters),
            ExtensionSet::DELIVERBY => self.deliver_by_min = optional(parameters, number_u32)?,
            ExtensionSet::FUTURERELEASE => self.hold_max = next_word(&mut { parameters }).and_then(number_u32),
            _ => {}
        }
        self.set = self.set.with(line.extension);
        Some(anomalies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_stand_in_any_case_and_parameters_are_typed() {
        assert_eq!(Extension::parse(b"pipelining"), Ok(Extension::Pipelining));
        assert_eq!(Extension::parse(b"SIZE 35882577"), Ok(Extension::Size(Some(35_882_577))));
        assert_eq!(Extension::parse(b"SIZE 99999999999999999999999"), Ok(Extension::Size(Some(u64::MAX))));
        let mechanisms = Mechanisms::NONE.with(Mechanism::Plain).with(Mechanism::Login);
        assert_eq!(Extension::parse(b"AUTH=LOGIN PLAIN"), Ok(Extension::Auth(mechanisms)));
        assert_eq!(
            Extension::parse(b"LIMITS RCPTMAX=20 X=1 MAILMAX=0"),
            Ok(Extension::Limits(PeerLimits { rcpt_max: Some(20), ..PeerLimits::default() }))
        );
        assert_eq!(
            Extension::parse(b"X-EXPS GSSAPI NTLM"),
            Ok(Extension::Unknown { keyword: "X-EXPS", parameters: "GSSAPI NTLM" })
        );
    }

    #[test]
    fn a_line_that_is_no_keyword_is_an_anomaly() {
        for text in [&b""[..], b" PIPELINING", b"-X", b"\xff", b"8BITMIME=1", b"SIZE x", b"PIPELINING yes"] {
            assert_eq!(Extension::parse(text), Err(Anomalies::MALFORMED_EHLO_LINE), "{text:?}");
        }
    }

    #[test]
    fn the_usual_way_says_what_the_long_way_says() {
        for text in [
            "SIZE 0",
            "size 35882577",
            "SIZE 123456789",
            "SIZE 99999999999999999999999",
            "SIZE 184467440737095516",
            "SIZE",
            "SIZE x",
            "SIZE 12x",
            "SIZE  12345678",
            "SIZE 12345678 ",
            "AUTH PLAIN LOGIN",
            "auth login cram-md5 plain",
            "AUTH CRAM-MD5X",
            "AUTH XOAUTH2 PLAIN",
            "AUTH",
            "AUTH ",
            "AUTH  PLAIN",
            "AUTH PLAIN ",
            "AUTH=PLAIN LOGIN",
            "AUTHS PLAIN",
            "SIZE 1844674407370955161",
            "SIZE 18446744073709551615",
            "SIZE 18446744073709551616",
        ] {
            let long = Extension::from_text(text.as_bytes());
            for behind in ["\r\n", "\r\n250-8BITMIME\r\n250 DSN\r\n"] {
                let lines = std::format!("{text}{behind}").into_bytes();
                if let Some((found, length)) = Extension::usual(&lines) {
                    assert_eq!((Some(found), length), (long, text.len()), "{text:?}");
                }
            }
        }
        for text in ["SIZE 123456789\r\n", "AUTH PLAIN CRAM-MD5 LOGIN\r\n250"] {
            assert!(Extension::usual(text.as_bytes()).is_some(), "{text:?}");
        }
    }

    #[test]
    fn yahoos_eight_bitmime_is_an_unknown_keyword_not_a_failure() {
        assert_eq!(Extension::parse(b"8 BITMIME"), Ok(Extension::Unknown { keyword: "8", parameters: "BITMIME" }));
    }
}
