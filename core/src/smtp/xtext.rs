//! `xtext` (RFC 3461 §4): text in parameters, with `+` and two hexadecimal digits for what may not
//! stand there.

use crate::text::{VALUE, is, is_printable};

/// A text that is written as xtext.
///
/// ```
/// use mailproto::smtp::Xtext;
/// let id = Xtext::plain("a=b");
/// assert!(id.decode().eq(*b"a=b"));
/// assert!(Xtext::encoded("a+3Db").unwrap().decode().eq(*b"a=b"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Xtext<'a> {
    text: &'a str,
    encoded: bool,
}

impl<'a> Xtext<'a> {
    /// A text as it is, to be encoded when it is written.
    pub const fn plain(text: &'a str) -> Self {
        Self { text, encoded: false }
    }

    /// A text that is encoded already:
    ///
    /// ```abnf
    /// xtext   = *( xchar / hexchar )
    /// xchar   = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "="
    /// hexchar = ASCII "+" immediately followed by two upper case hexadecimal digits
    /// ```
    ///
    /// UTF-8 stands for itself, as in `utf-8-addr-unitext` of RFC 6533 §3. `None` if it is not that.
    pub fn encoded(text: &'a str) -> Option<Self> {
        // Most have nothing to decode.
        if is_printable(text.as_bytes(), [b'+', b'=']) {
            return Some(Self { text, encoded: true });
        }
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            // What is a value and not `+` is xchar, or UTF-8.
            if !is(byte, VALUE) {
                return None;
            }
            if byte == b'+' {
                hexadecimal(bytes.next()?)?;
                hexadecimal(bytes.next()?)?;
            }
        }
        Some(Self { text, encoded: true })
    }

    /// The bytes it stands for.
    pub fn decode(&self) -> impl Iterator<Item = u8> + 'a {
        let encoded = self.encoded;
        let mut bytes = self.text.bytes();
        core::iter::from_fn(move || match bytes.next()? {
            b'+' if encoded => {
                let high = hexadecimal(bytes.next()?)?;
                let low = hexadecimal(bytes.next()?)?;
                Some(high << 4 | low)
            }
            byte => Some(byte),
        })
    }

    /// Writes it encoded through `put`.
    pub(super) fn encode(&self, put: &mut dyn FnMut(&[u8])) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        for byte in self.text.bytes() {
            if self.encoded || !matches!(byte, b'+' | b'=' | 0..=32 | 127) {
                put(&[byte]);
            } else {
                put(&[b'+', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            }
        }
    }
}

impl PartialEq for Xtext<'_> {
    /// Equal when they stand for the same bytes.
    fn eq(&self, other: &Self) -> bool {
        self.decode().eq(other.decode())
    }
}

impl Eq for Xtext<'_> {}

fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
