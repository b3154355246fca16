//! What the server's words mean for the work.

use super::super::Protocol;
use super::super::client::{Client, Event as ClientEvent};
use super::super::command::Verb;
use super::super::extension_set::ExtensionSet;
use super::super::reply::Reply;
use super::super::state::State;
use super::event::{Failure, Verdict};
use super::session::{Notice, Phase, Session};
use super::transaction::{Standing, Transaction};
use crate::Heap;
use crate::client::TlsPolicy;
use crate::leniency::Anomalies;
use crate::sasl::{AccountLogin, Mechanisms};

/// Bytes of a reply's last line that says nothing: a code, a space, CR LF.
const END_OF_REPLY: usize = 6;

/// Replies that refuse a mechanism and not a user: not known here, too weak for this user (RFC 4954 §6).
const MECHANISM_REFUSED: [u16; 2] = [504, 534];

/// A client's event, without what it borrowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    what: What,
    code: u16,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Greeting,
    Reply(Verb),
    Delivery { last: bool },
    DataReady,
    Challenge,
    StartTls,
    Closing,
}

/// What is known of the connection when an event is digested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) state: State,
    pub(super) offered: ExtensionSet,
    pub(super) mechanisms: Mechanisms,
    /// No reply is outstanding, and no byte of a chunk that was announced.
    pub(super) nothing_pending: bool,
    pub(super) may_fall_back: bool,
}

impl Facts {
    pub(super) fn of(client: &Client<Heap>, session: &Session) -> Self {
        let extensions = client.extensions();
        let tls_wanted = session.options.tls == TlsPolicy::Required && !session.tls;
        Self {
            state: client.state(),
            offered: extensions.set,
            mechanisms: extensions.mechanisms,
            nothing_pending: client.queued_commands() == 0 && !client.wants_chunk_data(),
            may_fall_back: session.options.protocol == Protocol::Smtp && !tls_wanted && session.options.login.is_none(),
        }
    }
}

impl Session {
    /// Keeps what the host may want to see of an event, and what the work needs to know.
    pub(super) fn hear(&mut self, event: ClientEvent<'_>) -> Heard {
        let (what, reply) = match event {
            ClientEvent::Greeting(reply) => (What::Greeting, reply),
            ClientEvent::Closing(reply) => (What::Closing, reply),
            ClientEvent::Reply { verb, reply, .. } => (What::Reply(verb), reply),
            ClientEvent::Delivery { last, reply, .. } => (What::Delivery { last }, reply),
            ClientEvent::DataReady { reply, .. } => (What::DataReady, reply),
            ClientEvent::StartTls { .. } => {
                return Heard { what: What::StartTls, code: 0 };
            }
            ClientEvent::Challenge { .. } => {
                return Heard { what: What::Challenge, code: 0 };
            }
        };
        self.keep(reply);
        self.dismissed |= reply.code() == 421;
        Heard { what, code: reply.code() }
    }

    /// Keeps a reply for the notices that refer to it. One that was cut off gets its end back.
    fn keep(&mut self, reply: Reply<'_>) {
        self.reply.clear();
        // Without memory for the server's words, what they mean is told all the same.
        if self.reply.try_reserve(reply.as_bytes().len() + END_OF_REPLY).is_err() {
            return;
        }
        self.reply.extend_from_slice(reply.as_bytes());
        if reply.anomalies().contains(Anomalies::TRUNCATED_REPLY) {
            Reply::encode(reply.code(), None, "", &mut |bytes| self.reply.extend_from_slice(bytes));
        }
    }

    /// What was heard means this for the work.
    pub(super) fn digest(&mut self, heard: Heard, client: Facts) {
        let verdict = Verdict::of(heard.code);
        match heard.what {
            What::Greeting if heard.code == 220 => self.phase = Phase::Hello { extended: true, said: false },
            // Any other greeting is none, however friendly it sounds.
            What::Greeting if verdict == Verdict::Accepted => self.fail(Failure::Greeting, Verdict::Transient, true),
            What::Greeting => self.fail(Failure::Greeting, verdict, true),
            What::StartTls => {
                self.phase = Phase::Handshake;
                self.notices.push_back(Notice::StartTls);
            }
            What::Challenge => self.challenged = true,
            What::DataReady => {
                let wanted = self.messages.front().map(|message| Notice::BodyWanted(message.id));
                self.notices.extend(wanted);
            }
            What::Delivery { last } => {
                let index = self.messages.front_mut().and_then(Transaction::next_judged);
                if let Some(index) = index {
                    self.settle(index, verdict, None, true);
                }
                if last {
                    self.message_done(true);
                }
            }
            What::Reply(verb) => self.digest_reply(verb, heard.code, client),
            What::Closing => {}
        }
    }

    fn digest_reply(&mut self, verb: Verb, code: u16, client: Facts) {
        let verdict = Verdict::of(code);
        let positive = verdict == Verdict::Accepted;
        match verb {
            Verb::Ehlo if positive => self.after_hello(client),
            // A server that does not know EHLO knows HELO (RFC 5321 §3.2), but neither TLS nor AUTH.
            Verb::Ehlo if verdict == Verdict::Permanent && client.may_fall_back => {
                self.phase = Phase::Hello { extended: false, said: false };
            }
            Verb::Helo if positive => self.after_hello(client),
            Verb::Ehlo | Verb::Helo => self.fail(Failure::Hello, verdict, true),
            Verb::StartTls if self.options.tls == TlsPolicy::Required => self.fail(Failure::TlsRefused, verdict, true),
            Verb::StartTls => self.log_in(client),
            Verb::Auth if positive => {
                self.end_login();
                self.phase = Phase::Ready;
            }
            // Not this mechanism, whoever the user is: the next best may do (RFC 4954 §6).
            Verb::Auth
                if MECHANISM_REFUSED.contains(&code) && self.login.as_mut().is_some_and(AccountLogin::fall_back) =>
            {
                self.phase = Phase::Login { said: false };
            }
            Verb::Auth => self.fail(Failure::LoginRefused, verdict, true),
            Verb::Mail if positive => {
                if let Some(message) = self.messages.front_mut() {
                    message.mail_accepted = true;
                }
            }
            Verb::Mail | Verb::Bdat if !positive => {
                if let Some(message) = self.messages.front_mut() {
                    message.refused = true;
                }
                self.settle_open(verdict);
                self.end_if_silent(client);
            }
            Verb::Rcpt => self.digest_rcpt(code, client),
            // Taken before it was sent: nothing that could be relied on.
            Verb::Data if positive => self.digest_verdict(Verdict::Transient, client),
            Verb::Data | Verb::DataEnd | Verb::BdatLast => self.digest_verdict(verdict, client),
            Verb::Bdat => self.end_if_silent(client),
            Verb::Rset if positive => self.phase = Phase::Ready,
            // A transaction that cannot be taken back would swallow the next message.
            Verb::Rset => self.fail(Failure::ConnectionLost, Verdict::Transient, true),
            Verb::Quit => self.phase = Phase::Over,
            _ => {}
        }
    }

    /// The verdict of SMTP is on all accepted recipients at once.
    fn digest_verdict(&mut self, verdict: Verdict, client: Facts) {
        let refused = self.messages.front().is_some_and(|message| message.refused);
        let judged = self.settle_open(verdict);
        self.message_done(judged);
        // What a server makes of a transaction of which it refused a part is its own affair
        // (RFC 3030 §2): it is taken back.
        self.after_transaction(refused || has_transaction(client.state));
    }

    /// Every recipient that is not settled has this verdict, by the reply that is kept; whether
    /// there was any.
    fn settle_open(&mut self, verdict: Verdict) -> bool {
        let told = self.notices.len();
        let count = self.messages.front().map_or(0, Transaction::recipients);
        (0..count).for_each(|index| self.settle(index, verdict, None, true));
        self.notices.len() > told
    }

    fn digest_rcpt(&mut self, code: u16, client: Facts) {
        let Some(message) = self.messages.front_mut() else {
            return;
        };
        if message.refused {
            return self.end_if_silent(client);
        }
        let Some(index) = message.next_open(message.answered) else {
            return;
        };
        message.answered = index + 1;
        if Verdict::of(code) == Verdict::Accepted {
            message.set_standing(index, Standing::Accepted);
            return;
        }
        // 552 to RCPT means that there are too many (RFC 5321 §4.5.3.1.10): the others can go later.
        let verdict = if code == 552 { Verdict::Transient } else { Verdict::of(code) };
        self.settle(index, verdict, None, true);
        self.end_if_silent(client);
    }

    /// Ends the message when nobody is left to send it to, no reply to it is outstanding and the
    /// host is not in the middle of passing it.
    pub(super) fn end_if_silent(&mut self, client: Facts) {
        let over = self.messages.front().is_some_and(|message| {
            let passing = message.data_queued && !message.finished;
            message.mail_queued && message.is_settled() && !passing
        });
        if over && client.nothing_pending {
            self.message_done(false);
            self.after_transaction(has_transaction(client.state));
        }
    }

    /// A transaction that the server may still hold open must be taken back before the next.
    fn after_transaction(&mut self, open: bool) {
        if self.phase == Phase::Ready && open && !(self.messages.is_empty() && self.finishing) {
            self.phase = Phase::Reset { said: false };
        }
    }

    fn after_hello(&mut self, client: Facts) {
        let wanted = matches!(self.options.tls, TlsPolicy::Opportunistic | TlsPolicy::Required);
        if wanted && !self.tls {
            if client.offered.contains(ExtensionSet::STARTTLS) {
                self.phase = Phase::StartTls { said: false };
                return;
            }
            if self.options.tls == TlsPolicy::Required {
                return self.fail(Failure::TlsNotOffered, Verdict::Permanent, false);
            }
        }
        self.log_in(client);
    }

    fn log_in(&mut self, client: Facts) {
        let Some(login) = self.options.login.take() else {
            self.phase = Phase::Ready;
            return;
        };
        match AccountLogin::new(login, client.mechanisms, self.tls) {
            Ok(login) => {
                self.login = Some(login);
                self.phase = Phase::Login { said: false };
            }
            Err(_) => self.fail(Failure::LoginNotOffered, Verdict::Permanent, false),
        }
    }
}

/// Whether a transaction has begun that no verdict has ended.
fn has_transaction(state: State) -> bool {
    matches!(state, State::Sender | State::Recipients | State::Chunks)
}
