//! The client: verbs that the input chooses, against replies that it chooses too.

use crate::choices::Choices;
use crate::session::{Feed, Host, Line, Record, assert_same, converse};
use crate::wire::assert_lines;
use mailproto::sasl::{ClientMechanism, Login, Plain};
use mailproto::smtp::{
    Attribute, BodyType, Client, ClientEvent, ClientOptions, DeliverByMode, LineEnds, Notify, Parameter, Protocol,
    Return, RrvsAction, Verb, Xtext,
};
use mailproto::{Buffers, Closure, CommandId, Endpoint, Error, Fixed, Heap, Leniency, Limits, Misuse};
use std::collections::VecDeque;

/// The client: however its bytes are cut, it says and hears the same; every command ends in an
/// event, in order; a call that is wrong changes nothing; nothing bare is sent; limits hold.
pub fn smtp_client(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    let mut limits = Limits { receive_buffer: 512, transmit_buffer: 512, ..Limits::default() };
    limits.reply = 64 + choices.byte() as u32 * 2;
    limits.queued_commands = 1 + choices.byte() as u16 % 32;
    limits.sasl_rounds = 1 + choices.byte() as u16 % 4;
    let options = ClientOptions {
        protocol: choices.of(&[Protocol::Smtp, Protocol::Lmtp]),
        line_ends: choices.of(&[LineEnds::Refuse, LineEnds::Canonicalise]),
        limits,
        leniency: choices.of(&[Leniency::default(), Leniency::LENIENT, Leniency::STRICT]),
        ..ClientOptions::default()
    };
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
        heard: Heard::Nothing,
        body: None,
        mechanism: None,
        accepted: 0,
        delivered: 0,
    };
    let (record, client, user) = converse(Client::<B>::new(options), user, wire, eof, feed);
    if record.error.is_none() {
        assert_eq!(client.queued_commands(), user.pending.len(), "a command was lost");
        assert!(!eof || user.pending.is_empty(), "a command had no end");
    }
    if let Some(Error::Closed(closure)) = record.error {
        assert!(matches!(closure, Closure::EndOfInput | Closure::ByPeer));
    }
    assert_lines(&record.sent);
    record
}

/// What the last event asks for.
enum Heard {
    Nothing,
    Data,
    Challenge,
    StartTls,
}

/// A host that calls verbs as they come to its mind.
struct User<'a> {
    choices: Choices<'a>,
    limits: Limits,
    /// Commands that have not ended.
    pending: VecDeque<(CommandId, Verb)>,
    heard: Heard,
    /// What is left of the message, and whether it goes by DATA.
    body: Option<(&'static [u8], bool)>,
    mechanism: Option<Mechanism>,
    /// Recipients that stand, and those of them that have been told of.
    accepted: u32,
    delivered: u32,
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

const NAMES: [&str; 6] = ["h.example", "[192.0.2.1]", "a b", "", "x\r\nQUIT", "\u{fc}.example"];
const MAILBOXES: [&str; 8] =
    ["a@b.example", "", "Postmaster", "\"a b\"@[IPv6:::1]", "\u{fc}@b.example", "a\nb@c.example", "a..b@c", "a@b>"];
const BODIES: [&[u8]; 8] = [
    b"",
    b".\r\n",
    b"Subject: x\r\n\r\n.one\r\n..two\r\nthree",
    b"a\nb\rc\r\n.\r\nd\0\r",
    b".",
    b"\r\n\r\n.\r\n\r\n",
    b"\r",
    b"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
];
/// Chunks go as they are, so these have no line ends of their own.
const CHUNK: &[u8; 700] = &[b'x'; 700];

fn parameters(choice: u8) -> Vec<Parameter<'static>> {
    let all = [
        Parameter::Size(12_345),
        Parameter::Body(BodyType::EightBitMime),
        Parameter::Body(BodyType::BinaryMime),
        Parameter::SmtpUtf8,
        Parameter::Return(Return::Headers),
        Parameter::EnvelopeId(Xtext::plain("a=b+c\r\n")),
        Parameter::Auth(None),
        Parameter::RequireTls,
        Parameter::DeliverBy { seconds: -5, mode: DeliverByMode::Return, trace: true },
        Parameter::MtPriority(-9),
        Parameter::HoldFor(60),
        Parameter::HoldUntil("2030-01-01T00:00:00Z\r\n"),
        Parameter::Notify(Notify { success: true, failure: false, delay: true }),
        Parameter::OriginalRecipient { address_type: "rfc822", address: Xtext::plain("a@b") },
        Parameter::Rrvs { since: "2030-01-01T00:00:00Z", action: Some(RrvsAction::Reject) },
        Parameter::Unknown { keyword: "X-Y", value: Some("z") },
    ];
    match choice {
        0..192 => Vec::new(),
        choice => all.into_iter().skip(usize::from(choice % 16)).take(1 + usize::from(choice / 16 % 3)).collect(),
    }
}

impl User<'_> {
    /// Calls one verb.
    fn call<B: Buffers>(&mut self, line: &mut Line<'_>, client: &mut Client<B>) {
        let before = (client.transmit().len(), client.queued_commands());
        let choices = &mut self.choices;
        let kind = choices.byte() % 24;
        let (result, verb) = match kind {
            0..3 => (client.ehlo(choices.of(&NAMES)), Verb::Ehlo),
            3 => (client.helo(choices.of(&NAMES)), Verb::Helo),
            4 => (client.starttls(), Verb::StartTls),
            5..8 => (client.mail(choices.of(&MAILBOXES), &parameters(choices.byte())), Verb::Mail),
            8..12 => (client.rcpt(choices.of(&MAILBOXES), &parameters(choices.byte())), Verb::Rcpt),
            12..14 => (client.data(), Verb::Data),
            14..16 => {
                let (length, last) = (choices.byte(), choices.flag());
                let verb = if last { Verb::BdatLast } else { Verb::Bdat };
                let length = usize::from(length % 8) * 100;
                let result = client.bdat(length as u64, last);
                if result.is_ok() && length > 0 {
                    self.body = Some((&CHUNK[..length], false));
                }
                (result, verb)
            }
            16 => (client.rset(), Verb::Rset),
            17 => (client.vrfy(choices.of(&MAILBOXES)), Verb::Vrfy),
            18 => (client.expn(choices.of(&MAILBOXES)), Verb::Expn),
            19 => (client.help(choices.of(&NAMES)), Verb::Help),
            20 => (client.noop(), Verb::Noop),
            21 => (client.quit(), Verb::Quit),
            22 => {
                let value = Xtext::plain(choices.of(&MAILBOXES));
                (client.xclient(&[Attribute { name: "NAME", value }]), Verb::Xclient)
            }
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
        self.pass_body(line, client);
    }

    /// Passes on as much of the message as is taken; whether that was anything.
    fn pass_body<B: Buffers>(&mut self, line: &mut Line<'_>, client: &mut Client<B>) -> bool {
        let before = self.body;
        while let Some((body, lines)) = self.body {
            line.drain(client);
            let taken = match client.send_data(body) {
                Ok(taken) => taken,
                Err(Error::Misuse(Misuse::BareLineEnd)) => body.len(),
                Err(Error::Misuse(Misuse::Closed)) => {
                    self.body = None;
                    break;
                }
                Err(error) => panic!("a message that is wanted fails with {error:?}"),
            };
            let rest = &body[taken..];
            self.body = Some((rest, lines));
            if rest.is_empty() {
                if lines {
                    line.drain(client);
                    client.finish_data().unwrap();
                }
                self.body = None;
            } else if taken == 0 && line.drain(client) == 0 {
                // A chunk waits in the transmit buffer for replies to what stands before it.
                assert!(!lines, "no room for data though nothing is left to send");
                break;
            }
        }
        before != self.body
    }

    fn end(&mut self, id: CommandId, verb: Verb) {
        let (expected, asked) = self.pending.pop_front().expect("an event for a command that ended");
        assert_eq!(id, expected, "commands end in order");
        assert!(asked == verb || (asked, verb) == (Verb::Data, Verb::DataEnd), "{asked:?} ended as {verb:?}");
    }
}

impl<B: Buffers> Host<Client<B>> for User<'_> {
    fn begin(&mut self, line: &mut Line<'_>, client: &mut Client<B>) {
        for _ in 0..self.choices.below(6) {
            self.call(line, client);
        }
    }

    fn note(&mut self, event: ClientEvent<'_>, record: &mut Record) {
        record.event(format!("{event:?}"));
        self.heard = Heard::Nothing;
        match event {
            ClientEvent::Reply { id, verb, reply } => {
                assert!(reply.as_bytes().len() <= self.limits.reply as usize);
                match verb {
                    Verb::Rcpt if reply.is_positive() => self.accepted += 1,
                    Verb::Mail if reply.is_positive() => self.accepted = 0,
                    Verb::DataEnd | Verb::BdatLast => self.accepted = 0,
                    Verb::Bdat if !reply.is_positive() && !reply.is_intermediate() => self.accepted = 0,
                    Verb::Rset | Verb::Ehlo | Verb::Helo if reply.is_positive() => self.accepted = 0,
                    _ => {}
                }
                self.end(id, verb);
            }
            ClientEvent::Delivery { id, recipient, last, .. } => {
                assert_eq!(recipient, self.delivered, "verdicts come in order");
                self.delivered += 1;
                assert_eq!(last, self.delivered == self.accepted, "one verdict for each recipient");
                if last {
                    self.delivered = 0;
                    self.accepted = 0;
                    let (expected, _) = self.pending.pop_front().expect("a verdict on nothing");
                    assert_eq!(id, expected);
                }
            }
            ClientEvent::DataReady { id, .. } => {
                assert_eq!(self.pending.front(), Some(&(id, Verb::Data)));
                assert!(self.accepted > 0, "a message to nobody");
                self.heard = Heard::Data;
            }
            ClientEvent::Challenge { id, .. } => {
                assert_eq!(self.pending.front(), Some(&(id, Verb::Auth)));
                self.heard = Heard::Challenge;
            }
            ClientEvent::StartTls { id } => {
                self.end(id, Verb::StartTls);
                self.heard = Heard::StartTls;
            }
            _ => {}
        }
    }

    fn act(&mut self, line: &mut Line<'_>, client: &mut Client<B>) {
        match self.heard {
            Heard::Nothing => {}
            Heard::Data => self.body = Some((self.choices.of(&BODIES), true)),
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
                assert!(client.extensions().set.is_empty());
            }
        }
        self.pass_body(line, client);
        for _ in 0..self.choices.byte() % 4 {
            line.drain(client);
            self.call(line, client);
        }
    }

    fn go_on(&mut self, line: &mut Line<'_>, client: &mut Client<B>) -> bool {
        self.pass_body(line, client)
    }

    fn check(&self, client: &Client<B>) {
        assert!(client.transmit().len() <= self.limits.transmit_buffer as usize);
        assert!(client.queued_commands() <= usize::from(self.limits.queued_commands));
        assert!(!client.is_closed() || !client.wants_read() && !client.wants_write());
    }
}
