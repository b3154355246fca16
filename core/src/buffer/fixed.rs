//! Arrays inside the endpoint: no allocator anywhere.

use super::{Buffers, Store, sealed::Sealed};

/// Buffers of exactly `RECEIVE` and `TRANSMIT` bytes inside the endpoint, and marks on messages, eight in
/// each of `MARKS` bytes, inside a POP3 server.
///
/// A line that is longer than the receive buffer is read past and reported; a command that is
/// longer than the transmit buffer is refused as [`Misuse::TooLong`](crate::Misuse::TooLong).
/// 512 bytes each are enough for SMTP without long parameters; a server wants 1024 to transmit.
#[derive(Debug)]
pub enum Fixed<const RECEIVE: usize, const TRANSMIT: usize, const MARKS: usize = 64> {}

/// A store of exactly `SIZE` bytes.
#[derive(Debug)]
pub struct FixedStore<const SIZE: usize>([u8; SIZE]);

impl<const RECEIVE: usize, const TRANSMIT: usize, const MARKS: usize> Sealed for Fixed<RECEIVE, TRANSMIT, MARKS> {}
impl<const SIZE: usize> Sealed for FixedStore<SIZE> {}

impl<const RECEIVE: usize, const TRANSMIT: usize, const MARKS: usize> Buffers for Fixed<RECEIVE, TRANSMIT, MARKS> {
    type Receive = FixedStore<RECEIVE>;
    type Transmit = FixedStore<TRANSMIT>;
    type Marks = FixedStore<MARKS>;
}

impl<const SIZE: usize> Default for FixedStore<SIZE> {
    fn default() -> Self {
        Self([0; SIZE])
    }
}

impl<const SIZE: usize> Store for FixedStore<SIZE> {
    const GROWS: bool = false;

    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    fn grow(&mut self, _size: usize, _secret: bool) -> usize {
        SIZE
    }

    fn release(&mut self) {}
}
