//! What a server offers and demands.

use super::constants::*;
use crate::bytes::mailproto_bytes;
use crate::endpoint::{MAILPROTO_TIMEOUT_COMMAND, MAILPROTO_TIMEOUT_DATA_BLOCK, mailproto_timeout_reason};
use crate::fault::Fault;
use crate::handle::{copied, create, free, set};
use crate::options::{leniency, mailproto_anomalies, mailproto_limit, set_limit};
use crate::sasl::mechanism::{mailproto_sasl_mechanisms, mechanisms};
use crate::status::mailproto_status;
use alloc::string::String;
use mailproto::smtp::ServerOptions;

/// What a server offers and demands. Can be used for any number of servers.
pub struct mailproto_smtp_server_options {
    name: String,
    /// All but the name.
    terms: ServerOptions<'static>,
}

impl mailproto_smtp_server_options {
    /// The options with the name in its place.
    pub(super) fn lend(&self) -> ServerOptions<'_> {
        ServerOptions { name: &self.name, ..self.terms }
    }
}

/// Makes options for a server of this name, at most 64 bytes, with every default: SMTP, bare line ends
/// refused, no TLS, MAILPROTO_SMTP_EXTENSIONS_SERVER_DEFAULT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_new(
    name: mailproto_bytes,
    options: *mut *mut mailproto_smtp_server_options,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(options, || {
            let name = copied(name.as_text()?)?;
            Ok(mailproto_smtp_server_options { name, terms: ServerOptions::new("") })
        })
    }
}

/// Frees options. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_free(options: *mut mailproto_smtp_server_options) {
    // SAFETY: the caller's contract.
    unsafe { free(options) }
}

/// SMTP or LMTP.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_protocol(
    options: *mut mailproto_smtp_server_options,
    protocol_spoken: mailproto_smtp_protocol,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.protocol = protocol(protocol_spoken)?;
            Ok(())
        })
    }
}

/// What EHLO announces, as far as it fits the moment: MAILPROTO_SMTP_EXTENSION_ constants. STARTTLS is
/// announced only in plain text, REQUIRETLS only under TLS, AUTH where it may be used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_offered(
    options: *mut mailproto_smtp_server_options,
    extensions: mailproto_smtp_extension_set,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.offered = extension_set(extensions)?;
            Ok(())
        })
    }
}

/// The mechanisms of AUTH: MAILPROTO_SASL_ constants. Those whose server side is not built in are left out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_mechanisms(
    options: *mut mailproto_smtp_server_options,
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

/// AUTH may be used in plain text. Off by default: passwords would be readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_auth_without_tls(
    options: *mut mailproto_smtp_server_options,
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

/// Nothing but EHLO, STARTTLS, NOOP and QUIT before TLS (530).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_require_tls(
    options: *mut mailproto_smtp_server_options,
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

/// No MAIL before AUTH (530), as RFC 6409 section 4.3 asks of submission.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_require_auth(
    options: *mut mailproto_smtp_server_options,
    required: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.require_auth = required;
            Ok(())
        })
    }
}

/// The connection is under TLS from its first byte (RFC 8314).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_tls(
    options: *mut mailproto_smtp_server_options,
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

/// What happens to bare CR and LF in message data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_line_ends(
    options: *mut mailproto_smtp_server_options,
    treatment: mailproto_line_ends,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.line_ends = line_ends(treatment)?;
            Ok(())
        })
    }
}

/// The longest hold that FUTURERELEASE announces, in seconds (RFC 4865 section 4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_hold_max(
    options: *mut mailproto_smtp_server_options,
    seconds: u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.hold_max = seconds;
            Ok(())
        })
    }
}

/// Sets a bound, a MAILPROTO_LIMIT_.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_options_set_limit(
    options: *mut mailproto_smtp_server_options,
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
pub unsafe extern "C" fn mailproto_smtp_server_options_set_leniency(
    options: *mut mailproto_smtp_server_options,
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
pub unsafe extern "C" fn mailproto_smtp_server_options_set_timeout(
    options: *mut mailproto_smtp_server_options,
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
