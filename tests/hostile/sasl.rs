//! Servers and clients that lie, insist or give up in the middle of a login.

use mailproto::sasl::{
    BindingKind, ChannelBinding, Failure as Why, Iterations, Mechanism, Mechanisms, Nonce, Progress, Scram, ScramHash,
};
use mailproto::smtp::{
    Client, ClientEvent, ClientOptions, Envelope, ExtensionSet, Failure, Login, Server, ServerEvent, ServerOptions,
    Submission, SubmissionEvent, SubmissionOptions, TlsPolicy,
};
use mailproto::{Endpoint, Error, LimitKind, Misuse, Violation, ViolationKind};

/// What a submission under TLS says to a server that has written down all that it will say, and how it ended.
struct Course {
    wire: String,
    log: String,
    failure: Option<Failure>,
    error: Option<Error>,
    mechanism: Option<Mechanism>,
    why: Option<Why>,
}

fn submit(login: Login, binding: bool, server: &str) -> Course {
    let options =
        SubmissionOptions { tls: TlsPolicy::Implicit, login: Some(login), ..SubmissionOptions::new("h.example") };
    let mut submission = Submission::new(options).unwrap();
    if binding {
        submission.bind_channel(ChannelBinding { kind: BindingKind::TlsExporter, data: &[7; 32] }).unwrap();
    }
    submission.submit(Envelope::new("a@b.example", ["c@d.example"])).unwrap();
    submission.finish();
    let mut course =
        Course { wire: String::new(), log: String::new(), failure: None, error: None, mechanism: None, why: None };
    let mut lines = server.split_inclusive("\r\n");
    for _ in 0..100 {
        loop {
            match submission.next_event() {
                Ok(Some(SubmissionEvent::Failed { failure, .. })) => course.failure = Some(failure),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    course.error = Some(error);
                    break;
                }
            }
        }
        course.wire += core::str::from_utf8(submission.transmit()).unwrap();
        course.log += &submission.transmit_log().to_string();
        submission.transmitted(submission.transmit().len());
        match lines.next() {
            Some(line) => drop(submission.receive(line.as_bytes())),
            None => submission.receive_eof(),
        }
    }
    let outcome = submission.login_outcome();
    course.mechanism = outcome.map(|outcome| outcome.mechanism);
    course.why = outcome.and_then(|outcome| outcome.failure);
    course
}

fn tim() -> Login {
    let mut login = Login::new("tim", "tanstaaf");
    login.nonce = Some(Nonce::from_text("clientnonce").unwrap());
    login.iterations = Iterations { least: 1, ..Iterations::default() };
    login
}

#[test]
fn success_before_the_signature_ends_everything_and_nothing_more_is_said() {
    let hello = "220 mx\r\n250-mx\r\n250 AUTH SCRAM-SHA-256\r\n";
    // "r=clientnoncex,s=c2FsdA==,i=1"
    let challenge = "334 cj1jbGllbnRub25jZXgscz1jMkZzZEE9PSxpPTE=\r\n";
    for before in ["", challenge] {
        let server = format!("{hello}{before}235 welcome\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n");
        let course = submit(tim(), false, &server);
        let offset = (hello.len() + before.len()) as u64;
        let violation = Violation { kind: ViolationKind::UnprovenServer, offset, farewell: None };
        assert_eq!(course.error, Some(Error::Protocol(violation)));
        assert!(course.wire.contains("AUTH SCRAM-SHA-256") && !course.wire.contains("MAIL"), "{}", course.wire);
    }
}

#[test]
fn a_mechanism_that_a_server_does_not_know_gives_way_to_the_next_once() {
    let hello = "220 mx\r\n250-mx\r\n250 AUTH PLAIN LOGIN SCRAM-SHA-1 SCRAM-SHA-256 CRAM-MD5\r\n";
    let course = submit(
        tim(),
        false,
        &format!("{hello}504 what\r\n534 too weak\r\n504 what\r\n504 what\r\n504 what\r\n221 bye\r\n"),
    );
    let tried: Vec<_> = course.wire.lines().filter_map(|line| line.strip_prefix("AUTH ")?.split(' ').next()).collect();
    assert_eq!(tried, ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"]);
    assert_eq!(course.failure, Some(Failure::LoginRefused));
    assert!(!course.wire.contains("MAIL"));
    // A refusal of the user is one.
    let course = submit(tim(), false, &format!("{hello}535 wrong\r\n221 bye\r\n"));
    assert_eq!(course.wire.matches("AUTH ").count(), 1);
    assert_eq!((course.failure, course.mechanism), (Some(Failure::LoginRefused), Some(Mechanism::ScramSha256)));
}

#[test]
fn an_offer_to_bind_to_the_channel_cannot_be_taken_back_by_a_refusal() {
    let hello = "220 mx\r\n250-mx\r\n250 AUTH PLAIN LOGIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS\r\n";
    let course = submit(tim(), true, &format!("{hello}504 what\r\n235 come in\r\n221 bye\r\n"));
    assert_eq!(course.wire.matches("AUTH ").count(), 1, "{}", course.wire);
    assert_eq!((course.failure, course.mechanism), (Some(Failure::LoginRefused), Some(Mechanism::ScramSha256Plus)));
    // Where no such offer is made, the client says that it misses it.
    let course = submit(tim(), true, "220 mx\r\n250-mx\r\n250 AUTH SCRAM-SHA-256\r\n535 no\r\n");
    // "y,,n=tim,r=clientnonce"
    assert!(course.wire.contains("AUTH SCRAM-SHA-256 eSwsbj10aW0scj1jbGllbnRub25jZQ==\r\n"), "{}", course.wire);
}

#[test]
fn a_server_that_asks_for_too_much_work_is_cancelled_and_the_reason_told() {
    let hello = "220 mx\r\n250-mx\r\n250 AUTH SCRAM-SHA-256\r\n";
    // "r=clientnoncex,s=c2FsdA==,i=4294967295"
    let challenge = "334 cj1jbGllbnRub25jZXgscz1jMkZzZEE9PSxpPTQyOTQ5NjcyOTU=\r\n";
    let course = submit(tim(), false, &format!("{hello}{challenge}501 cancelled\r\n221 bye\r\n"));
    assert!(course.wire.contains("\r\n*\r\nQUIT\r\n"), "{}", course.wire);
    assert_eq!(course.why, Some(Why::ManyIterations(u32::MAX)));
    assert_eq!(course.failure, Some(Failure::LoginRefused));
}

#[test]
fn no_log_shows_a_token_or_a_proof() {
    let hello = "220 mx\r\n250-mx\r\n250 AUTH XOAUTH2\r\n";
    let course = submit(Login::with_token("tim", "verysecret"), false, &format!("{hello}235 ok\r\n"));
    assert!(course.log.contains("AUTH XOAUTH2 [secret]\r\n"), "{}", course.log);
    let hello = "220 mx\r\n250-mx\r\n250 AUTH SCRAM-SHA-256\r\n";
    let challenge = "334 cj1jbGllbnRub25jZXgscz1jMkZzZEE9PSxpPTE=\r\n";
    let course = submit(tim(), false, &format!("{hello}{challenge}535 no\r\n"));
    assert!(course.log.contains("AUTH SCRAM-SHA-256 [secret]\r\n[secret]\r\n"), "{}", course.log);
}

#[test]
fn work_in_slices_decodes_a_challenge_once_and_can_be_cancelled() {
    for cancel in [false, true] {
        let mut client: Client = Client::new(ClientOptions::default());
        client.ehlo("h.example").unwrap();
        client.receive(b"220 mx\r\n250-mx\r\n250 AUTH SCRAM-SHA-256\r\n");
        while client.next_event().unwrap().is_some() {}
        client.transmitted(client.transmit().len());
        let nonce = Nonce::from_text("clientnonce").unwrap();
        let iterations = Iterations { least: 1, ..Iterations::default() };
        let scram = Scram::new(ScramHash::Sha256, "tim", "tanstaaf", nonce).unwrap();
        let mut scram = scram.with_iterations(iterations).iterations_per_call(10);
        client.auth(&mut scram).unwrap();
        client.transmitted(client.transmit().len());
        // "r=clientnoncex,s=c2FsdA==,i=100"
        client.receive(b"334 cj1jbGllbnRub25jZXgscz1jMkZzZEE9PSxpPTEwMA==\r\n");
        assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Challenge { .. }))));
        for _ in 0..9 {
            assert_eq!(client.auth_respond(&mut scram), Ok(Progress::Working));
            assert!(client.transmit().is_empty());
            // Whatever else the host does meanwhile.
            assert_eq!(client.next_event(), Ok(None));
            assert!(client.next_timeout().is_none());
        }
        if cancel {
            client.auth_cancel().unwrap();
            assert_eq!(client.transmit(), b"*\r\n");
        } else {
            assert_eq!(client.auth_respond(&mut scram), Ok(Progress::Done));
            // "c=biws,r=clientnoncex,p=" and a proof.
            assert!(client.transmit().starts_with(b"Yz1iaXdzLHI9Y2xpZW50bm9uY2V4LHA9"));
        }
        assert_eq!(client.auth_respond(&mut scram), Err(Error::Misuse(Misuse::OutOfOrder)));
    }
}

fn server(mechanism: Mechanism) -> Server {
    let mut options = ServerOptions::new("mx.example.org");
    options.offered = ExtensionSet::AUTH;
    options.mechanisms = Mechanisms::NONE.with(mechanism);
    options.auth_without_tls = true;
    options.limits.failed_auth = 2;
    Server::new(options).unwrap()
}

/// The question of a login: whether it is the first of an exchange, and the response.
type Asked = Option<(bool, Option<Vec<u8>>)>;

/// Feeds a line and takes events up to the question of the login.
fn asked(server: &mut Server, line: &[u8]) -> Result<Asked, Error> {
    server.receive(line);
    loop {
        match server.next_event()? {
            None => return Ok(None),
            Some(ServerEvent::AuthResponse { first, response, .. }) => {
                return Ok(Some((first, response.map(<[u8]>::to_vec))));
            }
            Some(event) if event.is_question() => server.accept()?,
            Some(_) => {}
        }
    }
}

#[test]
fn a_cancelled_exchange_is_over_and_the_next_begins_anew() {
    let mut server = server(Mechanism::ScramSha256);
    assert_eq!(asked(&mut server, b"EHLO x\r\n"), Ok(None));
    assert_eq!(asked(&mut server, b"AUTH SCRAM-SHA-256 YQ==\r\n"), Ok(Some((true, Some(b"a".to_vec())))));
    server.challenge(b"x").unwrap();
    assert_eq!(asked(&mut server, b"*\r\n"), Ok(None));
    server.transmitted(server.transmit().len());
    assert_eq!(asked(&mut server, b"AUTH SCRAM-SHA-256\r\n"), Ok(None));
    assert_eq!(server.transmit(), b"334 \r\n");
    server.transmitted(6);
    assert_eq!(asked(&mut server, b"Yg==\r\n"), Ok(Some((true, Some(b"b".to_vec())))));
    server.challenge(b"y").unwrap();
    assert_eq!(asked(&mut server, b"\r\n"), Ok(Some((false, Some(Vec::new())))));
    server.accept().unwrap();
    assert!(server.is_authenticated());
    assert_eq!(server.challenge(b"z"), Err(Error::Misuse(Misuse::OutOfOrder)));
}

#[test]
fn too_many_failed_exchanges_end_the_connection() {
    let mut server = server(Mechanism::ScramSha256);
    assert_eq!(asked(&mut server, b"EHLO x\r\n"), Ok(None));
    for _ in 0..3 {
        assert!(matches!(asked(&mut server, b"AUTH SCRAM-SHA-256 YQ==\r\n"), Ok(Some((true, _)))));
        server.reject(535, None, "no").unwrap();
    }
    let Err(Error::Limit(exceeded)) = asked(&mut server, b"AUTH SCRAM-SHA-256 YQ==\r\n") else { panic!() };
    assert_eq!((exceeded.limit, exceeded.value), (LimitKind::FailedAuth, 2));
    assert!(server.transmit().ends_with(b"421 Too many errors\r\n"));
}

#[test]
fn a_mechanism_that_binds_to_the_channel_is_not_offered_without_tls() {
    let mut server = server(Mechanism::ScramSha256Plus);
    assert_eq!(asked(&mut server, b"EHLO x\r\nAUTH SCRAM-SHA-256-PLUS\r\n"), Ok(None));
    let said = String::from_utf8(server.transmit().to_vec()).unwrap();
    assert!(!said.contains("AUTH") && said.contains("504"), "{said}");
}

#[test]
fn nor_does_pop3_offer_one() {
    use mailproto::pop3;
    let mechanisms = Mechanisms::NONE.with(Mechanism::ScramSha256Plus).with(Mechanism::ScramSha256);
    let options = pop3::ServerOptions { mechanisms, auth_without_tls: true, ..pop3::ServerOptions::default() };
    let mut server: pop3::Server = pop3::Server::new(options).unwrap();
    while let Some(event) = server.next_event().unwrap() {
        if event.is_question() {
            server.accept().unwrap();
        }
    }
    server.transmitted(server.transmit().len());
    server.receive(b"CAPA\r\nAUTH SCRAM-SHA-256-PLUS\r\n");
    while server.next_event().unwrap().is_some() {}
    let said = String::from_utf8(server.transmit().to_vec()).unwrap();
    assert!(said.contains("\r\nSASL SCRAM-SHA-256\r\n") && said.contains("-ERR"), "{said}");
}
