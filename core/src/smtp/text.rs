//! Bytes of the grammar: classes by one table, numbers, and arguments that cannot inject.

use crate::error::Misuse;
use crate::slice::after;

/// ALPHA / DIGIT.
pub(super) const LET_DIG: u8 = 1;
/// `atext` of RFC 5321 §4.1.2, with UTF-8 by RFC 6531 §3.3.
pub(super) const ATEXT: u8 = 2;
/// A byte of a domain label: Let-dig, `-`, and UTF-8 by RFC 6531 §3.3.
pub(super) const LABEL: u8 = 4;
/// `esmtp-value` of RFC 5321 §4.1.2: printable and no `=`, with UTF-8 by RFC 6531 §3.3.
pub(super) const VALUE: u8 = 8;
/// A byte of a keyword: ALPHA / DIGIT / `-`.
pub(super) const KEYWORD: u8 = 16;
/// Any printable byte that is neither space nor `<` nor `>`, with UTF-8.
pub(super) const LOOSE: u8 = 32;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        let mut class = 0;
        if byte.is_ascii_alphanumeric() {
            class |= LET_DIG | ATEXT | LABEL | KEYWORD;
        }
        if byte == b'-' {
            class |= LABEL | KEYWORD;
        }
        if byte >= 0x80 {
            class |= ATEXT | LABEL | VALUE | LOOSE;
        }
        if byte.is_ascii_graphic() {
            if byte != b'=' {
                class |= VALUE;
            }
            if byte != b'<' && byte != b'>' {
                class |= LOOSE;
            }
        }
        if matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        ) {
            class |= ATEXT;
        }
        classes[index] = class;
        index += 1;
    }
    classes
};

/// Whether `byte` is in one of the `classes`.
#[inline(always)]
pub(super) fn is(byte: u8, classes: u8) -> bool {
    CLASSES[byte as usize] & classes != 0
}

/// A decimal number of at least one digit and nothing else; `None` also if it is too large.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    let mut value = 0_u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(value)
}

/// [`number`] in 32 bits.
pub(super) fn number_u32(digits: &[u8]) -> Option<u32> {
    number(digits).and_then(|value| u32::try_from(value).ok())
}

/// The decimal digits of a number, without the formatting machinery.
pub(super) struct Decimal {
    digits: [u8; 20],
    start: u8,
}

impl Decimal {
    pub(super) fn new(value: u64) -> Self {
        let mut digits = [b'0'; 20];
        let mut start = 20;
        // In limbs of 16 bits, high to low, which a 32-bit processor divides with one instruction.
        let mut limbs = [(value >> 48) as u16, (value >> 32) as u16, (value >> 16) as u16, value as u16];
        for (index, digit) in digits.iter_mut().enumerate().rev() {
            let mut remainder = 0;
            for limb in limbs.iter_mut().skip_while(|limb| **limb == 0) {
                let part = remainder << 16 | u32::from(*limb);
                *limb = (part / 10) as u16;
                remainder = part % 10;
            }
            *digit = b'0' + remainder as u8;
            start = index as u8;
            if limbs == [0; 4] {
                break;
            }
        }
        Self { digits, start }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        after(&self.digits, usize::from(self.start))
    }

    pub(super) fn as_str(&self) -> &str {
        utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// Refuses what could end a line, anywhere in an argument.
pub(super) fn check_no_control(argument: &[u8]) -> Result<(), Misuse> {
    match argument.iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        Some(offset) => Err(Misuse::ControlCharacter { offset: offset as u32 }),
        None => Ok(()),
    }
}

/// UTF-8 of bytes; the common case of ASCII is cheap.
#[inline]
pub(super) fn utf8(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok()
}
