//! Service extensions (RFC 5321 §2.2): what an EHLO reply announces.

use super::text::{KEYWORD, LET_DIG, is, number, number_u32, utf8};
use crate::leniency::Anomalies;
use crate::sasl::{Mechanism, Mechanisms};
use crate::slice::{after, front};
use core::fmt;
use core::ops::BitOr;

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
        let malformed = Anomalies::MALFORMED_EHLO_LINE;
        let text = text.trim_ascii_end();
        let length = text.iter().take_while(|byte| is(**byte, KEYWORD)).count();
        let (keyword, rest) = (front(text, length), after(text, length));
        if !keyword.first().is_some_and(|byte| is(*byte, LET_DIG)) {
            return Err(malformed);
        }
        let parameters = match rest {
            [] => rest,
            [b' ', ..] => rest.trim_ascii_start(),
            [b'=', rest @ ..] if keyword.eq_ignore_ascii_case(b"AUTH") => rest,
            _ => return Err(malformed),
        };
        Self::typed(utf8(keyword).ok_or(malformed)?, utf8(parameters).ok_or(malformed)?).ok_or(malformed)
    }

    fn typed(keyword: &'a str, parameters: &'a str) -> Option<Self> {
        let is = |name: &str| keyword.eq_ignore_ascii_case(name);
        let bytes = parameters.as_bytes();
        let bare = |extension| bytes.is_empty().then_some(extension);
        let length = keyword.len();
        Some(match (length, keyword.as_bytes().first().map(u8::to_ascii_uppercase)) {
            (10, Some(b'P')) if is("PIPELINING") => bare(Self::Pipelining)?,
            (4, Some(b'S')) if is("SIZE") => Self::Size(match bytes {
                [] => None,
                // A number too large for us is no limit at all.
                _ if bytes.iter().all(u8::is_ascii_digit) => Some(number(bytes).unwrap_or(u64::MAX)),
                _ => return None,
            }),
            (8, Some(b'8')) if is("8BITMIME") => bare(Self::EightBitMime)?,
            (8, Some(b'S')) if is("SMTPUTF8") => Self::SmtpUtf8,
            (8, Some(b'S')) if is("STARTTLS") => bare(Self::StartTls)?,
            (8, Some(b'C')) if is("CHUNKING") => bare(Self::Chunking)?,
            (10, Some(b'B')) if is("BINARYMIME") => bare(Self::BinaryMime)?,
            (3, Some(b'D')) if is("DSN") => bare(Self::Dsn)?,
            (19, Some(b'E')) if is("ENHANCEDSTATUSCODES") => bare(Self::EnhancedStatusCodes)?,
            (4, Some(b'A')) if is("AUTH") => Self::Auth(mechanisms(bytes)),
            (10, Some(b'R')) if is("REQUIRETLS") => bare(Self::RequireTls)?,
            (6, Some(b'L')) if is("LIMITS") => Self::Limits(PeerLimits::parse(bytes)),
            (9, Some(b'D')) if is("DELIVERBY") => Self::DeliverBy(match bytes {
                [] => None,
                _ => Some(number_u32(bytes)?),
            }),
            (11, Some(b'M')) if is("MT-PRIORITY") => Self::MtPriority((!parameters.is_empty()).then_some(parameters)),
            (13, Some(b'F')) if is("FUTURERELEASE") => future_release(bytes),
            (4, Some(b'R')) if is("RRVS") => bare(Self::Rrvs)?,
            (7, Some(b'X')) if is("XCLIENT") => Self::Xclient(parameters),
            (4, Some(b'V')) if is("VRFY") => Self::Verify,
            (4, Some(b'E')) if is("EXPN") => Self::Expand,
            (4, Some(b'H')) if is("HELP") => Self::Help,
            _ => Self::Unknown { keyword, parameters },
        })
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

/// The mechanisms of an AUTH line that have a name here (RFC 4954 §3).
fn mechanisms(parameters: &[u8]) -> Mechanisms {
    words(parameters).filter_map(Mechanism::from_name).fold(Mechanisms::NONE, Mechanisms::with)
}

/// `FUTURERELEASE max-interval max-datetime` (RFC 4865 §4).
fn future_release(parameters: &[u8]) -> Extension<'_> {
    let mut words = words(parameters);
    Extension::FutureRelease { interval: words.next().and_then(number_u32), until: words.next().and_then(utf8) }
}

/// The words between spaces.
fn words(parameters: &[u8]) -> impl Iterator<Item = &[u8]> {
    parameters.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
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
        for word in words(parameters) {
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

/// A set of known extensions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ExtensionSet(u32);

/// Declares each extension once: constant, keyword on the wire, meaning.
macro_rules! extensions {
    ($($(#[$meaning:meta])* $constant:ident = $bit:literal, $keyword:literal;)*) => {
        impl ExtensionSet {
            $($(#[$meaning])* pub const $constant: Self = Self(1 << $bit);)*

            /// Every extension the library knows.
            pub const ALL: Self = Self(0 $(| 1 << $bit)*);

            /// The keyword of each extension in the set.
            pub fn keywords(self) -> impl Iterator<Item = &'static str> {
                [$(($bit, $keyword)),*]
                    .into_iter()
                    .filter(move |(bit, _)| self.0 & (1 << bit) != 0)
                    .map(|(_, keyword)| keyword)
            }
        }
    };
}

extensions! {
    /// RFC 2920.
    PIPELINING = 0, "PIPELINING";
    /// RFC 1870.
    SIZE = 1, "SIZE";
    /// RFC 6152.
    EIGHT_BIT_MIME = 2, "8BITMIME";
    /// RFC 6531.
    SMTPUTF8 = 3, "SMTPUTF8";
    /// RFC 3030.
    CHUNKING = 4, "CHUNKING";
    /// RFC 3030.
    BINARYMIME = 5, "BINARYMIME";
    /// RFC 3461.
    DSN = 6, "DSN";
    /// RFC 2034.
    ENHANCED_STATUS_CODES = 7, "ENHANCEDSTATUSCODES";
    /// RFC 3207.
    STARTTLS = 8, "STARTTLS";
    /// RFC 4954.
    AUTH = 9, "AUTH";
    /// RFC 8689.
    REQUIRETLS = 10, "REQUIRETLS";
    /// RFC 9422.
    LIMITS = 11, "LIMITS";
    /// RFC 2852.
    DELIVERBY = 12, "DELIVERBY";
    /// RFC 6710.
    MT_PRIORITY = 13, "MT-PRIORITY";
    /// RFC 4865.
    FUTURERELEASE = 14, "FUTURERELEASE";
    /// RFC 7293.
    RRVS = 15, "RRVS";
    /// Postfix `XCLIENT_README`.
    XCLIENT = 16, "XCLIENT";
    /// RFC 5321 §3.5.
    VRFY = 17, "VRFY";
    /// RFC 5321 §3.5.
    EXPN = 18, "EXPN";
    /// RFC 5321 §4.1.1.8.
    HELP = 19, "HELP";
}

impl ExtensionSet {
    /// No extension.
    pub const NONE: Self = Self(0);

    /// What a server offers by default: everything that needs nothing of the host but to store
    /// what it is given.
    pub const SERVER_DEFAULT: Self = Self(
        Self::PIPELINING.0
            | Self::SIZE.0
            | Self::EIGHT_BIT_MIME.0
            | Self::SMTPUTF8.0
            | Self::CHUNKING.0
            | Self::BINARYMIME.0
            | Self::ENHANCED_STATUS_CODES.0
            | Self::LIMITS.0
            | Self::HELP.0,
    );

    /// Whether every extension of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// This set with `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The set as a number, one bit an extension; the bits keep their places between versions.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set with these bits; bits without a meaning are dropped.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }
}

impl BitOr for ExtensionSet {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl fmt::Debug for ExtensionSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.keywords()).finish()
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

    /// Adds what the reply to EHLO or LHLO announces; also tells what was tolerated in it.
    pub(super) fn learn<'a>(lines: impl Iterator<Item = &'a [u8]>) -> (Self, Anomalies) {
        let mut extensions = Self::default();
        let mut anomalies = Anomalies::NONE;
        for text in lines {
            match Extension::parse(text) {
                Ok(extension) => {
                    if matches!(extension, Extension::Auth(_)) && text.get(4) == Some(&b'=') {
                        anomalies |= Anomalies::AUTH_EQUALS;
                    }
                    extensions.add(extension);
                }
                Err(anomaly) => anomalies |= anomaly,
            }
        }
        (extensions, anomalies)
    }

    fn add(&mut self, extension: Extension<'_>) {
        self.set = self.set.with(extension.set());
        match extension {
            Extension::Size(size) => self.size = size.filter(|size| *size > 0),
            // Announced twice, in the old form and the new: both count.
            Extension::Auth(mechanisms) => {
                self.mechanisms = mechanisms.iter().fold(self.mechanisms, Mechanisms::with);
            }
            Extension::Limits(limits) => self.limits = limits,
            Extension::DeliverBy(least) => self.deliver_by_min = least,
            Extension::FutureRelease { interval, .. } => self.hold_max = interval,
            _ => {}
        }
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
    fn yahoos_eight_bitmime_is_an_unknown_keyword_not_a_failure() {
        assert_eq!(Extension::parse(b"8 BITMIME"), Ok(Extension::Unknown { keyword: "8", parameters: "BITMIME" }));
    }
}
