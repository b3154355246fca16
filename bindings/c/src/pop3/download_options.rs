//! The terms of a download.

use super::client_options::set_timeout;
use crate::bytes::mailproto_bytes;
use crate::endpoint::mailproto_timeout_reason;
use crate::error::MAILPROTO_UNKNOWN;
use crate::fault::Fault;
use crate::handle::{copied, create, free, set};
use crate::options::{leniency, mailproto_anomalies, mailproto_limit, set_limit};
use crate::sasl::identity::mailproto_sasl_identity;
use crate::sasl::login::LoginTerms;
use crate::sasl::mechanism::{mailproto_sasl_mechanisms, mechanism};
use crate::status::mailproto_status;
use crate::tls::{mailproto_tls_policy, tls_policy};
use alloc::string::String;
use mailproto::pop3::{DownloadOptions, Retention};
use mailproto::sasl::Account;

/// What becomes of messages on the server once they have been accepted: one of the constants
/// MAILPROTO_POP3_RETENTION_.
pub type mailproto_pop3_retention = u32;

/// They are deleted in the same session.
pub const MAILPROTO_POP3_RETENTION_DELETE_AT_ONCE: mailproto_pop3_retention = 0;
/// They stay.
pub const MAILPROTO_POP3_RETENTION_KEEP: mailproto_pop3_retention = 1;
/// They are deleted so many days after they were accepted.
pub const MAILPROTO_POP3_RETENTION_KEEP_DAYS: mailproto_pop3_retention = 2;

/// The terms of one session. Can be used for any number of downloads.
pub struct mailproto_pop3_download_options {
    /// All but the login: there is no text in it.
    terms: DownloadOptions,
    login: Option<LoginTerms>,
}

impl mailproto_pop3_download_options {
    /// A copy for one download; there must be a login.
    pub(super) fn copy(&self) -> Result<DownloadOptions, Fault> {
        let login = self.login.as_ref().ok_or(mailproto::Misuse::OutOfOrder)?.account()?;
        let mut options = DownloadOptions::new(login);
        options.tls = self.terms.tls;
        options.apop = self.terms.apop;
        options.retention = self.terms.retention;
        options.today = self.terms.today;
        options.largest = self.terms.largest;
        options.read_ahead = self.terms.read_ahead;
        options.messages = self.terms.messages;
        options.limits = self.terms.limits;
        options.leniency = self.terms.leniency;
        options.timeouts = self.terms.timeouts;
        Ok(options)
    }

    fn login(&mut self) -> Result<&mut LoginTerms, Fault> {
        self.login.as_mut().ok_or(mailproto::Misuse::OutOfOrder.into())
    }
}

/// Makes terms with every default: TLS if it can be had, messages deleted when they have been accepted. Set a
/// login before they are used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_new(
    options: *mut *mut mailproto_pop3_download_options,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(options, || {
            let terms = DownloadOptions::new(Account::showing(String::new(), String::new()));
            Ok(mailproto_pop3_download_options { terms, login: None })
        })
    }
}

/// Frees terms and wipes their password. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_free(options: *mut mailproto_pop3_download_options) {
    // SAFETY: the caller's contract.
    unsafe { free(options) }
}

/// Whether TLS is wanted, and what happens if it cannot be had.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_tls(
    options: *mut mailproto_pop3_download_options,
    policy: mailproto_tls_policy,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.tls = tls_policy(policy)?;
            Ok(())
        })
    }
}

/// Whom to log in as, by showing the password: PLAIN, LOGIN, or USER and PASS. The password is not sent in plain
/// text. See set_identity for every other mechanism.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_login(
    options: *mut mailproto_pop3_download_options,
    user: mailproto_bytes,
    password: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.login = Some(LoginTerms::shown(user.as_text()?, password.as_text()?)?);
            Ok(())
        })
    }
}

/// Whom to log in as, by the best mechanism that both sides know. The identity is copied. Of what it has, one
/// thing is used: the token, else the password, else what the connection proves, else nothing at all for
/// ANONYMOUS. Set its random bytes anew, and this again, before each download.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_identity(
    options: *mut mailproto_pop3_download_options,
    identity: *const mailproto_sasl_identity,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.login = Some(identity.as_ref().ok_or(Fault::NullPointer)?.login()?);
            Ok(())
        })
    }
}

/// Whom to act as, after set_login; empty for oneself. LOGIN cannot say it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_authorization(
    options: *mut mailproto_pop3_download_options,
    authorization: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.login()?.authorization = copied(authorization.as_text()?)?;
            Ok(())
        })
    }
}

/// The one mechanism to log in by, after set_login, a MAILPROTO_SASL_; 0 for the best that the server
/// offers, and USER and PASS where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_mechanism(
    options: *mut mailproto_pop3_download_options,
    chosen: mailproto_sasl_mechanisms,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            let chosen = if chosen == 0 { None } else { Some(mechanism(chosen)?) };
            options.login()?.mechanism = chosen;
            Ok(())
        })
    }
}

/// Send the password even in plain text, after set_login. Off by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_login_without_tls(
    options: *mut mailproto_pop3_download_options,
    allowed: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.login()?.allow_without_tls = allowed;
            Ok(())
        })
    }
}

/// Log in by APOP where the greeting makes that possible, rather than in any other way. Off by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_apop(
    options: *mut mailproto_pop3_download_options,
    apop: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.apop = apop;
            Ok(())
        })
    }
}

/// What becomes of messages on the server, a MAILPROTO_POP3_RETENTION_; `days` counts for KEEP_DAYS only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_retention(
    options: *mut mailproto_pop3_download_options,
    retention: mailproto_pop3_retention,
    days: u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.retention = match retention {
                MAILPROTO_POP3_RETENTION_DELETE_AT_ONCE => Retention::DeleteAtOnce,
                MAILPROTO_POP3_RETENTION_KEEP => Retention::Keep,
                MAILPROTO_POP3_RETENTION_KEEP_DAYS => Retention::KeepDays(days),
                _ => return Err(Fault::InvalidValue),
            };
            Ok(())
        })
    }
}

/// Today, in days from an origin that the program chooses and keeps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_today(
    options: *mut mailproto_pop3_download_options,
    day: u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.today = day;
            Ok(())
        })
    }
}

/// Messages of more octets stay on the server unfetched; MAILPROTO_UNKNOWN for no bound, as by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_largest(
    options: *mut mailproto_pop3_download_options,
    octets: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.largest = if octets == MAILPROTO_UNKNOWN { None } else { Some(octets) };
            Ok(())
        })
    }
}

/// How many messages may be asked for before the first of them has come, where the server takes several commands
/// at a time. 8 by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_read_ahead(
    options: *mut mailproto_pop3_download_options,
    messages: u16,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.read_ahead = messages;
            Ok(())
        })
    }
}

/// How many messages of a maildrop are looked at; what lies beyond waits for the next session. A million by
/// default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_messages(
    options: *mut mailproto_pop3_download_options,
    messages: u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.messages = messages;
            Ok(())
        })
    }
}

/// Sets a bound, a MAILPROTO_LIMIT_.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_limit(
    options: *mut mailproto_pop3_download_options,
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
pub unsafe extern "C" fn mailproto_pop3_download_options_set_leniency(
    options: *mut mailproto_pop3_download_options,
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

/// Sets how long the server may take for something, a MAILPROTO_TIMEOUT_: see
/// mailproto_pop3_client_options_set_timeout().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_options_set_timeout(
    options: *mut mailproto_pop3_download_options,
    reason: mailproto_timeout_reason,
    seconds: u16,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            set_timeout(&mut options.terms.timeouts, reason, seconds)?;
            Ok(())
        })
    }
}
