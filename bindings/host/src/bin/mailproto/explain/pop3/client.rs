//! The client's machine, made to say what a conversation's client said.

use super::super::scripted::{Scripted, decode};
use super::super::step::Step;
use super::by_hand::{ByHand, Heard as HeardByHand, leads_to};
use super::rules;
use mailproto::pop3::{CapabilitySet, Client, ClientEvent, ClientOptions, Command, Outcome, Response, State, Verb};
use mailproto::{Anomalies, Endpoint, Error, Leniency, Misuse};
use mailproto_host::Side;
use std::collections::VecDeque;

/// What the conversation is made of, seen by its client.
pub(super) struct Listener {
    client: Client,
    /// Commands whose responses have not come to their end, in order.
    waiting: VecDeque<Waiting>,
    by_hand: ByHand,
    /// The greeting, whose timestamp APOP needs.
    greeting: Vec<u8>,
    /// PASS is what the machine says next.
    may_pass: bool,
    /// USER was taken, of which the machine does not know.
    named: bool,
    /// The server waits for a response of the login.
    challenged: bool,
    pipelining: bool,
    tolerated: Anomalies,
    over: bool,
}

/// A command whose response has not come.
#[derive(Clone, Copy)]
struct Waiting {
    /// `None` for what is no command.
    verb: Option<Verb>,
    /// The machine has no part in it.
    by_hand: bool,
}

fn machine() -> Client {
    Client::new(ClientOptions { leniency: Leniency::LENIENT, ..ClientOptions::default() })
}

impl Listener {
    pub(super) fn new() -> Self {
        Self {
            client: machine(),
            waiting: VecDeque::new(),
            by_hand: ByHand::default(),
            greeting: Vec::new(),
            may_pass: false,
            named: false,
            challenged: false,
            pipelining: false,
            tolerated: Anomalies::NONE,
            over: false,
        }
    }

    pub(super) fn state(&self) -> State {
        match self.client.state() {
            _ if self.over => State::Ended,
            State::Authorization if self.named => State::Named,
            state => state,
        }
    }

    /// Whether the server is saying a message, and no list.
    pub(super) fn hears_message(&self) -> bool {
        self.waiting.front().is_some_and(|waiting| matches!(waiting.verb, Some(Verb::Retr | Verb::Top)))
    }

    /// The client says a line, and `behind` it the next one.
    pub(super) fn say(&mut self, line: &[u8], behind: Option<&[u8]>, step: &mut Step) {
        if self.challenged {
            self.respond(line, step);
        } else {
            self.command(line, behind, step);
        }
        self.transmit();
    }

    fn command(&mut self, line: &[u8], behind: Option<&[u8]>, step: &mut Step) {
        if !line.ends_with(b"\r\n") && line.ends_with(b"\n") {
            step.breaches.extend(rules::tolerated(Side::Client, Anomalies::BARE_LF));
        }
        let (command, anomalies) = match rules::command(line) {
            Ok(found) => found,
            Err(error) => {
                step.tell("says what is no command");
                step.breach(rules::malformed(error));
                self.waiting.push_back(Waiting { verb: None, by_hand: true });
                return;
            }
        };
        let verb = command.verb();
        step.tell(format!("says {}", verb.name()));
        step.breaches.extend(rules::tolerated(Side::Client, anomalies));
        let state = self.state();
        if state == State::Connected {
            step.breach(rules::misplaced(verb, state));
        } else if !self.waiting.is_empty() && !self.pipelining {
            step.breach(rules::impatient(verb));
        } else if state == State::Named && !state.allows(verb) {
            step.breach(rules::misplaced(verb, state));
        }
        let by_hand = match self.say_by_machine(&command, behind) {
            Ok(()) => false,
            Err(error) => {
                match error {
                    Error::Misuse(Misuse::NotOffered) => step.breach(rules::not_offered(verb)),
                    Error::Misuse(Misuse::OutOfOrder | Misuse::Closed) if !self.will_allow(verb) => {
                        step.breach(rules::misplaced(verb, state));
                    }
                    // It is no verb of the machine's, or the machine has no room for more.
                    _ => {}
                }
                true
            }
        };
        self.waiting.push_back(Waiting { verb: Some(verb), by_hand });
    }

    /// Whether a command has its place here, or where USER leads that has not been answered.
    fn will_allow(&self, verb: Verb) -> bool {
        let named = self.waiting.iter().any(|waiting| waiting.by_hand && waiting.verb == Some(Verb::User));
        self.state().allows(verb) || named && State::Named.allows(verb)
    }

    /// Says a command by the verb for it.
    fn say_by_machine(&mut self, command: &Command<'_>, behind: Option<&[u8]>) -> Result<(), Error> {
        let out_of_order = Err(Misuse::OutOfOrder.into());
        let client = &mut self.client;
        match *command {
            // One verb says both lines, the second when the first has been taken.
            Command::User(user) => match behind.map(rules::command) {
                Some(Ok((Command::Pass(password), _))) if !self.may_pass => {
                    client.login(user, password)?;
                    self.may_pass = true;
                    return Ok(());
                }
                _ => return out_of_order,
            },
            Command::Pass(_) if std::mem::take(&mut self.may_pass) => return Ok(()),
            Command::Auth { mechanism, initial } => {
                let response = initial.and_then(|text| decode(text.as_bytes()));
                client.auth(&mut Scripted { name: mechanism, response })
            }
            Command::Apop { name, digest } => client.apop(name, digest),
            Command::Capa => client.capa(),
            Command::Stls => client.stls(),
            Command::Stat => client.stat(),
            Command::List(number) => client.list(number),
            Command::Uidl(number) => client.uidl(number),
            Command::Retr(number) => client.retr(number),
            Command::Top { number, lines } => client.top(number, lines),
            Command::Dele(number) => client.dele(number),
            Command::Rset => client.rset(),
            Command::Noop => client.noop(),
            Command::Utf8 => client.utf8(),
            Command::Lang(range) => client.lang(range),
            Command::Quit => client.quit(),
            // PASS without its USER, and AUTH without a mechanism.
            _ => return out_of_order,
        }
        .map(drop)
    }

    fn respond(&mut self, line: &[u8], step: &mut Step) {
        self.challenged = false;
        let text = rules::text(line);
        let by_hand = self.waiting.front().is_some_and(|waiting| waiting.by_hand);
        if text == b"*" {
            step.tell("cancels the login");
            if !by_hand {
                let _ = self.client.auth_cancel();
            }
            return;
        }
        step.tell("answers the question of the login");
        let response = decode(text);
        if response.is_none() {
            step.breach(rules::bad_response());
        }
        if !by_hand {
            let _ = self.client.auth_respond(&mut Scripted { name: "", response });
        }
    }

    fn transmit(&mut self) {
        let count = self.client.transmit().len();
        self.client.transmitted(count);
    }

    /// The server says a line.
    pub(super) fn hear(&mut self, line: &[u8], step: &mut Step) {
        if self.over {
            return;
        }
        if self.client.state() == State::Connected {
            self.greeting = line.to_vec();
        } else if let Some(Waiting { verb, by_hand: true }) = self.waiting.front().copied() {
            return self.hear_by_hand(line, verb, step);
        }
        self.feed(line, step);
        // USER that was taken ends in no event of its own: PASS follows.
        let user = self.waiting.front().is_some_and(|waiting| waiting.verb == Some(Verb::User));
        if user && self.client.state() == State::Named {
            step.tell("may say PASS");
            self.waiting.pop_front();
        }
        self.transmit();
        let anomalies = self.client.anomalies();
        let new = Anomalies::from_bits(anomalies.bits() & !self.tolerated.bits());
        self.tolerated = anomalies;
        step.breaches.extend(rules::tolerated(Side::Server, new));
    }

    fn feed(&mut self, mut line: &[u8], step: &mut Step) {
        while !line.is_empty() && !self.over {
            let taken = self.client.receive(line);
            line = &line[taken..];
            while self.take_event(step) {
                self.transmit();
            }
            if taken == 0 {
                break;
            }
        }
    }

    fn take_event(&mut self, step: &mut Step) -> bool {
        let before = self.state();
        let heard = match self.client.next_event() {
            Ok(None) => return false,
            Ok(Some(event)) => heard(event),
            Err(error) => {
                self.fail(error, before, step);
                return false;
            }
        };
        if step.events.last() != Some(&heard.text) {
            step.tell(heard.text);
        }
        match heard.what {
            What::Nothing => {}
            What::Challenge => self.challenged = true,
            What::Closing => self.over = true,
            What::StartTls => {
                self.waiting.pop_front();
                (self.named, self.pipelining) = (false, false);
                let _ = self.client.tls_started();
            }
            What::End(verb, outcome) => {
                self.waiting.pop_front();
                self.named &= State::Named.after(verb, outcome) == Some(State::Named);
                match (verb, outcome) {
                    (Verb::Capa, Outcome::Success) => {
                        self.pipelining = self.client.capabilities().offers(CapabilitySet::PIPELINING);
                    }
                    // The machine keeps PASS to itself then; a client that has said it hears of it all the same.
                    (Verb::User, Outcome::Refusal) => {
                        self.may_pass = false;
                        let pass = self.waiting.iter_mut().find(|waiting| waiting.verb == Some(Verb::Pass));
                        pass.into_iter().for_each(|waiting| waiting.by_hand = true);
                    }
                    _ => {}
                }
            }
        }
        true
    }

    fn hear_by_hand(&mut self, line: &[u8], verb: Option<Verb>, step: &mut Step) {
        let outcome = match self.by_hand.hear(line, verb, step) {
            HeardByHand::More | HeardByHand::Nothing => return,
            HeardByHand::Challenge => {
                self.challenged = true;
                return;
            }
            HeardByHand::End(outcome) => outcome,
        };
        self.waiting.pop_front();
        let Some(verb) = verb else { return };
        let state = self.state();
        let after = state.after(verb, outcome);
        if outcome == Outcome::Success && after.is_none() {
            step.breach(rules::taken(verb, state));
        }
        // Where a command has no place, it may have led somewhere all the same.
        let to = after.or_else(|| leads_to(verb).filter(|_| outcome == Outcome::Success));
        if let Some(to) = to.filter(|to| *to != state) {
            self.bring_to(to);
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

    /// A new machine that stands where the conversation does; it has no part in what waits.
    fn bring_to(&mut self, state: State) {
        self.client = machine();
        self.tolerated = Anomalies::NONE;
        self.waiting.iter_mut().for_each(|waiting| waiting.by_hand = true);
        (self.may_pass, self.challenged) = (false, false);
        self.named = state == State::Named;
        self.over = state == State::Ended;
        if matches!(state, State::Connected | State::Ended) {
            return;
        }
        let good = self.greeting.get(..3).is_some_and(|status| status.eq_ignore_ascii_case(b"+OK"));
        let greeting = if good { self.greeting.clone() } else { b"+OK\r\n".to_vec() };
        self.replay(&greeting);
        if state == State::Transaction {
            // Any name does: it is not looked at again.
            let _ = self.client.login("a", "b");
            self.replay(b"+OK\r\n");
            self.replay(b"+OK\r\n");
        }
    }

    /// Hears this, and forgets what it was told.
    fn replay(&mut self, line: &[u8]) {
        self.transmit();
        self.client.receive(line);
        while matches!(self.client.next_event(), Ok(Some(_))) {}
        self.transmit();
    }
}

/// An event, without what it borrowed.
struct Heard {
    text: String,
    what: What,
}

/// What an event means for what comes next.
enum What {
    Nothing,
    Challenge,
    StartTls,
    Closing,
    /// A command has ended.
    End(Verb, Outcome),
}

fn heard(event: ClientEvent<'_>) -> Heard {
    let status = |response: &Response<'_>| response.status().name();
    let (text, what) = match event {
        ClientEvent::Greeting(response) => (format!("is greeted with {}", status(&response)), What::Nothing),
        ClientEvent::Response { verb, response, .. } => {
            let outcome = if response.is_ok() { Outcome::Success } else { Outcome::Refusal };
            (format!("{} ended with {}", verb.name(), status(&response)), What::End(verb, outcome))
        }
        ClientEvent::Start { verb, .. } => (format!("{} is answered", verb.name()), What::Nothing),
        ClientEvent::Listing { listing, .. } => {
            (format!("message {} has {} bytes", listing.number, listing.octets), What::Nothing)
        }
        ClientEvent::UniqueId { listing, .. } => {
            (format!("a message is called {}", listing.unique_id.escape_debug()), What::Nothing)
        }
        ClientEvent::Capability { capability, .. } => (format!("the server can do {capability:?}"), What::Nothing),
        ClientEvent::Language { tag, .. } => (format!("the server speaks {}", tag.escape_debug()), What::Nothing),
        ClientEvent::Data { .. } => ("hears a part of the message".into(), What::Nothing),
        ClientEvent::Malformed { .. } => ("skips a line of the list".into(), What::Nothing),
        ClientEvent::End { verb, .. } => (format!("{} ended", verb.name()), What::End(verb, Outcome::Success)),
        ClientEvent::Challenge { .. } => ("is asked for a response of the login".into(), What::Challenge),
        ClientEvent::StartTls { .. } => ("TLS begins".into(), What::StartTls),
        ClientEvent::Closing(_) => ("is told of the end".into(), What::Closing),
        _ => ("hears something".into(), What::Nothing),
    };
    Heard { text, what }
}
