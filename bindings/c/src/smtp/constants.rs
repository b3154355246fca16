//! The numbers that stand for words of SMTP, and the words they stand for.

use crate::fault::Fault;
use mailproto::smtp::{ExtensionSet, LineEnds, Protocol, State, Verb};

/// SMTP or LMTP: MAILPROTO_SMTP_PROTOCOL_SMTP or MAILPROTO_SMTP_PROTOCOL_LMTP.
pub type mailproto_smtp_protocol = u32;

/// SMTP (RFC 5321).
pub const MAILPROTO_SMTP_PROTOCOL_SMTP: mailproto_smtp_protocol = 0;
/// LMTP (RFC 2033): LHLO for EHLO, and a verdict for each recipient.
pub const MAILPROTO_SMTP_PROTOCOL_LMTP: mailproto_smtp_protocol = 1;

pub(crate) fn protocol(number: mailproto_smtp_protocol) -> Result<Protocol, Fault> {
    match number {
        MAILPROTO_SMTP_PROTOCOL_SMTP => Ok(Protocol::Smtp),
        MAILPROTO_SMTP_PROTOCOL_LMTP => Ok(Protocol::Lmtp),
        _ => Err(Fault::InvalidValue),
    }
}

/// What happens to bare CR and LF in message data: one of the constants MAILPROTO_LINE_ENDS_.
pub type mailproto_line_ends = u32;

/// They are refused.
pub const MAILPROTO_LINE_ENDS_REFUSE: mailproto_line_ends = 0;
/// They are made CR LF.
pub const MAILPROTO_LINE_ENDS_CANONICALISE: mailproto_line_ends = 1;

pub(crate) fn line_ends(number: mailproto_line_ends) -> Result<LineEnds, Fault> {
    match number {
        MAILPROTO_LINE_ENDS_REFUSE => Ok(LineEnds::Refuse),
        MAILPROTO_LINE_ENDS_CANONICALISE => Ok(LineEnds::Canonicalise),
        _ => Err(Fault::InvalidValue),
    }
}

/// A command without its arguments, or a step of the protocol that no command starts: one of the
/// constants MAILPROTO_SMTP_VERB_.
pub type mailproto_smtp_verb = u32;

/// The server's greeting; no command asks for it.
pub const MAILPROTO_SMTP_VERB_GREETING: mailproto_smtp_verb = 0;
/// EHLO, or LHLO in LMTP.
pub const MAILPROTO_SMTP_VERB_EHLO: mailproto_smtp_verb = 1;
/// HELO.
pub const MAILPROTO_SMTP_VERB_HELO: mailproto_smtp_verb = 2;
/// STARTTLS.
pub const MAILPROTO_SMTP_VERB_STARTTLS: mailproto_smtp_verb = 3;
/// AUTH and its exchange.
pub const MAILPROTO_SMTP_VERB_AUTH: mailproto_smtp_verb = 4;
/// MAIL.
pub const MAILPROTO_SMTP_VERB_MAIL: mailproto_smtp_verb = 5;
/// RCPT.
pub const MAILPROTO_SMTP_VERB_RCPT: mailproto_smtp_verb = 6;
/// DATA, up to the go-ahead.
pub const MAILPROTO_SMTP_VERB_DATA: mailproto_smtp_verb = 7;
/// The end of the data that followed DATA: its reply is the verdict on the message.
pub const MAILPROTO_SMTP_VERB_DATA_END: mailproto_smtp_verb = 8;
/// BDAT that is not the last.
pub const MAILPROTO_SMTP_VERB_BDAT: mailproto_smtp_verb = 9;
/// BDAT LAST: its reply is the verdict on the message.
pub const MAILPROTO_SMTP_VERB_BDAT_LAST: mailproto_smtp_verb = 10;
/// RSET.
pub const MAILPROTO_SMTP_VERB_RSET: mailproto_smtp_verb = 11;
/// VRFY.
pub const MAILPROTO_SMTP_VERB_VRFY: mailproto_smtp_verb = 12;
/// EXPN.
pub const MAILPROTO_SMTP_VERB_EXPN: mailproto_smtp_verb = 13;
/// HELP.
pub const MAILPROTO_SMTP_VERB_HELP: mailproto_smtp_verb = 14;
/// NOOP.
pub const MAILPROTO_SMTP_VERB_NOOP: mailproto_smtp_verb = 15;
/// QUIT.
pub const MAILPROTO_SMTP_VERB_QUIT: mailproto_smtp_verb = 16;
/// XCLIENT.
pub const MAILPROTO_SMTP_VERB_XCLIENT: mailproto_smtp_verb = 17;
/// TLS has begun on both sides; no command says so.
pub const MAILPROTO_SMTP_VERB_TLS_STARTED: mailproto_smtp_verb = 18;

/// Where a conversation stands: one of the constants MAILPROTO_SMTP_STATE_.
pub type mailproto_smtp_state = u32;

/// The server has not greeted yet.
pub const MAILPROTO_SMTP_STATE_CONNECTED: mailproto_smtp_state = 0;
/// The server has greeted; the client has not said who it is.
pub const MAILPROTO_SMTP_STATE_GREETED: mailproto_smtp_state = 1;
/// The client has said who it is; no transaction.
pub const MAILPROTO_SMTP_STATE_READY: mailproto_smtp_state = 2;
/// A transaction has a sender.
pub const MAILPROTO_SMTP_STATE_SENDER: mailproto_smtp_state = 3;
/// A transaction has a recipient.
pub const MAILPROTO_SMTP_STATE_RECIPIENTS: mailproto_smtp_state = 4;
/// Message data flows, up to the lone dot.
pub const MAILPROTO_SMTP_STATE_DATA: mailproto_smtp_state = 5;
/// Message data flows in chunks.
pub const MAILPROTO_SMTP_STATE_CHUNKS: mailproto_smtp_state = 6;
/// TLS must begin before anything else.
pub const MAILPROTO_SMTP_STATE_HANDSHAKE: mailproto_smtp_state = 7;
/// It is over.
pub const MAILPROTO_SMTP_STATE_ENDED: mailproto_smtp_state = 8;

/// A set of extensions: MAILPROTO_SMTP_EXTENSION_ constants, joined by `|`.
pub type mailproto_smtp_extension_set = u32;

/// RFC 2920.
pub const MAILPROTO_SMTP_EXTENSION_PIPELINING: mailproto_smtp_extension_set = 1;
/// RFC 1870.
pub const MAILPROTO_SMTP_EXTENSION_SIZE: mailproto_smtp_extension_set = 2;
/// RFC 6152.
pub const MAILPROTO_SMTP_EXTENSION_8BITMIME: mailproto_smtp_extension_set = 4;
/// RFC 6531.
pub const MAILPROTO_SMTP_EXTENSION_SMTPUTF8: mailproto_smtp_extension_set = 8;
/// RFC 3030.
pub const MAILPROTO_SMTP_EXTENSION_CHUNKING: mailproto_smtp_extension_set = 16;
/// RFC 3030.
pub const MAILPROTO_SMTP_EXTENSION_BINARYMIME: mailproto_smtp_extension_set = 32;
/// RFC 3461.
pub const MAILPROTO_SMTP_EXTENSION_DSN: mailproto_smtp_extension_set = 64;
/// RFC 2034.
pub const MAILPROTO_SMTP_EXTENSION_ENHANCEDSTATUSCODES: mailproto_smtp_extension_set = 128;
/// RFC 3207.
pub const MAILPROTO_SMTP_EXTENSION_STARTTLS: mailproto_smtp_extension_set = 256;
/// RFC 4954.
pub const MAILPROTO_SMTP_EXTENSION_AUTH: mailproto_smtp_extension_set = 512;
/// RFC 8689.
pub const MAILPROTO_SMTP_EXTENSION_REQUIRETLS: mailproto_smtp_extension_set = 1024;
/// RFC 9422.
pub const MAILPROTO_SMTP_EXTENSION_LIMITS: mailproto_smtp_extension_set = 2048;
/// RFC 2852.
pub const MAILPROTO_SMTP_EXTENSION_DELIVERBY: mailproto_smtp_extension_set = 4096;
/// RFC 6710.
pub const MAILPROTO_SMTP_EXTENSION_MT_PRIORITY: mailproto_smtp_extension_set = 8192;
/// RFC 4865.
pub const MAILPROTO_SMTP_EXTENSION_FUTURERELEASE: mailproto_smtp_extension_set = 16384;
/// RFC 7293.
pub const MAILPROTO_SMTP_EXTENSION_RRVS: mailproto_smtp_extension_set = 32768;
/// Postfix XCLIENT_README.
pub const MAILPROTO_SMTP_EXTENSION_XCLIENT: mailproto_smtp_extension_set = 65536;
/// RFC 5321 section 3.5.
pub const MAILPROTO_SMTP_EXTENSION_VRFY: mailproto_smtp_extension_set = 131072;
/// RFC 5321 section 3.5.
pub const MAILPROTO_SMTP_EXTENSION_EXPN: mailproto_smtp_extension_set = 262144;
/// RFC 5321 section 4.1.1.8.
pub const MAILPROTO_SMTP_EXTENSION_HELP: mailproto_smtp_extension_set = 524288;
/// What a server offers unless it is told otherwise: all that needs nothing of the host but to store
/// what it is given.
pub const MAILPROTO_SMTP_EXTENSIONS_SERVER_DEFAULT: mailproto_smtp_extension_set = 526527;

pub(crate) fn extension_set(bits: mailproto_smtp_extension_set) -> Result<ExtensionSet, Fault> {
    let known = ExtensionSet::from_bits(bits);
    if known.bits() == bits { Ok(known) } else { Err(Fault::InvalidValue) }
}

/// The numbers above are written by hand so that the header shows them; the core decides.
const _: () = {
    assert!(MAILPROTO_SMTP_VERB_GREETING == Verb::Greeting as u32);
    assert!(MAILPROTO_SMTP_VERB_EHLO == Verb::Ehlo as u32);
    assert!(MAILPROTO_SMTP_VERB_HELO == Verb::Helo as u32);
    assert!(MAILPROTO_SMTP_VERB_STARTTLS == Verb::StartTls as u32);
    assert!(MAILPROTO_SMTP_VERB_AUTH == Verb::Auth as u32);
    assert!(MAILPROTO_SMTP_VERB_MAIL == Verb::Mail as u32);
    assert!(MAILPROTO_SMTP_VERB_RCPT == Verb::Rcpt as u32);
    assert!(MAILPROTO_SMTP_VERB_DATA == Verb::Data as u32);
    assert!(MAILPROTO_SMTP_VERB_DATA_END == Verb::DataEnd as u32);
    assert!(MAILPROTO_SMTP_VERB_BDAT == Verb::Bdat as u32);
    assert!(MAILPROTO_SMTP_VERB_BDAT_LAST == Verb::BdatLast as u32);
    assert!(MAILPROTO_SMTP_VERB_RSET == Verb::Rset as u32);
    assert!(MAILPROTO_SMTP_VERB_VRFY == Verb::Vrfy as u32);
    assert!(MAILPROTO_SMTP_VERB_EXPN == Verb::Expn as u32);
    assert!(MAILPROTO_SMTP_VERB_HELP == Verb::Help as u32);
    assert!(MAILPROTO_SMTP_VERB_NOOP == Verb::Noop as u32);
    assert!(MAILPROTO_SMTP_VERB_QUIT == Verb::Quit as u32);
    assert!(MAILPROTO_SMTP_VERB_XCLIENT == Verb::Xclient as u32);
    assert!(MAILPROTO_SMTP_VERB_TLS_STARTED == Verb::TlsStarted as u32);
    assert!(Verb::ALL.len() == 19);

    assert!(MAILPROTO_SMTP_STATE_CONNECTED == State::Connected as u32);
    assert!(MAILPROTO_SMTP_STATE_GREETED == State::Greeted as u32);
    assert!(MAILPROTO_SMTP_STATE_READY == State::Ready as u32);
    assert!(MAILPROTO_SMTP_STATE_SENDER == State::Sender as u32);
    assert!(MAILPROTO_SMTP_STATE_RECIPIENTS == State::Recipients as u32);
    assert!(MAILPROTO_SMTP_STATE_DATA == State::Data as u32);
    assert!(MAILPROTO_SMTP_STATE_CHUNKS == State::Chunks as u32);
    assert!(MAILPROTO_SMTP_STATE_HANDSHAKE == State::Handshake as u32);
    assert!(MAILPROTO_SMTP_STATE_ENDED == State::Ended as u32);
    assert!(State::ALL.len() == 9);

    assert!(MAILPROTO_SMTP_EXTENSION_PIPELINING == ExtensionSet::PIPELINING.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_SIZE == ExtensionSet::SIZE.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_8BITMIME == ExtensionSet::EIGHT_BIT_MIME.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_SMTPUTF8 == ExtensionSet::SMTPUTF8.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_CHUNKING == ExtensionSet::CHUNKING.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_BINARYMIME == ExtensionSet::BINARYMIME.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_DSN == ExtensionSet::DSN.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_ENHANCEDSTATUSCODES == ExtensionSet::ENHANCED_STATUS_CODES.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_STARTTLS == ExtensionSet::STARTTLS.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_AUTH == ExtensionSet::AUTH.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_REQUIRETLS == ExtensionSet::REQUIRETLS.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_LIMITS == ExtensionSet::LIMITS.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_DELIVERBY == ExtensionSet::DELIVERBY.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_MT_PRIORITY == ExtensionSet::MT_PRIORITY.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_FUTURERELEASE == ExtensionSet::FUTURERELEASE.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_RRVS == ExtensionSet::RRVS.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_XCLIENT == ExtensionSet::XCLIENT.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_VRFY == ExtensionSet::VRFY.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_EXPN == ExtensionSet::EXPN.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_HELP == ExtensionSet::HELP.bits());
    assert!(MAILPROTO_SMTP_EXTENSION_HELP * 2 - 1 == ExtensionSet::ALL.bits());
    assert!(MAILPROTO_SMTP_EXTENSIONS_SERVER_DEFAULT == ExtensionSet::SERVER_DEFAULT.bits());
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_without_a_meaning_are_refused() {
        assert!(extension_set(1 << 30).is_err());
    }
}
