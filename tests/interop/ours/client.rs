//! mailproto's client, verb by verb.

use std::collections::VecDeque;
use std::net::SocketAddr;

use mailproto::sasl::{ClientMechanism, Login, Plain};
use mailproto::smtp::{Client, ClientEvent, ClientOptions, Extensions, Parameter, Protocol, Reply, Verb};
use mailproto::{Closure, Endpoint, Error, Misuse};
use mailproto_host::blocking::{Driver, Stream};

use super::tls::TLS;
use super::{Failure, TIMEOUTS, connect};
use crate::certificates::HOST;
use crate::clients::{CLIENT_NAME, Encryption};

/// A connection to a server that has been greeted, under TLS if so asked.
pub(crate) struct Session {
    driver: Driver<Client>,
    /// Replies that came while a message was being sent.
    heard: VecDeque<Happened>,
}

/// How a message is carried.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Transfer {
    /// By DATA.
    Lines,
    /// By BDAT, in chunks of at most so many octets.
    Chunks(usize),
}

/// The answers to one message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    /// The reply code to MAIL.
    pub(crate) sender: u16,
    /// The reply code to each RCPT.
    pub(crate) recipients: Vec<u16>,
    /// The reply codes behind the message: one in SMTP, one for each accepted
    /// recipient in LMTP, none when it was not sent.
    pub(crate) verdicts: Vec<u16>,
}

/// An event without its borrows.
#[derive(Debug)]
enum Happened {
    Greeting(u16),
    Reply(Verb, u16),
    Delivery { last: bool, code: u16 },
    DataReady,
    Challenge,
    StartTls,
}

impl Session {
    /// Connects, and says EHLO; under TLS says it again.
    pub(crate) fn open(address: SocketAddr, encryption: Encryption) -> Result<Self, Failure> {
        let mut stream = connect(address)?;
        if encryption == Encryption::Implicit {
            stream.start_tls(&TLS.client, HOST)?;
        }
        let mut session = Self::on(stream, Protocol::Smtp);
        session.expect_greeting()?;
        session.say_ehlo()?;
        if encryption == Encryption::StartTls {
            session.driver.endpoint.starttls()?;
            match session.next()? {
                Happened::StartTls => session.driver.start_tls(&TLS.client, HOST)?,
                other => panic!("STARTTLS was answered by {other:?}"),
            }
            session.driver.endpoint.tls_started()?;
            session.say_ehlo()?;
        }
        Ok(session)
    }

    /// Connects, and asks for EHLO to be said before anything has come.
    pub(crate) fn open_hastily(address: SocketAddr) -> Result<Self, Failure> {
        let stream = connect(address)?;
        let mut session = Self::on(stream, Protocol::Smtp);
        session.driver.endpoint.ehlo(CLIENT_NAME)?;
        session.expect_greeting()?;
        session.expect_hello()?;
        Ok(session)
    }

    /// Connects, and says LHLO.
    pub(crate) fn open_lmtp(address: SocketAddr) -> Result<Self, Failure> {
        let stream = connect(address)?;
        let mut session = Self::on(stream, Protocol::Lmtp);
        session.expect_greeting()?;
        session.say_ehlo()?;
        Ok(session)
    }

    fn on(stream: Stream, protocol: Protocol) -> Self {
        let options = ClientOptions { protocol, timeouts: TIMEOUTS, ..ClientOptions::default() };
        Self { driver: Driver::new(Client::new(options), stream), heard: VecDeque::new() }
    }

    /// What the server announced.
    pub(crate) fn extensions(&self) -> &Extensions {
        self.driver.endpoint.extensions()
    }

    /// Says who the client is by the mechanism of that name, and returns the
    /// code of the reply.
    pub(crate) fn log_in(&mut self, mechanism: &str, user: &str, password: &str) -> Result<u16, Failure> {
        let mut mechanism: Box<dyn ClientMechanism> = match mechanism {
            "PLAIN" => Box::new(Plain::new("", user, password).map_err(Error::from)?),
            "LOGIN" => Box::new(Login::new(user, password).map_err(Error::from)?),
            other => panic!("the tests have no mechanism {other}"),
        };
        self.driver.endpoint.auth(&mut *mechanism)?;
        loop {
            match self.next()? {
                Happened::Challenge => drop(self.driver.endpoint.auth_respond(&mut *mechanism)?),
                Happened::Reply(Verb::Auth, code) => return Ok(code),
                other => panic!("AUTH was answered by {other:?}"),
            }
        }
    }

    /// Sends one message; all commands are queued at once.
    pub(crate) fn send(
        &mut self,
        from: &str,
        to: &[&str],
        parameters: &[Parameter<'_>],
        message: &[u8],
        transfer: Transfer,
    ) -> Result<Answers, Failure> {
        self.driver.endpoint.mail(from, parameters)?;
        for recipient in to {
            self.driver.endpoint.rcpt(recipient, &[])?;
        }
        let mut answers = Answers::default();
        match transfer {
            Transfer::Lines => {
                self.driver.endpoint.data()?;
            }
            Transfer::Chunks(size) => {
                let mut chunks = message.chunks(size).peekable();
                while let Some(chunk) = chunks.next() {
                    let last = chunks.peek().is_none();
                    self.queue(|client| client.bdat(chunk.len() as u64, last).map(drop))?;
                    self.pass_on(chunk)?;
                }
            }
        }
        loop {
            match self.next()? {
                Happened::Reply(Verb::Mail, code) => answers.sender = code,
                Happened::Reply(Verb::Rcpt, code) => answers.recipients.push(code),
                Happened::DataReady => {
                    self.pass_on(message)?;
                    self.queue(Client::finish_data)?;
                }
                Happened::Delivery { last, code } => {
                    answers.verdicts.push(code);
                    if last {
                        return Ok(answers);
                    }
                }
                Happened::Reply(Verb::Bdat, 250) => {}
                Happened::Reply(Verb::DataEnd | Verb::BdatLast, code) => {
                    answers.verdicts.push(code);
                    return Ok(answers);
                }
                Happened::Reply(Verb::Data, _) => return Ok(answers),
                other => panic!("a message was answered by {other:?} behind {answers:?}"),
            }
        }
    }

    /// Forgets the message that was begun.
    pub(crate) fn reset(&mut self) -> Result<u16, Failure> {
        self.driver.endpoint.rset()?;
        match self.next()? {
            Happened::Reply(Verb::Rset, code) => Ok(code),
            other => panic!("RSET was answered by {other:?}"),
        }
    }

    /// Says good-bye, and hears it said.
    pub(crate) fn quit(mut self) -> Result<(), Failure> {
        self.driver.endpoint.quit()?;
        match self.next()? {
            Happened::Reply(Verb::Quit, 221) => Ok(()),
            other => panic!("QUIT was answered by {other:?}"),
        }
    }

    fn expect_greeting(&mut self) -> Result<(), Failure> {
        match self.next()? {
            Happened::Greeting(220) => Ok(()),
            other => panic!("the server began with {other:?}"),
        }
    }

    fn say_ehlo(&mut self) -> Result<(), Failure> {
        self.driver.endpoint.ehlo(CLIENT_NAME)?;
        self.expect_hello()
    }

    fn expect_hello(&mut self) -> Result<(), Failure> {
        match self.next()? {
            Happened::Reply(Verb::Ehlo, 250) => Ok(()),
            other => panic!("EHLO was answered by {other:?}"),
        }
    }

    /// Passes octets of the message on, as fast as they can be sent.
    fn pass_on(&mut self, mut rest: &[u8]) -> Result<(), Failure> {
        while !rest.is_empty() {
            let taken = self.driver.endpoint.send_data(rest)?;
            rest = &rest[taken..];
            if taken == 0 {
                self.make_room()?;
            }
        }
        Ok(())
    }

    /// Calls a verb, as soon as there is room for it.
    fn queue(&mut self, verb: impl Fn(&mut Client) -> Result<(), Error>) -> Result<(), Failure> {
        loop {
            match verb(&mut self.driver.endpoint) {
                Err(Error::Misuse(Misuse::Full)) => self.make_room()?,
                done => return Ok(done?),
            }
        }
    }

    /// Sends what can be sent; else hears the reply that it waits for.
    fn make_room(&mut self) -> Result<(), Failure> {
        if self.driver.endpoint.wants_write() {
            self.driver.flush()?
        } else {
            self.driver.turn()?
        }
        while let Some(event) = self.driver.endpoint.next_event()? {
            self.heard.push_back(Happened::from(&event));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Happened, Failure> {
        if let Some(happened) = self.heard.pop_front() {
            return Ok(happened);
        }
        loop {
            if let Some(event) = self.driver.endpoint.next_event()? {
                return Ok(Happened::from(&event));
            }
            if self.driver.endpoint.is_closed() {
                return Err(Error::Closed(Closure::EndOfInput).into());
            }
            self.driver.turn()?;
        }
    }
}

impl From<&ClientEvent<'_>> for Happened {
    fn from(event: &ClientEvent<'_>) -> Self {
        let code = |reply: &Reply<'_>| reply.code();
        match event {
            ClientEvent::Greeting(reply) => Self::Greeting(code(reply)),
            ClientEvent::Reply { verb, reply, .. } => Self::Reply(*verb, code(reply)),
            ClientEvent::Delivery { last, reply, .. } => Self::Delivery { last: *last, code: code(reply) },
            ClientEvent::DataReady { .. } => Self::DataReady,
            ClientEvent::Challenge { .. } => Self::Challenge,
            ClientEvent::StartTls { .. } => Self::StartTls,
            other => panic!("the tests know no {other:?}"),
        }
    }
}
