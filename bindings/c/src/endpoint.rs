//! The contract of every endpoint, written once; the exported functions of each handle call these.

use crate::bytes::{mailproto_bytes, mailproto_transmit_log};
use crate::fault::Fault;
use crate::handle::{Face, change, look, put, wanted};
use crate::status::{MAILPROTO_OK, mailproto_status};
use mailproto::{CommandId, Endpoint, Instant, TimeoutReason};

/// What an endpoint is waiting for: one of the constants MAILPROTO_TIMEOUT_.
pub type mailproto_timeout_reason = u32;

/// Nothing: there is no timeout.
pub const MAILPROTO_TIMEOUT_NONE: mailproto_timeout_reason = 0;
/// The peer's greeting (RFC 5321 section 4.5.3.2.1).
pub const MAILPROTO_TIMEOUT_GREETING: mailproto_timeout_reason = 1;
/// The reply to a command (RFC 5321 sections 4.5.3.2.2 and 4.5.3.2.3).
pub const MAILPROTO_TIMEOUT_REPLY: mailproto_timeout_reason = 2;
/// The go-ahead to send message data (RFC 5321 section 4.5.3.2.4).
pub const MAILPROTO_TIMEOUT_DATA_START: mailproto_timeout_reason = 3;
/// The next piece of message data, or room to send it (RFC 5321 section 4.5.3.2.5).
pub const MAILPROTO_TIMEOUT_DATA_BLOCK: mailproto_timeout_reason = 4;
/// The verdict on a whole message (RFC 5321 section 4.5.3.2.6).
pub const MAILPROTO_TIMEOUT_DATA_END: mailproto_timeout_reason = 5;
/// The peer's next command (RFC 5321 section 4.5.3.2.7).
pub const MAILPROTO_TIMEOUT_COMMAND: mailproto_timeout_reason = 6;
/// Something else, known to a newer core.
pub const MAILPROTO_TIMEOUT_OTHER: mailproto_timeout_reason = 99;

/// When an endpoint wants to be told the time at the latest.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_timeout {
    /// The moment, in milliseconds on the clock of handle_time.
    pub at: u64,
    /// What is waited for; MAILPROTO_TIMEOUT_NONE when there is no timeout, and then `at` is
    /// MAILPROTO_UNKNOWN, which is later than any time.
    pub reason: mailproto_timeout_reason,
}

pub(crate) fn reason_number(reason: TimeoutReason) -> mailproto_timeout_reason {
    match reason {
        TimeoutReason::Greeting => MAILPROTO_TIMEOUT_GREETING,
        TimeoutReason::Reply => MAILPROTO_TIMEOUT_REPLY,
        TimeoutReason::DataStart => MAILPROTO_TIMEOUT_DATA_START,
        TimeoutReason::DataBlock => MAILPROTO_TIMEOUT_DATA_BLOCK,
        TimeoutReason::DataEnd => MAILPROTO_TIMEOUT_DATA_END,
        TimeoutReason::Command => MAILPROTO_TIMEOUT_COMMAND,
        _ => MAILPROTO_TIMEOUT_OTHER,
    }
}

/// What is waited for, in words.
pub(crate) fn reason_words(reason: mailproto_timeout_reason) -> &'static str {
    match reason {
        MAILPROTO_TIMEOUT_GREETING => "the greeting",
        MAILPROTO_TIMEOUT_REPLY => "the reply to a command",
        MAILPROTO_TIMEOUT_DATA_START => "the go-ahead for message data",
        MAILPROTO_TIMEOUT_DATA_BLOCK => "the next piece of message data",
        MAILPROTO_TIMEOUT_DATA_END => "the verdict on the message",
        MAILPROTO_TIMEOUT_COMMAND => "the next command",
        _ => "the peer",
    }
}

/// # Safety
/// The caller's contract, as of every function here.
pub(crate) unsafe fn receive_space<F>(face: *mut F, data: *mut *mut u8, len: *mut usize) -> mailproto_status
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract; outputs are NULL or writable.
    unsafe {
        change(face, |endpoint| {
            let (data, len) = (wanted(data)?, wanted(len)?);
            let space = endpoint.receive_space();
            len.write(space.len());
            data.write(if space.is_empty() { core::ptr::null_mut() } else { space.as_mut_ptr() });
            Ok(())
        })
    }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn received<F>(face: *mut F, count: usize) -> mailproto_status
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract.
    unsafe {
        change(face, |endpoint| {
            endpoint.received(count);
            Ok(())
        })
    }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn receive<F>(face: *mut F, bytes: mailproto_bytes, taken: *mut usize) -> mailproto_status
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract; outputs are NULL or writable.
    unsafe {
        change(face, |endpoint| {
            let (bytes, taken) = (bytes.as_slice()?, wanted(taken)?);
            taken.write(endpoint.receive(bytes));
            Ok(())
        })
    }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn receive_eof<F>(face: *mut F) -> mailproto_status
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract.
    unsafe {
        change(face, |endpoint| {
            endpoint.receive_eof();
            Ok(())
        })
    }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn transmit<F>(face: *const F) -> mailproto_bytes
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract.
    unsafe { look(face, mailproto_bytes::EMPTY, |endpoint| mailproto_bytes::of(endpoint.transmit())) }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn transmitted<F>(face: *mut F, count: usize) -> mailproto_status
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract.
    unsafe {
        change(face, |endpoint| {
            endpoint.transmitted(count);
            Ok(())
        })
    }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn transmit_log<F>(face: *const F, log: *mut mailproto_transmit_log) -> mailproto_status
where
    F: Face<Endpoint: Endpoint>,
{
    let show = |endpoint: &F::Endpoint| {
        let shown = endpoint.transmit_log();
        let shown = mailproto_transmit_log {
            before: mailproto_bytes::of(shown.before),
            hidden: shown.hidden,
            after: mailproto_bytes::of(shown.after),
        };
        // SAFETY: NULL or writable.
        unsafe { put(log, shown) };
    };
    if face.is_null() || log.is_null() {
        return Fault::NullPointer.status();
    }
    // SAFETY: the caller's contract.
    unsafe { look(face, (), show) };
    MAILPROTO_OK
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn handle_time<F>(face: *mut F, milliseconds: u64) -> mailproto_status
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract.
    unsafe {
        change(face, |endpoint| {
            endpoint.handle_time(Instant::from_millis(milliseconds));
            Ok(())
        })
    }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn next_timeout<F>(face: *const F) -> mailproto_timeout
where
    F: Face<Endpoint: Endpoint>,
{
    let none = mailproto_timeout { at: crate::error::MAILPROTO_UNKNOWN, reason: MAILPROTO_TIMEOUT_NONE };
    let show = |endpoint: &F::Endpoint| {
        endpoint.next_timeout().map_or(none, |timeout| mailproto_timeout {
            at: timeout.at.as_millis(),
            reason: reason_number(timeout.reason),
        })
    };
    // SAFETY: the caller's contract.
    unsafe { look(face, none, show) }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn wants_read<F>(face: *const F) -> bool
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract.
    unsafe { look(face, false, Endpoint::wants_read) }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn wants_write<F>(face: *const F) -> bool
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract.
    unsafe { look(face, false, Endpoint::wants_write) }
}

/// # Safety
/// The caller's contract.
pub(crate) unsafe fn is_closed<F>(face: *const F) -> bool
where
    F: Face<Endpoint: Endpoint>,
{
    // SAFETY: the caller's contract.
    unsafe { look(face, true, Endpoint::is_closed) }
}

/// Runs a verb and puts the number of its command.
///
/// # Safety
/// The caller's contract.
pub(crate) unsafe fn verb<F: Face>(
    face: *mut F,
    command: *mut u32,
    call: impl FnOnce(&mut F::Endpoint) -> Result<CommandId, Fault>,
) -> mailproto_status {
    let call = |endpoint: &mut F::Endpoint| {
        let id = call(endpoint)?;
        // SAFETY: NULL or writable.
        unsafe { put(command, id.as_u32()) };
        Ok(())
    };
    // SAFETY: the caller's contract.
    unsafe { change(face, call) }
}
