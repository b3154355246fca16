//! Base64 (RFC 2045 §6.8), as bodies use it: in lines, and with whatever else has crept in.

mod decode;
mod encode;

/// Whether the kernels that `wide` calls are there.
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(target_os = "none"), not(feature = "small")))]
mod wide;

/// A machine without such registers: nothing is done here, and all by the portable code.
#[cfg(not(all(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(target_os = "none"),
    not(feature = "small")
)))]
mod wide {
    use super::encode::{LINE, LINE_BYTES};

    pub(super) const fn encode(_: &[[u8; LINE_BYTES]], _: &mut [[u8; LINE]]) -> usize {
        0
    }

    pub(super) const fn decode(_: &[u8], taken: usize, written: usize) -> (usize, usize, usize) {
        (taken, written, usize::MAX)
    }
}

pub use decode::Decoder;
pub use encode::{Encoder, encoded_length};
