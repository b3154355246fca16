//! A POP3 client that asks for all sorts of things, and a server with a maildrop: a host for each.

use crate::chance::Chance;
use crate::connection::Host;
use mailproto::pop3::{Client, ClientEvent, ClientOptions, Server, ServerEvent, ServerOptions, Status};
use mailproto::{CommandId, Endpoint, Error, Misuse};
use std::collections::VecDeque;

/// Something that the client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Capa,
    Login,
    Stat,
    List,
    Uidl,
    Retr(u32),
    Top(u32, u32),
    Dele(u32),
    Reset,
    Noop,
    Quit,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: Option<Status>,
    /// Numbers of a list, with what stands behind each.
    pub(crate) list: Vec<(u32, String)>,
    pub(crate) message: Vec<u8>,
}

/// The host of the client.
pub(crate) struct Reader {
    client: Client,
    to_ask: VecDeque<Ask>,
    asked: VecDeque<(CommandId, Ask)>,
    pub(crate) answers: Vec<(Ask, Answer)>,
    answer: Answer,
    pub(crate) error: Option<Error>,
}

impl Reader {
    pub(crate) fn new(asks: &[Ask]) -> Self {
        Self {
            client: Client::new(ClientOptions::default()),
            to_ask: asks.iter().copied().collect(),
            asked: VecDeque::new(),
            answers: Vec::new(),
            answer: Answer::default(),
            error: None,
        }
    }

    /// Commands that were taken and have no answer.
    pub(crate) fn unanswered(&self) -> usize {
        self.asked.len()
    }

    fn ask(&mut self, ask: Ask) -> Result<CommandId, Error> {
        match ask {
            Ask::Capa => self.client.capa(),
            Ask::Login => self.client.login("mrose", "tan staaf"),
            Ask::Stat => self.client.stat(),
            Ask::List => self.client.list(None),
            Ask::Uidl => self.client.uidl(None),
            Ask::Retr(number) => self.client.retr(number),
            Ask::Top(number, lines) => self.client.top(number, lines),
            Ask::Dele(number) => self.client.dele(number),
            Ask::Reset => self.client.rset(),
            Ask::Noop => self.client.noop(),
            Ask::Quit => self.client.quit(),
        }
    }

    fn hear(&mut self) -> Result<bool, Error> {
        let first = self.asked.front().map(|(id, _)| *id);
        let belongs = |id: CommandId| assert_eq!(Some(id), first, "an event of another command");
        let ended = match self.client.next_event()? {
            None => return Ok(false),
            Some(ClientEvent::Greeting(greeting)) => {
                assert!(greeting.is_ok());
                false
            }
            Some(ClientEvent::Response { id, response, .. }) => {
                belongs(id);
                self.answer.status = Some(response.status());
                true
            }
            Some(ClientEvent::Start { id, response, .. }) => {
                belongs(id);
                self.answer.status = Some(response.status());
                false
            }
            Some(ClientEvent::Listing { id, listing }) => {
                belongs(id);
                self.answer.list.push((listing.number, listing.octets.to_string()));
                false
            }
            Some(ClientEvent::UniqueId { id, listing }) => {
                belongs(id);
                let number = listing.number.expect("our server numbers them");
                self.answer.list.push((number, listing.unique_id.to_owned()));
                false
            }
            Some(ClientEvent::Capability { id, .. }) => {
                belongs(id);
                false
            }
            Some(ClientEvent::Data { id, bytes }) => {
                belongs(id);
                self.answer.message.extend_from_slice(bytes);
                false
            }
            Some(ClientEvent::End { id, .. }) => {
                belongs(id);
                true
            }
            Some(other) => panic!("{other:?} was not asked for"),
        };
        if ended {
            let (_, ask) = self.asked.pop_front().expect("an answer belongs to a question");
            self.answers.push((ask, std::mem::take(&mut self.answer)));
        }
        Ok(true)
    }
}

impl Host for Reader {
    type Endpoint = Client;

    fn endpoint(&mut self) -> &mut Client {
        &mut self.client
    }

    fn work(&mut self, _now: u64) -> bool {
        if self.error.is_some() {
            return false;
        }
        let mut moved = false;
        if let Some(ask) = self.to_ask.front().copied() {
            match self.ask(ask) {
                Ok(id) => {
                    self.asked.push_back((id, ask));
                    self.to_ask.pop_front();
                    moved = true;
                }
                // It will be asked when there is room, or never.
                Err(Error::Misuse(Misuse::Full | Misuse::Closed | Misuse::OutOfOrder)) => {}
                Err(error) => panic!("{ask:?}: {error}"),
            }
        }
        match self.hear() {
            Ok(heard) => moved | heard,
            Err(error) => {
                self.error = Some(error);
                true
            }
        }
    }

    fn wakes_at(&self) -> Option<u64> {
        None
    }
}

/// The host of the server: a maildrop, and how long it thinks.
pub(crate) struct Postbox {
    server: Server,
    pub(crate) stored: Vec<Vec<u8>>,
    /// What was deleted, once it was asked for.
    pub(crate) deleted: Option<Vec<u32>>,
    pub(crate) logged_in: bool,
    sending: Option<(usize, usize)>,
    asked: Option<Question>,
    answers_at: u64,
    slowness: usize,
    chance: Chance,
    pub(crate) error: Option<Error>,
}

/// A question of the server's, without its borrows.
#[derive(Clone, Debug)]
enum Question {
    Yes,
    Login(bool),
    Open,
    Size(u32),
    UniqueId(u32),
    Message(u32),
    Update(Vec<u32>),
}

impl Postbox {
    pub(crate) fn new(options: ServerOptions<'_>, stored: Vec<Vec<u8>>, slowness: usize, chance: Chance) -> Self {
        Self {
            server: Server::new(options).unwrap(),
            stored,
            deleted: None,
            logged_in: false,
            sending: None,
            asked: None,
            answers_at: 0,
            slowness,
            chance,
            error: None,
        }
    }

    /// A stored message as it is to arrive: with whole line ends, and one behind the last line.
    pub(crate) fn on_the_wire(stored: &[u8]) -> Vec<u8> {
        let mut wire = Vec::new();
        for line in stored.split_inclusive(|byte| *byte == b'\n') {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            wire.extend_from_slice(text.strip_suffix(b"\r").unwrap_or(text));
            wire.extend_from_slice(b"\r\n");
        }
        wire
    }

    fn octets(&self, number: u32) -> u64 {
        Self::on_the_wire(&self.stored[number as usize - 1]).len() as u64
    }

    fn answer(&mut self, question: &Question) -> Result<(), Error> {
        match question {
            Question::Yes => self.server.accept(),
            Question::Login(true) => {
                self.server.accept()?;
                self.logged_in = true;
                Ok(())
            }
            Question::Login(false) => self.server.reject(None, "no"),
            Question::Open => {
                let count = self.stored.len() as u32;
                self.server.open(count, (1..=count).map(|number| self.octets(number)).sum())
            }
            Question::Size(number) => self.server.size(self.octets(*number)),
            Question::UniqueId(number) => self.server.unique_id(&format!("id-{number}")),
            Question::Message(number) => {
                self.server.accept()?;
                self.sending = Some((*number as usize - 1, 0));
                Ok(())
            }
            Question::Update(deleted) => {
                self.server.accept()?;
                self.deleted = Some(deleted.clone());
                Ok(())
            }
        }
    }

    /// Sends on; whether anything was taken.
    fn send(&mut self) -> Result<bool, Error> {
        let Some((index, at)) = self.sending else { return Ok(false) };
        if self.server.wants_data() && at < self.stored[index].len() {
            let most = 1 + self.chance.below(3_000);
            let piece = &self.stored[index][at..];
            let taken = self.server.send_data(&piece[..piece.len().min(most)])?;
            self.sending = Some((index, at + taken));
            return Ok(taken > 0);
        }
        match self.server.finish_data() {
            Err(Error::Misuse(Misuse::Full)) => Ok(false),
            result => {
                self.sending = None;
                result.map(|()| true)
            }
        }
    }

    fn step(&mut self, now: u64) -> Result<bool, Error> {
        if let Some(question) = self.asked.clone() {
            if now < self.answers_at {
                return Ok(false);
            }
            return match self.answer(&question) {
                Err(Error::Misuse(Misuse::Full)) => Ok(false),
                result => {
                    self.asked = None;
                    result.map(|()| true)
                }
            };
        }
        if self.sending.is_some() && self.send()? {
            return Ok(true);
        }
        let question = match self.server.next_event()? {
            None => return Ok(false),
            Some(ServerEvent::Auth(found)) => Question::Login(found.password() == Some("tan staaf")),
            Some(ServerEvent::Open) => Question::Open,
            Some(ServerEvent::Size { number } | ServerEvent::Delete { number }) => Question::Size(number),
            Some(ServerEvent::UniqueId { number }) => Question::UniqueId(number),
            Some(ServerEvent::Message { number, .. }) => Question::Message(number),
            Some(ServerEvent::Update { deleted }) => Question::Update(deleted.collect()),
            Some(event) if event.is_question() => Question::Yes,
            Some(_) => return Ok(true),
        };
        self.asked = Some(question);
        self.answers_at = now + self.chance.below(self.slowness + 1) as u64;
        Ok(true)
    }
}

impl Host for Postbox {
    type Endpoint = Server;

    fn endpoint(&mut self) -> &mut Server {
        &mut self.server
    }

    fn work(&mut self, now: u64) -> bool {
        if self.error.is_some() {
            return false;
        }
        self.step(now).unwrap_or_else(|error| {
            self.error = Some(error);
            true
        })
    }

    fn wakes_at(&self) -> Option<u64> {
        self.asked.as_ref().map(|_| self.answers_at)
    }
}
