//! What a hostile client tries.

use mailproto::smtp::{EnhancedCode, ExtensionSet, LineEnds, Server, ServerEvent, ServerOptions};
use mailproto::{
    Anomalies, Closure, Endpoint, Error, Exceeded, Instant, Leniency, LimitKind, Limits, TimeoutReason, Violation,
    ViolationKind,
};

/// What came of a conversation.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    wire: Vec<u8>,
    messages: Vec<Vec<u8>>,
    aborted: usize,
    senders: Vec<String>,
    error: Option<Error>,
}

/// A host that says yes to everything; the client's bytes come in pieces of `step`.
fn talk(mut server: Server, bytes: &[u8], step: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let mut message = Vec::new();
    let mut pieces = bytes.chunks(step);
    loop {
        loop {
            match server.next_event() {
                Ok(Some(ServerEvent::StartTls)) => {}
                Ok(Some(ServerEvent::Data(chunk))) => message.extend_from_slice(chunk),
                Ok(Some(ServerEvent::DataEnd { .. })) => {
                    outcome.messages.push(std::mem::take(&mut message));
                    server.accept().unwrap();
                }
                Ok(Some(ServerEvent::DataAborted(_))) => {
                    message.clear();
                    outcome.aborted += 1;
                }
                Ok(Some(ServerEvent::Mail { path, .. })) => {
                    outcome.senders.push(path.as_str().into());
                    server.accept().unwrap();
                }
                Ok(Some(event)) if event.is_question() => server.accept().unwrap(),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    outcome.error = Some(error);
                    break;
                }
            }
        }
        outcome.wire.extend_from_slice(server.transmit());
        let sent = server.transmit().len();
        server.transmitted(sent);
        let Some(mut piece) = pieces.next() else { return outcome };
        while !piece.is_empty() && server.wants_read() {
            let taken = server.receive(piece);
            piece = &piece[taken..];
            if taken == 0 {
                break;
            }
        }
    }
}

fn options() -> ServerOptions<'static> {
    let mut options = ServerOptions::new("mx.example.org");
    options.offered = ExtensionSet::ALL;
    options
}

const ENVELOPE: &[u8] = b"EHLO x.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n";

#[test]
fn nothing_but_the_whole_terminator_ends_a_message() {
    // RFC 5321 §4.1.1.4, and the shapes by which messages have been smuggled.
    let smuggled = b"MAIL FROM:<evil@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nevil\r\n.\r\n";
    for false_end in [
        &b"\n.\n"[..],
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r.\r\n",
        b"\r\r\n.\r",
        b"\r\n\0.\r\n",
        b"\r\n.\0\r\n",
        b"\0\r\n.\r\r\n",
        b"\r\n.\r\r\n",
        b"\n\r.\r\n",
        b"\n.\r",
        b"\r\n .\r\n",
        b"\r\n.\r\0\n",
    ] {
        let wire = [ENVELOPE, b"good", false_end, smuggled, b"QUIT\r\n"].concat();
        for line_ends in [LineEnds::Refuse, LineEnds::Canonicalise] {
            let server = || Server::new(ServerOptions { line_ends, ..options() }).unwrap();
            let whole = talk(server(), &wire, wire.len());
            assert_eq!(whole.senders, ["a@b.example"], "{false_end:?} smuggled a message");
            assert_eq!(whole.messages.len() + whole.aborted, 1, "{false_end:?}");
            for message in &whole.messages {
                let bare = message.windows(2).any(|pair| (pair[0] == b'\r') != (pair[1] == b'\n'));
                assert!(!bare, "{false_end:?} was passed on as it is");
            }
            for step in [1, 2, 3, 5, 7] {
                assert_eq!(talk(server(), &wire, step), whole, "{false_end:?} by {step}");
            }
        }
    }
}

#[test]
fn plain_text_behind_starttls_is_never_run() {
    let mut options = options();
    options.require_tls = true;
    let outcome = talk(Server::new(options).unwrap(), b"EHLO x\r\nSTARTTLS\r\nMAIL FROM:<a@b.example>\r\n", 999);
    let violation = Violation { kind: ViolationKind::StartTlsInjection, offset: 18, farewell: Some(554) };
    assert_eq!(outcome.error, Some(Error::Protocol(violation)));
    assert_eq!(outcome.senders, [""; 0]);
    assert!(outcome.wire.ends_with(b"554 5.5.0 Plain text behind STARTTLS\r\n"));
    assert!(!outcome.wire.windows(5).any(|bytes| bytes == b"\n220 "), "TLS must not begin");
}

#[test]
fn behind_the_wall_no_byte_is_taken() {
    let mut server = Server::<mailproto::Heap>::new(options()).unwrap();
    server.next_event().unwrap();
    server.accept().unwrap();
    server.receive(b"EHLO x\r\n");
    server.next_event().unwrap();
    server.accept().unwrap();
    server.receive(b"STARTTLS\r\n");
    assert_eq!(server.next_event().unwrap(), None, "the 220 has not been sent yet");
    server.transmitted(server.transmit().len());
    assert_eq!(server.receive(b"MAIL FROM:<a@b.example>\r\n"), 0);
    assert_eq!(server.next_event().unwrap(), Some(ServerEvent::StartTls));
    server.tls_started().unwrap();
    assert_eq!(server.next_event().unwrap(), None);
}

#[test]
fn a_client_that_talks_before_the_greeting_is_noticed_or_refused() {
    let talk_early = |leniency| {
        let mut server = Server::<mailproto::Heap>::new(ServerOptions { leniency, ..options() }).unwrap();
        server.next_event().unwrap();
        server.receive(b"EHLO x\r\n");
        server.accept().unwrap();
        let result = server.next_event().map(|event| event.is_some());
        (result, server.anomalies(), server.transmit().to_vec())
    };
    let (result, anomalies, _) = talk_early(Leniency::LENIENT);
    assert_eq!((result, anomalies.contains(Anomalies::EARLY_TALK)), (Ok(true), true));
    let (result, _, wire) = talk_early(Leniency::LENIENT.without(Anomalies::EARLY_TALK));
    let violation = Violation { kind: ViolationKind::EarlyTalk, offset: 0, farewell: Some(554) };
    assert_eq!(result, Err(Error::Protocol(violation)));
    assert!(wire.ends_with(b"554 5.5.0 You spoke before the greeting\r\n"));
}

#[test]
fn commands_behind_quit_are_dropped() {
    let wire = [ENVELOPE, b"x\r\n.\r\nQUIT\r\nMAIL FROM:<again@b.example>\r\n"].concat();
    let outcome = talk(Server::new(options()).unwrap(), &wire, 999);
    assert_eq!(outcome.senders, ["a@b.example"]);
    assert!(outcome.wire.ends_with(b"221 2.0.0 Bye\r\n"));
}

#[test]
fn commands_behind_the_last_chunk_are_read_once() {
    let wire = b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\nBDAT 14 LAST\r\nMAIL FROM:<x>\nMAIL FROM:<two@b.example>\r\n";
    let outcome = talk(Server::new(options()).unwrap(), wire, 999);
    assert_eq!(outcome.messages, [b"MAIL FROM:<x>\n"]);
    assert_eq!(outcome.senders, ["", "two@b.example"]);
}

#[test]
fn an_endless_line_costs_no_memory_and_ends_in_one_refusal() {
    let mut server = Server::<mailproto::Heap>::new(options()).unwrap();
    server.next_event().unwrap();
    server.accept().unwrap();
    for _ in 0..1_000 {
        assert_eq!(server.receive(&[b'a'; 1_000]), 1_000);
        assert_eq!(server.next_event().unwrap(), None);
    }
    server.receive(b"\r\nNOOP\r\n");
    assert_eq!(server.next_event().unwrap(), Some(ServerEvent::Refused { code: 500, line: b"" }));
    assert_eq!(server.next_event().unwrap(), Some(ServerEvent::Noop));
}

#[test]
fn too_many_bad_commands_end_the_connection() {
    let wire = b"HELO x\r\n".iter().chain(b"XYZZY\r\n".repeat(30).iter()).copied().collect::<Vec<_>>();
    let outcome = talk(Server::new(options()).unwrap(), &wire, 7);
    let exceeded = Exceeded { limit: LimitKind::BadCommands, value: 20, offset: 8 + 21 * 7 };
    assert_eq!(outcome.error, Some(Error::Limit(exceeded)));
    assert!(outcome.wire.ends_with(b"421 4.7.0 Too many errors\r\n"));
}

#[test]
fn too_many_failed_logins_end_the_connection() {
    let limits = Limits { failed_auth: 2, ..Limits::default() };
    let mut server =
        Server::<mailproto::Heap>::new(ServerOptions { auth_without_tls: true, limits, ..options() }).unwrap();
    let attempt = b"AUTH PLAIN AGEAYg==\r\n";
    let wire = [&b"EHLO x\r\n"[..], attempt, attempt, attempt, attempt].concat();
    let mut wire = &wire[..];
    let mut attempts = 0;
    let error = loop {
        match server.next_event() {
            Ok(Some(ServerEvent::Auth(_))) => {
                attempts += 1;
                server.reject(535, Some(EnhancedCode::new(5, 7, 8)), "no").unwrap();
            }
            Ok(Some(event)) if event.is_question() => server.accept().unwrap(),
            Ok(Some(_)) => {}
            Ok(None) => {
                let taken = server.receive(wire);
                wire = &wire[taken..];
            }
            Err(error) => break error,
        }
        server.transmitted(server.transmit().len());
    };
    assert_eq!(attempts, 3);
    assert_eq!(error, Error::Limit(Exceeded { limit: LimitKind::FailedAuth, value: 2, offset: 8 + 3 * 21 }));
}

#[test]
fn credentials_leave_no_trace_in_the_receive_buffer() {
    let mut server: Server<mailproto::Fixed<256, 512>> =
        Server::new(ServerOptions { auth_without_tls: true, offered: ExtensionSet::AUTH, ..options() }).unwrap();
    server.next_event().unwrap();
    server.accept().unwrap();
    server.receive(b"EHLO x\r\n");
    server.next_event().unwrap();
    server.accept().unwrap();
    server.transmitted(server.transmit().len());
    server.receive(b"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n");
    assert!(
        matches!(server.next_event(), Ok(Some(ServerEvent::Auth(found))) if found.password() == Some("tanstaaftanstaaf"))
    );
    server.accept().unwrap();
    let space = server.receive_space();
    for secret in [&b"tanstaaf"[..], b"dGFuc3RhYWZ0YW5zdGFhZg", b"AHRpbQ"] {
        assert!(!space.windows(secret.len()).any(|bytes| bytes == secret), "{secret:?} is still there");
    }
}

#[test]
fn auth_is_neither_offered_nor_taken_in_plain_text() {
    let outcome = talk(Server::new(options()).unwrap(), b"EHLO x\r\nAUTH PLAIN AGEAYg==\r\n", 5);
    assert!(!outcome.wire.windows(4).any(|bytes| bytes == b"AUTH"));
    assert!(outcome.wire.ends_with(b"538 5.7.11 Encryption required for authentication\r\n"));
}

#[test]
fn malformed_sasl_messages_are_refused_without_troubling_the_host() {
    let server = || Server::new(ServerOptions { auth_without_tls: true, ..options() }).unwrap();
    for (exchange, code) in [
        (&b"AUTH PLAIN !!!!\r\n"[..], b"501"),
        (b"AUTH PLAIN =\r\n", b"501"),
        (b"AUTH PLAIN AGE=\r\n", b"501"),
        (b"AUTH LOGIN\r\n*\r\n", b"501"),
        (b"AUTH LOGIN\r\n!\r\n", b"501"),
        (b"AUTH CRAM-MD5\r\n", b"504"),
        (b"AUTH LOGIN =\r\nYg==\r\n", b"501"),
        (b"AUTH XYZZY\r\n", b"504"),
    ] {
        let wire = [&b"EHLO x\r\n"[..], exchange].concat();
        for step in [1, 4, 99] {
            let outcome = talk(server(), &wire, step);
            let last = outcome.wire.split(|byte| *byte == b'\n').rev().nth(1).unwrap();
            assert!(last.starts_with(code), "{} to {exchange:?}", last.escape_ascii());
        }
    }
}

#[test]
fn nothing_a_host_says_can_inject_a_reply() {
    let mut server = Server::<mailproto::Heap>::new(options()).unwrap();
    server.next_event().unwrap();
    for text in ["a\rb", "a\r\n250 b", "a\0b", "fine\nb\0"] {
        assert!(matches!(server.reject(554, None, text), Err(Error::Misuse(_))), "{text:?}");
        assert!(matches!(server.accept_with(text), Err(Error::Misuse(_))), "{text:?}");
    }
    assert!(server.transmit().is_empty());
    assert!(matches!(Server::<mailproto::Heap>::new(ServerOptions::new("mx\r\n250 x")), Err(Error::Misuse(_))));
}

#[test]
fn a_client_that_falls_silent_is_dismissed() {
    let mut server = Server::<mailproto::Heap>::new(options()).unwrap();
    server.next_event().unwrap();
    server.accept().unwrap();
    server.handle_time(Instant::from_millis(0));
    assert_eq!(server.next_timeout().unwrap().at, Instant::from_millis(300_000));
    // One byte now and then does not count as a command.
    server.receive(b"N");
    server.next_event().unwrap();
    server.handle_time(Instant::from_millis(299_999));
    assert_eq!(server.next_event(), Ok(None));
    server.handle_time(Instant::from_millis(300_000));
    assert_eq!(server.next_event(), Err(Error::Closed(Closure::TimedOut(TimeoutReason::Command))));
    assert!(server.transmit().ends_with(b"421 4.4.2 Timed out\r\n"));
    assert!(!server.wants_read());
}

#[test]
fn an_end_in_the_middle_is_an_error_and_an_end_between_commands_is_none() {
    for (wire, whole) in [(&b"EHLO x\r\n"[..], true), (b"EHLO x\r\nNO", false), (b"EHLO x\r\nMAIL FROM:<>\r\n", false)]
    {
        let mut server = Server::<mailproto::Heap>::new(options()).unwrap();
        server.next_event().unwrap();
        server.accept().unwrap();
        server.receive(wire);
        server.transmitted(server.transmit().len());
        server.receive_eof();
        assert!(!server.is_closed(), "the host has not heard of it");
        let end = loop {
            match server.next_event() {
                Ok(Some(event)) if event.is_question() => server.accept().unwrap(),
                Ok(Some(_)) => {}
                other => break other.map(|event| event.is_some()),
            }
        };
        let expected = if whole { Ok(false) } else { Err(Error::Closed(Closure::EndOfInput)) };
        assert_eq!(end, expected, "{}", wire.escape_ascii());
        server.transmitted(server.transmit().len());
        assert!(server.is_closed());
    }
}

#[test]
fn a_client_that_leaves_before_its_handshake_leaves_no_loop_behind() {
    let offered = options().offered | ExtensionSet::STARTTLS;
    let mut server = Server::<mailproto::Heap>::new(ServerOptions { offered, ..options() }).unwrap();
    server.receive(b"EHLO x\r\nSTARTTLS\r\n");
    let mut walled = false;
    while !walled {
        match server.next_event().unwrap() {
            Some(ServerEvent::StartTls) => walled = true,
            Some(event) if event.is_question() => server.accept().unwrap(),
            _ => server.transmitted(server.transmit().len()),
        }
    }
    server.receive_eof();
    assert!(!server.is_closed(), "the host has not heard of it");
    assert_eq!(server.next_event(), Err(Error::Closed(Closure::EndOfInput)));
    assert!(server.is_closed());
}

#[test]
fn message_size_is_bounded_in_constant_memory() {
    let limits = Limits { message: 1 << 20, ..Limits::default() };
    let mut server = Server::<mailproto::Heap>::new(ServerOptions { limits, ..options() }).unwrap();
    server.next_event().unwrap();
    server.accept().unwrap();
    server.transmitted(server.transmit().len());
    let mut seen = 0;
    let line = [&[b'x'; 98][..], b"\r\n"].concat();
    let mut wire = ENVELOPE.to_vec();
    for _ in 0..20_000 {
        wire.extend_from_slice(&line);
    }
    wire.extend_from_slice(b".\r\n");
    let mut wire = &wire[..];
    let mut aborted = false;
    while !aborted {
        let taken = server.receive(wire);
        assert!(taken <= 16_384);
        wire = &wire[taken..];
        while let Some(event) = server.next_event().unwrap() {
            match event {
                ServerEvent::Data(chunk) => seen += chunk.len(),
                ServerEvent::DataAborted(_) => aborted = true,
                event if event.is_question() => server.accept().unwrap(),
                _ => {}
            }
        }
        server.transmitted(server.transmit().len());
    }
    assert_eq!(seen, 1 << 20);
}

#[test]
fn a_response_that_fills_the_whole_buffer_fails_the_login_and_no_more() {
    let options = ServerOptions { auth_without_tls: true, offered: ExtensionSet::AUTH, ..options() };
    let user = "QUFB".repeat(12);
    // From a buffer with room for the next response to one that the first fills.
    for spaces in 0..4 {
        let mut server: Server<mailproto::Fixed<64, 512>> = Server::new(options).unwrap();
        let first = format!("AUTH{:spaces$} LOGIN {user}\r\n", "");
        assert!(first.len() <= 64);
        let mut wire = format!("EHLO x\r\n{first}Yg==\r\nNOOP\r\n").into_bytes();
        let mut heard_noop = false;
        for _ in 0..100 {
            let taken = server.receive(&wire);
            wire.drain(..taken);
            while let Some(event) = server.next_event().unwrap() {
                heard_noop |= event == ServerEvent::Noop;
                if event.is_question() {
                    server.accept().unwrap();
                }
            }
            server.transmitted(server.transmit().len());
        }
        assert!(heard_noop, "the server hangs behind a line of {} bytes", first.len());
    }
}
