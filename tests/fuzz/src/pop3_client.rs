//! POP3's client: verbs that the input chooses, against responses that it chooses too.

use crate::choices::Choices;
use crate::session::{Feed, Host, Line, Record, assert_same, converse};
use crate::wire::assert_lines;
use mailproto::pop3::{Client, ClientEvent, ClientOptions, Verb};
use mailproto::sasl::{ClientMechanism, Login, Plain};
use mailproto::{Buffers, CommandId, Endpoint, Error, Fixed, Heap, Leniency, Limits};
use std::collections::VecDeque;

/// The client: however its bytes are cut, it says and hears the same; every command ends in an event,
/// in order; a call that is wrong changes nothing; nothing bare is sent; limits hold.
pub fn pop3_client(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    let mut limits = Limits { receive_buffer: 512, transmit_buffer: 512, ..Limits::default() };
    limits.reply = 64 + choices.byte() as u32 * 2;
    limits.queued_commands = 1 + choices.byte() as u16 % 32;
    limits.sasl_rounds = 1 + choices.byte() as u16 % 4;
    let leniency = choices.of(&[Leniency::default(), Leniency::LENIENT, Leniency::STRICT]);
    let options = ClientOptions { limits, leniency, ..ClientOptions::default() };
    let eof = choices.flag();
    let reference = run::<Heap>(options, &choices, wire, eof, Feed::ByteByByte);
    for (feed, way) in [(Feed::Whole, "whole"), (Feed::Chosen(choices.clone()), "cut")] {
        assert_same(&reference, &run::<Heap>(options, &choices, wire, eof, feed.clone()), way);
        let fixed = run::<Fixed<512, 512>>(options, &choices, wire, eof, feed);
        assert_same(&reference, &fixed, way);
    }
}

fn run<B: Buffers>(options: ClientOptions, choices: &Choices<'_>, wire: &[u8], eof: bool, feed: Feed<'_>) -> Record {
    let user = User {
        choices: choices.clone(),
        limits: options.limits,
        pending: VecDeque::new(),
        started: None,
        heard: Heard::Nothing,
        mechanism: None,
    };
    let (record, client, user) = converse(Client::<B>::new(options), user, wire, eof, feed);
    if record.error.is_none() {
        assert_eq!(client.queued_commands(), user.pending.len(), "a command was lost");
        assert!(!eof || user.pending.is_empty(), "a command had no end");
    }
    assert_lines(&record.sent);
    record
}

/// What the last event asks for.
enum Heard {
    Nothing,
    Challenge,
    StartTls,
}

/// A host that calls verbs as they come to its mind.
struct User<'a> {
    choices: Choices<'a>,
    limits: Limits,
    /// Commands that have not ended.
    pending: VecDeque<(CommandId, Verb)>,
    /// The command whose response of several lines has begun.
    started: Option<(CommandId, Verb)>,
    heard: Heard,
    mechanism: Option<Mechanism>,
}

#[derive(Clone)]
enum Mechanism {
    Plain(Plain<'static>),
    Login(Login<'static>),
}

impl Mechanism {
    fn get(&mut self) -> &mut dyn ClientMechanism {
        match self {
            Self::Plain(plain) => plain,
            Self::Login(login) => login,
        }
    }
}

const NAMES: [&str; 7] = ["mrose", "a b", "", "x\r\nQUIT", "\u{fc}ser", "*", "nul\0"];

impl User<'_> {
    /// Calls one verb.
    fn call<B: Buffers>(&mut self, line: &mut Line<'_>, client: &mut Client<B>) {
        let before = (client.transmit().len(), client.queued_commands());
        let choices = &mut self.choices;
        let kind = choices.byte() % 24;
        let number = u32::from(choices.byte() % 8);
        let maybe = (number < 6).then_some(number);
        let (result, verb) = match kind {
            0..2 => (client.capa(), Verb::Capa),
            2 => (client.stls(), Verb::Stls),
            3..7 => (client.login(choices.of(&NAMES), choices.of(&NAMES)), Verb::Pass),
            7 => (client.apop(choices.of(&NAMES), "c4c9334bac560ecc979e58001b3e22fb"), Verb::Apop),
            8 => (client.stat(), Verb::Stat),
            9..12 => (client.list(maybe), if maybe.is_some() { Verb::ListOne } else { Verb::List }),
            12..14 => (client.uidl(maybe), if maybe.is_some() { Verb::UidlOne } else { Verb::Uidl }),
            14..17 => (client.retr(number), Verb::Retr),
            17 => (client.top(number, number), Verb::Top),
            18 => (client.dele(number), Verb::Dele),
            19 => (client.rset(), Verb::Rset),
            20 => (client.noop(), Verb::Noop),
            21 => (client.utf8(), Verb::Utf8),
            22 => {
                let range = choices.flag().then(|| choices.of(&NAMES));
                (client.lang(range), if range.is_some() { Verb::Lang } else { Verb::LangList })
            }
            _ if choices.byte() % 4 == 0 => (client.quit(), Verb::Quit),
            _ => {
                let mut mechanism = match choices.flag() {
                    true => Mechanism::Plain(Plain::new("", "tim", "tanstaaf").unwrap()),
                    false => Mechanism::Login(Login::new("tim", "tanstaaf").unwrap()),
                };
                let result = client.auth(mechanism.get());
                if result.is_ok() {
                    self.mechanism = Some(mechanism);
                }
                (result, Verb::Auth)
            }
        };
        match result {
            Ok(id) => self.pending.push_back((id, verb)),
            Err(Error::Misuse(misuse)) => {
                assert_eq!(before, (client.transmit().len(), client.queued_commands()), "{misuse:?} changed something");
                line.record.event(format!("{} is misuse: {misuse}", verb.name()));
            }
            Err(error) => panic!("{verb:?} fails with {error:?}"),
        }
    }

    fn end(&mut self, id: CommandId, verb: Verb) {
        let (expected, asked) = self.pending.pop_front().expect("an event for a command that ended");
        assert_eq!(id, expected, "commands end in order");
        assert!(asked == verb || (asked, verb) == (Verb::Pass, Verb::User), "{asked:?} ended as {verb:?}");
    }
}

impl<B: Buffers> Host<Client<B>> for User<'_> {
    fn begin(&mut self, line: &mut Line<'_>, client: &mut Client<B>) {
        for _ in 0..self.choices.below(6) {
            self.call(line, client);
        }
    }

    fn note(&mut self, event: ClientEvent<'_>, record: &mut Record) {
        self.heard = Heard::Nothing;
        let begun = self.started;
        let of = |id: CommandId, verbs: &[Verb]| {
            assert!(begun.is_some_and(|(started, verb)| started == id && verbs.contains(&verb)), "an item of nothing");
        };
        if let ClientEvent::Data { id, bytes } = event {
            of(id, &[Verb::Retr, Verb::Top]);
            assert!(!bytes.is_empty());
            record.data.extend_from_slice(bytes);
            return;
        }
        record.event(format!("{event:?}"));
        match event {
            ClientEvent::Response { id, verb, response } => {
                assert!(begun.is_none() && response.rest().len() <= self.limits.reply as usize);
                assert!(!(verb.is_multi_line() && response.is_ok()));
                self.end(id, verb);
            }
            ClientEvent::Start { id, verb, .. } => {
                assert!(begun.is_none() && self.pending.front() == Some(&(id, verb)));
                self.started = Some((id, verb));
            }
            ClientEvent::Listing { id, listing } => {
                of(id, &[Verb::List]);
                assert!(listing.number > 0);
            }
            ClientEvent::UniqueId { id, listing } => {
                of(id, &[Verb::Uidl]);
                assert!(!listing.unique_id.is_empty() && listing.number.is_some());
            }
            ClientEvent::Capability { id, .. } => of(id, &[Verb::Capa]),
            ClientEvent::Language { id, .. } => of(id, &[Verb::LangList]),
            ClientEvent::Malformed { id, .. } => of(id, &[Verb::List, Verb::Uidl, Verb::Capa, Verb::LangList]),
            ClientEvent::End { id, verb } => {
                of(id, &[verb]);
                self.started = None;
                self.end(id, verb);
            }
            ClientEvent::Challenge { id, .. } => {
                assert_eq!(self.pending.front(), Some(&(id, Verb::Auth)));
                self.heard = Heard::Challenge;
            }
            ClientEvent::StartTls { id } => {
                self.end(id, Verb::Stls);
                self.heard = Heard::StartTls;
            }
            _ => {}
        }
    }

    fn act(&mut self, line: &mut Line<'_>, client: &mut Client<B>) {
        // In the middle of a message there is no telling how often data comes.
        if self.started.is_some_and(|(_, verb)| matches!(verb, Verb::Retr | Verb::Top)) {
            return;
        }
        match self.heard {
            Heard::Nothing => {}
            Heard::Challenge => {
                line.drain(client);
                let answer = match &mut self.mechanism {
                    Some(mechanism) if !self.choices.byte().is_multiple_of(4) => {
                        client.auth_respond(mechanism.get()).map(drop)
                    }
                    _ => client.auth_cancel(),
                };
                if let Err(error) = answer {
                    line.record.event(format!("no answer: {error}"));
                }
            }
            Heard::StartTls => {
                line.drain(client);
                assert_eq!(client.receive(b"x"), 0, "a byte passed the wall");
                client.tls_started().unwrap();
                assert!(client.capabilities().set.is_empty());
            }
        }
        for _ in 0..self.choices.byte() % 4 {
            line.drain(client);
            self.call(line, client);
        }
    }

    fn go_on(&mut self, _line: &mut Line<'_>, _client: &mut Client<B>) -> bool {
        false
    }

    fn check(&self, client: &Client<B>) {
        assert!(client.transmit().len() <= self.limits.transmit_buffer as usize);
        assert!(client.queued_commands() <= usize::from(self.limits.queued_commands));
        assert!(!client.is_closed() || !client.wants_read() && !client.wants_write());
    }
}
