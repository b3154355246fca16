//! mailproto's POP3 client, verb by verb, and its download.

use std::net::SocketAddr;

use mailproto::pop3::{
    self, ApopDigest, Capabilities, Client, ClientEvent, ClientOptions, ClientTimeouts, Download, DownloadEvent,
    DownloadOptions, Response, Seen, TlsPolicy, Verb,
};
use mailproto::sasl::{ClientExchange, Identity, Mechanism};
use mailproto::{Closure, Endpoint, Error};
use mailproto_host::blocking::{Driver, Stream};

use super::tls::TLS;
use super::{Failure, PATIENCE, connect};
use crate::certificates::HOST;
use crate::clients::Encryption;

/// A connection to a server that has been greeted and asked what it can do, under TLS if so asked.
pub(crate) struct Session {
    driver: Driver<Client>,
    timestamp: Option<String>,
}

/// The text of a response, good or bad.
pub(crate) type Answer = Result<String, String>;

/// How an exchange of AUTH ended.
pub(crate) struct LoggedIn {
    /// What the server said.
    pub(crate) answer: Answer,
    /// The status in the error that the server sent about a token.
    pub(crate) token_error: Option<String>,
    /// Whether the client has all the proof that the mechanism has.
    pub(crate) satisfied: bool,
}

impl Session {
    pub(crate) fn open(address: SocketAddr, encryption: Encryption) -> Result<Self, Failure> {
        let mut stream = connect(address)?;
        if encryption == Encryption::Implicit {
            stream.start_tls(&TLS.client, HOST)?;
        }
        let options = ClientOptions { timeouts: timeouts(), ..ClientOptions::default() };
        let mut session = Self { driver: Driver::new(Client::new(options), stream), timestamp: None };
        session.timestamp = session.hear(|event| match event {
            ClientEvent::Greeting(greeting) => {
                assert!(greeting.is_ok(), "{greeting:?}");
                Some(greeting.timestamp().map(str::to_owned))
            }
            _ => None,
        })?;
        if encryption == Encryption::StartTls {
            session.driver.endpoint.stls()?;
            session.hear(|event| matches!(event, ClientEvent::StartTls { .. }).then_some(()))?;
            session.driver.start_tls(&TLS.client, HOST)?;
            session.driver.endpoint.tls_started()?;
        }
        session.capa()?;
        Ok(session)
    }

    /// Asks again what the server can do.
    pub(crate) fn capa(&mut self) -> Result<(), Failure> {
        self.driver.endpoint.capa()?;
        self.hear(|event| matches!(event, ClientEvent::End { verb: Verb::Capa, .. }).then_some(()))
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        self.driver.endpoint.capabilities()
    }

    /// Logs in by USER and PASS.
    pub(crate) fn log_in(&mut self, user: &str, password: &str) -> Result<Answer, Failure> {
        self.driver.endpoint.login(user, password)?;
        self.answer()
    }

    /// Logs in by APOP.
    pub(crate) fn apop(&mut self, user: &str, password: &str) -> Result<Answer, Failure> {
        let timestamp = self.timestamp.as_deref().expect("the greeting has a timestamp");
        self.driver.endpoint.apop(user, ApopDigest::new(timestamp, password).as_str())?;
        self.answer()
    }

    /// Logs in by AUTH.
    pub(crate) fn auth(&mut self, mechanism: Mechanism, identity: Identity<'_>) -> Result<LoggedIn, Failure> {
        let offered = self.capabilities().mechanisms;
        let mut exchange = ClientExchange::new(mechanism, &identity, offered).map_err(Error::from)?;
        self.driver.endpoint.auth(&mut exchange.with(identity))?;
        let answer = loop {
            let answer = self.hear(|event| match event {
                ClientEvent::Challenge { .. } => Some(None),
                ClientEvent::Response { response, .. } => Some(Some(said(response))),
                _ => None,
            })?;
            match answer {
                None => drop(self.driver.endpoint.auth_respond(&mut exchange.with(identity))?),
                Some(answer) => break answer,
            }
        };
        let status = exchange.token_error().and_then(|error| error.status());
        Ok(LoggedIn { answer, token_error: status.map(|text| text.to_string()), satisfied: exchange.is_satisfied() })
    }

    /// Number and size of each message.
    pub(crate) fn list(&mut self) -> Result<Vec<(u32, u64)>, Failure> {
        self.driver.endpoint.list(None)?;
        let mut listed = Vec::new();
        self.hear(|event| match event {
            ClientEvent::Listing { listing, .. } => {
                listed.push((listing.number, listing.octets));
                None
            }
            ClientEvent::End { verb: Verb::List, .. } => Some(()),
            _ => None,
        })?;
        Ok(listed)
    }

    /// The unique id of each message.
    pub(crate) fn uidl(&mut self) -> Result<Vec<String>, Failure> {
        self.driver.endpoint.uidl(None)?;
        let mut listed = Vec::new();
        self.hear(|event| match event {
            ClientEvent::UniqueId { listing, .. } => {
                listed.push(listing.unique_id.to_owned());
                None
            }
            ClientEvent::End { verb: Verb::Uidl, .. } => Some(()),
            _ => None,
        })?;
        Ok(listed)
    }

    /// Messages, all asked for before the first has come.
    pub(crate) fn retr(&mut self, numbers: &[u32]) -> Result<Vec<Vec<u8>>, Failure> {
        for number in numbers {
            self.driver.endpoint.retr(*number)?;
        }
        numbers.iter().map(|_| self.message()).collect()
    }

    /// The header of a message and so many lines of its body.
    pub(crate) fn top(&mut self, number: u32, lines: u32) -> Result<Vec<u8>, Failure> {
        self.driver.endpoint.top(number, lines)?;
        self.message()
    }

    /// Marks a message as deleted.
    pub(crate) fn dele(&mut self, number: u32) -> Result<Answer, Failure> {
        self.driver.endpoint.dele(number)?;
        self.answer()
    }

    /// Unmarks all.
    pub(crate) fn rset(&mut self) -> Result<Answer, Failure> {
        self.driver.endpoint.rset()?;
        self.answer()
    }

    /// Says good-bye, and hears it said.
    pub(crate) fn quit(mut self) -> Result<Answer, Failure> {
        self.driver.endpoint.quit()?;
        self.answer()
    }

    fn message(&mut self) -> Result<Vec<u8>, Failure> {
        let mut message = Vec::new();
        self.hear(|event| match event {
            ClientEvent::Data { bytes, .. } => {
                message.extend_from_slice(bytes);
                None
            }
            ClientEvent::End { .. } => Some(()),
            _ => None,
        })?;
        Ok(message)
    }

    fn answer(&mut self) -> Result<Answer, Failure> {
        self.hear(|event| match event {
            ClientEvent::Response { response, .. } => Some(said(response)),
            _ => None,
        })
    }

    /// What the first event says that says anything here; a refusal that is not looked for is a failed test.
    fn hear<T>(&mut self, mut look: impl FnMut(&ClientEvent<'_>) -> Option<T>) -> Result<T, Failure> {
        loop {
            if let Some(event) = self.driver.endpoint.next_event()? {
                if let Some(found) = look(&event) {
                    return Ok(found);
                }
                if let ClientEvent::Response { response, .. } | ClientEvent::Closing(response) = event {
                    panic!("the server says {response:?}");
                }
                continue;
            }
            if self.driver.endpoint.is_closed() {
                return Err(Error::Closed(Closure::EndOfInput).into());
            }
            self.driver.turn()?;
        }
    }
}

/// What a download found and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) seen: Seen,
    pub(crate) removed: Option<u32>,
    pub(crate) failure: Option<pop3::Failure>,
}

/// Fetches what `seen` does not know.
pub(crate) fn download(address: SocketAddr, options: DownloadOptions, seen: Seen) -> Result<Fetched, Failure> {
    let implicit = options.tls == TlsPolicy::Implicit;
    let mut download = Download::new(DownloadOptions { timeouts: timeouts(), ..options }, seen)?;
    let mut stream: Stream = connect(address)?;
    if implicit {
        stream.start_tls(&TLS.client, HOST)?;
    }
    let mut fetched = Fetched::default();
    let mut message = Vec::new();
    download.handle_time(mailproto::Instant::from_millis(0));
    let mut driver = Driver::new(download, stream);
    while !driver.endpoint.is_closed() {
        match driver.endpoint.next_event()? {
            Some(DownloadEvent::StartTls) => {
                driver.start_tls(&TLS.client, HOST)?;
                driver.endpoint.tls_started()?;
            }
            Some(DownloadEvent::Data(bytes)) => message.extend_from_slice(bytes),
            Some(DownloadEvent::MessageEnd) => {
                fetched.messages.push(std::mem::take(&mut message));
                driver.endpoint.accept()?;
            }
            Some(DownloadEvent::Failed { failure, .. }) => fetched.failure = Some(failure),
            Some(DownloadEvent::Done { removed, .. }) => fetched.removed = Some(removed),
            Some(_) => {}
            None => driver.turn()?,
        }
    }
    fetched.seen = driver.into_parts().0.into_seen();
    Ok(fetched)
}

fn timeouts() -> ClientTimeouts {
    ClientTimeouts { greeting: PATIENCE, reply: PATIENCE, data_block: PATIENCE, update: PATIENCE }
}

fn said(response: &Response<'_>) -> Answer {
    let text = response.text().to_owned();
    if response.is_ok() { Ok(text) } else { Err(text) }
}
