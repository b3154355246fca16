//! One structure for everything that can happen in SMTP and LMTP, on either side.

use super::constants::mailproto_smtp_verb;
use crate::bytes::mailproto_bytes;
use crate::event::{Event, Shown};
use crate::sasl::credentials::ShownCredentials;
use crate::sasl::mechanism::{mailproto_sasl_mechanisms, mechanism_bit};
use core::mem::offset_of;
use mailproto::smtp::{Abort, ClientEvent, EnhancedCode, Failure, Reply, ServerEvent, SubmissionEvent, Verdict};

/// What happened: one of the constants MAILPROTO_SMTP_EVENT_. A program must ignore kinds that it does
/// not know.
pub type mailproto_smtp_event_kind = u32;

/// Nothing more: bytes, a verb or time is needed.
pub const MAILPROTO_SMTP_EVENT_NONE: mailproto_smtp_event_kind = 0;
/// All endpoints: do the TLS handshake on the socket, then call tls_started.
pub const MAILPROTO_SMTP_EVENT_STARTTLS: mailproto_smtp_event_kind = 1;

/// Client: the server has greeted, or refused to serve. Has a reply.
pub const MAILPROTO_SMTP_EVENT_GREETING: mailproto_smtp_event_kind = 16;
/// Client: a command has ended with this reply, good or bad. Has command, verb and reply. For a message
/// this is the verdict; its command is the one of DATA.
pub const MAILPROTO_SMTP_EVENT_REPLY: mailproto_smtp_event_kind = 17;
/// Client, LMTP: the verdict on a message for one accepted recipient. Has command, recipient, `last` and
/// reply.
pub const MAILPROTO_SMTP_EVENT_DELIVERY: mailproto_smtp_event_kind = 18;
/// Client: send the message by send_data and finish_data. Has command and reply.
pub const MAILPROTO_SMTP_EVENT_DATA_READY: mailproto_smtp_event_kind = 19;
/// Client: the server asks; answer by auth_respond or auth_cancel. Has command, and the challenge in
/// base64 as text.
pub const MAILPROTO_SMTP_EVENT_CHALLENGE: mailproto_smtp_event_kind = 20;
/// Client: the server says 421 though no command asked: it is closing the connection. Has a reply.
pub const MAILPROTO_SMTP_EVENT_CLOSING: mailproto_smtp_event_kind = 21;

/// Server, a question: a client is there.
pub const MAILPROTO_SMTP_EVENT_CONNECT: mailproto_smtp_event_kind = 32;
/// Server, a question: EHLO, HELO or LHLO; any transaction is over. Has the name as text, and extended.
pub const MAILPROTO_SMTP_EVENT_HELLO: mailproto_smtp_event_kind = 33;
/// Server, a question: the client says who it is. Has mechanisms (one), user, authorization, and what proves
/// it: a password, a token, nothing for EXTERNAL, the client's word about itself as text for ANONYMOUS.
/// Compare passwords in constant time.
pub const MAILPROTO_SMTP_EVENT_AUTH: mailproto_smtp_event_kind = 34;
/// Server, a question: a transaction begins. Has the sender as text, empty for reports, and parameters.
pub const MAILPROTO_SMTP_EVENT_MAIL: mailproto_smtp_event_kind = 35;
/// Server, a question: another recipient. Has the mailbox as text, and parameters.
pub const MAILPROTO_SMTP_EVENT_RCPT: mailproto_smtp_event_kind = 36;
/// Server, a question: a message is about to come. Has chunking.
pub const MAILPROTO_SMTP_EVENT_DATA_START: mailproto_smtp_event_kind = 37;
/// Server: a piece of the message as data, with added dots taken out.
pub const MAILPROTO_SMTP_EVENT_DATA: mailproto_smtp_event_kind = 38;
/// Server, a question: the message is complete. Accept only when it is safe. In LMTP once for each
/// accepted recipient, with its number as recipient.
pub const MAILPROTO_SMTP_EVENT_DATA_END: mailproto_smtp_event_kind = 39;
/// Server: the endpoint refused the message; forget what came of it. Has reason.
pub const MAILPROTO_SMTP_EVENT_DATA_ABORTED: mailproto_smtp_event_kind = 40;
/// Server: RSET; any transaction is over.
pub const MAILPROTO_SMTP_EVENT_RESET: mailproto_smtp_event_kind = 41;
/// Server, a question: is there such a mailbox? Has text.
pub const MAILPROTO_SMTP_EVENT_VRFY: mailproto_smtp_event_kind = 42;
/// Server, a question: who is on this list? Has text.
pub const MAILPROTO_SMTP_EVENT_EXPN: mailproto_smtp_event_kind = 43;
/// Server: NOOP, answered already.
pub const MAILPROTO_SMTP_EVENT_NOOP: mailproto_smtp_event_kind = 44;
/// Server: HELP, answered already. Has text.
pub const MAILPROTO_SMTP_EVENT_HELP: mailproto_smtp_event_kind = 45;
/// Server, a question: a proxy tells whom it speaks for. Has the attributes as parameters; see
/// mailproto_smtp_next_attribute(). Check that the peer may.
pub const MAILPROTO_SMTP_EVENT_XCLIENT: mailproto_smtp_event_kind = 46;
/// Server: QUIT, answered already.
pub const MAILPROTO_SMTP_EVENT_QUIT: mailproto_smtp_event_kind = 47;
/// Server: the endpoint itself refused a line; for logs. Has code, and the line as text unless it could
/// hold a secret.
pub const MAILPROTO_SMTP_EVENT_REFUSED: mailproto_smtp_event_kind = 48;
/// Server, a question: what is the next challenge of this exchange, which the host conducts? Answered by
/// challenge, accept or reject; mailproto_sasl_server_respond() knows how. Has mechanisms (one), `first`,
/// and has_response with the client's response, decoded, as data.
pub const MAILPROTO_SMTP_EVENT_AUTH_RESPONSE: mailproto_smtp_event_kind = 49;

/// Submission: the server waits for this message: pass it by send_data and finish_data. Has message.
pub const MAILPROTO_SMTP_EVENT_BODY_WANTED: mailproto_smtp_event_kind = 64;
/// Submission: what became of one recipient; each recipient of each message has exactly one. Has
/// message, recipient, verdict, and a reason or a reply.
pub const MAILPROTO_SMTP_EVENT_RECIPIENT: mailproto_smtp_event_kind = 65;
/// Submission: every recipient of this message has been told of. Has message, and a reply if the server
/// gave a verdict on it.
pub const MAILPROTO_SMTP_EVENT_MESSAGE_DONE: mailproto_smtp_event_kind = 66;
/// Submission: the server will take nothing on this connection; what was submitted is told of next. Has
/// reason, and a reply if it was the server.
pub const MAILPROTO_SMTP_EVENT_FAILED: mailproto_smtp_event_kind = 67;
/// Something that a newer core can say and this interface cannot.
pub const MAILPROTO_SMTP_EVENT_OTHER: mailproto_smtp_event_kind = 99;

/// What became of a recipient: one of the constants MAILPROTO_SMTP_VERDICT_.
pub type mailproto_smtp_verdict = u32;

/// The event carries no verdict.
pub const MAILPROTO_SMTP_VERDICT_NONE: mailproto_smtp_verdict = 0;
/// The server has taken responsibility.
pub const MAILPROTO_SMTP_VERDICT_ACCEPTED: mailproto_smtp_verdict = 1;
/// No: trying again will not help.
pub const MAILPROTO_SMTP_VERDICT_PERMANENT: mailproto_smtp_verdict = 2;
/// Not now: try again later.
pub const MAILPROTO_SMTP_VERDICT_TRANSIENT: mailproto_smtp_verdict = 3;
/// The line broke after the whole message had been sent and before the server's word came: trying again
/// may deliver twice, not trying may lose it (RFC 1047).
pub const MAILPROTO_SMTP_VERDICT_UNKNOWN: mailproto_smtp_verdict = 4;

/// Why something failed: one of the constants MAILPROTO_SMTP_REASON_.
pub type mailproto_smtp_reason = u32;

/// The event carries no reason.
pub const MAILPROTO_SMTP_REASON_NONE: mailproto_smtp_reason = 0;
/// Server: the message has more bytes than the limit: 552.
pub const MAILPROTO_SMTP_REASON_ABORT_TOO_LARGE: mailproto_smtp_reason = 1;
/// Server: the message has bare CR, LF or NUL, which the options refuse: 554.
pub const MAILPROTO_SMTP_REASON_ABORT_LINE_ENDS: mailproto_smtp_reason = 2;
/// Submission: the greeting was a refusal.
pub const MAILPROTO_SMTP_REASON_GREETING: mailproto_smtp_reason = 16;
/// Submission: EHLO and HELO were refused.
pub const MAILPROTO_SMTP_REASON_HELLO: mailproto_smtp_reason = 17;
/// Submission: TLS is required and the server does not offer it.
pub const MAILPROTO_SMTP_REASON_TLS_NOT_OFFERED: mailproto_smtp_reason = 18;
/// Submission: TLS is required and the server refused to begin.
pub const MAILPROTO_SMTP_REASON_TLS_REFUSED: mailproto_smtp_reason = 19;
/// Submission: a login is set and there is no mechanism, or none that may be used without TLS.
pub const MAILPROTO_SMTP_REASON_LOGIN_NOT_OFFERED: mailproto_smtp_reason = 20;
/// Submission: the server refused the login.
pub const MAILPROTO_SMTP_REASON_LOGIN_REFUSED: mailproto_smtp_reason = 21;
/// Submission: the message needs extensions that the server does not offer; they are in `extensions`.
pub const MAILPROTO_SMTP_REASON_NEEDS_EXTENSION: mailproto_smtp_reason = 22;
/// Submission: the server takes no message of this size.
pub const MAILPROTO_SMTP_REASON_TOO_LARGE: mailproto_smtp_reason = 23;
/// Submission: the address breaks the grammar.
pub const MAILPROTO_SMTP_REASON_BAD_ADDRESS: mailproto_smtp_reason = 24;
/// Submission: the server announced that it takes no more recipients or messages (RFC 9422).
pub const MAILPROTO_SMTP_REASON_LIMIT_REACHED: mailproto_smtp_reason = 25;
/// Submission: the connection broke.
pub const MAILPROTO_SMTP_REASON_CONNECTION_LOST: mailproto_smtp_reason = 26;
/// Another reason, known to a newer core.
pub const MAILPROTO_SMTP_REASON_OTHER: mailproto_smtp_reason = 99;

/// An enhanced status code such as 5.1.1 (RFC 3463); all 0 for none.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_smtp_enhanced_code {
    /// 2 success, 4 transient failure, 5 permanent failure, 0 no code.
    pub class_digit: u16,
    /// What it is about.
    pub subject: u16,
    /// The detail within the subject.
    pub detail: u16,
}

/// Something that happened. Which fields count is said at each kind; the others are 0 or empty.
///
/// Set struct_size before each call of next_event. Slices lie in the handle and are valid until the next
/// call that may change it, next_event included.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_smtp_event {
    /// sizeof(mailproto_smtp_event), set by the caller.
    pub struct_size: u32,
    /// What happened.
    pub kind: mailproto_smtp_event_kind,
    /// It waits for accept or reject. A program that accepts whatever is a question accepts every login:
    /// AUTH and AUTH_RESPONSE are answered on their own first.
    pub is_question: bool,
    /// EHLO or LHLO, not HELO.
    pub extended: bool,
    /// By BDAT: the first bytes may be there already.
    pub chunking: bool,
    /// The last verdict on this message.
    pub last: bool,
    /// The command that this is about, as the verb numbered it.
    pub command: u32,
    /// What that command was.
    pub verb: mailproto_smtp_verb,
    /// The message that this is about, as submit numbered it.
    pub message: u32,
    /// The recipient that this is about, from 0: in DELIVERY and DATA_END among the accepted ones of the
    /// message, in RECIPIENT among all of its envelope.
    pub recipient: u32,
    /// What became of the recipient.
    pub verdict: mailproto_smtp_verdict,
    /// Why, if it was not the peer's word.
    pub reason: mailproto_smtp_reason,
    /// The extensions that are missing.
    pub extensions: u32,
    /// The mechanism by which the client says who it is.
    pub mechanisms: mailproto_sasl_mechanisms,
    /// The code of the reply; 0 without one.
    pub code: u16,
    /// The enhanced status code of the reply.
    pub enhanced: mailproto_smtp_enhanced_code,
    /// The whole reply as it came, all lines with their CR LF; see mailproto_smtp_next_reply_line().
    /// Untrusted.
    pub reply: mailproto_bytes,
    /// A name, mailbox, line or challenge.
    pub text: mailproto_bytes,
    /// Parameters as they were written; see mailproto_smtp_next_parameter().
    pub parameters: mailproto_bytes,
    /// A piece of a message.
    pub data: mailproto_bytes,
    /// Who the client is.
    pub user: mailproto_bytes,
    /// What proves it.
    pub password: mailproto_bytes,
    /// Whom the client wants to act as; empty for itself.
    pub authorization: mailproto_bytes,
    /// The bearer token that proves who the client is.
    pub token: mailproto_bytes,
    /// It is the start of an exchange.
    pub first: bool,
    /// The client has responded, if only by nothing.
    pub has_response: bool,
}

const NO_CODE: mailproto_smtp_enhanced_code = mailproto_smtp_enhanced_code { class_digit: 0, subject: 0, detail: 0 };

const NOTHING: mailproto_smtp_event = mailproto_smtp_event {
    struct_size: 0,
    kind: MAILPROTO_SMTP_EVENT_NONE,
    is_question: false,
    extended: false,
    chunking: false,
    last: false,
    command: 0,
    verb: 0,
    message: 0,
    recipient: 0,
    verdict: MAILPROTO_SMTP_VERDICT_NONE,
    reason: MAILPROTO_SMTP_REASON_NONE,
    extensions: 0,
    mechanisms: 0,
    code: 0,
    enhanced: NO_CODE,
    reply: mailproto_bytes::EMPTY,
    text: mailproto_bytes::EMPTY,
    parameters: mailproto_bytes::EMPTY,
    data: mailproto_bytes::EMPTY,
    user: mailproto_bytes::EMPTY,
    password: mailproto_bytes::EMPTY,
    authorization: mailproto_bytes::EMPTY,
    token: mailproto_bytes::EMPTY,
    first: false,
    has_response: false,
};

impl Event for mailproto_smtp_event {
    const NOTHING: Self = NOTHING;
    const FIRST_SIZE: usize = offset_of!(Self, authorization) + size_of::<mailproto_bytes>();
}

impl mailproto_smtp_event {
    const fn of(kind: mailproto_smtp_event_kind) -> Self {
        Self { kind, ..NOTHING }
    }

    const fn question(kind: mailproto_smtp_event_kind) -> Self {
        Self { kind, is_question: true, ..NOTHING }
    }

    fn with_text(self, text: &str) -> Self {
        Self { text: mailproto_bytes::text(text), ..self }
    }

    fn with_reply(self, reply: Reply<'_>) -> Self {
        let enhanced = reply.enhanced().map_or(NO_CODE, shown_code);
        Self { code: reply.code(), enhanced, reply: mailproto_bytes::of(reply.as_bytes()), ..self }
    }

    fn with_optional_reply(self, reply: Option<Reply<'_>>) -> Self {
        reply.map_or(self, |reply| self.with_reply(reply))
    }

    fn with_failure(self, failure: Failure) -> Self {
        let reason = match failure {
            Failure::Greeting => MAILPROTO_SMTP_REASON_GREETING,
            Failure::Hello => MAILPROTO_SMTP_REASON_HELLO,
            Failure::TlsNotOffered => MAILPROTO_SMTP_REASON_TLS_NOT_OFFERED,
            Failure::TlsRefused => MAILPROTO_SMTP_REASON_TLS_REFUSED,
            Failure::LoginNotOffered => MAILPROTO_SMTP_REASON_LOGIN_NOT_OFFERED,
            Failure::LoginRefused => MAILPROTO_SMTP_REASON_LOGIN_REFUSED,
            Failure::NeedsExtension(missing) => {
                let reason = MAILPROTO_SMTP_REASON_NEEDS_EXTENSION;
                return Self { reason, extensions: missing.bits(), ..self };
            }
            Failure::TooLarge => MAILPROTO_SMTP_REASON_TOO_LARGE,
            Failure::BadAddress => MAILPROTO_SMTP_REASON_BAD_ADDRESS,
            Failure::LimitReached => MAILPROTO_SMTP_REASON_LIMIT_REACHED,
            Failure::ConnectionLost => MAILPROTO_SMTP_REASON_CONNECTION_LOST,
            _ => MAILPROTO_SMTP_REASON_OTHER,
        };
        Self { reason, ..self }
    }
}

pub(super) fn shown_code(code: EnhancedCode) -> mailproto_smtp_enhanced_code {
    mailproto_smtp_enhanced_code { class_digit: u16::from(code.class), subject: code.subject, detail: code.detail }
}

impl Shown<mailproto_smtp_event> for ClientEvent<'_> {
    fn shown(self) -> mailproto_smtp_event {
        let of = mailproto_smtp_event::of;
        match self {
            Self::Greeting(reply) => of(MAILPROTO_SMTP_EVENT_GREETING).with_reply(reply),
            Self::Reply { id, verb, reply } => {
                let event = of(MAILPROTO_SMTP_EVENT_REPLY).with_reply(reply);
                mailproto_smtp_event { command: id.as_u32(), verb: verb as u32, ..event }
            }
            Self::Delivery { id, recipient, last, reply } => {
                let event = of(MAILPROTO_SMTP_EVENT_DELIVERY).with_reply(reply);
                mailproto_smtp_event { command: id.as_u32(), recipient, last, ..event }
            }
            Self::DataReady { id, reply } => {
                let event = of(MAILPROTO_SMTP_EVENT_DATA_READY).with_reply(reply);
                mailproto_smtp_event { command: id.as_u32(), ..event }
            }
            Self::Challenge { id, text } => {
                let event = of(MAILPROTO_SMTP_EVENT_CHALLENGE);
                mailproto_smtp_event { command: id.as_u32(), text: mailproto_bytes::of(text), ..event }
            }
            Self::StartTls { id } => mailproto_smtp_event { command: id.as_u32(), ..of(MAILPROTO_SMTP_EVENT_STARTTLS) },
            Self::Closing(reply) => of(MAILPROTO_SMTP_EVENT_CLOSING).with_reply(reply),
            _ => of(MAILPROTO_SMTP_EVENT_OTHER),
        }
    }
}

impl Shown<mailproto_smtp_event> for ServerEvent<'_> {
    fn shown(self) -> mailproto_smtp_event {
        let of = mailproto_smtp_event::of;
        let question = mailproto_smtp_event::question;
        let is_question = self.is_question();
        match self {
            Self::Connect => question(MAILPROTO_SMTP_EVENT_CONNECT),
            Self::Hello { name, extended } => {
                mailproto_smtp_event { extended, ..question(MAILPROTO_SMTP_EVENT_HELLO) }.with_text(name)
            }
            Self::StartTls => of(MAILPROTO_SMTP_EVENT_STARTTLS),
            Self::Auth(credentials) => {
                let shown = ShownCredentials::of(credentials);
                mailproto_smtp_event {
                    mechanisms: shown.mechanisms,
                    user: shown.user,
                    password: shown.password,
                    token: shown.token,
                    authorization: shown.authorization,
                    text: shown.trace,
                    ..question(MAILPROTO_SMTP_EVENT_AUTH)
                }
            }
            Self::AuthResponse { mechanism, first, response } => mailproto_smtp_event {
                mechanisms: mechanism_bit(mechanism),
                first,
                has_response: response.is_some(),
                data: mailproto_bytes::of(response.unwrap_or_default()),
                ..question(MAILPROTO_SMTP_EVENT_AUTH_RESPONSE)
            },
            Self::Mail { path, parameters } => {
                let parameters = mailproto_bytes::text(parameters.as_str());
                mailproto_smtp_event { parameters, ..question(MAILPROTO_SMTP_EVENT_MAIL) }.with_text(path.as_str())
            }
            Self::Rcpt { path, parameters } => {
                let parameters = mailproto_bytes::text(parameters.as_str());
                mailproto_smtp_event { parameters, ..question(MAILPROTO_SMTP_EVENT_RCPT) }.with_text(path.as_str())
            }
            Self::DataStart { chunking } => {
                mailproto_smtp_event { chunking, ..question(MAILPROTO_SMTP_EVENT_DATA_START) }
            }
            Self::Data(data) => {
                mailproto_smtp_event { data: mailproto_bytes::of(data), ..of(MAILPROTO_SMTP_EVENT_DATA) }
            }
            Self::DataEnd { recipient } => {
                mailproto_smtp_event { recipient: recipient.unwrap_or(0), ..question(MAILPROTO_SMTP_EVENT_DATA_END) }
            }
            Self::DataAborted(abort) => {
                let reason = match abort {
                    Abort::TooLarge => MAILPROTO_SMTP_REASON_ABORT_TOO_LARGE,
                    Abort::LineEnds => MAILPROTO_SMTP_REASON_ABORT_LINE_ENDS,
                    _ => MAILPROTO_SMTP_REASON_OTHER,
                };
                mailproto_smtp_event { reason, ..of(MAILPROTO_SMTP_EVENT_DATA_ABORTED) }
            }
            Self::Reset => of(MAILPROTO_SMTP_EVENT_RESET),
            Self::Vrfy(text) => question(MAILPROTO_SMTP_EVENT_VRFY).with_text(text),
            Self::Expn(text) => question(MAILPROTO_SMTP_EVENT_EXPN).with_text(text),
            Self::Noop => of(MAILPROTO_SMTP_EVENT_NOOP),
            Self::Help(text) => of(MAILPROTO_SMTP_EVENT_HELP).with_text(text),
            Self::Xclient(attributes) => {
                let parameters = mailproto_bytes::text(attributes.as_str());
                mailproto_smtp_event { parameters, ..question(MAILPROTO_SMTP_EVENT_XCLIENT) }
            }
            Self::Quit => of(MAILPROTO_SMTP_EVENT_QUIT),
            Self::Refused { code, line } => {
                let event = of(MAILPROTO_SMTP_EVENT_REFUSED);
                mailproto_smtp_event { code, text: mailproto_bytes::of(line), ..event }
            }
            _ => mailproto_smtp_event { is_question, ..of(MAILPROTO_SMTP_EVENT_OTHER) },
        }
    }
}

impl Shown<mailproto_smtp_event> for SubmissionEvent<'_> {
    fn shown(self) -> mailproto_smtp_event {
        let of = mailproto_smtp_event::of;
        match self {
            Self::StartTls => of(MAILPROTO_SMTP_EVENT_STARTTLS),
            Self::BodyWanted { message } => {
                mailproto_smtp_event { message: message.as_u32(), ..of(MAILPROTO_SMTP_EVENT_BODY_WANTED) }
            }
            Self::Recipient { message, recipient, delivery } => {
                let verdict = match delivery.verdict {
                    Verdict::Accepted => MAILPROTO_SMTP_VERDICT_ACCEPTED,
                    Verdict::Permanent => MAILPROTO_SMTP_VERDICT_PERMANENT,
                    Verdict::Transient => MAILPROTO_SMTP_VERDICT_TRANSIENT,
                    Verdict::Unknown => MAILPROTO_SMTP_VERDICT_UNKNOWN,
                };
                let event = of(MAILPROTO_SMTP_EVENT_RECIPIENT).with_optional_reply(delivery.reply);
                let event = mailproto_smtp_event { message: message.as_u32(), recipient, verdict, ..event };
                delivery.failure.map_or(event, |failure| event.with_failure(failure))
            }
            Self::MessageDone { message, reply } => {
                let event = of(MAILPROTO_SMTP_EVENT_MESSAGE_DONE).with_optional_reply(reply);
                mailproto_smtp_event { message: message.as_u32(), ..event }
            }
            Self::Failed { failure, reply } => {
                of(MAILPROTO_SMTP_EVENT_FAILED).with_optional_reply(reply).with_failure(failure)
            }
            _ => of(MAILPROTO_SMTP_EVENT_OTHER),
        }
    }
}
