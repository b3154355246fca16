//! Slicing that cannot panic: what reaches beyond the end is cut off.
//!
//! A program for a small machine proves by its linked image that it holds no path to a panic, so
//! every bound that the compiler cannot see is a bound that is asked for here.

use core::cell::Cell;
use memchr::memchr;

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

/// Where `byte` first stands in `bytes`, which is most often among the first of them: those are looked
/// at on the spot.
#[inline]
pub(crate) fn find_near(byte: u8, bytes: &[u8]) -> Option<usize> {
    let (ones, highs) = (u64::from_le_bytes([1; 8]), u64::from_le_bytes([0x80; 8]));
    let pattern = u64::from_le_bytes([byte; 8]);
    let mut rest = bytes;
    for _ in 0..3 {
        let Some((word, behind)) = rest.split_first_chunk() else { break };
        // The lowest high bit that is set marks the first byte that is zero.
        let difference = u64::from_le_bytes(*word) ^ pattern;
        let zeros = difference.wrapping_sub(ones) & !difference & highs;
        if zeros != 0 {
            return Some(bytes.len() - rest.len() + zeros.trailing_zeros() as usize / 8);
        }
        rest = behind;
    }
    let found = if rest.len() < 8 { rest.iter().position(|other| *other == byte) } else { memchr(byte, rest) };
    found.map(|found| bytes.len() - rest.len() + found)
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
