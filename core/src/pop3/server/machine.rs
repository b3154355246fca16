//! The server's logic, one copy of it whatever the buffers are: bytes to things found, and time.
//!
//! `advance` finds the next thing in the input and obeys it (in [`command`](super::command)); `event` shows
//! the host what it is about, where that stands in the input.

use super::super::capability::CapabilitySet;
use super::super::command::{Command, Verb};
use super::super::response::{ResponseCode, Status};
use super::super::state::{Outcome, State};
use super::answer::{self, ANSWER_ROOM, Answer};
use super::event::Event;
use super::exchange::Exchange;
use super::found::{Advance, Found, Mode, Question};
use super::marks::Marks;
use super::message::Cut;
use super::options::{ServerOptions, ServerTimeouts};
use crate::buffer::Sink;
use crate::error::{Closure, Error, Exceeded, LimitKind, Misuse, Violation, ViolationKind};
use crate::frame::{DotWriter, LineEnds, LineFrame, LineFramer};
use crate::leniency::{Anomalies, Leniency};
use crate::limits::Limits;
use crate::sasl::Mechanisms;
use crate::slice::{Span, after, front};
use crate::text::{ShortText, check_no_control};
use crate::time::{Instant, Silence, Timeout, TimeoutReason};

#[derive(Debug)]
pub(super) struct Machine {
    pub(super) offered: CapabilitySet,
    pub(super) mechanisms: Mechanisms,
    pub(super) auth_without_tls: bool,
    pub(super) require_tls: bool,
    pub(super) implementation: ShortText,
    pub(super) expire_days: Option<u32>,
    pub(super) login_delay: u32,
    pub(super) limits: Limits,
    pub(super) leniency: Leniency,
    timeouts: ServerTimeouts,

    pub(super) mode: Mode,
    pub(super) state: State,
    pub(super) question: Option<Question>,
    pub(super) failure: Option<Error>,
    pub(super) anomalies: Anomalies,
    pub(super) silence: Silence,
    pub(super) line: LineFramer,
    pub(super) dots: DotWriter,
    pub(super) cut: Option<Cut>,
    pub(super) exchange: Option<Exchange>,
    /// Bytes at the front of the input that belong to a login under way: the line of USER, or an exchange.
    pub(super) held: u32,
    /// Where the name stands in the line of USER.
    pub(super) name: Span,
    /// Bytes of the input consumed so far.
    pub(super) offset: u64,
    /// Messages in the maildrop, marked or not.
    pub(super) messages: u32,
    pub(super) octets: u64,
    /// Messages that are marked.
    pub(super) deleted: u32,
    pub(super) deleted_octets: u64,
    bad_commands: u16,
    failed_auth: u16,
    pub(super) tls: bool,
    pub(super) authenticated: bool,
    /// The greeting has a timestamp.
    pub(super) apop: bool,
    pub(super) utf8: bool,
    /// The greeting has not left, so whatever comes is early.
    ungreeted: bool,
    early: bool,
    pub(super) eof: bool,
    /// The host has heard of `failure`.
    pub(super) told: bool,
    shutting_down: bool,
}

impl Machine {
    pub(super) fn new(options: ServerOptions<'_>) -> Result<Self, Misuse> {
        check_no_control(options.implementation.as_bytes())?;
        Ok(Self {
            offered: options.offered,
            mechanisms: options.mechanisms,
            auth_without_tls: options.auth_without_tls,
            require_tls: options.require_tls,
            implementation: ShortText::new(options.implementation)?,
            expire_days: options.expire_days,
            login_delay: options.login_delay,
            limits: options.limits,
            leniency: options.leniency,
            timeouts: options.timeouts,
            mode: Mode::Start,
            state: State::Connected,
            question: None,
            failure: None,
            anomalies: Anomalies::NONE,
            silence: Silence::default(),
            line: LineFramer::default(),
            dots: DotWriter::new(LineEnds::Canonicalise),
            cut: None,
            exchange: None,
            held: 0,
            name: Span::default(),
            offset: 0,
            messages: 0,
            octets: 0,
            deleted: 0,
            deleted_octets: 0,
            bad_commands: 0,
            failed_auth: 0,
            tls: options.tls,
            authenticated: false,
            apop: false,
            utf8: false,
            ungreeted: true,
            early: false,
            eof: false,
            told: false,
            shutting_down: false,
        })
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn is_authenticated(&self) -> bool {
        self.authenticated
    }

    pub(super) fn is_utf8(&self) -> bool {
        self.utf8
    }

    pub(super) fn awaits_answer(&self) -> bool {
        self.question.is_some()
    }

    pub(super) fn anomalies(&self) -> Anomalies {
        self.anomalies
    }

    pub(super) fn is_between_commands(&self) -> bool {
        matches!(self.mode, Mode::Start | Mode::Commands | Mode::Wall { .. })
    }

    pub(super) fn takes_bytes(&self) -> bool {
        self.wants_read() && !matches!(self.mode, Mode::Wall { .. })
    }

    pub(super) fn wants_read(&self) -> bool {
        self.state != State::Ended && self.failure.is_none() && !self.eof
    }

    /// Whether the host knows that it is over, and why, or has something of its own to say first.
    pub(super) fn has_told_end(&self) -> bool {
        self.state == State::Ended || self.told || self.question.is_some()
    }

    pub(super) fn received(&mut self) {
        self.early |= self.ungreeted;
    }

    pub(super) fn receive_eof(&mut self) {
        self.eof = true;
    }

    pub(super) fn transmitted(&mut self, all: bool) {
        self.silence.broken();
        if all && (self.state != State::Connected || self.question.is_none()) {
            self.ungreeted &= self.mode == Mode::Start;
        }
    }

    pub(super) fn shut_down(&mut self) {
        self.shutting_down = true;
    }

    pub(super) fn tls_started(&mut self, injected: bool, transmit: &mut dyn Sink) -> Result<(), Error> {
        if self.mode != (Mode::Wall { announced: true }) {
            return Err(Misuse::OutOfOrder.into());
        }
        if injected {
            return Err(self.violation(ViolationKind::StartTlsInjection, answer::INJECTION, transmit));
        }
        self.step(Verb::TlsStarted, Outcome::Success);
        self.mode = Mode::Commands;
        self.tls = true;
        self.silence.broken();
        Ok(())
    }

    pub(super) fn handle_time(&mut self, now: Instant, pending: usize) {
        self.silence.advance(now);
        if let Some((seconds, reason)) = self.patience(pending)
            && self.silence.lasted(seconds)
        {
            // Without a word, and without deleting anything (RFC 1939 §3).
            self.state = State::Ended;
            self.failure = Some(Error::Closed(Closure::TimedOut(reason)));
        }
    }

    pub(super) fn next_timeout(&self, pending: usize) -> Option<Timeout> {
        let (seconds, reason) = self.patience(pending)?;
        self.silence.ends_after(seconds).map(|at| Timeout { at, reason })
    }

    /// How long what is waited for may take; nothing while the host is the one to act. `pending` bytes
    /// wait for the client to take them.
    fn patience(&self, pending: usize) -> Option<(u32, TimeoutReason)> {
        if !self.wants_read() || self.question.is_some() {
            return None;
        }
        match self.mode {
            _ if pending > 0 => Some((self.timeouts.data_block, TimeoutReason::DataBlock)),
            Mode::Message => None,
            _ => Some((self.timeouts.command, TimeoutReason::Command)),
        }
    }

    /// Finds the next thing in `input`, which can hold `capacity` bytes at most.
    pub(super) fn advance(
        &mut self,
        input: &mut [u8],
        capacity: usize,
        transmit: &mut dyn Sink,
        marks: &mut dyn Marks,
    ) -> Result<Advance, Error> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.question.is_some() || self.state == State::Ended {
            return Ok(Advance::Idle);
        }
        if self.early && self.mode != Mode::Start {
            self.judge_early_talk(transmit)?;
        }
        match self.mode {
            Mode::Start => {
                self.mode = Mode::Commands;
                Ok(self.ask(Question::Connect, 0, Event::Connect))
            }
            Mode::Wall { announced: false } if transmit.pending() == 0 => {
                self.mode = Mode::Wall { announced: true };
                Ok(self.found(0, Found::Told(Event::StartTls)))
            }
            // A handshake that will never be.
            Mode::Wall { announced: true } if self.eof => Err(self.broken_off()),
            Mode::Wall { .. } | Mode::Message => Ok(Advance::Idle),
            Mode::Opening(verb) => {
                self.mode = Mode::Commands;
                Ok(self.ask(Question::Open(verb), 0, Event::Open))
            }
            Mode::Announcing { verb, written } => self.announce(verb, written, transmit),
            _ if transmit.room(ANSWER_ROOM) < ANSWER_ROOM => self.no_room(ANSWER_ROOM, transmit),
            Mode::Listing { unique_ids, next } => Ok(self.next_listing(unique_ids, next, transmit, marks.bits())),
            Mode::Commands => {
                self.check_bad_commands(transmit)?;
                self.next_line(input, capacity, transmit, marks)
            }
            Mode::Auth => self.next_response(input, capacity, transmit),
        }
    }

    /// There is no room for an answer: it waits, or there is no memory to wait for.
    pub(super) fn no_room(&mut self, wanted: usize, transmit: &dyn Sink) -> Result<Advance, Error> {
        match transmit.no_room() {
            Misuse::NoMemory => Err(self.starve(wanted as u32)),
            _ => Ok(Advance::Idle),
        }
    }

    /// A buffer of `size` bytes is needed to go on, and the allocator has no memory for it.
    pub(super) fn starve(&mut self, size: u32) -> Error {
        let error = Error::Limit(Exceeded { limit: LimitKind::Memory, value: size, offset: self.offset });
        self.failure = Some(error);
        error
    }

    pub(super) fn found(&mut self, consumed: usize, found: Found) -> Advance {
        self.offset += consumed as u64;
        Advance::Event { consumed, found }
    }

    /// Tells what needs no look at the input.
    pub(super) fn tell(&mut self, consumed: usize, event: Event<'static>) -> Advance {
        self.found(consumed, Found::Told(event))
    }

    pub(super) fn ask(&mut self, question: Question, consumed: usize, event: Event<'static>) -> Advance {
        self.question = Some(question);
        self.tell(consumed, event)
    }

    pub(super) fn drop_bytes(&mut self, consumed: usize) -> Advance {
        self.offset += consumed as u64;
        Advance::Drop { consumed }
    }

    /// Goes where the table says that the end of a command leads.
    pub(super) fn step(&mut self, verb: Verb, outcome: Outcome) {
        self.state = self.state.after(verb, outcome).unwrap_or(self.state);
    }

    fn judge_early_talk(&mut self, transmit: &mut dyn Sink) -> Result<(), Error> {
        self.early = false;
        if self.leniency.tolerates(Anomalies::EARLY_TALK) {
            self.anomalies |= Anomalies::EARLY_TALK;
            return Ok(());
        }
        Err(self.violation(ViolationKind::EarlyTalk, answer::EARLY_TALK, transmit))
    }

    fn next_line(
        &mut self,
        input: &mut [u8],
        capacity: usize,
        transmit: &mut dyn Sink,
        marks: &mut dyn Marks,
    ) -> Result<Advance, Error> {
        if self.shutting_down {
            self.farewell(answer::SHUTTING_DOWN, transmit);
            return Ok(Advance::Idle);
        }
        let held = self.held as usize;
        let rest = after(input, held);
        // AUTH may carry a whole response (RFC 5034 §4); nothing else may be that long.
        let is_auth = rest.get(..5).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH "));
        let limit = if is_auth { self.limits.sasl_line } else { self.limits.command_line };
        let limit = (limit as usize).min(capacity.saturating_sub(held));
        let lf_ends = self.leniency.tolerates(Anomalies::BARE_LF);
        let (length, consumed) = match self.line.next(rest, limit, lf_ends) {
            LineFrame::Line { length, consumed } => (length, consumed),
            LineFrame::Drop { consumed } => {
                self.forget_name();
                return Ok(self.drop_bytes(held + consumed));
            }
            LineFrame::TooLong { consumed } => {
                self.silence.broken();
                self.forget_name();
                return Ok(self.refuse(answer::TOO_LONG, held + consumed, Span::default(), true, transmit));
            }
            LineFrame::Incomplete => return self.no_line(rest.is_empty()),
        };
        self.silence.broken();
        if consumed == length + 1 {
            self.anomalies |= Anomalies::BARE_LF;
        }
        if held > 0 {
            match Command::parse(front(rest, length), self.leniency).map(|(command, _)| command.verb()) {
                Ok(Verb::Pass) => return Ok(self.pass(input, length, consumed, transmit)),
                // Another way in: the name is forgotten and the line read anew.
                Ok(Verb::User | Verb::Apop | Verb::Auth | Verb::Quit) => {
                    self.forget_name();
                    return Ok(self.drop_bytes(held));
                }
                // The name stays, behind the line that is to be consumed.
                _ => {
                    if let Some(both) = input.get_mut(..held + consumed) {
                        both.rotate_left(held);
                    }
                }
            }
        }
        let room = capacity / 2;
        self.obey(input, length, consumed, room, transmit, marks)
    }

    /// No whole line, and perhaps no more bytes ever.
    fn no_line(&mut self, is_empty: bool) -> Result<Advance, Error> {
        if self.eof {
            // Marks that will never be acted on are work left unfinished.
            if !is_empty || self.deleted > 0 {
                return Err(self.broken_off());
            }
            self.state = State::Ended;
        }
        Ok(Advance::Idle)
    }

    /// Whatever name USER gave, PASS may not follow it any more.
    pub(super) fn forget_name(&mut self) {
        self.held = 0;
        if self.state == State::Named {
            self.step(Verb::Pass, Outcome::Refusal);
        }
    }

    pub(super) fn broken_off(&mut self) -> Error {
        let error = Error::Closed(Closure::EndOfInput);
        self.failure = Some(error);
        error
    }

    /// Says `+OK` and a text.
    pub(super) fn confirm(&self, text: &str, transmit: &mut dyn Sink) {
        answer::put(transmit, Status::Ok, None, text);
    }

    /// Says no in words of the endpoint's own.
    pub(super) fn say(&self, answer: Answer, transmit: &mut dyn Sink) {
        answer::put(transmit, Status::Error, self.announced(answer.code), answer.text);
    }

    /// The code, where such codes are announced (RFC 2449 §6.4, RFC 3206 §6).
    pub(super) fn announced<'a>(&self, code: Option<ResponseCode<'a>>) -> Option<ResponseCode<'a>> {
        use ResponseCode::{Authentication, SystemPermanent, SystemTemporary};
        code.filter(|code| {
            let set = match code {
                Authentication | SystemPermanent | SystemTemporary => CapabilitySet::AUTH_RESP_CODE,
                _ => CapabilitySet::RESP_CODES,
            };
            self.offered.contains(set) || self.offered.contains(CapabilitySet::RESP_CODES)
        })
    }

    /// Says no to a line in which something was wrong; it counts as a bad command.
    pub(super) fn refuse(
        &mut self,
        answer: Answer,
        consumed: usize,
        line: Span,
        secret: bool,
        transmit: &mut dyn Sink,
    ) -> Advance {
        self.note_bad_command();
        self.decline(answer, consumed, line, secret, transmit)
    }

    /// Says no to a line that was sound.
    pub(super) fn decline(
        &mut self,
        answer: Answer,
        consumed: usize,
        line: Span,
        secret: bool,
        transmit: &mut dyn Sink,
    ) -> Advance {
        self.say(answer, transmit);
        self.found(consumed, Found::Refused { text: answer.text, line, secret })
    }

    /// Says why, and ends.
    pub(super) fn farewell(&mut self, answer: Answer, transmit: &mut dyn Sink) {
        if transmit.room(ANSWER_ROOM) >= ANSWER_ROOM {
            self.say(answer, transmit);
        }
        self.state = State::Ended;
    }

    pub(super) fn violation(&mut self, kind: ViolationKind, answer: Answer, transmit: &mut dyn Sink) -> Error {
        self.farewell(answer, transmit);
        let error = Error::Protocol(Violation { kind, offset: self.offset, farewell: None });
        self.failure = Some(error);
        error
    }

    pub(super) fn note_bad_command(&mut self) {
        self.bad_commands = self.bad_commands.saturating_add(1);
    }

    pub(super) fn note_failed_auth(&mut self) {
        self.failed_auth = self.failed_auth.saturating_add(1);
    }

    /// Ends the connection when too much went wrong.
    fn check_bad_commands(&mut self, transmit: &mut dyn Sink) -> Result<(), Error> {
        let (limit, value) = if self.bad_commands > self.limits.bad_commands {
            (LimitKind::BadCommands, self.limits.bad_commands)
        } else if self.failed_auth > self.limits.failed_auth {
            (LimitKind::FailedAuth, self.limits.failed_auth)
        } else {
            return Ok(());
        };
        self.farewell(answer::TOO_MANY_ERRORS, transmit);
        let error = Error::Limit(Exceeded { limit, value: u32::from(value), offset: self.offset });
        self.failure = Some(error);
        Err(error)
    }
}
