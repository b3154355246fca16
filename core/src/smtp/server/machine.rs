//! The server's logic, one copy of it whatever the buffers are: bytes to things found, and time.
//!
//! `advance` finds the next thing in the input without looking into it; `event` (in
//! [`command`](super::command)) reads what was found, once, and answers what needs no host.

use super::super::command::{Command, Verb};
use super::super::extension_set::ExtensionSet;
use super::super::state::{Outcome, State};
use super::super::{EnhancedCode, Protocol};
use super::answer::{self, ANSWER_ROOM, Announcement, Answer};
use super::exchange::Exchange;
use super::found::{Advance, Found, Mode, Question};
use super::options::{self, ServerOptions, ServerTimeouts};
use crate::buffer::Sink;
use crate::error::{Closure, Error, Exceeded, LimitKind, Misuse, Violation, ViolationKind};
use crate::frame::{ChunkFramer, DotReader, LineEnds, LineFrame, LineFramer};
use crate::leniency::{Anomalies, Leniency};
use crate::limits::Limits;
use crate::sasl::{Mechanism, Mechanisms, ServerExchange};
use crate::slice::Span;
use crate::text::ShortText;
use crate::time::{Instant, Silence, Timeout, TimeoutReason};

#[derive(Debug)]
pub(super) struct Machine {
    pub(super) name: ShortText,
    pub(super) protocol: Protocol,
    pub(super) offered: ExtensionSet,
    pub(super) mechanisms: Mechanisms,
    pub(super) auth_without_tls: bool,
    pub(super) require_tls: bool,
    pub(super) require_auth: bool,
    pub(super) line_ends: LineEnds,
    pub(super) hold_max: u32,
    pub(super) limits: Limits,
    pub(super) leniency: Leniency,
    pub(super) timeouts: ServerTimeouts,

    pub(super) mode: Mode,
    pub(super) state: State,
    pub(super) question: Option<Question>,
    pub(super) failure: Option<Error>,
    pub(super) anomalies: Anomalies,
    pub(super) silence: Silence,
    pub(super) line: LineFramer,
    pub(super) dot: DotReader,
    pub(super) chunk: ChunkFramer,
    pub(super) exchange: Option<Exchange>,
    /// Bytes of the input consumed so far.
    pub(super) offset: u64,
    pub(super) message_bytes: u64,
    pub(super) recipients: u32,
    /// Recipients whose verdict has been asked for or given.
    pub(super) verdicts: u32,
    /// Replies still owed to recipients of a message that the endpoint or the host refused whole.
    pub(super) owed: u32,
    pub(super) owed_answer: Answer,
    pub(super) bad_commands: u16,
    pub(super) failed_auth: u16,
    pub(super) tls: bool,
    pub(super) authenticated: bool,
    /// MAIL was refused last: what was pipelined behind it has no place.
    pub(super) sender_refused: bool,
    /// The transaction has SMTPUTF8.
    pub(super) smtputf8: bool,
    /// The transaction has BODY=BINARYMIME.
    pub(super) binary: bool,
    pub(super) too_large: bool,
    /// The greeting has not left, so whatever comes is early.
    pub(super) ungreeted: bool,
    pub(super) early: bool,
    pub(super) eof: bool,
    /// The host has heard of `failure`.
    pub(super) told: bool,
    pub(super) shutting_down: bool,
}

impl Machine {
    pub(super) fn new(options: ServerOptions<'_>) -> Result<Self, Misuse> {
        Ok(Self {
            name: options::name(options.name)?,
            protocol: options.protocol,
            offered: options.offered,
            mechanisms: options.mechanisms,
            auth_without_tls: options.auth_without_tls,
            require_tls: options.require_tls,
            require_auth: options.require_auth,
            line_ends: options.line_ends,
            hold_max: options.hold_max,
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
            dot: DotReader::new(options.line_ends),
            chunk: ChunkFramer::default(),
            exchange: None,
            offset: 0,
            message_bytes: 0,
            recipients: 0,
            verdicts: 0,
            owed: 0,
            owed_answer: answer::OK,
            bad_commands: 0,
            failed_auth: 0,
            tls: options.tls,
            authenticated: false,
            sender_refused: false,
            smtputf8: false,
            binary: false,
            too_large: false,
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

    pub(super) fn awaits_answer(&self) -> bool {
        self.question.is_some()
    }

    pub(super) fn anomalies(&self) -> Anomalies {
        self.anomalies
    }

    pub(super) fn is_lmtp(&self) -> bool {
        self.protocol == Protocol::Lmtp
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

    /// Whether the host knows that it is over, and why, or has an answer of its own to give first.
    pub(super) fn has_told_end(&self) -> bool {
        self.state == State::Ended || self.told || self.question.is_some()
    }

    pub(super) fn received(&mut self) {
        self.early |= self.ungreeted;
        if matches!(self.mode, Mode::Data | Mode::Chunk { .. }) {
            self.silence.broken();
        }
    }

    pub(super) fn receive_eof(&mut self) {
        self.eof = true;
    }

    pub(super) fn all_transmitted(&mut self) {
        if self.state != State::Connected || self.question.is_none() {
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
        self.state = State::Handshake.after(Verb::TlsStarted, Outcome::Success).unwrap_or(State::Ended);
        self.mode = Mode::Commands;
        self.tls = true;
        self.authenticated = false;
        self.silence.broken();
        Ok(())
    }

    pub(super) fn handle_time(&mut self, now: Instant, transmit: &mut dyn Sink) {
        self.silence.advance(now);
        if let Some((seconds, reason)) = self.patience()
            && self.silence.lasted(seconds)
        {
            self.farewell(answer::TIMED_OUT, transmit);
            self.failure = Some(Error::Closed(Closure::TimedOut(reason)));
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Timeout> {
        let (seconds, reason) = self.patience()?;
        self.silence.ends_after(seconds).map(|at| Timeout { at, reason })
    }

    /// How long what is waited for may take; nothing while the host is the one to act.
    fn patience(&self) -> Option<(u32, TimeoutReason)> {
        if !self.wants_read() || self.question.is_some() {
            return None;
        }
        match self.mode {
            Mode::Data | Mode::Chunk { .. } => Some((self.timeouts.data_block, TimeoutReason::DataBlock)),
            _ => Some((self.timeouts.command, TimeoutReason::Command)),
        }
    }

    /// Finds the next thing in `input`, which can hold `capacity` bytes at most.
    pub(super) fn advance(
        &mut self,
        input: &mut [u8],
        capacity: usize,
        transmit: &mut dyn Sink,
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
        while self.owed > 0 {
            if transmit.room(ANSWER_ROOM) < ANSWER_ROOM {
                return self.no_room(transmit);
            }
            self.say(self.owed_answer, transmit);
            self.owed -= 1;
        }
        match self.mode {
            Mode::Start => {
                self.mode = Mode::Commands;
                Ok(self.ask(Question::Connect, 0, Found::Connect))
            }
            Mode::Wall { announced: false } if transmit.pending() == 0 => {
                self.mode = Mode::Wall { announced: true };
                Ok(self.found(0, Found::StartTls))
            }
            // A handshake that will never be.
            Mode::Wall { announced: true } if self.eof => Err(self.broken_off()),
            Mode::Wall { .. } => Ok(Advance::Idle),
            Mode::Data | Mode::Chunk { .. } => self.next_piece(input, transmit),
            _ if transmit.room(ANSWER_ROOM) < ANSWER_ROOM => self.no_room(transmit),
            Mode::Commands => {
                self.check_bad_commands(transmit)?;
                self.next_line(input, capacity, transmit)
            }
            Mode::Auth => self.next_response(input, capacity, transmit),
            Mode::Verdict => Ok(self.next_verdict()),
        }
    }

    /// There is no room for an answer: it waits, or there is no memory to wait for.
    pub(super) fn no_room(&mut self, transmit: &dyn Sink) -> Result<Advance, Error> {
        match transmit.no_room() {
            Misuse::NoMemory => Err(self.starve(ANSWER_ROOM as u32)),
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

    pub(super) fn ask(&mut self, question: Question, consumed: usize, found: Found) -> Advance {
        self.question = Some(question);
        self.found(consumed, found)
    }

    pub(super) fn drop_bytes(&mut self, consumed: usize) -> Advance {
        self.offset += consumed as u64;
        Advance::Drop { consumed }
    }

    fn judge_early_talk(&mut self, transmit: &mut dyn Sink) -> Result<(), Error> {
        self.early = false;
        if self.leniency.tolerates(Anomalies::EARLY_TALK) {
            self.anomalies |= Anomalies::EARLY_TALK;
            return Ok(());
        }
        Err(self.violation(ViolationKind::EarlyTalk, answer::EARLY_TALK, transmit))
    }

    fn next_line(&mut self, input: &mut [u8], capacity: usize, transmit: &mut dyn Sink) -> Result<Advance, Error> {
        if self.shutting_down {
            self.farewell(answer::SHUTTING_DOWN, transmit);
            return Ok(Advance::Idle);
        }
        // AUTH may carry a whole response (RFC 4954 §4.5); nothing else may be that long.
        let is_auth = input.get(..5).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH "));
        let limit = if is_auth { self.limits.sasl_line } else { self.limits.command_line };
        let limit = (limit as usize).min(capacity);
        let lf_ends = self.leniency.tolerates(Anomalies::BARE_LF);
        let (length, consumed) = match self.line.next(input, limit, lf_ends) {
            LineFrame::Line { length, consumed } => (length, consumed),
            LineFrame::Drop { consumed } => return Ok(self.drop_bytes(consumed)),
            LineFrame::TooLong { consumed } => {
                self.silence.broken();
                return Ok(self.found(consumed, Found::TooLongLine));
            }
            LineFrame::Incomplete => return self.no_line(input),
        };
        self.silence.broken();
        if consumed == length + 1 {
            self.anomalies |= Anomalies::BARE_LF;
        }
        let line = &input[..length];
        // What changes the way the rest of the input is read is dealt with here.
        match Command::parse(line, self.leniency) {
            Ok((Command::Auth { mechanism, initial }, _)) if self.auth_refusal(mechanism).is_none() => {
                let initial = initial.map(|initial| Span::within(initial.as_bytes(), line));
                let Some(mechanism) = Mechanism::from_name(mechanism.as_bytes()) else {
                    return Ok(self.found(consumed, Found::AuthFailed(answer::AUTH_MECHANISM)));
                };
                Ok(self.start_exchange(ServerExchange::new(mechanism), consumed, initial, input, transmit))
            }
            Ok((Command::StartTls, _)) if self.start_tls_refusal().is_none() => {
                if input.len() > consumed {
                    self.offset += consumed as u64;
                    return Err(self.violation(ViolationKind::StartTlsInjection, answer::INJECTION, transmit));
                }
                self.say(answer::READY_FOR_TLS, transmit);
                self.state = State::Handshake;
                self.mode = Mode::Wall { announced: false };
                Ok(self.drop_bytes(consumed))
            }
            Ok((Command::Bdat { length: size, last }, _)) => Ok(self.start_chunk(size, last, consumed, transmit)),
            _ => Ok(self.found(consumed, Found::Line { length })),
        }
    }

    /// No whole line, and perhaps no more bytes ever.
    fn no_line(&mut self, input: &[u8]) -> Result<Advance, Error> {
        if self.eof {
            let idle = input.is_empty() && !matches!(self.state, State::Sender | State::Recipients | State::Chunks);
            if !idle {
                return Err(self.broken_off());
            }
            self.state = State::Ended;
        }
        Ok(Advance::Idle)
    }

    pub(super) fn broken_off(&mut self) -> Error {
        let error = Error::Closed(Closure::EndOfInput);
        self.failure = Some(error);
        error
    }

    /// Says one of the endpoint's own answers.
    pub(super) fn say(&self, answer: Answer, transmit: &mut dyn Sink) {
        answer::put(transmit, answer, self.offered.contains(ExtensionSet::ENHANCED_STATUS_CODES));
    }

    /// The enhanced code, where such codes are announced.
    pub(super) fn enhanced(&self, code: Option<EnhancedCode>) -> Option<EnhancedCode> {
        code.filter(|_| self.offered.contains(ExtensionSet::ENHANCED_STATUS_CODES))
    }

    pub(super) fn name(&self) -> &ShortText {
        &self.name
    }

    /// Everything that may be offered at this moment.
    pub(super) fn announcement(&self) -> Announcement {
        let mut offered = self.offered;
        if self.tls {
            offered = offered.without(ExtensionSet::STARTTLS);
        } else {
            offered = offered.without(ExtensionSet::REQUIRETLS);
        }
        let mechanisms = self.usable_mechanisms();
        let auth = offered.contains(ExtensionSet::AUTH) && !mechanisms.is_empty() && !self.authenticated;
        if !auth || !(self.tls || self.auth_without_tls) {
            offered = offered.without(ExtensionSet::AUTH);
        }
        if !offered.contains(ExtensionSet::CHUNKING) {
            offered = offered.without(ExtensionSet::BINARYMIME);
        }
        Announcement {
            offered,
            mechanisms,
            size: self.limits.message,
            recipients: self.limits.recipients,
            hold_max: self.hold_max,
        }
    }

    /// Whether the options name it, whether or not it may be used at this moment.
    pub(super) fn configured(&self, set: ExtensionSet) -> bool {
        self.offered.contains(set)
    }

    pub(super) fn usable_mechanisms(&self) -> Mechanisms {
        if self.tls { self.mechanisms } else { self.mechanisms.without(Mechanisms::BOUND) }
    }

    /// Says 421 (or what `answer` says) and ends.
    pub(super) fn farewell(&mut self, answer: Answer, transmit: &mut dyn Sink) {
        if transmit.room(ANSWER_ROOM) >= ANSWER_ROOM {
            self.say(answer, transmit);
        }
        self.state = State::Ended;
    }

    fn violation(&mut self, kind: ViolationKind, answer: Answer, transmit: &mut dyn Sink) -> Error {
        self.farewell(answer, transmit);
        let error = Error::Protocol(Violation { kind, offset: self.offset, farewell: Some(answer.code) });
        self.failure = Some(error);
        error
    }

    pub(super) fn note_bad_command(&mut self) {
        self.bad_commands = self.bad_commands.saturating_add(1);
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

    /// The host has taken the connection or refused it.
    pub(super) fn end_greeting(&mut self) {
        self.silence.broken();
    }
}
