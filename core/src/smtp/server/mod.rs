//! The server's side of SMTP and LMTP.
//!
//! The endpoint answers what it can know: bad syntax, bad order, too long, too many, what a policy
//! in [`ServerOptions`] forbids. Everything else is a question to the host, which answers with
//! [`accept`](Server::accept) or [`reject`](Server::reject), at once or later; meanwhile input waits.
//!
//! | event | question | accepted with |
//! | --- | --- | --- |
//! | [`Connect`](Event::Connect) | serve this client at all? | 220 |
//! | [`Hello`](Event::Hello) | under this name? | 250 |
//! | [`Auth`](Event::Auth) | are these credentials right? | 235 |
//! | [`AuthResponse`](Event::AuthResponse) | what do you say to that? | 235 |
//! | [`Mail`](Event::Mail), [`Rcpt`](Event::Rcpt) | this sender, this recipient? | 250 |
//! | [`DataStart`](Event::DataStart) | take a message now? | 354 |
//! | [`DataEnd`](Event::DataEnd) | is the message safe with you? | 250 |
//! | [`Vrfy`](Event::Vrfy), [`Expn`](Event::Expn), [`Xclient`](Event::Xclient) | as they say | 252, 250, 220 |
//!
//! ```
//! use mailproto::{Endpoint, smtp::{Server, ServerEvent, ServerOptions}};
//!
//! let mut server: Server = Server::new(ServerOptions::new("mx.example.org")).unwrap();
//! let mut message = Vec::new();
//! let mut inbox = Vec::new();
//! let mut wire: &[u8] = b"EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@example.org>\r\n\
//!     DATA\r\nSubject: hi\r\n\r\n..dot\r\n.\r\nQUIT\r\n";
//! while !server.is_closed() {
//!     while let Some(event) = server.next_event().unwrap() {
//!         match event {
//!             ServerEvent::Data(chunk) => message.extend_from_slice(chunk),
//!             ServerEvent::DataEnd { .. } => {
//!                 inbox.push(core::mem::take(&mut message));
//!                 server.accept().unwrap();
//!             }
//!             event if event.is_question() => server.accept().unwrap(),
//!             _ => {}
//!         }
//!     }
//!     let sent = server.transmit().len(); // a real host writes these to the socket
//!     server.transmitted(sent);
//!     let taken = server.receive(wire); // and reads these from it
//!     wire = &wire[taken..];
//! }
//! assert_eq!(inbox, [b"Subject: hi\r\n\r\n.dot\r\n"]);
//! ```

mod answer;
mod command;
mod event;
mod exchange;
mod found;
mod machine;
mod message;
mod options;

pub use event::{Abort, Event};
pub use options::{ServerOptions, ServerTimeouts};

use super::status::EnhancedCode;
use crate::buffer::{Buffer, Buffers, Standard};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::leniency::Anomalies;
use crate::sasl::TokenRefusal;
use crate::slice::{after, front};
use crate::smtp::State;
use crate::time::{Instant, Timeout};
use found::Advance;
use machine::Machine;

/// The server's side of one connection.
#[derive(Debug)]
pub struct Server<B: Buffers = Standard> {
    machine: Machine,
    receive: Buffer<B::Receive>,
    transmit: Buffer<B::Transmit>,
    /// Bytes of credentials that the last event showed and that must not stay in memory.
    secret_taken: u32,
}

impl<B: Buffers> Server<B> {
    /// A server for one connection. Its first event is [`Event::Connect`].
    ///
    /// # Errors
    /// [`Misuse`](crate::Misuse) when the name is empty, too long or no single word.
    pub fn new(options: ServerOptions<'_>) -> Result<Self, Error> {
        Ok(Self {
            receive: Buffer::with_limit(options.limits.receive_buffer),
            transmit: Buffer::with_limit(options.limits.transmit_buffer),
            machine: Machine::new(options)?,
            secret_taken: 0,
        })
    }

    /// Says yes to the question that waits, with the usual reply.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`](crate::Misuse::OutOfOrder) when no question waits, [`Misuse::Full`](crate::Misuse::Full) when there is no room for the
    /// reply: transmit, then call again.
    pub fn accept(&mut self) -> Result<(), Error> {
        self.forget_secret();
        self.machine.accept(None, &mut self.transmit)
    }

    /// Says yes with a text of the host's own: the queue id of a message, a mailbox's full name.
    /// Each line of it becomes one line of the reply.
    ///
    /// # Errors
    /// As [`accept`](Self::accept); also [`Misuse::ControlCharacter`](crate::Misuse::ControlCharacter) for CR or NUL in the text.
    pub fn accept_with(&mut self, text: &str) -> Result<(), Error> {
        self.forget_secret();
        self.machine.accept(Some(text), &mut self.transmit)
    }

    /// Says no to the question that waits. `code` is 4yz (not now) or 5yz (no); 421 also ends the
    /// connection. Each line of `text` becomes one line of the reply.
    ///
    /// # Errors
    /// [`Misuse::ReplyCode`](crate::Misuse::ReplyCode) for any other code, [`Misuse::ControlCharacter`](crate::Misuse::ControlCharacter) for CR or NUL in the
    /// text, otherwise as [`accept`](Self::accept).
    pub fn reject(&mut self, code: u16, enhanced: Option<EnhancedCode>, text: &str) -> Result<(), Error> {
        self.forget_secret();
        self.machine.reject(code, enhanced, text, &mut self.transmit)
    }

    /// Goes on with an exchange that the host conducts, by a challenge in plain bytes.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`](crate::Misuse::OutOfOrder) unless [`Event::AuthResponse`] waits,
    /// [`Misuse::TooLong`](crate::Misuse::TooLong) when the challenge can never fit, otherwise as
    /// [`accept`](Self::accept).
    pub fn challenge(&mut self, challenge: &[u8]) -> Result<(), Error> {
        self.forget_secret();
        self.machine.challenge(challenge, &mut self.transmit)
    }

    /// Refuses a bearer token and says why, as XOAUTH2 and OAUTHBEARER ask (RFC 7628 §3.2.3). The client
    /// answers with nothing of meaning; then the endpoint itself says 535.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`](crate::Misuse::OutOfOrder) unless [`Event::Auth`] with a token waits,
    /// [`Misuse::TooLong`](crate::Misuse::TooLong) beyond 512 bytes, otherwise as [`accept`](Self::accept).
    pub fn reject_token(&mut self, refusal: &TokenRefusal<'_>) -> Result<(), Error> {
        self.forget_secret();
        self.machine.reject_token(refusal, &mut self.transmit)
    }

    /// TLS has begun: what was said in plain text is forgotten, the client says EHLO again.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`](crate::Misuse::OutOfOrder) unless the last event was [`Event::StartTls`].
    pub fn tls_started(&mut self) -> Result<(), Error> {
        let injected = !self.receive.is_empty();
        self.machine.tls_started(injected, &mut self.transmit)
    }

    /// Ends the session with 421 as soon as the command or message in flight is finished.
    pub fn shut_down(&mut self) {
        self.machine.shut_down();
    }

    /// Where the conversation stands.
    pub fn state(&self) -> State {
        self.machine.state()
    }

    /// Whether the client has proved who it is.
    pub fn is_authenticated(&self) -> bool {
        self.machine.is_authenticated()
    }

    /// Whether a question waits for [`accept`](Self::accept) or [`reject`](Self::reject).
    pub fn awaits_answer(&self) -> bool {
        self.machine.awaits_answer()
    }

    /// What was tolerated so far.
    pub fn anomalies(&self) -> Anomalies {
        self.machine.anomalies()
    }

    fn forget_secret(&mut self) {
        if self.secret_taken > 0 {
            self.receive.wipe_taken(self.secret_taken as usize);
            self.secret_taken = 0;
        }
    }
}

impl<B: Buffers> Endpoint for Server<B> {
    type Event<'a>
        = Event<'a>
    where
        Self: 'a;

    fn receive_space(&mut self) -> &mut [u8] {
        self.forget_secret();
        if self.machine.takes_bytes() { self.receive.read_space() } else { &mut [] }
    }

    fn received(&mut self, count: usize) {
        if count == 0 {
            self.receive.release_if_empty();
        } else if self.machine.takes_bytes() {
            self.receive.fill(count);
            self.machine.received();
        }
    }

    fn receive_eof(&mut self) {
        self.machine.receive_eof();
    }

    fn next_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        self.forget_secret();
        loop {
            let capacity = self.receive.capacity_limit();
            let advance = self.machine.advance(self.receive.filled_mut(), capacity, &mut self.transmit);
            self.machine.told |= advance.is_err();
            match advance? {
                Advance::Idle => {
                    if let Some(size) = self.receive.starved()
                        && !self.machine.awaits_answer()
                    {
                        self.machine.told = true;
                        return Err(self.machine.starve(size));
                    }
                    if self.machine.is_between_commands() && self.receive.is_empty() {
                        self.receive.release_if_empty();
                        // Room for an answer was made before there was anything to answer.
                        self.transmit.release_if_empty();
                    }
                    return Ok(None);
                }
                Advance::Drop { consumed } => self.receive.take(consumed),
                Advance::Secret => self.receive.set_secret(),
                Advance::Event { consumed, found } => {
                    self.receive.take(consumed);
                    if found.is_secret() {
                        self.secret_taken = consumed as u32;
                    }
                    let bytes = self.receive.taken(consumed);
                    return Ok(Some(self.machine.event(found, bytes, &mut self.transmit)));
                }
            }
        }
    }

    fn next_event_from<'a, 'input: 'a>(&'a mut self, input: &mut &'input [u8]) -> Result<Option<Event<'a>>, Error> {
        self.forget_secret();
        if !input.is_empty() && self.machine.takes_bytes() {
            self.machine.received();
        }
        while !input.is_empty() && self.receive.is_empty() && self.machine.reads_message() {
            let advance = self.machine.next_piece(input, &mut self.transmit);
            self.machine.told |= advance.is_err();
            match advance? {
                Advance::Drop { consumed } => *input = after(input, consumed),
                Advance::Event { consumed, found } => {
                    let bytes = front(input, consumed);
                    *input = after(input, consumed);
                    return Ok(Some(self.machine.event(found, bytes, &mut self.transmit)));
                }
                // Half a line end, which the next read continues.
                Advance::Idle | Advance::Secret => break,
            }
        }
        let count = self.receive(input);
        *input = after(input, count);
        self.next_event()
    }

    fn transmit(&self) -> &[u8] {
        self.transmit.filled()
    }

    fn transmitted(&mut self, count: usize) {
        self.transmit.take(count);
        if self.transmit.is_empty() {
            self.machine.all_transmitted();
            // A host that had nothing to send is about to be told of something to answer.
            if count > 0 {
                self.transmit.release_if_empty();
            }
        }
    }

    fn handle_time(&mut self, now: Instant) {
        self.machine.handle_time(now, &mut self.transmit);
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
