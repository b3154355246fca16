//! POP3 (RFC 1939) with its extensions (RFC 2449, 2595, 3206, 5034, 6856): one rule book, both roles.
//!
//! | to do | take |
//! | --- | --- |
//! | fetch what is new, every choice made for you | `Download` |
//! | speak as a client, verb by verb | [`Client`] |
//! | give mail out | [`Server`] |
//! | only read or write commands and responses | [`Command`], [`Response`], [`Capability`] |
//!
//! [`TRANSITIONS`] is the protocol as data, which both roles step through. It says:
//!
#![doc = include_str!("pop3.svg.md")]

#[cfg(feature = "scram")]
mod apop;
mod capability;
#[cfg(feature = "client")]
mod client;
mod command;
#[cfg(all(feature = "client", feature = "alloc"))]
mod download;
mod listing;
mod response;
#[cfg(feature = "server")]
mod server;
mod state;

#[cfg(all(feature = "client", feature = "alloc"))]
pub use crate::client::TlsPolicy;
#[cfg(feature = "scram")]
pub use apop::ApopDigest;
pub use capability::{Capabilities, Capability, CapabilitySet};
#[cfg(feature = "client")]
pub use client::{Client, ClientOptions, ClientTimeouts, Event as ClientEvent};
pub use command::{Command, CommandError, CommandErrorKind, Verb};
#[cfg(all(feature = "client", feature = "alloc"))]
pub use download::{Download, DownloadOptions, Event as DownloadEvent, Failure, Message, Retention, Seen, SkipReason};
pub use listing::{DropListing, ScanListing, UniqueIdListing};
pub use response::{Response, ResponseCode, ResponseError, Status};
#[cfg(feature = "server")]
pub use server::{Deleted, Event as ServerEvent, Server, ServerOptions, ServerTimeouts};
pub use state::{Outcome, State, TRANSITIONS, Transition};
