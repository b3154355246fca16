//! What a hostile POP3 client tries, and what a careless host could let it have.

use mailproto::frame::{DotFrame, DotReader, LineEnds};
use mailproto::pop3::{CapabilitySet, ResponseCode, Server, ServerEvent, ServerOptions, State, Verb};
use mailproto::{
    Anomalies, Closure, Endpoint, Error, Exceeded, Fixed, Heap, Instant, Leniency, LimitKind, Limits, Misuse,
    TimeoutReason, Violation, ViolationKind,
};

/// What came of a conversation.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    wire: Vec<u8>,
    events: Vec<String>,
    deleted: Option<Vec<u32>>,
    error: Option<Error>,
}

/// The messages of every maildrop here.
const MESSAGES: [&[u8]; 3] = [b"A: b\r\n\r\n.\r\nQUIT\r\n", b"\n.\n", b""];

/// A host that says yes to everything; the client's bytes come in pieces of `step`.
fn talk<B: mailproto::Buffers>(mut server: Server<B>, bytes: &[u8], step: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let (mut rest, mut piece) = bytes.split_at(0);
    loop {
        let events = outcome.events.len();
        loop {
            match server.next_event() {
                Ok(Some(event)) => {
                    outcome.events.push(format!("{event:?}"));
                    answer(&mut outcome, &mut server);
                }
                Ok(None) => break,
                Err(error) => {
                    outcome.error = Some(error);
                    break;
                }
            }
        }
        let moved = outcome.events.len() > events || server.wants_write();
        outcome.transmit(&mut server);
        if rest.is_empty() {
            (rest, piece) = piece.split_at(step.min(piece.len()));
        }
        let taken = server.receive(rest);
        rest = &rest[taken..];
        if !moved && taken == 0 {
            return outcome;
        }
    }
}

impl Outcome {
    fn transmit<B: mailproto::Buffers>(&mut self, server: &mut Server<B>) {
        self.wire.extend_from_slice(server.transmit());
        server.transmitted(server.transmit().len());
    }
}

/// Answers the event that was told last, by what it says of itself.
fn answer<B: mailproto::Buffers>(outcome: &mut Outcome, server: &mut Server<B>) {
    let told = outcome.events.last().unwrap().clone();
    let (name, rest) = told.split_once([' ', '(']).unwrap_or((&told, ""));
    let number = || rest.split(|byte: char| !byte.is_ascii_digit()).find(|part| !part.is_empty()).unwrap();
    match name {
        "Connect" | "Auth" | "Apop" => server.accept().unwrap(),
        "Open" => server.open(3, 30).unwrap(),
        "Size" | "Delete" => server.size(10).unwrap(),
        "UniqueId" => server.unique_id(&format!("id-{}", number())).unwrap(),
        "Message" => {
            let mut data = MESSAGES[number().parse::<usize>().unwrap() - 1];
            server.accept().unwrap();
            while !data.is_empty() {
                data = &data[server.send_data(data).unwrap()..];
                outcome.transmit(server);
            }
            server.finish_data().unwrap();
        }
        "Update" => {
            let numbers = told.split(|byte: char| !byte.is_ascii_digit()).filter_map(|part| part.parse().ok());
            outcome.deleted = Some(numbers.collect());
            server.accept().unwrap();
        }
        "Language" => server.accept_with("en English").unwrap(),
        "Languages" => {
            server.language("en", "English").unwrap();
            server.accept().unwrap();
        }
        _ => assert!(!server.awaits_answer(), "no answer to {told}"),
    }
}

fn options() -> ServerOptions<'static> {
    ServerOptions { offered: CapabilitySet::ALL, auth_without_tls: true, ..ServerOptions::default() }
}

fn server(options: ServerOptions<'_>) -> Server {
    Server::new(options).unwrap()
}

/// A server to which the client has said `wire`, and which waits for more.
fn after(options: ServerOptions<'_>, wire: &[u8]) -> Server {
    let mut server: Server = server(options);
    let mut outcome = Outcome::default();
    let mut rest = wire;
    loop {
        while let Some(event) = server.next_event().unwrap() {
            outcome.events.push(format!("{event:?}"));
            answer(&mut outcome, &mut server);
        }
        let moved = server.wants_write();
        outcome.transmit(&mut server);
        let taken = server.receive(rest);
        rest = &rest[taken..];
        if !moved && taken == 0 {
            return server;
        }
    }
}

const LOGIN: &[u8] = b"USER tim\r\nPASS secret\r\n";

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|bytes| bytes == part)
}

#[test]
fn plain_text_behind_stls_is_never_run() {
    for (wire, offset) in [(&b"STLS\r\nUSER tim\r\n"[..], 6), (b"CAPA\r\nSTLS\r\nUSER tim\r\nPASS x\r\n", 12)] {
        let outcome = talk(server(options()), wire, 999);
        let violation = Violation { kind: ViolationKind::StartTlsInjection, offset, farewell: None };
        assert_eq!(outcome.error, Some(Error::Protocol(violation)));
        assert!(outcome.wire.ends_with(b"-ERR Plain text behind STLS\r\n"));
        assert!(!contains(&outcome.wire, b"Begin TLS"), "TLS must not begin");
        assert!(!outcome.events.iter().any(|event| event.contains("User")));
    }
}

#[test]
fn behind_the_wall_no_byte_is_taken_and_the_client_starts_anew() {
    let mut server = after(options(), b"");
    server.receive(b"STLS\r\n");
    assert_eq!(server.next_event().unwrap(), None, "the +OK has not been sent yet");
    server.transmitted(server.transmit().len());
    assert_eq!(server.receive(b"USER tim\r\n"), 0);
    assert_eq!(server.next_event().unwrap(), Some(ServerEvent::StartTls));
    assert_eq!(server.receive(b"USER tim\r\n"), 0);
    server.tls_started().unwrap();
    assert_eq!(server.next_event().unwrap(), None);
    assert_eq!(server.state(), State::Authorization);
}

#[test]
fn a_name_given_in_plain_text_does_not_wait_for_its_password_under_tls() {
    // STLS behind USER is out of order, and so is PASS behind STLS.
    let outcome = talk(server(options()), b"USER tim\r\nSTLS\r\nPASS x\r\n", 3);
    assert!(outcome.wire.windows(5).filter(|bytes| bytes == b"+OK B").count() == 0);
    assert!(
        contains(&outcome.wire, b"-ERR Command out of order\r\n+OK maildrop"),
        "PASS belongs to USER, in plain text"
    );
}

#[test]
fn a_client_that_leaves_before_its_handshake_leaves_no_loop_behind() {
    let mut server = after(options(), b"STLS\r\n");
    server.receive_eof();
    assert!(!server.is_closed(), "the host has not heard of it");
    assert_eq!(server.next_event(), Err(Error::Closed(Closure::EndOfInput)));
    assert!(server.is_closed());
}

#[test]
fn a_client_that_talks_before_the_greeting_is_noticed_or_refused() {
    let talk_early = |leniency| {
        let mut server = server(ServerOptions { leniency, ..options() });
        server.next_event().unwrap();
        server.receive(b"CAPA\r\n");
        server.accept().unwrap();
        let result = server.next_event().map(|event| event.is_some());
        (result, server.anomalies(), server.transmit().to_vec())
    };
    let (result, anomalies, _) = talk_early(Leniency::LENIENT);
    assert_eq!((result, anomalies.contains(Anomalies::EARLY_TALK)), (Ok(true), true));
    let (result, _, wire) = talk_early(Leniency::LENIENT.without(Anomalies::EARLY_TALK));
    let violation = Violation { kind: ViolationKind::EarlyTalk, offset: 0, farewell: None };
    assert_eq!(result, Err(Error::Protocol(violation)));
    assert!(wire.ends_with(b"-ERR You spoke before the greeting\r\n"));
}

#[test]
fn commands_behind_quit_are_dropped_and_only_quit_deletes() {
    let wire = [LOGIN, b"DELE 2\r\nDELE 3\r\nQUIT\r\nRSET\r\nDELE 1\r\nQUIT\r\n"].concat();
    let outcome = talk(server(options()), &wire, 999);
    assert_eq!(outcome.deleted, Some(vec![2, 3]));
    assert!(outcome.wire.ends_with(b"message 3 deleted\r\n+OK Bye\r\n"));
    for end in [&b""[..], b"RSET\r\nQUIT\r\n", b"QUI", b"QUIT now\r\n"] {
        let wire = [LOGIN, b"DELE 1\r\n", end].concat();
        for step in [1, 5, 999] {
            assert_eq!(talk(server(options()), &wire, step).deleted, None, "{end:?} by {step}");
        }
    }
}

#[test]
fn a_broken_connection_and_a_silent_client_delete_nothing() {
    let mut gone = after(options(), &[LOGIN, b"DELE 1\r\n"].concat());
    gone.receive_eof();
    assert_eq!(gone.next_event(), Err(Error::Closed(Closure::EndOfInput)));
    assert!(gone.is_closed());

    // RFC 1939 §3: ten minutes at least, then the end without a word.
    let mut silent = after(options(), &[LOGIN, b"DELE 1\r\n"].concat());
    silent.handle_time(Instant::from_millis(0));
    assert_eq!(silent.next_timeout().unwrap().at, Instant::from_millis(600_000));
    silent.receive(b"NOO");
    silent.handle_time(Instant::from_millis(599_999));
    assert_eq!(silent.next_event(), Ok(None));
    silent.handle_time(Instant::from_millis(600_000));
    assert_eq!(silent.next_event(), Err(Error::Closed(Closure::TimedOut(TimeoutReason::Command))));
    assert!(silent.is_closed() && silent.transmit().is_empty());
}

#[test]
fn any_command_keeps_a_client_from_being_dismissed() {
    let mut server = after(options(), LOGIN);
    for minute in 0..60_u64 {
        server.handle_time(Instant::from_millis(minute * 60_000));
        if minute % 9 == 0 {
            server.receive(b"NOOP\r\n");
            assert_eq!(server.next_event(), Ok(Some(ServerEvent::Answered(Verb::Noop))));
            server.transmitted(server.transmit().len());
        }
        assert_eq!(server.next_event(), Ok(None));
    }
}

#[test]
fn a_client_that_does_not_take_what_it_asked_for_is_dismissed_and_a_slow_host_is_not_blamed_on_it() {
    let mut server = after(options(), LOGIN);
    server.receive(b"RETR 1\r\n");
    server.next_event().unwrap();
    server.handle_time(Instant::from_millis(0));
    assert_eq!(server.next_timeout(), None, "the host is asked");
    server.accept().unwrap();
    server.handle_time(Instant::from_millis(1_000));
    server.transmitted(server.transmit().len());
    server.handle_time(Instant::from_millis(2_000));
    assert_eq!(server.next_timeout(), None, "the host has not sent yet");
    server.handle_time(Instant::from_millis(900_000));
    assert_eq!(server.next_event(), Ok(None));
    server.send_data(b"text").unwrap();
    server.handle_time(Instant::from_millis(900_000));
    let timeout = server.next_timeout().unwrap();
    assert_eq!((timeout.at, timeout.reason), (Instant::from_millis(1_080_000), TimeoutReason::DataBlock));
    server.handle_time(Instant::from_millis(1_080_000));
    assert_eq!(server.next_event(), Err(Error::Closed(Closure::TimedOut(TimeoutReason::DataBlock))));
    assert_eq!(server.send_data(b"more"), Err(Error::Misuse(Misuse::Closed)));
}

#[test]
fn an_endless_line_costs_no_memory_and_ends_in_one_refusal() {
    let mut server = after(options(), b"");
    for _ in 0..1_000 {
        assert_eq!(server.receive(&[b'a'; 1_000]), 1_000);
        assert_eq!(server.next_event().unwrap(), None);
    }
    server.receive(b"\r\nAUTH\r\n");
    assert_eq!(server.next_event().unwrap(), Some(ServerEvent::Refused { text: "Line too long", line: b"" }));
    assert_eq!(server.next_event().unwrap(), Some(ServerEvent::Answered(Verb::AuthList)));
}

#[test]
fn a_line_may_have_255_bytes_and_not_one_more() {
    // RFC 2449 §4.
    for (length, taken) in [(248, true), (249, false)] {
        let wire = [b"USER tim\r\nPASS ", &vec![b'x'; length][..], b"\r\nPASS y\r\n"].concat();
        for step in [1, 7, 999] {
            let outcome = talk(server(options()), &wire, step);
            assert_eq!(contains(&outcome.wire, b"maildrop has"), taken, "{length} by {step}");
            assert_eq!(contains(&outcome.wire, b"-ERR Line too long\r\n-ERR Command out of order"), !taken);
        }
    }
}

#[test]
fn too_many_bad_commands_end_the_connection() {
    let outcome = talk(server(options()), &b"XYZZY\r\n".repeat(30), 7);
    let exceeded = Exceeded { limit: LimitKind::BadCommands, value: 20, offset: 21 * 7 };
    assert_eq!(outcome.error, Some(Error::Limit(exceeded)));
    assert!(outcome.wire.ends_with(b"-ERR Too many errors\r\n"));
    // A message that is not there is no bad command: clients try.
    let outcome = talk(server(options()), &[LOGIN, &b"RETR 9\r\n".repeat(99)].concat(), 999);
    assert_eq!(outcome.error, None);
}

#[test]
fn too_many_failed_logins_end_the_connection_and_each_gets_the_same_answer() {
    let limits = Limits { failed_auth: 2, ..options().limits };
    let attempts = [&b"USER tim\r\nPASS x\r\n"[..], b"USER nobody\r\nPASS x\r\n", b"AUTH PLAIN AGEAYg==\r\n"];
    for attempt in attempts {
        let mut server = server(ServerOptions { limits, ..options() });
        let wire = attempt.repeat(4);
        let (mut wire, mut sent, mut asked) = (&wire[..], Vec::new(), 0);
        let error = loop {
            match server.next_event() {
                Ok(Some(ServerEvent::Auth(_))) => {
                    asked += 1;
                    server.reject(None, "").unwrap();
                }
                Ok(Some(ServerEvent::Connect)) => server.accept().unwrap(),
                Ok(Some(_)) => {}
                Ok(None) => {
                    let taken = server.receive(wire);
                    wire = &wire[taken..];
                }
                Err(error) => break error,
            }
            sent.extend_from_slice(server.transmit());
            server.transmitted(server.transmit().len());
        };
        let offset = 3 * attempt.len() as u64;
        assert_eq!(error, Error::Limit(Exceeded { limit: LimitKind::FailedAuth, value: 2, offset }));
        assert_eq!(asked, 3);
        let refusals = sent.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"-ERR"));
        let refusals: Vec<_> = refusals.map(|line| line.escape_ascii().to_string()).collect();
        assert_eq!(refusals[..3], ["-ERR [AUTH] Authentication failed\\r"; 3]);
    }
}

#[test]
fn no_password_is_taken_in_plain_text_unless_told() {
    let options = ServerOptions { auth_without_tls: false, ..options() };
    for wire in [&b"USER tim\r\nPASS secret\r\n"[..], b"AUTH PLAIN AGEAYg==\r\n", b"AUTH LOGIN\r\ndGlt\r\nYg==\r\n"] {
        let outcome = talk(server(options), wire, 999);
        assert!(!outcome.events.iter().any(|event| event.starts_with("Auth")), "{:?}", outcome.events);
        assert!(!outcome.events.iter().any(|event| event.contains("secret") || event.contains("AGEA")));
        assert!(contains(&outcome.wire, b"-ERR Encryption required for authentication\r\n"));
    }
    let announced = talk(server(options), b"CAPA\r\n", 999).wire;
    assert!(!contains(&announced, b"\nUSER\r") && !contains(&announced, b"SASL"));
}

#[test]
fn credentials_leave_no_trace_in_the_receive_buffer() {
    for (wire, secrets) in [
        (&b"USER tim\r\nPASS tanstaaftanstaaf\r\n"[..], &[&b"tanstaaf"[..]][..]),
        (b"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", &[b"tanstaaf", b"dGFuc3RhYWZ0YW5zdGFhZg", b"AHRpbQ"]),
        // Refused, but a password all the same.
        (b"PASS tanstaaftanstaaf\r\n", &[b"tanstaaf"]),
        (b"USER tim\r\nNOOP\r\nPASS tanstaaftanstaaf\r\n", &[b"tanstaaf"]),
    ] {
        let mut server: Server<Fixed<256, 512>> = Server::new(options()).unwrap();
        server.next_event().unwrap();
        server.accept().unwrap();
        server.transmitted(server.transmit().len());
        server.receive(wire);
        while let Some(event) = server.next_event().unwrap() {
            if event.is_question() {
                server.accept().unwrap();
                break;
            }
        }
        let space = server.receive_space();
        for secret in secrets {
            assert!(!contains(space, secret), "{secret:?} is still there");
        }
    }
}

#[test]
fn debug_output_and_refusals_show_no_secret() {
    let wire = b"USER tim\r\nPASS tanstaaf\r\nAPOP tim tanstaaf\r\nAUTH XYZZY tanstaaf\r\nPASS tanstaaf\r\nauth plain tanstaaf tanstaaf\r\n";
    let outcome = talk(server(options()), wire, 999);
    assert!(outcome.events.len() > 6);
    for event in &outcome.events {
        assert!(!event.contains("tanstaaf"), "{event}");
    }
}

#[test]
fn malformed_sasl_messages_are_refused_without_troubling_the_host() {
    for exchange in [
        &b"AUTH PLAIN !!!!\r\n"[..],
        b"AUTH PLAIN =\r\n",
        b"AUTH PLAIN AGE=\r\n",
        b"AUTH PLAIN\r\n*\r\n",
        b"AUTH LOGIN\r\n*\r\n",
        b"AUTH LOGIN\r\n!\r\n",
        b"AUTH LOGIN =\r\nYg==\r\n",
        b"AUTH XYZZY\r\n",
        b"AUTH \xff\r\n",
    ] {
        for step in [1, 4, 99] {
            let outcome = talk(server(options()), exchange, step);
            let last = outcome.wire.split(|byte| *byte == b'\n').rev().nth(1).unwrap();
            assert!(last.starts_with(b"-ERR"), "{} to {exchange:?}", last.escape_ascii());
            assert!(!outcome.events.iter().any(|event| event.starts_with("Auth")), "{exchange:?}");
        }
    }
}

#[test]
fn a_response_that_fills_the_whole_buffer_fails_the_login_and_no_more() {
    let user = "QUFB".repeat(12);
    for spaces in 0..4 {
        let mut server: Server<Fixed<64, 512>> = Server::new(options()).unwrap();
        let first = format!("AUTH{:spaces$} LOGIN {user}\r\n", "");
        assert!(first.len() <= 64);
        let mut wire = format!("{first}Yg==\r\nCAPA\r\n").into_bytes();
        let mut went_on = false;
        for _ in 0..100 {
            let taken = server.receive(&wire);
            wire.drain(..taken);
            while let Some(event) = server.next_event().unwrap() {
                went_on |= event == ServerEvent::Answered(Verb::Capa);
                match event {
                    ServerEvent::Connect => server.accept().unwrap(),
                    ServerEvent::Auth(_) => server.reject(None, "").unwrap(),
                    _ => {}
                }
            }
            server.transmitted(server.transmit().len());
        }
        assert!(went_on, "the server hangs behind a line of {} bytes", first.len());
    }
}

#[test]
fn names_and_passwords_of_any_length_end_in_an_answer_in_the_smallest_buffer() {
    for name in 1..70 {
        for password in [1, 10, 40, 70] {
            let wire = format!("USER {}\r\nPASS {}\r\nCAPA\r\n", "u".repeat(name), "p".repeat(password));
            let server: Server<Fixed<64, 256>> = Server::new(options()).unwrap();
            let outcome = talk(server, wire.as_bytes(), 5);
            let answers = outcome.wire.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"+OK "));
            assert!(answers.count() >= 2 && outcome.wire.ends_with(b"\r\n.\r\n"), "{name} {password}");
            assert_eq!(outcome.error, None);
        }
    }
}

#[test]
fn a_whole_session_passes_through_the_smallest_buffers_in_the_same_bytes() {
    let wire = [
        &b"CAPA\r\nAUTH\r\nLANG\r\n"[..],
        LOGIN,
        b"STAT\r\nLIST\r\nUIDL\r\nRETR 1\r\nTOP 2 0\r\nDELE 2\r\nLIST\r\nUIDL\r\nRETR 3\r\nQUIT\r\n",
    ]
    .concat();
    let expected = talk(server(options()), &wire, 999);
    assert_eq!(expected.deleted, Some(vec![2]));
    for step in [1, 2, 3, 7, 999] {
        let small: Server<Fixed<64, 128, 1>> = Server::new(options()).unwrap();
        assert_eq!(talk(small, &wire, step).wire.escape_ascii().to_string(), expected.wire.escape_ascii().to_string());
    }
}

#[test]
fn a_maildrop_of_every_number_there_is_neither_overflows_nor_ends() {
    let mut server = after(options(), b"");
    server.receive(LOGIN);
    let mut asked = 0;
    server.receive(b"DELE 4294967294\r\nDELE 4294967295\r\nSTAT\r\nLIST\r\n");
    while asked < 100_000 {
        match server.next_event().unwrap() {
            Some(ServerEvent::Open) => server.open(u32::MAX, u64::MAX).unwrap(),
            Some(ServerEvent::Size { number }) => {
                asked += 1;
                assert_eq!(number, asked);
                server.size(u64::MAX).unwrap();
            }
            Some(ServerEvent::Delete { .. }) => server.size(u64::MAX).unwrap(),
            Some(ServerEvent::Auth(_)) => server.accept().unwrap(),
            Some(_) => {}
            None => server.transmitted(server.transmit().len()),
        }
        assert!(server.transmit().len() <= 16_384);
    }
}

#[test]
fn nothing_a_host_says_can_inject_a_response() {
    let misuse = |result: Result<(), Error>| assert!(matches!(result, Err(Error::Misuse(_))), "{result:?}");
    let texts = ["a\rb", "a\r\n+OK b", "a\0b", "a\n"];
    let mut greeting = server(options());
    greeting.next_event().unwrap();
    for text in texts {
        misuse(greeting.reject(None, text));
        misuse(greeting.reject(Some(ResponseCode::Other(text)), "b"));
        misuse(greeting.accept_with(text));
        misuse(greeting.accept_with_timestamp(text, "<a@b>"));
        misuse(greeting.accept_with_timestamp("ready", text));
        misuse(greeting.accept_with_timestamp("ready", &format!("<{text}@b>")));
        misuse(Server::<Heap>::new(ServerOptions { implementation: text, ..options() }).map(drop));
    }
    for timestamp in ["", "a@b", "<a@b", "a@b>", "<ab>", "<a@b> ", "<a @b>", "<a@b><c@d>", "<\u{e4}@b>"] {
        misuse(greeting.accept_with_timestamp("ready", timestamp));
    }
    misuse(greeting.accept_with_timestamp("<not@it>", "<a@b>"));
    for code in ["", "A B", "A]", "[A", "\u{e4}"] {
        misuse(greeting.reject(Some(ResponseCode::Other(code)), "b"));
    }
    // Also where no codes are announced, and this one would not be said.
    let mut without_codes = server(ServerOptions { offered: CapabilitySet::NONE, ..options() });
    without_codes.next_event().unwrap();
    for text in texts {
        misuse(without_codes.reject(Some(ResponseCode::Other(text)), "b"));
    }
    misuse(greeting.accept_with(&"x".repeat(507)));
    assert!(greeting.transmit().is_empty());
    greeting.accept_with(&"x".repeat(506)).unwrap();
    assert_eq!(greeting.transmit().len(), 512);

    let mut session = after(options(), &[b"LANG\r\n", LOGIN].concat());
    session.receive(b"UIDL 1\r\nUIDL\r\nLANG\r\n");
    session.next_event().unwrap();
    for text in texts.into_iter().chain(["", " ", "a b", "\u{e4}", &"x".repeat(71)]) {
        misuse(session.unique_id(text));
    }
    assert!(session.transmit().is_empty());
    session.unique_id(&"x".repeat(70)).unwrap();
    session.next_event().unwrap();
    misuse(session.reject(None, "a\r\nb"));
    for id in ["one", ".", "~!"] {
        session.unique_id(id).unwrap();
        session.next_event().unwrap();
    }
    assert!(session.transmit().ends_with(b"1 one\r\n2 .\r\n3 ~!\r\n.\r\n"));
    session.transmitted(session.transmit().len());
    for text in texts {
        misuse(session.language(text, "b"));
        misuse(session.language("en", text));
    }
    misuse(session.language("", "b"));
    misuse(session.language(".", ""));
    misuse(session.language("a b", ""));
    assert!(session.transmit().is_empty());
}

#[test]
fn answers_that_do_not_belong_to_the_question_change_nothing() {
    let out_of_order = |result: Result<(), Error>| assert_eq!(result, Err(Error::Misuse(Misuse::OutOfOrder)));
    let mut server = after(options(), LOGIN);
    server.receive(b"LIST 1\r\n");
    assert_eq!(server.next_event().unwrap(), Some(ServerEvent::Size { number: 1 }));
    out_of_order(server.accept());
    out_of_order(server.accept_with("10"));
    out_of_order(server.open(1, 1));
    out_of_order(server.unique_id("a"));
    out_of_order(server.language("en", ""));
    out_of_order(server.accept_with_timestamp("", "<a@b>"));
    out_of_order(server.finish_data());
    out_of_order(server.tls_started());
    assert_eq!(server.send_data(b"x"), Err(Error::Misuse(Misuse::OutOfOrder)));
    assert!(server.transmit().is_empty() && server.awaits_answer());
    server.size(10).unwrap();
    assert_eq!(server.transmit(), b"+OK 1 10\r\n");
    out_of_order(server.size(10));
    out_of_order(server.reject(None, ""));
}

/// Every string of up to `length` bytes of the alphabet of line ends and dots.
fn every_short_string(length: usize) -> impl Iterator<Item = Vec<u8>> {
    let alphabet = *b"\r\n.\0x";
    (0..=length).flat_map(move |length| {
        (0..alphabet.len().pow(length as u32)).map(move |mut index| {
            let mut string = Vec::with_capacity(length);
            for _ in 0..length {
                string.push(alphabet[index % alphabet.len()]);
                index /= alphabet.len();
            }
            string
        })
    })
}

#[test]
fn no_stored_message_ends_its_own_answer() {
    // Quirk: stored mail with bare line ends. What a client finds behind the first lone dot must be the
    // answer to its next command.
    let mut server = after(options(), LOGIN);
    for message in every_short_string(6) {
        server.receive(b"RETR 1\r\nNOOP\r\n");
        server.next_event().unwrap();
        server.accept().unwrap();
        assert_eq!(server.send_data(&message), Ok(message.len()));
        server.finish_data().unwrap();
        server.next_event().unwrap();
        let wire = server.transmit().strip_prefix(b"+OK Message follows\r\n").unwrap().to_vec();
        server.transmitted(server.transmit().len());
        let mut reader = DotReader::new(LineEnds::Refuse);
        let mut rest = &wire[..];
        loop {
            match reader.next(rest) {
                DotFrame::Data { length } => rest = &rest[length..],
                DotFrame::Skip { consumed } => rest = &rest[consumed..],
                DotFrame::End { consumed, .. } => {
                    rest = &rest[consumed..];
                    break;
                }
                other => panic!("{message:?} became {wire:?}: {other:?}"),
            }
        }
        assert_eq!(rest, b"+OK\r\n", "{message:?} became {wire:?}");
    }
}

#[test]
fn a_message_that_comes_in_pieces_is_the_same_message() {
    let message = b"A: b\n\r\n.\r\r\n..c\n.\r.d\0e\r\nf\r";
    let fetch = |command: &[u8], step: usize, room: u32| {
        let limits = Limits { transmit_buffer: room, ..options().limits };
        let mut server = after(ServerOptions { limits, ..options() }, LOGIN);
        server.receive(command);
        server.next_event().unwrap();
        server.accept().unwrap();
        let mut wire = Vec::new();
        for mut piece in message.chunks(step) {
            while !piece.is_empty() {
                piece = &piece[server.send_data(piece).unwrap()..];
                wire.extend_from_slice(server.transmit());
                server.transmitted(server.transmit().len());
            }
        }
        server.finish_data().unwrap();
        wire.extend_from_slice(server.transmit());
        wire.escape_ascii().to_string()
    };
    for command in [&b"RETR 1\r\n"[..], b"TOP 1 0\r\n", b"TOP 1 1\r\n", b"TOP 1 3\r\n", b"TOP 1 9\r\n"] {
        let whole = fetch(command, 99, 16_384);
        assert!(whole.ends_with("\\r\\n.\\r\\n"));
        for step in 1..=message.len() {
            for room in [128, 16_384] {
                assert_eq!(fetch(command, step, room), whole, "by {step}");
            }
        }
    }
}

#[test]
fn behind_what_top_asks_for_the_rest_is_taken_and_not_sent() {
    let mut server = after(options(), LOGIN);
    server.receive(b"TOP 1 1\r\n");
    server.next_event().unwrap();
    server.accept().unwrap();
    assert!(server.wants_data());
    assert_eq!(server.send_data(b"A: b\r\n\r\none\r\ntwo\r\n"), Ok(18));
    assert!(!server.wants_data());
    server.transmitted(server.transmit().len());
    for _ in 0..1_000 {
        assert_eq!(server.send_data(&[b'x'; 65_536]), Ok(65_536));
        assert!(!server.wants_write());
    }
    server.finish_data().unwrap();
    assert_eq!(server.transmit(), b"\r\n.\r\n");
}

#[test]
fn strictness_is_chosen_at_run_time() {
    let wire = [LOGIN, b"RETR  1\r\nNOOP \r\nNOOP\n"].concat();
    let lenient = talk(server(ServerOptions { leniency: Leniency::LENIENT, ..options() }), &wire, 999);
    assert_eq!(lenient.wire.windows(5).filter(|bytes| bytes == b"+OK\r\n").count(), 2);
    let strict = talk(server(ServerOptions { leniency: Leniency::STRICT, ..options() }), &wire, 999);
    assert!(strict.wire.ends_with(b"-ERR Syntax error in arguments\r\n-ERR Syntax error in arguments\r\n"));
}
