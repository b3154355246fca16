//! LOGIN (draft-murchison-sasl-login): the server asks for user and password, one after the other.

use super::{ClientMechanism, Mechanism, Response, check_credential, join};
use crate::error::Misuse;

/// The server's first question; Outlook knows no other (`VXNlcm5hbWU6`).
pub const USERNAME_PROMPT: &[u8] = b"Username:";
/// The server's second question (`UGFzc3dvcmQ6`).
pub const PASSWORD_PROMPT: &[u8] = b"Password:";

/// The client's side of LOGIN. Borrows the credentials and keeps no copy.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    user: &'a str,
    password: &'a str,
    answered: u8,
}

impl<'a> Login<'a> {
    /// An exchange for `user` with `password`.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for NUL in either.
    pub fn new(user: &'a str, password: &'a str) -> Result<Self, Misuse> {
        Self::resume(user, password, 0)
    }

    /// The same exchange after so many questions have been answered, for an owner of credentials who
    /// lends them anew at each question.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn resume(user: &'a str, password: &'a str, answered: u8) -> Result<Self, Misuse> {
        check_credential(user)?;
        check_credential(password)?;
        Ok(Self { user, password, answered })
    }
}

impl ClientMechanism for Login<'_> {
    fn name(&self) -> &str {
        Mechanism::Login.name()
    }

    /// Nothing: servers differ in what they make of an initial response.
    fn initial(&mut self, _response: &mut [u8]) -> Option<usize> {
        None
    }

    /// User, then password, whatever the wording of the questions; a third question makes no sense.
    fn respond(&mut self, _challenge: &[u8], response: &mut [u8]) -> Response {
        let answer = match self.answered {
            0 => self.user,
            1 => self.password,
            _ => return Response::Cancel,
        };
        self.answered += 1;
        join(&[answer.as_bytes()], response).into()
    }
}
