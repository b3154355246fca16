//! Events: one structure a protocol, filled as far as the program knows it.

use crate::fault::Fault;
use crate::handle::{Face, change, wanted};
use crate::status::mailproto_status;
use core::ptr;
use mailproto::Endpoint;

/// The structure for everything that can happen in a protocol. Its first field is its size, which the
/// program sets.
pub(crate) trait Event: Copy + 'static {
    /// Nothing has happened.
    const NOTHING: Self;
    /// The size of the first version: no program has a smaller one.
    const FIRST_SIZE: usize;
}

/// An event of the core as C has it.
pub(crate) trait Shown<E> {
    fn shown(self) -> E;
}

/// Asks an endpoint for its next event and fills `event`, as much of it as the caller knows.
///
/// # Safety
/// The caller's contract.
pub(crate) unsafe fn next<F, E>(face: *mut F, event: *mut E) -> mailproto_status
where
    F: Face<Endpoint: Endpoint>,
    E: Event,
    for<'a> <F::Endpoint as Endpoint>::Event<'a>: Shown<E>,
{
    let fill = |endpoint: &mut F::Endpoint| {
        let event = wanted(event)?;
        // SAFETY: not NULL, so readable; the size is its first field.
        let struct_size = unsafe { event.cast::<u32>().read() };
        if (struct_size as usize) < E::FIRST_SIZE {
            return Err(Fault::StructSize);
        }
        let found = endpoint.next_event()?.map_or(E::NOTHING, Shown::shown);
        let known = size_of::<E>().min(struct_size as usize);
        // SAFETY: both are valid for `known` bytes, the caller's is apart from this one, and what follows the
        // size is copied.
        unsafe {
            let from = (&raw const found).cast::<u8>().add(size_of::<u32>());
            ptr::copy_nonoverlapping(from, event.cast::<u8>().add(size_of::<u32>()), known - size_of::<u32>());
        }
        Ok(())
    };
    // SAFETY: the caller's contract.
    unsafe { change(face, fill) }
}
