//! The WebAssembly face of mailproto: handles that JavaScript pulls.
//!
//! ```text
//!  JavaScript                                      WebAssembly
//!  socket chunk ── one copy into receiveSpace ──▶ ┌──────────┐
//!  plain object ◀── nextEvent ─────────────────── │  handle  │
//!  socket chunk ◀── one copy of transmit ──────── └──────────┘ ◀── verbs ── JavaScript
//! ```
//!
//! | handle | is | feature |
//! | --- | --- | --- |
//! | [`SmtpClient`] | [`mailproto::smtp::Client`] | `smtp-client` |
//! | [`SmtpServer`] | [`mailproto::smtp::Server`] | `smtp-server` |
//! | [`SmtpSubmission`] | [`mailproto::smtp::Submission`] | `submission` |
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
    not(all(feature = "smtp-client", feature = "smtp-server", feature = "submission")),
    allow(dead_code, reason = "what a handle that is switched off would read and make")
)]
#![no_std]

extern crate alloc;
#[cfg(not(target_family = "wasm"))]
extern crate std;

#[macro_use]
mod endpoint;
#[cfg(feature = "smtp-client")]
mod client;
mod error;
mod extension;
mod input;
mod interop;
mod options;
mod output;
#[cfg(any(feature = "smtp-client", feature = "submission"))]
mod parameter;
#[cfg(target_family = "wasm")]
mod runtime;
#[cfg(feature = "smtp-server")]
mod server;
#[cfg(feature = "smtp-server")]
mod shown;
#[cfg(feature = "submission")]
mod submission;
#[cfg(test)]
mod types_test;

#[cfg(feature = "smtp-client")]
pub use client::SmtpClient;
pub use extension::{anomaly_names, extension_keywords, mechanism_names};
pub use interop::Array;
#[cfg(feature = "smtp-server")]
pub use server::SmtpServer;
#[cfg(feature = "submission")]
pub use submission::SmtpSubmission;
