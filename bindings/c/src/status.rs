//! The one result type: a number in ranges that say whose fault it was.

use core::ffi::{CStr, c_char};

/// How a call ended. The ranges say what to do:
///
/// | range | meaning | state afterwards |
/// | --- | --- | --- |
/// | 0 | success | |
/// | 100 to 199 | the call was wrong or came too early | nothing changed: correct it, go on |
/// | 200 to 299 | the peer broke the protocol | over: send what is queued, close the socket |
/// | 300 to 399 | a limit was passed | over: the same |
/// | 400 to 499 | the connection ended in the middle of something | over: connect anew if the work matters |
/// | 500 to 599 | bytes given to a parser are not what it parses | nothing changed |
///
/// A refusal by the peer (4yz, 5yz) is no error: it arrives as an event. Later versions may add
/// numbers inside the ranges; no number is ever used for something else.
pub type mailproto_status = u32;

/// Success.
pub const MAILPROTO_OK: mailproto_status = 0;

/// A pointer that must not be NULL is.
pub const MAILPROTO_ERR_NULL_POINTER: mailproto_status = 100;
/// The struct_size of a structure was not set, or is smaller than any version of it.
pub const MAILPROTO_ERR_STRUCT_SIZE: mailproto_status = 101;
/// A number or constant that has no meaning in its place.
pub const MAILPROTO_ERR_INVALID_VALUE: mailproto_status = 102;
/// Text that is not UTF-8.
pub const MAILPROTO_ERR_NOT_UTF8: mailproto_status = 103;
/// There is no memory for it.
pub const MAILPROTO_ERR_NO_MEMORY: mailproto_status = 104;
/// The queue or the transmit buffer is full: take events, transmit, call again.
pub const MAILPROTO_ERR_FULL: mailproto_status = 110;
/// CR, LF or NUL in an argument.
pub const MAILPROTO_ERR_CONTROL_CHARACTER: mailproto_status = 111;
/// An argument is not what the grammar wants in its place.
pub const MAILPROTO_ERR_SYNTAX: mailproto_status = 112;
/// An argument does not fit.
pub const MAILPROTO_ERR_TOO_LONG: mailproto_status = 113;
/// The call has no place in the present state.
pub const MAILPROTO_ERR_OUT_OF_ORDER: mailproto_status = 114;
/// The peer does not offer the extension that the call needs.
pub const MAILPROTO_ERR_NOT_OFFERED: mailproto_status = 115;
/// Bare CR, LF or NUL in message data while the options refuse them.
pub const MAILPROTO_ERR_BARE_LINE_END: mailproto_status = 116;
/// The reply code does not fit this stage.
pub const MAILPROTO_ERR_REPLY_CODE: mailproto_status = 117;
/// The connection has failed or closed already.
pub const MAILPROTO_ERR_CLOSED: mailproto_status = 118;
/// What the peer offers would show a secret on a connection without TLS.
pub const MAILPROTO_ERR_NEEDS_TLS: mailproto_status = 119;
/// Another misuse, by a newer core.
pub const MAILPROTO_ERR_MISUSE: mailproto_status = 199;

/// Plain text arrived behind STARTTLS (RFC 3207 section 4.2).
pub const MAILPROTO_ERR_STARTTLS_INJECTION: mailproto_status = 200;
/// A reply without a three-digit code (RFC 5321 section 4.2).
pub const MAILPROTO_ERR_MALFORMED_REPLY: mailproto_status = 201;
/// A reply that no command asked for.
pub const MAILPROTO_ERR_UNEXPECTED_REPLY: mailproto_status = 202;
/// A line ended with LF alone and the leniency forbids it.
pub const MAILPROTO_ERR_BARE_LF: mailproto_status = 203;
/// The lines of one reply carry different codes and the leniency forbids it.
pub const MAILPROTO_ERR_MIXED_REPLY_CODES: mailproto_status = 204;
/// The client spoke before the greeting and the leniency forbids it (RFC 5321 section 3.1).
pub const MAILPROTO_ERR_EARLY_TALK: mailproto_status = 205;
/// A SASL challenge that is not base64 (RFC 4954 section 4).
pub const MAILPROTO_ERR_MALFORMED_CHALLENGE: mailproto_status = 206;
/// A response without +OK or -ERR, or a line that the leniency forbids (RFC 1939 section 3).
pub const MAILPROTO_ERR_MALFORMED_RESPONSE: mailproto_status = 207;
/// Success of a login before the server had proved that it knows the user (RFC 5802 section 5).
pub const MAILPROTO_ERR_UNPROVEN_SERVER: mailproto_status = 208;
/// Another breach of the protocol, known to a newer core.
pub const MAILPROTO_ERR_PROTOCOL: mailproto_status = 299;

/// Too many bad commands.
pub const MAILPROTO_ERR_BAD_COMMANDS: mailproto_status = 300;
/// Too many failed logins.
pub const MAILPROTO_ERR_FAILED_AUTH: mailproto_status = 301;
/// Too many challenges in one SASL exchange.
pub const MAILPROTO_ERR_SASL_ROUNDS: mailproto_status = 302;
/// A reply of which no part could be kept.
pub const MAILPROTO_ERR_REPLY_TOO_LONG: mailproto_status = 303;
/// Another limit, known to a newer core.
pub const MAILPROTO_ERR_LIMIT: mailproto_status = 399;

/// The peer closed the connection in the middle of something.
pub const MAILPROTO_ERR_END_OF_INPUT: mailproto_status = 400;
/// The peer announced the end (421) in the middle of something.
pub const MAILPROTO_ERR_CLOSED_BY_PEER: mailproto_status = 401;
/// Timed out; last_error tells what was waited for.
pub const MAILPROTO_ERR_TIMED_OUT: mailproto_status = 402;
/// Another end, known to a newer core.
pub const MAILPROTO_ERR_CONNECTION: mailproto_status = 499;

/// There is no whole reply: it was cut off.
pub const MAILPROTO_ERR_PARSE_INCOMPLETE: mailproto_status = 500;
/// The bytes are no reply.
pub const MAILPROTO_ERR_PARSE_REPLY: mailproto_status = 501;
/// There is no command of this name.
pub const MAILPROTO_ERR_PARSE_UNKNOWN: mailproto_status = 502;
/// The arguments of a command or parameter break the grammar.
pub const MAILPROTO_ERR_PARSE_SYNTAX: mailproto_status = 503;
/// The argument of a command is not a path.
pub const MAILPROTO_ERR_PARSE_PATH: mailproto_status = 504;

/// Says in a few English words what a status means. Never NULL, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mailproto_status_text(status: mailproto_status) -> *const c_char {
    words(status).as_ptr()
}

pub(crate) fn words(status: mailproto_status) -> &'static CStr {
    match status {
        MAILPROTO_OK => c"success",
        MAILPROTO_ERR_NULL_POINTER => c"a pointer is NULL",
        MAILPROTO_ERR_STRUCT_SIZE => c"struct_size is not set",
        MAILPROTO_ERR_INVALID_VALUE => c"a number has no meaning in its place",
        MAILPROTO_ERR_NOT_UTF8 => c"the text is not UTF-8",
        MAILPROTO_ERR_NO_MEMORY => c"there is no memory",
        MAILPROTO_ERR_FULL => c"the queue is full",
        MAILPROTO_ERR_CONTROL_CHARACTER => c"CR, LF or NUL in an argument",
        MAILPROTO_ERR_SYNTAX => c"an argument breaks the grammar",
        MAILPROTO_ERR_TOO_LONG => c"an argument is too long",
        MAILPROTO_ERR_OUT_OF_ORDER => c"the call has no place in the present state",
        MAILPROTO_ERR_NOT_OFFERED => c"the peer does not offer what the call needs",
        MAILPROTO_ERR_BARE_LINE_END => c"bare CR, LF or NUL in message data",
        MAILPROTO_ERR_REPLY_CODE => c"the reply code does not fit this stage",
        MAILPROTO_ERR_CLOSED => c"the connection is closed",
        MAILPROTO_ERR_NEEDS_TLS => c"the mechanisms that are offered need TLS",
        MAILPROTO_ERR_MISUSE => c"the call was wrong",
        MAILPROTO_ERR_STARTTLS_INJECTION => c"plain text arrived behind STARTTLS",
        MAILPROTO_ERR_MALFORMED_REPLY => c"a reply without a three-digit code",
        MAILPROTO_ERR_UNEXPECTED_REPLY => c"a reply that no command asked for",
        MAILPROTO_ERR_BARE_LF => c"a line that ends with LF alone",
        MAILPROTO_ERR_MIXED_REPLY_CODES => c"a reply whose lines carry different codes",
        MAILPROTO_ERR_EARLY_TALK => c"the client spoke before the greeting",
        MAILPROTO_ERR_MALFORMED_CHALLENGE => c"a SASL challenge that is not base64",
        MAILPROTO_ERR_MALFORMED_RESPONSE => c"a response without +OK or -ERR",
        MAILPROTO_ERR_UNPROVEN_SERVER => c"success before the server had proved that it knows the user",
        MAILPROTO_ERR_PROTOCOL => c"the peer broke the protocol",
        MAILPROTO_ERR_BAD_COMMANDS => c"too many bad commands",
        MAILPROTO_ERR_FAILED_AUTH => c"too many failed logins",
        MAILPROTO_ERR_SASL_ROUNDS => c"too many SASL challenges",
        MAILPROTO_ERR_REPLY_TOO_LONG => c"a reply is too long to keep any of it",
        MAILPROTO_ERR_LIMIT => c"a limit was passed",
        MAILPROTO_ERR_END_OF_INPUT => c"the peer closed the connection in the middle of something",
        MAILPROTO_ERR_CLOSED_BY_PEER => c"the peer ended the session in the middle of something",
        MAILPROTO_ERR_TIMED_OUT => c"timed out",
        MAILPROTO_ERR_CONNECTION => c"the connection ended",
        MAILPROTO_ERR_PARSE_INCOMPLETE => c"the reply is cut off",
        MAILPROTO_ERR_PARSE_REPLY => c"the bytes are no reply",
        MAILPROTO_ERR_PARSE_UNKNOWN => c"there is no such command",
        MAILPROTO_ERR_PARSE_SYNTAX => c"the arguments break the grammar",
        MAILPROTO_ERR_PARSE_PATH => c"the argument is not a path",
        _ => c"unknown status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_status_has_a_text_and_a_number_of_its_own() {
        let source = include_str!("status.rs");
        let numbers: std::vec::Vec<u32> = source
            .lines()
            .filter_map(|line| line.strip_prefix("pub const MAILPROTO_")?.split_once(" = "))
            .map(|(_, number)| number.trim_end_matches(';').parse().unwrap())
            .collect();
        assert!(numbers.len() > 30);
        let texts: BTreeSet<&CStr> = numbers.iter().map(|number| words(*number)).collect();
        assert_eq!(texts.len(), numbers.len(), "two numbers share a text");
        assert!(!texts.contains(c"unknown status"));
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
    }
}
