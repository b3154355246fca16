//! How long each side waits (RFC 5321 §4.5.3.2), told by a clock of the test's own.

use crate::chance::Chance;
use crate::connection::{Connection, Roughness};
use crate::keeper::Keeper;
use crate::policy::{Decisions, Stage};
use crate::submission::{Sender, envelope};
use mailproto::smtp::{
    Client, ClientOptions, ClientTimeouts, Server, ServerEvent, ServerOptions, ServerTimeouts, SubmissionOptions,
    Verdict,
};
use mailproto::{Closure, Endpoint, Error, Instant, TimeoutReason};

fn timed_out(reason: TimeoutReason) -> Error {
    Error::Closed(Closure::TimedOut(reason))
}

#[test]
fn nobody_waits_less_than_rfc_5321_asks() {
    let client = ClientTimeouts::default();
    let of_client = [client.greeting, client.reply, client.data_start, client.data_block, client.data_end];
    for (ours, least) in of_client.into_iter().zip([300, 300, 120, 180, 600]) {
        assert!(ours >= least);
    }
    let ServerTimeouts { command, data_block } = ServerTimeouts::default();
    assert!(command >= 300 && data_block >= 180);
}

/// Holds an endpoint to a timeout of so many seconds from `now` on: not a millisecond before.
fn assert_waits<E: Endpoint>(endpoint: &mut E, now: u64, seconds: u64, reason: TimeoutReason) {
    endpoint.handle_time(Instant::from_millis(now));
    assert_eq!(
        endpoint.next_timeout().map(|timeout| (timeout.at.as_millis(), timeout.reason)),
        Some((now + seconds * 1_000, reason))
    );
    endpoint.handle_time(Instant::from_millis(now + seconds * 1_000 - 1));
    assert!(endpoint.next_event().is_ok_and(|event| event.is_none()), "{reason:?} too early");
    endpoint.handle_time(Instant::from_millis(now + seconds * 1_000));
    assert_eq!(endpoint.next_event().err(), Some(timed_out(reason)));
    endpoint.transmitted(endpoint.transmit().len());
    assert!(endpoint.is_closed());
}

/// A client that has been told `replies`, each when it had sent all it could.
fn client(replies: &[&str]) -> Client {
    let mut client = Client::new(ClientOptions::default());
    client.ehlo("h.example").unwrap();
    for (index, reply) in replies.iter().enumerate() {
        while client.next_event().unwrap().is_some() {}
        client.transmitted(client.transmit().len());
        client.receive(reply.as_bytes());
        while client.next_event().unwrap().is_some() {}
        if index == 1 {
            client.mail("a@b.example", &[]).unwrap();
            client.rcpt("c@d.example", &[]).unwrap();
            client.data().unwrap();
        }
    }
    while client.next_event().unwrap().is_some() {}
    client.transmitted(client.transmit().len());
    client
}

const TALK: [&str; 5] = ["220 mx\r\n", "250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"];

#[test]
fn a_client_waits_for_each_thing_as_long_as_it_may_take() {
    assert_waits(&mut client(&[]), 5, 300, TimeoutReason::Greeting);
    assert_waits(&mut client(&TALK[..1]), 5, 300, TimeoutReason::Reply);
    assert_waits(&mut client(&TALK[..2]), 5, 300, TimeoutReason::Reply);
    assert_waits(&mut client(&TALK[..4]), 5, 120, TimeoutReason::DataStart);
    // Data that finds no room.
    let mut stuck = client(&TALK);
    stuck.send_data(b"hello\r\n").unwrap();
    assert_waits(&mut stuck, 5, 180, TimeoutReason::DataBlock);
    let mut done = client(&TALK);
    done.send_data(b"hello\r\n").unwrap();
    done.finish_data().unwrap();
    done.transmitted(done.transmit().len());
    assert_waits(&mut done, 5, 600, TimeoutReason::DataEnd);
}

#[test]
fn a_client_with_nothing_to_wait_for_waits_for_ever() {
    let mut idle = client(&TALK[..1]);
    idle.receive(b"250 mx\r\n");
    while idle.next_event().unwrap().is_some() {}
    idle.handle_time(Instant::from_millis(1));
    assert_eq!(idle.next_timeout(), None);
    // While the host makes up its mind about the message, the server is the one to lose patience.
    let mut asked = client(&TALK);
    asked.handle_time(Instant::from_millis(1));
    assert_eq!(asked.next_timeout(), None);
    asked.handle_time(Instant::from_millis(10_000_000));
    assert_eq!(asked.next_event(), Ok(None));
}

/// A server that has heard `commands` and said yes to all of them.
fn server(commands: &str) -> Server {
    let mut server = Server::new(ServerOptions::new("mx.example.org")).unwrap();
    let mut commands = commands.as_bytes();
    loop {
        let question = match server.next_event().unwrap() {
            Some(event) => event.is_question(),
            None if commands.is_empty() => break,
            None => {
                let taken = server.receive(commands);
                commands = &commands[taken..];
                false
            }
        };
        if question {
            server.accept().unwrap();
        }
        server.transmitted(server.transmit().len());
    }
    server
}

#[test]
fn a_server_waits_for_each_thing_as_long_as_it_may_take() {
    assert_waits(&mut server(""), 5, 300, TimeoutReason::Command);
    assert_waits(&mut server("EHLO x\r\nMAIL FRO"), 5, 300, TimeoutReason::Command);
    let envelope = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\n";
    for start in ["DATA\r\nhel", "BDAT 10\r\nhel"] {
        let mut in_data = server(&format!("{envelope}{start}"));
        in_data.handle_time(Instant::from_millis(5));
        // Each piece of data starts the wait anew.
        in_data.handle_time(Instant::from_millis(179_000));
        in_data.receive(b"l");
        while in_data.next_event().unwrap().is_some() {}
        assert_waits(&mut in_data, 180_000, 180, TimeoutReason::DataBlock);
    }
}

#[test]
fn a_server_does_not_hurry_its_own_host() {
    let mut server = Server::<mailproto::Heap>::new(ServerOptions::new("mx.example.org")).unwrap();
    assert_eq!(server.next_event(), Ok(Some(ServerEvent::Connect)));
    server.handle_time(Instant::from_millis(1));
    assert_eq!(server.next_timeout(), None);
    server.handle_time(Instant::from_millis(10_000_000));
    assert_eq!(server.next_event(), Ok(None));
    server.accept().unwrap();
    assert!(server.transmit().starts_with(b"220 "));
}

#[test]
fn a_server_host_that_never_answers_leaves_the_sender_with_the_right_verdict() {
    for (stage, seconds, verdict) in [
        (Stage::Mail, 300, Verdict::Transient),
        (Stage::Rcpt(0), 300, Verdict::Transient),
        (Stage::Data, 120, Verdict::Transient),
        (Stage::End(0), 600, Verdict::Unknown),
    ] {
        let mut chance = Chance::new(1);
        let plan = vec![Decisions::yes(1)];
        let mut keeper = Keeper::new(ServerOptions::new("mx.example.org"), plan, 0, Chance::new(2));
        keeper.mute_at = Some(stage);
        let mail = vec![(envelope(0, 1), crate::submission::body(&mut chance))];
        let sender = Sender::new(SubmissionOptions::new("h.example"), mail, Chance::new(3));
        let mut connection = Connection::new(sender, keeper, Roughness::SMOOTH, chance);
        connection.run_client();
        assert_eq!(connection.now, seconds * 1_000, "{stage:?}");
        assert_eq!(connection.client.verdicts, [[Some(verdict)]], "{stage:?}");
        assert!(matches!(connection.client.error, Some(Error::Closed(Closure::TimedOut(_)))));
    }
}

#[test]
fn a_host_that_says_it_sent_nothing_does_not_put_a_timeout_off() {
    fn assert_not_put_off<E: Endpoint>(endpoint: &mut E, seconds: u64, reason: TimeoutReason) {
        endpoint.handle_time(Instant::from_millis(0));
        for now in (0..seconds).step_by(10) {
            endpoint.handle_time(Instant::from_millis(now * 1_000));
            endpoint.transmitted(0);
            assert!(endpoint.next_event().is_ok_and(|event| event.is_none()));
        }
        endpoint.handle_time(Instant::from_millis(seconds * 1_000));
        assert_eq!(endpoint.next_event().err(), Some(timed_out(reason)));
    }
    assert_not_put_off(&mut client(&TALK[..1]), 300, TimeoutReason::Reply);
    assert_not_put_off(&mut server("EHLO x\r\nMAIL FRO"), 300, TimeoutReason::Command);
}
