//! Authentication exchanges (RFC 4422), for every protocol and both roles.
//!
//! A mechanism is a small state machine of its own: the client's side turns credentials and
//! challenges into responses, the server's side turns responses into [`Credentials`] for the host
//! to judge, or is conducted by the host. One file a mechanism.
//!
//! | mechanism | client | server | proves |
//! | --- | --- | --- | --- |
//! | SCRAM-SHA-1, -256, -512, with -PLUS | [`Scram`] | [`ScramServer`] with a [`Verifier`] | password, both ways |
//! | CRAM-MD5 | [`CramMd5`] | [`CramMd5Server`] | password |
//! | PLAIN, LOGIN | [`Plain`], [`Login`] | [`Credentials`] | password, shown |
//! | OAUTHBEARER, XOAUTH2 | [`OAuthBearer`], [`XOAuth2`] | [`Credentials`], [`TokenRefusal`] | token, shown |
//! | EXTERNAL | [`External`] | [`Credentials`] | what the connection says |
//! | ANONYMOUS | [`Anonymous`] | [`Credentials`] | nothing |
//!
//! Who has credentials and takes what is offered: [`Choice`] finds the best mechanism, [`ClientExchange`]
//! speaks it. There is no randomness here: the host brings each [`Nonce`].
//!
//! ```
//! use mailproto::sasl::{ClientMechanism, Plain};
//! let mut mechanism = Plain::new("", "tim", "tanstaaftanstaaf").unwrap();
//! let mut response = [0; 64];
//! let length = mechanism.initial(&mut response).unwrap();
//! assert_eq!(&response[..length], b"\0tim\0tanstaaftanstaaf");
//! ```

#[cfg(feature = "alloc")]
mod account;
mod anonymous;
mod binding;
mod choice;
mod client;
#[cfg(feature = "scram")]
mod cram_md5;
mod external;
mod failure;
mod identity;
mod login;
mod mechanism;
mod name;
mod nonce;
mod oauth;
mod oauth_bearer;
mod plain;
#[cfg(feature = "scram")]
mod prepare;
#[cfg(feature = "scram")]
mod scram;
mod server;
mod space;
mod xoauth2;

#[cfg(all(feature = "alloc", feature = "client"))]
pub(crate) use account::AccountLogin;
#[cfg(feature = "alloc")]
pub use account::{Account, LoginOutcome};
pub use anonymous::Anonymous;
pub use binding::{Binding, BindingKind, ChannelBinding};
pub use choice::{Choice, NoMechanism};
pub use client::{ClientMechanism, Progress, Response};
#[cfg(feature = "scram")]
pub use cram_md5::{CramMd5, CramMd5Server};
pub use external::External;
pub use failure::{Failure, Refusal};
pub use identity::{ClientExchange, ClientStep, Identity};
pub use login::{Login, PASSWORD_PROMPT, USERNAME_PROMPT};
pub use mechanism::{Mechanism, Mechanisms};
pub use nonce::Nonce;
pub use oauth::{JsonText, OAuthError, TokenRefusal};
pub use oauth_bearer::OAuthBearer;
pub use plain::Plain;
#[cfg(feature = "scram")]
pub use scram::{Iterations, Scram, ScramHash, ScramServer, ScramStep, Verifier, VerifierWork};
pub use server::{Credentials, MalformedCredentials, Proof, ServerExchange, ServerStep};
pub use xoauth2::XOAuth2;

use crate::error::Misuse;

/// Refuses NUL in a credential: it separates fields (RFC 4616 §2).
fn check_credential(credential: &str) -> Result<(), Misuse> {
    match credential.bytes().position(|byte| byte == 0) {
        Some(offset) => Err(Misuse::ControlCharacter { offset: offset as u32 }),
        None => Ok(()),
    }
}

/// Copies `parts` one behind the other into `response`; `None` if there is no room.
fn join(parts: &[&[u8]], response: &mut [u8]) -> Option<usize> {
    let mut written = 0;
    for part in parts {
        response.get_mut(written..written + part.len())?.copy_from_slice(part);
        written += part.len();
    }
    Some(written)
}

/// A number in digits.
fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut first = digits.len();
    for (index, place) in digits.iter_mut().enumerate().rev() {
        *place = b'0' + (number % 10) as u8;
        first = index;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    digits.get(first..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_decimal() {
        let mut digits = [0; 10];
        for (number, text) in [(0, "0"), (7, "7"), (4_096, "4096"), (u32::MAX, "4294967295")] {
            assert_eq!(decimal(number, &mut digits), text.as_bytes());
        }
    }
}
