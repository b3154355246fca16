//! Channel bindings: what both ends of one TLS connection know, and nobody in between.

/// What the host's TLS says about its channel, as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelBinding<'a> {
    /// What the bytes are.
    pub kind: BindingKind,
    /// The bytes.
    pub data: &'a [u8],
}

/// The kinds of channel binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BindingKind {
    /// Exported keying material (RFC 9266): 32 bytes under the label `EXPORTER-Channel-Binding` with an
    /// empty context. The one for TLS 1.3.
    TlsExporter,
    /// The hash of the server's certificate (RFC 5929 §4).
    TlsServerEndPoint,
    /// The first Finished message of the handshake (RFC 5929 §3). Not for TLS 1.3.
    TlsUnique,
}

impl BindingKind {
    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TlsExporter => "tls-exporter",
            Self::TlsServerEndPoint => "tls-server-end-point",
            Self::TlsUnique => "tls-unique",
        }
    }

    /// The kind of this name.
    #[cfg(feature = "scram")]
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        [Self::TlsExporter, Self::TlsServerEndPoint, Self::TlsUnique]
            .into_iter()
            .find(|kind| kind.name().as_bytes() == name)
    }
}

/// What a client can say about channel binding (RFC 5802 §6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binding<'a> {
    /// `n`: it does not bind to the channel.
    #[default]
    Unsupported,
    /// `y`: it could, but the server does not seem to. A server that does refuses then, for somebody
    /// took its offer out on the way.
    NotOffered,
    /// `p`: it does. The name of the mechanism ends in `-PLUS`.
    Bound(ChannelBinding<'a>),
}
