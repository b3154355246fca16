//! `mailproto explain`.

use crate::program::{Server, run};
use crate::serve_pop3::deliver;
use serde_json::{Value, json};
use std::path::PathBuf;

fn explain(protocol: &str, text: &str, status: i32) -> Vec<Value> {
    run(&["explain", protocol, "-", "--json"], text.as_bytes()).ended_with(status).objects()
}

/// Side and section of each rule that was broken, with the line.
fn broken(objects: &[Value]) -> Vec<(u64, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    objects
        .iter()
        .flat_map(|object| object["broken"].as_array().unwrap().iter().map(move |breach| (object, breach)))
        .map(|(object, breach)| (object["line"].as_u64().unwrap(), text(&breach["by"]), text(&breach["section"])))
        .collect()
}

#[test]
fn each_line_is_told_with_states_and_events_of_both() {
    let objects = explain("smtp", "S: 220 x\nC: HELO y\nS: 250 x\nC: QUIT\nS: 221 bye\n", 0);
    assert_eq!(
        objects[2],
        json!({
            "line": 3, "side": "server", "text": "250 x",
            "server": { "before": "Greeted", "event": "accepts with 250", "after": "Ready" },
            "client": { "before": "Greeted", "event": "HELO ended with 250", "after": "Ready" },
            "broken": [],
        })
    );
    assert_eq!(objects[4]["client"]["after"], json!("Ended"));
}

#[test]
fn broken_rules_are_told_with_their_section() {
    let cases = [
        ("S: 220 x\nC: MAIL FROM:<>\nS: 503 no\n", vec![(2, "client", "RFC 5321 §4.1.4")]),
        ("C: EHLO x\nS: 220 x\nS: 250 x\n", vec![(1, "client", "RFC 5321 §3.1")]),
        ("S: 220 x\nS: 250 y\n", vec![(2, "server", "RFC 5321 §4.2")]),
        ("S: 220 x\nC: EHLO x\nS: 250 x\nC: NOOP\nC: NOOP\nS: 250 x\nS: 250 x\n", vec![(5, "client", "RFC 5321 §2.1")]),
        ("S: 220 x\nC: EHLO x\nS: 250 x\nC: STARTTLS\nS: 502 x\n", vec![(4, "client", "RFC 5321 §2.2.1")]),
        ("S: 220 x\nC: EHLO x\nS: 250 x\nC: NOOP\nS: 500 x\n", vec![(5, "server", "RFC 5321 §4.5.1")]),
        (
            "S: 220 x\nC: XYZZY\nS: 500 x\nC: QUIT\\n\\\nS: 221 x\n",
            vec![(2, "client", "RFC 5321 §4.1.1"), (4, "client", "RFC 5321 §2.3.8")],
        ),
    ];
    for (text, expected) in cases {
        let expected: Vec<_> =
            expected.into_iter().map(|(line, by, section)| (line, by.to_owned(), section.to_owned())).collect();
        assert_eq!(broken(&explain("smtp", text, 1)), expected, "{text}");
    }
}

#[test]
fn where_a_server_tolerates_it_the_conversation_is_followed_on() {
    let text = "S: 220 x\nC: MAIL FROM:<a@b.example>\nS: 250 x\nC: RCPT TO:<c@d.example>\nS: 250 x\nC: DATA\nS: 354 x\nC: hi\nC: .\nS: 250 x\nC: QUIT\nS: 221 x\n";
    let objects = explain("smtp", text, 1);
    assert_eq!(broken(&objects), [(2, "client".to_owned(), "RFC 5321 §4.1.4".to_owned())]);
    let states: Vec<_> =
        objects.iter().map(|one| (one["client"]["after"].as_str(), one["server"]["after"].as_str())).collect();
    for (line, state) in [(3, "Sender"), (5, "Recipients"), (7, "Data"), (10, "Ready"), (12, "Ended")] {
        assert_eq!(states[line - 1], (Some(state), Some(state)), "line {line}");
    }
}

/// Explains every conversation of a folder; how many keep the rules.
fn explain_all(folder: &str) -> usize {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/conversations").join(folder);
    let mut kept = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let protocol = if folder.ends_with("pop3") { "pop3" } else { "smtp" };
        let protocol = if text.contains("protocol: lmtp") { "lmtp" } else { protocol };
        let outcome = run(&["explain", protocol, path.to_str().unwrap(), "--json"], b"");
        let lines = text.lines().filter(|line| line.starts_with("C:") || line.starts_with("S:")).count();
        assert_eq!(outcome.objects().len(), lines, "{}", path.display());
        kept += usize::from(outcome.status == Some(0));
    }
    kept
}

#[test]
fn the_conversations_of_this_project_are_understood() {
    for (folder, least) in [("smtp", 9), ("pop3", 10)] {
        let kept = explain_all(folder);
        assert!(kept >= least, "only {kept} conversations of {folder} keep the rules");
    }
}

/// A conversation in POP3 of this project.
fn pop3_conversation(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/conversations/pop3");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The states of client and server behind the line that says this.
fn states(objects: &[Value], text: &str) -> (String, String) {
    let object = objects.iter().find(|object| object["text"] == text).unwrap_or_else(|| panic!("no {text}"));
    let after = |side: &str| object[side]["after"].as_str().unwrap().to_owned();
    (after("client"), after("server"))
}

#[test]
fn user_and_pass_are_one_login_of_pop3() {
    let objects = explain("pop3", &pop3_conversation("01-one-message.txt"), 0);
    let event = |text: &str, side: &str| {
        objects.iter().find(|object| object["text"] == text).unwrap()[side]["event"].as_str().unwrap().to_owned()
    };
    assert_eq!(states(&objects, "+OK Send PASS"), ("Named".into(), "Named".into()));
    assert_eq!(event("+OK Send PASS", "client"), "may say PASS");
    assert_eq!(event("PASS tan staaf", "server"), "asks: is it really mrose?");
    let opened = "+OK maildrop has 2 messages (320 octets)";
    assert_eq!(states(&objects, opened), ("Transaction".into(), "Transaction".into()));
    assert_eq!(event("1 120", "client"), "message 1 has 120 bytes");
    assert_eq!(event("..dot", "client"), "hears a part of the message");
    assert_eq!(event("DELE 1", "server"), "asks: may message 1 be marked as deleted?");
    assert_eq!(states(&objects, "+OK Bye"), ("Ended".into(), "Ended".into()));
}

#[test]
fn logins_of_pop3_are_followed_whatever_becomes_of_them() {
    let objects = explain("pop3", &pop3_conversation("server-04-logins.txt"), 1);
    let at = |line: usize| {
        let object = objects.iter().find(|object| object["line"] == line).unwrap();
        ["client", "server"].map(|side| object[side]["after"].as_str().unwrap().to_owned())
    };
    let lines = pop3_conversation("server-04-logins.txt");
    let line = |text: &str| lines.lines().position(|line| line == text).unwrap() + 1;
    // CAPA between USER and PASS changes nothing.
    assert_eq!(at(line("S: AUTH-RESP-CODE") + 1), ["Named", "Named"]);
    assert_eq!(at(line("S: -ERR [AUTH] Authentication failed")), ["Authorization", "Authorization"]);
    assert_eq!(at(line("S: -ERR Authentication cancelled")), ["Authorization", "Authorization"]);
    assert_eq!(at(line("S: +OK maildrop has 0 messages (0 octets)")), ["Transaction", "Transaction"]);
    let sections: Vec<_> = broken(&objects).into_iter().map(|(_, by, section)| format!("{by}: {section}")).collect();
    assert!(sections.contains(&"client: RFC 1939 §7".into()), "PASS without USER: {sections:?}");

    for (name, last) in
        [("04-stls-auth.txt", "Transaction"), ("14-apop.txt", "Transaction"), ("17-under-tls.txt", "Ended")]
    {
        let objects = explain("pop3", &pop3_conversation(name), 0);
        let last_states = ["client", "server"].map(|side| objects.last().unwrap()[side]["after"].as_str());
        assert_eq!(last_states, [Some(last), Some(last)], "{name}");
    }
}

#[test]
fn broken_rules_of_pop3_are_told_with_their_section() {
    let login = "S: +OK x\nC: USER a\nS: +OK\nC: PASS b\nS: +OK\n";
    let cases = [
        ("S: +OK x\nC: STAT\nS: -ERR\n".to_owned(), vec![(2, "client", "RFC 1939 §5")]),
        ("S: +OK x\nC: PASS b\nS: -ERR\n".into(), vec![(2, "client", "RFC 1939 §7")]),
        ("S: +OK x\nC: STAT\nS: +OK 0 0\n".into(), vec![(2, "client", "RFC 1939 §5"), (3, "server", "RFC 1939 §3")]),
        ("C: CAPA\nS: +OK x\nS: -ERR\n".into(), vec![(1, "client", "RFC 1939 §3")]),
        ("S: +OK x\nS: +OK y\n".into(), vec![(2, "server", "RFC 1939 §3")]),
        (format!("{login}C: NOOP\nC: NOOP\nS: +OK\nS: +OK\n"), vec![(7, "client", "RFC 2449 §6.6")]),
        (format!("{login}C: NOOP\nS: -ERR\n"), vec![(7, "server", "RFC 1939 §5")]),
        (format!("{login}C: STLS\nS: -ERR\n"), vec![(6, "client", "RFC 2595 §4")]),
        (format!("{login}C: RETR 0\nS: -ERR\n"), vec![(6, "client", "RFC 1939 §4")]),
        (
            format!("{login}C: XYZZY\nS: -ERR\nC: NOOP\\n\\\nS: +ok\n"),
            vec![(6, "client", "RFC 1939 §3"), (8, "client", "RFC 1939 §3"), (9, "server", "RFC 1939 §3")],
        ),
        (format!("{login}C: LIST\nS: +OK\nS: one 1\nS: .\n"), vec![(8, "server", "RFC 1939 §5")]),
        ("S: +OK x\nC: AUTH LOGIN\nS: + VXNlcm5hbWU6\nC: !\nS: -ERR\n".into(), vec![(4, "client", "RFC 5034 §4")]),
    ];
    for (text, expected) in cases {
        let expected: Vec<_> =
            expected.into_iter().map(|(line, by, section)| (line, by.to_owned(), section.to_owned())).collect();
        assert_eq!(broken(&explain("pop3", &text, 1)), expected, "{text}");
    }
}

#[test]
fn a_pop3_server_that_takes_too_much_is_followed_on() {
    let text = "S: +OK x\nC: PASS b\nS: +OK come in\nC: RETR 1\nS: +OK\nS: hi\nS: .\nC: QUIT\nS: +OK\n";
    let objects = explain("pop3", text, 1);
    let told = [(2, "client", "RFC 1939 §7"), (3, "server", "RFC 1939 §3")];
    assert_eq!(broken(&objects), told.map(|(line, by, section)| (line, by.to_owned(), section.to_owned())));
    assert_eq!(states(&objects, "+OK come in"), ("Transaction".into(), "Transaction".into()));
    assert_eq!(objects.last().unwrap()["client"]["after"], json!("Ended"));
}

#[test]
fn what_a_trace_of_pop3_shows_can_be_explained() {
    let server = Server::start(&["--smtp", "0", "--pop3", "0", "--tls-self-signed", "--trace"]);
    for number in 0..20 {
        let message = format!("Subject: {number}\r\n\r\n{}", "A line.\r\n".repeat(50));
        deliver(&server, &["demo@localhost"], &message);
    }
    let url = format!("pop3://demo:demo@localhost:{}", server.port("pop3"));
    for mechanism in ["PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"] {
        let arguments = ["fetch", &url, "--insecure", "--trace", "--auth", mechanism];
        let trace = run(&arguments, b"").ended_with(0).stderr;
        let objects = explain("pop3", &trace, 0);
        assert_eq!(objects.last().unwrap()["server"]["after"], json!("Ended"), "{mechanism}");
    }
    server.signal("TERM");
    let trace = server.end().1;
    run(&["explain", "pop3", "-", "--connection", "21"], trace.as_bytes()).ended_with(0);
}

#[test]
fn what_a_trace_shows_can_be_explained() {
    let server = Server::start(&["--submission", "0", "--tls-self-signed", "--trace"]);
    let url = format!("smtp://demo:demo@localhost:{}", server.port("submission"));
    let message = format!("From: a@b.example\nTo: demo@localhost\n\n{}", "A line.\n".repeat(100));
    for mechanism in ["PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"] {
        let arguments = ["send", "--server", &url, "--insecure", "--trace", "--auth", mechanism];
        let trace = run(&arguments, message.as_bytes()).ended_with(0).stderr;
        let objects = explain("smtp", &trace, 0);
        assert_eq!(objects.last().unwrap()["server"]["after"], json!("Ended"), "{trace}");
    }
    server.signal("TERM");
    let trace = server.end().1;
    run(&["explain", "smtp", "-", "--connection", "2"], trace.as_bytes()).ended_with(0);
    run(&["explain", "smtp", "-", "--connection", "5"], trace.as_bytes()).ended_with(1);
}

#[test]
fn people_read_text_and_wrong_usage_is_told() {
    let outcome = run(&["explain", "lmtp", "-"], b"S: 220 x\nC: EHLO x\nS: 500 no\n").ended_with(1);
    assert!(outcome.stdout.contains("   2 C: EHLO x\n"), "{outcome:?}");
    assert!(outcome.stdout.contains("!! the client broke a rule: LMTP greets by LHLO"), "{outcome:?}");
    run(&["explain", "smtp"], b"").ended_with(2);
    run(&["explain", "smtp", "no-such-file"], b"").ended_with(2);
    assert!(run(&["explain", "smtp", "-"], b"nothing\n").ended_with(1).stderr.contains("`C: `"));
}
