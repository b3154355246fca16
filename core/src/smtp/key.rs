//! Short words as numbers: one comparison tells whether a word is this name, in any case.

use crate::text::number_of;

/// Eight bytes with each letter as a capital, the first byte lowest. Of two words of one length, both
/// with at most eight bytes, one a name of letters, digits and `-`, those are equal that differ in case
/// alone.
#[inline(always)]
const fn capitals(word: u64) -> u64 {
    // Bit 6 tells a letter; bit 5 is its case.
    word & !((word & u64::from_le_bytes([0x40; 8])) >> 1)
}

/// The key of a word of at most eight bytes; words of different lengths may have the same. 0 for others.
#[inline(always)]
pub(super) fn key(word: &[u8]) -> u64 {
    capitals(number_of(word).unwrap_or(0))
}

/// [`key`] of the first `length` bytes of these, at most eight.
#[inline(always)]
pub(super) fn key_within(bytes: [u8; 8], length: usize) -> u64 {
    let outside = u64::MAX.checked_shl(8 * length as u32).unwrap_or(0);
    capitals(u64::from_le_bytes(bytes) & !outside)
}

/// [`key`] of a name that is known.
pub(super) const fn key_of(name: &str) -> u64 {
    let name = name.as_bytes();
    assert!(name.len() <= 8);
    let mut bytes = [0; 8];
    let mut index = 0;
    while index < name.len() {
        bytes[index] = name[index];
        index += 1;
    }
    capitals(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_word_is_that_of_the_same_name_in_any_case_and_of_no_other() {
        for name in ["R", "BY", "RET", "BODY", "7BIT", "ENVID", "NOTIFY", "SUCCESS", "8BITMIME", "X-Y-Z-9"] {
            let mut text = name.to_ascii_lowercase().into_bytes();
            assert_eq!(key(name.as_bytes()), key_of(name));
            assert_eq!(key(&text), key_of(name));
            let window = std::format!("{name}\r\n250-X").into_bytes();
            assert_eq!(key_within(*window.first_chunk().unwrap(), name.len()), key_of(name));
            for place in 0..text.len() {
                for other in 0..=255 {
                    let byte = core::mem::replace(&mut text[place], other);
                    assert_eq!(key(&text) == key_of(name), text.eq_ignore_ascii_case(name.as_bytes()), "{text:?}");
                    text[place] = byte;
                }
            }
        }
    }
}
