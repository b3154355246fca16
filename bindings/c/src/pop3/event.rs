//! One structure for everything that can happen in POP3, on either side.

use super::constants::*;
use crate::bytes::mailproto_bytes;
use crate::error::MAILPROTO_UNKNOWN;
use crate::event::{Event, Shown};
use crate::sasl::credentials::ShownCredentials;
use crate::sasl::mechanism::{mailproto_sasl_mechanisms, mechanism_bit, mechanism_bits};
use core::mem::offset_of;
use mailproto::CommandId;
use mailproto::pop3::{
    Capability, ClientEvent, DownloadEvent, Failure, Message, Response, ServerEvent, SkipReason, Verb,
};

/// What happened: one of the constants MAILPROTO_POP3_EVENT_. A program must ignore kinds that it does
/// not know.
pub type mailproto_pop3_event_kind = u32;

/// Nothing more: bytes, a verb or time is needed.
pub const MAILPROTO_POP3_EVENT_NONE: mailproto_pop3_event_kind = 0;
/// All endpoints: do the TLS handshake on the socket, then call tls_started.
pub const MAILPROTO_POP3_EVENT_STARTTLS: mailproto_pop3_event_kind = 1;

/// Client: the server has greeted, or refused to serve. Has a response, and the timestamp that APOP signs, if
/// the server knows APOP.
pub const MAILPROTO_POP3_EVENT_GREETING: mailproto_pop3_event_kind = 16;
/// Client: a command has ended with this response, good or bad. Has command, verb and response; a good one to
/// STAT has messages and octets, to LIST of one message number and octets, to UIDL of one message number and
/// unique_id. A login by USER and PASS ends as MAILPROTO_POP3_VERB_PASS, or as MAILPROTO_POP3_VERB_USER if
/// the server would not hear of the user.
pub const MAILPROTO_POP3_EVENT_RESPONSE: mailproto_pop3_event_kind = 17;
/// Client: a good response begins that has more lines; what is in them follows. Has command, verb and response.
pub const MAILPROTO_POP3_EVENT_START: mailproto_pop3_event_kind = 18;
/// Client: LIST: one message's size. Has command, number and octets.
pub const MAILPROTO_POP3_EVENT_LISTING: mailproto_pop3_event_kind = 19;
/// Client: UIDL: one message's unique id. Has command, number (0 where the server left it out) and unique_id.
pub const MAILPROTO_POP3_EVENT_UNIQUE_ID: mailproto_pop3_event_kind = 20;
/// Client: CAPA: something the server can do. Has command and capability; SASL has mechanisms, LOGIN-DELAY its
/// seconds and EXPIRE its days as value, IMPLEMENTATION its name as text. One that is not known here has
/// capability 0, its tag as name, and its parameters as text.
pub const MAILPROTO_POP3_EVENT_CAPABILITY: mailproto_pop3_event_kind = 21;
/// Client: LANG: a language that the server speaks. Has command, the tag as name, and the description as text.
pub const MAILPROTO_POP3_EVENT_LANGUAGE: mailproto_pop3_event_kind = 22;
/// Client: RETR, TOP: the next bytes of the message as data, without the added dots. Has command.
pub const MAILPROTO_POP3_EVENT_DATA: mailproto_pop3_event_kind = 23;
/// Client: a line of a list that is not what it should be; it was skipped. Has command, and the line as data.
pub const MAILPROTO_POP3_EVENT_MALFORMED: mailproto_pop3_event_kind = 24;
/// Client: a response of several lines is complete, and so is the command. Has command and verb.
pub const MAILPROTO_POP3_EVENT_END: mailproto_pop3_event_kind = 25;
/// Client: the server asks; answer by auth_respond or auth_cancel. Has command, and the challenge in base64 as
/// data.
pub const MAILPROTO_POP3_EVENT_CHALLENGE: mailproto_pop3_event_kind = 26;
/// Client: the server says -ERR though no command asked: it is closing the connection. Has a response.
pub const MAILPROTO_POP3_EVENT_CLOSING: mailproto_pop3_event_kind = 27;

/// Server, a question: a client is there.
pub const MAILPROTO_POP3_EVENT_CONNECT: mailproto_pop3_event_kind = 32;
/// Server, a question: the client says who it is, by USER and PASS or by AUTH. Has mechanisms (one), user,
/// authorization, and what proves it: a password, a token, nothing for EXTERNAL, the client's word about itself
/// as text for ANONYMOUS. Compare passwords in constant time.
pub const MAILPROTO_POP3_EVENT_AUTH: mailproto_pop3_event_kind = 33;
/// Server, a question: what is the next challenge of this exchange, which the host conducts? Answered by
/// challenge, accept or reject; mailproto_sasl_server_respond() knows how. Has mechanisms (one), `first`,
/// and has_response with the client's response, decoded, as data.
pub const MAILPROTO_POP3_EVENT_AUTH_RESPONSE: mailproto_pop3_event_kind = 34;
/// Server, a question: the client says who it is, by the digest of the greeting's timestamp and a secret that
/// both know. Has user, and the MD5 in 32 hexadecimal digits as text.
pub const MAILPROTO_POP3_EVENT_APOP: mailproto_pop3_event_kind = 35;
/// Server, a question, behind a login that was accepted: what is in the maildrop? Answered by open, once the
/// maildrop is locked.
pub const MAILPROTO_POP3_EVENT_OPEN: mailproto_pop3_event_kind = 36;
/// Server, a question: how many octets has the message? Answered by size. Has number.
pub const MAILPROTO_POP3_EVENT_SIZE: mailproto_pop3_event_kind = 37;
/// Server, a question: what is the message's name for life? Answered by unique_id. Has number.
pub const MAILPROTO_POP3_EVENT_UNIQUE_ID_WANTED: mailproto_pop3_event_kind = 38;
/// Server, a question: may the message be fetched? When accepted, send_data takes it. Has number, and lines:
/// so many of the body are wanted, which the endpoint cuts, or MAILPROTO_POP3_ALL_LINES.
pub const MAILPROTO_POP3_EVENT_MESSAGE_WANTED: mailproto_pop3_event_kind = 39;
/// Server, a question: may the message be marked as deleted? Answered by size, too. Nothing is deleted yet.
/// Has number.
pub const MAILPROTO_POP3_EVENT_DELETE: mailproto_pop3_event_kind = 40;
/// Server: RSET; no message is marked as deleted any more.
pub const MAILPROTO_POP3_EVENT_RESET: mailproto_pop3_event_kind = 41;
/// Server, a question: the client has said QUIT; the messages of mailproto_pop3_server_next_deleted() are to be
/// deleted now. In no other case is any. Has messages: how many they are.
pub const MAILPROTO_POP3_EVENT_UPDATE: mailproto_pop3_event_kind = 42;
/// Server: UTF8, answered already: messages may be sent with UTF-8 in their headers.
pub const MAILPROTO_POP3_EVENT_UTF8: mailproto_pop3_event_kind = 43;
/// Server, a question: speak this language? Answered by accept_with. Has a language range, or `*`, as text.
pub const MAILPROTO_POP3_EVENT_LANGUAGE_WANTED: mailproto_pop3_event_kind = 44;
/// Server, a question: which languages are there? Answered by language for each of them, then accept.
pub const MAILPROTO_POP3_EVENT_LANGUAGES: mailproto_pop3_event_kind = 45;
/// Server: a command that needed nothing of the host: CAPA, AUTH alone, USER, STAT, NOOP. Has verb.
pub const MAILPROTO_POP3_EVENT_ANSWERED: mailproto_pop3_event_kind = 46;
/// Server: QUIT, answered already; nothing is to be deleted.
pub const MAILPROTO_POP3_EVENT_QUIT: mailproto_pop3_event_kind = 47;
/// Server: the endpoint itself refused a line; for logs. Has what it said as text, and the line as data unless
/// it could hold a secret.
pub const MAILPROTO_POP3_EVENT_REFUSED: mailproto_pop3_event_kind = 48;

/// Download: the maildrop is open, and it is known what will be done. Has messages, and unfetched: how many of
/// them will be fetched.
pub const MAILPROTO_POP3_EVENT_LISTED: mailproto_pop3_event_kind = 64;
/// Download: a message begins. Has number, unique_id (empty where the server has none) and octets
/// (MAILPROTO_UNKNOWN if the server does not tell).
pub const MAILPROTO_POP3_EVENT_MESSAGE: mailproto_pop3_event_kind = 65;
/// Download: the next bytes of the message as data.
pub const MAILPROTO_POP3_EVENT_MESSAGE_DATA: mailproto_pop3_event_kind = 66;
/// Download, a question: the message is complete. Accept it when it is safe, or reject it.
pub const MAILPROTO_POP3_EVENT_MESSAGE_END: mailproto_pop3_event_kind = 67;
/// Download: a message stays on the server and was not fetched. Has number, unique_id, octets, reason, and a
/// response if it was the server.
pub const MAILPROTO_POP3_EVENT_SKIPPED: mailproto_pop3_event_kind = 68;
/// Download: nothing can be fetched on this connection. Has reason, and a response if it was the server.
pub const MAILPROTO_POP3_EVENT_FAILED: mailproto_pop3_event_kind = 69;
/// Download: the session is complete: save what is to be remembered. Has messages: how many the server has
/// removed, and a response.
pub const MAILPROTO_POP3_EVENT_DONE: mailproto_pop3_event_kind = 70;
/// Something that a newer core can say and this interface cannot.
pub const MAILPROTO_POP3_EVENT_OTHER: mailproto_pop3_event_kind = 99;

/// Why something was not done: one of the constants MAILPROTO_POP3_REASON_.
pub type mailproto_pop3_reason = u32;

/// The event carries no reason.
pub const MAILPROTO_POP3_REASON_NONE: mailproto_pop3_reason = 0;
/// The message is larger than the options allow.
pub const MAILPROTO_POP3_REASON_TOO_LARGE: mailproto_pop3_reason = 1;
/// The message has no unique id, so that it could not be told from others in the next session.
pub const MAILPROTO_POP3_REASON_NO_UNIQUE_ID: mailproto_pop3_reason = 2;
/// The server refused to send the message.
pub const MAILPROTO_POP3_REASON_REFUSED: mailproto_pop3_reason = 3;
/// The greeting was a refusal.
pub const MAILPROTO_POP3_REASON_GREETING: mailproto_pop3_reason = 16;
/// TLS is required and the server does not offer it.
pub const MAILPROTO_POP3_REASON_TLS_NOT_OFFERED: mailproto_pop3_reason = 17;
/// TLS is required and the server refused to begin.
pub const MAILPROTO_POP3_REASON_TLS_REFUSED: mailproto_pop3_reason = 18;
/// There is no way to log in, or none that may be used without TLS.
pub const MAILPROTO_POP3_REASON_LOGIN_NOT_OFFERED: mailproto_pop3_reason = 19;
/// The server refused the login.
pub const MAILPROTO_POP3_REASON_LOGIN_REFUSED: mailproto_pop3_reason = 20;
/// The server refused to list its messages.
pub const MAILPROTO_POP3_REASON_LIST_REFUSED: mailproto_pop3_reason = 21;
/// The server has no unique ids, and messages are to stay on it: new ones could not be told from old ones.
pub const MAILPROTO_POP3_REASON_NO_UNIQUE_IDS: mailproto_pop3_reason = 22;
/// Another reason, known to a newer core.
pub const MAILPROTO_POP3_REASON_OTHER: mailproto_pop3_reason = 99;

/// Something that happened. Which fields count is said at each kind; the others are 0 or empty.
///
/// Set struct_size before each call of next_event. Slices lie in the handle and are valid until the next
/// call that may change it, next_event included. An event with a response has is_ok, code, code_name, text and
/// line.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_pop3_event {
    /// sizeof(mailproto_pop3_event), set by the caller.
    pub struct_size: u32,
    /// What happened.
    pub kind: mailproto_pop3_event_kind,
    /// It waits for an answer. A program that accepts whatever is a question accepts every login:
    /// AUTH, APOP and AUTH_RESPONSE are answered on their own first.
    pub is_question: bool,
    /// The response is good: +OK.
    pub is_ok: bool,
    /// It is the start of an exchange.
    pub first: bool,
    /// The client has responded, if only by nothing.
    pub has_response: bool,
    /// UTF8: names and passwords may be UTF-8. EXPIRE, LOGIN-DELAY: it may be another for the user; ask again
    /// after the login.
    pub per_user: bool,
    /// The command that this is about, as the verb numbered it.
    pub command: u32,
    /// What that command was.
    pub verb: mailproto_pop3_verb,
    /// The response's word for programs.
    pub code: mailproto_pop3_code,
    /// The message that this is about, from 1.
    pub number: u32,
    /// How many messages.
    pub messages: u32,
    /// How many messages will be fetched.
    pub unfetched: u32,
    /// How many lines of the body are wanted.
    pub lines: u32,
    /// Why, if it was not the peer's word.
    pub reason: mailproto_pop3_reason,
    /// What the server can do, one of MAILPROTO_POP3_CAPABILITY_; 0 if it is not known here.
    pub capability: mailproto_pop3_capability_set,
    /// The mechanisms that the server offers, or the one by which the client says who it is.
    pub mechanisms: mailproto_sasl_mechanisms,
    /// The size of the message or of all.
    pub octets: u64,
    /// The seconds of LOGIN-DELAY, the days of EXPIRE; MAILPROTO_UNKNOWN for ever.
    pub value: u64,
    /// The response's word for programs as it was written.
    pub code_name: mailproto_bytes,
    /// A text for people, or what is said at the kind. Untrusted.
    pub text: mailproto_bytes,
    /// All that came behind the status of the response.
    pub line: mailproto_bytes,
    /// The timestamp of the greeting, with its angle brackets.
    pub timestamp: mailproto_bytes,
    /// A tag.
    pub name: mailproto_bytes,
    /// The message's name for life.
    pub unique_id: mailproto_bytes,
    /// A piece of a message, or what is said at the kind.
    pub data: mailproto_bytes,
    /// Who the client is.
    pub user: mailproto_bytes,
    /// What proves it.
    pub password: mailproto_bytes,
    /// The bearer token that proves it.
    pub token: mailproto_bytes,
    /// Whom the client wants to act as; empty for itself.
    pub authorization: mailproto_bytes,
}

const NOTHING: mailproto_pop3_event = mailproto_pop3_event {
    struct_size: 0,
    kind: MAILPROTO_POP3_EVENT_NONE,
    is_question: false,
    is_ok: false,
    first: false,
    has_response: false,
    per_user: false,
    command: 0,
    verb: 0,
    code: MAILPROTO_POP3_CODE_NONE,
    number: 0,
    messages: 0,
    unfetched: 0,
    lines: 0,
    reason: MAILPROTO_POP3_REASON_NONE,
    capability: 0,
    mechanisms: 0,
    octets: 0,
    value: 0,
    code_name: mailproto_bytes::EMPTY,
    text: mailproto_bytes::EMPTY,
    line: mailproto_bytes::EMPTY,
    timestamp: mailproto_bytes::EMPTY,
    name: mailproto_bytes::EMPTY,
    unique_id: mailproto_bytes::EMPTY,
    data: mailproto_bytes::EMPTY,
    user: mailproto_bytes::EMPTY,
    password: mailproto_bytes::EMPTY,
    token: mailproto_bytes::EMPTY,
    authorization: mailproto_bytes::EMPTY,
};

impl Event for mailproto_pop3_event {
    const NOTHING: Self = NOTHING;
    const FIRST_SIZE: usize = offset_of!(Self, authorization) + size_of::<mailproto_bytes>();
}

impl mailproto_pop3_event {
    pub(super) const fn of(kind: mailproto_pop3_event_kind) -> Self {
        Self { kind, ..NOTHING }
    }

    /// Something that is part of a command.
    const fn item(kind: mailproto_pop3_event_kind, id: CommandId) -> Self {
        Self { command: id.as_u32(), ..Self::of(kind) }
    }

    fn with_text(self, text: &str) -> Self {
        Self { text: mailproto_bytes::text(text), ..self }
    }

    pub(super) fn with_response(self, response: Response<'_>) -> Self {
        let code = response.code();
        Self {
            is_ok: response.is_ok(),
            code: code_number(code),
            code_name: mailproto_bytes::text(code.map_or("", |code| code.name())),
            text: mailproto_bytes::text(response.text()),
            line: mailproto_bytes::of(response.rest()),
            ..self
        }
    }

    /// What the one line of a good response says.
    fn with_answer(self, verb: Verb, response: Response<'_>) -> Self {
        match verb {
            Verb::Stat => response.drop_listing().map_or(self, |found| Self {
                messages: found.messages,
                octets: found.octets,
                ..self
            }),
            Verb::ListOne => response.scan_listing().map_or(self, |found| Self {
                number: found.number,
                octets: found.octets,
                ..self
            }),
            Verb::UidlOne => response.unique_id_listing().map_or(self, |found| Self {
                number: found.number.unwrap_or(0),
                unique_id: mailproto_bytes::text(found.unique_id),
                ..self
            }),
            _ => self,
        }
    }

    fn with_message(self, message: Message<'_>) -> Self {
        Self {
            number: message.number,
            unique_id: mailproto_bytes::text(message.unique_id.unwrap_or_default()),
            octets: message.size.unwrap_or(MAILPROTO_UNKNOWN),
            ..self
        }
    }

    fn with_optional_response(self, response: Option<Response<'_>>) -> Self {
        response.map_or(self, |response| self.with_response(response))
    }

    fn with_capability(self, capability: Capability<'_>) -> Self {
        let event = Self { capability: capability.set().bits(), ..self };
        match capability {
            Capability::Sasl(offered) => Self { mechanisms: mechanism_bits(offered), ..event },
            Capability::LoginDelay { seconds, per_user } => Self { value: u64::from(seconds), per_user, ..event },
            Capability::Expire { days, per_user } => {
                Self { value: days.map_or(MAILPROTO_UNKNOWN, u64::from), per_user, ..event }
            }
            Capability::Implementation(name) => event.with_text(name),
            Capability::Utf8 { user } => Self { per_user: user, ..event },
            Capability::Unknown { tag, parameters } => {
                Self { name: mailproto_bytes::text(tag), ..event }.with_text(parameters)
            }
            _ => event,
        }
    }
}

impl Shown<mailproto_pop3_event> for ClientEvent<'_> {
    fn shown(self) -> mailproto_pop3_event {
        let of = mailproto_pop3_event::of;
        let item = mailproto_pop3_event::item;
        match self {
            Self::Greeting(response) => {
                let timestamp = mailproto_bytes::text(response.timestamp().unwrap_or_default());
                mailproto_pop3_event { timestamp, ..of(MAILPROTO_POP3_EVENT_GREETING) }.with_response(response)
            }
            Self::Response { id, verb, response } => {
                let event = item(MAILPROTO_POP3_EVENT_RESPONSE, id).with_response(response);
                let event = if response.is_ok() { event.with_answer(verb, response) } else { event };
                mailproto_pop3_event { verb: verb as u32, ..event }
            }
            Self::Start { id, verb, response } => {
                let event = item(MAILPROTO_POP3_EVENT_START, id).with_response(response);
                mailproto_pop3_event { verb: verb as u32, ..event }
            }
            Self::Listing { id, listing } => {
                let event = item(MAILPROTO_POP3_EVENT_LISTING, id);
                mailproto_pop3_event { number: listing.number, octets: listing.octets, ..event }
            }
            Self::UniqueId { id, listing } => mailproto_pop3_event {
                number: listing.number.unwrap_or(0),
                unique_id: mailproto_bytes::text(listing.unique_id),
                ..item(MAILPROTO_POP3_EVENT_UNIQUE_ID, id)
            },
            Self::Capability { id, capability } => {
                item(MAILPROTO_POP3_EVENT_CAPABILITY, id).with_capability(capability)
            }
            Self::Language { id, tag, description } => {
                let event = item(MAILPROTO_POP3_EVENT_LANGUAGE, id).with_text(description);
                mailproto_pop3_event { name: mailproto_bytes::text(tag), ..event }
            }
            Self::Data { id, bytes } => {
                mailproto_pop3_event { data: mailproto_bytes::of(bytes), ..item(MAILPROTO_POP3_EVENT_DATA, id) }
            }
            Self::Malformed { id, line } => {
                mailproto_pop3_event { data: mailproto_bytes::of(line), ..item(MAILPROTO_POP3_EVENT_MALFORMED, id) }
            }
            Self::End { id, verb } => mailproto_pop3_event { verb: verb as u32, ..item(MAILPROTO_POP3_EVENT_END, id) },
            Self::Challenge { id, text } => {
                mailproto_pop3_event { data: mailproto_bytes::of(text), ..item(MAILPROTO_POP3_EVENT_CHALLENGE, id) }
            }
            Self::StartTls { id } => item(MAILPROTO_POP3_EVENT_STARTTLS, id),
            Self::Closing(response) => of(MAILPROTO_POP3_EVENT_CLOSING).with_response(response),
            _ => of(MAILPROTO_POP3_EVENT_OTHER),
        }
    }
}

impl Shown<mailproto_pop3_event> for ServerEvent<'_> {
    fn shown(self) -> mailproto_pop3_event {
        let is_question = self.is_question();
        let of = |kind| mailproto_pop3_event { is_question, ..mailproto_pop3_event::of(kind) };
        match self {
            Self::Connect => of(MAILPROTO_POP3_EVENT_CONNECT),
            Self::StartTls => of(MAILPROTO_POP3_EVENT_STARTTLS),
            Self::Auth(credentials) => {
                let shown = ShownCredentials::of(credentials);
                mailproto_pop3_event {
                    mechanisms: shown.mechanisms,
                    user: shown.user,
                    password: shown.password,
                    token: shown.token,
                    authorization: shown.authorization,
                    text: shown.trace,
                    ..of(MAILPROTO_POP3_EVENT_AUTH)
                }
            }
            Self::AuthResponse { mechanism, first, response } => mailproto_pop3_event {
                mechanisms: mechanism_bit(mechanism),
                first,
                has_response: response.is_some(),
                data: mailproto_bytes::of(response.unwrap_or_default()),
                ..of(MAILPROTO_POP3_EVENT_AUTH_RESPONSE)
            },
            Self::Apop { name, digest } => {
                mailproto_pop3_event { user: mailproto_bytes::text(name), ..of(MAILPROTO_POP3_EVENT_APOP) }
                    .with_text(digest)
            }
            Self::Open => of(MAILPROTO_POP3_EVENT_OPEN),
            Self::Size { number } => mailproto_pop3_event { number, ..of(MAILPROTO_POP3_EVENT_SIZE) },
            Self::UniqueId { number } => mailproto_pop3_event { number, ..of(MAILPROTO_POP3_EVENT_UNIQUE_ID_WANTED) },
            Self::Message { number, lines } => mailproto_pop3_event {
                number,
                lines: lines.unwrap_or(MAILPROTO_POP3_ALL_LINES),
                ..of(MAILPROTO_POP3_EVENT_MESSAGE_WANTED)
            },
            Self::Delete { number } => mailproto_pop3_event { number, ..of(MAILPROTO_POP3_EVENT_DELETE) },
            Self::Reset => of(MAILPROTO_POP3_EVENT_RESET),
            Self::Update { deleted } => {
                mailproto_pop3_event { messages: deleted.count() as u32, ..of(MAILPROTO_POP3_EVENT_UPDATE) }
            }
            Self::Utf8 => of(MAILPROTO_POP3_EVENT_UTF8),
            Self::Language { range } => of(MAILPROTO_POP3_EVENT_LANGUAGE_WANTED).with_text(range),
            Self::Languages => of(MAILPROTO_POP3_EVENT_LANGUAGES),
            Self::Answered(verb) => mailproto_pop3_event { verb: verb as u32, ..of(MAILPROTO_POP3_EVENT_ANSWERED) },
            Self::Quit => of(MAILPROTO_POP3_EVENT_QUIT),
            Self::Refused { text, line } => {
                mailproto_pop3_event { data: mailproto_bytes::of(line), ..of(MAILPROTO_POP3_EVENT_REFUSED) }
                    .with_text(text)
            }
            _ => of(MAILPROTO_POP3_EVENT_OTHER),
        }
    }
}

impl Shown<mailproto_pop3_event> for DownloadEvent<'_> {
    fn shown(self) -> mailproto_pop3_event {
        let of = mailproto_pop3_event::of;
        match self {
            Self::StartTls => of(MAILPROTO_POP3_EVENT_STARTTLS),
            Self::Listed { messages, new } => {
                mailproto_pop3_event { messages, unfetched: new, ..of(MAILPROTO_POP3_EVENT_LISTED) }
            }
            Self::Message(message) => of(MAILPROTO_POP3_EVENT_MESSAGE).with_message(message),
            Self::Data(bytes) => {
                mailproto_pop3_event { data: mailproto_bytes::of(bytes), ..of(MAILPROTO_POP3_EVENT_MESSAGE_DATA) }
            }
            Self::MessageEnd => mailproto_pop3_event { is_question: true, ..of(MAILPROTO_POP3_EVENT_MESSAGE_END) },
            Self::Skipped { message, reason, response } => {
                let reason = match reason {
                    SkipReason::TooLarge => MAILPROTO_POP3_REASON_TOO_LARGE,
                    SkipReason::NoUniqueId => MAILPROTO_POP3_REASON_NO_UNIQUE_ID,
                    SkipReason::Refused => MAILPROTO_POP3_REASON_REFUSED,
                    _ => MAILPROTO_POP3_REASON_OTHER,
                };
                let event = of(MAILPROTO_POP3_EVENT_SKIPPED).with_message(message).with_optional_response(response);
                mailproto_pop3_event { reason, ..event }
            }
            Self::Failed { failure, response } => {
                let reason = match failure {
                    Failure::Greeting => MAILPROTO_POP3_REASON_GREETING,
                    Failure::TlsNotOffered => MAILPROTO_POP3_REASON_TLS_NOT_OFFERED,
                    Failure::TlsRefused => MAILPROTO_POP3_REASON_TLS_REFUSED,
                    Failure::LoginNotOffered => MAILPROTO_POP3_REASON_LOGIN_NOT_OFFERED,
                    Failure::LoginRefused => MAILPROTO_POP3_REASON_LOGIN_REFUSED,
                    Failure::ListRefused => MAILPROTO_POP3_REASON_LIST_REFUSED,
                    Failure::NoUniqueIds => MAILPROTO_POP3_REASON_NO_UNIQUE_IDS,
                    _ => MAILPROTO_POP3_REASON_OTHER,
                };
                let event = of(MAILPROTO_POP3_EVENT_FAILED).with_optional_response(response);
                mailproto_pop3_event { reason, ..event }
            }
            Self::Done { removed, response } => {
                let event = of(MAILPROTO_POP3_EVENT_DONE).with_optional_response(response);
                mailproto_pop3_event { messages: removed, ..event }
            }
            _ => of(MAILPROTO_POP3_EVENT_OTHER),
        }
    }
}
