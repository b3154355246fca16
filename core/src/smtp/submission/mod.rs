//! A whole delivery as one task: say what to send, hear what became of each recipient.
//!
//! The task greets (EHLO, or HELO where the server knows no better), begins TLS as the policy says,
//! logs in by the best mechanism, finds out what each message needs, pipelines what may be
//! pipelined, sends one message after the other, and says QUIT.
//!
//! ```text
//!  Greeting ─▶ Hello ─▶ StartTls ─▶ Handshake ─▶ Hello ─▶ Login ─▶ Ready ─▶ Quit ─▶ Over
//!                │                                          ▲       │ ▲
//!                └──────────────────────────────────────────┘  message: MAIL RCPT… DATA
//! ```
//!
//! ```
//! use mailproto::{Endpoint, smtp::{Envelope, Submission, SubmissionEvent, SubmissionOptions, Verdict}};
//!
//! let mut submission = Submission::new(SubmissionOptions::new("host.example")).unwrap();
//! submission.submit(Envelope::new("a@host.example", ["b@example.org", "c@example.org"])).unwrap();
//! submission.finish(); // QUIT when everything is done
//!
//! let mut server: &[u8] = b"220 mx\r\n250-mx\r\n250 PIPELINING\r\n250 OK\r\n250 OK\r\n\
//!     550 5.1.1 no such user\r\n354 go\r\n250 2.0.0 queued\r\n221 bye\r\n";
//! let mut results = Vec::new();
//! while !submission.is_closed() {
//!     let taken = submission.receive(server);
//!     server = &server[taken..];
//!     while let Some(event) = submission.next_event().unwrap() {
//!         match event {
//!             SubmissionEvent::BodyWanted { .. } => {
//!                 submission.send_data(b"Subject: hi\r\n\r\nhello\r\n").unwrap();
//!                 submission.finish_data().unwrap();
//!             }
//!             SubmissionEvent::Recipient { recipient, delivery, .. } => {
//!                 results.push((recipient, delivery.verdict));
//!             }
//!             _ => {}
//!         }
//!     }
//!     let sent = submission.transmit().len();
//!     submission.transmitted(sent);
//! }
//! assert_eq!(results, [(1, Verdict::Permanent), (0, Verdict::Accepted)]);
//! ```

mod digest;
mod event;
mod options;
mod session;
mod transaction;

pub use crate::client::TlsPolicy;
pub use crate::sasl::Account as Login;
pub use event::{Delivery, Event, Failure, MessageId, Verdict};
pub use options::{Envelope, Recipient, SubmissionOptions};

use super::Protocol;
use super::client::Client;

use super::extension::Extensions;
use super::reply::Reply;
use crate::Heap;
use crate::endpoint::{Endpoint, TransmitLog};
use crate::error::{Closure, Error, Misuse};
use crate::leniency::Anomalies;
use crate::sasl::{ChannelBinding, LoginOutcome};
use crate::text::{check_no_control, check_word};
use crate::time::{Instant, Timeout};
use digest::Facts;
use session::{Notice, Phase, Session};

/// Messages to one server on one connection.
#[derive(Debug)]
pub struct Submission {
    client: Client<Heap>,
    session: Session,
}

impl Submission {
    /// A submission on the given terms. With [`TlsPolicy::Implicit`] the host begins TLS before the
    /// first byte.
    ///
    /// # Errors
    /// [`Misuse`] when the name is no single word or too long for a command line, or a credential has
    /// NUL, CR or LF in it.
    pub fn new(options: SubmissionOptions) -> Result<Self, Error> {
        check_word(&options.name)?;
        // The verb, the space behind it and the line end.
        let longest = (options.limits.command_line as usize).saturating_sub(7);
        if options.name.len() > longest {
            return Err(Misuse::TooLong { limit: longest as u32 }.into());
        }
        if let Some(login) = &options.login {
            login.check()?;
        }
        Ok(Self { client: Client::new(options.client()), session: Session::new(options)? })
    }

    /// Adds a message; its content is asked for by [`Event::BodyWanted`]. Messages are sent in order,
    /// on one connection.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for CR, LF or NUL anywhere in the envelope, [`Misuse::Syntax`] for
    /// no recipients, [`Misuse::Closed`] when the connection is over or
    /// [`finish`](Self::finish) was called, [`Misuse::NoMemory`] when the message cannot be kept.
    pub fn submit(&mut self, envelope: Envelope) -> Result<MessageId, Error> {
        let over = matches!(self.session.phase, Phase::Quit { .. } | Phase::Over);
        if over || self.session.finishing || self.session.broken.is_some() {
            return Err(Misuse::Closed.into());
        }
        check_envelope(&envelope)?;
        self.session.add(envelope).map_err(|_| Misuse::NoMemory.into())
    }

    /// Passes a piece of the message that is wanted, and returns how much of it was taken: transmit,
    /// take events, then pass the rest.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] when no message is wanted, [`Misuse::BareLineEnd`] at a bare line end
    /// that the options refuse, [`Misuse::Closed`] when the connection is over.
    pub fn send_data(&mut self, data: &[u8]) -> Result<usize, Error> {
        let session = &self.session;
        let Some(message) = session.messages.front().filter(|message| message.data_queued && !message.finished) else {
            return Err(if session.broken.is_some() { Misuse::Closed } else { Misuse::OutOfOrder }.into());
        };
        // Of a chunk that was announced every byte must come (RFC 3030 §2).
        if message.refused && !self.client.wants_chunk_data() {
            return Ok(data.len());
        }
        if !Session::by_chunks(&session.options, message, self.client.extensions().set) {
            return self.client.send_data(data);
        }
        if data.is_empty() {
            return Ok(0);
        }
        if !self.client.wants_chunk_data() {
            match self.client.bdat(data.len() as u64, false) {
                Ok(_) => {}
                Err(Error::Misuse(Misuse::Full)) => return Ok(0),
                Err(error) => return Err(error),
            }
        }
        self.client.send_data(data)
    }

    /// Ends the message that is wanted.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data); [`Misuse::Full`] when there is no room: transmit, take
    /// events, then call again.
    pub fn finish_data(&mut self) -> Result<(), Error> {
        let session = &mut self.session;
        let offered = self.client.extensions().set;
        let Some(message) = session.messages.front_mut().filter(|message| message.data_queued && !message.finished)
        else {
            return Err(if session.broken.is_some() { Misuse::Closed } else { Misuse::OutOfOrder }.into());
        };
        if self.client.wants_chunk_data() {
            return Err(Misuse::OutOfOrder.into());
        }
        if !message.refused {
            let chunks = Session::by_chunks(&session.options, message, offered);
            let waits = chunks && session.options.protocol == Protocol::Lmtp && self.client.queued_commands() > 0;
            if chunks && !waits {
                self.client.bdat(0, true)?;
            } else if !chunks {
                self.client.finish_data()?;
            }
            message.ended = !waits;
        }
        message.finished = true;
        Ok(())
    }

    /// Says QUIT when every message that was submitted is done.
    pub fn finish(&mut self) {
        self.session.finishing = true;
    }

    /// TLS has begun.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] unless the last event was [`Event::StartTls`];
    /// [`Error::Protocol`] if plain text had arrived behind the server's 220.
    pub fn tls_started(&mut self) -> Result<(), Error> {
        self.client.tls_started()?;
        self.session.tls = true;
        self.session.phase = Phase::Hello { extended: true, said: false };
        Ok(())
    }

    /// What the TLS channel is known by, so that a login by SCRAM can be bound to it: between the
    /// handshake and [`tls_started`](Self::tls_started), or at the start with [`TlsPolicy::Implicit`].
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] when there is no login, or it has begun; [`Misuse::NoMemory`].
    pub fn bind_channel(&mut self, binding: ChannelBinding<'_>) -> Result<(), Error> {
        let login = self.session.options.login.as_mut().ok_or(Misuse::OutOfOrder)?;
        Ok(login.bind(binding)?)
    }

    /// How the login went, once it has begun: by which mechanism, and what that says about a failure.
    pub fn login_outcome(&self) -> Option<LoginOutcome<'_>> {
        self.session.outcome.as_ref().map(LoginOutcome::from)
    }

    /// What the server announced last.
    pub fn extensions(&self) -> &Extensions {
        self.client.extensions()
    }

    /// What was tolerated so far.
    pub fn anomalies(&self) -> Anomalies {
        self.client.anomalies()
    }

    /// Reads the client's events until there is something to tell, or nothing more.
    fn work(&mut self) -> Result<(), Error> {
        while self.session.notices.is_empty() && self.session.phase != Phase::Over {
            match self.session.act(&mut self.client) {
                Ok(()) => {}
                // Nothing has changed: it can be tried again.
                Err(error @ Error::Misuse(Misuse::NoMemory)) => return Err(error),
                Err(error) => {
                    self.break_off(error);
                    return Ok(());
                }
            }
            if !self.session.notices.is_empty() || self.session.is_held_up(&self.client) {
                return Ok(());
            }
            match self.client.next_event() {
                Ok(Some(event)) => {
                    let heard = self.session.hear(event);
                    let facts = Facts::of(&self.client, &self.session);
                    self.session.digest(heard, facts);
                }
                Ok(None) => {
                    self.look_for_the_end();
                    return Ok(());
                }
                Err(error) => {
                    self.break_off(error);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn break_off(&mut self, error: Error) {
        let sent = self.client.has_sent_all();
        self.session.break_off(error, sent);
    }

    /// A connection that ended without a word leaves work undone.
    fn look_for_the_end(&mut self) {
        if !self.client.wants_read() && !self.session.messages.is_empty() {
            let closure = if self.session.dismissed { Closure::ByPeer } else { Closure::EndOfInput };
            self.break_off(Error::Closed(closure));
        }
    }
}

/// Nothing in an envelope may end a line.
fn check_envelope(envelope: &Envelope) -> Result<(), Misuse> {
    if envelope.recipients.is_empty() {
        return Err(Misuse::Syntax { offset: 0 });
    }
    check_no_control(envelope.sender.as_bytes())?;
    for recipient in &envelope.recipients {
        check_no_control(recipient.address.as_bytes())?;
        if let Some((address_type, address)) = &recipient.original {
            check_word(address_type)?;
            if let Some(offset) = address_type.bytes().position(|byte| byte == b';') {
                return Err(Misuse::Syntax { offset: offset as u32 });
            }
            check_no_control(address.as_bytes())?;
        }
    }
    envelope.envelope_id.iter().try_for_each(|id| check_no_control(id.as_bytes()))
}

impl Endpoint for Submission {
    type Event<'a> = Event<'a>;

    fn receive_space(&mut self) -> &mut [u8] {
        self.client.receive_space()
    }

    fn received(&mut self, count: usize) {
        self.client.received(count);
    }

    fn receive_eof(&mut self) {
        self.client.receive_eof();
    }

    fn next_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        self.work()?;
        let Some(notice) = self.session.notices.pop_front() else {
            return match self.session.broken {
                Some(error) => Err(error),
                None => Ok(None),
            };
        };
        let kept = |with: bool| {
            if with { Reply::parse(&self.session.reply).ok() } else { None }
        };
        Ok(Some(match notice {
            Notice::StartTls => Event::StartTls,
            Notice::BodyWanted(message) => Event::BodyWanted { message },
            Notice::Recipient { message, recipient, verdict, failure, reply } => {
                Event::Recipient { message, recipient, delivery: Delivery { verdict, failure, reply: kept(reply) } }
            }
            Notice::MessageDone { message, reply } => Event::MessageDone { message, reply: kept(reply) },
            Notice::Failed { failure, reply } => Event::Failed { failure, reply: kept(reply) },
        }))
    }

    fn transmit(&self) -> &[u8] {
        self.client.transmit()
    }

    fn transmitted(&mut self, count: usize) {
        self.client.transmitted(count);
    }

    fn transmit_log(&self) -> TransmitLog<'_> {
        self.client.transmit_log()
    }

    fn handle_time(&mut self, now: Instant) {
        self.client.handle_time(now);
    }

    fn next_timeout(&self) -> Option<Timeout> {
        self.client.next_timeout()
    }

    fn wants_read(&self) -> bool {
        // What has not been told yet keeps the task alive.
        self.client.wants_read() || !self.session.notices.is_empty() || !self.session.messages.is_empty()
    }
}
