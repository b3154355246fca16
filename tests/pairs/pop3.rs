//! POP3 verb by verb over rough lines: every question is answered, in order and truly, and nothing is
//! deleted but what was marked when QUIT arrived.

use crate::chance::Chance;
use crate::connection::{Connection, Host, Roughness};
use crate::maildrop::{Answer, Ask, Postbox, Reader};
use mailproto::pop3::{Client, ClientOptions, ClientTimeouts, Server, ServerOptions, ServerTimeouts, Status};
use mailproto::{Closure, Endpoint, Error, Instant, TimeoutReason};
use std::collections::BTreeSet;

/// Messages as hosts store them: whole line ends and bare ones, dots, none at the end, nothing at all.
fn stored(chance: &mut Chance) -> Vec<Vec<u8>> {
    (0..1 + chance.below(5))
        .map(|_| {
            let mut message = b"Subject: x\r\n\r\n".to_vec();
            for _ in 0..chance.below(60) {
                message.extend_from_slice(chance.of(&[&b"."[..], b"..", b"text", b"", b"a line. with dots."]));
                message.extend_from_slice(chance.of(&[&b"\r\n"[..], b"\n"]));
            }
            if chance.below(3) == 0 {
                message.extend_from_slice(b".unended")
            }
            message
        })
        .collect()
}

fn asks(chance: &mut Chance, messages: u32) -> Vec<Ask> {
    let mut asks = Vec::new();
    if chance.below(4) > 0 {
        asks.push(Ask::Capa);
    }
    asks.push(Ask::Login);
    for _ in 0..chance.below(25) {
        // One of them is not there.
        let number = 1 + chance.below(messages as usize + 1) as u32;
        let lines = chance.below(4) as u32;
        asks.push(chance.of(&[
            Ask::Stat,
            Ask::List,
            Ask::Uidl,
            Ask::Retr(number),
            Ask::Retr(number),
            Ask::Top(number, lines),
            Ask::Dele(number),
            Ask::Reset,
            Ask::Noop,
        ]));
    }
    asks.push(Ask::Quit);
    asks
}

fn options(chance: &mut Chance) -> ServerOptions<'static> {
    let mut options = ServerOptions { auth_without_tls: true, ..ServerOptions::default() };
    if chance.below(3) == 0 {
        options.offered = options.offered.without(mailproto::pop3::CapabilitySet::PIPELINING);
    }
    options
}

/// What a server that keeps the rules says, and the marks that are left at QUIT.
struct Truth<'a> {
    stored: &'a [Vec<u8>],
    marked: BTreeSet<u32>,
}

impl Truth<'_> {
    fn check(&mut self, ask: Ask, answer: &Answer) {
        let wire = |number: u32| Postbox::on_the_wire(&self.stored[number as usize - 1]);
        let numbers = (1..=self.stored.len() as u32).filter(|number| !self.marked.contains(number));
        let there = |number: u32| number as usize <= self.stored.len() && !self.marked.contains(&number);
        let (mut good, mut list, mut message) = (true, Vec::new(), Vec::new());
        match ask {
            Ask::List => list = numbers.map(|number| (number, wire(number).len().to_string())).collect(),
            Ask::Uidl => list = numbers.map(|number| (number, format!("id-{number}"))).collect(),
            Ask::Retr(number) | Ask::Top(number, _) | Ask::Dele(number) if !there(number) => good = false,
            Ask::Retr(number) => message = wire(number),
            Ask::Top(number, lines) => message = top(&wire(number), lines),
            Ask::Dele(number) => drop(self.marked.insert(number)),
            Ask::Reset => self.marked.clear(),
            Ask::Capa | Ask::Login | Ask::Stat | Ask::Noop | Ask::Quit => {}
        }
        let status = Some(if good { Status::Ok } else { Status::Error });
        assert_eq!(*answer, Answer { status, list, message }, "{ask:?}");
    }
}

/// The header, the empty line and so many lines behind it (RFC 1939 §7).
fn top(message: &[u8], lines: u32) -> Vec<u8> {
    let end = message.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let body: Vec<&[u8]> = message[end..].split_inclusive(|byte| *byte == b'\n').take(lines as usize).collect();
    [&message[..end], &body.concat()].concat()
}

#[test]
fn every_question_is_answered_truly_on_any_line() {
    for seed in 0..400 {
        let mut chance = Chance::new(seed);
        let stored = stored(&mut chance);
        let asks = asks(&mut chance, stored.len() as u32);
        let slowness = chance.of(&[0, 0, 5_000]);
        let postbox = Postbox::new(options(&mut chance), stored.clone(), slowness, Chance::new(seed + 1));
        let roughness = Roughness::of(&mut chance);
        let mut connection = Connection::new(Reader::new(&asks), postbox, roughness, chance);
        connection.run();
        let Connection { client, server, .. } = connection;
        assert_eq!((client.error, server.error), (None, None), "seed {seed}");
        let mut truth = Truth { stored: &stored, marked: BTreeSet::new() };
        assert_eq!(client.answers.iter().map(|(ask, _)| *ask).collect::<Vec<_>>(), asks, "seed {seed}");
        client.answers.iter().for_each(|(ask, answer)| truth.check(*ask, answer));
        let marked: Vec<u32> = truth.marked.into_iter().collect();
        assert_eq!(server.deleted.unwrap_or_default(), marked, "seed {seed}");
    }
}

#[test]
fn a_line_that_breaks_deletes_nothing_before_quit_and_leaves_no_question_open() {
    for seed in 0..400 {
        let mut chance = Chance::new(seed);
        let stored = stored(&mut chance);
        let asks = asks(&mut chance, stored.len() as u32);
        let postbox = Postbox::new(options(&mut chance), stored.clone(), 0, Chance::new(seed + 1));
        let roughness = Roughness::of(&mut chance);
        let (breaks, to_server) = (chance.below(400), chance.below(2) == 0);
        let mut connection = Connection::new(Reader::new(&asks), postbox, roughness, chance);
        if to_server {
            connection.break_to_server(breaks)
        } else {
            connection.break_to_client(breaks)
        }
        connection.run();
        let Connection { client, server, client_said, .. } = connection;
        // What was answered before the break is true.
        let mut truth = Truth { stored: &stored, marked: BTreeSet::new() };
        client.answers.iter().for_each(|(ask, answer)| truth.check(*ask, answer));
        let over = client.answers.last().is_some_and(|(ask, _)| *ask == Ask::Quit);
        assert_eq!(client.error.is_none(), over, "seed {seed}: an error, or all of it");
        assert!(client.error.is_some() || client.unanswered() == 0, "seed {seed}");
        if server.deleted.is_some() {
            let quit = b"QUIT\r\n";
            assert!(client_said.windows(quit.len()).any(|window| window == quit), "seed {seed}");
        }
    }
}

/// Holds an endpoint to a time-out of so many seconds from now on, and not a millisecond less.
fn assert_waits<E: Endpoint>(endpoint: &mut E, seconds: u64, reason: TimeoutReason) {
    let now = 5;
    endpoint.handle_time(Instant::from_millis(now));
    let timeout = endpoint.next_timeout().map(|timeout| (timeout.at.as_millis(), timeout.reason));
    assert_eq!(timeout, Some((now + seconds * 1_000, reason)));
    endpoint.handle_time(Instant::from_millis(now + seconds * 1_000 - 1));
    assert!(endpoint.next_event().is_ok_and(|event| event.is_none()), "{reason:?} too early");
    endpoint.handle_time(Instant::from_millis(now + seconds * 1_000));
    assert_eq!(endpoint.next_event().err(), Some(Error::Closed(Closure::TimedOut(reason))));
    endpoint.transmitted(endpoint.transmit().len());
    assert!(endpoint.is_closed());
}

/// A client that has asked for this and heard that.
fn client(asks: &[Ask], heard: &str) -> Client {
    let mut reader = Reader::new(asks);
    let mut heard = heard.as_bytes();
    loop {
        let moved = reader.work(0);
        let client = reader.endpoint();
        let taken = client.receive(heard);
        heard = &heard[taken..];
        let sent = client.transmit().len();
        client.transmitted(sent);
        if !moved && taken + sent == 0 {
            return std::mem::replace(client, Client::new(ClientOptions::default()));
        }
    }
}

#[test]
fn a_client_waits_for_each_thing_as_long_as_it_may_take() {
    let ClientTimeouts { greeting, reply, data_block, update } = ClientTimeouts::default();
    assert_waits(&mut client(&[], ""), greeting.into(), TimeoutReason::Greeting);
    assert_waits(&mut client(&[Ask::Capa], "+OK\r\n"), reply.into(), TimeoutReason::Reply);
    let retr = [Ask::Login, Ask::Retr(1)];
    let begun = "+OK\r\n+OK\r\n+OK\r\n+OK\r\nSubject";
    assert_waits(&mut client(&retr, begun), data_block.into(), TimeoutReason::DataBlock);
    assert_waits(&mut client(&[Ask::Quit], "+OK\r\n"), update.into(), TimeoutReason::Reply);
    let mut idle = client(&[Ask::Noop], "+OK\r\n+OK\r\n");
    idle.handle_time(Instant::from_millis(1));
    assert_eq!(idle.next_timeout(), None, "there is nothing to wait for");
}

#[test]
fn a_server_waits_ten_minutes_for_a_command() {
    let ServerTimeouts { command, .. } = ServerTimeouts::default();
    assert!(command >= 600, "RFC 1939 §3 asks for it");
    let mut server = Server::<mailproto::Heap>::new(ServerOptions::default()).unwrap();
    server.next_event().unwrap();
    server.accept().unwrap();
    server.transmitted(server.transmit().len());
    assert_waits(&mut server, command.into(), TimeoutReason::Command);
}
