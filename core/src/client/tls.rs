//! Whether a connection is to be under TLS.

/// Whether a connection is to be under TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsPolicy {
    /// Plain text only.
    None,
    /// STARTTLS if the server offers it, plain text if not (RFC 7435). Whoever sits on the line can
    /// take the offer away: choose [`Required`](Self::Required) where it matters.
    #[default]
    Opportunistic,
    /// STARTTLS, or nothing is sent (RFC 8314 §3).
    Required,
    /// The host has begun TLS before the first byte (RFC 8314 §3.3).
    Implicit,
}
