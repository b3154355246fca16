//! A maildrop fetched as one task: what is new is passed on, what was accepted is remembered, what is
//! to go is deleted.
//!
//! The task asks for the server's capabilities, begins TLS as the policy says, logs in by the best way
//! there is, and finds by their unique ids (RFC 1939 §7) the messages that the host's state does not
//! know. It fetches them one after the other, several on their way at once where the server takes that.
//! A message counts as fetched when the host says [`accept`](Download::accept) and not before; only then
//! is it marked to be deleted, and only QUIT removes it. So a session that is cut anywhere loses nothing,
//! and the next one fetches nothing that was accepted.
//!
//! ```text
//!  Greeting ─▶ Capabilities ─▶ StartTls ─▶ Handshake ─▶ Capabilities ─▶ Login ─▶ Lists ─▶ Messages ─▶ Quit ─▶ Over
//!                   │                                                    ▲               RETR  DELE
//!                   └────────────────────────────────────────────────────┘
//! ```
//!
//! ```
//! use mailproto::{Endpoint, pop3::{Download, DownloadEvent, DownloadOptions, Seen}, sasl::Account};
//!
//! let mut account = Account::new("mrose", "tanstaaf");
//! account.allow_without_tls = true; // only here, where there is none
//! let mut seen = Seen::default();
//! seen.add("old", 0);
//! let mut download = Download::new(DownloadOptions::new(account), seen).unwrap();
//!
//! let mut server: &[u8] = b"+OK ready\r\n-ERR what is CAPA\r\n+OK\r\n+OK welcome\r\n-ERR\r\n\
//!     +OK\r\n1 old\r\n2 new\r\n.\r\n+OK\r\n1 10\r\n2 20\r\n.\r\n\
//!     +OK marked\r\n+OK\r\nSubject: hi\r\n.\r\n+OK marked\r\n+OK bye\r\n";
//! let (mut mail, mut said) = (Vec::new(), Vec::new());
//! while !download.is_closed() {
//!     let taken = download.receive(server);
//!     server = &server[taken..];
//!     while let Some(event) = download.next_event().unwrap() {
//!         match event {
//!             DownloadEvent::Data(bytes) => mail.extend_from_slice(bytes),
//!             DownloadEvent::MessageEnd => download.accept().unwrap(), // it is safe here now
//!             _ => {}
//!         }
//!     }
//!     said.extend_from_slice(download.transmit());
//!     let sent = download.transmit().len();
//!     download.transmitted(sent);
//! }
//! assert_eq!(mail, b"Subject: hi\r\n");
//! assert!(said.ends_with(b"DELE 1\r\nRETR 2\r\nDELE 2\r\nQUIT\r\n"));
//! assert!(download.seen().is_empty()); // all of it is gone from the server
//! ```

mod digest;
mod event;
mod maildrop;
mod options;
mod seen;
mod session;

pub use event::{Event, Failure, Message, SkipReason};
pub use options::{DownloadOptions, Retention};
pub use seen::Seen;

use super::capability::Capabilities;
use super::client::Client;
use super::response::{Response, Status};
use crate::Heap;
use crate::endpoint::{Endpoint, TransmitLog};
use crate::error::{Closure, Error, Misuse};
use crate::leniency::Anomalies;
use crate::sasl::{ChannelBinding, LoginOutcome};
use crate::time::{Instant, Timeout};
use maildrop::Fate;
use session::{Notice, Phase, Session};

/// The messages of one maildrop on one connection.
#[derive(Debug)]
pub struct Download {
    client: Client<Heap>,
    session: Session,
    told: bool,
}

impl Download {
    /// A download on the given terms of what `seen` does not know. With
    /// [`TlsPolicy::Implicit`](super::TlsPolicy::Implicit) the host begins TLS before the first byte.
    ///
    /// # Errors
    /// [`Misuse`] when a credential has NUL, CR or LF in it.
    pub fn new(options: DownloadOptions, seen: Seen) -> Result<Self, Error> {
        options.login.check()?;
        Ok(Self { client: Client::new(options.client()), session: Session::new(options, seen), told: false })
    }

    /// The message that ended is safe with the host: it is remembered, and deleted when that is due.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] unless [`Event::MessageEnd`] waits for an answer.
    pub fn accept(&mut self) -> Result<(), Error> {
        let index = self.session.awaited.take().ok_or(Misuse::OutOfOrder)?;
        self.session.accepted(index);
        Ok(())
    }

    /// The host could not keep the message that ended: it stays on the server, and is new in the next
    /// session.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn reject(&mut self) -> Result<(), Error> {
        self.session.awaited.take().ok_or(Misuse::OutOfOrder)?;
        Ok(())
    }

    /// Fetches no more than what is on its way already, then deletes what was accepted and is due, and says
    /// QUIT. Whatever has not been accepted is new in the next session.
    pub fn finish(&mut self) {
        self.session.finishing = true;
    }

    /// Whether a message waits for [`accept`](Self::accept) or [`reject`](Self::reject).
    pub fn awaits_answer(&self) -> bool {
        self.session.awaited.is_some()
    }

    /// What is to be remembered for the next session.
    pub fn seen(&self) -> &Seen {
        &self.session.seen
    }

    /// The same, taken out at the end.
    pub fn into_seen(self) -> Seen {
        self.session.seen
    }

    /// TLS has begun.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] unless the last event was [`Event::StartTls`];
    /// [`Error::Protocol`] if plain text had arrived behind the server's `+OK`.
    pub fn tls_started(&mut self) -> Result<(), Error> {
        self.client.tls_started()?;
        self.session.tls = true;
        self.session.phase = Phase::Capabilities { said: false };
        Ok(())
    }

    /// What the TLS channel is known by, so that a login by SCRAM can be bound to it: between the
    /// handshake and [`tls_started`](Self::tls_started), or at the start with
    /// [`TlsPolicy::Implicit`](super::TlsPolicy::Implicit).
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] when the login has begun; [`Misuse::NoMemory`].
    pub fn bind_channel(&mut self, binding: ChannelBinding<'_>) -> Result<(), Error> {
        match self.session.phase {
            Phase::Greeting | Phase::Capabilities { .. } | Phase::StartTls { .. } | Phase::Handshake => {
                Ok(self.session.options.login.bind(binding)?)
            }
            _ => Err(Misuse::OutOfOrder.into()),
        }
    }

    /// How the login by SASL went, once it is over: by which mechanism, and what that says about a failure.
    pub fn login_outcome(&self) -> Option<LoginOutcome<'_>> {
        self.session.outcome.as_ref().map(LoginOutcome::from)
    }

    /// What the server announced last.
    pub fn capabilities(&self) -> &Capabilities {
        self.client.capabilities()
    }

    /// What was tolerated so far.
    pub fn anomalies(&self) -> Anomalies {
        self.client.anomalies()
    }

    /// Reads the client's events until there is something to tell, or nothing more.
    fn work(&mut self) -> Result<(), Error> {
        loop {
            // The host must decide before it hears of the next message.
            if self.session.awaited.is_some() && self.session.notice.is_none() {
                return Ok(());
            }
            match self.session.act(&mut self.client) {
                Ok(()) => {}
                // Nothing has changed: it can be tried again.
                Err(error @ Error::Misuse(Misuse::NoMemory)) => return Err(error),
                Err(error) => self.session.break_off(error),
            }
            let over = self.session.phase == Phase::Over;
            if self.session.notice.is_some() || over || self.session.is_held_up(&self.client) {
                return Ok(());
            }
            match self.client.next_event() {
                Ok(Some(event)) => {
                    let heard = self.session.hear(event);
                    self.session.digest(heard, &self.client);
                }
                Ok(None) => {
                    // A connection that ended without a word leaves work undone.
                    if !self.client.wants_read() {
                        self.session.break_off(Error::Closed(Closure::EndOfInput));
                    }
                    return Ok(());
                }
                Err(error) => self.session.break_off(error),
            }
        }
    }
}

impl Endpoint for Download {
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
        let Self { client, session, told } = self;
        let Some(notice) = session.notice.take() else {
            return match session.broken {
                Some(error) if session.awaited.is_none() => {
                    *told = true;
                    Err(error)
                }
                _ => Ok(None),
            };
        };
        let (good, text) = (session.response.0, session.response.1.as_slice());
        let kept = |with: bool| with.then(|| Response::new(if good { Status::Ok } else { Status::Error }, text));
        let maildrop = &session.maildrop;
        let event = match notice {
            Notice::StartTls => Some(Event::StartTls),
            Notice::Listed => {
                let messages = maildrop.entries.len() as u32;
                Some(Event::Listed { messages, new: maildrop.count(Fate::New) })
            }
            Notice::Message(index) => maildrop.message(index).map(Event::Message),
            Notice::Data(length) => Some(Event::Data(client.last_taken(length))),
            Notice::MessageEnd => Some(Event::MessageEnd),
            Notice::Skipped { index, reason, response } => {
                maildrop.message(index).map(|message| Event::Skipped { message, reason, response: kept(response) })
            }
            Notice::Failed { failure, response } => Some(Event::Failed { failure, response: kept(response) }),
            Notice::Done { removed } => {
                let count = if removed { maildrop.count(Fate::Doomed) } else { 0 };
                Some(Event::Done { removed: count, response: kept(true) })
            }
        };
        Ok(event)
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
        // While the host decides, the server does not keep it waiting.
        self.client.handle_time(now);
    }

    fn next_timeout(&self) -> Option<Timeout> {
        self.client.next_timeout()
    }

    fn wants_read(&self) -> bool {
        // What has not been told or answered yet keeps the task alive.
        self.client.wants_read() || self.session.notice.is_some() || self.session.awaited.is_some()
    }

    fn is_closed(&self) -> bool {
        let over = self.session.phase == Phase::Over && (self.told || self.session.broken.is_none());
        !self.wants_read() && !self.wants_write() && over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sasl::Account;
    use alloc::vec::Vec;

    /// What a server hears of a download that finishes at its first message, whose text it rejects.
    #[test]
    fn a_download_that_finishes_early_asks_for_nothing_more_and_deletes_what_was_accepted() {
        let mut account = Account::new("mrose", "tanstaaf");
        account.allow_without_tls = true;
        let mut options = DownloadOptions::new(account);
        options.read_ahead = 1;
        let mut download = Download::new(options, Seen::default()).unwrap();
        let mut server: &[u8] = b"+OK\r\n-ERR\r\n+OK\r\n+OK\r\n-ERR\r\n+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n+OK\r\n.\r\n\
            +OK\r\none\r\n.\r\n+OK\r\ntwo\r\n.\r\n+OK\r\n+OK\r\n";
        let (mut said, mut ended) = (Vec::new(), 0);
        for _ in 0..40 {
            let taken = download.receive(server);
            server = &server[taken..];
            while let Some(event) = download.next_event().unwrap() {
                if event == Event::MessageEnd {
                    ended += 1;
                    if ended == 1 { download.accept().unwrap() } else { download.reject().unwrap() }
                } else if ended == 1 {
                    download.finish();
                }
            }
            said.extend_from_slice(download.transmit());
            download.transmitted(download.transmit().len());
        }
        assert!(download.is_closed());
        assert!(said.ends_with(b"RETR 1\r\nRETR 2\r\nDELE 1\r\nQUIT\r\n"), "{}", said.escape_ascii());
        assert!(download.seen().is_empty());
    }

    #[test]
    fn why_a_token_was_refused_is_told() {
        let mut account = Account::with_token("tim", "ya29");
        account.allow_without_tls = true;
        let mut download = Download::new(DownloadOptions::new(account), Seen::default()).unwrap();
        // {"status":"400"}
        let mut server: &[u8] = b"+OK\r\n+OK\r\nSASL XOAUTH2\r\n.\r\n+ eyJzdGF0dXMiOiI0MDAifQ==\r\n-ERR no\r\n+OK\r\n";
        assert_eq!(download.login_outcome(), None);
        for _ in 0..40 {
            let taken = download.receive(server);
            server = &server[taken..];
            while download.next_event().unwrap().is_some() {}
            download.transmitted(download.transmit().len());
        }
        assert!(download.is_closed());
        let outcome = download.login_outcome().unwrap();
        assert_eq!(outcome.mechanism, crate::sasl::Mechanism::XOAuth2);
        assert_eq!(outcome.token_error.unwrap().as_bytes(), br#"{"status":"400"}"#);
    }
}
