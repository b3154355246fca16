//! What software in wide use really says, where no other test names it. `../QUIRKS.md` lists all.

use mailproto::sasl::{Login, Mechanism, Plain};
use mailproto::smtp::{
    Client, ClientEvent, ClientOptions, EnhancedCode, Envelope, ExtensionSet, Server, ServerEvent, ServerOptions,
    Submission, SubmissionEvent, SubmissionOptions, TlsPolicy, Verb, Verdict,
};
use mailproto::{Anomalies, Endpoint, Leniency};
use std::fs;
use std::path::Path;

/// A client that has heard these words, each when it had sent all it could.
fn client(turns: &[&str]) -> Client {
    let mut client = Client::new(ClientOptions::default());
    client.ehlo("h.example").unwrap();
    for turn in turns {
        client.receive(turn.as_bytes());
        while client.next_event().unwrap().is_some() {}
        client.transmitted(client.transmit().len());
    }
    client
}

/// What a server that says yes to everything replies to `wire`, and the paths it tells of.
fn serve(options: ServerOptions<'_>, wire: &[u8]) -> (String, Vec<String>) {
    let mut server: Server = Server::new(options).unwrap();
    let (mut said, mut paths, mut rest) = (String::new(), Vec::new(), wire);
    loop {
        said.push_str(std::str::from_utf8(server.transmit()).unwrap());
        server.transmitted(server.transmit().len());
        let question = server.next_event().unwrap().map(|event| {
            if let ServerEvent::Mail { path, .. } | ServerEvent::Rcpt { path, .. } = event {
                paths.push(path.as_str().to_owned());
            }
            event.is_question()
        });
        match question {
            Some(true) => server.accept().unwrap(),
            Some(false) => {}
            None if !server.transmit().is_empty() => {}
            None if rest.is_empty() => return (said, paths),
            None => {
                let taken = server.receive(rest);
                rest = &rest[taken..];
            }
        }
    }
}

fn options() -> ServerOptions<'static> {
    let mut options = ServerOptions::new("mx.example.org");
    options.offered = ExtensionSet::ALL;
    options.auth_without_tls = true;
    options
}

#[test]
fn auth_announced_in_both_forms_counts_both_and_a_misspelt_line_costs_itself_alone() {
    let client = client(&[
        "220 mx\r\n",
        "250-mx\r\n250-AUTH=LOGIN\r\n250-8 BITMIME\r\n250-AUTH PLAIN\r\n250-pipelining\r\n250 Size\r\n",
    ]);
    let found = client.extensions();
    assert!(found.mechanisms.contains(Mechanism::Login) && found.mechanisms.contains(Mechanism::Plain));
    assert!(found.offers(ExtensionSet::PIPELINING | ExtensionSet::SIZE));
    assert!(!found.offers(ExtensionSet::EIGHT_BIT_MIME));
    assert!(client.anomalies().contains(Anomalies::AUTH_EQUALS));
}

#[test]
fn the_prompts_of_login_are_the_ones_that_outlook_knows_and_plain_without_a_response_is_asked() {
    let (said, _) = serve(options(), b"EHLO x\r\nAUTH LOGIN\r\ndGlt\r\neA==\r\n");
    assert!(said.contains("\r\n334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 "), "{said}");
    let (said, _) = serve(options(), b"EHLO x\r\nAUTH PLAIN\r\nAHRpbQB4\r\n");
    assert!(said.contains("\r\n334 \r\n235 "), "{said}");
}

#[test]
fn envelopes_as_clients_write_them_are_read_and_noted_or_refused_when_strict() {
    for (line, path) in [
        ("MAIL FROM: <a@b.example>", "a@b.example"),
        ("MAIL FROM:a@b.example", "a@b.example"),
        ("MAIL FROM:<>  AUTH=<>", ""),
        ("mail from:<a..b@b_c.example>", "a..b@b_c.example"),
        ("MAIL FROM:<a@b.example> ", "a@b.example"),
    ] {
        let wire = format!("EHLO x.example\r\n{line}\r\n");
        let (_, paths) = serve(options(), wire.as_bytes());
        assert_eq!(paths, [path], "{line}");
        let strict = Leniency::STRICT.with(Anomalies::EARLY_TALK);
        let (said, paths) = serve(ServerOptions { leniency: strict, ..options() }, wire.as_bytes());
        assert!(paths.is_empty() && said.lines().last().unwrap().starts_with("501 "), "{line}: {said}");
    }
    // These are no quirks.
    for (line, path) in [
        ("RCPT TO:<Postmaster>", "Postmaster"),
        ("RCPT TO:<\"a b\"@[192.0.2.1]>", "\"a b\"@[192.0.2.1]"),
        ("RCPT TO:<@x.example,@y.example:a@b.example>", "a@b.example"),
    ] {
        let wire = format!("EHLO x.example\r\nMAIL FROM:<> AUTH=<>\r\n{line}\r\n");
        let strict = Leniency::STRICT.with(Anomalies::EARLY_TALK);
        let (_, paths) = serve(ServerOptions { leniency: strict, ..options() }, wire.as_bytes());
        assert_eq!(paths, ["", path], "{line}");
    }
}

#[test]
fn addresses_that_pretend_to_be_others_are_refused() {
    for path in [
        "<a@b.example\0.evil.example>",
        "<a\0@b.example>",
        "<a@b.example> <c@d.example>",
        "<a@b.example>,<c@d.example>",
        "<a@b.example\t>",
        "<a@b.example",
        "<a b@c.example>",
        "<a(comment)@b.example >",
        "<a@b.example>x",
    ] {
        let (said, paths) = serve(options(), format!("EHLO x\r\nMAIL FROM:{path}\r\n").as_bytes());
        assert!(paths.is_empty(), "{path}: {paths:?}");
        assert!(said.lines().last().unwrap().starts_with("501 "), "{path}: {said}");
    }
}

#[test]
fn chunks_and_data_do_not_mix_in_one_message() {
    let envelope = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\n";
    let (said, _) = serve(options(), format!("{envelope}BDAT 2\r\nhiDATA\r\nBDAT 0 LAST\r\n").as_bytes());
    assert!(
        said.ends_with(
            "250 2.0.0 Chunk received\r\n503 5.5.1 Bad sequence of commands\r\n250 2.6.0 Message accepted\r\n"
        ),
        "{said}"
    );
    // RFC 3030 §3: what is binary cannot go by DATA.
    let binary = envelope.replace("<>", "<> BODY=BINARYMIME");
    let (said, _) = serve(options(), format!("{binary}DATA\r\n").as_bytes());
    assert!(said.ends_with("503 5.5.1 BODY=BINARYMIME needs BDAT\r\n"), "{said}");
}

#[test]
fn sizes_beyond_any_memory_cost_none() {
    let envelope = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\n";
    for size in ["18446744073709551616", "99999999999999999999", "-1", "0x10", "", "1 2"] {
        let (said, _) = serve(options(), format!("{envelope}BDAT {size}\r\n").as_bytes());
        assert!(said.lines().last().unwrap().starts_with("501 "), "BDAT {size}: {said}");
    }
    let (said, _) = serve(options(), b"EHLO x\r\nMAIL FROM:<> SIZE=18446744073709551615\r\n");
    assert!(said.ends_with("552 5.3.4 Message too large\r\n"), "{said}");
    // A chunk of 4 GiB is announced; what comes of it passes through.
    let mut wire = format!("{envelope}BDAT 4294967296 LAST\r\n").into_bytes();
    wire.extend_from_slice(&[b'x'; 100_000]);
    let (said, _) = serve(options(), &wire);
    assert!(said.ends_with("Recipient OK\r\n"), "{said}");
}

#[test]
fn nothing_is_sent_behind_starttls_or_a_login_before_they_are_through() {
    let mut client = client(&["220 mx\r\n", "250-mx\r\n250-PIPELINING\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"]);
    client.auth(&mut Plain::new("", "tim", "x").unwrap()).unwrap();
    client.mail("a@b.example", &[]).unwrap();
    assert_eq!(client.transmit(), b"AUTH PLAIN AHRpbQB4\r\n");
    client.transmitted(client.transmit().len());
    client.receive(b"235 in\r\n");
    while client.next_event().unwrap().is_some() {}
    assert_eq!(client.transmit(), b"MAIL FROM:<a@b.example>\r\n");

    let mut client = self::client(&["220 mx\r\n", "250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n"]);
    client.starttls().unwrap();
    client.noop().unwrap_err();
    client.transmitted(client.transmit().len());
    client.receive(b"220 go\r\n");
    assert!(matches!(client.next_event(), Ok(Some(ClientEvent::StartTls { .. }))));
    assert!(client.transmit().is_empty());
}

#[test]
fn tls_that_dies_in_its_handshake_leaves_nothing_sent_and_everything_to_be_tried_again() {
    for tls in [TlsPolicy::Opportunistic, TlsPolicy::Required] {
        let mut submission = Submission::new(SubmissionOptions { tls, ..SubmissionOptions::new("h.example") }).unwrap();
        submission.submit(Envelope::new("a@b.example", ["c@d.example"])).unwrap();
        for turn in ["220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 Ready to start TLS\r\n"] {
            submission.receive(turn.as_bytes());
            while let Some(event) = submission.next_event().unwrap() {
                assert!(matches!(event, SubmissionEvent::StartTls), "{event:?}");
            }
            assert!(!submission.transmit().windows(4).any(|bytes| bytes == b"MAIL"));
            submission.transmitted(submission.transmit().len());
        }
        // A fatal alert: the host can only close.
        submission.receive_eof();
        let event = submission.next_event().unwrap();
        let told = matches!(event, Some(SubmissionEvent::Recipient { delivery, .. }) if delivery.verdict == Verdict::Transient);
        assert!(told, "{event:?}");
        assert!(submission.transmit().is_empty());
    }
}

#[test]
fn a_reply_is_judged_by_its_code_and_shown_whole() {
    // Some say 550 5.5.0 for now and 450 4.1.2 for ever: the host sees both codes and may judge anew.
    for (reply, verdict) in
        [("550 5.5.0 try later\r\n", Verdict::Permanent), ("450 4.1.2 no such host\r\n", Verdict::Transient)]
    {
        let mut submission = Submission::new(SubmissionOptions::new("h.example")).unwrap();
        submission.submit(Envelope::new("a@b.example", ["c@d.example"])).unwrap();
        for turn in ["220 mx\r\n", "250 mx\r\n", "250 ok\r\n"] {
            submission.receive(turn.as_bytes());
            assert_eq!(submission.next_event(), Ok(None));
            submission.transmitted(submission.transmit().len());
        }
        submission.receive(reply.as_bytes());
        let Ok(Some(SubmissionEvent::Recipient { delivery, .. })) = submission.next_event() else { panic!() };
        assert_eq!(delivery.verdict, verdict);
        let enhanced = delivery.reply.unwrap().enhanced().unwrap();
        assert_eq!(enhanced, EnhancedCode::parse(&reply.as_bytes()[4..]).unwrap());
    }
}

#[test]
fn every_code_to_every_command_ends_in_one_result_for_each_recipient() {
    let yes = [
        "220 mx",
        "250-mx\r\n250 STARTTLS",
        "220 go",
        "250-mx\r\n250 AUTH PLAIN",
        "235 in",
        "250 ok",
        "250 ok",
        "354 go",
        "250 ok",
        "221 bye",
    ];
    let codes = [
        "211",
        "214",
        "220",
        "221",
        "235",
        "250",
        "251",
        "252",
        "334 ",
        "354",
        "421",
        "432",
        "450",
        "451",
        "452",
        "454",
        "455",
        "500",
        "501",
        "502",
        "503",
        "504",
        "521",
        "530",
        "534",
        "535",
        "538",
        "550",
        "551",
        "552",
        "553",
        "554",
        "555",
        "999",
        "000",
        "250-ok\r\n421",
    ];
    for stage in 0..yes.len() {
        for code in codes {
            let mut options = SubmissionOptions { tls: TlsPolicy::Required, ..SubmissionOptions::new("h.example") };
            options.login = Some(mailproto::smtp::Login::new("tim", "tanstaaf"));
            let mut submission = Submission::new(options).unwrap();
            submission.submit(Envelope::new("a@b.example", ["c@d.example"])).unwrap();
            submission.finish();
            let (mut told, mut secure, mut turn, mut ended) = (0, false, 0, false);
            while !ended {
                let mut event = None;
                match submission.next_event() {
                    Ok(Some(SubmissionEvent::Recipient { delivery, .. })) => {
                        told += 1;
                        let yes = code.starts_with(['2', '3']) || stage == 9;
                        assert!(delivery.verdict != Verdict::Accepted || yes, "{code} at {stage}");
                    }
                    Ok(Some(SubmissionEvent::StartTls)) => event = Some(Verb::StartTls),
                    Ok(Some(SubmissionEvent::BodyWanted { .. })) => event = Some(Verb::Data),
                    Ok(Some(_)) => {}
                    Ok(None) => {
                        let wire = String::from_utf8_lossy(submission.transmit()).into_owned();
                        assert!(
                            secure || !(wire.contains("AUTH") || wire.contains("MAIL")),
                            "{code} at {stage}: {wire}"
                        );
                        submission.transmitted(submission.transmit().len());
                        match yes.get(turn) {
                            Some(reply) => {
                                let reply = if turn == stage { code } else { reply };
                                submission.receive(format!("{reply}\r\n").as_bytes());
                            }
                            None => submission.receive_eof(),
                        }
                        ended = turn > yes.len() + 3;
                        turn += 1;
                    }
                    Err(_) => ended = true,
                }
                match event {
                    Some(Verb::StartTls) => {
                        submission.tls_started().unwrap();
                        secure = true;
                    }
                    Some(_) => {
                        submission.send_data(b"hello\r\n").unwrap();
                        submission.finish_data().unwrap();
                    }
                    None => {}
                }
            }
            assert_eq!(told, 1, "{code} at {stage}");
        }
    }
}

#[test]
fn a_login_that_is_asked_for_nothing_sensible_ends() {
    let mut client = client(&["220 mx\r\n", "250-mx\r\n250 AUTH LOGIN\r\n"]);
    let mut login = Login::new("tim", "x").unwrap();
    client.auth(&mut login).unwrap();
    client.transmitted(client.transmit().len());
    for answer in ["dGlt\r\n", "eA==\r\n", "*\r\n"] {
        client.receive(b"334 b25lIG1vcmU=\r\n");
        assert!(matches!(client.next_event(), Ok(Some(ClientEvent::Challenge { .. }))));
        client.auth_respond(&mut login).unwrap();
        assert_eq!(client.transmit(), answer.as_bytes());
        client.transmitted(client.transmit().len());
    }
}

/// The text of every Rust file below `folder`.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn the_table_of_quirks_names_tests_that_exist() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    for folder in ["hostile", "pairs", "roundtrip", "../core/src", "../bindings/host/tests/command"] {
        sources(&tests.join(folder), &mut text);
    }
    let table = fs::read_to_string(tests.join("QUIRKS.md")).unwrap();
    let mut seen = 0;
    for quoted in table.split('`').skip(1).step_by(2) {
        // A name in full, one that shares its start with the name before it, or the start of one.
        let Some(name) = quoted.strip_prefix('…').or_else(|| Some(quoted.rsplit_once("::")?.1)) else { continue };
        let found = match name.strip_suffix('…') {
            Some(start) => text.contains(&format!("fn {start}")),
            None => text.contains(&format!("fn {name}(")) || text.contains(&format!("mod {name} {{")),
        };
        assert!(found, "no test {quoted}");
        seen += 1;
    }
    assert!(seen > 70, "only {seen} tests are named");
}
