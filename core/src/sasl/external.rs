//! EXTERNAL (RFC 4422 appendix A): the connection itself proves who the client is, such as by the
//! certificate of its TLS.

use super::server::text;
use super::{ClientMechanism, Credentials, MalformedCredentials, Mechanism, Proof, Response, check_credential, join};
use crate::error::Misuse;

/// The client's side of EXTERNAL.
#[derive(Clone, Copy)]
pub struct External<'a> {
    authorization: &'a str,
}

impl<'a> External<'a> {
    /// An exchange to act as `authorization`; empty for whoever the certificate names.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for NUL.
    pub fn new(authorization: &'a str) -> Result<Self, Misuse> {
        check_credential(authorization)?;
        Ok(Self { authorization })
    }
}

impl ClientMechanism for External<'_> {
    fn name(&self) -> &str {
        Mechanism::External.name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        join(&[self.authorization.as_bytes()], response)
    }

    fn respond(&mut self, _challenge: &[u8], response: &mut [u8]) -> Response {
        self.initial(response).into()
    }
}

/// Reads the client's message, which is the name to act as or nothing.
pub(super) fn parse(message: &[u8]) -> Result<Credentials<'_>, MalformedCredentials> {
    let authorization = text(message)?;
    if authorization.contains('\0') {
        return Err(MalformedCredentials);
    }
    Ok(Credentials { mechanism: Mechanism::External, authorization, user: "", proof: Proof::External })
}
