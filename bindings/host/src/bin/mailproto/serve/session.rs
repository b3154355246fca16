//! One client of SMTP or LMTP: the endpoint's questions and the answers.

use super::connection::{Conversation, Cut};
use super::exchange::{Exchange, Said};
use super::journal::Arrived;
use super::listener::Gate;
use super::options::Service;
use crate::store::{self, Draft};
use mailproto::smtp::{EnhancedCode, Parameters, Path, Server, ServerEvent};
use mailproto::{Endpoint, Error, Misuse};
use mailproto_host::asynchronous::Driver;
use serde_json::{Map, Value, json};
use std::net::{IpAddr, SocketAddr};

/// What is known of a client and of the message that is on its way.
pub(super) struct Session<'a> {
    gate: &'a Gate,
    service: Service,
    local: IpAddr,
    peer: SocketAddr,
    number: u64,
    surplus: bool,
    tls: bool,
    client: String,
    user: Option<String>,
    exchange: Exchange,
    transaction: Transaction,
    messages: u64,
    verdict: Verdict,
}

/// What became of the message.
enum Verdict {
    /// Not asked yet.
    Open,
    /// It has been kept, and this is its queue id.
    Taken(String),
    /// It could not be.
    Lost { no_room: bool },
}

#[derive(Default)]
struct Transaction {
    from: String,
    to: Vec<String>,
    /// Whose mail it is.
    users: Vec<String>,
    parameters: Map<String, Value>,
    draft: Draft,
}

/// What to say to a question that waits.
enum Answer {
    Yes,
    YesWith(String),
    No(u16, EnhancedCode, &'static str),
    /// The login goes on.
    Challenge(Vec<u8>),
    /// So much of the message is in memory that it must be moved.
    Spill,
    /// The message must be kept first.
    Deliver,
    /// Begin TLS.
    Handshake,
    /// It was no question.
    Nothing,
}

const TOO_MANY_CLIENTS: Answer = Answer::No(421, EnhancedCode::new(4, 3, 2), "Too many connections, try again later");
const NO_EHLO: Answer = Answer::No(502, EnhancedCode::new(5, 5, 1), "Command not implemented");
const BAD_LOGIN: Answer = Answer::No(535, EnhancedCode::new(5, 7, 8), "Authentication credentials invalid");
const NO_MAILBOX: Answer = Answer::No(550, EnhancedCode::new(5, 1, 1), "No such user here");
const NOT_KEPT: Answer = Answer::No(451, EnhancedCode::new(4, 3, 0), "The message could not be kept");
const NO_ROOM: Answer = Answer::No(452, EnhancedCode::new(4, 3, 1), "There is no room for the message");

impl<'a> Session<'a> {
    pub(super) fn new(
        gate: &'a Gate,
        service: Service,
        local: IpAddr,
        peer: SocketAddr,
        number: u64,
        surplus: bool,
        channel: Option<[u8; 32]>,
    ) -> Self {
        Self {
            gate,
            service,
            local,
            peer,
            number,
            surplus,
            tls: service.is_under_tls(),
            client: String::new(),
            user: None,
            exchange: Exchange::on(channel),
            transaction: Transaction::default(),
            messages: 0,
            verdict: Verdict::Open,
        }
    }

    fn consider(&mut self, event: ServerEvent<'_>) -> Answer {
        match event {
            ServerEvent::Connect if self.surplus => TOO_MANY_CLIENTS,
            ServerEvent::Hello { extended: true, .. } if self.gate.policy.no_ehlo => NO_EHLO,
            ServerEvent::Hello { name, .. } => {
                self.client = name.into();
                self.transaction = Transaction::default();
                Answer::Yes
            }
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
            ServerEvent::Mail { path, parameters } => {
                self.transaction = Transaction::default();
                self.transaction.from = path.as_str().into();
                self.transaction.parameters = parameters_to_json(parameters);
                Answer::Yes
            }
            ServerEvent::Rcpt { path, .. } => self.recipient(path),
            ServerEvent::DataStart { .. } => {
                self.transaction.draft = Draft::default();
                self.verdict = Verdict::Open;
                Answer::Yes
            }
            ServerEvent::Data(bytes) => {
                if matches!(self.verdict, Verdict::Lost { .. }) {
                    return Answer::Nothing;
                }
                self.transaction.draft.add(bytes);
                if self.transaction.draft.is_full() { Answer::Spill } else { Answer::Nothing }
            }
            ServerEvent::DataEnd { .. } => match &self.verdict {
                Verdict::Open => Answer::Deliver,
                // LMTP asks once for each recipient; the message is the same.
                Verdict::Taken(id) => Answer::YesWith(queued_as(id)),
                Verdict::Lost { no_room } => lost(*no_room),
            },
            ServerEvent::DataAborted(_) | ServerEvent::Reset => {
                self.transaction = Transaction::default();
                Answer::Nothing
            }
            event if event.is_question() => Answer::Yes,
            _ => Answer::Nothing,
        }
    }

    fn recipient(&mut self, path: Path<'_>) -> Answer {
        let Some(user) = self.gate.policy.users.mailbox(&path, self.local) else { return NO_MAILBOX };
        self.transaction.to.push(path.as_str().into());
        // Whoever is named twice gets one copy.
        if !self.transaction.users.contains(&user) {
            self.transaction.users.push(user);
        }
        Answer::Yes
    }

    /// Makes room for more of the message.
    async fn spill(&mut self) -> Answer {
        if let Err(error) = self.transaction.draft.spill().await {
            self.lose(&error);
        }
        Answer::Nothing
    }

    /// Keeps the message and tells of it; only then is it taken.
    async fn deliver(&mut self) -> Answer {
        self.messages += 1;
        let id = format!("{}-{}", self.number, self.messages);
        let Transaction { from, to, users, parameters, draft } = std::mem::take(&mut self.transaction);
        let kept = async {
            let content = draft.finish().await?;
            self.gate.store.deliver(&content, &users).await?;
            Ok(content)
        };
        let content = match kept.await {
            Ok(content) => content,
            Err(error) => return self.lose(&error),
        };
        let arrived = Arrived {
            id: id.clone(),
            listener: self.service,
            client: self.client.clone(),
            peer: self.peer,
            tls: self.tls,
            user: self.user.clone(),
            from,
            to,
            parameters,
            content,
        };
        self.gate.journal.tell(arrived).await;
        let answer = Answer::YesWith(queued_as(&id));
        self.verdict = Verdict::Taken(id);
        answer
    }

    /// The message is not taken.
    fn lose(&mut self, error: &store::Error) -> Answer {
        eprintln!("a message from {} could not be kept: {error}", self.peer);
        self.transaction.draft = Draft::default();
        let no_room = matches!(error, store::Error::Full);
        self.verdict = Verdict::Lost { no_room };
        lost(no_room)
    }
}

impl Conversation for Session<'_> {
    type Endpoint = Server;

    fn shut_down(server: &mut Server) {
        server.shut_down();
    }

    async fn listen(&mut self, driver: &mut Driver<Server>) -> Result<(), Cut> {
        loop {
            let answer = match driver.endpoint.next_event()? {
                Some(event) => self.consider(event),
                None => return Ok(()),
            };
            let answer = match answer {
                Answer::Spill => self.spill().await,
                Answer::Deliver => self.deliver().await,
                Answer::Handshake => {
                    if let Some(config) = &self.gate.policy.tls {
                        driver.accept_tls(config).await?;
                    }
                    driver.endpoint.tls_started()?;
                    self.exchange.channel = driver.stream().channel_binding();
                    self.tls = true;
                    self.user = None;
                    Answer::Nothing
                }
                other => other,
            };
            while let Err(error) = say(&answer, &mut driver.endpoint) {
                if error != Error::Misuse(Misuse::Full) {
                    return Err(error.into());
                }
                driver.flush().await?;
            }
        }
    }
}

/// Gives the answer, if there is room for it.
fn say(answer: &Answer, server: &mut Server) -> Result<(), Error> {
    match answer {
        Answer::Yes => server.accept(),
        Answer::YesWith(text) => server.accept_with(text),
        Answer::Challenge(challenge) => server.challenge(challenge),
        Answer::No(code, enhanced, text) => server.reject(*code, Some(*enhanced), text),
        Answer::Spill | Answer::Deliver | Answer::Handshake | Answer::Nothing => Ok(()),
    }
}

fn lost(no_room: bool) -> Answer {
    if no_room { NO_ROOM } else { NOT_KEPT }
}

fn queued_as(id: &str) -> String {
    format!("Message accepted, queued as {id}")
}

/// Parameters of MAIL by keyword, with their values as they were written.
fn parameters_to_json(parameters: Parameters<'_>) -> Map<String, Value> {
    parameters
        .as_str()
        .split_ascii_whitespace()
        .map(|word| match word.split_once('=') {
            Some((keyword, value)) => (keyword.to_ascii_uppercase(), json!(value)),
            None => (word.to_ascii_uppercase(), json!(true)),
        })
        .collect()
}
