//! The client's side of POP3, verb by verb.
//!
//! Verbs queue; the endpoint sends what the server's capabilities and the protocol permit, so
//! pipelining needs no thought: call `retr`, `dele`, `retr`, `dele` one behind the other, and they leave
//! in one packet if the server has announced PIPELINING and one by one if it has not. Each verb returns
//! a [`CommandId`](crate::CommandId), and the event that ends the command carries it.
//!
//! Lists and messages are never held: each line of a list and each piece of a message is an event of
//! its own, so a maildrop of any size takes the same memory.
//!
//! ```
//! use mailproto::{Endpoint, pop3::{Client, ClientEvent, ClientOptions, Verb}};
//!
//! let mut client: Client = Client::new(ClientOptions::default());
//! let mut server: &[u8] = b"+OK ready\r\n+OK\r\n+OK welcome\r\n\
//!     +OK 1 message\r\n1 120\r\n.\r\n+OK 120 octets\r\nSubject: hi\r\n\r\n..dot\r\n.\r\n+OK bye\r\n";
//! let mut message = Vec::new();
//! client.login("mrose", "a secret").unwrap(); // queued until the greeting has come
//! client.list(None).unwrap();
//! while !client.is_closed() {
//!     let taken = client.receive(server);
//!     server = &server[taken..];
//!     let (mut found, mut done) = (None, false);
//!     while let Some(event) = client.next_event().unwrap() {
//!         match event {
//!             ClientEvent::Listing { listing, .. } => found = Some(listing.number),
//!             ClientEvent::Data { bytes, .. } => message.extend_from_slice(bytes),
//!             ClientEvent::End { verb: Verb::Retr, .. } => done = true,
//!             _ => {}
//!         }
//!         if let Some(number) = found.take() {
//!             client.retr(number).unwrap();
//!         }
//!         if core::mem::take(&mut done) {
//!             client.quit().unwrap();
//!         }
//!     }
//!     let sent = client.transmit().len();
//!     client.transmitted(sent);
//! }
//! assert_eq!(message, b"Subject: hi\r\n\r\n.dot\r\n");
//! ```

mod event;
mod found;
mod line;
mod machine;
mod options;
mod verb;

pub use event::Event;
pub use options::{ClientOptions, ClientTimeouts};

use super::capability::Capabilities;
use super::command::Command;
use super::response::Status;
use super::state::State;
use crate::buffer::{Buffer, Buffers, Standard};
use crate::client::Challenge;
use crate::endpoint::{CommandId, Endpoint, TransmitLog};
use crate::error::{Error, Misuse};
use crate::leniency::Anomalies;
use crate::sasl::{ClientMechanism, Progress};
use crate::slice::{after, front};
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

    /// CAPA (RFC 2449 §5): what can the server do? Ask again after the login, where the answer may be
    /// another. Servers that do not know it refuse.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn capa(&mut self) -> Result<CommandId, Error> {
        self.machine.command(Command::Capa, &mut self.transmit)
    }

    /// STLS (RFC 2595 §4). Ends in [`Event::StartTls`] or a refusal.
    ///
    /// # Errors
    /// See [`Client`]; [`Misuse::OutOfOrder`] also behind UTF8 (RFC 6856 §2.1).
    pub fn stls(&mut self) -> Result<CommandId, Error> {
        self.machine.stls(&mut self.transmit)
    }

    /// TLS has begun: what the server said in plain text is forgotten; ask for its capabilities again.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] unless the last event was [`Event::StartTls`];
    /// [`Error::Protocol`] if plain text had arrived behind the server's `+OK`.
    pub fn tls_started(&mut self) -> Result<(), Error> {
        let injected = !self.receive.is_empty();
        self.machine.tls_started(injected)
    }

    /// USER and PASS (RFC 1939 §7). The password leaves only when the server has taken the user, and is
    /// wiped here if it has not. Spaces may stand in both.
    ///
    /// # Errors
    /// See [`Client`]; [`Misuse::Syntax`] for an empty one, [`Misuse::NotOffered`] for characters beyond
    /// ASCII unless the server takes them (RFC 6856 §2.2).
    pub fn login(&mut self, user: &str, password: &str) -> Result<CommandId, Error> {
        self.machine.login(user, password, &mut self.transmit)
    }

    /// APOP (RFC 1939 §7). `digest` is the MD5 of the greeting's
    /// [timestamp](super::Response::timestamp) and the secret behind it, in small hexadecimal digits,
    /// as `ApopDigest` computes it (feature `scram`). MD5 is broken, and whoever plays the server can learn the secret by trying: prefer any mechanism
    /// under TLS.
    ///
    /// # Errors
    /// As [`login`](Self::login); [`Misuse::NotOffered`] also where the greeting had no timestamp.
    pub fn apop(&mut self, name: &str, digest: &str) -> Result<CommandId, Error> {
        self.machine.apop(name, digest, &mut self.transmit)
    }

    /// AUTH (RFC 5034). The mechanism's initial response is sent along if it has one and it fits.
    /// Challenges come as [`Event::Challenge`].
    ///
    /// # Errors
    /// See [`Client`].
    pub fn auth(&mut self, mechanism: &mut dyn ClientMechanism) -> Result<CommandId, Error> {
        self.machine.auth(mechanism, &mut self.transmit)
    }

    /// Answers a challenge. One that makes no sense to the mechanism, is not base64 or is over the
    /// limit of a reply is answered by cancelling the exchange, which the server then refuses.
    /// [`Progress::Working`] asks for another call: the mechanism computes in steps.
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

    /// Cancels the exchange instead of answering (RFC 5034 §4).
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
        let (start, loose) = challenge_start(line);
        let progress = self.machine.respond(mechanism, Challenge { line, start, loose }, &mut self.transmit)?;
        if progress == Progress::Done {
            self.receive.take(length);
        }
        Ok(progress)
    }

    /// STAT (RFC 1939 §5): how much is in the maildrop?
    /// [`Response::drop_listing`](super::Response::drop_listing) reads the answer.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn stat(&mut self) -> Result<CommandId, Error> {
        self.machine.command(Command::Stat, &mut self.transmit)
    }

    /// LIST (RFC 1939 §5): the sizes of all messages as [`Event::Listing`], or of one in the response.
    ///
    /// # Errors
    /// See [`Client`]; [`Misuse::Syntax`] for message 0.
    pub fn list(&mut self, number: Option<u32>) -> Result<CommandId, Error> {
        self.machine.about(number.unwrap_or(1), Command::List(number), &mut self.transmit)
    }

    /// UIDL (RFC 1939 §7): the unique ids of all messages as [`Event::UniqueId`], or of one in the
    /// response. Sent whether it is among the capabilities or not: servers forget to say so.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn uidl(&mut self, number: Option<u32>) -> Result<CommandId, Error> {
        self.machine.about(number.unwrap_or(1), Command::Uidl(number), &mut self.transmit)
    }

    /// RETR (RFC 1939 §5): a message, as [`Event::Data`].
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn retr(&mut self, number: u32) -> Result<CommandId, Error> {
        self.machine.about(number, Command::Retr(number), &mut self.transmit)
    }

    /// TOP (RFC 1939 §7): the header of a message and so many lines of its body, as [`Event::Data`].
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn top(&mut self, number: u32, lines: u32) -> Result<CommandId, Error> {
        self.machine.about(number, Command::Top { number, lines }, &mut self.transmit)
    }

    /// DELE (RFC 1939 §5): marks a message; the server removes it at QUIT and not before.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn dele(&mut self, number: u32) -> Result<CommandId, Error> {
        self.machine.about(number, Command::Dele(number), &mut self.transmit)
    }

    /// RSET (RFC 1939 §5): takes all marks back.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn rset(&mut self) -> Result<CommandId, Error> {
        self.machine.command(Command::Rset, &mut self.transmit)
    }

    /// NOOP (RFC 1939 §5): is the server still there?
    ///
    /// # Errors
    /// See [`Client`].
    pub fn noop(&mut self) -> Result<CommandId, Error> {
        self.machine.command(Command::Noop, &mut self.transmit)
    }

    /// UTF8 (RFC 6856 §2.1): messages may come with UTF-8 in their headers. Before the login, and not
    /// before TLS.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn utf8(&mut self) -> Result<CommandId, Error> {
        self.machine.utf8(&mut self.transmit)
    }

    /// LANG (RFC 6856 §3.2): in which language shall the server speak? `*` for the one it likes best.
    /// `None` asks which it knows: [`Event::Language`].
    ///
    /// # Errors
    /// See [`Client`]; [`Misuse::Syntax`] unless it is one word.
    pub fn lang(&mut self, range: Option<&str>) -> Result<CommandId, Error> {
        self.machine.lang(range, &mut self.transmit)
    }

    /// QUIT (RFC 1939 §4, §6): the server removes what was marked, and says how that went.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn quit(&mut self) -> Result<CommandId, Error> {
        self.machine.command(Command::Quit, &mut self.transmit)
    }

    /// What the server announced last; nothing before CAPA has ended well, and after
    /// [`tls_started`](Self::tls_started).
    pub fn capabilities(&self) -> &Capabilities {
        &self.machine.capabilities
    }

    /// Commands that have not ended, sent or not.
    pub fn queued_commands(&self) -> usize {
        self.machine.queue.len()
    }

    /// The bytes that the last event was about, if it was about so many.
    #[cfg(feature = "alloc")]
    pub(super) fn last_taken(&self, count: usize) -> &[u8] {
        self.receive.taken(count)
    }

    /// Where the conversation stands, by the responses that have come.
    pub fn state(&self) -> State {
        self.machine.state
    }

    /// What was tolerated so far.
    pub fn anomalies(&self) -> Anomalies {
        self.machine.anomalies
    }
}

/// Where the text of a challenge starts in its line, and whether it may be anything: Exchange 2003 says
/// `+OK`, and what it likes behind it.
fn challenge_start(line: &[u8]) -> (usize, bool) {
    match line {
        [b'+', b'O' | b'o', ..] => (Status::Ok.name().len() + 1, true),
        _ => (Status::Continue.name().len() + 1, false),
    }
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
        let capacity = self.receive.capacity_limit();
        #[cfg(target_pointer_width = "64")]
        if let Some((consumed, found)) = self.machine.quick_item(self.receive.filled(), capacity) {
            self.receive.take(consumed);
            return Ok(Some(found.event(self.receive.taken(consumed))));
        }
        loop {
            if let Some(failure) = self.machine.failure {
                self.machine.told = true;
                return Err(failure);
            }
            self.machine.release();
            match self.machine.advance(self.receive.filled(), capacity) {
                Advance::Idle => {
                    if let Some(size) = self.receive.starved() {
                        self.machine.starve(size);
                        continue;
                    }
                    // More is about to come while a command has not ended.
                    if self.machine.queue.is_empty() {
                        self.receive.release_if_empty();
                    }
                    return Ok(None);
                }
                Advance::Truncate { keep } => self.receive.truncate(keep),
                Advance::Drop { consumed } => self.receive.take(consumed),
                Advance::Failed => {}
                Advance::Event { consumed, found } => {
                    self.receive.take(consumed);
                    self.forget_password();
                    self.machine.release();
                    let bytes = if consumed > 0 { self.receive.taken(consumed) } else { self.receive.filled() };
                    return Ok(Some(found.event(bytes)));
                }
            }
        }
    }

    fn next_event_from<'a, 'input: 'a>(&'a mut self, input: &mut &'input [u8]) -> Result<Option<Event<'a>>, Error> {
        while self.receive.is_empty() && self.machine.reads_message() {
            match self.machine.read_message(input) {
                Advance::Drop { consumed } => *input = after(input, consumed),
                Advance::Event { consumed, found } => {
                    let bytes = front(input, consumed);
                    *input = after(input, consumed);
                    self.machine.release();
                    return Ok(Some(found.event(bytes)));
                }
                // Half an end, which the next read continues.
                _ => break,
            }
        }
        let count = self.receive(input);
        *input = after(input, count);
        self.next_event()
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
        if self.transmit.is_empty() {
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

impl<B: Buffers> Client<B> {
    /// Wipes a password that the server will not be asked to judge.
    fn forget_password(&mut self) {
        let count = core::mem::take(&mut self.machine.forget);
        if count > 0 {
            self.transmit.remove(self.machine.visible as usize, count as usize);
        }
    }
}
