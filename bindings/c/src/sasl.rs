//! SASL mechanisms as objects: credentials that answer a server's questions.

use crate::bytes::mailproto_bytes;
use crate::handle::{copied, create, free, set};
use crate::status::mailproto_status;
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::sasl::{ClientMechanism, Login, Plain, Response};
use zeroize::Zeroize;

/// The client's side of one authentication exchange. Owns the credentials and wipes them when it is
/// freed. Use it for one exchange on one connection.
pub struct mailproto_sasl(Exchange);

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
            Ok(mailproto_sasl(Exchange::Plain { authorization, user, password: Secret(copied(password)?.into()) }))
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
            Ok(mailproto_sasl(Exchange::Login { user, password: Secret(copied(password)?.into()), answered: 0 }))
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
            Ok(mailproto_sasl(Exchange::Custom { mechanism, response: None }))
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
            let Exchange::Custom { response, .. } = &mut sasl.0 else {
                return Err(mailproto::Misuse::OutOfOrder.into());
            };
            let mut owned = Vec::new();
            owned.try_reserve_exact(given.len())?;
            owned.extend_from_slice(given);
            *response = Some(Secret(owned));
            Ok(())
        })
    }
}

/// Frees an exchange and wipes its credentials. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_free(sasl: *mut mailproto_sasl) {
    // SAFETY: the caller's contract.
    unsafe { free(sasl) }
}

impl mailproto_sasl {
    pub(crate) fn mechanism(&mut self) -> &mut dyn ClientMechanism {
        &mut self.0
    }
}

/// Bytes that are wiped when they are dropped.
struct Secret(Vec<u8>);

impl Secret {
    fn text(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

enum Exchange {
    Plain { authorization: String, user: String, password: Secret },
    Login { user: String, password: Secret, answered: u8 },
    Custom { mechanism: String, response: Option<Secret> },
}

impl ClientMechanism for Exchange {
    fn name(&self) -> &str {
        match self {
            Self::Plain { .. } => "PLAIN",
            Self::Login { .. } => "LOGIN",
            Self::Custom { mechanism, .. } => mechanism,
        }
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        match self {
            Self::Plain { authorization, user, password } => {
                Plain::new(authorization, user, password.text()).ok()?.initial(response)
            }
            Self::Login { .. } => None,
            Self::Custom { response: given, .. } => {
                let length = given.as_ref()?.0.len();
                response.get_mut(..length)?.copy_from_slice(&given.take()?.0);
                Some(length)
            }
        }
    }

    fn respond(&mut self, challenge: &[u8], space: &mut [u8]) -> Response {
        match self {
            Self::Login { user, password, answered } => {
                let Ok(mut login) = Login::resume(user, password.text(), *answered) else {
                    return Response::Cancel;
                };
                *answered = answered.saturating_add(1);
                login.respond(challenge, space)
            }
            _ => self.initial(space).into(),
        }
    }
}
