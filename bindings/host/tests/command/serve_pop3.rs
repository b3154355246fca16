//! `mailproto serve` where mail is fetched.

use crate::program::Server;
use crate::wire::Wire;
use std::time::{Duration, Instant};

/// Sends a message to a user by SMTP.
pub(super) fn deliver(server: &Server, recipients: &[&str], message: &str) {
    deliver_with(server, "MAIL FROM:<ann@client.example>", recipients, message);
}

fn deliver_with(server: &Server, mail: &str, recipients: &[&str], message: &str) {
    let (mut wire, _) = Wire::connect(server.port("smtp"));
    wire.say("EHLO client.example");
    assert!(wire.say(mail).starts_with("250 "));
    for recipient in recipients {
        assert!(wire.say(&format!("RCPT TO:<{recipient}>")).starts_with("250 "));
    }
    assert!(wire.say("DATA").starts_with("354 "));
    assert!(wire.say(&format!("{message}.")).starts_with("250 "));
    wire.say("QUIT");
}

/// Logs in; the client, and what it was told of its maildrop.
fn log_in(server: &Server, user: &str, password: &str) -> (Wire, String) {
    let (mut wire, greeting) = Wire::connect(server.port("pop3"));
    assert_eq!(greeting, "+OK POP3 ready\r\n");
    assert_eq!(wire.say(&format!("USER {user}")), "+OK Send PASS\r\n");
    let answer = wire.say(&format!("PASS {password}"));
    (wire, answer)
}

#[test]
fn what_came_by_smtp_is_fetched_listed_and_deleted() {
    let server = Server::start(&["--smtp", "0", "--pop3", "0", "--user", "ann:an na", "--user", "bob:secret"]);
    deliver(&server, &["ann@localhost", "bob+list@localhost"], "Subject: one\r\n\r\n..dot\r\n");
    deliver(&server, &["ann+a@localhost", "ann+b@localhost"], "Subject: two\r\n\r\n");

    let (mut wire, answer) = log_in(&server, "ann", "an na");
    assert_eq!(answer, "+OK maildrop has 2 messages (38 octets)\r\n");
    assert_eq!(wire.list("LIST"), "+OK 2 messages (38 octets)\r\n1 22\r\n2 16\r\n.\r\n");
    assert_eq!(wire.list("RETR 1"), "+OK 22 octets\r\nSubject: one\r\n\r\n..dot\r\n.\r\n");
    assert_eq!(wire.list("TOP 1 0"), "+OK 22 octets\r\nSubject: one\r\n\r\n.\r\n");
    let first = wire.list("UIDL");
    // A message that arrives meanwhile is for the next session.
    deliver(&server, &["ann@localhost"], "Subject: three\r\n\r\n");
    assert_eq!(wire.say("STAT"), "+OK 2 38\r\n");
    assert_eq!(wire.say("DELE 1"), "+OK message 1 deleted\r\n");
    assert_eq!(wire.say("QUIT"), "+OK Bye\r\n");
    assert_eq!(wire.reply(), "");

    let (mut wire, answer) = log_in(&server, "ANN@localhost", "an na");
    assert_eq!(answer, "+OK maildrop has 2 messages (34 octets)\r\n", "the domain and the case do not matter");
    let second = wire.list("UIDL");
    let id = |list: &str, number: &str| {
        let line = list.lines().find_map(|line| line.strip_prefix(number)?.strip_prefix(' ').map(str::to_owned));
        line.unwrap()
    };
    assert_eq!(id(&first, "2"), id(&second, "1"));
    assert_ne!(id(&first, "1"), id(&second, "2"));
    assert!(wire.list("RETR 2").contains("Subject: three"));

    let (mut wire, answer) = log_in(&server, "bob", "secret");
    assert_eq!(answer, "+OK maildrop has 1 messages (22 octets)\r\n");
    assert!(wire.say("RETR 2").starts_with("-ERR"));
}

#[test]
fn one_session_has_a_maildrop_and_without_quit_nothing_goes() {
    let server = Server::start(&["--smtp", "0", "--pop3", "0"]);
    deliver(&server, &["demo@localhost"], "Subject: stays\r\n\r\n");
    let (mut first, answer) = log_in(&server, "demo", "demo");
    assert!(answer.starts_with("+OK maildrop has 1 "));
    let (mut second, answer) = log_in(&server, "demo", "demo");
    assert_eq!(answer, "-ERR [IN-USE] The maildrop is open in another session\r\n");
    assert_eq!(second.say("STAT"), "-ERR Command out of order\r\n");
    first.say("DELE 1");
    drop(first);
    let begun = Instant::now();
    loop {
        second.say("USER demo");
        let answer = second.say("PASS demo");
        if answer.starts_with("+OK") {
            assert_eq!(answer, "+OK maildrop has 1 messages (18 octets)\r\n");
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "the maildrop of a client that has gone stays locked");
    }
    second.say("DELE 1");
    assert_eq!(second.say("QUIT"), "+OK Bye\r\n");
    // The lock is gone before the client can know that the session is over.
    let (_, answer) = log_in(&server, "demo", "demo");
    assert_eq!(answer, "+OK maildrop has 0 messages (0 octets)\r\n");
}

#[test]
fn every_wrong_login_hears_the_same() {
    let server = Server::start(&["--pop3", "0", "--user", "ann:secret"]);
    for (user, password) in [("ann", "wrong"), ("nobody", "secret"), ("ann@elsewhere.example", "secret")] {
        assert_eq!(log_in(&server, user, password).1, "-ERR [AUTH] Authentication failed\r\n");
    }
    let (mut wire, _) = Wire::connect(server.port("pop3"));
    assert!(wire.say("AUTH PLAIN AGFubgBzZWNyZXQ=").starts_with("+OK maildrop has 0 "));
}

#[test]
fn what_is_offered_depends_on_tls_and_masks() {
    let server = Server::start(&["--pop3", "0", "--mask", "uidl", "--mask", "PIPELINING", "--mask", "AUTH=PLAIN"]);
    let (mut wire, _) = Wire::connect(server.port("pop3"));
    let offered = wire.list("CAPA");
    for (tag, there) in [("TOP", true), ("USER", true), ("UIDL", false), ("PIPELINING", false), ("STLS", false)] {
        assert_eq!(offered.contains(&format!("\r\n{tag}\r\n")), there, "{tag} in {offered}");
    }
    assert!(offered.contains("\r\nIMPLEMENTATION mailproto-") && !offered.contains("PLAIN"), "{offered}");
    wire.say("USER demo");
    wire.say("PASS demo");
    assert_eq!(wire.say("UIDL"), "-ERR Command not offered\r\n");

    let server = Server::start(&["--pop3", "0", "--tls-self-signed"]);
    let (mut wire, _) = Wire::connect(server.port("pop3"));
    let offered = wire.list("CAPA");
    assert!(offered.contains("\r\nSTLS\r\n") && !offered.contains("USER\r\nSASL"), "{offered}");
    assert_eq!(wire.say("USER demo"), "-ERR Encryption required for authentication\r\n");
    // Plain text behind STLS is never obeyed (RFC 2595 §2.2).
    assert_eq!(wire.say("STLS\r\nCAPA"), "-ERR Plain text behind STLS\r\n");
    assert_eq!(wire.reply(), "");
}

#[test]
fn mail_that_needs_utf8_is_given_to_clients_that_know_it() {
    let server = Server::start(&["--smtp", "0", "--pop3", "0"]);
    let mail = "MAIL FROM:<jürgen@client.example> SMTPUTF8 BODY=8BITMIME";
    deliver_with(&server, mail, &["demo@localhost"], "Subject: grüße\r\n\r\n");
    let (mut wire, _) = log_in(&server, "demo", "demo");
    assert!(wire.say("RETR 1").starts_with("-ERR [UTF8] "));
    wire.say("QUIT");
    let (mut wire, _) = Wire::connect(server.port("pop3"));
    assert!(wire.say("UTF8").starts_with("+OK"));
    wire.say("USER demo");
    wire.say("PASS demo");
    assert_eq!(wire.list("RETR 1"), "+OK 20 octets\r\nSubject: grüße\r\n\r\n.\r\n");
}

#[test]
fn where_any_login_is_good_each_name_has_its_own_mail() {
    let server = Server::start(&["--smtp", "0", "--pop3", "0", "--accept-any-user"]);
    deliver(&server, &["Carol+news@anywhere.example"], "for carol\r\n");
    assert!(log_in(&server, "dave", "x").1.starts_with("+OK maildrop has 0 "));
    assert!(log_in(&server, "carol@anywhere.example", "x").1.starts_with("+OK maildrop has 1 "));
}

#[test]
fn at_sigterm_everybody_is_told_and_a_message_in_flight_is_finished() {
    let server = Server::start(&["--smtp", "0", "--pop3", "0", "--max-connections", "9"]);
    let (mut idle, _) = Wire::connect(server.port("pop3"));
    let (mut marked, _) = log_in(&server, "demo", "demo");
    let begun = Instant::now();
    server.signal("TERM");
    assert_eq!(idle.reply(), "-ERR [SYS/TEMP] Shutting down\r\n");
    assert_eq!(marked.reply(), "-ERR [SYS/TEMP] Shutting down\r\n");
    assert_eq!((idle.reply(), marked.reply()), (String::new(), String::new()));
    drop((idle, marked));
    assert_eq!(server.end().0, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn one_client_too_many_is_told_so() {
    let server = Server::start(&["--pop3", "0", "--max-connections", "1"]);
    let (_first, greeting) = Wire::connect(server.port("pop3"));
    assert!(greeting.starts_with("+OK "));
    let (mut second, greeting) = Wire::connect(server.port("pop3"));
    assert!(greeting.starts_with("-ERR [SYS/TEMP] Too many connections"), "{greeting}");
    assert_eq!(second.reply(), "");
}

#[test]
fn a_large_maildrop_is_fetched_by_pipelined_commands() {
    let server = Server::start(&["--smtp", "0", "--pop3", "0"]);
    let message = format!("Subject: long\r\n\r\n{}", "0123456789abcdef0123456789abcdef\r\n".repeat(20_000));
    for _ in 0..3 {
        deliver(&server, &["demo@localhost"], &message);
    }
    let (mut wire, _) = log_in(&server, "demo", "demo");
    let mut whole = wire.list("RETR 1\r\nRETR 2\r\nRETR 3\r\nSTAT");
    for _ in 0..2 {
        let next = wire.list("NOOP");
        assert_eq!(next, whole);
        whole = next;
    }
    assert!(whole.ends_with(&format!("{message}.\r\n")));
    assert!(wire.reply().starts_with("+OK 3 "));
}

#[test]
fn a_trace_shows_no_password_and_shortens_messages() {
    let server = Server::start(&["--smtp", "0", "--pop3", "0", "--trace", "--user", "tim:tan staaf"]);
    deliver(&server, &["tim@localhost"], &"line of text\r\n".repeat(50));
    let (mut wire, _) = log_in(&server, "tim", "tan staaf");
    wire.list("RETR 1");
    wire.say("QUIT");
    let (mut wire, _) = Wire::connect(server.port("pop3"));
    wire.say("pass tan staaf");
    assert!(wire.say("AUTH PLAIN AHRpbQB0YW4gc3RhYWY=").starts_with("+OK"));
    wire.say("QUIT");
    server.signal("TERM");
    let (_, stderr) = server.end();
    for secret in ["tan staaf", "AHRpbQB0YW4gc3RhYWY="] {
        assert!(!stderr.contains(secret), "{stderr}");
    }
    for line in
        ["2 C: USER tim", "2 C: PASS [secret]", "2 S: [532 more bytes]\\", "2 S: .\n", "3 C: AUTH PLAIN [secret]"]
    {
        assert!(stderr.contains(line), "{line} is not in {stderr}");
    }
}
