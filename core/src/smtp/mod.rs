//! SMTP (RFC 5321), message submission (RFC 6409) and LMTP (RFC 2033): one rule book, both roles.
//!
//! | to do | take |
//! | --- | --- |
//! | deliver messages, every choice made for you | [`Submission`] |
//! | speak as a client, verb by verb | [`Client`] |
//! | receive mail | [`Server`] |
//! | only read or write commands and replies | [`Command`], [`Reply`] |
//!
//! LMTP is [`Protocol::Lmtp`] in the options of any of them: the greeting is LHLO, and each
//! recipient gets a verdict of its own.
//!
//! [`TRANSITIONS`] is the protocol as data, which both roles step through. It says:
//!
#![doc = include_str!("smtp.svg.md")]

mod attribute;
#[cfg(feature = "client")]
mod client;
mod command;
mod extension;
mod extension_set;
mod key;
mod literal;
mod parameter;
mod path;
mod reply;
#[cfg(feature = "server")]
mod server;
mod state;
mod status;
#[cfg(all(feature = "client", feature = "alloc"))]
mod submission;
mod take;
mod xtext;

pub use crate::frame::LineEnds;
pub use attribute::{Attribute, Attributes};
#[cfg(feature = "client")]
pub use client::{Client, ClientOptions, ClientTimeouts, Event as ClientEvent};
pub use command::{Command, CommandError, CommandErrorKind, Verb};
pub use extension::{Extension, Extensions, PeerLimits};
pub use extension_set::ExtensionSet;
pub use parameter::{BodyType, DeliverByMode, MalformedParameter, Notify, Parameter, Parameters, Return, RrvsAction};
pub use path::{Path, PathError};
pub use reply::{Reply, ReplyError, ReplyLine, ReplyLines};
#[cfg(feature = "server")]
pub use server::{Abort, Event as ServerEvent, Server, ServerOptions, ServerTimeouts};
pub use state::{Outcome, State, TRANSITIONS, Transition};
pub use status::EnhancedCode;
#[cfg(all(feature = "client", feature = "alloc"))]
pub use submission::{
    Delivery, Envelope, Event as SubmissionEvent, Failure, Login, MessageId, Recipient, Submission, SubmissionOptions,
    TlsPolicy, Verdict,
};
pub use xtext::Xtext;

/// Which of the two protocols is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// RFC 5321.
    #[default]
    Smtp,
    /// RFC 2033: LHLO for EHLO, and after the message one reply for each accepted recipient.
    Lmtp,
}
