//! The client's machine, made to say what a conversation's client said.

use super::super::breach::Breach;
use super::super::scripted::{Scripted, decode};
use super::super::step::Step;
use super::rules;
use mailproto::smtp::{
    Attribute, Client, ClientEvent, ClientOptions, Command, ExtensionSet, LineEnds, Outcome, Parameter, Protocol,
    State, Verb,
};
use mailproto::{Anomalies, Endpoint, Error, Leniency, Misuse};
use mailproto_host::Side;
use std::collections::VecDeque;

/// What the conversation is made of, seen by its client.
pub(super) struct Listener {
    options: ClientOptions,
    client: Client,
    /// Commands that found no room in the queue yet.
    unsaid: VecDeque<Vec<u8>>,
    /// The verbs whose final replies have not come, in order, and those that the machine would not
    /// have said, for which another stands.
    waiting: VecDeque<(Verb, bool)>,
    /// Bytes of a chunk that are still to come.
    chunk: u64,
    /// All of the message has been said, and its verdict has not come.
    message_ended: bool,
    /// The server waits for a response of the login.
    pub(super) challenged: bool,
    tolerated: Anomalies,
    over: bool,
}

impl Listener {
    pub(super) fn new(protocol: Protocol) -> Self {
        let options = ClientOptions {
            protocol,
            leniency: Leniency::LENIENT,
            line_ends: LineEnds::Canonicalise,
            ..ClientOptions::default()
        };
        Self {
            options,
            client: Client::new(options),
            unsaid: VecDeque::new(),
            waiting: VecDeque::new(),
            chunk: 0,
            message_ended: false,
            challenged: false,
            tolerated: Anomalies::NONE,
            over: false,
        }
    }

    pub(super) fn state(&self) -> State {
        if self.over { State::Ended } else { self.client.state() }
    }

    /// Whether a line of the client is part of a message.
    pub(super) fn in_message(&self) -> bool {
        self.chunk > 0 || self.in_data()
    }

    fn in_data(&self) -> bool {
        self.client.state() == State::Data && !self.message_ended
    }

    /// The client says a line.
    pub(super) fn say(&mut self, line: &[u8], step: &mut Step) {
        if self.chunk > 0 {
            self.pass_chunk(line, step);
        } else if self.in_data() {
            self.pass_data(line, step);
        } else if self.challenged {
            self.respond(line, step);
        } else {
            self.command(line, step);
        }
        self.transmit();
    }

    fn command(&mut self, line: &[u8], step: &mut Step) {
        if !line.ends_with(b"\r\n") && line.ends_with(b"\n") {
            step.breaches.extend(rules::tolerated(Side::Client, Anomalies::BARE_LF));
        }
        let command = match rules::command(line) {
            Ok(command) => command,
            Err(error) => {
                step.tell("says what is no command");
                step.breach(rules::malformed(error));
                self.stand_in(Verb::Noop);
                return;
            }
        };
        let verb = command.verb();
        step.tell(format!("says {}", verb.name()));
        let lmtp = self.options.protocol == Protocol::Lmtp;
        let wrong = match command {
            Command::Ehlo(_) | Command::Helo(_) => lmtp,
            Command::Lhlo(_) => !lmtp,
            _ => false,
        };
        if wrong {
            step.breach(rules::wrong_hello(lmtp));
        }
        if let Command::Bdat { length, .. } = command {
            self.chunk = length;
        }
        // What must wait is not sent: then the conversation's client did not wait.
        self.transmit();
        match verb_of(&mut self.client, &command) {
            Ok(()) => {
                let stood_in = self.waiting.iter().any(|(_, stands_in)| *stands_in);
                if self.client.state() == State::Connected {
                    step.breach(rules::misplaced(verb, State::Connected));
                } else if self.client.transmit().is_empty() && !stood_in {
                    let pipelining = self.client.extensions().offers(ExtensionSet::PIPELINING);
                    step.breach(rules::impatient(verb, pipelining));
                }
                self.waiting.push_back((verb, false));
            }
            Err(Error::Misuse(Misuse::Full)) => self.unsaid.push_back(line.to_vec()),
            Err(error) => {
                let breach = match error {
                    Error::Misuse(Misuse::NotOffered) => rules::not_offered(&command),
                    _ => rules::misplaced(verb, self.state()),
                };
                step.breach(breach);
                self.stand_in(verb);
            }
        }
    }

    /// Another command in place of one that the machine would not say, for the reply to answer.
    fn stand_in(&mut self, verb: Verb) {
        if self.client.noop().is_ok() {
            self.waiting.push_back((verb, true));
        }
    }

    fn pass_data(&mut self, line: &[u8], step: &mut Step) {
        if line == b".\r\n" {
            step.tell("ends the message");
            // A go-ahead without recipients is no event (RFC 2920 §3.1): its DATA still stands here.
            if matches!(self.waiting.front(), Some((Verb::Data, _))) {
                self.waiting.pop_front();
            }
            self.waiting.push_front((Verb::DataEnd, false));
            self.message_ended = true;
            let _ = self.client.finish_data();
            return;
        }
        step.tell("sends a line of the message");
        let text = line.strip_suffix(b"\r\n");
        if text.is_none_or(|text| text.contains(&b'\r') || text.contains(&b'\n')) {
            step.breaches.extend(rules::tolerated(Side::Client, Anomalies::BARE_LINE_END_IN_DATA));
        }
        if line.split(|byte| *byte == b'\n').any(|line| line.len() > 999) {
            let rule = "a line of a message has at most 1000 bytes with its end";
            step.breach(Breach::new(Side::Client, rule, "RFC 5321 §4.5.3.1.6"));
        }
        self.pass(line.strip_prefix(b".").unwrap_or(line));
    }

    fn pass_chunk(&mut self, line: &[u8], step: &mut Step) {
        step.tell("sends a part of the chunk");
        let count = usize::try_from(self.chunk).unwrap_or(usize::MAX).min(line.len());
        self.chunk -= count as u64;
        self.pass(&line[..count]);
        let rest = &line[count..];
        if !rest.is_empty() {
            self.command(rest, step);
        }
    }

    fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.client.send_data(bytes) {
                Ok(count) if count > 0 => bytes = &bytes[count..],
                // Room comes when what waits for a reply is sent; until then the rest need not be kept.
                _ if self.client.transmit().is_empty() => return,
                _ => {}
            }
            self.transmit();
        }
    }

    fn respond(&mut self, line: &[u8], step: &mut Step) {
        self.challenged = false;
        let text = line.trim_ascii_end();
        if text == b"*" {
            step.tell("cancels the login");
            let _ = self.client.auth_cancel();
            return;
        }
        step.tell("answers the question of the login");
        let response = decode(text);
        if response.is_none() {
            step.breach(Breach::new(Side::Client, "a response is base64, or * to cancel", "RFC 4954 §4"));
        }
        let _ = self.client.auth_respond(&mut Scripted { name: "", response });
    }

    fn transmit(&mut self) {
        let count = self.client.transmit().len();
        self.client.transmitted(count);
    }

    /// The server says a line.
    pub(super) fn hear(&mut self, mut line: &[u8], step: &mut Step) {
        while !line.is_empty() && !self.over {
            let taken = self.client.receive(line);
            line = &line[taken..];
            while self.take_event(step) {}
            if taken == 0 {
                break;
            }
        }
        self.message_ended &= self.client.state() == State::Data;
        let anomalies = self.client.anomalies();
        let new = Anomalies::from_bits(anomalies.bits() & !self.tolerated.bits());
        self.tolerated = anomalies;
        step.breaches.extend(rules::tolerated(Side::Server, new));
    }

    fn take_event(&mut self, step: &mut Step) -> bool {
        let before = self.client.state();
        let heard = match self.client.next_event() {
            Ok(None) => return false,
            Ok(Some(event)) => heard(event),
            Err(error) => {
                self.fail(error, before, step);
                return false;
            }
        };
        step.tell(heard.text);
        if heard.begins_tls {
            let _ = self.client.tls_started();
        }
        self.challenged |= heard.challenge;
        let Some(code) = heard.code else { return true };
        if heard.ready {
            self.waiting.pop_front();
        } else if let Some((verb, stands_in)) = self.waiting.pop_front() {
            self.judge(verb, stands_in, before, code, step);
        }
        while let Some(line) = self.unsaid.front().cloned() {
            let Ok(command) = rules::command(&line) else { break };
            if verb_of(&mut self.client, &command).is_err() {
                break;
            }
            self.waiting.push_back((command.verb(), false));
            self.unsaid.pop_front();
            self.transmit();
        }
        true
    }

    /// Whether the reply fits, and where a command that has no place has led all the same.
    fn judge(&mut self, verb: Verb, stands_in: bool, before: State, code: u16, step: &mut Step) {
        let outcome = Outcome::of(code);
        if stands_in {
            if outcome != Outcome::Refusal
                && let Some(state) = leads_to(verb)
            {
                self.bring_to(state);
            }
        } else if outcome != Outcome::Refusal && before.allows(verb) && before.after(verb, outcome).is_none() {
            step.breach(rules::wrong_code(verb, code));
        }
    }

    fn fail(&mut self, error: Error, state: State, step: &mut Step) {
        match error {
            Error::Protocol(violation) => {
                step.tell(error.to_string());
                step.breaches.extend(rules::violated(violation.kind));
                self.bring_to(state);
            }
            _ => {
                step.tell("the connection is over");
                self.over = true;
            }
        }
    }

    /// A new machine that stands where the conversation does.
    fn bring_to(&mut self, state: State) {
        self.client = Client::new(self.options);
        self.tolerated = Anomalies::NONE;
        self.unsaid.clear();
        self.waiting.clear();
        self.message_ended = false;
        let replies: &[u8] = match state {
            State::Connected => b"",
            State::Greeted | State::Handshake => b"220 x\r\n",
            State::Ready => b"220 x\r\n250 x\r\n",
            State::Sender => b"220 x\r\n250 x\r\n250 x\r\n",
            State::Recipients | State::Chunks => b"220 x\r\n250 x\r\n250 x\r\n250 x\r\n",
            State::Data => b"220 x\r\n250 x\r\n250 x\r\n250 x\r\n354 x\r\n",
            _ => {
                self.over = true;
                return;
            }
        };
        self.replay(replies);
    }

    /// Says the usual commands one by one and hears these replies to them.
    fn replay(&mut self, replies: &[u8]) {
        for (index, reply) in replies.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let _ = match index {
                1 => self.client.ehlo("x.example"),
                2 => self.client.mail("", &[]),
                3 => self.client.rcpt("a@x.example", &[]),
                4 => self.client.data(),
                _ => Err(Misuse::OutOfOrder.into()),
            };
            self.transmit();
            self.client.receive(reply);
            while matches!(self.client.next_event(), Ok(Some(_))) {}
        }
    }
}

/// Where a command leads when it succeeds, wherever it was said.
fn leads_to(verb: Verb) -> Option<State> {
    match verb {
        Verb::Ehlo | Verb::Helo => Some(State::Ready),
        Verb::Mail => Some(State::Sender),
        Verb::Rcpt => Some(State::Recipients),
        Verb::Data => Some(State::Data),
        Verb::StartTls => Some(State::Greeted),
        Verb::Quit => Some(State::Ended),
        _ => None,
    }
}

/// An event, without what it borrowed.
struct Heard {
    text: String,
    /// Of a final reply.
    code: Option<u16>,
    ready: bool,
    challenge: bool,
    begins_tls: bool,
}

fn heard(event: ClientEvent<'_>) -> Heard {
    let plain = |text: String| Heard { text, code: None, ready: false, challenge: false, begins_tls: false };
    match event {
        ClientEvent::Greeting(reply) => plain(format!("is greeted with {}", reply.code())),
        ClientEvent::Reply { verb, reply, .. } => {
            Heard { code: Some(reply.code()), ..plain(format!("{} ended with {}", verb.name(), reply.code())) }
        }
        ClientEvent::Delivery { recipient, last, reply, .. } => {
            let text = format!("recipient {} of the message has {}", recipient + 1, reply.code());
            Heard { code: last.then(|| reply.code()), ..plain(text) }
        }
        ClientEvent::DataReady { reply, .. } => {
            Heard { code: Some(reply.code()), ready: true, ..plain("may send the message".into()) }
        }
        ClientEvent::Challenge { .. } => {
            Heard { challenge: true, ..plain("is asked for a response of the login".into()) }
        }
        ClientEvent::StartTls { .. } => Heard { code: Some(220), begins_tls: true, ..plain("TLS begins".into()) },
        ClientEvent::Closing(reply) => plain(format!("is told of the end by {}", reply.code())),
        _ => plain("hears something".into()),
    }
}

/// Says a command by the verb for it.
fn verb_of(client: &mut Client, command: &Command<'_>) -> Result<(), Error> {
    let parameters = |parameters: mailproto::smtp::Parameters<'_>,
                      client: &mut Client,
                      verb: fn(&mut Client, &str, &[Parameter<'_>]) -> Result<mailproto::CommandId, Error>,
                      mailbox: &str| {
        let known: Vec<_> = parameters.iter().flatten().collect();
        verb(client, mailbox, &known)
    };
    match *command {
        Command::Ehlo("") | Command::Helo("") | Command::Lhlo("") => client.ehlo("[127.0.0.1]"),
        Command::Ehlo(name) | Command::Lhlo(name) => client.ehlo(name),
        Command::Helo(name) => client.helo(name),
        Command::StartTls => client.starttls(),
        Command::Auth { mechanism, initial } => {
            client.auth(&mut Scripted { name: mechanism, response: initial.and_then(|text| decode(text.as_bytes())) })
        }
        Command::Mail { path, parameters: found } => {
            parameters(found, client, Client::mail, strict_or(path.as_str(), ""))
        }
        Command::Rcpt { path, parameters: found } => {
            parameters(found, client, Client::rcpt, strict_or(path.as_str(), "a@x.example"))
        }
        Command::Data => client.data(),
        Command::Bdat { length, last } => client.bdat(length, last),
        Command::Rset => client.rset(),
        Command::Vrfy(text) => client.vrfy(text),
        Command::Expn(text) => client.expn(text),
        Command::Help(text) => client.help(text),
        Command::Noop(_) => client.noop(),
        Command::Quit => client.quit(),
        Command::Xclient(attributes) => {
            let attributes: Vec<Attribute<'_>> = attributes.iter().collect();
            client.xclient(&attributes)
        }
        _ => client.noop(),
    }
    .map(drop)
}

/// A mailbox that our client would say; a loose one is told of as what was tolerated.
fn strict_or<'a>(mailbox: &'a str, other: &'a str) -> &'a str {
    let postmaster = mailbox.eq_ignore_ascii_case("postmaster");
    if postmaster || mailproto::smtp::Path::from_mailbox(mailbox).is_ok() { mailbox } else { other }
}
