//! Bytes of the grammar: classes by one table, numbers, and arguments that cannot inject.

use crate::error::Misuse;
use crate::slice::{WIDE, after};

/// `atext` of RFC 5321 §4.1.2, with UTF-8 by RFC 6531 §3.3.
pub(crate) const ATEXT: u8 = 1;
/// A byte of a domain label: Let-dig, `-`, and UTF-8 by RFC 6531 §3.3.
pub(crate) const LABEL: u8 = 2;
/// `esmtp-value` of RFC 5321 §4.1.2: printable and no `=`, with UTF-8 by RFC 6531 §3.3.
pub(crate) const VALUE: u8 = 4;
/// A byte of a keyword: ALPHA / DIGIT / `-`.
pub(crate) const KEYWORD: u8 = 8;
/// Any printable byte that is neither space nor `<` nor `>`, with UTF-8.
pub(crate) const LOOSE: u8 = 16;
/// `-`, and the dot.
pub(crate) const HYPHEN: u8 = 64;
/// The dot and nothing else.
pub(crate) const DOT_ALONE: u8 = 128;
/// All bits of the dot that no other byte has together. Moved up by one place they meet those of
/// another dot and those of `-`; those of `-` moved up meet the dot's, and not their own.
pub(crate) const DOT: u8 = 32 | HYPHEN | DOT_ALONE;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        let mut class = 0;
        if byte.is_ascii_alphanumeric() {
            class |= ATEXT | LABEL | KEYWORD;
        }
        if byte == b'-' {
            class |= LABEL | KEYWORD | HYPHEN;
        }
        if byte == b'.' {
            class |= DOT;
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

/// The classes of a byte.
#[inline(always)]
pub(crate) fn classes(byte: u8) -> u8 {
    CLASSES[byte as usize]
}

/// Whether `byte` is in one of the `classes`.
#[inline(always)]
pub(crate) fn is(byte: u8, classes: u8) -> bool {
    CLASSES[byte as usize] & classes != 0
}

/// Whether `text` is the word `name`, in any case. `name` is of capital letters and anything below
/// them in ASCII; with its length known, this becomes a few comparisons of whole registers.
#[inline]
pub(crate) fn is_word(text: &[u8], name: &[u8]) -> bool {
    if !WIDE {
        return text.eq_ignore_ascii_case(name);
    }
    if text.len() != name.len() {
        return false;
    }
    if let (Some(text_end), Some(name_end)) = (text.last_chunk(), name.last_chunk()) {
        // The last eight bytes, and from the front all eights that there are.
        let mut same = is_eight(*text_end, *name_end);
        let (mut text, mut name) = (text, name);
        while let (Some((eight, text_rest)), Some((name_eight, name_rest))) =
            (text.split_first_chunk(), name.split_first_chunk())
        {
            same &= is_eight(*eight, *name_eight);
            (text, name) = (text_rest, name_rest);
        }
        return same;
    }
    if let (Some([a, b, c, d]), Some([e, f, g, h]), Some(name), Some(name_end)) =
        (text.first_chunk(), text.last_chunk(), name.first_chunk::<4>(), name.last_chunk::<4>())
    {
        let ([i, j, k, l], [m, n, o, p]) = (*name, *name_end);
        return is_eight([*a, *b, *c, *d, *e, *f, *g, *h], [i, j, k, l, m, n, o, p]);
    }
    text.eq_ignore_ascii_case(name)
}

/// Whether eight bytes are those of a name, in any case.
#[inline(always)]
fn is_eight(text: [u8; 8], name: [u8; 8]) -> bool {
    difference_of_eight(u64::from_le_bytes(text), u64::from_le_bytes(name)) == 0
}

/// The bits by which eight bytes differ from those of a name, in any case.
#[inline(always)]
pub(crate) fn difference_of_eight(text: u64, name: u64) -> u64 {
    // Bit 6 tells a letter; bit 5 is its case.
    let case = (name & repeat(0x40)) >> 1;
    (text ^ name) & !case
}

/// How many bytes at the front of `text` are printable, in ASCII or beyond, and none of `except`. Eight
/// at a time.
#[inline]
pub(crate) fn printable<const N: usize>(text: &[u8], except: [u8; N]) -> usize {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*word);
        let mut misfits = word.wrapping_sub(repeat(b'!')) & !word | zeros(word ^ repeat(127));
        for byte in except {
            misfits |= zeros(word ^ repeat(byte));
        }
        // The lowest bit marks the first of them; higher ones may be mistaken.
        let misfits = misfits & repeat(0x80);
        if misfits != 0 {
            return text.len() - rest.len() + misfits.trailing_zeros() as usize / 8;
        }
        rest = behind;
    }
    let fits = |byte: &&u8| **byte > b' ' && **byte != 127 && !except.contains(byte);
    text.len() - rest.len() + rest.iter().take_while(fits).count()
}

/// Whether every byte of `text` is printable, in ASCII or beyond, and none of `except`.
#[inline]
pub(crate) fn is_printable<const N: usize>(text: &[u8], except: [u8; N]) -> bool {
    has_none(text, |byte| except.iter().fold((byte <= b' ') | (byte == 127), |any, other| any | (byte == *other)))
}

/// Whether no byte of `text` is a control character.
#[inline]
pub(crate) fn has_no_control(text: &[u8]) -> bool {
    has_none(text, |byte| (byte < b' ') | (byte == 127))
}

/// Whether no byte of `text` is one of those that `is_one` tells, without a branch.
#[inline(always)]
fn has_none(text: &[u8], is_one: impl Fn(u8) -> bool) -> bool {
    let Some(last) = text.last_chunk::<16>().filter(|_| WIDE) else {
        return !text.iter().any(|byte| is_one(*byte));
    };
    // Without a branch for each byte, so that it becomes a few wide instructions.
    let holds = |block: &[u8; 16]| block.iter().fold(false, |any, byte| any | is_one(*byte));
    !text.as_chunks().0.iter().fold(holds(last), |any, block| any | holds(block))
}

/// How many bytes of `text` stand before the first of `ends`: all, if there is none.
#[inline]
pub(crate) fn until<const N: usize>(text: &[u8], ends: [u8; N]) -> usize {
    if !WIDE {
        return text.iter().position(|byte| ends.contains(byte)).unwrap_or(text.len());
    }
    let place = |word: u64| {
        let found = ends.iter().fold(0, |found, end| found | zeros(word ^ repeat(*end))) & repeat(0x80);
        (found != 0).then(|| found.trailing_zeros() as usize / 8)
    };
    let Some(last) = text.last_chunk() else {
        // Bytes that are not there are 0, which is no end.
        let Some(number) = number_of(text) else { return 0 };
        return place(number).unwrap_or(text.len());
    };
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk() {
        if let Some(place) = place(u64::from_le_bytes(*word)) {
            return text.len() - rest.len() + place;
        }
        rest = behind;
    }
    // Those of the last eight bytes that stand before `rest` are no ends.
    place(u64::from_le_bytes(*last)).map_or(text.len(), |place| text.len() - 8 + place)
}

/// At most eight bytes as a number with 0 for those that are not there, the first lowest; `None` for
/// none, or more.
#[inline(always)]
pub(crate) fn number_of(word: &[u8]) -> Option<u64> {
    let length = word.len();
    match (word.first_chunk(), word.last_chunk()) {
        // Bytes that are in both are where they belong in both.
        (Some(front), Some(back)) if length <= 8 => {
            let back = u64::from(u32::from_le_bytes(*back));
            Some(u64::from(u32::from_le_bytes(*front)) | back << (((length - 4) * 8) & 63))
        }
        _ => match word {
            [a] => Some(u64::from(*a)),
            [a, b] => Some(u64::from_le_bytes([*a, *b, 0, 0, 0, 0, 0, 0])),
            [a, b, c] => Some(u64::from_le_bytes([*a, *b, *c, 0, 0, 0, 0, 0])),
            _ => None,
        },
    }
}

/// How many bytes of `window` stand before the first that is a space or a control character. Without a
/// branch on any of them.
#[inline(always)]
pub(crate) fn word_length<const N: usize>(window: &[u8; N]) -> usize {
    let mut length = N;
    for (index, word) in window.as_chunks().0.iter().enumerate().rev() {
        let word = u64::from_le_bytes(*word);
        let ends = word.wrapping_sub(repeat(b'!')) & !word & repeat(0x80);
        if ends != 0 {
            length = index * 8 + ends.trailing_zeros() as usize / 8;
        }
    }
    length
}

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Of its bits that are the highest of a byte, the lowest that is set marks the first byte of `word`
/// that is 0.
#[inline(always)]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(repeat(1)) & !word
}

/// A decimal number of at least one digit and nothing else; `None` also if it is too large.
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    // Only the last of twenty digits can be too much.
    let (digits, last) = match digits.split_last() {
        None => return None,
        Some((last, digits)) => (digits, last.wrapping_sub(b'0')),
    };
    if last > 9 || digits.len() > 19 {
        return None;
    }
    let mut value = 0_u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    value.checked_mul(10)?.checked_add(u64::from(last))
}

/// [`number`] in 32 bits.
pub(crate) fn number_u32(digits: &[u8]) -> Option<u32> {
    number(digits).and_then(|value| u32::try_from(value).ok())
}

/// The number at the front of `text`, which must have eight bytes or more, and how many digits it has:
/// one to eight. A number of more digits is read as far as that.
#[inline]
pub(crate) fn leading_number(text: &[u8]) -> Option<(u32, usize)> {
    let digits = u64::from_le_bytes(*text.first_chunk()?) ^ repeat(b'0');
    let misfits = ((digits & repeat(0x7f)).wrapping_add(repeat(0x76)) | digits) & repeat(0x80);
    let count = misfits.trailing_zeros() as usize / 8;
    // The last digit goes where the highest byte is, and zeros in front of the first.
    let digits = digits.checked_shl(64 - 8 * count as u32)?;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let pick = 0x0000_00ff_0000_00ff;
    let (outer, inner) = (pairs & pick, pairs >> 16 & pick);
    let value = outer.wrapping_mul(100 + (1_000_000 << 32)).wrapping_add(inner.wrapping_mul(1 + (10_000 << 32)));
    Some(((value >> 32) as u32, count))
}

/// The decimal digits of a number, without the formatting machinery.
pub(crate) struct Decimal {
    digits: [u8; 20],
    start: u8,
}

impl Decimal {
    pub(crate) fn new(value: u64) -> Self {
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

    pub(crate) fn as_bytes(&self) -> &[u8] {
        after(&self.digits, usize::from(self.start))
    }

    pub(crate) fn as_str(&self) -> &str {
        utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// A short text of the host's, kept inside an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShortText {
    bytes: [u8; Self::MAX],
    length: u8,
}

impl ShortText {
    /// The longest of them.
    pub(crate) const MAX: usize = 64;

    pub(crate) fn new(text: &str) -> Result<Self, Misuse> {
        let mut bytes = [0; Self::MAX];
        let place = bytes.get_mut(..text.len()).ok_or(Misuse::TooLong { limit: Self::MAX as u32 })?;
        place.copy_from_slice(text.as_bytes());
        Ok(Self { bytes, length: text.len() as u8 })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&[])
    }
}

/// Refuses what could end a line, anywhere in an argument.
pub(crate) fn check_no_control(argument: &[u8]) -> Result<(), Misuse> {
    match argument.iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        Some(offset) => Err(Misuse::ControlCharacter { offset: offset as u32 }),
        None => Ok(()),
    }
}

/// Refuses a host's argument that is not one word of printable text.
pub(crate) fn check_word(argument: &str) -> Result<(), Misuse> {
    check_no_control(argument.as_bytes())?;
    match argument.bytes().position(|byte| byte <= b' ' || byte == 127) {
        Some(offset) => Err(Misuse::Syntax { offset: offset as u32 }),
        None if argument.is_empty() => Err(Misuse::Syntax { offset: 0 }),
        None => Ok(()),
    }
}

/// `part` as text, where it is what stands before the last `behind` bytes of `text`. `None` if `text`
/// is too short for that.
#[inline]
pub(crate) fn part_of<'a>(text: &'a str, part: &[u8], behind: usize) -> Option<&'a str> {
    let end = text.len().checked_sub(behind)?;
    text.get(end.checked_sub(part.len())?..end)
}

/// UTF-8 of bytes; the common case of ASCII is cheap.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_in_any_case_and_nothing_else_is() {
        for name in ["BY", "DSN", "SIZE", "AUTH=", "NOTIFY", "XCLIENT", "8BITMIME", "DELIVERBY", "ENHANCEDSTATUSCODES"]
        {
            let name = name.as_bytes();
            let mut text = [0; 24];
            for case in [u8::to_ascii_uppercase, u8::to_ascii_lowercase] {
                let text = &mut text[..name.len()];
                for (place, byte) in text.iter_mut().zip(name) {
                    *place = case(byte);
                }
                assert!(is_word(text, name));
                assert!(!is_word(&text[1..], name));
                for place in 0..text.len() {
                    for bit in 0..8 {
                        text[place] ^= 1 << bit;
                        assert_eq!(is_word(text, name), text.eq_ignore_ascii_case(name), "{text:?}");
                        text[place] ^= 1 << bit;
                    }
                }
            }
        }
    }

    #[test]
    fn printable_text_ends_at_a_control_a_space_or_an_exception() {
        for byte in 0..=255 {
            let fits = byte > b' ' && byte != 127 && byte != b'+' && byte != b'=';
            for length in [1, 7, 8, 9, 16, 30, 50] {
                for place in 0..length {
                    let mut text = [b'x'; 50];
                    text[place] = byte;
                    let expected = if fits { length } else { place };
                    let text = &text[..length];
                    assert_eq!(printable(text, [b'+', b'=']), expected, "{byte} at {place} of {length}");
                    assert_eq!(is_printable(text, [b'+', b'=']), expected == length, "{byte} at {place} of {length}");
                }
            }
        }
    }

    #[test]
    fn text_goes_on_until_the_first_end() {
        for byte in 0..=255 {
            for length in [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 30] {
                for place in 0..length {
                    let mut text = [b'x'; 30];
                    (text[place], text[29]) = (byte, b'=');
                    let text = &text[..length];
                    let expected = text.iter().position(|byte| *byte == b' ' || *byte == b'=').unwrap_or(length);
                    assert_eq!(until(text, [b' ', b'=']), expected, "{byte} at {place} of {length}");
                }
            }
        }
    }

    #[test]
    fn a_word_ends_at_the_first_byte_that_cannot_be_seen() {
        for byte in 0..=255 {
            for place in 0..24 {
                let mut window = [b'x'; 24];
                window[place] = byte;
                window[23] = b'\r';
                let expected = if byte <= b' ' { place } else { 23 };
                assert_eq!(word_length(&window), expected, "{byte} at {place}");
            }
        }
        assert_eq!(word_length(&[b'x'; 24]), 24);
    }

    #[test]
    fn a_leading_number_ends_at_the_first_byte_that_is_no_digit() {
        for (text, expected) in [
            ("12345 67", Some((12_345, 5))),
            ("00000001", Some((1, 8))),
            ("123456789", Some((12_345_678, 8))),
            ("7:aaaaaaa", Some((7, 1))),
            ("90/aaaaaaa", Some((90, 2))),
            ("99\u{b9}aaaaaa", Some((99, 2))),
            (" 1234567", None),
            ("1234567", None),
        ] {
            assert_eq!(leading_number(text.as_bytes()), expected, "{text}");
        }
        for byte in 0..=255_u8 {
            let text = [b'4', b'2', byte, b'1', byte, b'9', b'9', b'9'];
            if !byte.is_ascii_digit() {
                assert_eq!(leading_number(&text), Some((42, 2)), "{byte}");
            }
        }
    }

    #[test]
    fn numbers_end_where_64_bits_end() {
        for (digits, value) in [
            ("", None),
            ("0", Some(0)),
            ("007", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("99999999999999999999", None),
            ("000000000000000000001", None),
            ("1x", None),
            ("x1", None),
            ("-1", None),
        ] {
            assert_eq!(number(digits.as_bytes()), value, "{digits}");
        }
    }
}
