//! The words a server says.

use super::super::command::{CommandErrorKind, Verb};
use super::super::extension_set::ExtensionSet;
use super::super::reply::Reply;
use super::super::status::EnhancedCode;
use crate::buffer::Sink;
use crate::sasl::Mechanisms;
use crate::text::{Decimal, ShortText};

/// A reply that the endpoint gives of its own accord.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) enhanced: Option<EnhancedCode>,
    pub(super) text: &'static str,
}

const fn answer(code: u16, enhanced: (u8, u16, u16), text: &'static str) -> Answer {
    Answer { code, enhanced: Some(EnhancedCode::new(enhanced.0, enhanced.1, enhanced.2)), text }
}

/// Room that must be free before a line is looked at: no answer below is longer.
pub(super) const ANSWER_ROOM: usize = 128;

pub(super) const OK: Answer = answer(250, (2, 0, 0), "OK");
pub(super) const CHUNK_TAKEN: Answer = answer(250, (2, 0, 0), "Chunk received");
pub(super) const SENDER_OK: Answer = answer(250, (2, 1, 0), "Sender OK");
pub(super) const RECIPIENT_OK: Answer = answer(250, (2, 1, 5), "Recipient OK");
pub(super) const MESSAGE_TAKEN: Answer = answer(250, (2, 6, 0), "Message accepted");
pub(super) const AUTHENTICATED: Answer = answer(235, (2, 7, 0), "Authentication succeeded");
pub(super) const CANNOT_VERIFY: Answer = answer(252, (2, 1, 5), "Cannot verify, but will take a message");
pub(super) const READY_FOR_TLS: Answer = answer(220, (2, 0, 0), "Ready to start TLS");
pub(super) const HELP: Answer = answer(214, (2, 0, 0), "See RFC 5321");
pub(super) const GO_AHEAD: Answer = Answer { code: 354, enhanced: None, text: "End data with <CR><LF>.<CR><LF>" };

pub(super) const TOO_LONG: Answer = answer(500, (5, 5, 2), "Line too long");
pub(super) const OUT_OF_ORDER: Answer = answer(503, (5, 5, 1), "Bad sequence of commands");
pub(super) const NO_RECIPIENTS: Answer = answer(503, (5, 5, 1), "No valid recipients");
pub(super) const NOT_OFFERED: Answer = answer(502, (5, 5, 1), "Command not offered");
pub(super) const TLS_FIRST: Answer = answer(530, (5, 7, 0), "Must issue a STARTTLS command first");
pub(super) const AUTH_FIRST: Answer = answer(530, (5, 7, 0), "Authentication required");
pub(super) const AUTH_NEEDS_TLS: Answer = answer(538, (5, 7, 11), "Encryption required for authentication");
pub(super) const AUTH_TWICE: Answer = answer(503, (5, 5, 1), "Already authenticated");
pub(super) const AUTH_MECHANISM: Answer = answer(504, (5, 5, 4), "Unrecognized authentication mechanism");
pub(super) const AUTH_NO_INITIAL: Answer = answer(501, (5, 5, 4), "This mechanism takes no initial response");
pub(super) const AUTH_INVALID: Answer = answer(535, (5, 7, 8), "Authentication credentials invalid");
pub(super) const AUTH_CANCELLED: Answer = answer(501, (5, 7, 0), "Authentication cancelled");
pub(super) const AUTH_MALFORMED: Answer = answer(501, (5, 5, 2), "Cannot decode the response");
pub(super) const TOO_MANY_RECIPIENTS: Answer = answer(452, (4, 5, 3), "Too many recipients");
pub(super) const TOO_LARGE: Answer = answer(552, (5, 3, 4), "Message too large");
pub(super) const BAD_LINE_ENDS: Answer = answer(554, (5, 6, 0), "Bare CR, LF or NUL in the message");
pub(super) const NEEDS_SMTPUTF8: Answer = answer(553, (5, 6, 7), "Non-ASCII address needs SMTPUTF8");
pub(super) const NEEDS_BDAT: Answer = answer(503, (5, 5, 1), "BODY=BINARYMIME needs BDAT");
pub(super) const UNKNOWN_PARAMETER: Answer = answer(555, (5, 5, 4), "Parameter not recognized");
pub(super) const BAD_PARAMETER: Answer = answer(501, (5, 5, 4), "Bad value of a parameter");

pub(super) const EARLY_TALK: Answer = answer(554, (5, 5, 0), "You spoke before the greeting");
pub(super) const INJECTION: Answer = answer(554, (5, 5, 0), "Plain text behind STARTTLS");
pub(super) const TOO_MANY_ERRORS: Answer = answer(421, (4, 7, 0), "Too many errors");
pub(super) const TIMED_OUT: Answer = answer(421, (4, 4, 2), "Timed out");
pub(super) const SHUTTING_DOWN: Answer = answer(421, (4, 3, 2), "Shutting down");

/// The answer to a line that is no command.
pub(super) const fn to_malformed(kind: CommandErrorKind, verb_is_mail: bool) -> Answer {
    match kind {
        CommandErrorKind::Unknown => answer(500, (5, 5, 2), "Command not recognized"),
        CommandErrorKind::Syntax => answer(501, (5, 5, 4), "Syntax error in arguments"),
        CommandErrorKind::Path if verb_is_mail => answer(501, (5, 1, 7), "Bad sender address syntax"),
        CommandErrorKind::Path => answer(501, (5, 1, 3), "Bad recipient address syntax"),
    }
}

/// The answer to a command that has no place in the present state.
pub(super) const fn to_misplaced(verb: Verb, has_sender: bool) -> Answer {
    match verb {
        Verb::Data | Verb::Bdat | Verb::BdatLast if has_sender => NO_RECIPIENTS,
        _ => OUT_OF_ORDER,
    }
}

/// Writes a reply; enhanced codes only where they were announced.
pub(super) fn put(transmit: &mut dyn Sink, answer: Answer, with_enhanced: bool) {
    put_text(transmit, answer.code, answer.enhanced.filter(|_| with_enhanced), answer.text);
}

/// Writes a reply with a text of the host's.
pub(super) fn put_text(transmit: &mut dyn Sink, code: u16, enhanced: Option<EnhancedCode>, text: &str) {
    Reply::encode(code, enhanced, text, &mut |bytes| transmit.put(bytes));
}

/// Bytes that [`put_text`] will write.
pub(super) fn length(code: u16, enhanced: Option<EnhancedCode>, text: &str) -> usize {
    let mut length = 0;
    Reply::encode(code, enhanced, text, &mut |bytes| length += bytes.len());
    length
}

/// What the reply to EHLO or LHLO says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announcement {
    pub(super) offered: ExtensionSet,
    pub(super) mechanisms: Mechanisms,
    pub(super) size: u64,
    pub(super) recipients: u32,
    pub(super) hold_max: u32,
}

impl Announcement {
    /// Writes the whole reply through `put` (RFC 5321 §4.1.1.1).
    pub(super) fn encode(&self, name: &ShortText, put: &mut dyn FnMut(&[u8])) {
        let lines = self.offered.keywords().count();
        put(if lines == 0 { b"250 " } else { b"250-" });
        put(name.as_bytes());
        put(b"\r\n");
        for (index, keyword) in self.offered.keywords().enumerate() {
            put(if index + 1 == lines { b"250 " } else { b"250-" });
            put(keyword.as_bytes());
            match keyword {
                "SIZE" => {
                    put(b" ");
                    put(Decimal::new(self.size).as_bytes());
                }
                "AUTH" => self.mechanisms.iter().for_each(|mechanism| {
                    put(b" ");
                    put(mechanism.name().as_bytes());
                }),
                "LIMITS" => {
                    put(b" RCPTMAX=");
                    put(Decimal::new(u64::from(self.recipients)).as_bytes());
                }
                "FUTURERELEASE" => {
                    put(b" ");
                    put(Decimal::new(u64::from(self.hold_max)).as_bytes());
                    put(b" 9999-12-31T23:59:59Z");
                }
                "XCLIENT" => put(b" NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"),
                _ => {}
            }
            put(b"\r\n");
        }
    }
}
