//! What the client's machine finds in its input.

use super::super::capability::Capability;
use super::super::command::Verb;
use super::super::listing::{ScanListing, UniqueIdListing};
use super::super::response::{Response, Status};
use super::event::Event;
use crate::endpoint::CommandId;
use crate::slice::{after, front};
use crate::text::utf8;

/// What the lines that come next belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reading {
    /// The first line of a response.
    #[default]
    Response,
    /// Lines of a list, up to a lone dot.
    Lines,
    /// A message, up to a lone dot.
    Message,
}

/// What the input holds.
#[derive(Debug)]
pub(super) enum Advance {
    /// Nothing more without bytes, a verb or time.
    Idle,
    /// Keep only these first bytes: a line is over the limit.
    Truncate { keep: usize },
    /// Bytes that the host need not know of.
    Drop { consumed: usize },
    /// Something to tell the host of.
    Event { consumed: usize, found: Found },
    /// The connection is over: `failure` says why.
    Failed,
}

/// Something to tell the host of, and the part of the consumed bytes that it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) what: What,
    pub(super) start: usize,
    pub(super) length: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Greeting(Status),
    Response(CommandId, Verb, Status),
    Start(CommandId, Verb, Status),
    Listing(CommandId, ScanListing),
    /// The bytes are the unique id.
    UniqueId(CommandId, u32),
    /// The bytes are the whole listing.
    UniqueIdLine(CommandId),
    Capability(CommandId),
    Language(CommandId),
    Data(CommandId),
    Malformed(CommandId),
    End(CommandId, Verb),
    Challenge(CommandId),
    StartTls(CommandId),
    Closing(Status),
}

impl Found {
    /// Tells of what was found, which these bytes hold.
    #[inline]
    pub(super) fn event(self, bytes: &[u8]) -> Event<'_> {
        let bytes = front(after(bytes, self.start), self.length);
        match self.what {
            What::Data(id) => Event::Data { id, bytes },
            What::Listing(id, listing) => Event::Listing { id, listing },
            What::UniqueId(id, number) => {
                let listing = UniqueIdListing { number: Some(number), unique_id: utf8(bytes).unwrap_or_default() };
                Event::UniqueId { id, listing }
            }
            What::UniqueIdLine(id) => match UniqueIdListing::parse(bytes) {
                Some((listing, _)) => Event::UniqueId { id, listing },
                None => Event::Malformed { id, line: bytes },
            },
            What::Greeting(status) => Event::Greeting(Response::new(status, bytes)),
            What::Response(id, verb, status) => Event::Response { id, verb, response: Response::new(status, bytes) },
            What::Start(id, verb, status) => Event::Start { id, verb, response: Response::new(status, bytes) },
            What::Closing(status) => Event::Closing(Response::new(status, bytes)),
            What::Challenge(id) => Event::Challenge { id, text: bytes },
            What::StartTls(id) => Event::StartTls { id },
            What::End(id, verb) => Event::End { id, verb },
            What::Capability(id) => match Capability::parse(bytes) {
                Some(capability) => Event::Capability { id, capability },
                None => Event::Malformed { id, line: bytes },
            },
            What::Language(id) => match language(bytes) {
                Some((tag, description)) => Event::Language { id, tag, description },
                None => Event::Malformed { id, line: bytes },
            },
            What::Malformed(id) => Event::Malformed { id, line: bytes },
        }
    }
}

/// Reads `tag description` (RFC 6856 §3.2).
pub(super) fn language(line: &[u8]) -> Option<(&str, &str)> {
    let length = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let description = after(line, length);
    let tag = utf8(front(line, length)).filter(|tag| !tag.is_empty())?;
    Some((tag, utf8(description.strip_prefix(b" ").unwrap_or(description))?))
}
