//! The server's logic, one copy of it whatever the buffers are: bytes to things found, and time.
//!
//! `advance` finds the next thing in the input without looking into it; `event` (in
//! [`command`](super::command)) reads what was found, once, and answers what needs no host.

use super::super::command::{Command, Verb};
use super::super::extension::ExtensionSet;
use super::super::state::{Outcome, State};
use super::super::{EnhancedCode, Protocol};
use super::answer::{self, ANSWER_ROOM, Announcement, Answer};
use super::event::Abort;
use super::options::{Name, ServerOptions, ServerTimeouts};
use crate::buffer::Sink;
use crate::codec::base64;
use crate::error::{Closure, Error, Exceeded, LimitKind, Misuse, Violation, ViolationKind};
use crate::frame::{ChunkFramer, DotFrame, DotReader, LineEnds, LineFrame, LineFramer};
use crate::leniency::{Anomalies, Leniency};
use crate::limits::Limits;
use crate::sasl::{Mechanism, Mechanisms, ServerExchange, ServerStep};
use crate::time::{Instant, Silence, Timeout, TimeoutReason};

/// What the input holds at this point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// Nothing yet: the host has not been told of the client.
    #[default]
    Start,
    /// Command lines.
    Commands,
    /// Responses of a SASL exchange.
    Auth,
    /// Message data up to the lone dot.
    Data,
    /// Message data of an announced length; `last` ends the message.
    Chunk { last: bool, swallow: bool },
    /// Nothing: the verdict on the message is being given, recipient by recipient.
    Verdict,
    /// Nothing: TLS must begin first.
    Wall { announced: bool },
}

/// What the host has been asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Connect,
    Hello { extended: bool },
    Auth,
    Mail,
    Rcpt,
    DataStart { chunking: bool },
    DataEnd,
    Vrfy,
    Expn,
    Xclient,
}

/// What `advance` asks of the endpoint around it.
#[derive(Debug)]
pub(super) enum Advance {
    /// Nothing more without bytes, an answer or time.
    Idle,
    /// Forget these bytes of the input and go on.
    Drop { consumed: usize },
    /// The input is going to hold a secret.
    Secret,
    /// Consume these bytes and read them as what was found.
    Event { consumed: usize, found: Found },
}

/// What was found at the front of the input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    Connect,
    /// A command line of this length.
    Line {
        length: usize,
    },
    TooLongLine,
    /// Where the decoded SASL responses stand.
    Credentials {
        exchange: ServerExchange,
        first: Span,
        second: Span,
    },
    /// A SASL exchange that failed before the host could judge.
    AuthFailed(Answer),
    StartTls,
    /// The start of a message by BDAT.
    ChunkStart,
    /// This many bytes of a message; what is over the limit is left out.
    Data {
        length: usize,
    },
    /// A bare line end made canonical, or as much of it as the limit lets pass.
    LineEnd {
        length: usize,
    },
    DataEnd {
        recipient: Option<u32>,
    },
    Aborted(Abort),
}

impl Found {
    pub(super) fn is_secret(self) -> bool {
        matches!(self, Self::Credentials { .. } | Self::AuthFailed(_))
    }
}

/// A part of the bytes that are consumed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) length: u32,
}

impl Span {
    pub(super) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..(self.start + self.length) as usize).unwrap_or(&[])
    }
}

/// A SASL exchange under way. The responses stay in the input, decoded, until it is complete.
#[derive(Clone, Copy, Debug)]
struct Exchange {
    sasl: ServerExchange,
    /// Bytes of the input that belong to it already.
    held: u32,
    responses: [Span; 2],
    count: u8,
}

#[derive(Debug)]
pub(super) struct Machine {
    name: Name,
    protocol: Protocol,
    offered: ExtensionSet,
    mechanisms: Mechanisms,
    pub(super) auth_without_tls: bool,
    pub(super) require_tls: bool,
    pub(super) require_auth: bool,
    line_ends: LineEnds,
    hold_max: u32,
    pub(super) limits: Limits,
    pub(super) leniency: Leniency,
    timeouts: ServerTimeouts,

    mode: Mode,
    pub(super) state: State,
    pub(super) question: Option<Question>,
    failure: Option<Error>,
    pub(super) anomalies: Anomalies,
    silence: Silence,
    line: LineFramer,
    dot: DotReader,
    chunk: ChunkFramer,
    exchange: Option<Exchange>,
    /// Bytes of the input consumed so far.
    offset: u64,
    message_bytes: u64,
    pub(super) recipients: u32,
    /// Recipients whose verdict has been asked for or given.
    verdicts: u32,
    /// Replies still owed to recipients of a message that the endpoint or the host refused whole.
    owed: u32,
    owed_answer: Answer,
    bad_commands: u16,
    failed_auth: u16,
    pub(super) tls: bool,
    pub(super) authenticated: bool,
    /// The transaction has SMTPUTF8.
    pub(super) smtputf8: bool,
    /// The transaction has BODY=BINARYMIME.
    pub(super) binary: bool,
    too_large: bool,
    /// The greeting has not left, so whatever comes is early.
    ungreeted: bool,
    early: bool,
    eof: bool,
    shutting_down: bool,
}

impl Machine {
    pub(super) fn new(options: ServerOptions<'_>) -> Result<Self, Misuse> {
        Ok(Self {
            name: Name::new(options.name)?,
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
            smtputf8: false,
            binary: false,
            too_large: false,
            ungreeted: true,
            early: false,
            eof: false,
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
                return Ok(Advance::Idle);
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
            Mode::Wall { .. } => Ok(Advance::Idle),
            _ if transmit.room(ANSWER_ROOM) < ANSWER_ROOM => Ok(Advance::Idle),
            Mode::Commands => {
                self.check_bad_commands(transmit)?;
                self.next_line(input, capacity, transmit)
            }
            Mode::Auth => self.next_response(input, capacity, transmit),
            Mode::Data => self.next_data(input, transmit),
            Mode::Chunk { last, swallow } => self.next_chunk(input, last, swallow, transmit),
            Mode::Verdict => Ok(self.next_verdict()),
        }
    }

    fn found(&mut self, consumed: usize, found: Found) -> Advance {
        self.offset += consumed as u64;
        Advance::Event { consumed, found }
    }

    fn ask(&mut self, question: Question, consumed: usize, found: Found) -> Advance {
        self.question = Some(question);
        self.found(consumed, found)
    }

    fn drop_bytes(&mut self, consumed: usize) -> Advance {
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
                let initial = initial.map(|initial| Span {
                    start: (initial.as_ptr() as usize - line.as_ptr() as usize) as u32,
                    length: initial.len() as u32,
                });
                let Some(sasl) = Mechanism::from_name(mechanism.as_bytes()).and_then(ServerExchange::new) else {
                    return Ok(self.found(consumed, Found::AuthFailed(answer::AUTH_MECHANISM)));
                };
                self.start_exchange(sasl, consumed, initial, input, transmit)
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

    fn broken_off(&mut self) -> Error {
        let error = Error::Closed(Closure::EndOfInput);
        self.failure = Some(error);
        error
    }

    fn start_exchange(
        &mut self,
        sasl: ServerExchange,
        consumed: usize,
        initial: Option<Span>,
        input: &mut [u8],
        transmit: &mut dyn Sink,
    ) -> Result<Advance, Error> {
        self.exchange = Some(Exchange { sasl, held: 0, responses: [Span::default(); 2], count: 0 });
        self.mode = Mode::Auth;
        match initial {
            None => {
                if let Some(exchange) = &mut self.exchange {
                    exchange.held = consumed as u32;
                }
                self.step_exchange(sasl.first(), transmit);
                Ok(Advance::Secret)
            }
            Some(span) => Ok(self.take_response(span, consumed, input, transmit).unwrap_or(Advance::Secret)),
        }
    }

    /// Sends the challenge, if there is one. Whether the exchange is complete.
    fn step_exchange(&mut self, step: ServerStep, transmit: &mut dyn Sink) -> bool {
        let ServerStep::Challenge(challenge) = step else {
            return true;
        };
        let mut text = [0; 24];
        let length = base64::encode(challenge, &mut text).unwrap_or(0);
        transmit.put(b"334 ");
        transmit.put(&text[..length]);
        transmit.put(b"\r\n");
        false
    }

    fn next_response(&mut self, input: &mut [u8], capacity: usize, transmit: &mut dyn Sink) -> Result<Advance, Error> {
        let held = self.exchange.map_or(0, |exchange| exchange.held as usize);
        let rest = input.get(held..).unwrap_or(&[]);
        let limit = (self.limits.sasl_line as usize).min(capacity.saturating_sub(held));
        let lf_ends = self.leniency.tolerates(Anomalies::BARE_LF);
        match self.line.next(rest, limit, lf_ends) {
            LineFrame::Incomplete if self.eof => Err(self.broken_off()),
            LineFrame::Incomplete => Ok(Advance::Idle),
            // A response that cannot be kept: everything so far goes, and the exchange fails.
            LineFrame::Drop { consumed } => {
                if let Some(exchange) = &mut self.exchange {
                    exchange.held = 0;
                    exchange.count = u8::MAX;
                }
                Ok(self.drop_bytes(held + consumed))
            }
            LineFrame::TooLong { consumed } => {
                self.mode = Mode::Commands;
                Ok(self.found(held + consumed, Found::AuthFailed(answer::TOO_LONG)))
            }
            LineFrame::Line { length, consumed } => {
                self.silence.broken();
                if rest.get(..length) == Some(b"*") {
                    self.mode = Mode::Commands;
                    return Ok(self.found(held + consumed, Found::AuthFailed(answer::AUTH_CANCELLED)));
                }
                let span = Span { start: held as u32, length: length as u32 };
                Ok(self.take_response(span, held + consumed, input, transmit).unwrap_or(Advance::Idle))
            }
        }
    }

    /// Decodes the response at `span` where it stands. `None` if the exchange goes on.
    fn take_response(
        &mut self,
        span: Span,
        consumed: usize,
        input: &mut [u8],
        transmit: &mut dyn Sink,
    ) -> Option<Advance> {
        let mut exchange = self.exchange?;
        let place = input.get_mut(span.start as usize..(span.start + span.length) as usize)?;
        let decoded = if place == b"=" { Ok(0) } else { base64::decode_in_place(place) };
        let (Ok(length), Some(response)) = (decoded, exchange.responses.get_mut(usize::from(exchange.count))) else {
            self.mode = Mode::Commands;
            return Some(self.found(consumed, Found::AuthFailed(answer::AUTH_MALFORMED)));
        };
        *response = Span { start: span.start, length: length as u32 };
        exchange.count += 1;
        exchange.held = consumed as u32;
        let complete = self.step_exchange(exchange.sasl.response(), transmit);
        self.exchange = Some(exchange);
        if !complete {
            return None;
        }
        self.mode = Mode::Commands;
        self.exchange = None;
        let [first, second] = exchange.responses;
        let found = Found::Credentials { exchange: exchange.sasl, first, second };
        Some(self.ask(Question::Auth, consumed, found))
    }

    fn start_chunk(&mut self, size: u64, last: bool, consumed: usize, transmit: &mut dyn Sink) -> Advance {
        self.chunk = ChunkFramer::new(size);
        let verb = if last { Verb::BdatLast } else { Verb::Bdat };
        let refusal = self.policy_refusal(verb);
        if let Some(answer) = refusal {
            // Its bytes come all the same (RFC 3030 §2).
            self.mode = Mode::Chunk { last: false, swallow: true };
            self.note_bad_command();
            self.say(answer, transmit);
            return self.drop_bytes(consumed);
        }
        self.mode = Mode::Chunk { last, swallow: false };
        if self.state == State::Chunks {
            return self.drop_bytes(consumed);
        }
        self.start_message();
        self.ask(Question::DataStart { chunking: true }, consumed, Found::ChunkStart)
    }

    pub(super) fn start_message(&mut self) {
        self.message_bytes = 0;
        self.too_large = false;
        self.verdicts = 0;
        self.dot = DotReader::new(self.line_ends);
    }

    /// The go-ahead was given.
    pub(super) fn start_data(&mut self) {
        self.mode = Mode::Data;
    }

    /// The host refused a message that comes by BDAT: its bytes come all the same.
    pub(super) fn refuse_chunks(&mut self, answer: Answer) {
        if let Mode::Chunk { last, .. } = self.mode
            && last
            && self.is_lmtp()
        {
            self.owed = self.recipients.saturating_sub(1);
            self.owed_answer = answer;
        }
        self.mode = Mode::Chunk { last: false, swallow: true };
        self.end_transaction();
    }

    pub(super) fn end_transaction(&mut self) {
        if self.state != State::Greeted {
            self.state = State::Ready;
        }
        self.recipients = 0;
        self.smtputf8 = false;
        self.binary = false;
    }

    fn next_data(&mut self, input: &[u8], transmit: &mut dyn Sink) -> Result<Advance, Error> {
        match self.dot.next(input) {
            DotFrame::Incomplete if self.eof => Err(self.broken_off()),
            DotFrame::Incomplete => Ok(Advance::Idle),
            DotFrame::Skip { consumed } => Ok(self.drop_bytes(consumed)),
            DotFrame::LineEnd { consumed } => {
                self.anomalies |= Anomalies::BARE_LINE_END_IN_DATA;
                Ok(match self.count_data(2) {
                    0 => self.drop_bytes(consumed),
                    length => self.found(consumed, Found::LineEnd { length }),
                })
            }
            DotFrame::Data { length } => Ok(self.data(length)),
            DotFrame::End { consumed, refused } => {
                self.silence.broken();
                let abort = match (self.too_large, refused) {
                    (true, _) => Some((Abort::TooLarge, answer::TOO_LARGE)),
                    (false, true) => Some((Abort::LineEnds, answer::BAD_LINE_ENDS)),
                    _ => None,
                };
                Ok(self.end_of_message(consumed, abort, transmit))
            }
        }
    }

    /// Passes on what the limit lets pass of the next `length` bytes.
    fn data(&mut self, length: usize) -> Advance {
        match self.count_data(length) {
            0 => self.drop_bytes(length),
            allowed => self.found(length, Found::Data { length: allowed }),
        }
    }

    /// Counts bytes of a message; how many of them are within the limit.
    fn count_data(&mut self, length: usize) -> usize {
        let left = self.limits.message.saturating_sub(self.message_bytes);
        self.message_bytes = self.message_bytes.saturating_add(length as u64);
        if length as u64 > left {
            self.too_large = true;
            self.dot.refuse();
        }
        usize::try_from(left).map_or(length, |left| left.min(length))
    }

    fn end_of_message(&mut self, consumed: usize, abort: Option<(Abort, Answer)>, transmit: &mut dyn Sink) -> Advance {
        let Some((abort, answer)) = abort else {
            self.mode = Mode::Verdict;
            return self.drop_bytes(consumed);
        };
        self.mode = Mode::Commands;
        self.say(answer, transmit);
        if self.is_lmtp() {
            self.owed = self.recipients.saturating_sub(1);
            self.owed_answer = answer;
        }
        self.end_transaction();
        self.found(consumed, Found::Aborted(abort))
    }

    fn next_chunk(
        &mut self,
        input: &[u8],
        last: bool,
        swallow: bool,
        transmit: &mut dyn Sink,
    ) -> Result<Advance, Error> {
        let length = self.chunk.next(input.len());
        if length > 0 {
            return Ok(if swallow { self.drop_bytes(length) } else { self.data(length) });
        }
        if !self.chunk.is_complete() {
            return if self.eof { Err(self.broken_off()) } else { Ok(Advance::Idle) };
        }
        self.silence.broken();
        if swallow {
            self.mode = Mode::Commands;
            return Ok(self.drop_bytes(0));
        }
        if self.too_large {
            let recipients = if last { self.recipients } else { 1 };
            let aborted = self.end_of_message(0, Some((Abort::TooLarge, answer::TOO_LARGE)), transmit);
            self.owed = if self.is_lmtp() { recipients.saturating_sub(1) } else { 0 };
            return Ok(aborted);
        }
        if last {
            return Ok(self.end_of_message(0, None, transmit));
        }
        self.state = State::Chunks;
        self.mode = Mode::Commands;
        self.say(answer::CHUNK_TAKEN, transmit);
        Ok(self.drop_bytes(0))
    }

    /// Asks for the next verdict, or goes on when all are given.
    fn next_verdict(&mut self) -> Advance {
        let total = if self.is_lmtp() { self.recipients } else { 1 };
        if self.verdicts >= total {
            self.mode = Mode::Commands;
            self.end_transaction();
            return self.drop_bytes(0);
        }
        let recipient = self.is_lmtp().then_some(self.verdicts);
        self.verdicts += 1;
        self.ask(Question::DataEnd, 0, Found::DataEnd { recipient })
    }

    /// Says one of the endpoint's own answers.
    pub(super) fn say(&self, answer: Answer, transmit: &mut dyn Sink) {
        answer::put(transmit, answer, self.offered.contains(ExtensionSet::ENHANCED_STATUS_CODES));
    }

    /// The enhanced code, where such codes are announced.
    pub(super) fn enhanced(&self, code: Option<EnhancedCode>) -> Option<EnhancedCode> {
        code.filter(|_| self.offered.contains(ExtensionSet::ENHANCED_STATUS_CODES))
    }

    pub(super) fn name(&self) -> &Name {
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
        self.mechanisms
            .iter()
            .filter(|mechanism| Mechanisms::SERVER.contains(*mechanism))
            .fold(Mechanisms::NONE, Mechanisms::with)
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

    pub(super) fn note_failed_auth(&mut self) {
        self.failed_auth = self.failed_auth.saturating_add(1);
    }

    pub(super) fn resume_after_auth(&mut self) {
        self.exchange = None;
        self.mode = Mode::Commands;
    }

    /// The host has taken the connection or refused it.
    pub(super) fn end_greeting(&mut self) {
        self.silence.broken();
    }
}
