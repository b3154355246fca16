//! `mailproto send --subject … --text … --attach …`: messages that are written on their way.

use crate::program::{Outcome, Server, run, run_within};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

fn send(url: &str, arguments: &[&str]) -> Outcome {
    run(&[&["send", "--server", url], arguments].concat(), b"")
}

/// What `mailproto parse` makes of a message that a server has told of.
fn parse(message: &Value) -> Value {
    run(&["parse", "message", "--strict"], message["message"].as_str().unwrap().as_bytes()).ended_with(0).object()
}

#[test]
fn a_message_is_written_from_the_command_line() {
    let mut server = Server::start(&["--smtp", "0", "--json"]);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let files = [
        ("Grüße aus Köln.png", &bytes[..]),
        ("empty.bin", b""),
        ("notes.txt", "schön".as_bytes()),
        ("letter.eml", b"Subject: x\r\n\r\ny\r\n"),
    ];
    for (name, content) in files {
        fs::write(path(name), content).unwrap();
    }
    let attached = files.map(|(name, _)| path(name));
    let arguments = [
        "--from",
        "Jürgen Müller <j@x.example>",
        "--to",
        "Demo <demo@localhost>, demo+1@localhost",
        "--to",
        "demo+2@localhost",
        "--subject",
        "Grüße",
        "--text",
        "Schöne Grüße\n",
        "--html",
        "<p>Schöne Grüße</p>\n",
    ];
    let attached = attached.iter().flat_map(|path| ["--attach", path]);
    let arguments: Vec<_> = arguments.into_iter().chain(attached).collect();
    let outcome = send(&server.url("smtp", "smtp"), &arguments).ended_with(0).object();
    assert_eq!(outcome["accepted"], json!(["demo@localhost", "demo+1@localhost", "demo+2@localhost"]));
    assert_eq!(outcome["extensions_used"], json!(["PIPELINING", "SIZE"]));

    let told = server.message();
    assert_eq!((&told["from"], &told["parameters"]["SIZE"]), (&json!("j@x.example"), &json!(told["size"].to_string())));
    let message = parse(&told);
    let envelope = &message["envelope"];
    let named = |list: &Value| {
        let pair = |one: &Value| (one["name"].as_str().map(str::to_owned), one["address"].as_str().unwrap().to_owned());
        list.as_array().unwrap().iter().map(pair).collect::<Vec<_>>()
    };
    assert_eq!(envelope["subject"], json!("Grüße"));
    assert_eq!(named(&envelope["from"]), [(Some("Jürgen Müller".to_owned()), "j@x.example".to_owned())]);
    assert_eq!(
        named(&envelope["to"]),
        [
            (Some("Demo".to_owned()), "demo@localhost".to_owned()),
            (None, "demo+1@localhost".to_owned()),
            (None, "demo+2@localhost".to_owned()),
        ]
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(envelope["date"]["timestamp"].as_u64().is_some_and(|then| now - then < 60), "{envelope}");
    let id = envelope["message_id"].as_str().unwrap();
    assert!(id.len() == 32 + "@x.example".len() && id.ends_with("@x.example"), "{id}");

    let parts = message["parts"].as_array().unwrap();
    let leaves: Vec<_> = parts.iter().filter(|part| part["sha256"].is_string()).collect();
    let shown: Vec<_> = leaves.iter().map(|part| (&part["media_type"], &part["file_name"], &part["text"])).collect();
    let null = Value::Null;
    assert_eq!(
        shown,
        [
            (&json!("text/plain"), &null, &json!("Schöne Grüße\r\n")),
            (&json!("text/html"), &null, &json!("<p>Schöne Grüße</p>\r\n")),
            (&json!("image/png"), &json!("Grüße aus Köln.png"), &null),
            (&json!("application/octet-stream"), &json!("empty.bin"), &null),
            (&json!("text/plain"), &json!("notes.txt"), &json!("schön")),
            (&json!("application/octet-stream"), &json!("letter.eml"), &null),
        ]
    );
    for (leaf, (_, content)) in leaves[2..].iter().zip(files) {
        let digest: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((&leaf["decoded_size"], &leaf["sha256"]), (&json!(content.len()), &json!(digest)));
    }
}

#[test]
fn no_two_messages_have_the_same_name() {
    let mut server = Server::start(&["--smtp", "0", "--json"]);
    let arguments = ["--from", "a@x.example", "--to", "demo@localhost", "--subject", "again"];
    let mut ids: Vec<_> = (0..3)
        .map(|_| {
            send(&server.url("smtp", "smtp"), &arguments).ended_with(0);
            parse(&server.message())["envelope"]["message_id"].to_string()
        })
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[test]
fn an_address_beyond_ascii_asks_the_server_for_it() {
    let mut server = Server::start(&["--smtp", "0", "--json", "--accept-any-user"]);
    let arguments = ["--from", "jürgen@x.example", "--to", "zoë@localhost", "--subject", "Grüße", "--text", "Schön\n"];
    let outcome = send(&server.url("smtp", "smtp"), &arguments).ended_with(0).object();
    assert_eq!(outcome["extensions_used"], json!(["PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8"]));
    let told = server.message();
    let text = told["message"].as_str().unwrap();
    assert!(text.contains("To: zoë@localhost\r\n") && text.contains("Subject: Grüße\r\n"), "{text}");
    assert_eq!(parse(&told)["envelope"]["from"][0]["address"], json!("jürgen@x.example"));

    let server = Server::start(&["--smtp", "0", "--accept-any-user", "--mask", "SMTPUTF8"]);
    let refused = send(&server.url("smtp", "smtp"), &arguments).ended_with(1);
    assert!(refused.object()["refused"][0]["text"].as_str().unwrap().contains("SMTPUTF8"), "{refused:?}");
}

#[test]
fn a_large_attachment_arrives_byte_for_byte_and_is_never_whole_in_memory() {
    const SIZE: usize = 50 << 20;
    let mut server = Server::start(&["--smtp", "0", "--json", "--max-message", "100000000"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.bin");
    // Bytes without a period that a block could hide.
    let mut state = 1_u32;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(SIZE)
    .collect();
    fs::write(&file, &bytes).unwrap();
    let url = server.url("smtp", "smtp");
    let path = file.to_str().unwrap().to_owned();
    let sender = std::thread::spawn(move || {
        let to = ["send", "--server", &url, "--to", "demo@localhost"];
        let message = ["--from", "a@x.example", "--subject", "large", "--attach", &path];
        run_within(16 << 10, &[&to[..], &message].concat(), b"").ended_with(0)
    });
    let message = parse(&server.message());
    sender.join().unwrap();
    let attached = message["parts"].as_array().unwrap().last().unwrap();
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((&attached["file_name"], &attached["decoded_size"]), (&json!("large.bin"), &json!(SIZE)));
    assert_eq!(attached["sha256"], json!(digest));
}

#[test]
fn what_cannot_be_written_is_told_before_anything_is_sent() {
    for (arguments, hint) in [
        (&["--to", "a@b.example", "--text", "x"][..], "--from"),
        (&["--from", "", "--to", "a@b.example", "--text", "x"], "--from"),
        (&["--from", "a@b.example, c@b.example", "--to", "a@b.example", "--text", "x"], "one address"),
        (&["--from", "a@b.example", "--text", "x"], "--to"),
        (&["--from", "a@b.example", "--to", "nonsense", "--text", "x"], "nonsense"),
        (&["--from", "a@b.example", "--to", "a@b.example", "--attach", "no-such-file"], "no-such-file"),
        (&["--from", "a@b.example", "--to", "a@b.example", "--attach", "."], "--attach ."),
        (&["--from", "a@b.example", "--to", "a@b.example", "--subject", "x\r\nBcc: y@z.example"], "CR, LF or NUL"),
        (&["--from", "a@b.example", "--to", "a@b.example", "--subject", "x", "file.eml"], "--subject"),
        (&["--from", "a@b.example", "--to", "a@b.example", "--text", "x", "-"], "--text"),
    ] {
        let outcome = run(&[&["send", "--server", "smtp://h.invalid"], arguments].concat(), b"").ended_with(2);
        assert!(outcome.stderr.contains(hint), "{arguments:?}: {outcome:?}");
    }
}
