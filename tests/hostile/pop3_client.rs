//! What a hostile POP3 server tries, and what a host's careless arguments could do.

use mailproto::pop3::{Client, ClientEvent, ClientOptions, State, Verb};
use mailproto::sasl::{ClientMechanism, Login, Plain, Response};
use mailproto::{
    Anomalies, Closure, Endpoint, Error, Exceeded, Fixed, Instant, Leniency, LimitKind, Limits, Misuse, TimeoutReason,
    Violation, ViolationKind,
};

fn client() -> Client {
    Client::new(ClientOptions::default())
}

/// Lets the client hear all of `bytes`, and sends whatever it says.
fn feed<E: Endpoint>(client: &mut E, mut bytes: &[u8]) {
    loop {
        while client.next_event().unwrap().is_some() {}
        client.transmitted(client.transmit().len());
        if bytes.is_empty() {
            return;
        }
        let taken = client.receive(bytes);
        assert!(taken > 0, "stalled");
        bytes = &bytes[taken..];
    }
}

const CAPABILITIES: &[u8] = b"+OK\r\nTOP\r\nUIDL\r\nSTLS\r\nUTF8\r\nLANG\r\nSASL PLAIN LOGIN\r\nPIPELINING\r\n.\r\n";

/// A client that knows what the server can.
fn informed() -> Client {
    let mut client = client();
    client.capa().unwrap();
    feed(&mut client, b"+OK ready <1.2@pop.example>\r\n");
    feed(&mut client, CAPABILITIES);
    client
}

/// A client that has logged in.
fn logged_in() -> Client {
    let mut client = informed();
    client.login("mrose", "tanstaaf").unwrap();
    for line in [&b""[..], b"+OK\r\n", b"+OK\r\n"] {
        feed(&mut client, line);
    }
    assert_eq!(client.state(), State::Transaction);
    client
}

fn violation(kind: ViolationKind, offset: usize) -> Error {
    Error::Protocol(Violation { kind, offset: offset as u64, farewell: None })
}

#[test]
fn cr_lf_and_nul_in_any_argument_are_misuse_and_send_nothing() {
    let mut client = informed();
    for (offset, bad) in [(1, "a\rb"), (1, "a\nb"), (1, "a\0b"), (3, "abc\r\nDELE 1")] {
        let expected = Error::Misuse(Misuse::ControlCharacter { offset });
        assert_eq!(client.login(bad, "secret"), Err(expected));
        assert_eq!(client.login("mrose", bad), Err(expected));
        assert_eq!(client.apop(bad, "c4c9334bac560ecc979e58001b3e22fb"), Err(expected));
        assert_eq!(client.apop("mrose", bad), Err(expected));
        assert_eq!(client.lang(Some(bad)), Err(expected));
    }
    assert_eq!(client.apop("mrose", "a b"), Err(Error::Misuse(Misuse::Syntax { offset: 1 })));
    assert_eq!(client.lang(Some("a b")), Err(Error::Misuse(Misuse::Syntax { offset: 1 })));
    assert_eq!(client.login("", "secret"), Err(Error::Misuse(Misuse::Syntax { offset: 0 })));
    assert_eq!(client.login("mrosé", "secret"), Err(Error::Misuse(Misuse::NotOffered)));
    assert!(client.transmit().is_empty());
    assert_eq!(client.queued_commands(), 0);
}

#[test]
fn message_zero_is_misuse_wherever_a_number_stands() {
    let mut client = logged_in();
    let expected = Err(Error::Misuse(Misuse::Syntax { offset: 0 }));
    assert_eq!(client.retr(0), expected);
    assert_eq!(client.top(0, 1), expected);
    assert_eq!(client.dele(0), expected);
    assert_eq!(client.list(Some(0)), expected);
    assert_eq!(client.uidl(Some(0)), expected);
    assert!(client.transmit().is_empty());
}

#[test]
fn plain_text_behind_the_response_to_stls_is_never_read() {
    let mut client = informed();
    client.stls().unwrap();
    client.transmitted(client.transmit().len());
    client.receive(b"+OK begin\r\n+OK CAPA\r\nSASL PLAIN\r\n.\r\n");
    let offset = b"+OK ready <1.2@pop.example>\r\n".len() + CAPABILITIES.len() + b"+OK begin\r\n".len();
    let expected = violation(ViolationKind::StartTlsInjection, offset);
    assert_eq!(client.next_event(), Err(expected));
    assert_eq!(client.next_event(), Err(expected), "the error is sticky");
    assert!(client.is_closed());
}

#[test]
fn behind_the_wall_no_byte_is_taken_and_nothing_learned_before_counts_after() {
    let mut client = informed();
    client.stls().unwrap();
    assert_eq!(client.capa(), Err(Error::Misuse(Misuse::OutOfOrder)));
    client.transmitted(client.transmit().len());
    client.receive(b"+OK begin\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::StartTls { .. }))));
    assert_eq!(client.receive(b"+OK\r\nSASL PLAIN\r\n.\r\n"), 0);
    assert_eq!(client.capa(), Err(Error::Misuse(Misuse::OutOfOrder)));
    client.tls_started().unwrap();
    assert!(client.capabilities().set.is_empty());
    client.capa().unwrap();
    assert_eq!(client.transmit(), b"CAPA\r\n");
}

#[test]
fn where_stls_is_stripped_or_refused_the_host_hears_of_it_and_no_secret_leaves() {
    let mut client = client();
    client.capa().unwrap();
    feed(&mut client, b"+OK ready\r\n");
    feed(&mut client, b"+OK\r\nUSER\r\n.\r\n");
    assert_eq!(client.stls(), Err(Error::Misuse(Misuse::NotOffered)));
    for refusal in [&b"-ERR no\r\n"[..], b"-ERR [SYS/TEMP] later\r\n"] {
        let mut client = informed();
        client.stls().unwrap();
        client.transmitted(client.transmit().len());
        client.receive(refusal);
        assert!(matches!(
            client.next_event(),
            Ok(Some(ClientEvent::Response { verb: Verb::Stls, response, .. })) if !response.is_ok()
        ));
        assert!(client.transmit().is_empty());
        assert_eq!(client.tls_started(), Err(Error::Misuse(Misuse::OutOfOrder)));
    }
}

#[test]
fn what_is_no_response_ends_the_connection_at_its_first_byte() {
    for (line, kind) in [
        (&b"hello\r\n"[..], ViolationKind::MalformedResponse),
        (b"\r\n", ViolationKind::MalformedResponse),
        (b"* OK ready\r\n", ViolationKind::MalformedResponse),
        (b"220 mx\r\n", ViolationKind::MalformedResponse),
        (b"+OKAY\r\n", ViolationKind::MalformedResponse),
        (b"+ \r\n", ViolationKind::MalformedResponse),
        (b"+OK\n", ViolationKind::BareLf),
    ] {
        let mut greeted = client();
        greeted.receive(line);
        assert_eq!(greeted.next_event(), Err(violation(kind, 0)), "{line:?} as greeting");
        let mut client = logged_in();
        client.noop().unwrap();
        feed(&mut client, b"");
        client.receive(line);
        let offset = b"+OK ready <1.2@pop.example>\r\n".len() + CAPABILITIES.len() + 10;
        assert_eq!(client.next_event(), Err(violation(kind, offset)), "{line:?} as response");
        assert!(client.is_closed());
    }
}

#[test]
fn a_response_that_nothing_asked_for_is_a_violation_unless_it_says_goodbye() {
    let mut client = logged_in();
    client.receive(b"+OK surprise\r\n");
    let offset = b"+OK ready <1.2@pop.example>\r\n".len() + CAPABILITIES.len() + 10;
    assert_eq!(client.next_event(), Err(violation(ViolationKind::UnexpectedReply, offset)));

    let mut client = logged_in();
    client.receive(b"-ERR idle for too long\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Closing(_)))));
    assert!(matches!(client.next_event(), Ok(None)));
    assert!(client.is_closed());
}

#[test]
fn an_endless_greeting_takes_no_memory_and_runs_out_of_time() {
    let mut client: Client<Fixed<64, 64>> = Client::new(ClientOptions::default());
    client.handle_time(Instant::from_millis(0));
    for round in 0..10_000_u64 {
        feed(&mut client, b"+OK and on and on ");
        client.handle_time(Instant::from_millis(round));
    }
    client.handle_time(Instant::from_millis(301_000));
    let timed_out = Error::Closed(Closure::TimedOut(TimeoutReason::Greeting));
    assert_eq!(client.next_event(), Err(timed_out));
}

#[test]
fn an_endless_list_and_an_endless_line_in_it_take_no_memory() {
    let mut client: Client<Fixed<64, 64>> = Client::new(ClientOptions::default());
    client.login("mrose", "tanstaaf").unwrap();
    for line in [&b"+OK\r\n"[..], b"+OK\r\n", b"+OK\r\n"] {
        feed(&mut client, line);
    }
    client.list(None).unwrap();
    feed(&mut client, b"+OK\r\n");
    let (mut listings, mut malformed) = (0, 0);
    let wire = [b"1 2\r\n".repeat(10_000), b"1 xxxxxxxxxx".repeat(1_000), b"\r\n2 3\r\n".to_vec()].concat();
    let mut rest = wire.as_slice();
    while !rest.is_empty() {
        let taken = client.receive(rest);
        assert!(taken > 0, "stalled");
        rest = &rest[taken..];
        while let Some(event) = client.next_event().unwrap() {
            match event {
                ClientEvent::Listing { .. } => listings += 1,
                ClientEvent::Malformed { line, .. } => {
                    assert!(line.starts_with(b"1 xx") && line.len() <= 64);
                    malformed += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((listings, malformed), (10_001, 1));
    assert!(client.anomalies().contains(Anomalies::TRUNCATED_REPLY | Anomalies::MALFORMED_LINE));
}

#[test]
fn a_server_that_dribbles_a_message_must_not_pause_for_too_long() {
    let mut client = logged_in();
    client.retr(1).unwrap();
    feed(&mut client, b"+OK\r\n");
    client.handle_time(Instant::from_millis(0));
    for seconds in [100, 200, 300] {
        feed(&mut client, b"x");
        client.handle_time(Instant::from_millis(seconds * 1_000));
    }
    assert_eq!(client.next_timeout().unwrap().at, Instant::from_millis(480_000));
    client.handle_time(Instant::from_millis(480_000));
    assert_eq!(client.next_event(), Err(Error::Closed(Closure::TimedOut(TimeoutReason::DataBlock))));
}

#[test]
fn more_challenges_than_the_limit_end_the_connection() {
    let limits = Limits { sasl_rounds: 2, ..Limits::default() };
    let mut client: Client = Client::new(ClientOptions { limits, ..ClientOptions::default() });
    feed(&mut client, b"+OK\r\n");
    client.auth(&mut Plain::new("", "tim", "tanstaaf").unwrap()).unwrap();
    for _ in 0..2 {
        feed(&mut client, b"");
        client.receive(b"+ \r\n");
        assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Challenge { .. }))));
        client.auth_respond(&mut Plain::new("", "tim", "tanstaaf").unwrap()).unwrap();
    }
    feed(&mut client, b"");
    client.receive(b"+ \r\n");
    let exceeded = Exceeded { limit: LimitKind::SaslRounds, value: 2, offset: 5 + 3 * 4 };
    assert_eq!(client.next_event(), Err(Error::Limit(exceeded)));
}

#[test]
fn a_challenge_over_the_limit_is_answered_by_cancelling() {
    let mut client: Client<Fixed<64, 64>> = Client::new(ClientOptions::default());
    feed(&mut client, b"+OK\r\n");
    client.auth(&mut Login::new("tim", "tanstaaf").unwrap()).unwrap();
    feed(&mut client, b"");
    for _ in 0..100 {
        feed(&mut client, b"+ VXNlcm5h");
    }
    feed(&mut client, b"\r\n");
    client.auth_respond(&mut Login::new("tim", "tanstaaf").unwrap()).unwrap();
    assert_eq!(client.transmit(), b"*\r\n");
}

/// Wants a proof that never comes.
struct Distrustful;

impl ClientMechanism for Distrustful {
    fn name(&self) -> &str {
        "X-PROOF"
    }
    fn initial(&mut self, _response: &mut [u8]) -> Option<usize> {
        Some(0)
    }
    fn respond(&mut self, _challenge: &[u8], _response: &mut [u8]) -> Response {
        Response::Ready(0)
    }
    fn is_satisfied(&self) -> bool {
        false
    }
}

#[test]
fn success_before_the_server_has_proved_itself_is_a_violation() {
    let mut client = client();
    feed(&mut client, b"+OK\r\n");
    client.auth(&mut Distrustful).unwrap();
    assert_eq!(client.transmit(), b"AUTH X-PROOF =\r\n");
    feed(&mut client, b"");
    client.receive(b"+OK welcome\r\n");
    assert_eq!(client.next_event(), Err(violation(ViolationKind::UnprovenServer, 5)));
    assert_ne!(client.state(), State::Transaction);
}

#[test]
fn an_ok_in_place_of_a_challenge_is_none_for_a_strict_client_nor_once_the_client_has_spoken() {
    let options = ClientOptions { leniency: Leniency::STRICT, ..ClientOptions::default() };
    let mut strict: Client = Client::new(options);
    feed(&mut strict, b"+OK\r\n");
    strict.auth(&mut Login::new("tim", "tanstaaf").unwrap()).unwrap();
    feed(&mut strict, b"");
    strict.receive(b"+OK\r\n");
    assert!(matches!(strict.next_event(), Ok(Some(ClientEvent::Response { verb: Verb::Auth, .. }))));

    let mut client = client();
    feed(&mut client, b"+OK\r\n");
    client.auth(&mut Plain::new("", "tim", "tanstaaf").unwrap()).unwrap();
    feed(&mut client, b"");
    client.receive(b"+OK\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Response { verb: Verb::Auth, .. }))));
    assert!(client.anomalies().is_empty());
}

/// Whether the bytes of `text` stand one behind the other anywhere in what `Debug` shows of a client,
/// which is all that it holds.
fn holds(client: &Client<Fixed<256, 256>>, text: &str) -> bool {
    let bytes: Vec<_> = text.bytes().map(|byte| byte.to_string()).collect();
    format!("{client:?}").contains(&bytes.join(", "))
}

#[test]
fn a_password_leaves_only_behind_its_user_is_never_logged_and_is_wiped_either_way() {
    let mut client: Client<Fixed<256, 256>> = Client::new(ClientOptions::default());
    client.login("mrose", "tanstaaf").unwrap();
    feed(&mut client, b"+OK\r\n");
    assert!(holds(&client, "tanstaaf"));
    // Not even when the server speaks before USER has left completely.
    client.receive(b"-ERR no\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Response { verb: Verb::User, .. }))));
    assert!(!holds(&client, "tanstaaf"));
    assert!(client.transmit().is_empty());

    client.login("mrose", "tanstaaf").unwrap();
    assert_eq!(client.transmit(), b"USER mrose\r\n");
    client.transmitted(3);
    client.receive(b"+OK\r\n");
    assert!(matches!(client.next_event(), Ok(None)));
    assert_eq!(client.transmit_log().to_string(), "R mrose\r\nPASS [secret]\r\n");
    client.transmitted(9 + 8);
    assert_eq!(client.transmit_log().to_string(), "[secret]\r\n");
    client.transmitted(client.transmit().len());
    assert!(!holds(&client, "tanstaaf"));
}

#[test]
fn a_user_refused_while_its_line_is_half_sent_takes_only_the_password_away() {
    let mut client: Client<Fixed<256, 256>> = Client::new(ClientOptions::default());
    feed(&mut client, b"+OK\r\n");
    client.login("mrose", "tanstaaf").unwrap();
    client.stat().unwrap();
    client.transmitted(5);
    client.receive(b"-ERR no\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Response { verb: Verb::User, .. }))));
    assert_eq!(client.transmit(), b"mrose\r\nSTAT\r\n");
    assert!(!holds(&client, "tanstaaf"));
}

#[test]
fn every_queued_command_ends_when_the_connection_does() {
    let mut client = logged_in();
    client.list(None).unwrap();
    client.retr(1).unwrap();
    feed(&mut client, b"+OK\r\n1 2\r\n");
    client.receive_eof();
    assert!(!client.is_closed(), "the host has not heard of it");
    assert_eq!(client.next_event(), Err(Error::Closed(Closure::EndOfInput)));
    assert!(client.is_closed());
    assert_eq!(client.noop(), Err(Error::Misuse(Misuse::Closed)));
}

#[test]
fn what_follows_the_farewell_is_not_read() {
    let mut client = logged_in();
    client.quit().unwrap();
    feed(&mut client, b"");
    client.receive(b"+OK bye\r\n+OK and another thing\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Response { verb: Verb::Quit, .. }))));
    assert!(matches!(client.next_event(), Ok(None)));
    assert!(client.is_closed());
}
