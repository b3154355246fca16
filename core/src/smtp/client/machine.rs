//! The client's logic, one copy of it whatever the buffers are: replies to events, and time.

use super::super::command::Verb;
use super::super::extension::Extensions;
use super::super::extension_set::ExtensionSet;
use super::super::reply::Reply;
use super::super::state::{Outcome, State};
use super::super::{LineEnds, Protocol};
use super::found::{Advance, Body, Found, What};
use super::options::{ClientOptions, ClientTimeouts};
use crate::buffer::Sink;
use crate::client::{ClientLimits, Exchange, Queue, Waits};
use crate::endpoint::CommandId;
use crate::error::{Closure, Error, Exceeded, LimitKind, Misuse, Violation, ViolationKind};
use crate::frame::{ChunkFramer, DotWriter, ReplyFrame, ReplyFramer};
use crate::leniency::{Anomalies, Leniency};
use crate::slice::front;
use crate::time::{Instant, Silence, Timeout, TimeoutReason};

impl Waits for Verb {
    const NONE: Self = Self::Greeting;

    /// Whatever does not change what comes after it (RFC 2920 §3.1, RFC 3030 §4.2); the end of a
    /// message may be followed too.
    fn may_be_followed(self) -> bool {
        matches!(self, Self::Rset | Self::Mail | Self::Rcpt | Self::Bdat | Self::BdatLast | Self::DataEnd)
    }
}

/// The order of the fields is the order in memory, and is chosen: fields that start as zeros stand
/// together, and in front of them none that starts with undefined bytes, as padding and the unused
/// part of `failure` do. So a new client is laid out where it will live; in any other order the
/// compiler builds it on the stack and copies it, which takes more room than a small machine has.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Machine {
    silence: Silence,
    pub(super) extensions: Extensions,
    pub(super) failure: Option<Error>,
    pub(super) limits: ClientLimits,
    /// Bytes of the input consumed so far.
    offset: u64,
    /// Bytes of the present reply that were read past.
    skipped: u64,
    pub(super) chunk: ChunkFramer,
    pub(super) queue: Queue<Verb>,
    framer: ReplyFramer,
    leniency: Leniency,
    pub(super) anomalies: Anomalies,
    /// Recipients that the server has accepted in this transaction.
    accepted: u32,
    /// LMTP: verdicts that have come for the present message, and how many there will be.
    verdicts: u32,
    verdicts_due: u32,
    /// Bytes at the front of the transmit buffer that may be sent.
    pub(super) visible: u32,
    pub(super) exchange: Exchange,
    timeouts: ClientTimeouts,
    pub(super) protocol: Protocol,
    line_ends: LineEnds,
    pub(super) state: State,
    /// Where the conversation will stand when all that is queued succeeds.
    pub(super) planned: State,
    /// An EHLO or LHLO has succeeded, so `extensions` says what the server can.
    pub(super) informed: bool,
    pub(super) body: Body,
    pub(super) dots: DotWriter,
    /// TLS must begin before anything else.
    wall: bool,
    eof: bool,
    closing: bool,
    /// The host has heard of `failure`.
    pub(super) told: bool,
}

impl Machine {
    pub(super) fn new(options: ClientOptions) -> Self {
        Self {
            protocol: options.protocol,
            limits: options.limits.into(),
            leniency: options.leniency,
            timeouts: options.timeouts,
            line_ends: options.line_ends,
            queue: Queue::EMPTY,
            state: State::Connected,
            planned: State::Greeted,
            extensions: Extensions::default(),
            informed: false,
            anomalies: Anomalies::NONE,
            failure: None,
            silence: Silence::default(),
            framer: ReplyFramer::default(),
            offset: 0,
            skipped: 0,
            body: Body::None,
            dots: DotWriter::new(options.line_ends),
            chunk: ChunkFramer::default(),
            accepted: 0,
            verdicts: 0,
            verdicts_due: 0,
            visible: 0,
            exchange: Exchange::default(),
            wall: false,
            eof: false,
            closing: false,
            told: false,
        }
    }

    pub(super) fn is_lmtp(&self) -> bool {
        self.protocol == Protocol::Lmtp
    }

    pub(super) fn pipelining(&self) -> bool {
        self.extensions.offers(ExtensionSet::PIPELINING)
    }

    pub(super) fn wants_read(&self) -> bool {
        self.state != State::Ended && self.failure.is_none() && !self.eof
    }

    /// Whether the host knows that it is over, and why.
    pub(super) fn has_told_end(&self) -> bool {
        self.state == State::Ended || self.told
    }

    pub(super) fn takes_bytes(&self) -> bool {
        self.wants_read() && !self.wall
    }

    pub(super) fn receive_eof(&mut self) {
        self.eof = true;
    }

    /// Refuses verbs on a connection that is over or behind the wall.
    pub(super) fn check_open(&self) -> Result<(), Misuse> {
        if self.failure.is_some() || self.closing || self.state == State::Ended || self.eof {
            return Err(Misuse::Closed);
        }
        if self.wall { Err(Misuse::OutOfOrder) } else { Ok(()) }
    }

    pub(super) fn handle_time(&mut self, now: Instant) {
        self.silence.advance(now);
        let (seconds, reason) = self.patience();
        if self.wants_read() && self.waits() && self.silence.lasted(seconds) {
            self.failure = Some(Error::Closed(Closure::TimedOut(reason)));
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Timeout> {
        let (seconds, reason) = self.patience();
        let at = self.silence.ends_after(seconds)?;
        (self.wants_read() && self.waits()).then_some(Timeout { at, reason })
    }

    /// Whether the server is the one to act.
    fn waits(&self) -> bool {
        let host_acts = self.exchange.is_asking() || self.wall || (self.body != Body::None && self.visible == 0);
        !host_acts && (self.state == State::Connected || !self.queue.is_empty())
    }

    fn patience(&self) -> (u32, TimeoutReason) {
        let (seconds, reason) = match self.queue.front() {
            _ if self.state == State::Connected => (self.timeouts.greeting, TimeoutReason::Greeting),
            _ if self.body != Body::None => (self.timeouts.data_block, TimeoutReason::DataBlock),
            Some((_, Verb::Data)) => (self.timeouts.data_start, TimeoutReason::DataStart),
            Some((_, Verb::DataEnd | Verb::BdatLast)) if self.visible == 0 => {
                (self.timeouts.data_end, TimeoutReason::DataEnd)
            }
            _ => (self.timeouts.reply, TimeoutReason::Reply),
        };
        (u32::from(seconds), reason)
    }

    /// Bytes have left: the server takes them.
    pub(super) fn transmitted(&mut self, count: usize) {
        let count = count.min(self.visible as usize) as u32;
        self.visible -= count;
        self.exchange.transmitted(count);
        if count > 0 {
            self.silence.broken();
        }
    }

    /// Commands that may be sent now become visible.
    pub(super) fn release(&mut self) {
        if self.state != State::Connected && !self.wall && !self.exchange.is_asking() {
            self.visible += self.queue.release(self.pipelining()) as u32;
        }
    }

    #[cold]
    fn violation(&mut self, kind: ViolationKind) {
        self.failure = Some(Error::Protocol(Violation { kind, offset: self.offset, farewell: None }));
    }

    /// TLS runs: what the server said in plain text is forgotten.
    pub(super) fn tls_started(&mut self, injected: bool) -> Result<(), Error> {
        if !self.wall {
            return Err(Misuse::OutOfOrder.into());
        }
        if injected {
            self.violation(ViolationKind::StartTlsInjection);
            return self.failure.map_or(Ok(()), Err);
        }
        self.wall = false;
        self.state = State::Handshake.after(Verb::TlsStarted, Outcome::Success).unwrap_or(State::Ended);
        self.planned = self.state;
        self.forget_extensions();
        self.silence.broken();
        Ok(())
    }

    fn forget_extensions(&mut self) {
        self.extensions = Extensions::default();
        self.informed = false;
    }

    /// A buffer of `size` bytes is needed to go on, and the allocator has no memory for it.
    pub(super) fn starve(&mut self, size: u32) {
        self.failure = Some(Error::Limit(Exceeded { limit: LimitKind::Memory, value: size, offset: self.offset }));
    }

    /// Whether nothing has come but one byte within a line, so that nothing happens. [`advance`](Self::advance)
    /// finds the same, but takes longer; a small machine does with that alone.
    #[inline]
    pub(super) fn passes(&mut self, input: &[u8], capacity: usize) -> bool {
        let hears = self.wants_read() && !self.closing && !self.wall && !self.exchange.is_asking();
        hears && !self.may_speak() && self.framer.passes(input, self.reply_limit(capacity))
    }

    /// Whether a reply may make the machine say something itself: the end of a message without recipients.
    fn may_speak(&self) -> bool {
        self.accepted == 0 && matches!(self.queue.front(), Some((_, Verb::Data)))
    }

    /// What a reply may hold.
    fn reply_limit(&self, capacity: usize) -> usize {
        (self.limits.reply as usize).min(capacity)
    }

    /// Finds the next reply in `input`, which can hold `capacity` bytes at most.
    pub(super) fn advance(&mut self, input: &[u8], capacity: usize, transmit: &mut dyn Sink) -> Advance {
        if self.state == State::Ended {
            return Advance::Idle;
        }
        // Where the host is the one to act, only the end can still come.
        if self.closing || self.wall || self.exchange.is_asking() {
            return self.end_of_input(&[]);
        }
        // What a reply may make the machine say must have room before the reply is read. Any other reply is
        // read even where nothing can be sent, for a server may stop reading until its own words are read.
        if self.may_speak() && transmit.room(DotWriter::FINISH_ROOM) < DotWriter::FINISH_ROOM {
            if transmit.no_room() == Misuse::NoMemory {
                self.starve(DotWriter::FINISH_ROOM as u32);
                return Advance::Failed;
            }
            if self.visible > 0 {
                return Advance::Idle;
            }
        }
        let frame = self.framer.next(input, self.reply_limit(capacity));
        match frame {
            ReplyFrame::Incomplete => self.end_of_input(input),
            ReplyFrame::Drop { keep } => {
                self.skipped += (input.len() - keep) as u64;
                Advance::Truncate { keep }
            }
            ReplyFrame::Reply { consumed, .. } => {
                let Ok(reply) = Reply::from_frame(input, frame, self.leniency) else {
                    self.violation(self.what_is_wrong(frame));
                    return Advance::Failed;
                };
                self.anomalies |= reply.anomalies();
                self.silence.broken();
                match self.take_reply(consumed, reply, input.len() > consumed, transmit) {
                    None if self.failure.is_some() => Advance::Failed,
                    None => Advance::Drop { consumed },
                    Some(what) => {
                        // A challenge stays in the input until it is answered.
                        let consumed = if self.exchange.is_asking() { 0 } else { consumed };
                        Advance::Event { consumed, found: Found { reply: reply.checked(), what } }
                    }
                }
            }
        }
    }

    fn what_is_wrong(&self, frame: ReplyFrame) -> ViolationKind {
        match frame {
            ReplyFrame::Reply { bare_lf: true, .. } if !self.leniency.tolerates(Anomalies::BARE_LF) => {
                ViolationKind::BareLf
            }
            ReplyFrame::Reply { mixed: true, .. } if !self.leniency.tolerates(Anomalies::MIXED_REPLY_CODES) => {
                ViolationKind::MixedReplyCodes
            }
            _ => ViolationKind::MalformedReply,
        }
    }

    fn end_of_input(&mut self, input: &[u8]) -> Advance {
        if !self.eof && !self.closing {
            return Advance::Idle;
        }
        if self.queue.is_empty() && input.is_empty() && self.state != State::Connected && !self.wall {
            self.state = State::Ended;
            return Advance::Idle;
        }
        let closure = if self.closing { Closure::ByPeer } else { Closure::EndOfInput };
        self.failure = Some(Error::Closed(closure));
        Advance::Failed
    }

    /// Decides what a reply is about, and moves on. `None` if the host need not know, or if it is the
    /// end.
    fn take_reply(&mut self, consumed: usize, reply: Reply<'_>, more: bool, transmit: &mut dyn Sink) -> Option<What> {
        let code = reply.code();
        let outcome = Outcome::of(code);
        if self.state == State::Connected {
            self.consume(consumed);
            self.greeted(code);
            return Some(What::Greeting);
        }
        let Some((id, verb)) = self.queue.front() else {
            if code != 421 {
                self.violation(ViolationKind::UnexpectedReply);
                return None;
            }
            self.consume(consumed);
            self.closing = true;
            return Some(What::Closing);
        };
        if verb == Verb::Auth && outcome == Outcome::Success && self.exchange.unproven {
            self.violation(ViolationKind::UnprovenServer);
            return None;
        }
        self.consume(consumed);
        match (verb, outcome) {
            (Verb::Auth, Outcome::GoAhead) => {
                let cut = reply.anomalies().contains(Anomalies::TRUNCATED_REPLY);
                self.failure = self.exchange.ask(consumed, cut, &self.limits, self.offset);
                if self.failure.is_some() {
                    return None;
                }
                return Some(What::Challenge(id));
            }
            (Verb::Data, Outcome::GoAhead) if self.accepted == 0 => {
                // RFC 2920 §3.1: the server took DATA though no recipient stands.
                self.queue.set_front(Verb::DataEnd);
                self.dots = DotWriter::new(self.line_ends);
                let mut end = [0; DotWriter::FINISH_ROOM];
                let length = self.dots.finish(&mut end);
                transmit.put(front(&end, length));
                self.visible += length as u32;
                self.state = State::Data;
                self.planned = State::Ready;
                return None;
            }
            (Verb::Data, Outcome::GoAhead) => {
                self.body = Body::Lines;
                self.dots = DotWriter::new(self.line_ends);
                self.state = State::Data;
                self.planned = State::Data;
                return Some(What::DataReady(id));
            }
            (Verb::StartTls, Outcome::Success) => {
                self.queue.pop();
                if more {
                    self.violation(ViolationKind::StartTlsInjection);
                    return None;
                }
                self.wall = true;
                self.state = State::Handshake;
                return Some(What::StartTls(id));
            }
            _ => {}
        }
        let recipient = self.verdicts;
        let is_verdict = matches!(verb, Verb::DataEnd | Verb::BdatLast);
        if self.is_lmtp() && is_verdict && self.accepted > 0 {
            return Some(self.take_verdict(id, recipient, verb, outcome, code));
        }
        self.complete(verb, outcome, reply);
        if code == 421 {
            self.close_by_peer();
        }
        Some(What::Reply(id, verb))
    }

    /// A reply is understood: what comes is behind it.
    fn consume(&mut self, count: usize) {
        self.offset += count as u64 + core::mem::take(&mut self.skipped);
    }

    /// Whatever else the greeting says, the server still waits for QUIT (RFC 5321 §3.1).
    fn greeted(&mut self, code: u16) {
        self.state = State::Greeted;
        if code == 421 {
            self.close_by_peer();
        }
    }

    /// The server announced that it closes: what is queued will have no reply.
    fn close_by_peer(&mut self) {
        self.closing = true;
        self.body = Body::None;
    }

    /// LMTP: one more recipient's verdict.
    fn take_verdict(&mut self, id: CommandId, recipient: u32, verb: Verb, outcome: Outcome, code: u16) -> What {
        self.verdicts_due = self.accepted;
        self.verdicts += 1;
        let last = self.verdicts >= self.verdicts_due;
        if last {
            self.accepted = 0;
            self.queue.pop();
            self.state = self.state.after(verb, outcome).unwrap_or(State::Ready);
            self.settle();
        }
        if code == 421 {
            self.close_by_peer();
        }
        What::Delivery { id, recipient, last }
    }

    /// A command has ended.
    fn complete(&mut self, verb: Verb, outcome: Outcome, reply: Reply<'_>) {
        self.queue.pop();
        // A verdict before the message was complete: the server will not read on.
        if self.body == Body::Lines && verb == Verb::Data {
            self.close_by_peer();
        }
        // 3yz where it has no place is no yes (RFC 5321 §4.2.1).
        let after = self.state.after(verb, outcome).or_else(|| self.state.after(verb, Outcome::Refusal));
        self.state = match after {
            Some(State::Handshake) | None => self.state,
            Some(state) => state,
        };
        if outcome == Outcome::Success {
            match verb {
                Verb::Ehlo => {
                    let lines = reply.lines().skip(1).map(|line| line.text());
                    self.forget_extensions();
                    self.anomalies |= self.extensions.learn(lines);
                    self.informed = true;
                    self.start_transaction();
                }
                Verb::Helo => {
                    self.forget_extensions();
                    self.informed = true;
                    self.start_transaction();
                }
                Verb::Xclient => self.forget_extensions(),
                Verb::Mail => self.start_transaction(),
                Verb::Rcpt => self.accepted += 1,
                Verb::Rset => self.start_transaction(),
                _ => {}
            }
        }
        // Whatever became of the message, its recipients do not stand for the next; nor do they after
        // a chunk that was refused.
        if matches!(verb, Verb::DataEnd | Verb::BdatLast) || verb == Verb::Bdat && outcome == Outcome::Refusal {
            self.start_transaction();
        }
        self.settle();
    }

    fn start_transaction(&mut self) {
        self.accepted = 0;
        self.verdicts = 0;
    }

    /// When nothing is in flight, what was planned is what is.
    fn settle(&mut self) {
        if self.queue.is_empty() {
            self.planned = self.state;
        }
        if self.verdicts >= self.verdicts_due {
            self.verdicts = 0;
            self.verdicts_due = 0;
        }
    }

    /// Whether no message data is on its way.
    pub(super) fn body_is_done(&self) -> bool {
        self.body == Body::None
    }
}
