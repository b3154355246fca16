//! Slicing that cannot panic: what reaches beyond the end is cut off.
//!
//! A program for a small machine proves by its linked image that it holds no path to a panic, so
//! every bound that the compiler cannot see is a bound that is asked for here.

use core::cell::Cell;

/// The first `count` bytes, or all if there are fewer.
#[inline]
pub(crate) fn front(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(..count).unwrap_or(bytes)
}

/// What follows the first `count` bytes.
#[inline]
pub(crate) fn after(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(count..).unwrap_or_default()
}

/// What follows the first `count` bytes, to be written.
#[inline]
pub(crate) fn after_mut(bytes: &mut [u8], count: usize) -> &mut [u8] {
    bytes.get_mut(count..).unwrap_or_default()
}

/// Moves what follows the first `count` bytes to the front.
///
/// A loop of its own, and not `copy_within`: the general `memmove` behind that is 650 bytes on a small
/// machine. For large ones the compiler makes wide instructions of it.
pub(crate) fn shift(bytes: &mut [u8], count: usize) {
    let cells = Cell::from_mut(bytes).as_slice_of_cells();
    for (place, byte) in cells.iter().zip(cells.get(count..).unwrap_or_default()) {
        place.set(byte.get());
    }
}

/// Moves the last `count` bytes to the front.
///
/// By reversing thrice, and not `rotate_right`: that is 900 bytes on a small machine.
pub(crate) fn rotate_right(bytes: &mut [u8], count: usize) {
    reverse(bytes);
    if let Some((last, others)) = bytes.split_at_mut_checked(count) {
        reverse(last);
        reverse(others);
    }
}

fn reverse(bytes: &mut [u8]) {
    let half = bytes.len() / 2;
    let cells = Cell::from_mut(bytes).as_slice_of_cells();
    for (one, other) in cells.iter().zip(cells.iter().rev()).take(half) {
        let byte = one.replace(other.get());
        other.set(byte);
    }
}

/// Whether every byte is ASCII; for the length of a line quicker than the way of the standard library.
#[inline]
pub(crate) fn is_ascii(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk() else { return bytes.is_ascii() };
    let (mut all, mut rest) = (u64::from_le_bytes(*last), bytes);
    while let Some((word, behind)) = rest.split_first_chunk() {
        all |= u64::from_le_bytes(*word);
        rest = behind;
    }
    all & u64::from_le_bytes([0x80; 8]) == 0
}

/// A part of bytes that are known elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

impl Span {
    /// Where `part` stands in `whole`, which it was cut from.
    pub(crate) fn within(part: &[u8], whole: &[u8]) -> Self {
        Self { start: (part.as_ptr() as usize - whole.as_ptr() as usize) as u32, length: part.len() as u32 }
    }

    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..(self.start + self.length) as usize).unwrap_or(&[])
    }
}

/// Copies what fits of `from` to the front of `to`; how many bytes that was.
#[inline]
pub(crate) fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    for (place, byte) in to.iter_mut().zip(from) {
        *place = *byte;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_rotated_as_by_the_standard_library() {
        for length in 0..9 {
            for count in 0..=length {
                let mut bytes = *b"abcdefghi";
                let mut other = bytes;
                rotate_right(&mut bytes[..length], count);
                other[..length].rotate_right(count);
                assert_eq!(bytes, other, "{count} of {length}");
            }
        }
    }

    #[test]
    fn one_byte_beyond_ascii_is_noticed_anywhere() {
        for length in 1..40 {
            let mut bytes = [b'a'; 40];
            let text = &mut bytes[..length];
            assert!(is_ascii(text));
            for place in 0..length {
                text[place] = 0x80;
                assert!(!is_ascii(text), "{place} of {length}");
                text[place] = b'a';
            }
        }
    }
}
