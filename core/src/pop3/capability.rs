//! Capabilities (RFC 2449 §6): what a server's response to CAPA announces.

use crate::sasl::{Mechanism, Mechanisms};
use crate::slice::{after, front};
use crate::text::{number_u32, utf8};
use core::fmt;

/// One line of the response to CAPA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability<'a> {
    /// TOP (RFC 2449 §6.1).
    Top,
    /// USER and PASS (RFC 2449 §6.2).
    User,
    /// AUTH by these mechanisms (RFC 2449 §6.3, RFC 5034).
    Sasl(Mechanisms),
    /// A text that starts with `[` starts with a response code (RFC 2449 §6.4).
    RespCodes,
    /// The least time between logins (RFC 2449 §6.5).
    LoginDelay {
        /// Seconds.
        seconds: u32,
        /// It may be another one for the user; ask again after the login.
        per_user: bool,
    },
    /// Commands may be sent without waiting (RFC 2449 §6.6).
    Pipelining,
    /// How long messages stay (RFC 2449 §6.7).
    Expire {
        /// Days; `None` for ever. 0: what was fetched may not stay.
        days: Option<u32>,
        /// It may be another time for the user; ask again after the login.
        per_user: bool,
    },
    /// UIDL (RFC 2449 §6.8).
    Uidl,
    /// The server's own name for itself (RFC 2449 §6.9).
    Implementation(&'a str),
    /// Failed logins carry `AUTH` or `SYS` (RFC 3206 §6).
    AuthRespCode,
    /// STLS (RFC 2595 §4).
    Stls,
    /// UTF8 (RFC 6856 §2).
    Utf8 {
        /// Names and passwords may be UTF-8 too.
        user: bool,
    },
    /// LANG (RFC 6856 §3).
    Lang,
    /// Any other.
    Unknown {
        /// The tag, as written.
        tag: &'a str,
        /// Its parameters, as written.
        parameters: &'a str,
    },
}

impl<'a> Capability<'a> {
    /// Reads one line:
    ///
    /// ```abnf
    /// capability = capa-tag *(SP param) CRLF
    /// capa-tag   = 1*cchar
    /// ```
    /// RFC 2449 §4. Tags stand in any case. `None` if the line is not that, or a known tag has
    /// parameters that its RFC does not allow.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let mut rest = line;
        let tag = word(&mut rest)?;
        let parameters = utf8(rest.trim_ascii())?;
        Some(match CapabilitySet::of_tag(tag) {
            CapabilitySet::TOP => Self::Top,
            CapabilitySet::USER => Self::User,
            CapabilitySet::SASL => {
                // By bytes: the search of the standard library for characters is large, and can panic.
                let names = parameters.as_bytes().split(|byte| *byte == b' ');
                Self::Sasl(names.filter_map(Mechanism::from_name).fold(Mechanisms::NONE, Mechanisms::with))
            }
            CapabilitySet::RESP_CODES => Self::RespCodes,
            CapabilitySet::LOGIN_DELAY => {
                let seconds = number_u32(word(&mut rest)?.as_bytes())?;
                Self::LoginDelay { seconds, per_user: is_user(rest) }
            }
            CapabilitySet::PIPELINING => Self::Pipelining,
            CapabilitySet::EXPIRE => {
                let days = word(&mut rest)?.as_bytes();
                let days = if days.eq_ignore_ascii_case(b"NEVER") { None } else { Some(number_u32(days)?) };
                Self::Expire { days, per_user: is_user(rest) }
            }
            CapabilitySet::UIDL => Self::Uidl,
            CapabilitySet::IMPLEMENTATION => Self::Implementation(parameters),
            CapabilitySet::AUTH_RESP_CODE => Self::AuthRespCode,
            CapabilitySet::STLS => Self::Stls,
            CapabilitySet::UTF8 => Self::Utf8 { user: is_user(rest) },
            CapabilitySet::LANG => Self::Lang,
            _ => Self::Unknown { tag, parameters },
        })
    }

    /// Its place in a [`CapabilitySet`]; empty for an unknown one.
    pub const fn set(&self) -> CapabilitySet {
        match self {
            Self::Top => CapabilitySet::TOP,
            Self::User => CapabilitySet::USER,
            Self::Sasl(_) => CapabilitySet::SASL,
            Self::RespCodes => CapabilitySet::RESP_CODES,
            Self::LoginDelay { .. } => CapabilitySet::LOGIN_DELAY,
            Self::Pipelining => CapabilitySet::PIPELINING,
            Self::Expire { .. } => CapabilitySet::EXPIRE,
            Self::Uidl => CapabilitySet::UIDL,
            Self::Implementation(_) => CapabilitySet::IMPLEMENTATION,
            Self::AuthRespCode => CapabilitySet::AUTH_RESP_CODE,
            Self::Stls => CapabilitySet::STLS,
            Self::Utf8 { .. } => CapabilitySet::UTF8,
            Self::Lang => CapabilitySet::LANG,
            Self::Unknown { .. } => CapabilitySet::NONE,
        }
    }
}

/// The next word of `rest`, which is taken off it.
fn word<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let text = rest.trim_ascii_start();
    let length = text.iter().take_while(|byte| byte.is_ascii_graphic()).count();
    *rest = after(text, length);
    match rest.first() {
        None | Some(b' ') if length > 0 => utf8(front(text, length)),
        _ => None,
    }
}

/// Whether the next parameter is USER.
fn is_user(mut rest: &[u8]) -> bool {
    word(&mut rest).is_some_and(|word| word.eq_ignore_ascii_case("USER"))
}

/// A set of known capabilities.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CapabilitySet(u16);

/// Declares each capability once: constant, tag on the wire, meaning.
macro_rules! capabilities {
    ($($(#[$meaning:meta])* $constant:ident = $bit:literal, $tag:literal;)*) => {
        impl CapabilitySet {
            $($(#[$meaning])* pub const $constant: Self = Self(1 << $bit);)*

            /// Every capability the library knows.
            pub const ALL: Self = Self(0 $(| 1 << $bit)*);

            const TAGS: &[(u16, &str)] = &[$((1 << $bit, $tag)),*];
        }
    };
}

capabilities! {
    /// RFC 2449 §6.1.
    TOP = 0, "TOP";
    /// RFC 2449 §6.2.
    USER = 1, "USER";
    /// RFC 2449 §6.3.
    SASL = 2, "SASL";
    /// RFC 2449 §6.4.
    RESP_CODES = 3, "RESP-CODES";
    /// RFC 2449 §6.5.
    LOGIN_DELAY = 4, "LOGIN-DELAY";
    /// RFC 2449 §6.6.
    PIPELINING = 5, "PIPELINING";
    /// RFC 2449 §6.7.
    EXPIRE = 6, "EXPIRE";
    /// RFC 2449 §6.8.
    UIDL = 7, "UIDL";
    /// RFC 2449 §6.9.
    IMPLEMENTATION = 8, "IMPLEMENTATION";
    /// RFC 3206 §6.
    AUTH_RESP_CODE = 9, "AUTH-RESP-CODE";
    /// RFC 2595 §4.
    STLS = 10, "STLS";
    /// RFC 6856 §2.
    UTF8 = 11, "UTF8";
    /// RFC 6856 §3.
    LANG = 12, "LANG";
}

impl CapabilitySet {
    /// No capability.
    pub const NONE: Self = Self(0);

    /// The tag of each capability in the set.
    pub fn tags(self) -> impl Iterator<Item = &'static str> {
        Self::TAGS.iter().filter(move |(bit, _)| self.0 & bit != 0).map(|(_, tag)| *tag)
    }

    /// The capability of this tag, in any case; none for an unknown one.
    fn of_tag(tag: &str) -> Self {
        let is_it = |(_, known): &&(u16, &str)| known.eq_ignore_ascii_case(tag);
        Self::TAGS.iter().find(is_it).map_or(Self::NONE, |(bit, _)| Self(*bit))
    }

    /// What a server can do by itself, on a host that knows nothing of extensions. STLS needs TLS, EXPIRE and
    /// LOGIN-DELAY promise something, UTF8 and LANG are for a host that knows them.
    pub const SERVER_DEFAULT: Self = Self::TOP
        .with(Self::USER)
        .with(Self::SASL)
        .with(Self::RESP_CODES)
        .with(Self::PIPELINING)
        .with(Self::UIDL)
        .with(Self::IMPLEMENTATION)
        .with(Self::AUTH_RESP_CODE);

    /// This set with every capability of `others`.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// This set without any capability of `others`.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether every capability of `others` is in the set.
    pub const fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as a number, one bit a capability; the bits keep their places between versions.
    pub const fn bits(self) -> u32 {
        self.0 as u32
    }

    /// The set with these bits; bits without a meaning are dropped.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits as u16 & Self::ALL.0)
    }
}

impl fmt::Debug for CapabilitySet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.tags()).finish()
    }
}

/// What a server announced, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The known ones.
    pub set: CapabilitySet,
    /// The mechanisms of SASL.
    pub mechanisms: Mechanisms,
    /// Seconds between logins.
    pub login_delay: Option<u32>,
    /// Days that messages stay; `None` for ever or not announced.
    pub expire_days: Option<u32>,
    /// Names and passwords may be UTF-8.
    pub utf8_user: bool,
}

impl Capabilities {
    /// Whether every capability of `set` is offered.
    pub const fn offers(&self, set: CapabilitySet) -> bool {
        self.set.contains(set)
    }

    /// Adds what one line announces.
    pub fn add(&mut self, capability: Capability<'_>) {
        self.set = self.set.with(capability.set());
        match capability {
            // Announced twice: both count.
            Capability::Sasl(mechanisms) => self.mechanisms = self.mechanisms.with_all(mechanisms),
            Capability::LoginDelay { seconds, .. } => self.login_delay = Some(seconds),
            Capability::Expire { days, .. } => self.expire_days = days,
            Capability::Utf8 { user } => self.utf8_user = user,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_stand_in_any_case_and_parameters_are_typed() {
        assert_eq!(Capability::parse(b"top"), Some(Capability::Top));
        assert_eq!(Capability::parse(b"EXPIRE 5 USER"), Some(Capability::Expire { days: Some(5), per_user: true }));
        assert_eq!(Capability::parse(b"EXPIRE NEVER"), Some(Capability::Expire { days: None, per_user: false }));
        assert_eq!(
            Capability::parse(b"LOGIN-DELAY 900"),
            Some(Capability::LoginDelay { seconds: 900, per_user: false })
        );
        assert_eq!(Capability::parse(b"UTF8 USER"), Some(Capability::Utf8 { user: true }));
        let mechanisms = Mechanisms::NONE.with(Mechanism::Plain).with(Mechanism::CramMd5);
        assert_eq!(Capability::parse(b"SASL PLAIN CRAM-MD5 NTLM"), Some(Capability::Sasl(mechanisms)));
        assert_eq!(
            Capability::parse(b"IMPLEMENTATION Shlemazle-Plotz-v302"),
            Some(Capability::Implementation("Shlemazle-Plotz-v302"))
        );
        assert_eq!(Capability::parse(b"XOIP a b"), Some(Capability::Unknown { tag: "XOIP", parameters: "a b" }));
    }

    #[test]
    fn a_line_that_makes_no_sense_is_none() {
        for line in [&b""[..], b" ", b"EXPIRE", b"EXPIRE soon", b"LOGIN-DELAY -1", b"X\xff", b"X \xff"] {
            assert_eq!(Capability::parse(line), None, "{line:?}");
        }
    }
}
