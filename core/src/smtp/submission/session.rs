//! The course of a submission: what to say next, and what a reply means for the work.

use super::super::client::{Client, Event as ClientEvent};
use super::super::command::Verb;
use super::super::extension_set::ExtensionSet;
use super::super::state::State;
use super::event::{Failure, MessageId, Verdict};
use super::login::Exchange;
use super::options::{SubmissionOptions, TlsPolicy};
use super::transaction::{Standing, Transaction};
use crate::Heap;
use crate::endpoint::Endpoint;
use crate::error::{Error, Misuse};
use alloc::collections::{TryReserveError, VecDeque};
use alloc::vec::Vec;

/// Where the work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Greeting,
    Hello {
        extended: bool,
        said: bool,
    },
    StartTls {
        said: bool,
    },
    Handshake,
    Login {
        said: bool,
    },
    /// Transactions, or none at the moment.
    Ready,
    Reset {
        said: bool,
    },
    Quit {
        said: bool,
    },
    /// Nothing more is said.
    Over,
}

/// Notices that are about no message: TLS, and that all has failed.
const OWN_NOTICES: usize = 2;

/// Something to tell the host. `reply` means: with the reply that is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Notice {
    StartTls,
    BodyWanted(MessageId),
    Recipient { message: MessageId, recipient: u32, verdict: Verdict, failure: Option<Failure>, reply: bool },
    MessageDone { message: MessageId, reply: bool },
    Failed { failure: Failure, reply: bool },
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) options: SubmissionOptions,
    pub(super) phase: Phase,
    pub(super) messages: VecDeque<Transaction>,
    pub(super) notices: VecDeque<Notice>,
    /// The reply that notices refer to.
    pub(super) reply: Vec<u8>,
    exchange: Option<Exchange>,
    challenged: bool,
    pub(super) tls: bool,
    pub(super) finishing: bool,
    next_message: u32,
    /// Transactions begun on this connection.
    begun: u32,
    pub(super) broken: Option<Error>,
}

impl Session {
    pub(super) fn new(options: SubmissionOptions) -> Result<Self, Misuse> {
        let mut notices = VecDeque::new();
        notices.try_reserve_exact(OWN_NOTICES).map_err(|_| Misuse::NoMemory)?;
        Ok(Self {
            tls: options.tls == TlsPolicy::Implicit,
            options,
            phase: Phase::Greeting,
            messages: VecDeque::new(),
            notices,
            reply: Vec::new(),
            exchange: None,
            challenged: false,
            finishing: false,
            next_message: 0,
            begun: 0,
            broken: None,
        })
    }

    /// Adds a message, with memory for all that can ever be told of it and those before it: the
    /// allocator is not asked again while they are on their way.
    pub(super) fn add(&mut self, envelope: super::Envelope) -> Result<MessageId, TryReserveError> {
        let id = MessageId(self.next_message);
        let message = Transaction::new(id, envelope)?;
        let waiting = self.messages.iter().map(Transaction::notices).sum::<usize>();
        self.messages.try_reserve(1)?;
        self.notices.try_reserve(waiting + message.notices() + OWN_NOTICES)?;
        self.messages.push_back(message);
        self.next_message += 1;
        Ok(id)
    }

    /// Says what can be said now. A full queue is no failure: the rest follows later.
    pub(super) fn act(&mut self, client: &mut Client<Heap>) -> Result<(), Error> {
        let spoken = match self.phase {
            Phase::Hello { extended, said: false } => {
                let name = self.options.name.as_str();
                let said = if extended { client.ehlo(name) } else { client.helo(name) };
                said.map(|_| self.phase = Phase::Hello { extended, said: true })
            }
            Phase::StartTls { said: false } => client.starttls().map(|_| self.phase = Phase::StartTls { said: true }),
            Phase::Login { said } => self.act_login(client, said),
            Phase::Reset { said: false } => client.rset().map(|_| self.phase = Phase::Reset { said: true }),
            Phase::Quit { said: false } => client.quit().map(|_| self.phase = Phase::Quit { said: true }),
            Phase::Ready => self.act_ready(client),
            _ => Ok(()),
        };
        match spoken {
            Err(Error::Misuse(Misuse::Full | Misuse::Closed)) => Ok(()),
            other => other,
        }
    }

    fn act_login(&mut self, client: &mut Client<Heap>, said: bool) -> Result<(), Error> {
        let Some(exchange) = &mut self.exchange else {
            return Ok(());
        };
        if !said {
            client.auth(exchange)?;
            self.phase = Phase::Login { said: true };
        } else if self.challenged {
            client.auth_respond(exchange)?;
            self.challenged = false;
        }
        Ok(())
    }

    fn act_ready(&mut self, client: &mut Client<Heap>) -> Result<(), Error> {
        self.end_if_silent(Facts::of(client, self));
        if self.phase != Phase::Ready {
            return self.act(client);
        }
        let Some(front) = self.messages.front() else {
            if self.finishing {
                self.phase = Phase::Quit { said: false };
                return self.act(client);
            }
            return Ok(());
        };
        if !front.mail_queued {
            self.examine(client);
        }
        let begun = self.begun;
        let Some(message) = self.messages.front_mut() else {
            return Ok(());
        };
        let offered = *client.extensions();
        if !message.mail_queued && message.has(Standing::Open) {
            let most = offered.limits.mail_max;
            if most.is_none_or(|most| begun < most) {
                client.mail(&message.envelope.sender, message.mail_parameters(&offered).as_slice())?;
                message.mail_queued = true;
                self.begun += 1;
            }
        }
        while let Some(index) = message.next_open(message.asked).filter(|_| !message.mail_refused) {
            let recipient = &message.envelope.recipients[index];
            client.rcpt(&recipient.address, Transaction::rcpt_parameters(recipient, &offered).as_slice())?;
            message.asked = index + 1;
        }
        message.asked = message.recipients();
        let answered = !message.has(Standing::Open);
        let chunking = Self::by_chunks(&self.options, message, offered.set);
        // DATA may go along with the recipients; its refusal costs nothing then. Without
        // pipelining, and for BDAT, the answers come first.
        let early = offered.offers(ExtensionSet::PIPELINING) && !chunking && !message.mail_refused;
        let wanted = !message.data_queued && (early || answered && message.has(Standing::Accepted));
        if wanted && !chunking {
            client.data()?;
            message.data_queued = true;
        } else if wanted && !message.refused {
            message.data_queued = true;
            self.notices.push_back(Notice::BodyWanted(message.id));
        }
        Ok(())
    }

    pub(super) fn by_chunks(options: &SubmissionOptions, message: &Transaction, offered: ExtensionSet) -> bool {
        let needed = message.envelope.body == super::super::BodyType::BinaryMime;
        (options.chunking || needed) && offered.contains(ExtensionSet::CHUNKING)
    }

    /// Settles what can be known before anything of the message is said.
    fn examine(&mut self, client: &Client<Heap>) {
        let offered = *client.extensions();
        let Some(message) = self.messages.front() else { return };
        let limit = |most: Option<u32>, have: usize| most.is_some_and(|most| have >= most as usize);
        let obstacle = message.obstacle(&offered, self.tls);
        let exhausted = limit(offered.limits.mail_max, self.begun as usize);
        if let Some((verdict, failure)) = obstacle {
            return self.settle_all(verdict, Some(failure), false);
        }
        if exhausted {
            return self.settle_all(Verdict::Transient, Some(Failure::LimitReached), false);
        }
        let mut taken = 0;
        for index in 0..message.recipients() {
            let Some(message) = self.messages.front() else { return };
            let obstacle = Transaction::recipient_obstacle(&message.envelope.recipients[index], &offered);
            if let Some(failure) = obstacle {
                self.settle(index, Verdict::Permanent, Some(failure), false);
            } else if limit(offered.limits.rcpt_max, taken) {
                self.settle(index, Verdict::Transient, Some(Failure::LimitReached), false);
            } else {
                taken += 1;
            }
        }
        if taken == 0 {
            self.message_done(false);
        }
    }

    /// Tells the host what became of one recipient of the present message.
    fn settle(&mut self, index: usize, verdict: Verdict, failure: Option<Failure>, reply: bool) {
        let Some(message) = self.messages.front_mut() else {
            return;
        };
        if message.standing(index).is_some_and(|standing| standing != Standing::Settled) {
            message.set_standing(index, Standing::Settled);
            let recipient = index as u32;
            self.notices.push_back(Notice::Recipient { message: message.id, recipient, verdict, failure, reply });
        }
    }

    /// The same for every recipient that is not settled; then the message is done.
    fn settle_all(&mut self, verdict: Verdict, failure: Option<Failure>, reply: bool) {
        let count = self.messages.front().map_or(0, Transaction::recipients);
        (0..count).for_each(|index| self.settle(index, verdict, failure, reply));
        self.message_done(reply);
    }

    fn message_done(&mut self, reply: bool) {
        if let Some(message) = self.messages.pop_front() {
            self.notices.push_back(Notice::MessageDone { message: message.id, reply });
        }
    }

    /// The server will take nothing: everything that was submitted fails for the same reason.
    fn fail(&mut self, failure: Failure, verdict: Verdict, reply: bool) {
        self.notices.push_back(Notice::Failed { failure, reply });
        while !self.messages.is_empty() {
            self.settle_all(verdict, Some(failure), reply);
        }
        self.exchange = None;
        self.options.login = None;
        self.phase = Phase::Quit { said: false };
    }

    /// The connection is gone. `sent` says that nothing of the present message was left to send.
    pub(super) fn break_off(&mut self, error: Error, sent: bool) {
        if matches!(self.phase, Phase::Quit { .. }) && self.messages.is_empty() {
            // Nothing was left but to say goodbye.
            self.phase = Phase::Over;
            return;
        }
        self.broken = Some(error);
        self.phase = Phase::Over;
        let finished = self.messages.front().is_some_and(|message| message.finished && !message.refused);
        let count = self.messages.front().map_or(0, Transaction::recipients);
        if finished && sent {
            for index in 0..count {
                let accepted =
                    self.messages.front().is_some_and(|message| message.standing(index) == Some(Standing::Accepted));
                if accepted {
                    self.settle(index, Verdict::Unknown, Some(Failure::ConnectionLost), false);
                }
            }
        }
        while !self.messages.is_empty() {
            self.settle_all(Verdict::Transient, Some(Failure::ConnectionLost), false);
        }
    }

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
        self.reply.clear();
        // Without memory for the server's words, what they mean is told all the same.
        if self.reply.try_reserve(reply.as_bytes().len()).is_ok() {
            self.reply.extend_from_slice(reply.as_bytes());
        }
        Heard { what, code: reply.code() }
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
                self.exchange = None;
                self.phase = Phase::Ready;
            }
            Verb::Auth => self.fail(Failure::LoginRefused, verdict, true),
            Verb::Mail if !positive => {
                if let Some(message) = self.messages.front_mut() {
                    message.mail_refused = true;
                    message.refused = true;
                }
                self.settle_open(verdict);
                self.end_if_silent(client);
            }
            Verb::Rcpt => self.digest_rcpt(code, client),
            Verb::Data | Verb::DataEnd | Verb::BdatLast => {
                // The verdict of SMTP is on all accepted recipients at once.
                let was_refused = self.messages.front().is_some_and(|message| message.mail_refused);
                if !was_refused {
                    self.settle_open(verdict);
                }
                self.message_done(true);
                self.after_transaction(client);
            }
            Verb::Bdat if !positive => {
                if let Some(message) = self.messages.front_mut().filter(|message| !message.refused) {
                    message.refused = true;
                    self.settle_open(verdict);
                }
                self.end_if_silent(client);
            }
            Verb::Bdat => self.end_if_silent(client),
            Verb::Rset => self.phase = Phase::Ready,
            Verb::Quit => self.phase = Phase::Over,
            _ => {}
        }
    }

    /// Every recipient that is not settled has this verdict, by the reply that is kept.
    fn settle_open(&mut self, verdict: Verdict) {
        let count = self.messages.front().map_or(0, Transaction::recipients);
        (0..count).for_each(|index| self.settle(index, verdict, None, true));
    }

    fn digest_rcpt(&mut self, code: u16, client: Facts) {
        let Some(message) = self.messages.front_mut() else {
            return;
        };
        if message.mail_refused {
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

    /// Ends the message when nobody is left to send it to and no reply to it is outstanding.
    fn end_if_silent(&mut self, client: Facts) {
        let over = self.messages.front().is_some_and(|message| {
            let data_pending = message.data_queued && !message.refused;
            message.mail_queued && !message.has(Standing::Open) && !message.has(Standing::Accepted) && !data_pending
        });
        let unfinished =
            self.messages.front().is_some_and(|message| message.data_queued && !message.finished && client.chunks);
        if over && client.nothing_pending && !unfinished {
            self.message_done(true);
            self.after_transaction(client);
        }
    }

    /// A transaction that the server still holds open must be taken back before the next.
    pub(super) fn after_transaction(&mut self, client: Facts) {
        let open = matches!(client.state, State::Sender | State::Recipients | State::Chunks);
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
        match Exchange::new(login, client.mechanisms, self.tls) {
            Some(exchange) => {
                self.exchange = Some(exchange);
                self.phase = Phase::Login { said: false };
            }
            None => self.fail(Failure::LoginNotOffered, Verdict::Permanent, false),
        }
    }
}

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
    pub(super) mechanisms: crate::sasl::Mechanisms,
    pub(super) nothing_pending: bool,
    pub(super) may_fall_back: bool,
    /// The present message goes by BDAT.
    pub(super) chunks: bool,
}

impl Facts {
    pub(super) fn of(client: &Client<Heap>, session: &Session) -> Self {
        let extensions = client.extensions();
        let tls_wanted = session.options.tls == TlsPolicy::Required && !session.tls;
        let chunks = session
            .messages
            .front()
            .is_some_and(|message| Session::by_chunks(&session.options, message, extensions.set));
        Self {
            state: client.state(),
            offered: extensions.set,
            mechanisms: extensions.mechanisms,
            nothing_pending: client.queued_commands() == 0 && client.transmit().is_empty(),
            may_fall_back: session.options.protocol == super::super::Protocol::Smtp
                && !tls_wanted
                && session.options.login.is_none(),
            chunks,
        }
    }
}
