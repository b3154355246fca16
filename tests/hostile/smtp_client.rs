//! What a hostile server tries, and what a host's careless arguments could do.

use mailproto::sasl::{Login, Plain};
use mailproto::smtp::{
    Client, ClientEvent, ClientOptions, Envelope, Failure, LineEnds, Login as Credentials, Parameter, Submission,
    SubmissionEvent, SubmissionOptions, TlsPolicy, Verdict, Xtext,
};
use mailproto::{
    Closure, Endpoint, Error, Exceeded, Heap, Instant, Leniency, LimitKind, Misuse, TimeoutReason, Violation,
    ViolationKind,
};

fn client() -> Client {
    Client::new(ClientOptions::default())
}

/// A client that has heard `replies` and sent what it had to send.
fn after(replies: &[u8]) -> Client {
    let mut client = client();
    client.ehlo("host.example").unwrap();
    feed(&mut client, replies);
    client
}

fn feed(client: &mut Client, mut bytes: &[u8]) {
    loop {
        while client.next_event().unwrap().is_some() {}
        client.transmitted(client.transmit().len());
        if bytes.is_empty() {
            return;
        }
        let taken = client.receive(bytes);
        bytes = &bytes[taken..];
    }
}

#[test]
fn a_connection_that_breaks_is_not_closed_before_the_host_has_heard_why() {
    let mut client = after(b"220 mx\r\n");
    client.receive_eof();
    assert!(!client.is_closed());
    assert_eq!(client.next_event(), Err(Error::Closed(Closure::EndOfInput)));
    assert!(client.is_closed());
}

#[test]
fn a_server_that_leaves_while_the_host_is_the_one_to_act_leaves_no_loop_behind() {
    let greeting = b"220 mx\r\n250-mx\r\n250-STARTTLS\r\n250 AUTH LOGIN\r\n";
    let mut challenged = after(greeting);
    challenged.auth(&mut Login::new("tim", "secret").unwrap()).unwrap();
    let mut walled = after(greeting);
    walled.starttls().unwrap();
    for (mut client, reply) in [(challenged, &b"334 VXNlcm5hbWU6\r\n"[..]), (walled, b"220 go\r\n")] {
        client.transmitted(client.transmit().len());
        client.receive(reply);
        assert!(client.next_event().unwrap().is_some());
        client.receive_eof();
        assert!(!client.is_closed(), "the host has not heard of it");
        assert_eq!(client.next_event(), Err(Error::Closed(Closure::EndOfInput)));
        assert!(client.is_closed());
    }
}

#[test]
fn a_reply_that_fills_the_buffer_with_whole_lines_is_read_past() {
    let mut client: Client<mailproto::Fixed<64, 64>> = Client::new(ClientOptions::default());
    let mut reply = [b"220-".as_slice(), &[b'x'; 58], b"\r\n", b"220 mx\r\n"].concat();
    assert_eq!(reply.len(), 64 + 8);
    reply.extend_from_slice(b"250 OK\r\n");
    client.ehlo("host.example").unwrap();
    let (mut rest, mut codes) = (reply.as_slice(), Vec::new());
    while !rest.is_empty() {
        let taken = client.receive(rest);
        assert!(taken > 0, "no room, and nothing that would make any");
        rest = &rest[taken..];
        while let Some(event) = client.next_event().unwrap() {
            match event {
                ClientEvent::Greeting(reply) | ClientEvent::Reply { reply, .. } => codes.push(reply.code()),
                other => panic!("{other:?}"),
            }
        }
        client.transmitted(client.transmit().len());
    }
    assert_eq!(codes, [220, 250]);
    assert!(client.anomalies().contains(mailproto::Anomalies::TRUNCATED_REPLY));
}

const HELLO: &[u8] = b"220 mx\r\n250-mx\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250-STARTTLS\r\n250 DSN\r\n";

#[test]
fn cr_lf_and_nul_in_any_argument_are_misuse_and_send_nothing() {
    let mut client = after(HELLO);
    for (offset, bad) in [(1, "a\rb"), (1, "a\nb"), (1, "a\0b"), (3, "abc\r\nRCPT TO:<x@y.example>")] {
        let expected = Err(Error::Misuse(Misuse::ControlCharacter { offset }));
        let in_word = |result: Result<_, Error>| result.map(|_| ());
        assert_eq!(in_word(client.ehlo(bad)), expected);
        assert_eq!(in_word(client.helo(bad)), expected);
        assert_eq!(in_word(client.mail(bad, &[])), expected);
        assert!(in_word(client.rcpt(bad, &[])).is_err());
        assert_eq!(in_word(client.vrfy(bad)), expected);
        assert_eq!(in_word(client.expn(bad)), expected);
        assert_eq!(in_word(client.help(bad)), expected);
        let unknown = Parameter::Unknown { keyword: "X", value: Some(bad) };
        assert!(matches!(client.mail("a@b.example", &[unknown]), Err(Error::Misuse(_))));
        let unknown = Parameter::Unknown { keyword: bad, value: None };
        assert!(matches!(client.mail("a@b.example", &[unknown]), Err(Error::Misuse(_))));
    }
    assert!(client.transmit().is_empty());
    // What xtext encodes cannot inject: it is encoded.
    client.mail("a@b.example", &[Parameter::EnvelopeId(Xtext::plain("a\r\nb"))]).unwrap();
    assert_eq!(client.transmit(), b"MAIL FROM:<a@b.example> ENVID=a+0D+0Ab\r\n");
}

#[test]
fn envelopes_and_names_of_a_submission_cannot_inject_either() {
    assert!(Submission::new(SubmissionOptions::new("a\r\nb")).is_err());
    let mut submission = Submission::new(SubmissionOptions::new("host.example")).unwrap();
    for envelope in [
        Envelope::new("a@b.example\r\nDATA", ["c@d.example"]),
        Envelope::new("a@b.example", ["c@d.example", "x>\r\nDATA@y"]),
        Envelope { envelope_id: Some("\r\n".into()), ..Envelope::new("a@b.example", ["c@d.example"]) },
    ] {
        assert!(matches!(submission.submit(envelope), Err(Error::Misuse(Misuse::ControlCharacter { .. }))));
    }
    assert!(Plain::new("", "a\0b", "c").is_err());
    assert!(Login::new("a", "b\0").is_err());
}

#[test]
fn plain_text_behind_the_starttls_reply_is_never_read() {
    let mut client = after(HELLO);
    client.starttls().unwrap();
    client.transmitted(client.transmit().len());
    client.receive(b"220 go\r\n250-AUTH PLAIN\r\n");
    let violation =
        Violation { kind: ViolationKind::StartTlsInjection, offset: HELLO.len() as u64 + 8, farewell: None };
    assert_eq!(client.next_event(), Err(Error::Protocol(violation)));
    assert_eq!(client.next_event(), Err(Error::Protocol(violation)), "the error is sticky");
    assert!(!client.wants_read());
}

#[test]
fn behind_the_wall_no_byte_is_taken_and_nothing_learned_before_counts_after() {
    let mut client = after(HELLO);
    client.starttls().unwrap();
    feed(&mut client, b"220 go\r\n");
    assert_eq!(client.receive(b"250 injected\r\n"), 0);
    client.tls_started().unwrap();
    assert!(client.extensions().set.is_empty());
}

/// Drives a submission against a server's words; what was sent, what was told.
fn submit(options: SubmissionOptions, mut server: &[u8]) -> (Vec<u8>, Vec<String>) {
    let mut submission = Submission::new(options).unwrap();
    submission.submit(Envelope::new("a@b.example", ["c@d.example"])).unwrap();
    submission.finish();
    let (mut wire, mut told) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        loop {
            match submission.next_event() {
                Ok(Some(SubmissionEvent::BodyWanted { .. })) => {
                    submission.send_data(b"x\r\n").unwrap();
                    submission.finish_data().unwrap();
                }
                Ok(Some(SubmissionEvent::StartTls)) => {
                    told.push("starttls".into());
                    submission.tls_started().unwrap();
                }
                Ok(Some(SubmissionEvent::Recipient { delivery, .. })) => {
                    told.push(format!("{:?} {:?}", delivery.verdict, delivery.failure));
                }
                Ok(Some(SubmissionEvent::Failed { failure, .. })) => told.push(format!("{failure:?}")),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    told.push(error.to_string());
                    return (wire, told);
                }
            }
        }
        wire.extend_from_slice(submission.transmit());
        submission.transmitted(submission.transmit().len());
        // One line at a time, as a server that waits for each command would send.
        let line = server.iter().position(|byte| *byte == b'\n').map_or(server.len(), |end| end + 1);
        let taken = submission.receive(&server[..line]);
        server = &server[taken..];
        if server.is_empty() && taken == 0 {
            submission.receive_eof();
        }
    }
    (wire, told)
}

fn with_login(tls: TlsPolicy) -> SubmissionOptions {
    SubmissionOptions { tls, login: Some(Credentials::new("tim", "tanstaaf")), ..SubmissionOptions::new("h.example") }
}

#[test]
fn starttls_stripped_or_refused_sends_nothing_secret() {
    for (server, failure) in [
        (&b"220 mx\r\n250-mx\r\n250 AUTH PLAIN LOGIN\r\n221 bye\r\n"[..], Failure::TlsNotOffered),
        (b"220 mx\r\n500 what\r\n221 bye\r\n", Failure::Hello),
        (b"220 mx\r\n250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n454 not now\r\n221 bye\r\n", Failure::TlsRefused),
        (b"220 mx\r\n250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n502 no\r\n221 bye\r\n", Failure::TlsRefused),
        (b"220 mx\r\n250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n354 go\r\n221 bye\r\n", Failure::TlsRefused),
    ] {
        let (wire, told) = submit(with_login(TlsPolicy::Required), server);
        assert_eq!(told[0], format!("{failure:?}"), "{}", server.escape_ascii());
        let wire = String::from_utf8(wire).unwrap();
        assert!(!wire.contains("AUTH") && !wire.contains("MAIL"), "{wire}");
    }
}

#[test]
fn a_password_does_not_cross_the_line_in_plain_text_unless_told() {
    let server = b"220 mx\r\n250-mx\r\n250 AUTH PLAIN LOGIN\r\n221 bye\r\n";
    let (wire, told) = submit(with_login(TlsPolicy::None), server);
    assert_eq!(told[0], "LoginNotOffered");
    assert!(!wire.windows(4).any(|bytes| bytes == b"AUTH"));
}

#[test]
fn mechanisms_offered_in_plain_text_do_not_count_after_tls() {
    let server = b"220 mx\r\n250-mx\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n220 go\r\n250 mx\r\n221 bye\r\n";
    let (wire, told) = submit(with_login(TlsPolicy::Required), server);
    assert_eq!(told[..2], ["starttls", "LoginNotOffered"]);
    assert!(!wire.windows(4).any(|bytes| bytes == b"AUTH"));
}

#[test]
fn every_wrong_greeting_and_hello_ends_in_one_result_for_each_recipient() {
    for code in [221, 250, 354, 421, 450, 500, 501, 530, 554] {
        let greeting = format!("{code} x\r\n221 bye\r\n");
        let (wire, told) = submit(SubmissionOptions::new("h.example"), greeting.as_bytes());
        let results = told.iter().filter(|line| line.contains(' ') && !line.contains("the ")).count();
        let wire = String::from_utf8(wire).unwrap();
        assert!(!wire.contains("MAIL"), "{code}: {wire}");
        assert_eq!(results, 1, "{code}: {told:?}");
    }
}

#[test]
fn a_line_that_breaks_tells_unknown_only_when_everything_was_sent() {
    let hello = b"220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n";
    let (_, told) = submit(SubmissionOptions::new("h.example"), hello);
    assert_eq!(told[0], "Unknown Some(ConnectionLost)");
    let (_, told) = submit(SubmissionOptions::new("h.example"), b"220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n");
    assert_eq!(told[0], "Transient Some(ConnectionLost)");
    let (_, told) = submit(
        SubmissionOptions::new("h.example"),
        b"220 mx\r\n250 mx\r\n250 ok\r\n552 too many\r\n250 ok\r\n221 bye\r\n",
    );
    assert_eq!(told, ["Transient None"], "552 to RCPT means later (RFC 5321 4.5.3.1.10)");
    assert_eq!(format!("{:?}", Verdict::Unknown), "Unknown");
}

#[test]
fn challenges_without_end_are_bounded() {
    let mut client = after(HELLO);
    let mut mechanism = Plain::new("", "tim", "x").unwrap();
    client.auth(&mut mechanism).unwrap();
    client.transmitted(client.transmit().len());
    let error = loop {
        client.receive(b"334 \r\n");
        match client.next_event() {
            Ok(Some(ClientEvent::Challenge { .. })) => {
                client.auth_respond(&mut mechanism).unwrap();
            }
            Ok(_) => {}
            Err(error) => break error,
        }
        client.transmitted(client.transmit().len());
    };
    let offset = HELLO.len() as u64 + 9 * 6;
    assert_eq!(error, Error::Limit(Exceeded { limit: LimitKind::SaslRounds, value: 8, offset }));
}

#[test]
fn a_challenge_that_is_not_base64_cancels_the_exchange() {
    let mut client = after(HELLO);
    let mut mechanism = Login::new("tim", "x").unwrap();
    client.auth(&mut mechanism).unwrap();
    client.transmitted(client.transmit().len());
    client.receive(b"334 Username:\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Challenge { text: b"Username:", .. }))));
    client.auth_respond(&mut mechanism).unwrap();
    assert_eq!(client.transmit(), b"*\r\n");
}

#[test]
fn a_challenge_over_the_limit_of_a_reply_cancels_the_exchange_however_it_is_cut() {
    let wire = [b"334-", &b"dGlt".repeat(20)[..], b"\r\n334 \r\n"].concat();
    for step in [1, 3, wire.len()] {
        let mut options = ClientOptions::default();
        options.limits.reply = 64;
        let mut client: Client = Client::new(options);
        client.ehlo("h.example").unwrap();
        feed(&mut client, b"220 mx\r\n250-mx\r\n250 AUTH LOGIN\r\n");
        let mut mechanism = Login::new("tim", "tanstaaf").unwrap();
        client.auth(&mut mechanism).unwrap();
        client.transmitted(client.transmit().len());
        for piece in wire.chunks(step) {
            client.receive(piece);
            while client.next_event().unwrap().is_some() {}
        }
        client.auth_respond(&mut mechanism).unwrap();
        assert_eq!(client.transmit(), b"*\r\n", "by {step}");
    }
}

#[test]
fn a_response_waits_for_what_is_to_be_transmitted_before_it() {
    let mut client = after(HELLO);
    let mut mechanism = Login::new("tim", "tanstaaf").unwrap();
    client.auth(&mut mechanism).unwrap();
    client.receive(b"334 VXNlcm5hbWU6\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Challenge { .. }))));
    assert_eq!(client.auth_respond(&mut mechanism), Err(Error::Misuse(Misuse::Full)));
    client.transmitted(client.transmit().len());
    client.auth_respond(&mut mechanism).unwrap();
    assert_eq!(client.transmit(), b"dGlt\r\n");
}

#[test]
fn secrets_stay_out_of_the_log_and_are_wiped_when_sent() {
    let mut client = after(HELLO);
    client.auth(&mut Plain::new("", "tim", "tanstaaf").unwrap()).unwrap();
    assert_eq!(client.transmit_log().to_string(), "AUTH PLAIN [secret]\r\n");
    client.transmitted(15);
    assert_eq!(client.transmit_log().to_string(), "[secret]\r\n", "partly sent");
}

#[test]
fn an_endless_reply_costs_no_memory_and_time_ends_it() {
    let mut client = client();
    client.ehlo("h.example").unwrap();
    client.handle_time(Instant::from_millis(0));
    for second in 0..290_u64 {
        for _ in 0..100 {
            let mut line: &[u8] = b"220-hello and welcome to a greeting that never ends, whatever you do\r\n";
            while !line.is_empty() {
                let taken = client.receive(line);
                line = &line[taken..];
                assert_eq!(client.next_event(), Ok(None));
            }
        }
        client.handle_time(Instant::from_millis(second * 1_000));
    }
    client.handle_time(Instant::from_millis(300_000));
    assert_eq!(client.next_event(), Err(Error::Closed(Closure::TimedOut(TimeoutReason::Greeting))));
}

#[test]
fn a_reply_over_the_limit_keeps_its_first_lines() {
    let mut options = ClientOptions::default();
    options.limits.reply = 100;
    let mut client: Client<Heap> = Client::new(options);
    client.receive(b"220 mx\r\n");
    client.next_event().unwrap();
    client.ehlo("h.example").unwrap();
    client.receive(b"250-mx\r\n250-PIPELINING\r\n");
    for _ in 0..1_000 {
        client.receive(b"250-X-MORE-OF-THE-SAME\r\n");
        assert_eq!(client.next_event(), Ok(None));
    }
    client.receive(b"250 LAST\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Reply { .. }))));
    assert!(client.extensions().offers(mailproto::smtp::ExtensionSet::PIPELINING));
    assert!(client.anomalies().contains(mailproto::Anomalies::TRUNCATED_REPLY));
}

#[test]
fn replies_that_nobody_asked_for_or_that_are_none_end_the_connection() {
    for (bytes, kind) in [
        (&b"250 unasked\r\n"[..], ViolationKind::UnexpectedReply),
        (b"hello\r\n", ViolationKind::MalformedReply),
        (b"\r\n", ViolationKind::MalformedReply),
        (b"25\r\n", ViolationKind::MalformedReply),
        (b"250_x\r\n", ViolationKind::MalformedReply),
    ] {
        let mut client = after(HELLO);
        client.receive(bytes);
        let violation = Violation { kind, offset: HELLO.len() as u64, farewell: None };
        assert_eq!(client.next_event(), Err(Error::Protocol(violation)), "{}", bytes.escape_ascii());
    }
}

#[test]
fn an_error_names_the_same_byte_however_a_long_reply_is_cut() {
    let wire = [HELLO, b"250-no command asked for this reply, which is over the limit\r\n250 end\r\n"].concat();
    for step in [1, 2, 7, wire.len()] {
        let mut options = ClientOptions::default();
        options.limits.reply = HELLO.len() as u32 - 40;
        let mut client: Client = Client::new(options);
        client.ehlo("host.example").unwrap();
        let mut error = None;
        for mut piece in wire.chunks(step) {
            while !piece.is_empty() && error.is_none() {
                let taken = client.receive(piece);
                piece = &piece[taken..];
                while let Some(event) = client.next_event().unwrap_or_else(|found| {
                    error = Some(found);
                    None
                }) {
                    let _ = event;
                }
                client.transmitted(client.transmit().len());
            }
        }
        let violation = Violation { kind: ViolationKind::UnexpectedReply, offset: HELLO.len() as u64, farewell: None };
        assert_eq!(error, Some(Error::Protocol(violation)), "by {step}");
    }
}

#[test]
fn recipients_of_a_refused_message_do_not_stand_for_the_next() {
    // RFC 2920 §3.1: the go-ahead to a message without recipients is answered by a lone dot.
    for between in [&b"550 5.7.1 spam\r\n"[..], b"450 4.7.1 greylisted\r\n", b"250 2.0.0 queued\r\n"] {
        let mut client = after(HELLO);
        client.mail("a@b.example", &[]).unwrap();
        client.rcpt("c@d.example", &[]).unwrap();
        client.data().unwrap();
        feed(&mut client, b"250 ok\r\n250 ok\r\n354 go\r\n");
        client.send_data(b"x\r\n").unwrap();
        client.finish_data().unwrap();
        feed(&mut client, between);
        client.mail("a@b.example", &[]).unwrap();
        client.rcpt("c@d.example", &[]).unwrap();
        client.data().unwrap();
        client.transmitted(client.transmit().len());
        client.receive(b"550 no\r\n503 no\r\n354 go\r\n");
        while let Some(event) = client.next_event().unwrap() {
            assert!(!matches!(event, ClientEvent::DataReady { .. }), "a message to nobody is wanted");
        }
        assert_eq!(client.transmit(), b".\r\n");
    }
}

#[test]
fn a_verdict_of_3yz_on_a_message_is_a_no_and_the_next_one_can_follow() {
    let mut client = after(HELLO);
    client.mail("a@b.example", &[]).unwrap();
    client.rcpt("c@d.example", &[]).unwrap();
    client.data().unwrap();
    feed(&mut client, b"250 ok\r\n250 ok\r\n354 go\r\n");
    client.finish_data().unwrap();
    feed(&mut client, b"354 what\r\n");
    client.mail("a@b.example", &[]).unwrap();
    assert_eq!(client.transmit(), b"MAIL FROM:<a@b.example>\r\n");
}

#[test]
fn strictness_is_chosen_at_run_time() {
    let first = |leniency, bytes: &[u8]| {
        let mut client: Client = Client::new(ClientOptions { leniency, ..ClientOptions::default() });
        client.receive(bytes);
        client.next_event().map(|event| event.is_some())
    };
    let bare_lf = b"220 mx\n";
    let mixed = b"220-mx\r\n250 mx\r\n";
    assert_eq!(first(Leniency::LENIENT, bare_lf), Ok(true));
    assert_eq!(first(Leniency::LENIENT, mixed), Ok(true));
    let violation = |kind| Err(Error::Protocol(Violation { kind, offset: 0, farewell: None }));
    assert_eq!(first(Leniency::default(), bare_lf), violation(ViolationKind::BareLf));
    assert_eq!(first(Leniency::STRICT, mixed), violation(ViolationKind::MixedReplyCodes));
}

#[test]
fn what_leaves_by_data_can_never_smuggle() {
    for body in [&b"a\n.\nb"[..], b"a\r.\rb", b"a\r\n.\r\nb", b"a\n.\r\nb", b"\r\n.\nb", b".\n", b"\0.\r\n"] {
        for line_ends in [LineEnds::Refuse, LineEnds::Canonicalise] {
            let mut client: Client = Client::new(ClientOptions { line_ends, ..ClientOptions::default() });
            client.ehlo("h.example").unwrap();
            feed(&mut client, b"220 mx\r\n250 mx\r\n");
            client.mail("a@b.example", &[]).unwrap();
            client.rcpt("c@d.example", &[]).unwrap();
            client.data().unwrap();
            feed(&mut client, b"250 ok\r\n250 ok\r\n354 go\r\n");
            let mut rest = body;
            let refused = loop {
                match client.send_data(rest) {
                    Ok(taken) => rest = &rest[taken..],
                    Err(error) => break Some(error),
                }
                if rest.is_empty() {
                    break None;
                }
            };
            assert!(matches!(refused, None | Some(Error::Misuse(Misuse::BareLineEnd))));
            client.finish_data().unwrap();
            let wire = client.transmit();
            let ends = wire.windows(5).filter(|bytes| bytes == b"\r\n.\r\n").count();
            assert!(ends <= 1 && wire.ends_with(b".\r\n"), "{}", wire.escape_ascii());
            for pair in wire.windows(2) {
                assert_eq!(pair[0] == b'\r', pair[1] == b'\n', "{}", wire.escape_ascii());
            }
        }
    }
}

#[test]
fn a_server_that_talks_without_listening_is_heard_all_the_same() {
    let mut client = after(b"220 mx\r\n250 mx\r\n");
    client.mail("a@b.example", &[]).unwrap();
    client.rcpt("c@d.example", &[]).unwrap();
    client.data().unwrap();
    feed(&mut client, b"250 ok\r\n250 ok\r\n354 go\r\n");
    while client.send_data(&[b'x'; 1000]).unwrap() > 0 {}
    // Nothing of this is sent, for the server does not read.
    let said = [b"552-no\r\n".repeat(100_000), b"552 really not\r\n".to_vec()].concat();
    let mut rest = &said[..];
    let mut verdict = None;
    while !rest.is_empty() {
        let taken = client.receive(rest);
        assert!(taken > 0, "{} bytes are not taken", rest.len());
        rest = &rest[taken..];
        while let Ok(Some(event)) = client.next_event() {
            if let ClientEvent::Reply { reply, .. } = event {
                verdict = Some(reply.code());
            }
        }
    }
    assert_eq!(verdict, Some(552));
}
