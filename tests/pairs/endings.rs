//! The line breaks at every byte, or the server shuts down: nobody is left without word, nothing is
//! taken twice or in part.

use crate::chance::Chance;
use crate::connection::{Connection, Roughness};
use crate::keeper::Keeper;
use crate::policy::Decisions;
use crate::submission::{Sender, envelope};
use mailproto::smtp::{ExtensionSet, Protocol, ServerOptions, SubmissionOptions, TlsPolicy, Verdict};

const BODY: &[u8] = b"Subject: x\r\n\r\n.dot\r\nQUIT\r\n";

fn pair(protocol: Protocol, chunking: bool, pipelining: bool) -> Connection<Sender, Keeper> {
    let mut options = ServerOptions::new("mx.example.org");
    options.protocol = protocol;
    options.offered = ExtensionSet::CHUNKING;
    if pipelining {
        options.offered = options.offered | ExtensionSet::PIPELINING;
    }
    let mut terms = SubmissionOptions::new("h.example");
    terms.protocol = protocol;
    terms.chunking = chunking;
    terms.tls = TlsPolicy::None;
    let mail = (0..2).map(|message| (envelope(message, 2), BODY.to_vec())).collect();
    let plan = vec![Decisions::yes(2), Decisions::yes(2)];
    let keeper = Keeper::new(options, plan, 0, Chance::new(1));
    Connection::new(Sender::new(terms, mail, Chance::new(2)), keeper, Roughness::SMOOTH, Chance::new(3))
}

fn kinds() -> impl Iterator<Item = (Protocol, bool, bool)> {
    [Protocol::Smtp, Protocol::Lmtp].into_iter().flat_map(|protocol| {
        [(false, false), (false, true), (true, false), (true, true)]
            .map(|(chunking, pipelining)| (protocol, chunking, pipelining))
    })
}

/// What must hold however it ended.
fn check(connection: &Connection<Sender, Keeper>, what: &str) {
    let (sender, keeper) = (&connection.client, &connection.server);
    for taken in &keeper.taken {
        assert_eq!(taken.body, BODY, "{what}: taken in part");
    }
    for (message, verdicts) in sender.verdicts.iter().enumerate() {
        assert!(sender.done[message], "{what}: message {message} is not done");
        for (recipient, verdict) in verdicts.iter().enumerate() {
            let copies = keeper
                .taken
                .iter()
                .filter(|taken| taken.message == message && taken.recipients.contains(&recipient))
                .count();
            match verdict.expect("told of") {
                Verdict::Accepted => assert_eq!(copies, 1, "{what}: accepted and not there"),
                Verdict::Transient | Verdict::Permanent => assert_eq!(copies, 0, "{what}: told no, and it is there"),
                // That is what the word means.
                Verdict::Unknown => assert!(copies <= 1, "{what}: taken twice"),
            }
        }
    }
}

#[test]
fn the_end_of_input_at_every_byte_of_the_server_is_told_right() {
    for (protocol, chunking, pipelining) in kinds() {
        let mut whole = pair(protocol, chunking, pipelining);
        whole.run();
        check(&whole, "whole");
        assert!(whole.client.error.is_none() && whole.server.error.is_none());
        let mut unknown = 0;
        for end in 0..whole.server_said.len() {
            let mut connection = pair(protocol, chunking, pipelining);
            connection.break_to_client(end);
            connection.run_client();
            check(&connection, &format!("{protocol:?} {chunking} {pipelining}, server's byte {end}"));
            let all = connection.client.verdicts.iter().flatten();
            unknown += all.filter(|verdict| **verdict == Some(Verdict::Unknown)).count();
        }
        assert!(unknown > 0, "the line never broke behind the data");
    }
}

#[test]
fn the_end_of_input_at_every_byte_of_the_client_delivers_nothing_in_part() {
    for (protocol, chunking, pipelining) in kinds() {
        let mut whole = pair(protocol, chunking, pipelining);
        whole.run();
        for end in 0..whole.client_said.len() {
            let mut connection = pair(protocol, chunking, pipelining);
            connection.break_to_server(end);
            connection.run();
            check(&connection, &format!("{protocol:?} {chunking} {pipelining}, client's byte {end}"));
        }
    }
}

#[test]
fn a_shutdown_at_any_moment_lets_the_message_in_flight_finish_and_no_more() {
    for (protocol, chunking, pipelining) in kinds() {
        for after in 1..30 {
            let mut connection = pair(protocol, chunking, pipelining);
            connection.server.shuts_down_after = Some(after);
            connection.run();
            check(&connection, &format!("{protocol:?} {chunking} {pipelining}, shut down after {after}"));
            let said = &connection.server_said;
            let goodbye =
                said.windows(4).any(|bytes| bytes == b"421 ") || said.windows(4).any(|bytes| bytes == b"221 ");
            assert!(goodbye, "{}", said.escape_ascii());
        }
    }
}
