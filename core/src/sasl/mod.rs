//! Authentication exchanges (RFC 4422), for every protocol and both roles.
//!
//! A mechanism is a small state machine of its own: the client's side turns credentials and
//! challenges into responses, the server's side turns responses into [`Credentials`] for the host
//! to judge, or is conducted by the host. One file a mechanism.
//!
//! ```
//! use mailproto::sasl::{ClientMechanism, Plain};
//! let mut mechanism = Plain::new("", "tim", "tanstaaftanstaaf").unwrap();
//! let mut response = [0; 64];
//! let length = mechanism.initial(&mut response).unwrap();
//! assert_eq!(&response[..length], b"\0tim\0tanstaaftanstaaf");
//! ```

mod client;
mod failure;
mod login;
mod mechanism;
mod plain;
mod server;

pub use client::{ClientMechanism, Progress, Response};
pub use failure::{Failure, Refusal};
pub use login::{Login, PASSWORD_PROMPT, USERNAME_PROMPT};
pub use mechanism::{Mechanism, Mechanisms};
pub use plain::Plain;
pub use server::{Credentials, MalformedCredentials, Proof, ServerExchange, ServerStep};

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
