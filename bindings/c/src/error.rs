//! The last error of a handle, in numbers and in words.

use crate::fault::Fault;
use crate::handle::{Face, wanted};
use crate::status::{MAILPROTO_ERR_STARTTLS_INJECTION, MAILPROTO_OK, mailproto_status, words};
use core::slice;
use mailproto::{Closure, Error, Misuse};

/// The value of a number that is not known.
pub const MAILPROTO_UNKNOWN: u64 = 0xffff_ffff_ffff_ffff;

/// What went wrong last on a handle. Set struct_size before it is filled.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_error {
    /// sizeof(mailproto_error), set by the caller.
    pub struct_size: u32,
    /// What went wrong; MAILPROTO_OK if nothing has.
    pub status: mailproto_status,
    /// Where: the byte of the argument for a wrong call, else how many bytes had been received on this
    /// connection. MAILPROTO_UNKNOWN if it is not known.
    pub offset: u64,
    /// The bound that was passed; MAILPROTO_UNKNOWN if it was none.
    pub limit: u64,
    /// What was waited for: one of MAILPROTO_TIMEOUT_, MAILPROTO_TIMEOUT_NONE if it was no timeout.
    pub timeout: crate::endpoint::mailproto_timeout_reason,
    /// The reply code of the farewell that is queued for the peer; 0 if there is none.
    pub farewell: u32,
}

/// Fills `error` with a handle's last fault.
///
/// # Safety
/// Both are NULL or valid.
pub(crate) unsafe fn last<F: Face>(face: *const F, error: *mut mailproto_error) -> mailproto_status {
    // SAFETY: this function's contract.
    let (Some(face), Some(error)) = (unsafe { face.as_ref() }, unsafe { error.as_mut() }) else {
        return Fault::NullPointer.status();
    };
    if (error.struct_size as usize) < size_of::<mailproto_error>() {
        return Fault::StructSize.status();
    }
    *error = describe(face.handle().fault, error.struct_size);
    MAILPROTO_OK
}

fn describe(fault: Option<Fault>, struct_size: u32) -> mailproto_error {
    let mut limit = None;
    let mut farewell = None;
    let mut timeout = crate::endpoint::MAILPROTO_TIMEOUT_NONE;
    match fault {
        Some(Fault::Core(Error::Misuse(Misuse::TooLong { limit: most }))) => limit = Some(most),
        Some(Fault::Core(Error::Limit(exceeded))) => limit = Some(exceeded.value),
        Some(Fault::Core(Error::Protocol(violation))) => farewell = violation.farewell,
        Some(Fault::Core(Error::Closed(Closure::TimedOut(reason)))) => {
            timeout = crate::endpoint::reason_number(reason);
        }
        _ => {}
    }
    mailproto_error {
        struct_size,
        status: fault.map_or(MAILPROTO_OK, Fault::status),
        offset: fault.and_then(Fault::offset).unwrap_or(MAILPROTO_UNKNOWN),
        limit: limit.map_or(MAILPROTO_UNKNOWN, u64::from),
        timeout,
        farewell: farewell.map_or(0, u32::from),
    }
}

/// Writes a handle's last error as words and a NUL into `text`, which has `size` bytes.
///
/// # Safety
/// Pointers are NULL or valid, `text` for `size` bytes.
pub(crate) unsafe fn last_message<F: Face>(
    face: *const F,
    text: *mut u8,
    size: usize,
    length: *mut usize,
) -> mailproto_status {
    // SAFETY: this function's contract.
    let (Some(face), Ok(text)) = (unsafe { face.as_ref() }, wanted(text)) else {
        return Fault::NullPointer.status();
    };
    if size == 0 || isize::try_from(size).is_err() {
        return Fault::InvalidValue.status();
    }
    // SAFETY: not NULL and writable for `size` bytes, and bytes may hold anything.
    let mut text = Text { space: unsafe { slice::from_raw_parts_mut(text, size) }, length: 0 };
    text.describe(face.handle().fault);
    let written = text.end();
    // SAFETY: NULL or writable.
    unsafe { crate::handle::put(length, written) };
    MAILPROTO_OK
}

/// Space for a text and its NUL. What has no room is cut off.
struct Text<'a> {
    space: &'a mut [u8],
    length: usize,
}

impl Text<'_> {
    /// What went wrong, and where. Without the formatting machinery, which would be a tenth of a small
    /// program.
    fn describe(&mut self, fault: Option<Fault>) {
        self.put(words(fault.map_or(MAILPROTO_OK, Fault::status)).to_bytes());
        let error = describe(fault, 0);
        if error.timeout != crate::endpoint::MAILPROTO_TIMEOUT_NONE {
            self.put(b" waiting for ");
            self.put(crate::endpoint::reason_words(error.timeout).as_bytes());
        }
        if error.limit != MAILPROTO_UNKNOWN {
            self.put(b", the limit is ");
            self.put_number(error.limit);
        }
        if error.offset != MAILPROTO_UNKNOWN {
            self.put(b", at byte ");
            self.put_number(error.offset);
            self.put(if error.status < MAILPROTO_ERR_STARTTLS_INJECTION {
                b" of the argument"
            } else {
                b" of the connection"
            });
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        let room = self.space.len().saturating_sub(self.length + 1);
        let count = bytes.len().min(room);
        for (place, byte) in self.space.iter_mut().skip(self.length).zip(bytes.iter().take(count)) {
            *place = *byte;
        }
        self.length += count;
    }

    fn put_number(&mut self, number: u64) {
        if number > 9 {
            self.put_number(number / 10);
        }
        self.put(&[b'0' + (number % 10) as u8]);
    }

    /// Puts the NUL, and returns how many bytes are before it.
    fn end(self) -> usize {
        if let Some(end) = self.space.get_mut(self.length) {
            *end = 0;
        }
        self.length
    }
}
