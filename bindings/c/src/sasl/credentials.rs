//! What a client says who it is, for the events of every server.

use super::mechanism::{mailproto_sasl_mechanisms, mechanism_bit};
use crate::bytes::mailproto_bytes;
use crate::fault::Fault;
use mailproto::sasl::{Credentials, Proof, TokenRefusal};

/// Credentials as C has them; what does not belong to the mechanism is empty.
pub(crate) struct ShownCredentials {
    pub(crate) mechanisms: mailproto_sasl_mechanisms,
    pub(crate) user: mailproto_bytes,
    pub(crate) authorization: mailproto_bytes,
    pub(crate) password: mailproto_bytes,
    pub(crate) token: mailproto_bytes,
    /// The word of ANONYMOUS.
    pub(crate) trace: mailproto_bytes,
}

impl ShownCredentials {
    pub(crate) fn of(credentials: Credentials<'_>) -> Self {
        let (mut password, mut token, mut trace) = ("", "", "");
        match credentials.proof {
            Proof::Password(text) => password = text,
            Proof::Token(text) => token = text,
            Proof::Anonymous(text) => trace = text,
            _ => {}
        }
        Self {
            mechanisms: mechanism_bit(credentials.mechanism),
            user: mailproto_bytes::text(credentials.user),
            authorization: mailproto_bytes::text(credentials.authorization),
            password: mailproto_bytes::text(password),
            token: mailproto_bytes::text(token),
            trace: mailproto_bytes::text(trace),
        }
    }
}

/// Why a token is refused, as the program says it.
///
/// # Safety
/// As [`mailproto_bytes::as_slice`].
pub(crate) unsafe fn refusal<'a>(
    status: mailproto_bytes,
    scope: mailproto_bytes,
    openid_configuration: mailproto_bytes,
) -> Result<TokenRefusal<'a>, Fault> {
    // SAFETY: this function's contract.
    let text = |bytes: mailproto_bytes| unsafe { bytes.as_text() };
    let optional = |bytes| text(bytes).map(|text| if text.is_empty() { None } else { Some(text) });
    Ok(TokenRefusal {
        status: text(status)?,
        scope: optional(scope)?,
        openid_configuration: optional(openid_configuration)?,
    })
}
