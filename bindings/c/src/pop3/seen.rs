//! What is remembered from one download to the next.

use crate::bytes::mailproto_bytes;
use crate::fault::Fault;
use crate::handle::{create, free, set};
use crate::status::{MAILPROTO_ERR_OUT_OF_ORDER, MAILPROTO_OK, mailproto_status};
use mailproto::pop3::Seen;

/// The unique ids of messages that have been accepted and are, or may be, still in the maildrop. Fill it with what
/// the download before remembered.
pub struct mailproto_pop3_seen(pub(super) Seen);

/// Makes one that remembers nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_seen_new(seen: *mut *mut mailproto_pop3_seen) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { create(seen, || Ok(mailproto_pop3_seen(Seen::default()))) }
}

/// Frees one. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_seen_free(seen: *mut mailproto_pop3_seen) {
    // SAFETY: the caller's contract.
    unsafe { free(seen) }
}

/// Remembers that a message with this unique id was accepted on this day; several times for as many copies.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_seen_add(
    seen: *mut mailproto_pop3_seen,
    unique_id: mailproto_bytes,
    day: u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(seen, |seen| {
            seen.0.add(unique_id.as_text()?, day);
            Ok(())
        })
    }
}

/// A unique id that is remembered. Set struct_size before it is filled.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_pop3_seen_message {
    /// sizeof(mailproto_pop3_seen_message), set by the caller.
    pub struct_size: u32,
    /// The day on which the first of its messages was accepted.
    pub day: u32,
    /// How many of its messages were: a server may give the same unique id to identical ones.
    pub copies: u32,
    /// The unique id.
    pub unique_id: mailproto_bytes,
}

/// Fills `message` with the first unique id behind `after`.
///
/// # Safety
/// `message` is NULL or valid.
pub(super) unsafe fn next(
    seen: &Seen,
    after: mailproto_bytes,
    message: *mut mailproto_pop3_seen_message,
) -> mailproto_status {
    // SAFETY: this function's contract.
    let Some(message) = (unsafe { message.as_mut() }) else {
        return Fault::NullPointer.status();
    };
    if (message.struct_size as usize) < size_of::<mailproto_pop3_seen_message>() {
        return Fault::StructSize.status();
    }
    // SAFETY: the caller's contract.
    let after = match unsafe { after.as_text() } {
        Ok(after) => after,
        Err(fault) => return fault.status(),
    };
    match seen.next_after(after) {
        Some((unique_id, day, copies)) => {
            message.unique_id = mailproto_bytes::text(unique_id);
            (message.day, message.copies) = (day, copies);
            MAILPROTO_OK
        }
        None => MAILPROTO_ERR_OUT_OF_ORDER,
    }
}
