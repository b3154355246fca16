//! Which messages are marked as deleted: one bit each.

use crate::buffer::Store;
use core::fmt;

/// The marks, wherever they are kept.
pub(super) trait Marks {
    /// Eight messages a byte, the first in the lowest bit of the first byte.
    fn bits(&self) -> &[u8];
    /// The same, of `size` bytes if that can be had.
    fn bits_mut(&mut self, size: usize) -> &mut [u8];
    /// Takes all marks off.
    fn clear(&mut self);
}

/// The marks in a store.
#[derive(Debug, Default)]
pub(super) struct MarkStore<S>(S);

impl<S: Store> Marks for MarkStore<S> {
    fn bits(&self) -> &[u8] {
        self.0.bytes()
    }

    fn bits_mut(&mut self, size: usize) -> &mut [u8] {
        if self.0.bytes().len() < size {
            self.0.grow(size, false);
        }
        self.0.bytes_mut()
    }

    fn clear(&mut self) {
        self.0.bytes_mut().fill(0);
        self.0.release();
    }
}

/// Whether the message is marked.
pub(super) fn is_marked(bits: &[u8], number: u32) -> bool {
    let index = number.wrapping_sub(1);
    bits.get(index as usize / 8).is_some_and(|byte| byte & (1 << (index % 8)) != 0)
}

/// The first message behind `number` that is marked.
pub(super) fn next_marked(bits: &[u8], number: u32) -> Option<u32> {
    let whole = number / 8;
    let first = bits.get(whole as usize)? & (u8::MAX << (number % 8));
    let rest = bits.iter().copied().skip(whole as usize + 1);
    let (byte, marks) = (whole..).zip(core::iter::once(first).chain(rest)).find(|(_, marks)| *marks != 0)?;
    Some(byte * 8 + marks.trailing_zeros() + 1)
}

/// Marks the message; `false` if there is no place for its mark.
pub(super) fn mark(bits: &mut [u8], number: u32) -> bool {
    let index = number.wrapping_sub(1);
    match bits.get_mut(index as usize / 8) {
        Some(byte) => {
            *byte |= 1 << (index % 8);
            true
        }
        None => false,
    }
}

/// The numbers of the messages that are marked as deleted, in ascending order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Deleted<'a> {
    bits: &'a [u8],
    /// The bits of the byte in front of `bits` that have not been told.
    current: u8,
    /// Messages before those of `bits`.
    before: u32,
}

impl<'a> Deleted<'a> {
    pub(super) const fn new(bits: &'a [u8]) -> Self {
        Self { bits, current: 0, before: 0 }
    }
}

impl Iterator for Deleted<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.current == 0 {
            let (first, rest) = self.bits.split_first()?;
            self.current = *first;
            self.bits = rest;
            self.before += 8;
        }
        let place = self.current.trailing_zeros();
        self.current &= self.current - 1;
        Some(self.before - 7 + place)
    }
}

impl fmt::Debug for Deleted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(*self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_in_order_and_only_those() {
        let mut bits = [0; 4];
        for number in [32, 1, 9, 8, 17] {
            assert!(!is_marked(&bits, number));
            assert!(mark(&mut bits, number));
            assert!(is_marked(&bits, number));
        }
        assert!(!mark(&mut bits, 33) && !is_marked(&bits, 33) && !is_marked(&bits, 0));
        assert!(Deleted::new(&bits).eq([1, 8, 9, 17, 32]));
        assert!(Deleted::new(&[]).eq([]));
        let mut behind = 0;
        for number in [1, 8, 9, 17, 32] {
            assert_eq!(next_marked(&bits, behind), Some(number));
            assert_eq!(next_marked(&bits, number - 1), Some(number));
            behind = number;
        }
        assert_eq!(next_marked(&bits, 32), None);
        assert_eq!(next_marked(&bits, u32::MAX), None);
        assert_eq!(next_marked(&[], 0), None);
    }
}
