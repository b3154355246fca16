//! The login of a task: who to be, on what terms, and how it went.

use super::failure::{failure_number, mailproto_sasl_reason};
use super::mechanism::{mailproto_sasl_mechanisms, mechanism_bit};
use super::secret::Secret;
use crate::bytes::mailproto_bytes;
use crate::fault::Fault;
use crate::handle::{boxed, copied, wanted};
use crate::status::{MAILPROTO_OK, mailproto_status};
use alloc::boxed::Box;
use alloc::string::String;
use mailproto::sasl::{Account, LoginOutcome, Mechanism};

/// The login that the options of a task hold.
pub(crate) struct LoginTerms {
    /// Behind a pointer, so that a program that only shows passwords carries no other mechanism.
    prover: Box<dyn Prover>,
    pub(crate) authorization: String,
    pub(crate) mechanism: Option<Mechanism>,
    pub(crate) allow_without_tls: bool,
}

/// Whatever proves who somebody is.
pub(super) trait Prover {
    /// A copy for one connection.
    fn account(&self) -> Result<Account, Fault>;
}

impl LoginTerms {
    /// A user and a password that is shown to the server.
    pub(crate) fn shown(user: &str, password: &str) -> Result<Self, Fault> {
        Self::of(Shown { user: copied(user)?, password: Secret::text(password)? })
    }

    pub(super) fn of(prover: impl Prover + 'static) -> Result<Self, Fault> {
        let prover = boxed(prover)?;
        Ok(Self { prover, authorization: String::new(), mechanism: None, allow_without_tls: false })
    }

    /// A copy for one connection.
    pub(crate) fn account(&self) -> Result<Account, Fault> {
        let mut account = self.prover.account()?;
        if !self.authorization.is_empty() {
            account.authorization = copied(&self.authorization)?;
        }
        account.mechanism = self.mechanism;
        account.allow_without_tls |= self.allow_without_tls;
        Ok(account)
    }
}

struct Shown {
    user: String,
    password: Secret,
}

impl Prover for Shown {
    fn account(&self) -> Result<Account, Fault> {
        let user = copied(&self.user)?;
        Ok(Account::showing(user, copied(self.password.as_text())?))
    }
}

/// How a login went. Set struct_size before it is filled.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_sasl_outcome {
    /// sizeof(mailproto_sasl_outcome), set by the caller.
    pub struct_size: u32,
    /// The mechanism that was tried last; 0 if none was.
    pub mechanism: mailproto_sasl_mechanisms,
    /// What the mechanism says went wrong, if it was the mechanism: a MAILPROTO_SASL_REASON_.
    pub reason: mailproto_sasl_reason,
    /// Why the server refused the token: the JSON that it sent, at most its first 256 bytes. Untrusted.
    pub token_error: mailproto_bytes,
}

/// Fills `output` with how a login went.
///
/// # Safety
/// `output` is NULL or valid.
pub(crate) unsafe fn outcome(found: Option<LoginOutcome<'_>>, output: *mut mailproto_sasl_outcome) -> mailproto_status {
    let Ok(output) = wanted(output) else {
        return Fault::NullPointer.status();
    };
    // SAFETY: not NULL, so valid.
    let output = unsafe { &mut *output };
    if (output.struct_size as usize) < size_of::<mailproto_sasl_outcome>() {
        return Fault::StructSize.status();
    }
    let error = found.and_then(|found| found.token_error);
    *output = mailproto_sasl_outcome {
        struct_size: output.struct_size,
        mechanism: found.map_or(0, |found| mechanism_bit(found.mechanism)),
        reason: failure_number(found.and_then(|found| found.failure)),
        token_error: error.map_or(mailproto_bytes::EMPTY, |error| mailproto_bytes::of(error.as_bytes())),
    };
    MAILPROTO_OK
}
