//! ANONYMOUS (RFC 4505): nobody in particular, who may leave a word about who it is.

use super::server::text;
use super::{ClientMechanism, Credentials, MalformedCredentials, Mechanism, Proof, Response, join};
use crate::error::Misuse;

/// The most characters of a trace (RFC 4505 §2).
const TRACE_MAX: usize = 255;

/// The client's side of ANONYMOUS.
#[derive(Clone, Copy)]
pub struct Anonymous<'a> {
    trace: &'a str,
}

impl<'a> Anonymous<'a> {
    /// An exchange that leaves `trace`: an address, any other word, or nothing.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for control characters, [`Misuse::TooLong`] beyond 255 characters.
    pub fn new(trace: &'a str) -> Result<Self, Misuse> {
        if let Some(offset) = trace.bytes().position(|byte| byte.is_ascii_control()) {
            return Err(Misuse::ControlCharacter { offset: offset as u32 });
        }
        if trace.chars().count() > TRACE_MAX {
            return Err(Misuse::TooLong { limit: TRACE_MAX as u32 });
        }
        Ok(Self { trace })
    }
}

impl ClientMechanism for Anonymous<'_> {
    fn name(&self) -> &str {
        Mechanism::Anonymous.name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        join(&[self.trace.as_bytes()], response)
    }

    fn respond(&mut self, _challenge: &[u8], response: &mut [u8]) -> Response {
        self.initial(response).into()
    }
}

/// Reads the client's message (RFC 4505 §2):
///
/// ```abnf
/// message = [ email / token ]
/// ```
pub(super) fn parse(message: &[u8]) -> Result<Credentials<'_>, MalformedCredentials> {
    let trace = text(message)?;
    if trace.bytes().any(|byte| byte.is_ascii_control()) || trace.chars().count() > TRACE_MAX {
        return Err(MalformedCredentials);
    }
    Ok(Credentials { mechanism: Mechanism::Anonymous, authorization: "", user: "", proof: Proof::Anonymous(trace) })
}
