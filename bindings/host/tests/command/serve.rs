//! `mailproto serve`.

use crate::program::{Server, run};
use crate::wire::Wire;
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn a_message_is_told_of_with_all_that_is_known() {
    let mut server = Server::start(&["--smtp", "0", "--json", "--domain", "example.org"]);
    assert!(server.ready.to_string().starts_with("{\"ready\":true,\"smtp\":"));
    let (mut wire, greeting) = Wire::connect(server.port("smtp"));
    assert_eq!(greeting, "220 example.org ESMTP\r\n");
    assert!(wire.say("EHLO client.example").starts_with("250-example.org\r\n250-PIPELINING\r\n"));
    assert!(wire.say("MAIL FROM:<ann@client.example> BODY=8BITMIME SIZE=30").starts_with("250 "));
    assert!(wire.say("RCPT TO:<demo+list@example.org>").starts_with("250 "));
    assert_eq!(wire.say("RCPT TO:<other@example.org>"), "550 5.1.1 No such user here\r\n");
    assert_eq!(wire.say("RCPT TO:<demo@elsewhere.example>"), "550 5.1.1 No such user here\r\n");
    assert!(wire.say("DATA").starts_with("354 "));
    assert!(wire.say("Subject: hi\r\n\r\n..dot\r\n.").starts_with("250 2.6.0 Message accepted, queued as 1-1"));
    let mut message = server.message();
    let peer = message["peer"].take();
    assert!(peer.as_str().unwrap().starts_with("127.0.0.1:"));
    assert_eq!(
        message,
        json!({
            "event": "message", "id": "1-1", "listener": "smtp", "client": "client.example", "peer": null, "tls": false,
            "user": null, "from": "ann@client.example", "to": ["demo+list@example.org"], "size": 21,
            "sha256": "e2d1573984ec3949ee0cc8c4bef10250e80b538efd0bba44d053f8a36721a77d",
            "parameters": { "BODY": "8BITMIME", "SIZE": "30" }, "message": "Subject: hi\r\n\r\n.dot\r\n",
        })
    );
    assert!(wire.say("MAIL FROM:<>").starts_with("250 "));
    assert!(wire.say("RCPT TO:<Postmaster>").starts_with("250 "));
    assert!(
        wire.say("BDAT 3 LAST\r\n\u{0}ä").starts_with("250 "),
        "without BODY=BINARYMIME bytes are bytes all the same"
    );
    assert_eq!(server.message()["message"], json!("\u{0}ä"));
    assert!(wire.reply().starts_with("500 "), "the chunk ends before the line does, and an empty line is no command");
    assert!(wire.say("QUIT").starts_with("221 "));
    assert_eq!(wire.reply(), "");
}

#[test]
fn without_ports_it_listens_where_it_says_for_one_user() {
    // The ports are fixed, so another server may have them; then it says which.
    let server = Server::start(&[]);
    if server.ready.is_null() {
        let (status, stderr) = server.end();
        assert_eq!(status, Some(3));
        assert!(["2525", "2587", "2110"].iter().any(|port| stderr.contains(port)), "{stderr}");
        return;
    }
    assert_eq!(server.ready.to_string(), "{\"ready\":true,\"smtp\":2525,\"submission\":2587,\"pop3\":2110}");
    server.signal("INT");
    let (status, stderr) = server.end();
    assert_eq!(status, Some(0));
    assert!(stderr.contains("demo, with the password demo"), "{stderr}");
}

#[test]
fn submission_wants_a_login_and_lmtp_a_verdict_for_each() {
    let mut server =
        Server::start(&["--submission", "0", "--lmtp", "0", "--json", "--user", "ann:a:b", "--user", "bob:c"]);
    let (mut wire, _) = Wire::connect(server.port("submission"));
    assert!(wire.say("EHLO x").contains("AUTH LOGIN PLAIN SCRAM-SHA-256\r\n"));
    assert!(wire.say("MAIL FROM:<ann@localhost>").starts_with("530 5.7.0"));
    assert_eq!(wire.say("AUTH PLAIN AGFubgBj"), "535 5.7.8 Authentication credentials invalid\r\n");
    assert!(wire.say("AUTH PLAIN AGFubgBhOmI=").starts_with("235 "));
    assert!(wire.say("MAIL FROM:<ann@localhost>").starts_with("250 "));
    assert!(wire.say("RCPT TO:<nobody@localhost>").starts_with("550 5.1.1"));

    let (mut wire, _) = Wire::connect(server.port("lmtp"));
    assert!(wire.say("LHLO x").starts_with("250-"));
    wire.say("MAIL FROM:<>");
    wire.say("RCPT TO:<ann@localhost>");
    wire.say("RCPT TO:<nobody@localhost>");
    wire.say("RCPT TO:<bob@localhost>");
    wire.say("DATA");
    let first = wire.say("x\r\n.");
    assert!(first.starts_with("250 "), "{first}");
    assert_eq!(wire.reply(), first);
    let message = server.message();
    assert_eq!((&message["listener"], &message["to"]), (&json!("lmtp"), &json!(["ann@localhost", "bob@localhost"])));
}

#[test]
fn what_is_masked_is_not_offered_and_what_is_too_much_is_refused() {
    let arguments = ["--smtp", "0", "--mask", "pipelining", "--mask", "CHUNKING", "--mask", "AUTH=PLAIN"];
    let server = Server::start(&[&arguments[..], &["--max-message", "1000", "--accept-any-user"]].concat());
    let (mut wire, _) = Wire::connect(server.port("smtp"));
    let hello = wire.say("EHLO x");
    assert!(hello.contains("SIZE 1000\r\n") && hello.contains("AUTH LOGIN\r\n"), "{hello}");
    assert!(!hello.contains("PIPELINING") && !hello.contains("CHUNKING") && !hello.contains("BINARYMIME"), "{hello}");
    assert!(wire.say("BDAT 0 LAST").starts_with("502 "));
    assert!(wire.say("AUTH LOGIN eA==").starts_with("334 "));
    assert!(wire.say("eA==").starts_with("235 "), "any login is good");
    assert!(wire.say("MAIL FROM:<a@b.example> SIZE=1001").starts_with("552 5.3.4"));
    wire.say("MAIL FROM:<a@b.example>");
    assert!(wire.say("RCPT TO:<anyone@anywhere.example>").starts_with("250 "), "every recipient has a mailbox");
    wire.say("DATA");
    assert!(wire.say(&format!("{}\r\n.", "x".repeat(1000))).starts_with("552 5.3.4"));

    let server = Server::start(&["--smtp", "0", "--mask", "EHLO"]);
    let (mut wire, _) = Wire::connect(server.port("smtp"));
    assert!(wire.say("EHLO x").starts_with("502 "));
    assert!(wire.say("HELO x").starts_with("250 "));
}

#[test]
fn one_client_too_many_is_told_421() {
    let server = Server::start(&["--smtp", "0", "--max-connections", "1"]);
    let (mut first, greeting) = Wire::connect(server.port("smtp"));
    assert!(greeting.starts_with("220 "));
    let (mut second, greeting) = Wire::connect(server.port("smtp"));
    assert!(greeting.starts_with("421 "), "{greeting}");
    assert_eq!(second.reply(), "");
    assert!(first.say("QUIT").starts_with("221 "));
    drop(first);
    // The place is free again as soon as the server has noticed.
    let begun = Instant::now();
    while !Wire::connect(server.port("smtp")).1.starts_with("220 ") {
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn before_tls_nothing_is_taken_where_tls_is_required() {
    let server = Server::start(&["--smtp", "0", "--tls-self-signed", "--require-tls"]);
    let (mut wire, _) = Wire::connect(server.port("smtp"));
    let hello = wire.say("EHLO x");
    assert!(hello.contains("STARTTLS") && !hello.contains("AUTH"), "{hello}");
    assert!(wire.say("MAIL FROM:<a@b.example>").starts_with("530 5.7.0"));
    assert!(wire.say("AUTH PLAIN AGRlbW8AZGVtbw==").starts_with("538 "));
    // Plain text behind STARTTLS is never obeyed (RFC 3207 §4.2).
    assert!(wire.say("STARTTLS\r\nNOOP").starts_with("554 "));
    assert_eq!(wire.reply(), "");
}

#[test]
fn at_sigterm_what_is_in_flight_is_finished_and_everybody_hears_421() {
    let mut server = Server::start(&["--smtp", "0", "--lmtp", "0", "--json"]);
    let (mut idle, _) = Wire::connect(server.port("smtp"));
    let (mut silent, _) = Wire::connect(server.port("lmtp"));
    let (mut busy, _) = Wire::connect(server.port("smtp"));
    assert!(idle.say("EHLO x").starts_with("250"));
    busy.say("EHLO x");
    busy.say("MAIL FROM:<>");
    busy.say("RCPT TO:<demo@localhost>");
    busy.say("DATA");
    let begun = Instant::now();
    server.signal("TERM");
    assert!(idle.reply().starts_with("421 4.3.2"));
    assert!(silent.reply().starts_with("421 4.3.2"));
    assert!(busy.say("the rest\r\n.").starts_with("250 "));
    assert!(busy.reply().starts_with("421 4.3.2"));
    assert_eq!(server.message()["message"], json!("the rest\r\n"));
    assert_eq!((idle.reply(), busy.reply()), (String::new(), String::new()));
    drop((idle, silent, busy));
    assert_eq!(server.end().0, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn at_sigterm_a_client_that_never_finishes_is_cut_off() {
    let server = Server::start(&["--smtp", "0"]);
    let (mut busy, _) = Wire::connect(server.port("smtp"));
    busy.say("EHLO x");
    busy.say("MAIL FROM:<>");
    busy.say("RCPT TO:<demo@localhost>");
    busy.say("DATA");
    let begun = Instant::now();
    server.signal("TERM");
    assert_eq!(server.end().0, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn a_trace_shows_each_connection_and_no_secret() {
    let server = Server::start(&["--smtp", "0", "--trace", "--user", "tim:tanstaaf"]);
    let secrets = ["AHRpbQB0YW5zdGFhZg==", "dGFuc3RhYWY=", "tanstaaf", "d3Jvbmc="];
    let (mut wire, _) = Wire::connect(server.port("smtp"));
    wire.say("EHLO x");
    wire.say("AUTH PLAIN d3Jvbmc=");
    wire.say("AUTH LOGIN");
    wire.say("dGlt");
    assert!(wire.say("dGFuc3RhYWY=").starts_with("235 "));
    wire.say("AUTH PLAIN AHRpbQB0YW5zdGFhZg==");
    let (mut other, _) = Wire::connect(server.port("smtp"));
    other.say("auth   plain AHRpbQB0YW5zdGFhZg==");
    other.say("EHLO y");
    other.say("AUTH PLAIN AHRpbQB0YW5zdGFhZg==");
    server.signal("TERM");
    let (_, stderr) = server.end();
    for secret in secrets {
        assert!(!stderr.contains(secret), "{stderr}");
    }
    for line in ["1 C: EHLO x", "1 C: AUTH PLAIN [secret]", "1 C: [secret]", "2 C: EHLO y", "2 S: 235 2.7.0"] {
        assert!(stderr.contains(line), "{line} is not in {stderr}");
    }
}

#[test]
fn wrong_usage_is_told_with_what_to_try() {
    for (arguments, hint) in [
        (&["serve", "--smtps", "0"][..], "--tls-self-signed"),
        (&["serve", "--pop3s", "0"], "--tls-self-signed"),
        (&["serve", "--require-tls"], "--tls-self-signed"),
        (&["serve", "--mask", "NONSENSE"], "PIPELINING"),
        (&["serve", "--mask", "NONSENSE"], "UIDL"),
        (&["serve", "--user", "ann"], "NAME:PASSWORD"),
        (&["serve", "--user", ":x"], "NAME:PASSWORD"),
        (&["serve", "--domain", "two words"], "--domain"),
        (&["serve", "--tls-cert", "a.pem"], "--tls-key"),
        (&["serve", "--tls-cert", "no.pem", "--tls-key", "no.pem"], "no.pem"),
        (&["serve", "--store", "no-such-folder/mail.db"], "no-such-folder/mail.db: No such file"),
        (&["serve", "--store", "."], "write memory"),
        (&["serve", "--smtp", "70000"], "70000"),
        (&["serve", "--password-file", "no-such-file", "--user", "ann"], "no-such-file"),
        (&[], "Usage"),
        (&["nonsense"], "Usage"),
    ] {
        let outcome = run(arguments, b"").ended_with(2);
        assert!(outcome.stderr.contains(hint), "{arguments:?}: {outcome:?}");
    }
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["send", "--help"],
        &["probe", "--help"],
        &["parse", "--help"],
        &["explain", "--help"],
    ] {
        assert!(run(arguments, b"").ended_with(0).stdout.contains("Examples:"), "{arguments:?}");
    }
}
