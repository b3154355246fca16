//! `mailproto explain`.

use crate::program::{Server, run};
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

#[test]
fn the_conversations_of_this_project_are_understood() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/conversations/smtp");
    let mut kept = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let protocol = if text.contains("protocol: lmtp") { "lmtp" } else { "smtp" };
        let outcome = run(&["explain", protocol, path.to_str().unwrap(), "--json"], b"");
        let lines = text.lines().filter(|line| line.starts_with("C:") || line.starts_with("S:")).count();
        assert_eq!(outcome.objects().len(), lines, "{}", path.display());
        kept += usize::from(outcome.status == Some(0));
    }
    assert!(kept > 8, "only {kept} conversations keep the rules");
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
