//! The client's side of SMTP and LMTP, verb by verb.
//!
//! Verbs queue; the endpoint sends what the server's extensions and the protocol permit, so
//! pipelining needs no thought: call `mail`, `rcpt`, `rcpt`, `data` one behind the other, and they
//! leave in one packet if the server offers PIPELINING and one by one if it does not. Each verb
//! returns a [`CommandId`](crate::CommandId), and the event that ends the command carries it.
//!
//! ```
//! use mailproto::{Endpoint, smtp::{Client, ClientEvent, ClientOptions, Verb}};
//!
//! let mut client: Client = Client::new(ClientOptions::default());
//! let mut server: &[u8] = b"220 mx\r\n250 mx\r\n250 OK\r\n250 OK\r\n354 go\r\n250 queued\r\n221 bye\r\n";
//! let mut wire = Vec::new();
//! client.ehlo("host.example").unwrap(); // queued until the greeting has come
//! while !client.is_closed() {
//!     let taken = client.receive(server);
//!     server = &server[taken..];
//!     let mut verdict = false;
//!     while let Some(event) = client.next_event().unwrap() {
//!         match event {
//!             ClientEvent::Reply { verb: Verb::Ehlo, .. } => {
//!                 client.mail("a@host.example", &[]).unwrap();
//!                 client.rcpt("b@example.org", &[]).unwrap();
//!                 client.data().unwrap();
//!             }
//!             ClientEvent::DataReady { .. } => {
//!                 client.send_data(b"Subject: hi\r\n\r\n.dot\r\n").unwrap();
//!                 client.finish_data().unwrap();
//!             }
//!             ClientEvent::Reply { verb: Verb::DataEnd, .. } => verdict = true,
//!             _ => {}
//!         }
//!         if verdict {
//!             client.quit().unwrap();
//!             verdict = false;
//!         }
//!     }
//!     wire.extend_from_slice(client.transmit());
//!     let sent = client.transmit().len();
//!     client.transmitted(sent);
//! }
//! assert!(wire.ends_with(b"DATA\r\nSubject: hi\r\n\r\n..dot\r\n.\r\nQUIT\r\n"));
//! ```

mod event;
mod found;
mod machine;
mod options;
mod verb;

pub use event::Event;
pub use options::{ClientOptions, ClientTimeouts};

use super::attribute::Attribute;
use super::command::Verb;
use super::extension::Extensions;
use super::parameter::Parameter;
use super::state::State;
use crate::buffer::{Buffer, Buffers, Standard};
use crate::client::Challenge;
use crate::endpoint::{CommandId, Endpoint, TransmitLog};
use crate::error::{Error, Misuse};
use crate::leniency::Anomalies;
use crate::sasl::{ClientMechanism, Progress};
use crate::slice::WIDE;
use crate::time::{Instant, Timeout};
use found::Advance;
use machine::Machine;

/// The client's side of one connection.
///
/// Every verb fails with [`Misuse::Full`] when the queue or the transmit buffer has no room,
/// [`Misuse::OutOfOrder`] when it has no place in the conversation, [`Misuse::NotOffered`] when the
/// server is known not to offer what it needs, [`Misuse::ControlCharacter`] for CR, LF or NUL in an
/// argument, and [`Misuse::Closed`] when the connection is over; in each case nothing has changed.
#[derive(Debug)]
pub struct Client<B: Buffers = Standard> {
    machine: Machine,
    receive: Buffer<B::Receive>,
    transmit: Buffer<B::Transmit>,
}

impl<B: Buffers> Client<B> {
    /// A client for one connection, which waits for the greeting.
    pub fn new(options: ClientOptions) -> Self {
        Self {
            receive: Buffer::with_limit(options.limits.receive_buffer),
            transmit: Buffer::with_limit(options.limits.transmit_buffer),
            machine: Machine::new(options),
        }
    }

    /// EHLO (RFC 5321 §4.1.1.1), in LMTP LHLO (RFC 2033 §4.1). `name` is a domain or an address
    /// literal.
    ///
    /// # Errors
    /// See [`Client`]; also [`Misuse::Syntax`] if the name is no single word.
    pub fn ehlo(&mut self, name: &str) -> Result<CommandId, Error> {
        self.machine.hello(name, Verb::Ehlo, &mut self.transmit)
    }

    /// HELO (RFC 5321 §4.1.1.1), for servers that do not know EHLO.
    ///
    /// # Errors
    /// As [`ehlo`](Self::ehlo).
    pub fn helo(&mut self, name: &str) -> Result<CommandId, Error> {
        self.machine.hello(name, Verb::Helo, &mut self.transmit)
    }

    /// STARTTLS (RFC 3207). Ends in [`Event::StartTls`] or a refusal.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn starttls(&mut self) -> Result<CommandId, Error> {
        self.machine.starttls(&mut self.transmit)
    }

    /// TLS has begun: what the server said in plain text is forgotten; say EHLO again.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] unless the last event was [`Event::StartTls`];
    /// [`Error::Protocol`] if plain text had arrived behind the server's 220.
    pub fn tls_started(&mut self) -> Result<(), Error> {
        let injected = !self.receive.is_empty();
        self.machine.tls_started(injected)
    }

    /// AUTH (RFC 4954). The mechanism's initial response is sent along if it has one and it fits.
    /// Challenges come as [`Event::Challenge`].
    ///
    /// # Errors
    /// See [`Client`].
    pub fn auth(&mut self, mechanism: &mut dyn ClientMechanism) -> Result<CommandId, Error> {
        self.machine.auth(mechanism, &mut self.transmit)
    }

    /// Answers a challenge. One that makes no sense to the mechanism, is not base64 or is over the
    /// limit of a reply is answered by cancelling the exchange, which the server then refuses with
    /// 501. [`Progress::Working`] asks for another call: the mechanism computes in steps.
    ///
    /// Success before the mechanism [is satisfied](ClientMechanism::is_satisfied) is
    /// [`ViolationKind::UnprovenServer`](crate::ViolationKind::UnprovenServer).
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] when no challenge waits, [`Misuse::Full`] while something is to be
    /// transmitted first.
    pub fn auth_respond(&mut self, mechanism: &mut dyn ClientMechanism) -> Result<Progress, Error> {
        self.respond(Some(mechanism))
    }

    /// Cancels the exchange instead of answering (RFC 4954 §4).
    ///
    /// # Errors
    /// As [`auth_respond`](Self::auth_respond).
    pub fn auth_cancel(&mut self) -> Result<(), Error> {
        self.respond(None).map(drop)
    }

    /// Bytes of the challenge that waits, if it can be answered now.
    fn waiting_challenge(&self) -> Result<usize, Misuse> {
        self.machine.check_open()?;
        self.machine.exchange.waiting(self.machine.visible)
    }

    fn respond(&mut self, mechanism: Option<&mut dyn ClientMechanism>) -> Result<Progress, Error> {
        let length = self.waiting_challenge()?;
        let line = self.receive.filled_mut().get_mut(..length).unwrap_or_default();
        let challenge = Challenge { start: challenge_start(line), loose: false, line };
        let progress = self.machine.respond(mechanism, challenge, &mut self.transmit)?;
        if progress == Progress::Done {
            self.receive.take(length);
        }
        Ok(progress)
    }

    /// MAIL (RFC 5321 §4.1.1.2). `sender` is a mailbox without brackets, empty for reports.
    ///
    /// # Errors
    /// See [`Client`]; also [`Misuse::Syntax`] where the mailbox breaks the grammar.
    pub fn mail(&mut self, sender: &str, parameters: &[Parameter<'_>]) -> Result<CommandId, Error> {
        let Self { machine, transmit, .. } = self;
        match parameters {
            [] => machine.envelope(Verb::Mail, sender, transmit),
            _ => machine.envelope_with(Verb::Mail, sender, parameters, transmit),
        }
    }

    /// RCPT (RFC 5321 §4.1.1.3). `recipient` is a mailbox without brackets, or `Postmaster`.
    ///
    /// # Errors
    /// As [`mail`](Self::mail).
    pub fn rcpt(&mut self, recipient: &str, parameters: &[Parameter<'_>]) -> Result<CommandId, Error> {
        let Self { machine, transmit, .. } = self;
        match parameters {
            [] => machine.envelope(Verb::Rcpt, recipient, transmit),
            _ => machine.envelope_with(Verb::Rcpt, recipient, parameters, transmit),
        }
    }

    /// DATA (RFC 5321 §4.1.1.4). Ends in [`Event::DataReady`] and later a verdict, or in a refusal.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn data(&mut self) -> Result<CommandId, Error> {
        self.machine.command(Verb::Data, &["DATA"], &mut self.transmit)
    }

    /// BDAT (RFC 3030 §2): exactly `length` bytes follow by [`send_data`](Self::send_data), as they
    /// are.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn bdat(&mut self, length: u64, last: bool) -> Result<CommandId, Error> {
        self.machine.bdat(length, last, &mut self.transmit)
    }

    /// Passes a piece of the message on, and returns how much of it was taken: transmit, then pass
    /// the rest. Behind DATA, dots are added where lines start with one.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] when no message data is wanted, [`Misuse::BareLineEnd`] at a bare line
    /// end that the options refuse.
    pub fn send_data(&mut self, data: &[u8]) -> Result<usize, Error> {
        self.machine.send_data(data, &mut self.transmit)
    }

    /// Ends the message behind DATA. A last line without an end gets one.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] when no message is being sent, [`Misuse::Full`] when there is no room.
    pub fn finish_data(&mut self) -> Result<(), Error> {
        self.machine.finish_data(&mut self.transmit)
    }

    /// RSET (RFC 5321 §4.1.1.5).
    ///
    /// # Errors
    /// See [`Client`].
    pub fn rset(&mut self) -> Result<CommandId, Error> {
        self.machine.command(Verb::Rset, &["RSET"], &mut self.transmit)
    }

    /// VRFY (RFC 5321 §4.1.1.6).
    ///
    /// # Errors
    /// See [`Client`].
    pub fn vrfy(&mut self, text: &str) -> Result<CommandId, Error> {
        self.machine.argument(Verb::Vrfy, "VRFY ", text, &mut self.transmit)
    }

    /// EXPN (RFC 5321 §4.1.1.7).
    ///
    /// # Errors
    /// See [`Client`].
    pub fn expn(&mut self, text: &str) -> Result<CommandId, Error> {
        self.machine.argument(Verb::Expn, "EXPN ", text, &mut self.transmit)
    }

    /// HELP (RFC 5321 §4.1.1.8); `text` may be empty.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn help(&mut self, text: &str) -> Result<CommandId, Error> {
        self.machine.argument(Verb::Help, "HELP ", text, &mut self.transmit)
    }

    /// NOOP (RFC 5321 §4.1.1.9): is the server still there?
    ///
    /// # Errors
    /// See [`Client`].
    pub fn noop(&mut self) -> Result<CommandId, Error> {
        self.machine.command(Verb::Noop, &["NOOP"], &mut self.transmit)
    }

    /// QUIT (RFC 5321 §4.1.1.10).
    ///
    /// # Errors
    /// See [`Client`].
    pub fn quit(&mut self) -> Result<CommandId, Error> {
        self.machine.command(Verb::Quit, &["QUIT"], &mut self.transmit)
    }

    /// XCLIENT (Postfix `XCLIENT_README`): tells whom this client speaks for.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn xclient(&mut self, attributes: &[Attribute<'_>]) -> Result<CommandId, Error> {
        self.machine.xclient(attributes, &mut self.transmit)
    }

    /// What the server announced last; nothing before EHLO, after HELO and after
    /// [`tls_started`](Self::tls_started).
    pub fn extensions(&self) -> &Extensions {
        &self.machine.extensions
    }

    /// Commands whose last reply has not come, sent or not.
    pub fn queued_commands(&self) -> usize {
        self.machine.queue.len()
    }

    /// Whether bytes of a chunk that was announced are still to be passed.
    #[cfg(feature = "alloc")]
    pub(super) fn wants_chunk_data(&self) -> bool {
        self.machine.body == found::Body::Chunk
    }

    /// Whether nothing is left to send, not even what waits for replies.
    #[cfg(feature = "alloc")]
    pub(super) fn has_sent_all(&self) -> bool {
        self.transmit.is_empty()
    }

    /// Where the conversation stands, by the replies that have come.
    pub fn state(&self) -> State {
        self.machine.state
    }

    /// What was tolerated so far.
    pub fn anomalies(&self) -> Anomalies {
        self.machine.anomalies
    }
}

/// Where the text of the last line of a 334 reply starts, behind its code.
fn challenge_start(reply: &[u8]) -> usize {
    let lines = reply.trim_ascii_end();
    lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1) + 4
}

impl<B: Buffers> Endpoint for Client<B> {
    type Event<'a>
        = Event<'a>
    where
        Self: 'a;

    fn receive_space(&mut self) -> &mut [u8] {
        if self.machine.takes_bytes() { self.receive.read_space() } else { &mut [] }
    }

    fn received(&mut self, count: usize) {
        if count == 0 {
            self.receive.release_if_empty();
        } else if self.machine.takes_bytes() {
            self.receive.fill(count);
        }
    }

    fn receive_eof(&mut self) {
        self.machine.receive_eof();
    }

    fn next_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        if WIDE {
            self.machine.release();
            let capacity = self.receive.capacity_limit();
            if self.machine.passes(self.receive.filled(), capacity) && self.receive.starved().is_none() {
                return Ok(None);
            }
        }
        loop {
            if let Some(failure) = self.machine.failure {
                self.machine.told = true;
                return Err(failure);
            }
            self.machine.release();
            let capacity = self.receive.capacity_limit();
            match self.machine.advance(self.receive.filled(), capacity, &mut self.transmit) {
                Advance::Idle => {
                    if let Some(size) = self.receive.starved() {
                        self.machine.starve(size);
                        continue;
                    }
                    self.receive.release_if_empty();
                    return Ok(None);
                }
                Advance::Truncate { keep } => self.receive.truncate(keep),
                Advance::Drop { consumed } => self.receive.take(consumed),
                Advance::Failed => {}
                Advance::Event { consumed, found } => {
                    self.receive.take(consumed);
                    self.machine.release();
                    let bytes = if consumed > 0 { self.receive.taken(consumed) } else { self.receive.filled() };
                    return Ok(Some(found.event(bytes)));
                }
            }
        }
    }

    /// Nothing once the connection has failed: what the server might still do with it could no longer
    /// be heard.
    fn transmit(&self) -> &[u8] {
        if self.machine.failure.is_some() {
            return &[];
        }
        self.transmit.filled().get(..self.machine.visible as usize).unwrap_or(&[])
    }

    fn transmitted(&mut self, count: usize) {
        let count = count.min(self.machine.visible as usize);
        if self.machine.exchange.secret.1 > 0 {
            self.transmit.wipe(count);
        } else {
            self.transmit.take(count);
        }
        self.machine.transmitted(count);
        if self.transmit.is_empty() && self.machine.body_is_done() {
            self.transmit.release_if_empty();
        }
    }

    fn transmit_log(&self) -> TransmitLog<'_> {
        TransmitLog::with_secret(self.transmit(), self.machine.exchange.secret)
    }

    fn handle_time(&mut self, now: Instant) {
        self.machine.handle_time(now);
    }

    fn next_timeout(&self) -> Option<Timeout> {
        self.machine.next_timeout()
    }

    fn wants_read(&self) -> bool {
        self.machine.wants_read()
    }

    fn is_closed(&self) -> bool {
        !self.wants_read() && !self.wants_write() && self.machine.has_told_end()
    }
}
