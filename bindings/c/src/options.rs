//! What every endpoint can be told: limits, and which anomalies it tolerates.

use crate::fault::Fault;
use mailproto::{Anomalies, Leniency, Limits};

/// A set of departures from the grammar: MAILPROTO_ANOMALY_ constants, joined by `|`.
pub type mailproto_anomalies = u32;

/// A line that ended with LF alone.
pub const MAILPROTO_ANOMALY_BARE_LF: mailproto_anomalies = 1;
/// A reply whose lines carry different codes; the last one counts.
pub const MAILPROTO_ANOMALY_MIXED_REPLY_CODES: mailproto_anomalies = 2;
/// Reply text that is not UTF-8.
pub const MAILPROTO_ANOMALY_REPLY_NOT_UTF8: mailproto_anomalies = 4;
/// A reply over the limit: its first lines were kept, the rest was read past.
pub const MAILPROTO_ANOMALY_TRUNCATED_REPLY: mailproto_anomalies = 8;
/// A line of the EHLO reply that is no keyword with parameters; it was skipped.
pub const MAILPROTO_ANOMALY_MALFORMED_EHLO_LINE: mailproto_anomalies = 16;
/// The line AUTH=LOGIN of servers older than RFC 2554.
pub const MAILPROTO_ANOMALY_AUTH_EQUALS: mailproto_anomalies = 32;
/// White space between FROM: or TO: and the path.
pub const MAILPROTO_ANOMALY_SPACE_BEFORE_PATH: mailproto_anomalies = 64;
/// A path without angle brackets.
pub const MAILPROTO_ANOMALY_MISSING_BRACKETS: mailproto_anomalies = 128;
/// White space where the grammar has none, or more than it has.
pub const MAILPROTO_ANOMALY_EXTRA_SPACE: mailproto_anomalies = 256;
/// A mailbox outside the grammar, such as `a..b` at a domain.
pub const MAILPROTO_ANOMALY_LOOSE_MAILBOX: mailproto_anomalies = 512;
/// A greeting name that is neither a domain nor an address literal, or none at all.
pub const MAILPROTO_ANOMALY_LOOSE_HELLO_NAME: mailproto_anomalies = 1024;
/// Bare CR or LF in message data that was made canonical.
pub const MAILPROTO_ANOMALY_BARE_LINE_END_IN_DATA: mailproto_anomalies = 2048;
/// The client spoke before the greeting.
pub const MAILPROTO_ANOMALY_EARLY_TALK: mailproto_anomalies = 4096;
/// A reply code whose first digit is not 2, 3, 4 or 5.
pub const MAILPROTO_ANOMALY_ODD_REPLY_CODE: mailproto_anomalies = 8192;
/// A POP3 status indicator that is not in capital letters.
pub const MAILPROTO_ANOMALY_STATUS_CASE: mailproto_anomalies = 16384;
/// A unique-id listing without the number of its message.
pub const MAILPROTO_ANOMALY_MISSING_NUMBER: mailproto_anomalies = 32768;
/// `+OK` where an exchange of AUTH goes on with `+` and a space.
pub const MAILPROTO_ANOMALY_OK_FOR_CHALLENGE: mailproto_anomalies = 65536;
/// A line of a list that is not what it should be; it was skipped.
pub const MAILPROTO_ANOMALY_MALFORMED_LINE: mailproto_anomalies = 131072;

/// The numbers above are written by hand so that the header shows them; the core decides.
const _: () = {
    assert!(MAILPROTO_ANOMALY_BARE_LF == Anomalies::BARE_LF.bits());
    assert!(MAILPROTO_ANOMALY_MIXED_REPLY_CODES == Anomalies::MIXED_REPLY_CODES.bits());
    assert!(MAILPROTO_ANOMALY_REPLY_NOT_UTF8 == Anomalies::REPLY_NOT_UTF8.bits());
    assert!(MAILPROTO_ANOMALY_TRUNCATED_REPLY == Anomalies::TRUNCATED_REPLY.bits());
    assert!(MAILPROTO_ANOMALY_MALFORMED_EHLO_LINE == Anomalies::MALFORMED_EHLO_LINE.bits());
    assert!(MAILPROTO_ANOMALY_AUTH_EQUALS == Anomalies::AUTH_EQUALS.bits());
    assert!(MAILPROTO_ANOMALY_SPACE_BEFORE_PATH == Anomalies::SPACE_BEFORE_PATH.bits());
    assert!(MAILPROTO_ANOMALY_MISSING_BRACKETS == Anomalies::MISSING_BRACKETS.bits());
    assert!(MAILPROTO_ANOMALY_EXTRA_SPACE == Anomalies::EXTRA_SPACE.bits());
    assert!(MAILPROTO_ANOMALY_LOOSE_MAILBOX == Anomalies::LOOSE_MAILBOX.bits());
    assert!(MAILPROTO_ANOMALY_LOOSE_HELLO_NAME == Anomalies::LOOSE_HELLO_NAME.bits());
    assert!(MAILPROTO_ANOMALY_BARE_LINE_END_IN_DATA == Anomalies::BARE_LINE_END_IN_DATA.bits());
    assert!(MAILPROTO_ANOMALY_EARLY_TALK == Anomalies::EARLY_TALK.bits());
    assert!(MAILPROTO_ANOMALY_ODD_REPLY_CODE == Anomalies::ODD_REPLY_CODE.bits());
    assert!(MAILPROTO_ANOMALY_STATUS_CASE == Anomalies::STATUS_CASE.bits());
    assert!(MAILPROTO_ANOMALY_MISSING_NUMBER == Anomalies::MISSING_NUMBER.bits());
    assert!(MAILPROTO_ANOMALY_OK_FOR_CHALLENGE == Anomalies::OK_FOR_CHALLENGE.bits());
    assert!(MAILPROTO_ANOMALY_MALFORMED_LINE == Anomalies::MALFORMED_LINE.bits());
    assert!(MAILPROTO_ANOMALY_MALFORMED_LINE * 2 - 1 == Anomalies::ALL.bits());
};

/// The leniency that tolerates exactly these; refuses bits without a meaning.
pub(crate) fn leniency(tolerated: mailproto_anomalies) -> Result<Leniency, Fault> {
    let known = Anomalies::from_bits(tolerated);
    if known.bits() == tolerated { Ok(Leniency::STRICT.with(known)) } else { Err(Fault::InvalidValue) }
}

/// Names a bound of an endpoint: one of the constants MAILPROTO_LIMIT_.
pub type mailproto_limit = u32;

/// Bytes in a command line with its CR LF. Default 2048.
pub const MAILPROTO_LIMIT_COMMAND_LINE: mailproto_limit = 1;
/// Bytes in a line of a SASL exchange with its CR LF. Default 12288.
pub const MAILPROTO_LIMIT_SASL_LINE: mailproto_limit = 2;
/// Bytes in a whole reply. Default 16384.
pub const MAILPROTO_LIMIT_REPLY: mailproto_limit = 3;
/// Recipients in one transaction. Default 1000.
pub const MAILPROTO_LIMIT_RECIPIENTS: mailproto_limit = 4;
/// Bytes in one message as the receiver counts them. Default 64 MiB.
pub const MAILPROTO_LIMIT_MESSAGE: mailproto_limit = 5;
/// Refused commands before the connection is ended. Default 20.
pub const MAILPROTO_LIMIT_BAD_COMMANDS: mailproto_limit = 6;
/// Failed logins before the connection is ended. Default 3.
pub const MAILPROTO_LIMIT_FAILED_AUTH: mailproto_limit = 7;
/// Challenges in one SASL exchange. Default 8.
pub const MAILPROTO_LIMIT_SASL_ROUNDS: mailproto_limit = 8;
/// Commands that wait for a reply, sent or not. Default 32, which is the most.
pub const MAILPROTO_LIMIT_QUEUED_COMMANDS: mailproto_limit = 9;
/// Bytes that the receive buffer may hold. Default 16384.
pub const MAILPROTO_LIMIT_RECEIVE_BUFFER: mailproto_limit = 10;
/// Bytes that the transmit buffer may hold. Default 16384.
pub const MAILPROTO_LIMIT_TRANSMIT_BUFFER: mailproto_limit = 11;
/// Messages of a maildrop that a POP3 server can mark as deleted in one session. Default 1048576.
pub const MAILPROTO_LIMIT_MESSAGES: mailproto_limit = 12;

/// Sets one bound.
pub(crate) fn set_limit(limits: &mut Limits, which: mailproto_limit, value: u64) -> Result<(), Fault> {
    let narrow = || u32::try_from(value).map_err(|_| Fault::InvalidValue);
    let narrower = || u16::try_from(value).map_err(|_| Fault::InvalidValue);
    match which {
        MAILPROTO_LIMIT_COMMAND_LINE => limits.command_line = narrow()?,
        MAILPROTO_LIMIT_SASL_LINE => limits.sasl_line = narrow()?,
        MAILPROTO_LIMIT_REPLY => limits.reply = narrow()?,
        MAILPROTO_LIMIT_RECIPIENTS => limits.recipients = narrow()?,
        MAILPROTO_LIMIT_MESSAGE => limits.message = value,
        MAILPROTO_LIMIT_BAD_COMMANDS => limits.bad_commands = narrower()?,
        MAILPROTO_LIMIT_FAILED_AUTH => limits.failed_auth = narrower()?,
        MAILPROTO_LIMIT_SASL_ROUNDS => limits.sasl_rounds = narrower()?,
        MAILPROTO_LIMIT_QUEUED_COMMANDS => limits.queued_commands = narrower()?,
        MAILPROTO_LIMIT_RECEIVE_BUFFER => limits.receive_buffer = narrow()?,
        MAILPROTO_LIMIT_TRANSMIT_BUFFER => limits.transmit_buffer = narrow()?,
        MAILPROTO_LIMIT_MESSAGES => limits.messages = narrow()?,
        _ => return Err(Fault::InvalidValue),
    }
    Ok(())
}
