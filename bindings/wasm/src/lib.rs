//! The WebAssembly face of mailproto: handles that JavaScript pulls.
//!
//! ```text
//!  JavaScript                                      WebAssembly
//!  socket chunk ── one copy into receiveSpace ──▶ ┌──────────┐
//!  plain object ◀── nextEvent ─────────────────── │  handle  │
//!  socket chunk ◀── one copy of transmit ──────── └──────────┘ ◀── verbs ── JavaScript
//! ```
//!
//! | session | is | feature |
//! | --- | --- | --- |
//! | `SmtpClient` | [`mailproto::smtp::Client`] | `smtp-client` |
//! | `SmtpServer` | [`mailproto::smtp::Server`] | `smtp-server` |
//! | `SmtpSubmission` | [`mailproto::smtp::Submission`] | `submission` |
//! | `Pop3Client` | [`mailproto::pop3::Client`] | `pop3-client` |
//! | `Pop3Server` | [`mailproto::pop3::Server`] | `pop3-server` |
//! | `Pop3Download` | [`mailproto::pop3::Download`] | `download` |
//! | [`ScramServer`] | [`mailproto::sasl::ScramServer`] | `scram` |
//!
//! JavaScript holds all of them but the last by one class, [`Handle`].
//!
//! Rules of this border:
//!
//! - Nothing here calls a function of JavaScript's while it holds a handle, so a handle is never
//!   entered twice.
//! - Events are plain objects with copies in them: only handles need `free`.
//! - No method takes its handle by value, so that none is freed twice.
//! - What fails throws a plain object of a kind, a reason and numbers (`error`); the package's
//!   JavaScript makes a person's words of it. No formatting machinery is linked.
//!
//! The package that people use, with its types and documentation, is in `npm/`.

#![cfg_attr(
    not(all(
        feature = "smtp-client",
        feature = "smtp-server",
        feature = "submission",
        feature = "pop3-client",
        feature = "pop3-server",
        feature = "download",
        feature = "scram"
    )),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        unused_variables,
        reason = "what a handle that is switched off would read and make"
    )
)]
#![no_std]

extern crate alloc;
#[cfg(not(target_family = "wasm"))]
extern crate std;

#[macro_use]
mod session;
#[macro_use]
mod options;
mod anomaly;
mod arguments;
mod error;
mod interop;
mod output;
#[cfg(any(feature = "pop3-client", feature = "pop3-server", feature = "download"))]
mod pop3;
#[cfg(target_family = "wasm")]
mod runtime;
mod sasl;
#[cfg(any(feature = "smtp-client", feature = "smtp-server", feature = "submission"))]
mod smtp;
#[cfg(test)]
mod types_test;
mod verb;

pub use anomaly::anomaly_names;
pub use interop::Array;
#[cfg(any(feature = "pop3-client", feature = "pop3-server", feature = "download"))]
pub use pop3::*;
pub use sasl::*;
pub use session::Handle;
#[cfg(any(feature = "smtp-client", feature = "smtp-server", feature = "submission"))]
pub use smtp::*;
