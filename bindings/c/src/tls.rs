//! Whether TLS is wanted, for every task.

use crate::fault::Fault;
use mailproto::smtp::TlsPolicy;

/// Whether a connection is to be under TLS: one of the constants MAILPROTO_TLS_.
pub type mailproto_tls_policy = u32;

/// Plain text only.
pub const MAILPROTO_TLS_NONE: mailproto_tls_policy = 0;
/// STARTTLS if the server offers it, plain text if not (RFC 7435). Whoever sits on the line can take the
/// offer away.
pub const MAILPROTO_TLS_OPPORTUNISTIC: mailproto_tls_policy = 1;
/// STARTTLS, or nothing is sent (RFC 8314 section 3).
pub const MAILPROTO_TLS_REQUIRED: mailproto_tls_policy = 2;
/// The program has begun TLS before the first byte (RFC 8314 section 3.3).
pub const MAILPROTO_TLS_IMPLICIT: mailproto_tls_policy = 3;

pub(crate) fn tls_policy(number: mailproto_tls_policy) -> Result<TlsPolicy, Fault> {
    match number {
        MAILPROTO_TLS_NONE => Ok(TlsPolicy::None),
        MAILPROTO_TLS_OPPORTUNISTIC => Ok(TlsPolicy::Opportunistic),
        MAILPROTO_TLS_REQUIRED => Ok(TlsPolicy::Required),
        MAILPROTO_TLS_IMPLICIT => Ok(TlsPolicy::Implicit),
        _ => Err(Fault::InvalidValue),
    }
}
