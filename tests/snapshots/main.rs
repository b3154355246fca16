//! What hosts are told, word for word: event logs of whole conversations, and the text of every
//! error. A change of any of them is seen and approved, never noticed by a user first.

mod message_writer;
mod pop3;

use mailproto::smtp::{
    Abort, Client, ClientEvent, ClientOptions, Envelope, ExtensionSet, Server, ServerEvent, ServerOptions, Submission,
    SubmissionEvent, SubmissionOptions,
};
use mailproto::{Closure, Endpoint, Error, Exceeded, LimitKind, Misuse, TimeoutReason, Violation, ViolationKind};
use std::fmt::Write;

#[test]
fn every_error_explains_itself() {
    let violations = [
        ViolationKind::StartTlsInjection,
        ViolationKind::MalformedReply,
        ViolationKind::MalformedResponse,
        ViolationKind::UnexpectedReply,
        ViolationKind::BareLf,
        ViolationKind::MixedReplyCodes,
        ViolationKind::EarlyTalk,
        ViolationKind::MalformedChallenge,
    ]
    .map(|kind| Error::Protocol(Violation { kind, offset: 42, farewell: None }));
    let limits =
        [LimitKind::BadCommands, LimitKind::FailedAuth, LimitKind::SaslRounds, LimitKind::Reply, LimitKind::Memory]
            .map(|limit| Error::Limit(Exceeded { limit, value: 8, offset: 42 }));
    let misuses = [
        Misuse::Full,
        Misuse::ControlCharacter { offset: 3 },
        Misuse::Syntax { offset: 3 },
        Misuse::TooLong { limit: 512 },
        Misuse::OutOfOrder,
        Misuse::NotOffered,
        Misuse::BareLineEnd,
        Misuse::ReplyCode,
        Misuse::Closed,
    ]
    .map(Error::Misuse);
    let closures = [
        Closure::EndOfInput,
        Closure::ByPeer,
        Closure::TimedOut(TimeoutReason::Greeting),
        Closure::TimedOut(TimeoutReason::Reply),
        Closure::TimedOut(TimeoutReason::DataStart),
        Closure::TimedOut(TimeoutReason::DataBlock),
        Closure::TimedOut(TimeoutReason::DataEnd),
        Closure::TimedOut(TimeoutReason::Command),
    ]
    .map(Error::Closed);
    let all = misuses.into_iter().chain(violations).chain(limits).chain(closures);
    insta::assert_snapshot!(all.map(|error| format!("{error}\n")).collect::<String>());
}

/// Replies, responses and lines show their bytes; as text they can be read.
fn readable(event: &str) -> String {
    let mut text = event.to_owned();
    for field in ["lines", "rest", "line"] {
        let mut rest = std::mem::take(&mut text);
        while let Some((before, behind)) = rest.split_once(&format!(" {field}: [")) {
            let (bytes, after) = behind.split_once(']').unwrap();
            let bytes: Vec<u8> =
                bytes.split(", ").filter(|byte| !byte.is_empty()).map(|byte| byte.parse().unwrap()).collect();
            write!(text, "{before} {field}: {:?}", bytes.escape_ascii().to_string()).unwrap();
            rest = after.to_owned();
        }
        text += &rest;
    }
    text
}

#[test]
fn a_client_tells_of_each_reply() {
    let mut client: Client = Client::new(ClientOptions::default());
    client.ehlo("host.example").unwrap();
    let mut log = String::new();
    let turns: [&[u8]; 5] = [
        b"220-mx.example.org hello\r\n220 ready\r\n",
        b"250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250 X-UNKNOWN a b\r\n",
        b"250 2.1.0 ok\r\n250 2.1.5 ok\r\n550 5.1.1 no such user\r\n354 go\r\n",
        b"250 2.0.0 queued as 1\r\n",
        b"421 4.3.2 shutting down\r\n",
    ];
    for (turn, reply) in turns.into_iter().enumerate() {
        client.transmitted(client.transmit().len());
        client.receive(reply);
        while let Some(event) = client.next_event().unwrap() {
            let wanted = matches!(event, ClientEvent::DataReady { .. });
            writeln!(log, "{}", readable(&format!("{event:?}"))).unwrap();
            if wanted {
                client.send_data(b"Subject: hi\r\n\r\n.\r\n").unwrap();
                client.finish_data().unwrap();
            }
        }
        if turn == 1 {
            client.mail("a@host.example", &[]).unwrap();
            client.rcpt("b@example.org", &[]).unwrap();
            client.rcpt("c@example.org", &[]).unwrap();
            client.data().unwrap();
        }
    }
    insta::assert_snapshot!(log);
}

#[test]
fn a_server_tells_of_each_command() {
    let mut options = ServerOptions::new("mx.example.org");
    options.offered = ExtensionSet::ALL;
    options.auth_without_tls = true;
    options.limits.message = 20;
    let mut server: Server = Server::new(options).unwrap();
    let mut wire: &[u8] = b"EHLO host.example\r\nXYZZY\r\nAUTH PLAIN AHRpbQB0YW5zdGFhZg==\r\n\
        MAIL FROM:<a@host.example> SIZE=5 BODY=8BITMIME ENVID=a+3Db\r\n\
        RCPT TO:<@hop.example:b@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b@example.org\r\n\
        DATA\r\n.\r\nMAIL FROM: <>\r\nRCPT TO:<Postmaster>\r\nBDAT 4\r\nfourBDAT 35 LAST\r\n\
        more than twenty bytes, too many.\r\nNOOP\r\nVRFY tim\r\nRSET\r\nHELP\r\nQUIT\r\n";
    let mut log = String::new();
    loop {
        let question = match server.next_event().unwrap() {
            Some(event) => {
                assert!(!matches!(event, ServerEvent::DataAborted(Abort::LineEnds)));
                writeln!(log, "{event:?}").unwrap();
                event.is_question()
            }
            None if wire.is_empty() => break,
            None => {
                let taken = server.receive(wire);
                wire = &wire[taken..];
                false
            }
        };
        if question {
            server.accept().unwrap();
        }
        write!(log, "{}", server.transmit_log()).unwrap();
        server.transmitted(server.transmit().len());
    }
    insta::assert_snapshot!(log);
}

#[test]
fn a_submission_tells_the_fate_of_each_recipient() {
    let mut submission = Submission::new(SubmissionOptions::new("host.example")).unwrap();
    submission.submit(Envelope::new("a@host.example", ["b@example.org", "bad", "d@example.org"])).unwrap();
    submission.submit(Envelope::new("a@host.example", ["e@example.org"])).unwrap();
    submission.finish();
    let mut log = String::new();
    for turn in [
        "220 mx\r\n",
        "250-mx\r\n250 PIPELINING\r\n",
        "250 ok\r\n250 ok\r\n450 4.2.1 busy\r\n354 go\r\n",
        "250 2.0.0 queued\r\n",
        "451 4.3.0 no\r\n503 no\r\n503 no\r\n",
        "221 bye\r\n",
    ] {
        log.push_str(&submission.transmit_log().to_string());
        submission.transmitted(submission.transmit().len());
        submission.receive(turn.as_bytes());
        loop {
            let wanted = match submission.next_event().unwrap() {
                None => break,
                Some(event) => {
                    writeln!(log, "{}", readable(&format!("{event:?}"))).unwrap();
                    matches!(event, SubmissionEvent::BodyWanted { .. })
                }
            };
            if wanted {
                submission.send_data(b"hello\r\n").unwrap();
                submission.finish_data().unwrap();
            }
        }
    }
    assert!(submission.is_closed());
    insta::assert_snapshot!(log);
}
