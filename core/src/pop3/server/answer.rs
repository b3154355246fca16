//! The words a server says.

use super::super::capability::CapabilitySet;
use super::super::response::{ResponseCode, Status};
use crate::buffer::Sink;
use crate::error::Misuse;
use crate::sasl::Mechanisms;
use crate::text::{Decimal, check_no_control};

/// A refusal that the endpoint gives of its own accord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: Option<ResponseCode<'static>>,
    pub(super) text: &'static str,
}

const fn answer(text: &'static str) -> Answer {
    Answer { code: None, text }
}

const fn coded(code: ResponseCode<'static>, text: &'static str) -> Answer {
    Answer { code: Some(code), text }
}

/// Room that must be free before a line is looked at or a host is asked: no answer of the endpoint's own
/// is longer, nor is a line of a list with a unique id of [`UNIQUE_ID_MAX`] bytes.
pub(super) const ANSWER_ROOM: usize = 128;

/// The longest unique id (RFC 1939 §7, UIDL).
pub(super) const UNIQUE_ID_MAX: usize = 70;

/// The longest response, its CR LF included (RFC 1939 §3).
const RESPONSE_MAX: usize = 512;

pub(super) const TOO_LONG: Answer = answer("Line too long");
pub(super) const UNKNOWN: Answer = answer("Command not recognized");
pub(super) const SYNTAX: Answer = answer("Syntax error in arguments");
pub(super) const NOT_OFFERED: Answer = answer("Command not offered");
pub(super) const OUT_OF_ORDER: Answer = answer("Command out of order");
pub(super) const TLS_FIRST: Answer = answer("Must issue a STLS command first");
pub(super) const TLS_ALREADY: Answer = answer("TLS is active already");
pub(super) const TLS_AFTER_UTF8: Answer = answer("STLS must come before UTF8");
pub(super) const AUTH_NEEDS_TLS: Answer = answer("Encryption required for authentication");
pub(super) const AUTH_MECHANISM: Answer = answer("Unrecognized authentication mechanism");
pub(super) const AUTH_NO_INITIAL: Answer = answer("This mechanism takes no initial response");
pub(super) const AUTH_CANCELLED: Answer = answer("Authentication cancelled");
pub(super) const AUTH_MALFORMED: Answer = answer("Cannot decode the response");
pub(super) const AUTH_FAILED: Answer = coded(ResponseCode::Authentication, "Authentication failed");
pub(super) const NO_SUCH_MESSAGE: Answer = answer("No such message");
pub(super) const MARKED: Answer = answer("Message is marked as deleted");
pub(super) const NO_MARK: Answer = coded(ResponseCode::SystemTemporary, "No room for another mark, QUIT first");

pub(super) const EARLY_TALK: Answer = answer("You spoke before the greeting");
pub(super) const INJECTION: Answer = answer("Plain text behind STLS");
pub(super) const TOO_MANY_ERRORS: Answer = answer("Too many errors");
pub(super) const SHUTTING_DOWN: Answer = coded(ResponseCode::SystemTemporary, "Shutting down");

/// Writes a response in one line through `put`.
fn encode(status: Status, code: Option<ResponseCode<'_>>, texts: &[&str], put: &mut dyn FnMut(&[u8])) {
    put(status.name().as_bytes());
    if let Some(code) = code {
        put(b" [");
        put(code.name().as_bytes());
        put(b"]");
    }
    if texts.iter().any(|text| !text.is_empty()) {
        put(b" ");
    }
    texts.iter().for_each(|text| put(text.as_bytes()));
    put(b"\r\n");
}

/// Writes a response in one line.
pub(super) fn put(transmit: &mut dyn Sink, status: Status, code: Option<ResponseCode<'_>>, text: &str) {
    encode(status, code, &[text], &mut |bytes| transmit.put(bytes));
}

/// Writes a response with texts of the host's, which stand one behind the other, if they are sound and there
/// is room for all of it.
pub(super) fn put_checked(
    transmit: &mut dyn Sink,
    status: Status,
    code: Option<ResponseCode<'_>>,
    texts: &[&str],
) -> Result<(), Misuse> {
    check_texts(code, texts)?;
    let mut needed = 0;
    encode(status, code, texts, &mut |bytes| needed += bytes.len());
    if needed > RESPONSE_MAX {
        let length = texts.iter().map(|text| text.len()).sum::<usize>();
        return Err(Misuse::TooLong { limit: length.saturating_sub(needed - RESPONSE_MAX) as u32 });
    }
    if transmit.room(needed) < needed {
        return Err(transmit.no_room());
    }
    encode(status, code, texts, &mut |bytes| transmit.put(bytes));
    Ok(())
}

/// Whether texts of the host's can stand in a response.
pub(super) fn check_texts(code: Option<ResponseCode<'_>>, texts: &[&str]) -> Result<(), Misuse> {
    texts.iter().try_for_each(|text| check_no_control(text.as_bytes()))?;
    code.map_or(Ok(()), |code| check_code(code.name()))
}

/// Whether a name can stand between the brackets (RFC 2449 §4, `resp-code`).
fn check_code(name: &str) -> Result<(), Misuse> {
    check_no_control(name.as_bytes())?;
    let misfit = name.bytes().position(|byte| !byte.is_ascii_graphic() || matches!(byte, b'[' | b']'));
    match misfit.or(name.is_empty().then_some(0)) {
        Some(offset) => Err(Misuse::Syntax { offset: offset as u32 }),
        None => Ok(()),
    }
}

/// Writes `+OK`, numbers and the words behind them.
pub(super) fn put_numbers(transmit: &mut dyn Sink, front: &[u8], parts: &[(u64, &[u8])]) {
    transmit.put(front);
    for (number, behind) in parts {
        transmit.put(Decimal::new(*number).as_bytes());
        transmit.put(behind);
    }
}

/// What the response to CAPA says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announcement<'a> {
    pub(super) offered: CapabilitySet,
    pub(super) mechanisms: Mechanisms,
    pub(super) implementation: &'a [u8],
    pub(super) expire_days: Option<u32>,
    pub(super) login_delay: u32,
}

impl Announcement<'_> {
    /// Writes the whole response to CAPA through `put` (RFC 2449 §5).
    pub(super) fn encode(&self, put: &mut dyn FnMut(&[u8])) {
        put(b"+OK Capability list follows\r\n");
        for tag in self.offered.tags() {
            put(tag.as_bytes());
            match tag {
                "SASL" => self.mechanisms.iter().for_each(|mechanism| {
                    put(b" ");
                    put(mechanism.name().as_bytes());
                }),
                "LOGIN-DELAY" => {
                    put(b" ");
                    put(Decimal::new(u64::from(self.login_delay)).as_bytes());
                }
                "EXPIRE" => {
                    put(b" ");
                    match self.expire_days {
                        Some(days) => put(Decimal::new(u64::from(days)).as_bytes()),
                        None => put(b"NEVER"),
                    }
                }
                "IMPLEMENTATION" => {
                    put(b" ");
                    put(self.implementation);
                }
                // Names and passwords are UTF-8 everywhere (RFC 6856 §2.2).
                "UTF8" => put(b" USER"),
                _ => {}
            }
            put(b"\r\n");
        }
        put(b".\r\n");
    }

    /// Writes the whole response to AUTH alone through `put`: a mechanism a line, as clients know it that
    /// are older than CAPA.
    pub(super) fn encode_mechanisms(&self, put: &mut dyn FnMut(&[u8])) {
        put(b"+OK Mechanisms follow\r\n");
        for mechanism in self.mechanisms.iter() {
            put(mechanism.name().as_bytes());
            put(b"\r\n");
        }
        put(b".\r\n");
    }
}
