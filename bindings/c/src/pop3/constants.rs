//! The numbers that stand for words of POP3.

use crate::fault::Fault;
use mailproto::pop3::{CapabilitySet, ResponseCode, State, Verb};

/// A command without its arguments, or a step of the protocol that no command starts: one of the
/// constants MAILPROTO_POP3_VERB_. Where the response depends on whether there was an argument, there are two.
pub type mailproto_pop3_verb = u32;

/// The server's greeting; no command asks for it.
pub const MAILPROTO_POP3_VERB_GREETING: mailproto_pop3_verb = 0;
/// CAPA.
pub const MAILPROTO_POP3_VERB_CAPA: mailproto_pop3_verb = 1;
/// STLS.
pub const MAILPROTO_POP3_VERB_STLS: mailproto_pop3_verb = 2;
/// USER.
pub const MAILPROTO_POP3_VERB_USER: mailproto_pop3_verb = 3;
/// PASS.
pub const MAILPROTO_POP3_VERB_PASS: mailproto_pop3_verb = 4;
/// APOP.
pub const MAILPROTO_POP3_VERB_APOP: mailproto_pop3_verb = 5;
/// AUTH and its exchange.
pub const MAILPROTO_POP3_VERB_AUTH: mailproto_pop3_verb = 6;
/// AUTH without a mechanism.
pub const MAILPROTO_POP3_VERB_AUTH_LIST: mailproto_pop3_verb = 7;
/// STAT.
pub const MAILPROTO_POP3_VERB_STAT: mailproto_pop3_verb = 8;
/// LIST of all messages.
pub const MAILPROTO_POP3_VERB_LIST: mailproto_pop3_verb = 9;
/// LIST of one message.
pub const MAILPROTO_POP3_VERB_LIST_ONE: mailproto_pop3_verb = 10;
/// UIDL of all messages.
pub const MAILPROTO_POP3_VERB_UIDL: mailproto_pop3_verb = 11;
/// UIDL of one message.
pub const MAILPROTO_POP3_VERB_UIDL_ONE: mailproto_pop3_verb = 12;
/// RETR.
pub const MAILPROTO_POP3_VERB_RETR: mailproto_pop3_verb = 13;
/// TOP.
pub const MAILPROTO_POP3_VERB_TOP: mailproto_pop3_verb = 14;
/// DELE.
pub const MAILPROTO_POP3_VERB_DELE: mailproto_pop3_verb = 15;
/// RSET.
pub const MAILPROTO_POP3_VERB_RSET: mailproto_pop3_verb = 16;
/// NOOP.
pub const MAILPROTO_POP3_VERB_NOOP: mailproto_pop3_verb = 17;
/// UTF8.
pub const MAILPROTO_POP3_VERB_UTF8: mailproto_pop3_verb = 18;
/// LANG with a language.
pub const MAILPROTO_POP3_VERB_LANG: mailproto_pop3_verb = 19;
/// LANG alone, which asks for the languages.
pub const MAILPROTO_POP3_VERB_LANG_LIST: mailproto_pop3_verb = 20;
/// QUIT.
pub const MAILPROTO_POP3_VERB_QUIT: mailproto_pop3_verb = 21;
/// TLS has begun on both sides; no command says so.
pub const MAILPROTO_POP3_VERB_TLS_STARTED: mailproto_pop3_verb = 22;

/// Where a conversation stands: one of the constants MAILPROTO_POP3_STATE_.
pub type mailproto_pop3_state = u32;

/// The server has not greeted yet.
pub const MAILPROTO_POP3_STATE_CONNECTED: mailproto_pop3_state = 0;
/// The client has not proved who it is.
pub const MAILPROTO_POP3_STATE_AUTHORIZATION: mailproto_pop3_state = 1;
/// USER was taken: only now may PASS come.
pub const MAILPROTO_POP3_STATE_NAMED: mailproto_pop3_state = 2;
/// The maildrop is open.
pub const MAILPROTO_POP3_STATE_TRANSACTION: mailproto_pop3_state = 3;
/// TLS must begin before anything else.
pub const MAILPROTO_POP3_STATE_HANDSHAKE: mailproto_pop3_state = 4;
/// It is over.
pub const MAILPROTO_POP3_STATE_ENDED: mailproto_pop3_state = 5;

/// A set of capabilities: MAILPROTO_POP3_CAPABILITY_ constants, joined by `|`.
pub type mailproto_pop3_capability_set = u32;

/// RFC 2449 section 6.1.
pub const MAILPROTO_POP3_CAPABILITY_TOP: mailproto_pop3_capability_set = 1;
/// RFC 2449 section 6.2: USER and PASS.
pub const MAILPROTO_POP3_CAPABILITY_USER: mailproto_pop3_capability_set = 2;
/// RFC 2449 section 6.3, RFC 5034.
pub const MAILPROTO_POP3_CAPABILITY_SASL: mailproto_pop3_capability_set = 4;
/// RFC 2449 section 6.4.
pub const MAILPROTO_POP3_CAPABILITY_RESP_CODES: mailproto_pop3_capability_set = 8;
/// RFC 2449 section 6.5.
pub const MAILPROTO_POP3_CAPABILITY_LOGIN_DELAY: mailproto_pop3_capability_set = 16;
/// RFC 2449 section 6.6.
pub const MAILPROTO_POP3_CAPABILITY_PIPELINING: mailproto_pop3_capability_set = 32;
/// RFC 2449 section 6.7.
pub const MAILPROTO_POP3_CAPABILITY_EXPIRE: mailproto_pop3_capability_set = 64;
/// RFC 2449 section 6.8.
pub const MAILPROTO_POP3_CAPABILITY_UIDL: mailproto_pop3_capability_set = 128;
/// RFC 2449 section 6.9.
pub const MAILPROTO_POP3_CAPABILITY_IMPLEMENTATION: mailproto_pop3_capability_set = 256;
/// RFC 3206 section 6.
pub const MAILPROTO_POP3_CAPABILITY_AUTH_RESP_CODE: mailproto_pop3_capability_set = 512;
/// RFC 2595 section 4.
pub const MAILPROTO_POP3_CAPABILITY_STLS: mailproto_pop3_capability_set = 1024;
/// RFC 6856 section 2.
pub const MAILPROTO_POP3_CAPABILITY_UTF8: mailproto_pop3_capability_set = 2048;
/// RFC 6856 section 3.
pub const MAILPROTO_POP3_CAPABILITY_LANG: mailproto_pop3_capability_set = 4096;
/// What a server offers unless it is told otherwise: all that needs nothing of the host but to read its
/// maildrop.
pub const MAILPROTO_POP3_CAPABILITIES_SERVER_DEFAULT: mailproto_pop3_capability_set = 943;

pub(crate) fn capability_set(bits: mailproto_pop3_capability_set) -> Result<CapabilitySet, Fault> {
    let known = CapabilitySet::from_bits(bits);
    if known.bits() == bits { Ok(known) } else { Err(Fault::InvalidValue) }
}

/// Why a command was refused, in a word that programs understand: one of the constants
/// MAILPROTO_POP3_CODE_.
pub type mailproto_pop3_code = u32;

/// The response has no code.
pub const MAILPROTO_POP3_CODE_NONE: mailproto_pop3_code = 0;
/// The maildrop is open in another session (RFC 2449 section 8.1.2).
pub const MAILPROTO_POP3_CODE_IN_USE: mailproto_pop3_code = 1;
/// The last login was too short a time ago (RFC 2449 section 8.1.1).
pub const MAILPROTO_POP3_CODE_LOGIN_DELAY: mailproto_pop3_code = 2;
/// The server has a passing trouble: try later (RFC 3206 section 4).
pub const MAILPROTO_POP3_CODE_SYS_TEMP: mailproto_pop3_code = 3;
/// The server has a lasting trouble: tell a person (RFC 3206 section 4).
pub const MAILPROTO_POP3_CODE_SYS_PERM: mailproto_pop3_code = 4;
/// The credentials are wrong (RFC 3206 section 5).
pub const MAILPROTO_POP3_CODE_AUTH: mailproto_pop3_code = 5;
/// The message needs UTF8 (RFC 6856 section 5).
pub const MAILPROTO_POP3_CODE_UTF8: mailproto_pop3_code = 6;
/// Another one; its name tells.
pub const MAILPROTO_POP3_CODE_OTHER: mailproto_pop3_code = 99;

pub(super) fn code_number(code: Option<ResponseCode<'_>>) -> mailproto_pop3_code {
    match code {
        None => MAILPROTO_POP3_CODE_NONE,
        Some(ResponseCode::InUse) => MAILPROTO_POP3_CODE_IN_USE,
        Some(ResponseCode::LoginDelay) => MAILPROTO_POP3_CODE_LOGIN_DELAY,
        Some(ResponseCode::SystemTemporary) => MAILPROTO_POP3_CODE_SYS_TEMP,
        Some(ResponseCode::SystemPermanent) => MAILPROTO_POP3_CODE_SYS_PERM,
        Some(ResponseCode::Authentication) => MAILPROTO_POP3_CODE_AUTH,
        Some(ResponseCode::Utf8) => MAILPROTO_POP3_CODE_UTF8,
        Some(_) => MAILPROTO_POP3_CODE_OTHER,
    }
}

/// The lines of a message that is wanted whole.
pub const MAILPROTO_POP3_ALL_LINES: u32 = 0xffff_ffff;

/// The numbers above are written by hand so that the header shows them; the core decides.
const _: () = {
    assert!(MAILPROTO_POP3_VERB_GREETING == Verb::Greeting as u32);
    assert!(MAILPROTO_POP3_VERB_CAPA == Verb::Capa as u32);
    assert!(MAILPROTO_POP3_VERB_STLS == Verb::Stls as u32);
    assert!(MAILPROTO_POP3_VERB_USER == Verb::User as u32);
    assert!(MAILPROTO_POP3_VERB_PASS == Verb::Pass as u32);
    assert!(MAILPROTO_POP3_VERB_APOP == Verb::Apop as u32);
    assert!(MAILPROTO_POP3_VERB_AUTH == Verb::Auth as u32);
    assert!(MAILPROTO_POP3_VERB_AUTH_LIST == Verb::AuthList as u32);
    assert!(MAILPROTO_POP3_VERB_STAT == Verb::Stat as u32);
    assert!(MAILPROTO_POP3_VERB_LIST == Verb::List as u32);
    assert!(MAILPROTO_POP3_VERB_LIST_ONE == Verb::ListOne as u32);
    assert!(MAILPROTO_POP3_VERB_UIDL == Verb::Uidl as u32);
    assert!(MAILPROTO_POP3_VERB_UIDL_ONE == Verb::UidlOne as u32);
    assert!(MAILPROTO_POP3_VERB_RETR == Verb::Retr as u32);
    assert!(MAILPROTO_POP3_VERB_TOP == Verb::Top as u32);
    assert!(MAILPROTO_POP3_VERB_DELE == Verb::Dele as u32);
    assert!(MAILPROTO_POP3_VERB_RSET == Verb::Rset as u32);
    assert!(MAILPROTO_POP3_VERB_NOOP == Verb::Noop as u32);
    assert!(MAILPROTO_POP3_VERB_UTF8 == Verb::Utf8 as u32);
    assert!(MAILPROTO_POP3_VERB_LANG == Verb::Lang as u32);
    assert!(MAILPROTO_POP3_VERB_LANG_LIST == Verb::LangList as u32);
    assert!(MAILPROTO_POP3_VERB_QUIT == Verb::Quit as u32);
    assert!(MAILPROTO_POP3_VERB_TLS_STARTED == Verb::TlsStarted as u32);
    assert!(Verb::ALL.len() == 23);

    assert!(MAILPROTO_POP3_STATE_CONNECTED == State::Connected as u32);
    assert!(MAILPROTO_POP3_STATE_AUTHORIZATION == State::Authorization as u32);
    assert!(MAILPROTO_POP3_STATE_NAMED == State::Named as u32);
    assert!(MAILPROTO_POP3_STATE_TRANSACTION == State::Transaction as u32);
    assert!(MAILPROTO_POP3_STATE_HANDSHAKE == State::Handshake as u32);
    assert!(MAILPROTO_POP3_STATE_ENDED == State::Ended as u32);
    assert!(State::ALL.len() == 6);

    assert!(MAILPROTO_POP3_CAPABILITY_TOP == CapabilitySet::TOP.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_USER == CapabilitySet::USER.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_SASL == CapabilitySet::SASL.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_RESP_CODES == CapabilitySet::RESP_CODES.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_LOGIN_DELAY == CapabilitySet::LOGIN_DELAY.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_PIPELINING == CapabilitySet::PIPELINING.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_EXPIRE == CapabilitySet::EXPIRE.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_UIDL == CapabilitySet::UIDL.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_IMPLEMENTATION == CapabilitySet::IMPLEMENTATION.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_AUTH_RESP_CODE == CapabilitySet::AUTH_RESP_CODE.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_STLS == CapabilitySet::STLS.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_UTF8 == CapabilitySet::UTF8.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_LANG == CapabilitySet::LANG.bits());
    assert!(MAILPROTO_POP3_CAPABILITY_LANG * 2 - 1 == CapabilitySet::ALL.bits());
    assert!(MAILPROTO_POP3_CAPABILITIES_SERVER_DEFAULT == CapabilitySet::SERVER_DEFAULT.bits());
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_without_a_meaning_are_refused() {
        assert!(capability_set(1 << 13).is_err());
        assert_eq!(capability_set(MAILPROTO_POP3_CAPABILITY_UIDL).unwrap(), CapabilitySet::UIDL);
    }
}
