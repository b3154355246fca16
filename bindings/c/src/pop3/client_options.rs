//! How a client behaves.

use crate::endpoint::*;
use crate::fault::Fault;
use crate::handle::{create, free, set};
use crate::options::{leniency, mailproto_anomalies, mailproto_limit, set_limit};
use crate::status::mailproto_status;
use mailproto::pop3::{ClientOptions, ClientTimeouts};

/// How a client behaves. Can be used for any number of clients.
pub struct mailproto_pop3_client_options(pub(super) ClientOptions);

/// Makes options with every default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_options_new(
    options: *mut *mut mailproto_pop3_client_options,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { create(options, || Ok(mailproto_pop3_client_options(ClientOptions::default()))) }
}

/// Frees options. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_options_free(options: *mut mailproto_pop3_client_options) {
    // SAFETY: the caller's contract.
    unsafe { free(options) }
}

/// Sets a bound, a MAILPROTO_LIMIT_.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_options_set_limit(
    options: *mut mailproto_pop3_client_options,
    limit: mailproto_limit,
    value: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { set(options, |options| set_limit(&mut options.0.limits, limit, value)) }
}

/// Tolerates exactly these anomalies: MAILPROTO_ANOMALY_ constants, 0 for strict. All but
/// MAILPROTO_ANOMALY_BARE_LF by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_options_set_leniency(
    options: *mut mailproto_pop3_client_options,
    tolerated: mailproto_anomalies,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.0.leniency = leniency(tolerated)?;
            Ok(())
        })
    }
}

/// Sets how long the server may take for something, a MAILPROTO_TIMEOUT_: GREETING,
/// REPLY, DATA_BLOCK (the next piece of a list or message), or DATA_END (the response to QUIT, before which the
/// server removes messages).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_options_set_timeout(
    options: *mut mailproto_pop3_client_options,
    reason: mailproto_timeout_reason,
    seconds: u16,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { set(options, |options| set_timeout(&mut options.0.timeouts, reason, seconds)) }
}

pub(super) fn set_timeout(
    timeouts: &mut ClientTimeouts,
    reason: mailproto_timeout_reason,
    seconds: u16,
) -> Result<(), Fault> {
    match reason {
        MAILPROTO_TIMEOUT_GREETING => timeouts.greeting = seconds,
        MAILPROTO_TIMEOUT_REPLY => timeouts.reply = seconds,
        MAILPROTO_TIMEOUT_DATA_BLOCK => timeouts.data_block = seconds,
        MAILPROTO_TIMEOUT_DATA_END => timeouts.update = seconds,
        _ => return Err(Fault::InvalidValue),
    }
    Ok(())
}
