//! The mechanisms by name, and sets of them.

use core::fmt;

/// The mechanisms this library has a name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Mechanism {
    /// Authorization, user and password in one message (RFC 4616).
    Plain,
    /// User and password, asked for one after the other (draft-murchison-sasl-login).
    Login,
    /// RFC 2195.
    CramMd5,
    /// RFC 5802.
    ScramSha1,
    /// RFC 5802, bound to the TLS channel.
    ScramSha1Plus,
    /// RFC 7677.
    ScramSha256,
    /// RFC 7677, bound to the TLS channel.
    ScramSha256Plus,
    /// RFC 5802 with SHA-512 (draft-melnikov-scram-sha-512).
    ScramSha512,
    /// RFC 5802 with SHA-512, bound to the TLS channel.
    ScramSha512Plus,
    /// A bearer token, as Google and Microsoft first did it.
    XOAuth2,
    /// A bearer token (RFC 7628).
    OAuthBearer,
    /// Who the TLS client certificate says (RFC 4422 appendix A).
    External,
    /// Nobody in particular (RFC 4505).
    Anonymous,
}

impl Mechanism {
    /// Every mechanism with a name here, weakest first.
    pub const ALL: [Self; 13] = [
        Self::Anonymous,
        Self::Login,
        Self::Plain,
        Self::CramMd5,
        Self::ScramSha1,
        Self::ScramSha1Plus,
        Self::ScramSha256,
        Self::ScramSha256Plus,
        Self::ScramSha512,
        Self::ScramSha512Plus,
        Self::XOAuth2,
        Self::OAuthBearer,
        Self::External,
    ];

    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::ScramSha512Plus => "SCRAM-SHA-512-PLUS",
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::External => "EXTERNAL",
            Self::Anonymous => "ANONYMOUS",
        }
    }

    /// The mechanism of this name, in any case.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// Whether it is bound to the TLS channel, so that nobody in between can pass it on (RFC 5802 §6).
    pub const fn is_bound(self) -> bool {
        Mechanisms::BOUND.contains(self)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A set of mechanisms.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Mechanisms(u16);

impl Mechanisms {
    /// No mechanism.
    pub const NONE: Self = Self(0);

    /// Every mechanism there is a name for.
    pub const ALL: Self = Self((1 << Mechanism::ALL.len()) - 1);

    /// What a server offers unless its host says otherwise: mechanisms that ask for a password and need
    /// nothing else of the host.
    pub const SERVER_DEFAULT: Self = Self::NONE.with(Mechanism::Plain).with(Mechanism::Login);

    /// The mechanisms that are bound to the TLS channel.
    pub const BOUND: Self =
        Self::NONE.with(Mechanism::ScramSha1Plus).with(Mechanism::ScramSha256Plus).with(Mechanism::ScramSha512Plus);

    /// The mechanisms of RFC 5802 and those built like them.
    pub const SCRAM: Self =
        Self::BOUND.with(Mechanism::ScramSha1).with(Mechanism::ScramSha256).with(Mechanism::ScramSha512);

    /// The mechanisms that a password is enough for.
    pub const PASSWORD: Self = Self::SCRAM.with(Mechanism::Plain).with(Mechanism::Login).with(Mechanism::CramMd5);

    /// The mechanisms in which a client can say whom to act as, other than itself.
    pub const AUTHORIZING: Self = Self::SCRAM.with(Mechanism::Plain).with(Mechanism::External);

    /// The mechanisms that tell nobody on the line a secret, nor what a password could be guessed from
    /// at the speed of one MD5 a try, as CRAM-MD5 does.
    pub const DISCREET: Self = Self::SCRAM.with(Mechanism::External).with(Mechanism::Anonymous);

    /// This set with `mechanism`.
    #[must_use]
    pub const fn with(self, mechanism: Mechanism) -> Self {
        Self(self.0 | 1 << mechanism as u16)
    }

    /// This set with every mechanism of `others`.
    #[must_use]
    pub const fn with_all(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// This set without the mechanisms of `others`.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// The mechanisms that are in this set and in `others`.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Whether `mechanism` is in the set.
    pub const fn contains(self, mechanism: Mechanism) -> bool {
        self.0 & (1 << mechanism as u16) != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The mechanisms in the set, weakest first.
    pub fn iter(self) -> impl Iterator<Item = Mechanism> {
        Mechanism::ALL.into_iter().filter(move |mechanism| self.contains(*mechanism))
    }
}

impl fmt::Debug for Mechanisms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mechanism_is_found_by_its_name_and_is_in_the_set_of_all() {
        for mechanism in Mechanism::ALL {
            assert_eq!(Mechanism::from_name(mechanism.name().as_bytes()), Some(mechanism));
            assert!(Mechanisms::ALL.contains(mechanism));
        }
        assert_eq!(Mechanisms::ALL.iter().count(), Mechanism::ALL.len());
        assert_eq!(Mechanism::from_name(b"scram-sha-512-plus"), Some(Mechanism::ScramSha512Plus));
    }
}
