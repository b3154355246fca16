//! `mailproto probe`.

use crate::maildrop::{Line, Maildrop};
use crate::program::{Server, run};
use crate::wire::scripted;
use serde_json::json;

#[test]
fn what_is_offered_is_told_for_each_stage() {
    let server = Server::start(&["--submission", "0", "--tls-self-signed"]);
    let url = format!("smtp://demo:demo@localhost:{}", server.port("submission"));
    let outcome = run(&["probe", &url, "--insecure", "--json", "--trace"], b"").ended_with(0);
    let found = outcome.object();
    assert_eq!(found["greeting"], json!("220 localhost ESMTP"));
    assert!(found["tls"].as_str().unwrap().starts_with("TLS 1."), "{found}");
    let stages = found["stages"].as_array().unwrap();
    let names: Vec<_> = stages.iter().map(|stage| stage["stage"].as_str().unwrap()).collect();
    assert_eq!(names, ["plain", "tls", "login"]);
    let offers = |stage: usize, keyword: &str| {
        stages[stage]["capabilities"].as_array().unwrap().iter().any(|one| one["keyword"] == keyword)
    };
    assert_eq!([0, 1, 2].map(|stage| offers(stage, "STARTTLS")), [true, false, false]);
    assert_eq!([0, 1, 2].map(|stage| offers(stage, "AUTH")), [false, true, false]);
    assert!(
        outcome.stderr.contains("C: AUTH SCRAM-SHA-256-PLUS [secret]") && !outcome.stderr.contains("AGRlbW8"),
        "{outcome:?}"
    );

    let text = run(&["probe", &server.url("smtp", "submission")], b"").ended_with(0).stdout;
    for words in
        ["in plain text it offers", "under TLS (TLS 1.", "STARTTLS", "TLS can be begun on this connection (RFC 3207)"]
    {
        assert!(text.contains(words), "{words} is not in {text}");
    }
}

#[test]
fn other_schemes_and_old_servers_are_probed_too() {
    let server = Server::start(&["--smtps", "0", "--lmtp", "0", "--tls-self-signed"]);
    let found = run(&["probe", &server.url("smtps", "smtps"), "--insecure", "--json"], b"").ended_with(0).object();
    assert_eq!(found["stages"][0]["stage"], json!("tls"));
    let found = run(&["probe", &server.url("lmtp", "lmtp"), "--tls", "none", "--json"], b"").ended_with(0).object();
    assert_eq!(
        (found["greeting"].as_str(), found["stages"].as_array().unwrap().len()),
        (Some("220 localhost LMTP"), 1)
    );

    let (port, served) = scripted(&["220 old\r\n", "500 what?\r\n", "250 hello\r\n", "221 bye\r\n"], false);
    let found = run(&["probe", &format!("smtp://127.0.0.1:{port}"), "--json"], b"").ended_with(0).object();
    assert_eq!(found["stages"], json!([{ "stage": "plain", "capabilities": [] }]));
    assert!(served.join().unwrap()[1].starts_with("HELO "));
}

#[test]
fn what_went_wrong_decides_the_exit_status() {
    let server = Server::start(&["--submission", "0", "--tls-self-signed"]);
    let bad = format!("smtp://demo:bad@localhost:{}", server.port("submission"));
    let outcome = run(&["probe", &bad, "--insecure", "--json"], b"").ended_with(1);
    assert_eq!(outcome.object()["stages"].as_array().unwrap().len(), 2, "what was learned before is told");
    assert!(outcome.stderr.contains("535"), "{outcome:?}");
    run(&["probe", &bad], b"").ended_with(3);
    run(&["probe", "nonsense"], b"").ended_with(2);
    run(&["probe", "smtp://demo@localhost"], b"").ended_with(2);
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    run(&["probe", &format!("smtp://127.0.0.1:{free}")], b"").ended_with(3);
    for (replies, wait, status) in
        [(&["220 x\r\n"][..], false, 3), (&["220 x\r\n"], true, 4), (&["554 no\r\n", "221 bye\r\n"], false, 1)]
    {
        let (port, served) = scripted(replies, wait);
        run(&["probe", &format!("smtp://127.0.0.1:{port}"), "--timeout", "1"], b"").ended_with(status);
        served.join().unwrap();
    }
}

#[test]
fn what_a_pop3_server_offers_is_told_for_each_stage() {
    let (config, _) = mailproto_host::tls::self_signed(&["localhost".into()]).unwrap();
    let maildrop = Maildrop::start(Line::Stls, Some(config.clone()));
    let outcome = run(&["probe", &maildrop.url("pop3"), "--insecure", "--json", "--trace"], b"").ended_with(0);
    let found = outcome.object();
    assert!(found["greeting"].as_str().unwrap().starts_with("+OK"), "{found}");
    assert!(found["tls"].as_str().unwrap().starts_with("TLS 1."), "{found}");
    let stages = found["stages"].as_array().unwrap();
    let names: Vec<_> = stages.iter().map(|stage| stage["stage"].as_str().unwrap()).collect();
    assert_eq!(names, ["plain", "tls", "login"]);
    let offers = |stage: usize, keyword: &str| {
        stages[stage]["capabilities"].as_array().unwrap().iter().any(|one| one["keyword"] == keyword)
    };
    assert_eq!([0, 1, 2].map(|stage| offers(stage, "STLS")), [true, false, false]);
    assert_eq!([0, 1].map(|stage| offers(stage, "SASL")), [false, true]);
    assert!(outcome.stderr.contains("C: AUTH PLAIN [secret]") && !outcome.stderr.contains("AGRlbW8"), "{outcome:?}");

    let text = run(&["probe", &format!("pop3://localhost:{}", maildrop.port)], b"").ended_with(0).stdout;
    for words in ["in plain text it offers", "under TLS (TLS 1.", "TLS can be begun on this connection (RFC 2595 §4)"]
    {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    let maildrop = Maildrop::start(Line::Implicit, Some(config));
    let found = run(&["probe", &maildrop.url("pop3s"), "--insecure", "--json"], b"").ended_with(0).object();
    assert_eq!(found["stages"].as_array().unwrap().len(), 2);
}

#[test]
fn old_and_refusing_pop3_servers_are_probed_too() {
    let (port, served) = scripted(
        &["+OK old\r\n", "-ERR what?\r\n", "+OK name\r\n", "+OK in\r\n", "-ERR what?\r\n", "+OK bye\r\n"],
        false,
    );
    let url = format!("pop3://tim:a%20b@127.0.0.1:{port}");
    let found = run(&["probe", &url, "--tls", "none", "--json"], b"").ended_with(0).object();
    assert_eq!(
        found["stages"],
        json!([{ "stage": "plain", "capabilities": [] }, { "stage": "login", "capabilities": [] }])
    );
    assert_eq!(served.join().unwrap()[1..3], ["USER tim\r\n", "PASS a b\r\n"]);

    let odd = "+OK\r\nSASL NTLM X-OWN\r\nX-THING a\r\nEXPIRE soon\r\nEXPIRE 0\r\nLOGIN-DELAY 9 USER\r\n.\r\n";
    let (port, served) = scripted([&["+OK hi\r\n", odd, "+OK bye\r\n"][..]].concat().leak(), false);
    let found = run(&["probe", &format!("pop3://127.0.0.1:{port}"), "--json"], b"").ended_with(0).object();
    let of = |index: usize, field: &str| found["stages"][0]["capabilities"][index][field].as_str().unwrap().to_owned();
    assert_eq!((of(0, "parameters"), of(1, "keyword")), ("NTLM X-OWN".into(), "X-THING".into()));
    assert_eq!(of(2, "meaning"), "malformed, and ignored");
    assert!(of(3, "meaning").contains("may not stay") && of(4, "meaning").contains("9 seconds"));
    served.join().unwrap();

    let maildrop = Maildrop::start(Line::Plain, None);
    let bad = format!("pop3://demo:bad@localhost:{}", maildrop.port);
    let outcome = run(&["probe", &bad, "--tls", "none", "--json"], b"").ended_with(1);
    assert!(outcome.stderr.contains("login refused: -ERR [AUTH]"), "{outcome:?}");
    run(&["probe", &bad], b"").ended_with(1);
    run(&["probe", "pop3://localhost", "--auth", "PLAIN"], b"").ended_with(2);
    let (port, served) = scripted(&["-ERR [SYS/TEMP] later\r\n"], false);
    run(&["probe", &format!("pop3://127.0.0.1:{port}")], b"").ended_with(1);
    served.join().unwrap();
}

#[test]
fn a_pop3_login_is_by_the_best_mechanism_or_the_one_that_is_asked_for() {
    let server = Server::start(&["--pop3", "0", "--pop3s", "0", "--tls-self-signed"]);
    let url = |scheme: &str| format!("{scheme}://demo:demo@localhost:{}", server.port(scheme));
    for scheme in ["pop3", "pop3s"] {
        let outcome = run(&["probe", &url(scheme), "--insecure", "--trace"], b"").ended_with(0);
        assert!(outcome.stderr.contains("C: AUTH SCRAM-SHA-256-PLUS [secret]"), "{outcome:?}");
    }
    for mechanism in ["PLAIN", "LOGIN", "SCRAM-SHA-256"] {
        let outcome = run(&["probe", &url("pop3s"), "--insecure", "--trace", "--auth", mechanism], b"").ended_with(0);
        let begun = format!("C: AUTH {mechanism}");
        let begins = |line: &str| line.strip_suffix(" [secret]").unwrap_or(line) == begun;
        assert!(outcome.stderr.lines().any(begins) && outcome.stdout.contains("after login"), "{outcome:?}");
    }
    let outcome = run(&["probe", &url("pop3s"), "--insecure", "--auth", "CRAM-MD5"], b"").ended_with(1);
    assert!(outcome.stderr.contains("localhost"), "{outcome:?}");
}
