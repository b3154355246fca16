//! The C ABI of mailproto: the same endpoints, verbs and events, as functions on opaque handles.
//!
//! What a C programmer reads is `include/mailproto.h`, which `cargo xtask header` writes from this
//! crate; its main comment stands in `cbindgen.toml`. Here is how the Rust side is made:
//!
//! ```text
//!   smtp/client.rs ─┐                     ┌─ handle.rs    pointers in and out, handles
//!   smtp/server.rs ─┼─▶ endpoint.rs ──────┼─ fault.rs     what went wrong, as a status
//!   smtp/submission ┘   the contract,     ├─ bytes.rs     slices both ways
//!                       once for all      └─ runtime.rs   allocator, panic handler
//! ```
//!
//! An exported function holds no logic: it checks its pointers and calls one method of the core.
//!
//! # The contract behind every `unsafe`
//!
//! Each exported function relies on what the header asks of its caller, and on nothing else: a
//! pointer is NULL or points to what its type says, aligned and initialised; a handle came from its
//! `_new` and was not freed; nobody else uses a handle while a call that may change it runs; a
//! `mailproto_bytes` has `len` readable bytes, and they do not lie inside the handle that the call
//! changes. SAFETY comments call this *the caller's contract*.
#![no_std]
#![allow(non_camel_case_types, reason = "these are the names of C")]
#![allow(clippy::missing_safety_doc, reason = "one contract for all, above and in the header")]
#![deny(unsafe_op_in_unsafe_fn)]
#![warn(clippy::undocumented_unsafe_blocks)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod allocator;
pub mod bytes;
pub mod endpoint;
pub mod error;
mod event;
mod fault;
mod handle;
pub mod options;
pub mod pop3;
#[cfg(all(panic = "abort", not(test)))]
mod runtime;
pub mod sasl;
pub mod smtp;
pub mod status;
pub mod tls;
pub mod version;
