//! The digest of APOP (RFC 1939 §7): what proves that both sides know a secret, for one greeting.

use core::fmt;
use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

/// MD5 of a greeting's timestamp and the secret behind it, in small hexadecimal digits.
///
/// ```
/// use mailproto::pop3::ApopDigest;
/// let digest = ApopDigest::new("<1896.697170952@dbc.mtview.ca.us>", "tanstaaf");
/// assert_eq!(digest.as_str(), "c4c9334bac560ecc979e58001b3e22fb");
/// assert!(digest.matches("c4c9334bac560ecc979e58001b3e22fb"));
/// ```
#[derive(Clone, Copy)]
pub struct ApopDigest([u8; 32]);

impl ApopDigest {
    /// The digest for a timestamp, with its angle brackets, and a secret.
    pub fn new(timestamp: &str, secret: &str) -> Self {
        let hash = Md5::new().chain_update(timestamp).chain_update(secret).finalize();
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(hash.iter()) {
            if let [high, low] = pair {
                *high = digit(byte >> 4);
                *low = digit(byte & 15);
            }
        }
        Self(digits)
    }

    /// The digits, for a client to send.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether a client has sent this digest. The time that it takes tells nothing about either.
    pub fn matches(&self, digest: &str) -> bool {
        self.0.ct_eq(digest.as_bytes()).into()
    }
}

impl fmt::Debug for ApopDigest {
    /// Without the digits: whoever has them can try secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApopDigest(..)")
    }
}

const fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_digest_in_small_digits_matches() {
        let digest = ApopDigest::new("<1896.697170952@dbc.mtview.ca.us>", "tanstaaf");
        for wrong in [
            "",
            "c4c9334bac560ecc979e58001b3e22f",
            "C4C9334BAC560ECC979E58001B3E22FB",
            "c4c9334bac560ecc979e58001b3e22fb0",
        ] {
            assert!(!digest.matches(wrong), "{wrong}");
        }
        assert!(!ApopDigest::new("<1896.697170952@dbc.mtview.ca.us>", "tanstaaff").matches(digest.as_str()));
    }
}
