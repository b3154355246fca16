//! The server: answers that the input chooses, to commands that it chooses too.

use crate::choices::Choices;
use crate::session::{Feed, Host, Line, Record, assert_same, converse};
use crate::wire::assert_replies;
use mailproto::smtp::{EnhancedCode, ExtensionSet, LineEnds, Protocol, Server, ServerEvent, ServerOptions, State};
use mailproto::{Anomalies, Buffers, Endpoint, Error, Fixed, Heap, Leniency, Limits};

/// The server: however its bytes are cut, it says and hears the same; only replies are sent; limits
/// hold; a message that is passed on has no bare line end and an end of its own.
pub fn smtp_server(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    let mut options = ServerOptions::new("mx.example.org");
    options.protocol = choices.of(&[Protocol::Smtp, Protocol::Lmtp]);
    options.offered = choices.of(&[ExtensionSet::ALL, ExtensionSet::SERVER_DEFAULT, ExtensionSet::NONE]);
    let policy = choices.byte();
    options.auth_without_tls = policy & 3 != 0;
    options.require_tls = policy & 12 == 12;
    options.require_auth = policy & 48 == 48;
    options.tls = policy & 192 == 192;
    options.line_ends = choices.of(&[LineEnds::Refuse, LineEnds::Canonicalise]);
    options.leniency = choices.of(&[
        Leniency::default(),
        Leniency::LENIENT,
        Leniency::STRICT,
        Leniency::LENIENT.without(Anomalies::EARLY_TALK),
    ]);
    options.limits = Limits {
        command_line: 40 + u32::from(choices.byte()),
        sasl_line: 64 + u32::from(choices.byte()),
        recipients: 1 + u32::from(choices.byte() % 4),
        message: 1 + u64::from(choices.byte()),
        bad_commands: u16::from(choices.byte() % 16),
        failed_auth: u16::from(choices.byte() % 3),
        receive_buffer: 512,
        transmit_buffer: 1_024,
        ..Limits::default()
    };
    let eof = choices.flag();
    let reference = run::<Heap>(options, &choices, wire, eof, Feed::ByteByByte);
    for (feed, way) in [(Feed::Whole, "whole"), (Feed::Chosen(choices.clone()), "cut")] {
        assert_same(&reference, &run::<Heap>(options, &choices, wire, eof, feed.clone()), way);
        assert_same(&reference, &run::<Fixed<512, 1_024>>(options, &choices, wire, eof, feed), way);
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
        lmtp: options.protocol == Protocol::Lmtp,
        limits: options.limits,
        asked: None,
        recipients: 0,
        verdicts: 0,
        message: None,
    };
    let server = Server::<B>::new(options).unwrap();
    let (record, server, _) = converse(server, keeper, wire, eof, feed);
    assert_replies(&record.sent);
    if let Some(Error::Protocol(violation)) = record.error {
        let farewell = violation.farewell.expect("a server says why it ends");
        let line = record.sent.split(|byte| *byte == b'\n').rev().nth(1).unwrap_or_default();
        assert!(line.starts_with(farewell.to_string().as_bytes()));
    }
    assert!(!eof || !server.wants_read());
    record
}

/// What the last event asks for.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Answer(Question),
    StartTls,
}

#[derive(Clone, Copy, PartialEq)]
enum Question {
    Rcpt,
    Mail,
    Hello,
    /// By BDAT or not.
    DataStart(bool),
    DataEnd,
    Other,
}

/// A host that answers as it comes to its mind.
struct Keeper<'a> {
    choices: Choices<'a>,
    lmtp: bool,
    limits: Limits,
    asked: Option<Asked>,
    /// Recipients that stand, and those whose verdict was asked for.
    recipients: u32,
    verdicts: u32,
    /// The message that comes, and whether it comes by BDAT.
    message: Option<(Vec<u8>, bool)>,
}

impl Keeper<'_> {
    fn answer<B: Buffers>(&mut self, line: &mut Line<'_>, server: &mut Server<B>, question: Question) {
        assert!(server.awaits_answer());
        if !self.choices.flag() {
            line.dawdle(server);
        }
        line.drain(server);
        for wrong in ["a\rb", "a\0b"] {
            assert!(server.reject(550, None, wrong).is_err());
            assert!(server.accept_with(wrong).is_err());
        }
        assert!(server.reject(250, None, "yes").is_err() && server.transmit().is_empty());
        let kind = self.choices.byte() % 16;
        let enhanced = Some(EnhancedCode::new(5, 1, 1));
        match kind {
            0..10 => server.accept().unwrap(),
            10..12 => server.accept_with("fine\nby me").unwrap(),
            12 => server.reject(450, None, "not now").unwrap(),
            13..15 => server.reject(550, enhanced, "no\nnever").unwrap(),
            _ => server.reject(421, enhanced, "go away").unwrap(),
        }
        self.said(question, kind < 12);
        if kind == 9 && self.choices.byte().is_multiple_of(16) {
            server.shut_down();
        }
    }

    /// What an answer changes.
    fn said(&mut self, question: Question, yes: bool) {
        match (question, yes) {
            (Question::Rcpt, true) => self.recipients += 1,
            (Question::Mail | Question::Hello, true) => self.recipients = 0,
            (Question::DataStart(chunking), true) => {
                self.message = Some((Vec::new(), chunking));
                self.verdicts = 0;
            }
            _ => {}
        }
    }
}

impl<B: Buffers> Host<Server<B>> for Keeper<'_> {
    fn begin(&mut self, line: &mut Line<'_>, server: &mut Server<B>) {
        assert_eq!(server.next_event(), Ok(Some(ServerEvent::Connect)));
        // Early talk is a matter of when, so it is decided here.
        if self.choices.byte().is_multiple_of(8) {
            server.receive(b"HE");
            server.receive(b"LO x\r\n");
        }
        server.accept().unwrap();
        line.drain(server);
    }

    fn note(&mut self, event: ServerEvent<'_>, record: &mut Record) {
        self.asked = event.is_question().then_some(Asked::Answer(Question::Other));
        let ask = |question| Some(Asked::Answer(question));
        match event {
            ServerEvent::Data(bytes) => {
                let (message, _) = self.message.as_mut().expect("data of no message");
                message.extend_from_slice(bytes);
                assert!(message.len() as u64 <= self.limits.message, "more data than the limit");
                record.data.extend_from_slice(bytes);
                return;
            }
            ServerEvent::Hello { .. } => self.asked = ask(Question::Hello),
            ServerEvent::Mail { .. } => self.asked = ask(Question::Mail),
            ServerEvent::Rcpt { .. } => {
                assert!(self.recipients < self.limits.recipients, "more recipients than the limit");
                self.asked = ask(Question::Rcpt);
            }
            ServerEvent::DataStart { chunking } => {
                assert!(self.recipients > 0, "a message to nobody");
                self.asked = ask(Question::DataStart(chunking));
            }
            ServerEvent::DataEnd { recipient } => {
                let (message, chunking) = self.message.as_ref().expect("the end of no message");
                let bare = message.windows(2).any(|pair| (pair[0] == b'\r') != (pair[1] == b'\n'));
                let whole = message.is_empty() || message.ends_with(b"\r\n");
                assert!(*chunking || (!bare && whole), "bare line ends in {}", message.escape_ascii());
                assert_eq!(recipient, self.lmtp.then_some(self.verdicts));
                self.verdicts += 1;
                assert!(self.verdicts <= if self.lmtp { self.recipients } else { 1 });
                self.asked = ask(Question::DataEnd);
            }
            ServerEvent::DataAborted(_) => self.message = None,
            ServerEvent::StartTls => self.asked = Some(Asked::StartTls),
            ServerEvent::Reset => self.recipients = 0,
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
                assert_eq!(server.state(), State::Greeted);
                assert!(!server.is_authenticated());
                self.recipients = 0;
            }
            Some(Asked::Answer(question)) => self.answer(line, server, question),
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
