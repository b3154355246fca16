//! Memory that grows to a limit and is given back when idle.

use super::{Buffers, Store, sealed::Sealed};
use alloc::vec::Vec;
use zeroize::Zeroize;

/// Buffers from the allocator: small at first, at most what
/// [`Limits`](crate::Limits) allows, nothing at all while the connection is idle.
#[derive(Debug)]
pub enum Heap {}

/// A store from the allocator.
#[derive(Debug, Default)]
pub struct HeapStore(Vec<u8>);

impl Sealed for Heap {}
impl Sealed for HeapStore {}

impl Buffers for Heap {
    type Receive = HeapStore;
    type Transmit = HeapStore;
    type Marks = HeapStore;
}

impl Store for HeapStore {
    const GROWS: bool = true;

    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    fn grow(&mut self, size: usize, secret: bool) -> usize {
        let mut larger = Vec::new();
        if size > self.0.len() && larger.try_reserve_exact(size).is_ok() {
            larger.extend_from_slice(&self.0);
            larger.resize(size, 0);
            if secret {
                self.0.zeroize();
            }
            self.0 = larger;
        }
        self.0.len()
    }

    fn release(&mut self) {
        self.0 = Vec::new();
    }
}
