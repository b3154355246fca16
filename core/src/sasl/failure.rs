//! Why an exchange went wrong.

use core::fmt;

/// Why an exchange went wrong, as its mechanism sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The peer's message breaks the mechanism's grammar, or has no place at this point.
    Malformed,
    /// There is no room for the response.
    NoRoom,
    /// The name or the password has characters that SASLprep forbids (RFC 4013 §2.3).
    Prohibited,
    /// The nonce that came back is not the one that was sent (RFC 5802 §5.1).
    NonceChanged,
    /// The server asks for so few iterations that the password could be guessed (RFC 7677 §4).
    FewIterations(u32),
    /// The server asks for more iterations than the host allows to spend on it.
    ManyIterations(u32),
    /// The server does not know the password either: its signature is wrong.
    BadSignature,
    /// The client's proof is wrong.
    BadProof,
    /// The peers see different TLS channels: somebody is in between (RFC 5802 §6).
    BindingMismatch,
    /// The client could bind to the channel and was made to believe that the server could not
    /// (RFC 5802 §6).
    Downgrade,
    /// The message demands an extension that is not known (`m=`, RFC 5802 §5.1).
    UnknownExtension,
    /// The server refused within the mechanism (`e=`, RFC 5802 §7).
    Refused(Refusal),
    /// The server refused the token, and said why (RFC 7628 §3.2.2).
    TokenRefused,
}

/// What a SCRAM server says went wrong (RFC 5802 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// `invalid-encoding`.
    InvalidEncoding,
    /// `extensions-not-supported`.
    ExtensionsNotSupported,
    /// `invalid-proof`.
    InvalidProof,
    /// `channel-bindings-dont-match`.
    ChannelBindingsDontMatch,
    /// `server-does-support-channel-binding`.
    ServerDoesSupportChannelBinding,
    /// `channel-binding-not-supported`.
    ChannelBindingNotSupported,
    /// `unsupported-channel-binding-type`.
    UnsupportedChannelBindingType,
    /// `unknown-user`.
    UnknownUser,
    /// `invalid-username-encoding`.
    InvalidUsernameEncoding,
    /// `no-resources`.
    NoResources,
    /// `other-error`, or a word that RFC 5802 does not have.
    Other,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Malformed => "the peer's message breaks the grammar of the mechanism",
            Self::NoRoom => "there is no room for the response",
            Self::Prohibited => "the name or password has characters that SASLprep forbids",
            Self::NonceChanged => "the server changed the nonce",
            Self::FewIterations(count) => return write!(formatter, "the server asks for only {count} iterations"),
            Self::ManyIterations(count) => return write!(formatter, "the server asks for {count} iterations"),
            Self::BadSignature => "the server's signature is wrong",
            Self::BadProof => "the proof is wrong",
            Self::BindingMismatch => "the peers see different TLS channels",
            Self::Downgrade => "the offer of channel binding was taken out on the way",
            Self::UnknownExtension => "an extension is demanded that is not known",
            Self::Refused(_) => "the server refused within the exchange",
            Self::TokenRefused => "the server refused the token",
        })
    }
}

impl core::error::Error for Failure {}
