//! Slicing that cannot panic: what reaches beyond the end is cut off.
//!
//! A program for a small machine proves by its linked image that it holds no path to a panic, so
//! every bound that the compiler cannot see is a bound that is asked for here.

use core::cell::Cell;

/// Whether there are wide registers, and room for what fills them; a small machine has neither.
pub(crate) const WIDE: bool = cfg!(all(target_pointer_width = "64", not(feature = "small")));

/// The first `count` bytes, or all if there are fewer.
#[inline]
pub(crate) fn front(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(..count).unwrap_or(bytes)
}

/// What follows the first `count` bytes. On a small machine, where code costs more than a call, this and
/// others that are needed in many places are one place of their own.
#[cfg_attr(target_pointer_width = "64", inline)]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(crate) fn after(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(count..).unwrap_or_default()
}

/// What follows the first `count` bytes, to be written.
#[cfg_attr(target_pointer_width = "64", inline)]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
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
/// Everything is turned around, then each part: the general `rotate_right` is 600 bytes of code.
pub(crate) fn rotate(bytes: &mut [u8], count: usize) {
    turn(bytes);
    if let Some((moved, others)) = bytes.split_at_mut_checked(count) {
        turn(moved);
        turn(others);
    }
}

#[inline(never)]
fn turn(mut bytes: &mut [u8]) {
    while let [first, middle @ .., last] = bytes {
        core::mem::swap(first, last);
        bytes = middle;
    }
}

/// Whether every byte is ASCII; for the length of a line quicker than the way of the standard library.
#[inline]
pub(crate) fn is_ascii(bytes: &[u8]) -> bool {
    const STRIDE: usize = 32;
    if !WIDE {
        return bytes.iter().all(u8::is_ascii);
    }
    let (blocks, _) = bytes.as_chunks::<STRIDE>();
    let Some(last) = bytes.last_chunk::<STRIDE>() else { return is_short_ascii(bytes) };
    // Without a branch for each byte, so that it becomes wide instructions.
    let mut all = *last;
    for block in blocks {
        for (all, byte) in all.iter_mut().zip(block) {
            *all |= byte;
        }
    }
    all.iter().fold(0, |all, byte| all | byte).is_ascii()
}

fn is_short_ascii(bytes: &[u8]) -> bool {
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
    fn a_rotation_moves_the_end_to_the_front() {
        for count in 0..=5 {
            let (mut ours, mut theirs) = (*b"abcde", *b"abcde");
            rotate(&mut ours, count);
            theirs.rotate_right(count);
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn one_byte_beyond_ascii_is_noticed_anywhere() {
        for length in 1..100 {
            let mut bytes = [b'a'; 100];
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
