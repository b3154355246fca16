//! Slices of bytes across the border, in both directions.

use crate::fault::Fault;
use core::{ptr, slice};

/// Some bytes: never NUL-terminated, and NULL where there are none.
///
/// A result lies in the handle it came from and is valid until the next call that may change that
/// handle. An argument is read during the call only; `data` may be NULL when `len` is 0. Text is
/// UTF-8, of which ASCII is a part.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_bytes {
    /// The first byte, or NULL.
    pub data: *const u8,
    /// How many there are.
    pub len: usize,
}

impl mailproto_bytes {
    pub(crate) const EMPTY: Self = Self { data: ptr::null(), len: 0 };

    /// The bytes of a slice; NULL, not a dangling pointer, for an empty one.
    pub(crate) const fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() { Self::EMPTY } else { Self { data: bytes.as_ptr(), len: bytes.len() } }
    }

    pub(crate) const fn text(text: &str) -> Self {
        Self::of(text.as_bytes())
    }

    /// The bytes as a slice.
    ///
    /// # Safety
    /// `data` is NULL or has `len` readable bytes, which stay as they are for `'a`.
    pub(crate) unsafe fn as_slice<'a>(self) -> Result<&'a [u8], Fault> {
        match (self.len, self.data.is_null()) {
            (0, _) => Ok(&[]),
            (_, true) => Err(Fault::NullPointer),
            // No object is larger, so the caller's `len` is wrong.
            (len, _) if isize::try_from(len).is_err() => Err(Fault::InvalidValue),
            // SAFETY: not NULL, not too long, and readable by this function's contract.
            (len, _) => Ok(unsafe { slice::from_raw_parts(self.data, len) }),
        }
    }

    /// The bytes as text.
    ///
    /// # Safety
    /// As [`as_slice`](Self::as_slice).
    pub(crate) unsafe fn as_text<'a>(self) -> Result<&'a str, Fault> {
        // SAFETY: the same contract.
        let bytes = unsafe { self.as_slice() }?;
        core::str::from_utf8(bytes).map_err(|error| Fault::NotUtf8 { offset: error.valid_up_to() })
    }
}

/// What would be sent, with every secret taken out: safe to write to a log.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_transmit_log {
    /// What comes before the secret; everything if there is none.
    pub before: mailproto_bytes,
    /// How many bytes are not shown.
    pub hidden: usize,
    /// What comes after the secret.
    pub after: mailproto_bytes,
}
