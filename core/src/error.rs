//! What can go wrong, in four kinds that ask for four different reactions.
//!
//! | kind | whose fault | state afterwards | what to do |
//! | --- | --- | --- | --- |
//! | [`Error::Misuse`] | the host's call | nothing changed | correct the call, go on |
//! | [`Error::Protocol`] | the peer | closed for good | send what is queued, close the socket |
//! | [`Error::Limit`] | the peer, by the host's bounds | closed for good | the same |
//! | [`Error::Closed`] | the connection | closed for good | connect anew if the work matters |
//!
//! A refusal (`5yz`, `4yz`) is no error: it is what the peer said, and arrives as an event.
//! Errors are small, `Copy` and carry no text; [`core::fmt::Display`] explains them.

use crate::time::TimeoutReason;
use core::fmt;

/// Why a call or a connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The host's call was wrong; nothing changed.
    Misuse(Misuse),
    /// The peer broke the rules. Sticky: every later `next_event` says the same.
    Protocol(Violation),
    /// A bound of [`Limits`](crate::Limits) was passed. Sticky.
    Limit(Exceeded),
    /// The connection ended in the middle of something. Sticky.
    Closed(Closure),
}

/// What was wrong with the host's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// The queue or the transmit buffer is full: take events, transmit, call again.
    Full,
    /// CR, LF or NUL in an argument, at this byte of it.
    ControlCharacter {
        /// Offset in the argument.
        offset: u32,
    },
    /// The argument is not what the grammar wants in this place, from this byte on.
    Syntax {
        /// Offset in the argument.
        offset: u32,
    },
    /// The argument does not fit: it is longer than this many bytes.
    TooLong {
        /// The most bytes that fit.
        limit: u32,
    },
    /// The call has no place in the present state of the protocol.
    OutOfOrder,
    /// The peer does not offer the extension that this call needs.
    NotOffered,
    /// Bare CR or LF (or NUL) in message data while [`LineEnds::Refuse`](crate::smtp::LineEnds)
    /// holds.
    BareLineEnd,
    /// The reply code is not one that this stage allows.
    ReplyCode,
    /// The endpoint has failed or closed already.
    Closed,
    /// The allocator has no memory for what the call needs.
    NoMemory,
}

/// A rule that the peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub kind: ViolationKind,
    /// Where: bytes received on this connection before the offending one.
    pub offset: u64,
    /// The reply code of the farewell that is queued for the peer, if the role has one.
    pub farewell: Option<u16>,
}

/// The rules that a peer can break beyond repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ViolationKind {
    /// Bytes arrived in plain text behind STARTTLS (RFC 3207 §4.2).
    StartTlsInjection,
    /// A reply line without a three-digit code (RFC 5321 §4.2).
    MalformedReply,
    /// A response without `+OK` or `-ERR`, or a line that the leniency forbids (RFC 1939 §3).
    MalformedResponse,
    /// A reply that no command asked for.
    UnexpectedReply,
    /// A line ended with LF alone and the leniency forbids it.
    BareLf,
    /// The lines of one reply carry different codes and the leniency forbids it.
    MixedReplyCodes,
    /// The client spoke before the greeting and the policy forbids it (RFC 5321 §3.1).
    EarlyTalk,
    /// A SASL challenge that is not base64 (RFC 4954 §4).
    MalformedChallenge,
    /// Success of an authentication in which the server has not proved what it must prove, as SCRAM
    /// asks of it (RFC 5802 §5).
    UnprovenServer,
}

/// A bound that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Which bound.
    pub limit: LimitKind,
    /// Its value.
    pub value: u32,
    /// Where: bytes received on this connection when it was passed.
    pub offset: u64,
}

/// The bounds whose passing ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitKind {
    /// [`Limits::bad_commands`](crate::Limits::bad_commands).
    BadCommands,
    /// [`Limits::failed_auth`](crate::Limits::failed_auth).
    FailedAuth,
    /// [`Limits::sasl_rounds`](crate::Limits::sasl_rounds).
    SaslRounds,
    /// [`Limits::reply`](crate::Limits::reply), where no part of the reply could be kept.
    Reply,
    /// The allocator had no memory for a buffer of this many bytes.
    Memory,
}

/// How a connection ended too soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closure {
    /// The peer closed while something was unfinished.
    EndOfInput,
    /// The peer announced the end (421, or -ERR unasked) while something was unfinished.
    ByPeer,
    /// Nothing happened for too long.
    TimedOut(TimeoutReason),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misuse(misuse) => misuse.fmt(formatter),
            Self::Protocol(violation) => violation.fmt(formatter),
            Self::Limit(exceeded) => exceeded.fmt(formatter),
            Self::Closed(closure) => closure.fmt(formatter),
        }
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => formatter.write_str("the queue is full: take events and transmit, then call again"),
            Self::ControlCharacter { offset } => {
                write!(formatter, "CR, LF or NUL at byte {offset} of the argument: remove it")
            }
            Self::Syntax { offset } => {
                write!(formatter, "the argument breaks the grammar at byte {offset}")
            }
            Self::TooLong { limit } => write!(formatter, "the argument is longer than {limit} bytes"),
            Self::OutOfOrder => formatter.write_str("the call has no place in the present state"),
            Self::NotOffered => formatter.write_str("the peer does not offer the extension this call needs"),
            Self::BareLineEnd => formatter.write_str("bare CR, LF or NUL in message data: use CR LF line ends"),
            Self::ReplyCode => formatter.write_str("the reply code does not fit this stage"),
            Self::Closed => formatter.write_str("the connection is closed"),
            Self::NoMemory => formatter.write_str("there is no memory for it"),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            ViolationKind::StartTlsInjection => "plain text arrived behind STARTTLS",
            ViolationKind::MalformedReply => "a reply without a three-digit code",
            ViolationKind::MalformedResponse => "a response without +OK or -ERR, or with a malformed line",
            ViolationKind::UnexpectedReply => "a reply that no command asked for",
            ViolationKind::BareLf => "a line that ends with LF alone",
            ViolationKind::MixedReplyCodes => "a reply whose lines carry different codes",
            ViolationKind::EarlyTalk => "the client spoke before the greeting",
            ViolationKind::MalformedChallenge => "a SASL challenge that is not base64",
            ViolationKind::UnprovenServer => "success of a login before the server had proved that it knows the user",
        })?;
        write!(formatter, ", at byte {} of the connection", self.offset)
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.limit {
            LimitKind::BadCommands => "bad commands",
            LimitKind::FailedAuth => "failed logins",
            LimitKind::SaslRounds => "SASL challenges",
            LimitKind::Reply => "bytes in a reply",
            LimitKind::Memory => "bytes of memory for a buffer",
        };
        write!(formatter, "more than {} {what}, at byte {} of the connection", self.value, self.offset)
    }
}

impl fmt::Display for Closure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndOfInput => formatter.write_str("the peer closed the connection in the middle of something"),
            Self::ByPeer => formatter.write_str("the peer ended the session"),
            Self::TimedOut(reason) => write!(formatter, "timed out waiting for {reason}"),
        }
    }
}

impl core::error::Error for Error {}

impl From<Misuse> for Error {
    fn from(misuse: Misuse) -> Self {
        Self::Misuse(misuse)
    }
}
