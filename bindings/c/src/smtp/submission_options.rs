//! The terms of a submission.

use super::client_options::set_timeout;
use super::constants::*;
use crate::bytes::mailproto_bytes;
use crate::endpoint::mailproto_timeout_reason;
use crate::fault::Fault;
use crate::handle::{copied, create, free, set};
use crate::options::{leniency, mailproto_anomalies, mailproto_limit, set_limit};
use crate::sasl::identity::mailproto_sasl_identity;
use crate::sasl::login::LoginTerms;
use crate::sasl::mechanism::{mailproto_sasl_mechanisms, mechanism};
use crate::status::mailproto_status;
use crate::tls::{mailproto_tls_policy, tls_policy};
use alloc::string::String;
use mailproto::smtp::SubmissionOptions;

/// The terms of one connection. Can be used for any number of submissions.
pub struct mailproto_smtp_submission_options {
    /// All but what follows: there is no text in it.
    terms: SubmissionOptions,
    name: String,
    login: Option<LoginTerms>,
}

impl mailproto_smtp_submission_options {
    /// A copy for one submission.
    pub(super) fn copy(&self) -> Result<SubmissionOptions, Fault> {
        let login = self.login.as_ref().map(LoginTerms::account).transpose()?;
        let mut options = SubmissionOptions::new("");
        options.name = copied(&self.name)?;
        options.login = login;
        options.protocol = self.terms.protocol;
        options.tls = self.terms.tls;
        options.chunking = self.terms.chunking;
        options.line_ends = self.terms.line_ends;
        options.limits = self.terms.limits;
        options.leniency = self.terms.leniency;
        options.timeouts = self.terms.timeouts;
        Ok(options)
    }

    fn login(&mut self) -> Result<&mut LoginTerms, Fault> {
        self.login.as_mut().ok_or(mailproto::Misuse::OutOfOrder.into())
    }
}

/// Makes terms for a host of this name (a domain, or an address literal such as [192.0.2.1]), with every
/// default: SMTP, TLS if it can be had, no login, DATA, line ends made canonical.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_new(
    name: mailproto_bytes,
    options: *mut *mut mailproto_smtp_submission_options,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(options, || {
            let name = copied(name.as_text()?)?;
            Ok(mailproto_smtp_submission_options { terms: SubmissionOptions::new(""), name, login: None })
        })
    }
}

/// Frees terms and wipes their password. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_free(options: *mut mailproto_smtp_submission_options) {
    // SAFETY: the caller's contract.
    unsafe { free(options) }
}

/// SMTP or LMTP.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_protocol(
    options: *mut mailproto_smtp_submission_options,
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

/// Whether TLS is wanted, and what happens if it cannot be had.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_tls(
    options: *mut mailproto_smtp_submission_options,
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

/// Whom to log in as, by showing the password: PLAIN or LOGIN. If this is set, nothing is sent without having
/// logged in, and the password is not sent in plain text. See set_identity for every other mechanism.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_login(
    options: *mut mailproto_smtp_submission_options,
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
/// ANONYMOUS. Set its random bytes anew, and this again, before each submission.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_identity(
    options: *mut mailproto_smtp_submission_options,
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
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_authorization(
    options: *mut mailproto_smtp_submission_options,
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

/// The one mechanism to log in by, after set_login, a MAILPROTO_SASL_; 0 for the best that the server offers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_mechanism(
    options: *mut mailproto_smtp_submission_options,
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
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_login_without_tls(
    options: *mut mailproto_smtp_submission_options,
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

/// Send messages by BDAT where CHUNKING is offered, not only where the message needs it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_chunking(
    options: *mut mailproto_smtp_submission_options,
    chunking: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(options, |options| {
            options.terms.chunking = chunking;
            Ok(())
        })
    }
}

/// What happens to bare CR and LF in a message that goes by DATA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_line_ends(
    options: *mut mailproto_smtp_submission_options,
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

/// Sets a bound, a MAILPROTO_LIMIT_.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_limit(
    options: *mut mailproto_smtp_submission_options,
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
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_leniency(
    options: *mut mailproto_smtp_submission_options,
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

/// Sets how long the server may take for something, a MAILPROTO_TIMEOUT_ other than COMMAND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_options_set_timeout(
    options: *mut mailproto_smtp_submission_options,
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
