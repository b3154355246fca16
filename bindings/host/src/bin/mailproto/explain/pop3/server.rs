//! The server's machine, made to hear what a conversation's server heard, and to decide as it did.
//!
//! The machine hears one command at a time, the next when the conversation's server has answered the one
//! before: so it is never ahead of what it is to decide.

use super::super::step::Step;
use super::rules;
use mailproto::pop3::{CapabilitySet, Response, Server, ServerEvent, ServerOptions, State, Status, Verb};
use mailproto::sasl::Mechanisms;
use mailproto::{Anomalies, Endpoint, Leniency, Limits};
use mailproto_host::Side;
use std::collections::VecDeque;

/// What the conversation is made of, seen by its server.
pub(super) struct Speaker {
    messages: u32,
    server: Server,
    /// Lines that the machine has not heard yet.
    pending: VecDeque<Vec<u8>>,
    /// What is being answered; the greeting at first. `None` inside for what is no command.
    current: Option<Option<Verb>>,
    /// What the machine asks.
    question: Option<Question>,
    /// The conversation's server is behind the first line of a response that has several.
    listing: bool,
    /// It has asked for a response of a login.
    challenged: bool,
    tls: bool,
    tolerated: Anomalies,
    /// The conversation's server did something else than the machine.
    strayed: bool,
    over: bool,
}

fn machine(tls: bool) -> Option<Server> {
    let offered = CapabilitySet::ALL;
    let options = ServerOptions {
        // What may be asked about is asked of the conversation.
        offered: if tls { offered.without(CapabilitySet::STLS) } else { offered },
        mechanisms: Mechanisms::ALL,
        auth_without_tls: true,
        tls,
        leniency: Leniency::LENIENT,
        limits: Limits {
            bad_commands: u16::MAX,
            failed_auth: u16::MAX,
            sasl_rounds: u16::MAX,
            command_line: 4096,
            ..Limits::default()
        },
        ..ServerOptions::default()
    };
    Server::new(options).ok()
}

impl Speaker {
    /// The server of a maildrop with so many messages.
    pub(super) fn new(messages: u32, step: &mut Step) -> Option<Self> {
        let mut speaker = Self {
            messages,
            server: machine(false)?,
            pending: VecDeque::new(),
            current: Some(Some(Verb::Greeting)),
            question: None,
            listing: false,
            challenged: false,
            tls: false,
            tolerated: Anomalies::NONE,
            strayed: false,
            over: false,
        };
        speaker.take_events(step);
        Some(speaker)
    }

    pub(super) fn state(&self) -> State {
        if self.over { State::Ended } else { self.server.state() }
    }

    /// Whether the conversation's server did something else than the machine.
    pub(super) fn has_strayed(&self) -> bool {
        self.strayed
    }

    /// The client says a line.
    pub(super) fn hear(&mut self, line: &[u8], step: &mut Step) {
        let mut line = rules::text(line).to_vec();
        line.extend_from_slice(b"\r\n");
        if std::mem::take(&mut self.challenged) {
            self.receive(&line, step);
        } else {
            self.pending.push_back(line);
            self.advance(step);
        }
    }

    /// Hears the next command, if the one before has been answered.
    pub(super) fn advance(&mut self, step: &mut Step) {
        if self.current.is_some() || self.over {
            return;
        }
        let Some(line) = self.pending.pop_front() else { return };
        self.current = Some(rules::command(&line).ok().map(|(command, _)| command.verb()));
        self.receive(&line, step);
    }

    fn receive(&mut self, mut line: &[u8], step: &mut Step) {
        while !line.is_empty() {
            let taken = self.server.receive(line);
            line = &line[taken..];
            self.take_events(step);
            if taken == 0 {
                break;
            }
        }
        let anomalies = self.server.anomalies();
        let new = Anomalies::from_bits(anomalies.bits() & !self.tolerated.bits());
        self.tolerated = anomalies;
        step.breaches.extend(rules::tolerated(Side::Client, new));
    }

    /// Takes events until the machine asks, or has nothing to tell.
    fn take_events(&mut self, step: &mut Step) {
        while !self.server.awaits_answer() {
            match self.server.next_event() {
                Ok(Some(event)) => {
                    step.tell(describe(&event));
                    self.question = question_of(&event);
                }
                Ok(None) => return,
                Err(error) => {
                    step.tell(error.to_string());
                    self.over = true;
                    return;
                }
            }
        }
    }

    /// The server says a line; at the first one of a response it decides.
    pub(super) fn say(&mut self, line: &[u8], step: &mut Step) {
        let text = rules::text(line);
        if self.listing {
            if text == b"." {
                step.tell("ends the response");
                self.listing = false;
                self.current = None;
            } else {
                step.tell("goes on with the response");
            }
            return;
        }
        // What is no response at all, the client's machine tells of.
        let Ok((response, _)) = Response::parse(text, Leniency::LENIENT) else { return };
        let Some(verb) = self.current else {
            if response.status() == Status::Error {
                step.tell("ends the session");
                self.over = true;
            } else {
                step.tell(format!("says {} that nothing asked for", response.status().name()));
            }
            return;
        };
        if response.status() == Status::Continue {
            self.challenge(step);
        } else {
            self.decide(verb, &response, step);
        }
    }

    /// The conversation's server asks for a response of a login.
    fn challenge(&mut self, step: &mut Step) {
        step.tell("asks for a response of the login");
        self.challenged = true;
        if self.question.take().is_some() {
            // What is asked does not matter.
            let _ = self.server.challenge(b"");
        }
        self.silence();
    }

    /// Decides as the conversation's server did.
    fn decide(&mut self, verb: Option<Verb>, response: &Response<'_>, step: &mut Step) {
        let good = response.is_ok();
        if self.question.is_some() {
            step.tell(if good { "accepts with +OK" } else { "refuses with -ERR" });
            if good {
                self.say_yes(response.timestamp());
            } else {
                self.say_no();
            }
        } else {
            let own = self.server.transmit().starts_with(Status::Ok.name().as_bytes());
            step.tell(format!("responds {}", response.status().name()));
            if good && !own {
                step.tell("takes what the rules refuse");
            } else if !good && own {
                step.breaches.extend(verb.and_then(rules::unknown_here));
            }
            self.strayed = own != good;
        }
        self.silence();
        self.take_more_events(good, step);
        self.over |= !good && matches!(verb, Some(Verb::Greeting));
        self.listing = good && verb.is_some_and(Verb::is_multi_line);
        if !self.listing {
            self.current = None;
        }
    }

    /// Says yes to what is asked, and to what is asked because of it.
    fn say_yes(&mut self, timestamp: Option<&str>) {
        while let Some(question) = self.question.take() {
            let server = &mut self.server;
            // An answer that the machine does not take leaves it behind, and it is brought on.
            let _ = match (question, timestamp) {
                (Question::Open, _) => server.open(self.messages, u64::from(self.messages)),
                (Question::Size, _) => server.size(1),
                (Question::UniqueId, _) => server.unique_id("a"),
                (Question::Message, _) => server.accept().and_then(|()| server.finish_data()),
                (Question::Language, _) => server.accept_with("en x"),
                (Question::Connect, Some(timestamp)) => server.accept_with_timestamp("x", timestamp),
                (Question::Connect, None) | (Question::Other, _) => server.accept(),
            };
            self.silence();
            self.next_question();
        }
    }

    /// Says no to what is asked; where that leaves one message out of a list, to all of them.
    fn say_no(&mut self) {
        while self.question.take().is_some() {
            let _ = self.server.reject(None, "no");
            self.silence();
            self.next_question();
        }
    }

    fn next_question(&mut self) {
        while self.question.is_none()
            && let Ok(Some(event)) = self.server.next_event()
        {
            self.question = question_of(&event);
        }
    }

    /// What the machine tells when its response has been said.
    fn take_more_events(&mut self, good: bool, step: &mut Step) {
        while !self.server.awaits_answer() {
            match self.server.next_event() {
                Ok(Some(ServerEvent::StartTls)) if good => {
                    step.tell("TLS begins");
                    self.tls = self.server.tls_started().is_ok();
                }
                Ok(Some(event)) => {
                    step.tell(describe(&event));
                    self.question = question_of(&event);
                }
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// What the machine says itself is not said.
    fn silence(&mut self) {
        let sent = self.server.transmit().len();
        self.server.transmitted(sent);
    }

    /// The machine stands where the conversation does, whatever it thinks of the way.
    pub(super) fn bring_to(&mut self, state: State) {
        (self.strayed, self.question) = (false, None);
        self.over = state == State::Ended;
        let Some(server) = machine(self.tls) else { return };
        self.server = server;
        self.tolerated = Anomalies::NONE;
        if matches!(state, State::Connected | State::Ended) {
            return;
        }
        // Any name does: it is not looked at again.
        let steps: &[&[u8]] = &[b"USER a\r\n", b"PASS b\r\n"];
        let count = match state {
            State::Named => 1,
            State::Transaction => 2,
            _ => 0,
        };
        self.take_events(&mut Step::default());
        self.say_yes(None);
        for line in &steps[..count] {
            self.server.receive(line);
            self.take_events(&mut Step::default());
            self.say_yes(None);
            self.silence();
        }
    }
}

/// What kind of answer the machine wants.
#[derive(Clone, Copy)]
enum Question {
    Connect,
    Open,
    Size,
    UniqueId,
    Message,
    Language,
    /// A yes.
    Other,
}

fn question_of(event: &ServerEvent<'_>) -> Option<Question> {
    Some(match event {
        ServerEvent::Connect => Question::Connect,
        ServerEvent::Open => Question::Open,
        ServerEvent::Size { .. } | ServerEvent::Delete { .. } => Question::Size,
        ServerEvent::UniqueId { .. } => Question::UniqueId,
        ServerEvent::Message { .. } => Question::Message,
        ServerEvent::Language { .. } => Question::Language,
        event if event.is_question() => Question::Other,
        _ => return None,
    })
}

fn describe(event: &ServerEvent<'_>) -> String {
    match event {
        ServerEvent::Connect => "has a client: greet it?".into(),
        ServerEvent::StartTls => "TLS begins".into(),
        ServerEvent::Auth(credentials) => format!("asks: is it really {}?", credentials.user.escape_debug()),
        ServerEvent::AuthResponse { mechanism, .. } => format!("asks: how does {mechanism} go on?"),
        ServerEvent::Apop { name, .. } => format!("asks: is it really {}?", name.escape_debug()),
        ServerEvent::Open => "asks: what is in the maildrop?".into(),
        ServerEvent::Size { number } => format!("asks: how large is message {number}?"),
        ServerEvent::UniqueId { number } => format!("asks: what is message {number} called?"),
        ServerEvent::Message { number, lines: None } => format!("asks: may message {number} be fetched?"),
        ServerEvent::Message { number, lines: Some(_) } => format!("asks: may the top of message {number} be fetched?"),
        ServerEvent::Delete { number } => format!("asks: may message {number} be marked as deleted?"),
        ServerEvent::Reset => "forgets all marks".into(),
        ServerEvent::Update { .. } => "asks: are the marked messages removed?".into(),
        ServerEvent::Utf8 => "may send UTF-8".into(),
        ServerEvent::Language { range } => format!("asks: speak {}?", range.escape_debug()),
        ServerEvent::Languages => "asks: which languages are there?".into(),
        ServerEvent::Answered(verb) => format!("answers {} by itself", verb.name()),
        ServerEvent::Quit => "says goodbye".into(),
        ServerEvent::Refused { text, .. } => format!("refuses by itself: {text}"),
        _ => "hears something".into(),
    }
}
