//! What the clients of all protocols share.

mod exchange;
mod limits;
mod queue;
#[cfg(feature = "alloc")]
mod tls;

pub(crate) use exchange::{Challenge, Exchange};
pub(crate) use limits::ClientLimits;
pub(crate) use queue::{Queue, Waits};
#[cfg(feature = "alloc")]
pub use tls::TlsPolicy;

use crate::buffer::Sink;
use crate::error::{Error, Misuse};

/// Why a line of `length` bytes has no room: not now, or never?
pub(crate) fn no_room(length: usize, transmit: &mut dyn Sink) -> Error {
    match transmit.pending() {
        _ if transmit.no_room() == Misuse::NoMemory => Misuse::NoMemory.into(),
        0 => Misuse::TooLong { limit: transmit.room(length) as u32 }.into(),
        _ => Misuse::Full.into(),
    }
}
