//! Why an exchange went wrong, as a number.

use mailproto::sasl::Failure;

/// Why an exchange went wrong, as its mechanism sees it: one of the constants MAILPROTO_SASL_REASON_. For
/// logs: to a client every reason is the same.
pub type mailproto_sasl_reason = u32;

/// Nothing is known to have gone wrong.
pub const MAILPROTO_SASL_REASON_NONE: mailproto_sasl_reason = 0;
/// The peer's message breaks the mechanism's grammar, or has no place at this point.
pub const MAILPROTO_SASL_REASON_MALFORMED: mailproto_sasl_reason = 1;
/// There is no room for the response.
pub const MAILPROTO_SASL_REASON_NO_ROOM: mailproto_sasl_reason = 2;
/// The name or the password has characters that SASLprep forbids.
pub const MAILPROTO_SASL_REASON_PROHIBITED: mailproto_sasl_reason = 3;
/// The nonce that came back is not the one that was sent.
pub const MAILPROTO_SASL_REASON_NONCE_CHANGED: mailproto_sasl_reason = 4;
/// The server asks for so few iterations that the password could be guessed.
pub const MAILPROTO_SASL_REASON_FEW_ITERATIONS: mailproto_sasl_reason = 5;
/// The server asks for more iterations than the program allows to spend on it.
pub const MAILPROTO_SASL_REASON_MANY_ITERATIONS: mailproto_sasl_reason = 6;
/// The server does not know the password either: its signature is wrong.
pub const MAILPROTO_SASL_REASON_BAD_SIGNATURE: mailproto_sasl_reason = 7;
/// The client's proof is wrong.
pub const MAILPROTO_SASL_REASON_BAD_PROOF: mailproto_sasl_reason = 8;
/// The peers see different TLS channels: somebody is in between.
pub const MAILPROTO_SASL_REASON_BINDING_MISMATCH: mailproto_sasl_reason = 9;
/// The client could bind to the channel and was made to believe that the server could not.
pub const MAILPROTO_SASL_REASON_DOWNGRADE: mailproto_sasl_reason = 10;
/// The message demands an extension that is not known.
pub const MAILPROTO_SASL_REASON_UNKNOWN_EXTENSION: mailproto_sasl_reason = 11;
/// The server refused within the mechanism.
pub const MAILPROTO_SASL_REASON_REFUSED: mailproto_sasl_reason = 12;
/// The server refused the token.
pub const MAILPROTO_SASL_REASON_TOKEN_REFUSED: mailproto_sasl_reason = 13;
/// Another reason, known to a newer core.
pub const MAILPROTO_SASL_REASON_OTHER: mailproto_sasl_reason = 99;

pub(super) fn failure_number(failure: Option<Failure>) -> mailproto_sasl_reason {
    match failure {
        None => MAILPROTO_SASL_REASON_NONE,
        Some(Failure::Malformed) => MAILPROTO_SASL_REASON_MALFORMED,
        Some(Failure::NoRoom) => MAILPROTO_SASL_REASON_NO_ROOM,
        Some(Failure::Prohibited) => MAILPROTO_SASL_REASON_PROHIBITED,
        Some(Failure::NonceChanged) => MAILPROTO_SASL_REASON_NONCE_CHANGED,
        Some(Failure::FewIterations(_)) => MAILPROTO_SASL_REASON_FEW_ITERATIONS,
        Some(Failure::ManyIterations(_)) => MAILPROTO_SASL_REASON_MANY_ITERATIONS,
        Some(Failure::BadSignature) => MAILPROTO_SASL_REASON_BAD_SIGNATURE,
        Some(Failure::BadProof) => MAILPROTO_SASL_REASON_BAD_PROOF,
        Some(Failure::BindingMismatch) => MAILPROTO_SASL_REASON_BINDING_MISMATCH,
        Some(Failure::Downgrade) => MAILPROTO_SASL_REASON_DOWNGRADE,
        Some(Failure::UnknownExtension) => MAILPROTO_SASL_REASON_UNKNOWN_EXTENSION,
        Some(Failure::Refused(_)) => MAILPROTO_SASL_REASON_REFUSED,
        Some(Failure::TokenRefused) => MAILPROTO_SASL_REASON_TOKEN_REFUSED,
        Some(_) => MAILPROTO_SASL_REASON_OTHER,
    }
}
