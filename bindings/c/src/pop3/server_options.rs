//! What a server offers and demands.

use super::constants::*;
use crate::bytes::mailproto_bytes;
use crate::endpoint::{MAILPROTO_TIMEOUT_COMMAND, MAILPROTO_TIMEOUT_DATA_BLOCK, mailproto_timeout_reason};
use crate::error::MAILPROTO_UNKNOWN;
use crate::fault::Fault;
use crate::handle::{copied, create, free, set};
use crate::options::{leniency, mailproto_anomalies, mailproto_limit, set_limit};
use crate::sasl::mechanism::{mailproto_sasl_mechanisms, mechanisms};
use crate::status::mailproto_status;
use alloc::string::String;
use mailproto::pop3::ServerOptions;

/// What a server offers and demands. Can be used for any number of servers.
pub struct mailproto_pop3_server_options {
    implementation: String,
    /// All but the name.
    terms: ServerOptions<'static>,
}

impl mailproto_pop3_server_options {
    /// The options with the name in its place.
    pub(super) fn lend(&self) -> ServerOptions<'_> {
        ServerOptions { implementation: &self.implementation, ..self.terms }
    }
}

/// Makes options with every default: no TLS, MAILPROTO_POP3_CAPABILITIES_SERVER_DEFAULT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_new(
    options: *mut *mut mailproto_pop3_server_options,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(options, || {
            Ok(mailproto_pop3_server_options { implementation: String::new(), terms: ServerOptions::default() })
        })
    }
}

/// Frees options. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_free(options: *mut mailproto_pop3_server_options) {
    // SAFETY: the caller's contract.
    unsafe { free(options) }
}

/// What CAPA announces, as far as it fits the moment: MAILPROTO_POP3_CAPABILITY_ constants. STLS is announced
/// only in plain text, USER and SASL where they may be used. What is not offered is refused; commands may be
/// pipelined all the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_offered(
    options: *mut mailproto_pop3_server_options,
    capabilities: mailproto_pop3_capability_set,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.offered = capability_set(capabilities)?;
            Ok(())
        })
    }
}

/// The mechanisms of AUTH: MAILPROTO_SASL_ constants. PLAIN and LOGIN by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_mechanisms(
    options: *mut mailproto_pop3_server_options,
    offered: mailproto_sasl_mechanisms,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.mechanisms = mechanisms(offered)?;
            Ok(())
        })
    }
}

/// USER and PASS, and AUTH, may be used in plain text. Off by default: passwords would be readable. APOP shows
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_auth_without_tls(
    options: *mut mailproto_pop3_server_options,
    allowed: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.auth_without_tls = allowed;
            Ok(())
        })
    }
}

/// Nothing but CAPA, STLS and QUIT before TLS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_require_tls(
    options: *mut mailproto_pop3_server_options,
    required: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.require_tls = required;
            Ok(())
        })
    }
}

/// The connection is under TLS from its first byte (RFC 8314).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_tls(
    options: *mut mailproto_pop3_server_options,
    tls: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.tls = tls;
            Ok(())
        })
    }
}

/// The server's own name for itself (RFC 2449 section 6.9), at most 64 bytes; not announced if empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_implementation(
    options: *mut mailproto_pop3_server_options,
    name: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.implementation = copied(name.as_text()?)?;
            Ok(())
        })
    }
}

/// How many days EXPIRE announces (RFC 2449 section 6.7); MAILPROTO_UNKNOWN is NEVER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_expire_days(
    options: *mut mailproto_pop3_server_options,
    days: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.expire_days = expire_days(days)?;
            Ok(())
        })
    }
}

/// How many seconds between logins LOGIN-DELAY announces (RFC 2449 section 6.5). The host holds the client to
/// it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_login_delay(
    options: *mut mailproto_pop3_server_options,
    seconds: u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.login_delay = seconds;
            Ok(())
        })
    }
}

/// Sets a bound, a MAILPROTO_LIMIT_.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_limit(
    options: *mut mailproto_pop3_server_options,
    limit: mailproto_limit,
    value: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            set_limit(&mut options.terms.limits, limit, value)?;
            Ok(())
        })
    }
}

/// Tolerates exactly these anomalies: MAILPROTO_ANOMALY_ constants, 0 for strict. All but
/// MAILPROTO_ANOMALY_BARE_LF by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_leniency(
    options: *mut mailproto_pop3_server_options,
    tolerated: mailproto_anomalies,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.leniency = leniency(tolerated)?;
            Ok(())
        })
    }
}

/// Sets how long the client may take: MAILPROTO_TIMEOUT_COMMAND or MAILPROTO_TIMEOUT_DATA_BLOCK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_options_set_timeout(
    options: *mut mailproto_pop3_server_options,
    reason: mailproto_timeout_reason,
    seconds: u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            match reason {
                MAILPROTO_TIMEOUT_COMMAND => options.terms.timeouts.command = seconds,
                MAILPROTO_TIMEOUT_DATA_BLOCK => options.terms.timeouts.data_block = seconds,
                _ => return Err(Fault::InvalidValue),
            }
            Ok(())
        })
    }
}

/// Days as a number; the largest is no number of days.
fn expire_days(days: u64) -> Result<Option<u32>, Fault> {
    if days == MAILPROTO_UNKNOWN {
        return Ok(None);
    }
    u32::try_from(days).map(Some).map_err(|_| Fault::InvalidValue)
}
