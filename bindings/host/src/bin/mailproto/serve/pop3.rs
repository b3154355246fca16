//! One client of POP3: the endpoint's questions and the answers.

use super::connection::{Conversation, Cut};
use super::exchange::{Exchange, Said};
use super::listener::Gate;
use crate::store::{Error as StoreError, Maildrop};
use mailproto::pop3::{ResponseCode, Server, ServerEvent};
use mailproto::{Endpoint, Error, Misuse};
use mailproto_host::asynchronous::Driver;

/// What is known of a client.
pub(super) struct Session<'a> {
    gate: &'a Gate,
    surplus: bool,
    user: Option<String>,
    exchange: Exchange,
    maildrop: Option<Maildrop>,
}

/// What to say to a question that waits.
enum Answer {
    Yes,
    No(Option<ResponseCode<'static>>, &'static str),
    /// The login goes on.
    Challenge(Vec<u8>),
    /// Open the maildrop first.
    Open,
    Opened(u32, u64),
    Size(u64),
    UniqueId(String),
    /// Say how large it is and send it.
    Send {
        number: u32,
        octets: u64,
    },
    /// Remove these messages first.
    Remove(Vec<u32>),
    /// Begin TLS.
    Handshake,
    /// It was no question.
    Nothing,
}

const TOO_MANY_CLIENTS: Answer =
    Answer::No(Some(ResponseCode::SystemTemporary), "Too many connections, try again later");
/// In the words of the endpoint, which are the same for every login that fails.
const BAD_LOGIN: Answer = Answer::No(None, "");
const IN_USE: Answer = Answer::No(Some(ResponseCode::InUse), "The maildrop is open in another session");
const NOT_OPENED: Answer = Answer::No(Some(ResponseCode::SystemTemporary), "The maildrop could not be opened");
const NOT_READ: Answer = Answer::No(Some(ResponseCode::SystemTemporary), "The message could not be read");
const NOT_REMOVED: Answer = Answer::No(Some(ResponseCode::SystemTemporary), "The messages could not be removed");
const NEEDS_UTF8: Answer = Answer::No(Some(ResponseCode::Utf8), "The message needs UTF8, say so before the login");
const GONE: Answer = Answer::No(None, "No such message");

impl<'a> Session<'a> {
    pub(super) fn new(gate: &'a Gate, surplus: bool, channel: Option<[u8; 32]>) -> Self {
        Self { gate, surplus, user: None, exchange: Exchange::on(channel), maildrop: None }
    }

    fn consider(&mut self, event: ServerEvent<'_>) -> Answer {
        let maildrop = self.maildrop.as_ref();
        let entry = |number| maildrop.and_then(|maildrop| maildrop.entry(number));
        match event {
            ServerEvent::Connect if self.surplus => TOO_MANY_CLIENTS,
            ServerEvent::StartTls => Answer::Handshake,
            ServerEvent::Auth(credentials) => {
                self.user = self.gate.policy.users.log_in(&credentials);
                if self.user.is_some() { Answer::Yes } else { BAD_LOGIN }
            }
            ServerEvent::AuthResponse { mechanism, first, response } => {
                let policy = &self.gate.policy;
                match self.exchange.respond(&policy.users, policy.mechanisms, mechanism, first, response) {
                    Said::Challenge(challenge) => Answer::Challenge(challenge),
                    Said::Refused => BAD_LOGIN,
                    Said::LoggedIn(user) => {
                        self.user = Some(user);
                        Answer::Yes
                    }
                }
            }
            ServerEvent::Apop { .. } => BAD_LOGIN,
            ServerEvent::Open => Answer::Open,
            ServerEvent::Size { number } | ServerEvent::Delete { number } => {
                entry(number).map_or(GONE, |entry| Answer::Size(entry.octets))
            }
            ServerEvent::UniqueId { number } => {
                let unique_id = self.maildrop.as_ref().and_then(|maildrop| maildrop.unique_id(number));
                unique_id.map_or(GONE, Answer::UniqueId)
            }
            ServerEvent::Message { number, .. } => {
                entry(number).map_or(GONE, |entry| Answer::Send { number, octets: entry.octets })
            }
            ServerEvent::Update { deleted } => Answer::Remove(deleted.collect()),
            ServerEvent::Quit => {
                // It is free before the client can come again.
                self.maildrop = None;
                Answer::Nothing
            }
            event if event.is_question() => Answer::Yes,
            _ => Answer::Nothing,
        }
    }

    async fn open(&mut self) -> Answer {
        let Some(user) = &self.user else { return BAD_LOGIN };
        match self.gate.store.open_maildrop(user).await {
            Ok(maildrop) => {
                let entries = maildrop.entries();
                let messages = u32::try_from(entries.len()).unwrap_or(u32::MAX);
                let octets = entries.iter().map(|entry| entry.octets).sum();
                self.maildrop = Some(maildrop);
                Answer::Opened(messages, octets)
            }
            Err(StoreError::InUse) => IN_USE,
            Err(error) => {
                eprintln!("the maildrop of {user} could not be opened: {error}");
                NOT_OPENED
            }
        }
    }

    /// Removes messages and closes the maildrop, so that it is free before the client can come again.
    async fn remove(&mut self, numbers: Vec<u32>) -> Answer {
        let Some(maildrop) = self.maildrop.take() else { return GONE };
        match maildrop.remove(numbers).await {
            Ok(()) => Answer::Yes,
            Err(error) => {
                eprintln!("messages could not be removed: {error}");
                NOT_REMOVED
            }
        }
    }

    /// Sends a message, or as much of it as TOP asks for, as fast as the client takes it.
    async fn send(&self, number: u32, octets: u64, driver: &mut Driver<Server>) -> Result<(), Cut> {
        let Some(maildrop) = &self.maildrop else { return answer(&GONE, driver).await };
        let mut block = match maildrop.read(number, 0, Vec::new()).await {
            Ok(block) => block,
            Err(error) => {
                eprintln!("a message could not be read: {error}");
                return answer(&NOT_READ, driver).await;
            }
        };
        if self.gate.policy.offers_utf8() && !driver.endpoint.is_utf8() && is_international(&block) {
            return answer(&NEEDS_UTF8, driver).await;
        }
        answer(&Answer::Send { number, octets }, driver).await?;
        let mut offset = 0;
        while !block.is_empty() && driver.endpoint.wants_data() {
            let mut rest = &block[..];
            while !rest.is_empty() {
                rest = &rest[driver.endpoint.send_data(rest)?..];
                if !rest.is_empty() {
                    driver.flush().await?;
                }
            }
            offset += block.len() as u64;
            // What has been said cannot be taken back: all that is left is to end before the message does.
            block = maildrop.read(number, offset, block).await.map_err(Cut::Store)?;
        }
        while let Err(error) = driver.endpoint.finish_data() {
            make_room(error, driver).await?;
        }
        Ok(())
    }
}

impl Conversation for Session<'_> {
    type Endpoint = Server;

    fn shut_down(server: &mut Server) {
        server.shut_down();
    }

    async fn listen(&mut self, driver: &mut Driver<Server>) -> Result<(), Cut> {
        loop {
            let considered = match driver.endpoint.next_event()? {
                Some(event) => self.consider(event),
                None => return Ok(()),
            };
            let answered = match considered {
                Answer::Open => self.open().await,
                Answer::Remove(numbers) => self.remove(numbers).await,
                Answer::Send { number, octets } => {
                    self.send(number, octets, driver).await?;
                    continue;
                }
                Answer::Handshake => {
                    if let Some(config) = &self.gate.policy.tls {
                        driver.accept_tls(config).await?;
                    }
                    driver.endpoint.tls_started()?;
                    self.exchange.channel = driver.stream().channel_binding();
                    Answer::Nothing
                }
                other => other,
            };
            answer(&answered, driver).await?;
        }
    }
}

/// Gives the answer, as soon as there is room for it.
async fn answer(answer: &Answer, driver: &mut Driver<Server>) -> Result<(), Cut> {
    while let Err(error) = say(answer, &mut driver.endpoint) {
        make_room(error, driver).await?;
    }
    Ok(())
}

/// Sends what waits, if that is why something could not be said.
async fn make_room(error: Error, driver: &mut Driver<Server>) -> Result<(), Cut> {
    if error != Error::Misuse(Misuse::Full) {
        return Err(error.into());
    }
    Ok(driver.flush().await?)
}

fn say(answer: &Answer, server: &mut Server) -> Result<(), Error> {
    match answer {
        Answer::Yes => server.accept(),
        Answer::No(code, text) => server.reject(*code, text),
        Answer::Challenge(challenge) => server.challenge(challenge),
        Answer::Opened(messages, octets) => server.open(*messages, *octets),
        Answer::Size(octets) => server.size(*octets),
        Answer::UniqueId(unique_id) => server.unique_id(unique_id),
        Answer::Send { octets, .. } => server.accept_with(&format!("{octets} octets")),
        Answer::Open | Answer::Remove(_) | Answer::Handshake | Answer::Nothing => Ok(()),
    }
}

/// Whether the header at the front of a message is one that only clients read that know of UTF-8 in headers
/// (RFC 6532 §3): bytes beyond ASCII in it that are no UTF-8 are older than that, and nobody's secret.
fn is_international(message: &[u8]) -> bool {
    let mut lines = message.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    lines.any(|line| !line.is_ascii() && std::str::from_utf8(line).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_in_utf8_is_international_and_a_body_is_not() {
        assert!(is_international("A: b\r\nSubject: grüße\r\n\r\n".as_bytes()));
        assert!(!is_international("Subject: b\n\ngrüße\n".as_bytes()));
        assert!(!is_international(b"Subject: caf\xe9\r\n\r\n"));
        assert!(!is_international(b""));
    }
}
