//! PLAIN (RFC 4616): `[authorization] NUL user NUL password` in one message.

use super::server::text;
use super::{ClientMechanism, Credentials, MalformedCredentials, Mechanism, Proof, Response, check_credential, join};
use crate::error::Misuse;

/// The client's side of PLAIN. Borrows the credentials and keeps no copy.
#[derive(Clone, Copy)]
pub struct Plain<'a> {
    authorization: &'a str,
    user: &'a str,
    password: &'a str,
}

impl<'a> Plain<'a> {
    /// An exchange for `user` with `password`; `authorization` names whom to act as, and is empty
    /// for oneself.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for NUL in any of them.
    pub fn new(authorization: &'a str, user: &'a str, password: &'a str) -> Result<Self, Misuse> {
        check_credential(authorization)?;
        check_credential(user)?;
        check_credential(password)?;
        Ok(Self { authorization, user, password })
    }
}

impl ClientMechanism for Plain<'_> {
    fn name(&self) -> &str {
        Mechanism::Plain.name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        let parts = [self.authorization.as_bytes(), b"\0", self.user.as_bytes(), b"\0", self.password.as_bytes()];
        join(&parts, response)
    }

    /// The server's challenge is empty (RFC 4616 §2); some send text, which says nothing.
    fn respond(&mut self, _challenge: &[u8], response: &mut [u8]) -> Response {
        self.initial(response).into()
    }
}

/// Reads the client's message (RFC 4616 §2):
///
/// ```abnf
/// message = [authzid] UTF8NUL authcid UTF8NUL passwd
/// ```
pub(super) fn parse(message: &[u8]) -> Result<Credentials<'_>, MalformedCredentials> {
    let mut fields = message.splitn(3, |byte| *byte == 0);
    let mut field = || text(fields.next().ok_or(MalformedCredentials)?);
    let (authorization, user, password) = (field()?, field()?, field()?);
    if user.is_empty() || password.contains('\0') {
        return Err(MalformedCredentials);
    }
    Ok(Credentials { mechanism: Mechanism::Plain, authorization, user, proof: Proof::Password(password) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_needs_two_nul_and_a_user() {
        assert_eq!(parse(b"\0tim\0secret").map(|found| (found.user, found.password())), Ok(("tim", Some("secret"))));
        assert_eq!(parse(b"Ursel\0Kurt\0xipj3plmq").map(|found| found.authorization), Ok("Ursel"));
        for message in [&b""[..], b"\0", b"tim\0secret", b"\0\0secret", b"\0tim\0a\0b", b"\0\xff\0a"] {
            assert_eq!(parse(message), Err(MalformedCredentials));
        }
    }

    #[test]
    fn nul_in_a_credential_is_misuse() {
        assert!(Plain::new("", "a\0b", "c").is_err());
    }
}
