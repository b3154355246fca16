//! What went wrong in a call, and the status that says so.

use crate::status::*;
use alloc::collections::TryReserveError;
use mailproto::sasl::NoMechanism;
use mailproto::smtp::{CommandError, CommandErrorKind, ReplyError};
use mailproto::{Closure, Error, LimitKind, Misuse, ViolationKind};

/// Why a call failed: what the core says, or what only C can get wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Core(Error),
    NullPointer,
    StructSize,
    InvalidValue,
    NotUtf8 { offset: usize },
    NoMemory,
    Reply(ReplyError),
    Command(CommandError),
    Parameter,
    NoMechanism(NoMechanism),
}

impl Fault {
    pub(crate) fn status(self) -> mailproto_status {
        match self {
            Self::Core(error) => status_of(error),
            Self::NullPointer => MAILPROTO_ERR_NULL_POINTER,
            Self::StructSize => MAILPROTO_ERR_STRUCT_SIZE,
            Self::InvalidValue => MAILPROTO_ERR_INVALID_VALUE,
            Self::NotUtf8 { .. } => MAILPROTO_ERR_NOT_UTF8,
            Self::NoMemory => MAILPROTO_ERR_NO_MEMORY,
            Self::Reply(ReplyError { incomplete: true, .. }) => MAILPROTO_ERR_PARSE_INCOMPLETE,
            Self::Reply(_) => MAILPROTO_ERR_PARSE_REPLY,
            Self::Command(error) => match error.kind {
                CommandErrorKind::Unknown => MAILPROTO_ERR_PARSE_UNKNOWN,
                CommandErrorKind::Path => MAILPROTO_ERR_PARSE_PATH,
                _ => MAILPROTO_ERR_PARSE_SYNTAX,
            },
            Self::Parameter => MAILPROTO_ERR_PARSE_SYNTAX,
            Self::NoMechanism(NoMechanism::NeedsTls) => MAILPROTO_ERR_NEEDS_TLS,
            Self::NoMechanism(_) => MAILPROTO_ERR_NOT_OFFERED,
        }
    }

    /// Where: in the argument for a misuse, in the connection for what the peer did.
    pub(crate) fn offset(self) -> Option<u64> {
        match self {
            Self::NotUtf8 { offset } => Some(offset as u64),
            Self::Core(Error::Misuse(Misuse::ControlCharacter { offset } | Misuse::Syntax { offset })) => {
                Some(u64::from(offset))
            }
            Self::Core(Error::Protocol(violation)) => Some(violation.offset),
            Self::Core(Error::Limit(exceeded)) => Some(exceeded.offset),
            Self::Reply(error) => Some(error.offset as u64),
            Self::Command(error) => Some(error.offset as u64),
            _ => None,
        }
    }
}

fn status_of(error: Error) -> mailproto_status {
    match error {
        Error::Misuse(misuse) => match misuse {
            Misuse::Full => MAILPROTO_ERR_FULL,
            Misuse::ControlCharacter { .. } => MAILPROTO_ERR_CONTROL_CHARACTER,
            Misuse::Syntax { .. } => MAILPROTO_ERR_SYNTAX,
            Misuse::TooLong { .. } => MAILPROTO_ERR_TOO_LONG,
            Misuse::OutOfOrder => MAILPROTO_ERR_OUT_OF_ORDER,
            Misuse::NotOffered => MAILPROTO_ERR_NOT_OFFERED,
            Misuse::BareLineEnd => MAILPROTO_ERR_BARE_LINE_END,
            Misuse::ReplyCode => MAILPROTO_ERR_REPLY_CODE,
            Misuse::Closed => MAILPROTO_ERR_CLOSED,
            Misuse::NoMemory => MAILPROTO_ERR_NO_MEMORY,
            _ => MAILPROTO_ERR_MISUSE,
        },
        Error::Protocol(violation) => match violation.kind {
            ViolationKind::StartTlsInjection => MAILPROTO_ERR_STARTTLS_INJECTION,
            ViolationKind::MalformedReply => MAILPROTO_ERR_MALFORMED_REPLY,
            ViolationKind::UnexpectedReply => MAILPROTO_ERR_UNEXPECTED_REPLY,
            ViolationKind::BareLf => MAILPROTO_ERR_BARE_LF,
            ViolationKind::MixedReplyCodes => MAILPROTO_ERR_MIXED_REPLY_CODES,
            ViolationKind::EarlyTalk => MAILPROTO_ERR_EARLY_TALK,
            ViolationKind::MalformedChallenge => MAILPROTO_ERR_MALFORMED_CHALLENGE,
            ViolationKind::MalformedResponse => MAILPROTO_ERR_MALFORMED_RESPONSE,
            ViolationKind::UnprovenServer => MAILPROTO_ERR_UNPROVEN_SERVER,
            _ => MAILPROTO_ERR_PROTOCOL,
        },
        Error::Limit(exceeded) => match exceeded.limit {
            LimitKind::BadCommands => MAILPROTO_ERR_BAD_COMMANDS,
            LimitKind::FailedAuth => MAILPROTO_ERR_FAILED_AUTH,
            LimitKind::SaslRounds => MAILPROTO_ERR_SASL_ROUNDS,
            LimitKind::Reply => MAILPROTO_ERR_REPLY_TOO_LONG,
            LimitKind::Memory => MAILPROTO_ERR_NO_MEMORY,
            _ => MAILPROTO_ERR_LIMIT,
        },
        Error::Closed(closure) => match closure {
            Closure::EndOfInput => MAILPROTO_ERR_END_OF_INPUT,
            Closure::ByPeer => MAILPROTO_ERR_CLOSED_BY_PEER,
            Closure::TimedOut(_) => MAILPROTO_ERR_TIMED_OUT,
            _ => MAILPROTO_ERR_CONNECTION,
        },
        _ => MAILPROTO_ERR_MISUSE,
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<Misuse> for Fault {
    fn from(misuse: Misuse) -> Self {
        Self::Core(misuse.into())
    }
}

impl From<TryReserveError> for Fault {
    fn from(_: TryReserveError) -> Self {
        Self::NoMemory
    }
}

impl From<ReplyError> for Fault {
    fn from(error: ReplyError) -> Self {
        Self::Reply(error)
    }
}

impl From<CommandError> for Fault {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}

/// The status of a result whose value has been put where it belongs.
pub(crate) fn status(result: Result<(), Fault>) -> mailproto_status {
    match result {
        Ok(()) => MAILPROTO_OK,
        Err(fault) => fault.status(),
    }
}
