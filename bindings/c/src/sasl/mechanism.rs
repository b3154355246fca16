//! The mechanisms as bits.

use crate::fault::Fault;
use mailproto::sasl::{Mechanism, Mechanisms};

/// A set of SASL mechanisms: MAILPROTO_SASL_ constants, joined by `|`.
pub type mailproto_sasl_mechanisms = u32;

/// RFC 4616.
pub const MAILPROTO_SASL_PLAIN: mailproto_sasl_mechanisms = 1;
/// draft-murchison-sasl-login.
pub const MAILPROTO_SASL_LOGIN: mailproto_sasl_mechanisms = 2;
/// RFC 2195.
pub const MAILPROTO_SASL_CRAM_MD5: mailproto_sasl_mechanisms = 4;
/// RFC 5802.
pub const MAILPROTO_SASL_SCRAM_SHA_1: mailproto_sasl_mechanisms = 8;
/// RFC 5802, bound to the TLS channel.
pub const MAILPROTO_SASL_SCRAM_SHA_1_PLUS: mailproto_sasl_mechanisms = 16;
/// RFC 7677.
pub const MAILPROTO_SASL_SCRAM_SHA_256: mailproto_sasl_mechanisms = 32;
/// RFC 7677, bound to the TLS channel.
pub const MAILPROTO_SASL_SCRAM_SHA_256_PLUS: mailproto_sasl_mechanisms = 64;
/// A bearer token, as Google and Microsoft first did it.
pub const MAILPROTO_SASL_XOAUTH2: mailproto_sasl_mechanisms = 128;
/// RFC 7628.
pub const MAILPROTO_SASL_OAUTHBEARER: mailproto_sasl_mechanisms = 256;
/// RFC 4422 appendix A.
pub const MAILPROTO_SASL_EXTERNAL: mailproto_sasl_mechanisms = 512;
/// RFC 4505.
pub const MAILPROTO_SASL_ANONYMOUS: mailproto_sasl_mechanisms = 1024;
/// RFC 5802 with SHA-512 (draft-melnikov-scram-sha-512).
pub const MAILPROTO_SASL_SCRAM_SHA_512: mailproto_sasl_mechanisms = 2048;
/// RFC 5802 with SHA-512, bound to the TLS channel.
pub const MAILPROTO_SASL_SCRAM_SHA_512_PLUS: mailproto_sasl_mechanisms = 4096;

/// Which bit is which mechanism.
const MECHANISMS: [(mailproto_sasl_mechanisms, Mechanism); 13] = [
    (MAILPROTO_SASL_PLAIN, Mechanism::Plain),
    (MAILPROTO_SASL_LOGIN, Mechanism::Login),
    (MAILPROTO_SASL_CRAM_MD5, Mechanism::CramMd5),
    (MAILPROTO_SASL_SCRAM_SHA_1, Mechanism::ScramSha1),
    (MAILPROTO_SASL_SCRAM_SHA_1_PLUS, Mechanism::ScramSha1Plus),
    (MAILPROTO_SASL_SCRAM_SHA_256, Mechanism::ScramSha256),
    (MAILPROTO_SASL_SCRAM_SHA_256_PLUS, Mechanism::ScramSha256Plus),
    (MAILPROTO_SASL_XOAUTH2, Mechanism::XOAuth2),
    (MAILPROTO_SASL_OAUTHBEARER, Mechanism::OAuthBearer),
    (MAILPROTO_SASL_EXTERNAL, Mechanism::External),
    (MAILPROTO_SASL_ANONYMOUS, Mechanism::Anonymous),
    (MAILPROTO_SASL_SCRAM_SHA_512, Mechanism::ScramSha512),
    (MAILPROTO_SASL_SCRAM_SHA_512_PLUS, Mechanism::ScramSha512Plus),
];

pub(crate) fn mechanism(number: mailproto_sasl_mechanisms) -> Result<Mechanism, Fault> {
    let found = MECHANISMS.iter().find(|(bit, _)| *bit == number);
    found.map(|(_, mechanism)| *mechanism).ok_or(Fault::InvalidValue)
}

pub(crate) fn mechanisms(bits: mailproto_sasl_mechanisms) -> Result<Mechanisms, Fault> {
    let known = MECHANISMS.iter().fold(0, |known, (bit, _)| known | bit);
    if bits & !known != 0 {
        return Err(Fault::InvalidValue);
    }
    let chosen = MECHANISMS.iter().filter(|(bit, _)| bits & bit != 0);
    Ok(chosen.fold(Mechanisms::NONE, |set, (_, mechanism)| set.with(*mechanism)))
}

pub(crate) fn mechanism_bits(set: Mechanisms) -> mailproto_sasl_mechanisms {
    MECHANISMS.iter().filter(|(_, mechanism)| set.contains(*mechanism)).fold(0, |bits, (bit, _)| bits | bit)
}

/// The one mechanism, as a bit.
pub(crate) fn mechanism_bit(mechanism: Mechanism) -> mailproto_sasl_mechanisms {
    mechanism_bits(Mechanisms::NONE.with(mechanism))
}

const _: () = assert!(MECHANISMS.len() == Mechanism::ALL.len(), "a mechanism of the core has no bit");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mechanism_has_a_bit_of_its_own() {
        for mechanism in Mechanism::ALL {
            let bits = mechanism_bit(mechanism);
            assert_eq!(bits.count_ones(), 1, "{mechanism}");
            assert_eq!(super::mechanism(bits).unwrap(), mechanism);
            assert_eq!(mechanisms(bits).unwrap(), Mechanisms::NONE.with(mechanism));
        }
    }

    #[test]
    fn bits_without_a_meaning_are_refused() {
        assert!(mechanisms(1 << 20).is_err());
        assert!(mechanism(MAILPROTO_SASL_PLAIN | MAILPROTO_SASL_LOGIN).is_err());
    }
}
