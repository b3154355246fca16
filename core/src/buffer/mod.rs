//! Where an endpoint keeps its bytes: growing memory ([`Heap`]) or arrays inside it ([`Fixed`]).
//!
//! Every endpoint has one parameter, `B: Buffers`, and no lifetime. The protocol logic does not
//! see the difference: it is compiled once and works on slices.
//!
//! ```
//! use mailproto::{Fixed, smtp::{Client, ClientOptions}};
//! // 512 bytes to receive into, 1024 to transmit from, no allocator anywhere.
//! let client: Client<Fixed<512, 1024>> = Client::new(ClientOptions::default());
//! assert!(core::mem::size_of_val(&client) < 512 + 1024 + 512);
//! ```

mod fixed;
#[cfg(feature = "alloc")]
mod heap;

pub use fixed::Fixed;
#[cfg(feature = "alloc")]
pub use heap::Heap;

use crate::error::Misuse;
use crate::slice::{after_mut, copy, rotate, shift};
use zeroize::Zeroize;

/// The buffers of an endpoint that does not say which: [`Heap`] where there is an allocator.
#[cfg(feature = "alloc")]
pub type Standard = Heap;
/// The buffers of an endpoint that does not say which, where there is no allocator.
#[cfg(not(feature = "alloc"))]
pub type Standard = Fixed<1024, 1024>;

/// The stores of an endpoint: one to receive into, one to transmit from, and one for marks on messages
/// where there are such marks.
pub trait Buffers: sealed::Sealed {
    /// Holds what the peer sent and no event has passed on yet.
    type Receive: Store;
    /// Holds what the peer has not been sent yet.
    type Transmit: Store;
    /// Holds one bit for each message that can be marked.
    type Marks: Store;
}

/// Plain bytes that may be able to grow. Not implemented outside this crate.
pub trait Store: sealed::Sealed + Default {
    /// Whether the size follows the limit.
    #[doc(hidden)]
    const GROWS: bool;
    /// All bytes, used or not.
    #[doc(hidden)]
    fn bytes(&self) -> &[u8];
    /// All bytes, used or not.
    #[doc(hidden)]
    fn bytes_mut(&mut self) -> &mut [u8];
    /// Tries to be at least `size` bytes, wiping what it leaves behind if `secret`; returns its size.
    #[doc(hidden)]
    fn grow(&mut self, size: usize, secret: bool) -> usize;
    /// Gives memory back, if it can.
    #[doc(hidden)]
    fn release(&mut self);
}

mod sealed {
    pub trait Sealed {}
}

/// The first size of a growing store; an EHLO reply or a pipelined envelope fits.
const FIRST_SIZE: usize = 1_024;

/// A queue of bytes in a store: filled at the end, taken from the front, moved only when needed.
///
/// ```text
///   ├── taken ──┼──── filled ────┼──── space ────┤ … at most `limit`
///   0         start             end          store size
/// ```
///
/// The store stands last in memory, so that the padding which may follow it belongs to it: a fixed
/// array is then set to zero in place, and not on the stack to be copied.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Buffer<S> {
    start: u32,
    end: u32,
    limit: u32,
    /// The store holds or held a secret: wipe what is left behind.
    secret: bool,
    /// The last read filled all space: the next may need more.
    brimful: bool,
    /// The allocator had no memory when space was made last.
    starved: bool,
    store: S,
}

impl<S: Store> Buffer<S> {
    pub(crate) fn with_limit(limit: u32) -> Self {
        Self { start: 0, end: 0, limit, secret: false, brimful: false, starved: false, store: S::default() }
    }

    pub(crate) fn filled(&self) -> &[u8] {
        self.store.bytes().get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    pub(crate) fn filled_mut(&mut self) -> &mut [u8] {
        self.store.bytes_mut().get_mut(self.start as usize..self.end as usize).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The most bytes that can ever be held.
    pub(crate) fn capacity_limit(&self) -> usize {
        let size = self.store.bytes().len();
        if S::GROWS { self.limit as usize } else { size }
    }

    /// Space at the end, of `wanted` bytes if that can be had.
    pub(crate) fn space(&mut self, wanted: usize) -> &mut [u8] {
        self.make_space(wanted);
        after_mut(self.store.bytes_mut(), self.end as usize)
    }

    /// Space to read into: doubles as long as reads fill it.
    pub(crate) fn read_space(&mut self) -> &mut [u8] {
        let size = self.store.bytes().len();
        let wanted = if self.brimful { size * 2 - self.len() } else { 1 };
        self.brimful = false;
        self.space(wanted)
    }

    pub(crate) fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    fn make_space(&mut self, wanted: usize) {
        if self.is_empty() {
            self.start = 0;
            self.end = 0;
        }
        let mut size = self.store.bytes().len();
        self.starved = false;
        if size - self.end as usize >= wanted.max(1) {
            return;
        }
        if self.start > 0 {
            let (start, end) = (self.start as usize, self.end as usize);
            let used = self.store.bytes_mut().get_mut(..end).unwrap_or_default();
            shift(used, start);
            if self.secret {
                after_mut(used, end - start).zeroize();
            }
            self.start = 0;
            self.end = (end - start) as u32;
        }
        let needed = self.end as usize + wanted.max(1);
        if needed > size && size < self.limit as usize {
            let target = needed.max(size * 2).max(FIRST_SIZE).min(self.limit as usize);
            size = self.store.grow(target, self.secret);
            debug_assert!(size >= self.end as usize);
            self.starved = S::GROWS && size < target;
        }
    }

    /// The size that was wanted last, if the allocator had no memory for it and no space is left.
    pub(crate) fn starved(&self) -> Option<u32> {
        let size = self.store.bytes().len();
        let wanted = || size.saturating_mul(2).max(FIRST_SIZE).min(self.limit as usize) as u32;
        (self.starved && size == self.end as usize).then(wanted)
    }

    /// The first `count` bytes of the space were filled.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn fill(&mut self, count: usize) {
        let size = self.store.bytes().len();
        let end = (self.end as usize + count).min(size);
        self.end = end as u32;
        self.brimful = end == size;
    }

    /// The first `count` filled bytes are no longer needed.
    pub(crate) fn take(&mut self, count: usize) {
        let count = count.min(self.len());
        self.start += count as u32;
    }

    /// Takes the first `count` filled bytes and wipes them.
    pub(crate) fn wipe(&mut self, count: usize) {
        let count = count.min(self.len());
        self.take(count);
        self.wipe_taken(count);
    }

    /// The `count` bytes that were taken last. They stay until the next time space is made.
    pub(crate) fn taken(&self, count: usize) -> &[u8] {
        let start = self.start as usize;
        self.store.bytes().get(start.saturating_sub(count)..start).unwrap_or_default()
    }

    /// Wipes the `count` bytes that were taken last.
    pub(crate) fn wipe_taken(&mut self, count: usize) {
        let start = self.start as usize;
        if let Some(taken) = self.store.bytes_mut().get_mut(start.saturating_sub(count)..start) {
            taken.zeroize();
        }
    }

    /// Keeps only the first `count` filled bytes.
    pub(crate) fn truncate(&mut self, count: usize) {
        if count < self.len() {
            if self.secret {
                after_mut(self.filled_mut(), count).zeroize();
            }
            self.end = self.start + count as u32;
        }
    }

    /// Wipes `count` filled bytes from `place` on, and closes the gap.
    #[cfg(feature = "pop3")]
    pub(crate) fn remove(&mut self, place: usize, count: usize) {
        if let Some(from) = self.filled_mut().get_mut(place..) {
            let count = count.min(from.len());
            shift(from, count);
            let kept = from.len() - count;
            after_mut(from, kept).zeroize();
            self.truncate(place + kept);
        }
    }

    /// From now on the store may hold a secret.
    pub(crate) fn set_secret(&mut self) {
        self.secret = true;
    }

    /// Gives memory back if nothing is held.
    pub(crate) fn release_if_empty(&mut self) {
        if self.is_empty() {
            if self.secret {
                self.store.bytes_mut().zeroize();
                self.secret = false;
            }
            self.start = 0;
            self.end = 0;
            self.brimful = false;
            self.store.release();
        }
    }
}

/// Where the protocol logic writes what the peer shall get, without knowing the store.
pub(crate) trait Sink {
    /// Bytes that can be put now; tries to make it `wanted`.
    fn room(&mut self, wanted: usize) -> usize;
    /// Puts bytes; what has no room is dropped, so ask for room first.
    fn put(&mut self, bytes: &[u8]);
    /// Space of at most `wanted` bytes to write into directly, then [`Sink::filled`].
    fn space(&mut self, wanted: usize) -> &mut [u8];
    /// The first `count` bytes of the space were written.
    fn filled(&mut self, count: usize);
    /// Bytes put and not yet transmitted.
    fn pending(&self) -> usize;
    /// What is put from now on may be secret.
    fn set_secret(&mut self);
    /// Why there was no room: for now, or because the allocator had no memory.
    fn no_room(&self) -> Misuse;
    /// Moves the last `count` pending bytes to `place`, before those that follow it there.
    fn insert_last(&mut self, count: usize, place: usize);
}

impl<S: Store> Sink for Buffer<S> {
    fn room(&mut self, wanted: usize) -> usize {
        Buffer::space(self, wanted).len()
    }

    fn put(&mut self, bytes: &[u8]) {
        let space = Buffer::space(self, bytes.len());
        let count = copy(bytes, space);
        debug_assert_eq!(count, bytes.len(), "room was not asked for");
        self.fill(count);
    }

    fn space(&mut self, wanted: usize) -> &mut [u8] {
        Buffer::space(self, wanted)
    }

    fn filled(&mut self, count: usize) {
        self.fill(count);
    }

    fn pending(&self) -> usize {
        self.len()
    }

    fn set_secret(&mut self) {
        Buffer::set_secret(self);
    }

    fn no_room(&self) -> Misuse {
        if self.starved && self.is_empty() { Misuse::NoMemory } else { Misuse::Full }
    }

    fn insert_last(&mut self, count: usize, place: usize) {
        if let Some(moved) = self.filled_mut().get_mut(place..) {
            let count = count.min(moved.len());
            rotate(moved, count);
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;

    #[test]
    fn filled_bytes_survive_growth_and_moves() {
        let mut buffer: Buffer<<Heap as Buffers>::Receive> = Buffer::with_limit(4_096);
        let mut expected = alloc::vec::Vec::new();
        for round in 0..200_u8 {
            Sink::put(&mut buffer, &[round; 19]);
            expected.extend_from_slice(&[round; 19]);
            buffer.take(7);
            expected.drain(..7);
        }
        assert_eq!(buffer.filled(), expected);
    }

    #[test]
    fn growth_stops_at_the_limit() {
        let mut buffer: Buffer<<Heap as Buffers>::Receive> = Buffer::with_limit(1_500);
        assert_eq!(buffer.space(9_000).len(), 1_500);
    }

    #[test]
    fn an_empty_buffer_gives_its_memory_back() {
        let mut buffer: Buffer<<Heap as Buffers>::Receive> = Buffer::with_limit(4_096);
        Sink::put(&mut buffer, b"secret");
        buffer.take(6);
        buffer.release_if_empty();
        assert_eq!(buffer.store.bytes().len(), 0);
    }
}
