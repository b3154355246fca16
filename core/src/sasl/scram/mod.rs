//! SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, and neither says it.
//!
//! ```text
//!  client                                                   server
//!    ├── n,,n=user,r=client's nonce ─────────────────────────▶│  which user?
//!    │◀───────── r=both nonces,s=salt,i=iterations ───────────┤
//!    ├── c=channel binding,r=both nonces,p=proof ────────────▶│  proof right?
//!    │◀───────────────────────────────────── v=signature ─────┤
//!    │  signature right?
//! ```

mod client;
mod derivation;
mod hash;
mod message;
mod server;
mod verifier;

pub use client::{Iterations, Scram};
pub(super) use client::{ScramExchange, Terms};
pub use hash::ScramHash;
pub use server::{ScramServer, ScramStep};
pub use verifier::{Verifier, VerifierWork};

#[cfg(test)]
mod tests;
