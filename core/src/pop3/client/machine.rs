//! The client's logic, one copy of it whatever the buffers are: responses to events, and time.

use super::super::capability::{Capabilities, Capability, CapabilitySet};
use super::super::command::Verb;
use super::super::listing::{ScanListing, UniqueIdListing};
use super::super::response::{Response, Status};
use super::super::state::{Outcome, State};
use super::found::{Advance, Found, Reading, What, language};
use super::line::{Line, LineFrame, LineFramer};
use super::options::{ClientOptions, ClientTimeouts};
use crate::client::{ClientLimits, Exchange, Queue, Waits};
use crate::endpoint::CommandId;
use crate::error::{Closure, Error, Exceeded, LimitKind, Misuse, Violation, ViolationKind};
use crate::frame::{DotFrame, VerbatimDotReader};
use crate::leniency::{Anomalies, Leniency};
use crate::slice::{after, front};
#[cfg(target_pointer_width = "64")]
use crate::text::{leading_number, printable};
use crate::time::{Instant, Silence, Timeout, TimeoutReason};

impl Waits for Verb {
    const NONE: Self = Self::Greeting;

    /// Whatever does not change who speaks or how (RFC 2449 §6.6). A server may hand the connection on
    /// to another program at the login, and what came behind it is lost.
    fn may_be_followed(self) -> bool {
        !matches!(self, Self::User | Self::Pass | Self::Apop | Self::Auth | Self::Stls | Self::Utf8 | Self::Quit)
    }
}

/// The order of the fields is the order in memory, for the reasons that `smtp::Client` has.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Machine {
    silence: Silence,
    pub(super) capabilities: Capabilities,
    pub(super) failure: Option<Error>,
    pub(super) limits: ClientLimits,
    /// Bytes of the input consumed so far.
    offset: u64,
    /// Bytes of the present line that were read past.
    skipped: u64,
    pub(super) queue: Queue<Verb>,
    framer: LineFramer,
    leniency: Leniency,
    pub(super) anomalies: Anomalies,
    /// Bytes at the front of the transmit buffer that may be sent.
    pub(super) visible: u32,
    /// Bytes behind them that are the PASS line of the USER in flight.
    pub(super) password: u32,
    /// Bytes behind the visible ones that must be forgotten: a PASS line that shall never be sent.
    pub(super) forget: u32,
    pub(super) exchange: Exchange,
    timeouts: ClientTimeouts,
    pub(super) state: State,
    /// Where the conversation will stand when all that is queued succeeds.
    pub(super) planned: State,
    reading: Reading,
    dots: VerbatimDotReader,
    /// A CAPA has succeeded, so `capabilities` says what the server can.
    pub(super) informed: bool,
    /// The greeting had a timestamp, so the server knows APOP.
    pub(super) timestamp: bool,
    /// UTF8 has been asked for: TLS can no longer begin (RFC 6856 §2.1).
    pub(super) utf8: bool,
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
            limits: options.limits.into(),
            leniency: options.leniency,
            timeouts: options.timeouts,
            queue: Queue::EMPTY,
            state: State::Connected,
            planned: State::Authorization,
            capabilities: Capabilities::default(),
            informed: false,
            timestamp: false,
            utf8: false,
            anomalies: Anomalies::NONE,
            failure: None,
            silence: Silence::default(),
            framer: LineFramer::default(),
            offset: 0,
            skipped: 0,
            reading: Reading::Response,
            dots: VerbatimDotReader::default(),
            visible: 0,
            password: 0,
            forget: 0,
            exchange: Exchange::default(),
            wall: false,
            eof: false,
            closing: false,
            told: false,
        }
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
        let host_acts = self.exchange.is_asking() || self.wall;
        !host_acts && (self.state == State::Connected || !self.queue.is_empty())
    }

    fn patience(&self) -> (u32, TimeoutReason) {
        let (seconds, reason) = match self.queue.front() {
            _ if self.state == State::Connected => (self.timeouts.greeting, TimeoutReason::Greeting),
            _ if self.reading != Reading::Response => (self.timeouts.data_block, TimeoutReason::DataBlock),
            Some((_, Verb::Quit)) => (self.timeouts.update, TimeoutReason::Reply),
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
        if self.state != State::Connected && !self.wall && !self.closing && !self.exchange.is_asking() {
            let pipelining = self.capabilities.offers(CapabilitySet::PIPELINING);
            self.visible += self.queue.release(pipelining) as u32;
        }
    }

    #[cold]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn violation(&mut self, kind: ViolationKind) -> Advance {
        self.failure = Some(Error::Protocol(Violation { kind, offset: self.offset, farewell: None }));
        Advance::Failed
    }

    /// TLS runs: what the server said in plain text is forgotten (RFC 2595 §4).
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
        self.forget_capabilities();
        self.silence.broken();
        Ok(())
    }

    fn forget_capabilities(&mut self) {
        self.capabilities = Capabilities::default();
        self.informed = false;
    }

    /// A buffer of `size` bytes is needed to go on, and the allocator has no memory for it.
    pub(super) fn starve(&mut self, size: u32) {
        self.failure = Some(Error::Limit(Exceeded { limit: LimitKind::Memory, value: size, offset: self.offset }));
    }

    /// What a line may hold, its end included.
    fn line_limit(&self, capacity: usize) -> usize {
        (self.limits.reply as usize).min(capacity)
    }

    /// Finds the next item of a list at the front of `input`, where it looks as items do and whole
    /// lists are made of. Anything else is left to [`advance`](Self::advance), which says the same of
    /// these lines too, but takes longer; a small machine does with that alone.
    #[cfg(target_pointer_width = "64")]
    #[inline]
    pub(super) fn quick_item(&mut self, input: &[u8], capacity: usize) -> Option<(usize, Found)> {
        if self.reading != Reading::Lines || !self.framer.is_keeping_all() || self.failure.is_some() {
            return None;
        }
        let (id, verb) = self.queue.front()?;
        let (number, start) = leading_number(input)?;
        let [b' ', text @ ..] = after(input, start) else { return None };
        let (what, length) = match verb {
            Verb::List => {
                let (octets, length) = leading_number(text)?;
                let listing = ScanListing { number, octets: u64::from(octets) };
                (What::Listing(id, listing), length)
            }
            Verb::Uidl => (What::UniqueId(id, number), printable(text, [])),
            _ => return None,
        };
        let [b'\r', b'\n', ..] = after(text, length) else { return None };
        let consumed = start + 1 + length + 2;
        if number == 0 || length == 0 || consumed > self.line_limit(capacity) {
            return None;
        }
        if verb == Verb::Uidl && !front(text, length).is_ascii() {
            return None;
        }
        self.framer.reset();
        self.offset += consumed as u64;
        self.silence.broken();
        Some((consumed, Found { what, start: start + 1, length }))
    }

    /// Finds what comes next in `input`, which can hold `capacity` bytes at most.
    pub(super) fn advance(&mut self, input: &[u8], capacity: usize) -> Advance {
        if self.state == State::Ended {
            return Advance::Idle;
        }
        // Where the host is the one to act, only the end can still come.
        if self.closing || self.wall || self.exchange.is_asking() {
            return self.end_of_input(&[]);
        }
        if self.reading == Reading::Message {
            return self.read_message(input);
        }
        let line = match self.framer.next(input, self.line_limit(capacity)) {
            LineFrame::Incomplete => return self.end_of_input(input),
            LineFrame::Drop { keep } => {
                self.skipped += (input.len() - keep) as u64;
                return Advance::Truncate { keep };
            }
            LineFrame::Line(line) => line,
        };
        for (seen, anomaly, kind) in [
            (line.bare_lf, Anomalies::BARE_LF, ViolationKind::BareLf),
            (line.truncated, Anomalies::TRUNCATED_REPLY, ViolationKind::MalformedResponse),
        ] {
            if seen && !self.tolerate(anomaly) {
                return self.violation(kind);
            }
        }
        self.silence.broken();
        match self.reading {
            Reading::Lines => self.take_line(front(input, line.length), line),
            _ => self.take_response(front(input, line.length), line, input.len() > line.consumed),
        }
    }

    /// Notes an anomaly; whether it is tolerated.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn tolerate(&mut self, anomaly: Anomalies) -> bool {
        let tolerated = self.leniency.tolerates(anomaly);
        if tolerated {
            self.anomalies |= anomaly;
        }
        tolerated
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

    /// Bytes are understood: what comes is behind them.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn consume(&mut self, count: usize) {
        self.offset += count as u64 + core::mem::take(&mut self.skipped);
    }

    /// Decides what the first line of a response is about, and moves on. `more` says that something
    /// stands behind it.
    fn take_response(&mut self, bytes: &[u8], line: Line, more: bool) -> Advance {
        let Ok((response, anomalies)) = Response::parse(bytes, self.leniency) else {
            return self.violation(ViolationKind::MalformedResponse);
        };
        let consumed = line.consumed;
        let text = response.rest();
        let found = |what| {
            // The text stands at the end of the line.
            let found = Found { what, start: line.length - text.len(), length: text.len() };
            Advance::Event { consumed, found }
        };
        let front = self.queue.front();
        let status = match (response.status(), front) {
            // Exchange 2003 goes on in this way. It can be no success as long as nothing was said.
            (Status::Ok, Some((_, Verb::Auth))) if !self.exchange.has_spoken() => {
                if self.tolerate(Anomalies::OK_FOR_CHALLENGE) { Status::Continue } else { Status::Ok }
            }
            (Status::Continue, Some((_, Verb::Auth))) => Status::Continue,
            (Status::Continue, _) => return self.violation(ViolationKind::MalformedResponse),
            (status, _) => status,
        };
        self.anomalies |= anomalies;
        if self.state == State::Connected {
            self.consume(consumed);
            self.greeted(response);
            return found(What::Greeting(status));
        }
        let Some((id, verb)) = front else {
            if status == Status::Ok {
                return self.violation(ViolationKind::UnexpectedReply);
            }
            self.consume(consumed);
            self.closing = true;
            return found(What::Closing(status));
        };
        if verb == Verb::Auth && status == Status::Ok && self.exchange.unproven {
            return self.violation(ViolationKind::UnprovenServer);
        }
        self.consume(consumed);
        match (verb, status) {
            (_, Status::Continue) => {
                if let Some(error) = self.exchange.ask(consumed, line.truncated, &self.limits, self.offset) {
                    self.failure = Some(error);
                    return Advance::Failed;
                }
                // The challenge stays in the input until it is answered.
                let found = Found { what: What::Challenge(id), start: line.length - text.len(), length: text.len() };
                Advance::Event { consumed: 0, found }
            }
            (Verb::User, Status::Ok) => {
                self.queue.set_front(Verb::Pass);
                self.state = self.state.after(Verb::User, Outcome::Success).unwrap_or(self.state);
                self.visible += core::mem::take(&mut self.password);
                Advance::Drop { consumed }
            }
            (Verb::Stls, Status::Ok) => {
                self.queue.pop();
                if more {
                    return self.violation(ViolationKind::StartTlsInjection);
                }
                self.wall = true;
                self.state = State::Handshake;
                found(What::StartTls(id))
            }
            (verb, Status::Ok) if verb.is_multi_line() => {
                self.begin(verb);
                found(What::Start(id, verb, status))
            }
            (verb, status) => {
                self.complete(verb, if status == Status::Ok { Outcome::Success } else { Outcome::Refusal });
                found(What::Response(id, verb, status))
            }
        }
    }

    /// A server that does not want to serve closes (RFC 1939 §4).
    fn greeted(&mut self, response: Response<'_>) {
        self.state = State::Authorization;
        self.closing = !response.is_ok();
        self.timestamp = response.timestamp().is_some();
    }

    /// More lines follow.
    fn begin(&mut self, verb: Verb) {
        match verb {
            Verb::Retr | Verb::Top => {
                self.reading = Reading::Message;
                self.dots = VerbatimDotReader::default();
            }
            _ => self.reading = Reading::Lines,
        }
        if verb == Verb::Capa {
            self.forget_capabilities();
        }
    }

    /// Whether what comes next is a message, to be looked at wherever it stands.
    pub(super) fn reads_message(&self) -> bool {
        self.reading == Reading::Message && self.takes_bytes() && !self.closing
    }

    /// The next bytes of a message.
    pub(super) fn read_message(&mut self, input: &[u8]) -> Advance {
        match self.dots.next(input) {
            DotFrame::Data { length } => {
                self.offset += length as u64;
                self.silence.broken();
                let what = self.queue.front().map(|(id, _)| What::Data(id));
                match what {
                    Some(what) => Advance::Event { consumed: length, found: Found { what, start: 0, length } },
                    None => Advance::Drop { consumed: length },
                }
            }
            DotFrame::Skip { consumed } | DotFrame::LineEnd { consumed } => {
                self.offset += consumed as u64;
                Advance::Drop { consumed }
            }
            DotFrame::End { consumed, .. } => self.end(consumed),
            DotFrame::Incomplete => self.end_of_input(input),
        }
    }

    /// The lone dot has come.
    fn end(&mut self, consumed: usize) -> Advance {
        self.consume(consumed);
        self.silence.broken();
        self.reading = Reading::Response;
        let Some((id, verb)) = self.queue.front() else { return Advance::Drop { consumed } };
        self.complete(verb, Outcome::Success);
        Advance::Event { consumed, found: Found { what: What::End(id, verb), start: 0, length: 0 } }
    }

    /// One line of a list (RFC 1939 §3).
    fn take_line(&mut self, bytes: &[u8], line: Line) -> Advance {
        if bytes == b"." && !line.truncated {
            return self.end(line.consumed);
        }
        let Some((id, verb)) = self.queue.front() else {
            return Advance::Drop { consumed: line.consumed };
        };
        // A dot was added to a line that starts with one.
        let start = usize::from(bytes.first() == Some(&b'.'));
        let text = after(bytes, start);
        let item = if line.truncated { None } else { self.item(id, verb, text) };
        let what = match item {
            Some(what) => what,
            None if self.tolerate(Anomalies::MALFORMED_LINE) => What::Malformed(id),
            None => return self.violation(ViolationKind::MalformedResponse),
        };
        self.consume(line.consumed);
        Advance::Event { consumed: line.consumed, found: Found { what, start, length: text.len() } }
    }

    /// What a line of a list says; `None` if it makes no sense there.
    fn item(&mut self, id: CommandId, verb: Verb, text: &[u8]) -> Option<What> {
        match verb {
            Verb::List => {
                let (listing, anomalies) = ScanListing::parse(text)?;
                self.tolerate(anomalies).then_some(What::Listing(id, listing))
            }
            Verb::Uidl => {
                let (listing, anomalies) = UniqueIdListing::parse(text)?;
                // In a list of them all, one without its number is of no use.
                listing.number.filter(|_| self.tolerate(anomalies)).map(|_| What::UniqueIdLine(id))
            }
            Verb::Capa => {
                self.capabilities.add(Capability::parse(text)?);
                Some(What::Capability(id))
            }
            _ => language(text).map(|_| What::Language(id)),
        }
    }

    /// A command has ended.
    fn complete(&mut self, verb: Verb, outcome: Outcome) {
        self.queue.pop();
        self.state = match self.state.after(verb, outcome) {
            Some(State::Handshake) | None => self.state,
            Some(state) => state,
        };
        match (verb, outcome) {
            (Verb::User, Outcome::Refusal) => {
                self.forget = core::mem::take(&mut self.password);
                self.exchange.secret = (0, 0);
            }
            (Verb::Capa, Outcome::Success) => self.informed = true,
            (Verb::Utf8, Outcome::Refusal) => self.utf8 = false,
            _ => {}
        }
        // When nothing is in flight, what was planned is what is.
        if self.queue.is_empty() {
            self.planned = self.state;
        }
    }
}
