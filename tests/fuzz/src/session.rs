//! One conversation with an endpoint, in different ways that must come to the same.

use crate::choices::Choices;
use mailproto::{Endpoint, Error, Instant, ViolationKind};

/// How the peer's bytes come in and ours go out.
#[derive(Clone, Debug)]
pub enum Feed<'a> {
    /// One byte at a time both ways: the conversation that all others are held to.
    ByteByByte,
    /// As much at a time as there is room for.
    Whole,
    /// In pieces that the input chooses, with calls in between that must not matter.
    Chosen(Choices<'a>),
}

impl Feed<'_> {
    /// How much of `available` goes in or out next.
    fn portion(&mut self, available: usize) -> usize {
        match self {
            Self::ByteByByte => 1.min(available),
            Self::Whole => available,
            Self::Chosen(choices) => (1 + choices.below(23)).min(available),
        }
    }

    fn chance(&mut self) -> bool {
        match self {
            Self::ByteByByte | Self::Whole => false,
            Self::Chosen(choices) => choices.flag(),
        }
    }
}

/// What a host does with the events of an endpoint.
pub trait Host<E: Endpoint> {
    /// Before anything has come.
    fn begin(&mut self, line: &mut Line<'_>, endpoint: &mut E);
    /// Writes an event down.
    fn note(&mut self, event: E::Event<'_>, record: &mut Record);
    /// Acts on what was noted last.
    fn act(&mut self, line: &mut Line<'_>, endpoint: &mut E);
    /// Goes on with what waited for room; whether something was done.
    fn go_on(&mut self, line: &mut Line<'_>, endpoint: &mut E) -> bool;
    /// What must hold after every call.
    fn check(&self, endpoint: &E);
}

/// All that came of a conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Events, as text.
    pub events: Vec<String>,
    /// Message data that came in behind the last event.
    pub data: Vec<u8>,
    /// What was sent.
    pub sent: Vec<u8>,
    /// How it failed.
    pub error: Option<Error>,
}

impl Record {
    /// Writes an event down, behind the data that came before it.
    pub fn event(&mut self, text: String) {
        if !self.data.is_empty() {
            let data = std::mem::take(&mut self.data);
            self.events.push(format!("data {}", data.escape_ascii()));
        }
        self.events.push(text);
    }
}

/// The connection as the host sees it.
pub struct Line<'a> {
    rest: &'a [u8],
    /// What was read and not copied in.
    held: &'a [u8],
    feed: Feed<'a>,
    /// What came of it so far.
    pub record: Record,
}

impl Line<'_> {
    /// Sends what there is, in portions; how much it was.
    pub fn drain<E: Endpoint>(&mut self, endpoint: &mut E) -> usize {
        let mut sent = 0;
        while !endpoint.transmit().is_empty() {
            let count = self.feed.portion(endpoint.transmit().len());
            let shown = endpoint.transmit_log();
            assert_eq!(shown.before.len() + shown.hidden + shown.after.len(), endpoint.transmit().len());
            self.record.sent.extend_from_slice(&endpoint.transmit()[..count]);
            endpoint.transmitted(count);
            sent += count;
        }
        sent
    }

    /// Brings in the next portion, or holds it to be looked at in place; how much it was.
    fn bring<E: Endpoint>(&mut self, endpoint: &mut E) -> usize {
        if !self.held.is_empty() {
            let taken = endpoint.receive(self.held);
            self.held = &self.held[taken..];
            return taken;
        }
        let count = self.feed.portion(self.rest.len());
        if self.feed.chance() {
            (self.held, self.rest) = self.rest.split_at(count);
            return count;
        }
        let taken = endpoint.receive(&self.rest[..count]);
        self.rest = &self.rest[taken..];
        taken
    }

    /// Lets some bytes come in while the host makes up its mind: it must hear nothing meanwhile.
    pub fn dawdle<E: Endpoint>(&mut self, endpoint: &mut E) {
        while self.feed.chance() && self.bring(endpoint) > 0 {
            assert!(matches!(endpoint.next_event(), Ok(None)), "an event while a question waits");
        }
    }

    /// Calls that must not matter.
    fn fidget<E: Endpoint>(&mut self, endpoint: &mut E) {
        if self.feed.chance() {
            endpoint.handle_time(Instant::from_millis(7));
            let _ = endpoint.next_timeout();
        }
        if self.feed.chance() {
            let _ = endpoint.receive_space();
            endpoint.received(0);
        }
        if self.feed.chance() {
            endpoint.transmitted(0);
        }
    }
}

/// Lets `host` and `endpoint` hear `wire`, and its end if `eof`.
pub fn converse<'a, E: Endpoint, H: Host<E>>(
    mut endpoint: E,
    mut host: H,
    wire: &'a [u8],
    eof: bool,
    feed: Feed<'a>,
) -> (Record, E, H) {
    let mut line = Line { rest: wire, held: &[], feed, record: Record::default() };
    host.begin(&mut line, &mut endpoint);
    let mut told_of_end = !eof;
    loop {
        let closed = endpoint.is_closed();
        if let Err(error) = listen(&mut line, &mut endpoint, &mut host) {
            assert!(!closed, "closed before {error:?} was told");
            line.drain(&mut endpoint);
            assert_eq!(endpoint.next_event().err(), Some(error), "an error is sticky");
            assert!(endpoint.is_closed(), "{error:?} did not close");
            line.record.error = Some(error);
            break;
        }
        if !endpoint.wants_read() {
            assert!(endpoint.is_closed());
            break;
        }
        if line.rest.is_empty() && line.held.is_empty() {
            if told_of_end {
                break;
            }
            told_of_end = true;
            endpoint.receive_eof();
        } else {
            assert!(line.bring(&mut endpoint) > 0, "stalled: bytes wait, nothing happens");
        }
        host.check(&endpoint);
        line.fidget(&mut endpoint);
        host.check(&endpoint);
    }
    if !line.record.data.is_empty() {
        line.record.event("(the end)".into());
    }
    (line.record, endpoint, host)
}

/// Takes events and sends until neither gets on.
fn listen<E: Endpoint, H: Host<E>>(line: &mut Line<'_>, endpoint: &mut E, host: &mut H) -> Result<(), Error> {
    loop {
        let next = if line.held.is_empty() { endpoint.next_event() } else { endpoint.next_event_from(&mut line.held) };
        let heard = match next? {
            Some(event) => {
                host.note(event, &mut line.record);
                true
            }
            None => false,
        };
        host.check(endpoint);
        if heard {
            host.act(line, endpoint);
            host.check(endpoint);
        } else if line.drain(endpoint) == 0 && !host.go_on(line, endpoint) {
            return Ok(());
        }
    }
}

/// Whether `other` says the same as the conversation byte by byte.
///
/// What stands behind STARTTLS in one piece with it is an attack; what comes later is TLS. So there
/// alone the cut decides, and what was heard before must be the same.
pub fn assert_same(reference: &Record, other: &Record, way: &str) {
    let injection =
        matches!(other.error, Some(Error::Protocol(violation)) if violation.kind == ViolationKind::StartTlsInjection);
    if injection {
        // A task tells what is lost with the connection.
        let heard = other.events.iter().take_while(|event| !event.contains("ConnectionLost")).count();
        assert_eq!(reference.events.get(..heard), other.events.get(..heard), "{way}: before the injection");
        return;
    }
    assert_eq!(reference.events, other.events, "{way}: events");
    assert_eq!(reference.error, other.error, "{way}: error");
    // On a connection that has failed nothing more is sent, so there it is a matter of when.
    let same = match reference.error {
        None => reference.sent == other.sent,
        Some(_) => reference.sent.starts_with(&other.sent) || other.sent.starts_with(&reference.sent),
    };
    assert!(same, "{way}: sent\n{}\nnot\n{}", other.sent.escape_ascii(), reference.sent.escape_ascii());
}
