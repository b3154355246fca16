//! SASL mechanisms as objects: credentials that answer a server's questions.
//!
//! Each kind of exchange is a type of its own behind one pointer, so that a program carries only those that
//! it makes.

use super::failure::{failure_number, mailproto_sasl_reason};
use super::secret::Secret;
use crate::bytes::mailproto_bytes;
use crate::fault::Fault;
use crate::handle::{boxed, copied, create, free, put, set};
use crate::status::mailproto_status;
use alloc::boxed::Box;
use alloc::string::String;
use mailproto::sasl::{ClientMechanism, Login, OAuthError, Plain, Progress, Response};
use mailproto::{Error, Misuse};

/// The client's side of one authentication exchange. Owns the credentials and wipes them when it is
/// freed. Use it for one exchange on one connection.
pub struct mailproto_sasl(Box<dyn Exchange>);

/// Makes a PLAIN exchange (RFC 4616). `authorization` names whom to act as, and is empty for oneself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_plain_new(
    authorization: mailproto_bytes,
    user: mailproto_bytes,
    password: mailproto_bytes,
    sasl: *mut *mut mailproto_sasl,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(sasl, || {
            let (authorization, user, password) = (authorization.as_text()?, user.as_text()?, password.as_text()?);
            Plain::new(authorization, user, password)?;
            let (authorization, user) = (copied(authorization)?, copied(user)?);
            mailproto_sasl::of(PlainExchange { authorization, user, password: Secret::text(password)? })
        })
    }
}

/// Makes a LOGIN exchange (draft-murchison-sasl-login).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_login_new(
    user: mailproto_bytes,
    password: mailproto_bytes,
    sasl: *mut *mut mailproto_sasl,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(sasl, || {
            let (user, password) = (user.as_text()?, password.as_text()?);
            Login::new(user, password)?;
            let user = copied(user)?;
            mailproto_sasl::of(LoginExchange { user, password: Secret::text(password)?, answered: 0 })
        })
    }
}

/// Makes an exchange by a mechanism that the program itself knows, such as XOAUTH2: this library sends
/// what mailproto_sasl_set_response() says. Before auth, that is the initial response; without it the
/// server speaks first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_custom_new(
    mechanism: mailproto_bytes,
    sasl: *mut *mut mailproto_sasl,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(sasl, || {
            let mechanism = copied(mechanism.as_text()?)?;
            mailproto_sasl::of(CustomExchange { mechanism, response: None })
        })
    }
}

/// Sets what an exchange of mailproto_sasl_custom_new() answers next, in plain bytes: they are encoded
/// in base64 when they are sent, and wiped. MAILPROTO_ERR_OUT_OF_ORDER for the other kinds, which know
/// their answers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_set_response(
    sasl: *mut mailproto_sasl,
    response: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(sasl, |sasl| {
            let given = response.as_slice()?;
            *sasl.0.response().ok_or(Misuse::OutOfOrder)? = Some(Secret::bytes(given)?);
            Ok(())
        })
    }
}

/// Why the exchange went wrong, a MAILPROTO_SASL_REASON_, as far as its mechanism can tell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_failure(sasl: *const mailproto_sasl) -> mailproto_sasl_reason {
    // SAFETY: the caller's contract.
    failure_number(unsafe { sasl.as_ref() }.and_then(|sasl| sasl.0.failure()))
}

/// Why the server refused the token: the JSON that it sent (RFC 7628 section 3.2.2), at most its first 256
/// bytes. Untrusted, and empty if it did not. Valid until the next call that may change this handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_token_error(sasl: *const mailproto_sasl) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    let error = unsafe { sasl.as_ref() }.and_then(|sasl| sasl.0.token_error());
    error.map_or(mailproto_bytes::EMPTY, |error| mailproto_bytes::of(error.as_bytes()))
}

/// Frees an exchange and wipes its credentials. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_free(sasl: *mut mailproto_sasl) {
    // SAFETY: the caller's contract.
    unsafe { free(sasl) }
}

/// What every kind of exchange can be asked here.
pub(super) trait Exchange: ClientMechanism {
    /// Where the program's own answer goes, if it is the program that answers.
    fn response(&mut self) -> Option<&mut Option<Secret>> {
        None
    }

    /// Why the server refused a token.
    fn token_error(&self) -> Option<OAuthError<'_>> {
        None
    }
}

impl mailproto_sasl {
    pub(super) fn of(exchange: impl Exchange + 'static) -> Result<Self, Fault> {
        Ok(Self(boxed(exchange)?))
    }

    pub(crate) fn mechanism(&mut self) -> &mut dyn ClientMechanism {
        &mut *self.0
    }

    /// Answers a challenge by `respond`: in one step if the caller wants to hear through `done` how far it is,
    /// else to the end.
    ///
    /// # Safety
    /// `done` is NULL or writable.
    pub(crate) unsafe fn respond(
        &mut self,
        done: *mut bool,
        mut respond: impl FnMut(&mut dyn ClientMechanism) -> Result<Progress, Error>,
    ) -> Result<(), Fault> {
        let mut progress = respond(self.mechanism())?;
        while done.is_null() && progress == Progress::Working {
            progress = respond(self.mechanism())?;
        }
        // SAFETY: NULL or writable.
        unsafe { put(done, progress == Progress::Done) };
        Ok(())
    }
}

struct PlainExchange {
    authorization: String,
    user: String,
    password: Secret,
}

impl Exchange for PlainExchange {}

impl ClientMechanism for PlainExchange {
    fn name(&self) -> &str {
        "PLAIN"
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        Plain::new(&self.authorization, &self.user, self.password.as_text()).ok()?.initial(response)
    }

    fn respond(&mut self, _challenge: &[u8], response: &mut [u8]) -> Response {
        self.initial(response).into()
    }
}

struct LoginExchange {
    user: String,
    password: Secret,
    answered: u8,
}

impl Exchange for LoginExchange {}

impl ClientMechanism for LoginExchange {
    fn name(&self) -> &str {
        "LOGIN"
    }

    fn initial(&mut self, _response: &mut [u8]) -> Option<usize> {
        None
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        let Ok(mut login) = Login::resume(&self.user, self.password.as_text(), self.answered) else {
            return Response::Cancel;
        };
        self.answered = self.answered.saturating_add(1);
        login.respond(challenge, response)
    }
}

struct CustomExchange {
    mechanism: String,
    response: Option<Secret>,
}

impl Exchange for CustomExchange {
    fn response(&mut self) -> Option<&mut Option<Secret>> {
        Some(&mut self.response)
    }
}

impl ClientMechanism for CustomExchange {
    fn name(&self) -> &str {
        &self.mechanism
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        let length = self.response.as_ref()?.as_bytes().len();
        response.get_mut(..length)?.copy_from_slice(self.response.take()?.as_bytes());
        Some(length)
    }

    fn respond(&mut self, _challenge: &[u8], response: &mut [u8]) -> Response {
        self.initial(response).into()
    }
}
