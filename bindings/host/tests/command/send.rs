//! `mailproto send`.

use crate::program::{Outcome, Server, run, run_in};
use crate::wire::scripted;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const MESSAGE: &[u8] =
    b"From: Ann <ann@x.example>\nTo: demo@localhost, Nobody <nobody@localhost>\nBcc: demo+secret@localhost\n\
    Subject: hi\n\nhello\n.\nworld";

const SENT: &str = "From: Ann <ann@x.example>\r\nTo: demo@localhost, Nobody <nobody@localhost>\r\nSubject: hi\r\n\r\n\
    hello\r\n.\r\nworld\r\n";

fn send(url: &str, arguments: &[&str], message: &[u8]) -> Outcome {
    run(&[&["send", "--server", url], arguments].concat(), message)
}

#[test]
fn the_envelope_comes_from_the_headers_and_each_recipient_has_a_fate() {
    let mut server = Server::start(&["--smtp", "0", "--json"]);
    let outcome = send(&server.url("smtp", "smtp"), &["-"], MESSAGE).ended_with(1);
    assert_eq!(
        outcome.object(),
        json!({
            "accepted": ["demo@localhost", "demo+secret@localhost"],
            "refused": [{ "address": "nobody@localhost", "code": 550, "enhanced": "5.1.1", "text": "No such user here", "permanent": true }],
            "queued_as": "1-1",
            "extensions_used": ["PIPELINING", "SIZE"],
        })
    );
    let message = server.message();
    assert_eq!((&message["from"], &message["message"]), (&json!("ann@x.example"), &json!(SENT)));
    assert_eq!(message["parameters"], json!({ "SIZE": SENT.len().to_string() }));
}

#[test]
fn the_envelope_may_be_named_and_the_message_be_a_file() {
    let mut server = Server::start(&["--lmtp", "0", "--json"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.eml");
    fs::write(&file, "Subject: \u{fc}\r\n\r\n\0\u{fc}\r\n").unwrap();
    let arguments = ["--from", "", "--to", "Demo <demo@localhost>, demo+1@localhost", "--to", "demo+2@localhost"];
    let outcome = send(&server.url("lmtp", "lmtp"), &[&arguments[..], &[file.to_str().unwrap()]].concat(), b"");
    let outcome = outcome.ended_with(0).object();
    assert_eq!(outcome["accepted"], json!(["demo@localhost", "demo+1@localhost", "demo+2@localhost"]));
    assert_eq!(outcome["extensions_used"], json!(["PIPELINING", "SIZE", "SMTPUTF8", "CHUNKING", "BINARYMIME"]));
    let message = server.message();
    assert_eq!((&message["from"], &message["size"]), (&json!(""), &json!(fs::metadata(&file).unwrap().len())));
}

/// A certificate for this machine and its key, in files of `folder`.
pub(super) fn certificate(folder: &Path) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    (write("cert.pem", made.cert.pem()), write("key.pem", made.signing_key.serialize_pem()))
}

#[test]
fn a_login_goes_under_tls_and_the_certificate_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (cert, key) = certificate(folder.path());
    fs::write(path("password"), "p@ss:w%rd\nnot this\n").unwrap();
    let arguments = [
        "--submission",
        "0",
        "--smtps",
        "0",
        "--json",
        "--user",
        "ann",
        "--password-file",
        &path("password"),
        "--tls-cert",
        &cert,
        "--tls-key",
        &key,
    ];
    let mut server = Server::start(&arguments);
    let (starttls, implicit) = (server.port("submission"), server.port("smtps"));
    let to = ["--to", "ann@localhost"];
    for (url, more, used) in [
        (
            format!("smtp://ann:p%40ss%3Aw%25rd@localhost:{starttls}"),
            vec!["--ca", &cert],
            json!(["PIPELINING", "SIZE", "STARTTLS", "AUTH"]),
        ),
        (
            format!("smtp://ann@localhost:{starttls}"),
            vec!["--insecure", "--password-file"],
            json!(["PIPELINING", "SIZE", "STARTTLS", "AUTH"]),
        ),
        (
            format!("smtps://ann:p@ss:w%25rd@localhost:{implicit}"),
            vec!["--ca", &cert, "--auth", "LOGIN"],
            json!(["PIPELINING", "SIZE", "AUTH"]),
        ),
    ] {
        let file = path("password");
        let more = if more.contains(&"--password-file") { [&more[..], &[&file]].concat() } else { more };
        let outcome = send(&url, &[&more[..], &to].concat(), MESSAGE).ended_with(0).object();
        assert_eq!((&outcome["accepted"], &outcome["extensions_used"]), (&json!(["ann@localhost"]), &used));
        let message = server.message();
        assert_eq!((&message["user"], &message["tls"]), (&json!("ann"), &json!(true)));
    }
    let url = format!("smtp://ann@localhost:{starttls}");
    let arguments = ["send", "--server", &url, "--ca", &cert, "--to", "ann@localhost", "--password-env", "MAIL_SECRET"];
    run_in(("MAIL_SECRET", "p@ss:w%rd"), &arguments, MESSAGE).ended_with(0);
    server.message();
    let refused = run_in(("MAIL_SECRET", "wrong"), &arguments, MESSAGE).ended_with(1);
    assert_eq!(refused.object()["refused"][0]["code"], json!(535));
    assert!(!refused.stderr.contains("wrong"), "{refused:?}");

    let stranger = send(&format!("smtp://ann:x@localhost:{starttls}"), &to, MESSAGE).ended_with(3);
    assert!(stranger.stderr.contains("--ca") && stranger.stderr.contains("--insecure"), "{stranger:?}");
    assert_eq!(stranger.object()["refused"][0]["permanent"], json!(false));
}

#[test]
fn a_trace_shows_the_conversation_and_no_secret() {
    let server = Server::start(&["--submission", "0", "--tls-self-signed"]);
    let url = format!("smtp://demo:demo@localhost:{}", server.port("submission"));
    for mechanism in ["PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"] {
        let arguments = ["--insecure", "--trace", "--to", "demo@localhost", "--auth", mechanism];
        let outcome = send(&url, &arguments, MESSAGE).ended_with(0);
        for secret in ["AGRlbW8AZGVtbw==", "ZGVtbw=="] {
            assert!(!outcome.stderr.contains(secret), "{outcome:?}");
        }
        assert!(
            outcome.stderr.contains("[secret]") && outcome.stderr.contains("C: MAIL FROM:<ann@x.example> SIZE="),
            "{outcome:?}"
        );
    }
}

#[test]
fn without_tls_a_password_is_sent_only_when_it_is_asked_for() {
    let mut server = Server::start(&["--submission", "0", "--json", "--mask", "AUTH=SCRAM-SHA-256"]);
    let url = format!("smtp://demo:demo@localhost:{}", server.port("submission"));
    for policy in [&[][..], &["--tls", "starttls"], &["--tls", "opportunistic"]] {
        let refused = send(&url, &[policy, &["--to", "demo@localhost"]].concat(), MESSAGE).ended_with(1);
        assert!(refused.stderr.contains("--tls none"), "{refused:?}");
        assert_eq!(refused.object()["refused"][0]["code"], Value::Null);
    }
    send(&url, &["--tls", "none", "--to", "demo@localhost"], MESSAGE).ended_with(0);
    assert_eq!(server.message()["user"], json!("demo"));
}

#[test]
fn without_tls_a_password_is_proved_where_the_server_knows_how() {
    let mut server = Server::start(&["--submission", "0", "--json"]);
    let url = format!("smtp://demo:demo@localhost:{}", server.port("submission"));
    let arguments = ["--tls", "opportunistic", "--trace", "--to", "demo@localhost"];
    let outcome = send(&url, &arguments, MESSAGE).ended_with(0);
    assert!(outcome.stderr.contains("C: AUTH SCRAM-SHA-256 [secret]"), "{outcome:?}");
    assert_eq!(server.message()["user"], json!("demo"));
    let wrong = url.replace(":demo@", ":wrong@");
    let refused = send(&wrong, &arguments, MESSAGE).ended_with(1);
    assert_eq!(refused.object()["refused"][0]["code"], json!(535));
}

#[test]
fn wishes_for_reports_are_said_where_they_are_understood() {
    let replies = &["220 x\r\n", "250-x\r\n250 DSN\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"];
    let (port, served) = scripted(replies, false);
    let arguments = ["--dsn", "success,delay", "--dsn-return", "headers", "--dsn-id", "a=b", "--to", "b@x.example"];
    let outcome = send(&format!("smtp://127.0.0.1:{port}"), &arguments, MESSAGE).ended_with(3);
    assert_eq!(outcome.object()["extensions_used"], json!(["DSN"]));
    let heard = served.join().unwrap();
    assert_eq!(heard[1], "MAIL FROM:<ann@x.example> RET=HDRS ENVID=a+3Db\r\n");
    assert_eq!(heard[2], "RCPT TO:<b@x.example> NOTIFY=SUCCESS,DELAY\r\n");
}

#[test]
fn a_large_message_flows_through() {
    let mut server = Server::start(&["--smtp", "0", "--json"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.eml");
    let body = "A line like any other.\r\n".repeat(400_000);
    fs::write(&file, format!("From: ann@x.example\r\nTo: demo@localhost\r\n\r\n{body}")).unwrap();
    let url = server.url("smtp", "smtp");
    let sender = std::thread::spawn(move || send(&url, &[file.to_str().unwrap()], b"").ended_with(0).object());
    let message = server.message();
    assert!(message["message"].as_str().unwrap().ends_with(&body));
    assert_eq!(sender.join().unwrap()["queued_as"], json!("1-1"));
}

#[test]
fn what_went_wrong_decides_the_exit_status() {
    // Nobody listens.
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let outcome = send(&format!("smtp://127.0.0.1:{free}"), &[], MESSAGE).ended_with(3);
    assert_eq!(outcome.object()["refused"].as_array().unwrap().len(), 3);
    // The connection breaks, before and in the middle of the message.
    for replies in [&["220 x\r\n"][..], &["220 x\r\n", "250 x\r\n", "250 x\r\n", "250 x\r\n", "550 x\r\n", "250 x\r\n"]]
    {
        let (port, served) = scripted(replies, false);
        let outcome = send(&format!("smtp://127.0.0.1:{port}"), &[], MESSAGE).ended_with(3);
        assert_eq!(outcome.object()["accepted"], json!([]), "{outcome:?}");
        served.join().unwrap();
    }
    // The server is silent.
    let (port, served) = scripted(&["220 x\r\n"], true);
    let outcome = send(&format!("smtp://127.0.0.1:{port}"), &["--timeout", "1"], MESSAGE).ended_with(4);
    assert!(outcome.stderr.contains("timed out"), "{outcome:?}");
    served.join().unwrap();
    // The server turns everybody away.
    let (port, served) = scripted(&["554 go away\r\n", "221 bye\r\n"], false);
    let outcome = send(&format!("smtp://127.0.0.1:{port}"), &[], MESSAGE).ended_with(1);
    assert_eq!(outcome.object()["refused"][2]["code"], json!(554));
    served.join().unwrap();
}

#[test]
fn wrong_usage_is_told_with_what_to_try() {
    for (arguments, message, status, hint) in [
        (&["--server", "localhost"][..], MESSAGE, 2, "smtp://"),
        (&["--server", "smtp://a:secret@"], MESSAGE, 2, "smtp://"),
        (&["--server", "smtp://ann@h"], MESSAGE, 2, "--password-env"),
        (&["--server", "smtp://h", "--password-env", "NO_SUCH_VARIABLE"], MESSAGE, 2, "NO_SUCH_VARIABLE"),
        (&["--server", "smtps://h", "--tls", "none"], MESSAGE, 2, "smtps"),
        (&["--server", "smtp://a:b@h", "--auth", "NTLM"], MESSAGE, 2, "PLAIN"),
        (&["--server", "smtp://h", "no-such-file"], MESSAGE, 2, "no-such-file"),
        (&["--server", "smtp://h", "--to", "nonsense"], MESSAGE, 2, "nonsense"),
        (&["--server", "smtp://h", "--from", "a b@c"], MESSAGE, 2, "--from"),
        (&["--server", "smtp://h", "--dsn", "never,delay"], MESSAGE, 2, "never"),
        (&["--server", "smtp://h"], b"Subject: x\n\n", 2, "--from"),
        (&["--server", "smtp://h"], b"From: a@b.example\n\n", 2, "--to"),
        (&["--server", "smtp://h"], b"From: a@b.example\nTo: <a@\n\n", 1, "byte"),
        (&["--server", "smtp://h", "--ca", "no-such-file"], MESSAGE, 2, "no-such-file"),
        (&["-"], MESSAGE, 2, "--server"),
    ] {
        let outcome = run(&[&["send"], arguments].concat(), message).ended_with(status);
        assert!(outcome.stderr.contains(hint) && !outcome.stderr.contains("secret"), "{arguments:?}: {outcome:?}");
    }
}
