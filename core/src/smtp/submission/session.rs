//! The course of a submission: what to say next, and what becomes of the recipients.

use super::super::client::Client;
use super::super::extension_set::ExtensionSet;
use super::digest::Facts;
use super::event::{Failure, MessageId, Verdict};
use super::options::SubmissionOptions;
use super::transaction::{Room, Standing, Transaction};
use crate::Heap;
use crate::client::TlsPolicy;
use crate::endpoint::Endpoint;
use crate::error::{Error, Misuse};
use crate::sasl::{AccountLogin, ClientExchange, Progress};
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
    pub(super) login: Option<AccountLogin>,
    /// The login that is over.
    pub(super) outcome: Option<ClientExchange>,
    pub(super) challenged: bool,
    pub(super) tls: bool,
    pub(super) finishing: bool,
    next_message: u32,
    /// Transactions begun on this connection.
    begun: u32,
    /// The server has said 421.
    pub(super) dismissed: bool,
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
            login: None,
            outcome: None,
            challenged: false,
            finishing: false,
            next_message: 0,
            begun: 0,
            dismissed: false,
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

    /// Whether the next login must wait until the secret of the last one has left. Nothing is heard meanwhile:
    /// what comes then is an answer to it, or should be.
    pub(super) fn is_held_up(&self, client: &Client<Heap>) -> bool {
        self.phase == Phase::Login { said: false } && client.wants_write() && client.wants_read()
    }

    fn act_login(&mut self, client: &mut Client<Heap>, said: bool) -> Result<(), Error> {
        let Some(login) = &mut self.login else {
            return Ok(());
        };
        if !said {
            client.auth(login)?;
            self.phase = Phase::Login { said: true };
        } else if self.challenged {
            self.challenged = client.auth_respond(login)? == Progress::Working;
        }
        Ok(())
    }

    fn act_ready(&mut self, client: &mut Client<Heap>) -> Result<(), Error> {
        self.end_if_silent(Facts::of(client, self));
        while self.phase == Phase::Ready && self.messages.front().is_some_and(|message| !message.examined) {
            self.examine(client);
        }
        if self.phase == Phase::Ready && self.messages.is_empty() && self.finishing {
            self.phase = Phase::Quit { said: false };
        }
        if self.phase == Phase::Ready { self.act_message(client) } else { self.act(client) }
    }

    /// Says what comes next of the first message.
    fn act_message(&mut self, client: &mut Client<Heap>) -> Result<(), Error> {
        let offered = *client.extensions();
        let pipelining = offered.offers(ExtensionSet::PIPELINING);
        let Some(message) = self.messages.front_mut() else {
            return Ok(());
        };
        if !message.mail_queued {
            let said = client.mail(&message.envelope.sender, message.mail_parameters(&offered).as_slice());
            if said.is_err_and(cannot_be_said) {
                self.settle_all(Verdict::Permanent, Some(Failure::BadAddress), false);
                return Ok(());
            }
            said?;
            message.mail_queued = true;
            self.begun += 1;
        }
        // A server that takes one command at a time is not asked about recipients of a sender it
        // may refuse.
        if !pipelining && !message.mail_accepted {
            return Ok(());
        }
        while let Some(index) = self.messages.front().and_then(Transaction::next_to_ask) {
            self.ask(index, client)?;
        }
        let Some(message) = self.messages.front_mut().filter(|message| !message.refused) else {
            return Ok(());
        };
        if message.data_queued {
            return Self::end_chunks(message, client);
        }
        let chunking = Self::by_chunks(&self.options, message, offered.set);
        // DATA may go along with the recipients; its refusal costs nothing then. Without
        // pipelining, and for BDAT, the answers come first.
        let early = pipelining && !chunking;
        if message.is_settled() || !early && message.has(Standing::Open) {
            return Ok(());
        }
        if chunking {
            self.notices.push_back(Notice::BodyWanted(message.id));
        } else {
            client.data()?;
        }
        message.data_queued = true;
        Ok(())
    }

    /// Queues the last chunk when the host has passed all of the message. In LMTP a last chunk has a
    /// reply for each recipient if those before it were taken, and who knows how many if not; so
    /// there it waits for their replies.
    fn end_chunks(message: &mut Transaction, client: &mut Client<Heap>) -> Result<(), Error> {
        if message.finished && !message.ended && client.queued_commands() == 0 {
            client.bdat(0, true)?;
            message.ended = true;
        }
        Ok(())
    }

    /// Asks the server about one recipient of the first message.
    fn ask(&mut self, index: usize, client: &mut Client<Heap>) -> Result<(), Error> {
        let Some(message) = self.messages.front_mut() else {
            return Ok(());
        };
        let Some(recipient) = message.envelope.recipients.get(index) else {
            return Ok(());
        };
        let parameters = Transaction::rcpt_parameters(recipient, client.extensions());
        let said = client.rcpt(&recipient.address, parameters.as_slice());
        if said.is_err_and(cannot_be_said) {
            message.asked = index + 1;
            self.settle(index, Verdict::Permanent, Some(Failure::BadAddress), false);
            return Ok(());
        }
        said?;
        message.asked = index + 1;
        Ok(())
    }

    pub(super) fn by_chunks(options: &SubmissionOptions, message: &Transaction, offered: ExtensionSet) -> bool {
        let needed = message.envelope.body == super::super::BodyType::BinaryMime;
        (options.chunking || needed) && offered.contains(ExtensionSet::CHUNKING)
    }

    /// Settles what can be known before anything of the first message is said.
    fn examine(&mut self, client: &Client<Heap>) {
        let offered = *client.extensions();
        let Some(message) = self.messages.front_mut() else { return };
        message.examined = true;
        let exhausted = offered.limits.mail_max.is_some_and(|most| self.begun >= most);
        let exhausted = exhausted.then_some((Verdict::Transient, Failure::LimitReached));
        if let Some((verdict, failure)) = message.obstacle(&offered, self.tls).or(exhausted) {
            return self.settle_all(verdict, Some(failure), false);
        }
        let mut room = Room::default();
        for index in 0..message.recipients() {
            let Some(message) = self.messages.front() else { return };
            if let Some((verdict, failure)) = message.recipient_obstacle(index, &offered, &mut room) {
                self.settle(index, verdict, Some(failure), false);
            }
        }
        if self.messages.front().is_some_and(|message| !message.has(Standing::Open)) {
            self.message_done(false);
        }
    }

    /// Tells the host what became of one recipient of the first message.
    pub(super) fn settle(&mut self, index: usize, verdict: Verdict, failure: Option<Failure>, reply: bool) {
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
    pub(super) fn settle_all(&mut self, verdict: Verdict, failure: Option<Failure>, reply: bool) {
        let count = self.messages.front().map_or(0, Transaction::recipients);
        (0..count).for_each(|index| self.settle(index, verdict, failure, reply));
        self.message_done(reply);
    }

    pub(super) fn message_done(&mut self, reply: bool) {
        if let Some(message) = self.messages.pop_front() {
            self.notices.push_back(Notice::MessageDone { message: message.id, reply });
        }
    }

    /// The server will take nothing: everything that was submitted fails for the same reason.
    pub(super) fn fail(&mut self, failure: Failure, verdict: Verdict, reply: bool) {
        self.notices.push_back(Notice::Failed { failure, reply });
        while !self.messages.is_empty() {
            self.settle_all(verdict, Some(failure), reply);
        }
        self.end_login();
        self.options.login = None;
        self.phase = Phase::Quit { said: false };
    }

    /// The login is over; no secret is kept.
    pub(super) fn end_login(&mut self) {
        if let Some(login) = self.login.take() {
            self.outcome = Some(login.into_outcome());
        }
    }

    /// The connection is gone. `sent` says that nothing of the present message was left to send.
    pub(super) fn break_off(&mut self, error: Error, sent: bool) {
        if matches!(self.phase, Phase::Quit { .. }) && self.messages.is_empty() {
            // Nothing was left but to say goodbye.
            self.phase = Phase::Over;
            return;
        }
        self.broken = Some(error);
        self.end_login();
        self.phase = Phase::Over;
        let finished = self.messages.front().is_some_and(|message| message.ended && !message.refused);
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
}

/// Whether a verb failed because of what it was to say, rather than of when.
fn cannot_be_said(error: Error) -> bool {
    matches!(
        error,
        Error::Misuse(
            Misuse::TooLong { .. } | Misuse::Syntax { .. } | Misuse::ControlCharacter { .. } | Misuse::NotOffered
        )
    )
}
