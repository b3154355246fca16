//! POP3's server: answers that the input chooses, to commands that it chooses too.

use crate::choices::Choices;
use crate::session::{Feed, Host, Line, Record, assert_same, converse};
use mailproto::pop3::{CapabilitySet, ResponseCode, Server, ServerEvent, ServerOptions, State};
use mailproto::{Anomalies, Buffers, Endpoint, Error, Fixed, Heap, Leniency, Limits, Misuse};

/// The server: however its bytes are cut, it says and hears the same; only responses are sent; limits hold;
/// nobody is asked about a message that is marked or is not there; nothing is deleted but what was marked,
/// and only by QUIT.
pub fn pop3_server(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    let policy = choices.byte();
    let options = ServerOptions {
        offered: choices.of(&[CapabilitySet::ALL, CapabilitySet::SERVER_DEFAULT, CapabilitySet::NONE]),
        auth_without_tls: policy & 3 != 0,
        require_tls: policy & 12 == 12,
        tls: policy & 192 == 192,
        implementation: choices.of(&["", "fuzzed by night"]),
        leniency: choices.of(&[
            Leniency::default(),
            Leniency::LENIENT,
            Leniency::STRICT,
            Leniency::LENIENT.without(Anomalies::EARLY_TALK),
        ]),
        limits: Limits {
            command_line: 40 + u32::from(choices.byte()),
            sasl_line: 64 + u32::from(choices.byte()),
            messages: u32::from(choices.byte() % 16),
            bad_commands: u16::from(choices.byte() % 16),
            failed_auth: u16::from(choices.byte() % 3),
            receive_buffer: 512,
            transmit_buffer: 1_024,
            ..Limits::default()
        },
        ..ServerOptions::default()
    };
    let eof = choices.flag();
    let reference = run::<Heap>(options, &choices, wire, eof, Feed::ByteByByte);
    for (feed, way) in [(Feed::Whole, "whole"), (Feed::Chosen(choices.clone()), "cut")] {
        assert_same(&reference, &run::<Heap>(options, &choices, wire, eof, feed.clone()), way);
        assert_same(&reference, &run::<Fixed<512, 1_024, 2>>(options, &choices, wire, eof, feed), way);
    }
}

fn run<B: Buffers>(
    options: ServerOptions<'_>,
    choices: &Choices<'_>,
    wire: &[u8],
    eof: bool,
    feed: Feed<'_>,
) -> Record {
    let keeper = Keeper {
        choices: choices.clone(),
        limits: options.limits,
        asked: None,
        count: 0,
        marked: Vec::new(),
        updated: false,
    };
    let server = Server::<B>::new(options).unwrap();
    let (record, server, _) = converse(server, keeper, wire, eof, feed);
    assert!(record.sent.is_empty() || record.sent.ends_with(b"\r\n"));
    if let Some(Error::Protocol(_)) = record.error {
        let line = record.sent.split(|byte| *byte == b'\n').rev().nth(1).unwrap_or_default();
        assert!(line.starts_with(b"-ERR"), "a server says why it ends");
    }
    assert!(!eof || !server.wants_read());
    record
}

/// What the last event asks for.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    /// A yes or a no.
    Answer,
    Challenge,
    Open,
    Size,
    Delete(u32),
    UniqueId,
    Message,
    Language,
    Languages,
    StartTls,
}

/// A host that answers as it comes to its mind.
struct Keeper<'a> {
    choices: Choices<'a>,
    limits: Limits,
    asked: Option<Asked>,
    /// Messages of the maildrop, and those that are marked.
    count: u32,
    marked: Vec<u32>,
    updated: bool,
}

impl Keeper<'_> {
    fn expect(&self, number: u32) {
        assert!((1..=self.count).contains(&number) && !self.marked.contains(&number), "message {number} is not there");
    }

    fn answer<B: Buffers>(&mut self, line: &mut Line<'_>, server: &mut Server<B>, asked: Asked) {
        assert!(server.awaits_answer());
        if !self.choices.flag() {
            line.dawdle(server);
        }
        line.drain(server);
        for wrong in ["a\rb", "a\nb", "a\0b"] {
            assert!(server.reject(None, wrong).is_err());
            assert!(server.reject(Some(ResponseCode::Other(wrong)), "").is_err());
            assert!(server.accept_with(wrong).is_err());
            assert!(server.unique_id(wrong).is_err());
        }
        assert!(server.transmit().is_empty());
        if self.choices.byte().is_multiple_of(8) {
            let code = self.choices.of(&[None, Some(ResponseCode::InUse), Some(ResponseCode::Other("X/Y"))]);
            server.reject(code, self.choices.of(&["", "no"])).unwrap();
            return;
        }
        match asked {
            Asked::Answer | Asked::Message => server.accept().unwrap(),
            Asked::Challenge if self.choices.flag() => server.accept().unwrap(),
            Asked::Challenge => server.challenge(b"and then?").unwrap(),
            Asked::Open => {
                self.count = u32::from(self.choices.byte() % 24);
                server.open(self.count, 1_000).unwrap();
            }
            Asked::Size => server.size(u64::from(self.choices.byte()) << self.choices.below(57)).unwrap(),
            Asked::Delete(number) => {
                server.size(7).unwrap();
                if server.transmit().starts_with(b"+OK") {
                    assert!(number <= self.limits.messages && number <= 16);
                    self.marked.push(number);
                }
            }
            Asked::UniqueId => server.unique_id(self.choices.of(&["a", "."])).unwrap(),
            Asked::Language => server.accept_with("en English").unwrap(),
            Asked::Languages => {
                for tag in ["en", "de"] {
                    server.language(tag, "x").unwrap();
                }
                server.accept().unwrap();
            }
            Asked::StartTls => unreachable!("no question"),
        }
        if asked == Asked::Message {
            self.send(line, server);
        }
        if self.choices.byte() == 255 {
            server.shut_down();
        }
    }

    /// Sends a message of few letters, in pieces as they come to mind.
    fn send<B: Buffers>(&mut self, line: &mut Line<'_>, server: &mut Server<B>) {
        let message: Vec<u8> = (0..self.choices.byte()).map(|_| self.choices.of(b"\r\n.\0xy")).collect();
        let mut rest = &message[..];
        while !rest.is_empty() {
            let piece = (1 + self.choices.below(40)).min(rest.len());
            rest = &rest[server.send_data(&rest[..piece]).unwrap()..];
            line.drain(server);
        }
        server.finish_data().unwrap();
        assert_eq!(server.send_data(b"x"), Err(Error::Misuse(Misuse::OutOfOrder)));
    }
}

impl<B: Buffers> Host<Server<B>> for Keeper<'_> {
    fn begin(&mut self, line: &mut Line<'_>, server: &mut Server<B>) {
        assert_eq!(server.next_event(), Ok(Some(ServerEvent::Connect)));
        // Early talk is a matter of when, so it is decided here.
        if self.choices.byte().is_multiple_of(8) {
            server.receive(b"CA");
            server.receive(b"PA\r\n");
        }
        if self.choices.flag() {
            server.accept().unwrap();
        } else {
            server.accept_with_timestamp("ready", "<1@fuzz>").unwrap();
        }
        line.drain(server);
    }

    fn note(&mut self, event: ServerEvent<'_>, record: &mut Record) {
        assert!(!self.updated, "{event:?} behind the update");
        self.asked = event.is_question().then_some(Asked::Answer);
        match event {
            ServerEvent::AuthResponse { .. } => self.asked = Some(Asked::Challenge),
            ServerEvent::Open => self.asked = Some(Asked::Open),
            ServerEvent::Size { number } => {
                self.expect(number);
                self.asked = Some(Asked::Size);
            }
            ServerEvent::UniqueId { number } => {
                self.expect(number);
                self.asked = Some(Asked::UniqueId);
            }
            ServerEvent::Message { number, .. } => {
                self.expect(number);
                self.asked = Some(Asked::Message);
            }
            ServerEvent::Delete { number } => {
                self.expect(number);
                self.asked = Some(Asked::Delete(number));
            }
            ServerEvent::Reset => self.marked.clear(),
            ServerEvent::Update { deleted } => {
                self.marked.sort_unstable();
                assert!(deleted.eq(self.marked.iter().copied()), "{deleted:?} are not {:?}", self.marked);
                assert!(!self.marked.is_empty());
                self.updated = true;
            }
            ServerEvent::Quit => assert!(self.marked.is_empty()),
            ServerEvent::Language { .. } => self.asked = Some(Asked::Language),
            ServerEvent::Languages => self.asked = Some(Asked::Languages),
            ServerEvent::StartTls => self.asked = Some(Asked::StartTls),
            _ => {}
        }
        record.event(format!("{event:?}"));
    }

    fn act(&mut self, line: &mut Line<'_>, server: &mut Server<B>) {
        match self.asked.take() {
            None => {}
            Some(Asked::StartTls) => {
                assert_eq!(server.receive(b"x"), 0, "a byte passed the wall");
                assert!(server.transmit().is_empty(), "TLS begins behind what was said");
                server.tls_started().unwrap();
                assert_eq!(server.state(), State::Authorization);
                assert!(!server.is_authenticated());
            }
            Some(asked) => self.answer(line, server, asked),
        }
    }

    fn go_on(&mut self, _line: &mut Line<'_>, _server: &mut Server<B>) -> bool {
        false
    }

    fn check(&self, server: &Server<B>) {
        assert!(server.transmit().len() <= self.limits.transmit_buffer as usize);
        assert!(!server.is_closed() || !server.wants_read() && !server.wants_write());
    }
}
