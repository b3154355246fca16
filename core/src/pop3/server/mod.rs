//! The server's side of POP3.
//!
//! The endpoint answers what it can know: bad syntax, bad order, numbers of no message, what a policy in
//! [`ServerOptions`] forbids, capabilities, totals. It numbers the messages, keeps the marks of DELE, cuts
//! for TOP, and adds dots. Everything else is a small question to the host, which answers at once or later;
//! meanwhile input waits.
//!
//! | event | question | answer |
//! | --- | --- | --- |
//! | [`Connect`](Event::Connect) | serve this client at all? | [`accept`](Server::accept) |
//! | [`Auth`](Event::Auth), [`Apop`](Event::Apop) | are these credentials right? | [`accept`](Server::accept) |
//! | [`Open`](Event::Open) | what is in the maildrop? | [`open`](Server::open) |
//! | [`Size`](Event::Size), [`Delete`](Event::Delete) | how many octets has it? | [`size`](Server::size) |
//! | [`UniqueId`](Event::UniqueId) | what is its name for life? | [`unique_id`](Server::unique_id) |
//! | [`Message`](Event::Message) | may it be fetched? | [`accept`](Server::accept), then [`send_data`](Server::send_data), [`finish_data`](Server::finish_data) |
//! | [`Update`](Event::Update) | delete these now | [`accept`](Server::accept) |
//!
//! Any of them can be answered by [`reject`](Server::reject). Nothing is ever deleted but by
//! [`Update`](Event::Update), which comes of QUIT alone (RFC 1939 §6).
//!
//! ```
//! use mailproto::{Endpoint, pop3::{Server, ServerEvent, ServerOptions}};
//!
//! let options = ServerOptions { auth_without_tls: true, ..ServerOptions::default() };
//! let mut server: Server = Server::new(options).unwrap();
//! let mut maildrop = vec!["Subject: hi\n\n.dot\n"];
//! let mut wire: &[u8] = b"USER tim\r\nPASS secret\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n";
//! let mut sent = Vec::new();
//! while !server.is_closed() {
//!     while let Some(event) = server.next_event().unwrap() {
//!         match event {
//!             ServerEvent::Auth(credentials) if credentials.password() != Some("secret") => server.reject(None, "").unwrap(),
//!             ServerEvent::Open => server.open(1, 19).unwrap(),
//!             ServerEvent::Size { .. } | ServerEvent::Delete { .. } => server.size(19).unwrap(),
//!             ServerEvent::Message { number, .. } => {
//!                 server.accept().unwrap();
//!                 server.send_data(maildrop[number as usize - 1].as_bytes()).unwrap();
//!                 server.finish_data().unwrap();
//!             }
//!             ServerEvent::Update { deleted } => {
//!                 deleted.for_each(|number| maildrop[number as usize - 1] = "");
//!                 server.accept().unwrap();
//!             }
//!             event if event.is_question() => server.accept().unwrap(),
//!             _ => {}
//!         }
//!     }
//!     sent.extend_from_slice(server.transmit()); // a real host writes these to the socket
//!     server.transmitted(server.transmit().len());
//!     let taken = server.receive(wire); // and reads these from it
//!     wire = &wire[taken..];
//! }
//! assert!(sent.ends_with(b"+OK Message follows\r\nSubject: hi\r\n\r\n..dot\r\n.\r\n+OK message 1 deleted\r\n+OK Bye\r\n"));
//! assert_eq!(maildrop, [""]);
//! ```

mod answer;
mod command;
mod event;
mod exchange;
mod found;
mod listing;
mod machine;
mod marks;
mod message;
mod options;

pub use event::Event;
pub use marks::Deleted;
pub use options::{ServerOptions, ServerTimeouts};

use super::response::ResponseCode;
use super::state::State;
use crate::buffer::{Buffer, Buffers, Standard};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::leniency::Anomalies;
use crate::sasl::TokenRefusal;
use crate::time::{Instant, Timeout};
use found::Advance;
use machine::Machine;
use marks::{MarkStore, Marks};

/// The server's side of one connection.
#[derive(Debug)]
pub struct Server<B: Buffers = Standard> {
    machine: Machine,
    receive: Buffer<B::Receive>,
    transmit: Buffer<B::Transmit>,
    marks: MarkStore<B::Marks>,
    /// Bytes of credentials that the last event showed and that must not stay in memory.
    secret_taken: u32,
}

impl<B: Buffers> Server<B> {
    /// A server for one connection. Its first event is [`Event::Connect`].
    ///
    /// # Errors
    /// [`Misuse`](crate::Misuse) when the name of the implementation is too long or would end a line.
    pub fn new(options: ServerOptions<'_>) -> Result<Self, Error> {
        Ok(Self {
            receive: Buffer::with_limit(options.limits.receive_buffer),
            transmit: Buffer::with_limit(options.limits.transmit_buffer),
            marks: MarkStore::default(),
            machine: Machine::new(options)?,
            secret_taken: 0,
        })
    }

    /// Says yes to the question that waits, with the usual response.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`](crate::Misuse::OutOfOrder) when no question waits, or one that wants more than
    /// a yes; [`Misuse::Full`](crate::Misuse::Full) when there is no room for the response: transmit, then
    /// call again.
    pub fn accept(&mut self) -> Result<(), Error> {
        self.forget_secret();
        self.machine.accept(None, &mut self.transmit)
    }

    /// Says yes with a text of the host's own, in one line. To [`Event::Language`] that is the exact tag of
    /// the language, a space and words in it.
    ///
    /// # Errors
    /// As [`accept`](Self::accept), also for a login, whose answer comes with [`open`](Self::open);
    /// [`Misuse::ControlCharacter`](crate::Misuse::ControlCharacter) for CR, LF or NUL in the text,
    /// [`Misuse::TooLong`](crate::Misuse::TooLong) beyond 512 bytes in all (RFC 1939 §3).
    pub fn accept_with(&mut self, text: &str) -> Result<(), Error> {
        self.forget_secret();
        self.machine.accept(Some(text), &mut self.transmit)
    }

    /// Says yes to [`Event::Connect`] and offers APOP: `timestamp`, with its angle brackets and an `@` as in
    /// a message id, stands behind `text` in the greeting and must be another one for each connection
    /// (RFC 1939 §7). Without it there is no APOP.
    ///
    /// # Errors
    /// As [`accept_with`](Self::accept_with); [`Misuse::Syntax`](crate::Misuse::Syntax) for what is no
    /// timestamp, and for `<` in the text.
    pub fn accept_with_timestamp(&mut self, text: &str, timestamp: &str) -> Result<(), Error> {
        self.machine.accept_with_timestamp(text, timestamp, &mut self.transmit)
    }

    /// Says no to the question that waits. A login that is refused without a code or a text gets the usual
    /// ones, so that nobody learns which users there are. A message that is refused while all are listed is
    /// left out.
    ///
    /// # Errors
    /// [`Misuse::Syntax`](crate::Misuse::Syntax) for a code that cannot stand in its brackets, otherwise as
    /// [`accept_with`](Self::accept_with).
    pub fn reject(&mut self, code: Option<ResponseCode<'_>>, text: &str) -> Result<(), Error> {
        self.forget_secret();
        self.machine.reject(code, text, &mut self.transmit)
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
    /// is told that the login has failed when it has heard the reason.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`](crate::Misuse::OutOfOrder) unless [`Event::Auth`] with a token waits,
    /// otherwise as [`challenge`](Self::challenge).
    pub fn reject_token(&mut self, refusal: &TokenRefusal<'_>) -> Result<(), Error> {
        self.forget_secret();
        self.machine.reject_token(refusal, &mut self.transmit)
    }

    /// Answers [`Event::Open`]: how many messages there are and how many octets they have together, each
    /// line end counted as two.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn open(&mut self, messages: u32, octets: u64) -> Result<(), Error> {
        self.machine.open(messages, octets, &mut self.transmit)
    }

    /// Answers [`Event::Size`] and [`Event::Delete`]: the octets of the message, as RETR sends it without
    /// the added dots, each line end counted as two (RFC 1939 §11).
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn size(&mut self, octets: u64) -> Result<(), Error> {
        self.machine.size(octets, &mut self.transmit, &mut self.marks)
    }

    /// Answers [`Event::UniqueId`], by one to 70 printable characters of ASCII that no other message of the
    /// maildrop ever has.
    ///
    /// # Errors
    /// [`Misuse::Syntax`](crate::Misuse::Syntax) and [`Misuse::TooLong`](crate::Misuse::TooLong) for anything
    /// else, otherwise as [`accept`](Self::accept).
    pub fn unique_id(&mut self, unique_id: &str) -> Result<(), Error> {
        self.machine.unique_id(unique_id, &mut self.transmit)
    }

    /// Answers [`Event::Languages`] by one of them; [`accept`](Self::accept) ends the list.
    ///
    /// # Errors
    /// [`Misuse::Syntax`](crate::Misuse::Syntax) for a tag that is no word, otherwise as
    /// [`accept_with`](Self::accept_with).
    pub fn language(&mut self, tag: &str, description: &str) -> Result<(), Error> {
        self.machine.language(tag, description, &mut self.transmit)
    }

    /// Takes in as much of `data` as there is room for, behind an accepted [`Event::Message`]; how much that
    /// was. Transmit, then call again with the rest. CR and LF that stand alone become CR LF. What TOP does
    /// not ask for is taken and not sent.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`](crate::Misuse::OutOfOrder) when no message is wanted,
    /// [`Misuse::NoMemory`](crate::Misuse::NoMemory) when the allocator has none.
    pub fn send_data(&mut self, data: &[u8]) -> Result<usize, Error> {
        self.machine.send_data(data, &mut self.transmit)
    }

    /// Ends the message.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`](crate::Misuse::OutOfOrder) when there is none,
    /// [`Misuse::Full`](crate::Misuse::Full) when there is no room for its end: transmit, then call again.
    pub fn finish_data(&mut self) -> Result<(), Error> {
        self.machine.finish_data(&mut self.transmit)
    }

    /// TLS has begun: the client starts anew.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`](crate::Misuse::OutOfOrder) unless the last event was [`Event::StartTls`].
    pub fn tls_started(&mut self) -> Result<(), Error> {
        let injected = !self.receive.is_empty();
        self.machine.tls_started(injected, &mut self.transmit)
    }

    /// Ends the session with `-ERR` as soon as the command or message in flight is finished. Nothing is
    /// deleted.
    pub fn shut_down(&mut self) {
        self.machine.shut_down();
    }

    /// Where the conversation stands.
    pub fn state(&self) -> State {
        self.machine.state()
    }

    /// Whether the client has proved who it is, and its maildrop is open.
    pub fn is_authenticated(&self) -> bool {
        self.machine.is_authenticated()
    }

    /// Whether the client has said UTF8: messages may have UTF-8 in their headers. Without it, a message
    /// that does is to be refused with [`ResponseCode::Utf8`], or sent in another form (RFC 6856 §2.1).
    pub fn is_utf8(&self) -> bool {
        self.machine.is_utf8()
    }

    /// The first message behind `number` that is marked as deleted; from 0 on, one after the other, those of
    /// [`Event::Update`] for a host that cannot keep the event.
    pub fn next_deleted(&self, number: u32) -> Option<u32> {
        marks::next_marked(self.marks.bits(), number)
    }

    /// Whether a question waits for its answer.
    pub fn awaits_answer(&self) -> bool {
        self.machine.awaits_answer()
    }

    /// Whether more of a message is wanted by [`send_data`](Self::send_data). Once TOP has all that it asks
    /// for, it is not; then [`finish_data`](Self::finish_data) is all that is left to do.
    pub fn wants_data(&self) -> bool {
        self.machine.wants_data()
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
        if !self.machine.takes_bytes() {
            return &mut [];
        }
        if !self.machine.is_authenticated() {
            // A password may be in whatever comes now.
            self.receive.set_secret();
        }
        self.receive.read_space()
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
            let input = self.receive.filled_mut();
            let advance = self.machine.advance(input, capacity, &mut self.transmit, &mut self.marks);
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
                Advance::Event { consumed, found } => {
                    self.receive.take(consumed);
                    if found.is_secret() {
                        self.secret_taken = consumed as u32;
                    }
                    let bytes = self.receive.taken(consumed);
                    return Ok(Some(self.machine.event(found, bytes, self.marks.bits(), &mut self.transmit)));
                }
            }
        }
    }

    fn transmit(&self) -> &[u8] {
        self.transmit.filled()
    }

    fn transmitted(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        self.transmit.take(count);
        self.machine.transmitted(self.transmit.is_empty());
        if self.transmit.is_empty() && self.machine.is_between_commands() {
            self.transmit.release_if_empty();
        }
    }

    fn handle_time(&mut self, now: Instant) {
        self.machine.handle_time(now, self.transmit.len());
    }

    fn next_timeout(&self) -> Option<Timeout> {
        self.machine.next_timeout(self.transmit.len())
    }

    fn wants_read(&self) -> bool {
        self.machine.wants_read()
    }

    fn is_closed(&self) -> bool {
        !self.wants_read() && !self.wants_write() && self.machine.has_told_end()
    }
}
