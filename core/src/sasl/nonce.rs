//! The nonce: what makes one exchange differ from every other.

use crate::codec::base64;
use crate::error::Misuse;
use core::fmt;

/// Text that no exchange has had before. This library has no randomness: the host brings it.
///
/// ```
/// use mailproto::sasl::Nonce;
/// let random = *b"eighteen new bytes"; // from the operating system, a generator in the chip, …
/// assert_eq!(Nonce::from_random(&random).as_str(), "ZWlnaHRlZW4gbmV3IGJ5dGVz");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Nonce {
    text: [u8; Self::MAX],
    length: u8,
}

impl Nonce {
    /// The longest nonce.
    pub const MAX: usize = 48;

    /// A nonce of random bytes, which must be new for every exchange.
    pub fn from_random(bytes: &[u8; 18]) -> Self {
        let mut text = [0; Self::MAX];
        let length = base64::encode(bytes, &mut text).unwrap_or(0) as u8;
        Self { text, length }
    }

    /// A nonce that is text already (RFC 5802 §7: printable ASCII without a comma).
    ///
    /// # Errors
    /// [`Misuse::Syntax`] for anything else, [`Misuse::TooLong`] beyond [`Nonce::MAX`] bytes.
    pub fn from_text(text: &str) -> Result<Self, Misuse> {
        let wrong = text.bytes().position(|byte| !is_nonce_byte(byte)).or(text.is_empty().then_some(0));
        if let Some(offset) = wrong {
            return Err(Misuse::Syntax { offset: offset as u32 });
        }
        let mut kept = [0; Self::MAX];
        let place = kept.get_mut(..text.len()).ok_or(Misuse::TooLong { limit: Self::MAX as u32 })?;
        place.copy_from_slice(text.as_bytes());
        Ok(Self { text: kept, length: text.len() as u8 })
    }

    /// The nonce as it is sent.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Nonce").field(&self.as_str()).finish()
    }
}

/// Whether a byte may stand in a nonce (RFC 5802 §7).
///
/// ```abnf
/// printable = %x21-2B / %x2D-7E
/// ```
pub(super) const fn is_nonce_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b','
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_printable_without_a_comma() {
        assert_eq!(Nonce::from_text("rOprNGfwEbeRWgbNEkqO").unwrap().as_str(), "rOprNGfwEbeRWgbNEkqO");
        for (text, offset) in [("", 0), ("a,b", 1), ("a b", 1), ("ab\u{e4}", 2), ("abc\n", 3)] {
            assert_eq!(Nonce::from_text(text), Err(Misuse::Syntax { offset }), "{text:?}");
        }
        let long = [b'a'; Nonce::MAX + 1];
        let long = core::str::from_utf8(&long).unwrap();
        assert_eq!(Nonce::from_text(long), Err(Misuse::TooLong { limit: Nonce::MAX as u32 }));
    }
}
