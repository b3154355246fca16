//! Mail protocols as pure state machines: bytes go in, events come out, bytes go out.
//!
//! The host owns the socket, TLS, the clock and the random numbers. Nothing here performs I/O,
//! reads a clock, or keeps a global; there is no unsafe code, and no input makes it panic. It needs
//! no standard library, and with [`Fixed`] buffers no allocator.
//!
//! | protocol | client | server | task |
//! | --- | --- | --- | --- |
//! | SMTP, LMTP | [`smtp::Client`] | [`smtp::Server`] | [`smtp::Submission`] |
//! | POP3 | [`pop3::Client`] | [`pop3::Server`] | [`pop3::Download`] |
//!
//! | messages | as they come | whole | of one field |
//! | --- | --- | --- | --- |
//! | read | [`message::Reader`] | [`message::Message`] | [`message::Addresses`], [`message::DateTime`], [`message::Text`], … |
//! | written | [`message::Writer`] | [`message::writer::compose`] | |
//!
//! Every endpoint keeps the same contract, [`Endpoint`]; a driver written once joins all of them to
//! a socket. Start there, or with the example of [`smtp`]. No message fails to be read: what it gets
//! wrong are its [`message::Anomalies`].
//!
//! # Features
//!
//! `alloc` (default): growing buffers ([`Heap`]), tasks, and messages that are read or written whole.
//! `smtp`, `pop3`, `message`, `client`, `server` (default): what their names say. `charsets`: every charset
//! of the web's standard, by `encoding_rs`, for messages; without it they are UTF-8, Latin-1, UTF-7, and
//! those that the host lends ([`message::HostCharsets`]). `scram` (default): the SASL mechanisms that need
//! a hash, which are SCRAM and CRAM-MD5. `saslprep` (default): names and passwords beyond ASCII in the form
//! that SCRAM asks for. A feature never changes what works without it.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(all(feature = "smtp", feature = "pop3", feature = "client", feature = "server")),
    allow(dead_code, reason = "buffers and grammar serve the roles that are switched off too")
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod buffer;
#[cfg(feature = "client")]
mod client;
pub mod codec;
pub mod endpoint;
pub mod error;
pub mod frame;
pub mod leniency;
pub mod limits;
#[cfg(feature = "message")]
pub mod message;
#[cfg(feature = "pop3")]
pub mod pop3;
pub mod sasl;
mod slice;
#[cfg(feature = "smtp")]
pub mod smtp;
mod text;
pub mod time;

#[cfg(feature = "alloc")]
pub use buffer::Heap;
pub use buffer::{Buffers, Fixed};
pub use endpoint::{CommandId, Endpoint, TransmitLog};
pub use error::{Closure, Error, Exceeded, LimitKind, Misuse, Violation, ViolationKind};
pub use leniency::{Anomalies, Leniency};
pub use limits::Limits;
pub use time::{Instant, Timeout, TimeoutReason};
