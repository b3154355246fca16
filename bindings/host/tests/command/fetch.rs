//! `mailproto fetch pop3://`.

use crate::maildrop::{Line, Maildrop};
use crate::program::{Outcome, program, run, run_in};
use crate::send::certificate;
use crate::wire::scripted;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// A maildrop in plain text with these messages, `id-0` and so on.
fn maildrop(messages: &[&[u8]]) -> Maildrop {
    let maildrop = Maildrop::start(Line::Plain, None);
    maildrop.add(messages.iter().map(|message| message.to_vec()));
    maildrop
}

fn fetch(maildrop: &Maildrop, arguments: &[&str]) -> Outcome {
    let url = maildrop.url("pop3");
    run(&[&["fetch", &url, "--tls", "none"], arguments].concat(), b"")
}

/// The unique ids that it told of.
fn told(outcome: &Outcome) -> Vec<String> {
    outcome.objects().iter().map(|object| object["unique_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_new_becomes_files_and_stays_on_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(folder.path());
    let config = mailproto_host::tls::server(Path::new(&cert), Path::new(&key)).unwrap();
    let messages = [b"Subject: one\r\n\r\n.dot\r\n".to_vec(), b"Subject: two\r\n\r\n\xff".to_vec()];
    for (line, scheme, tls) in
        [(Line::Plain, "pop3", Some("none")), (Line::Stls, "pop3", None), (Line::Implicit, "pop3s", None)]
    {
        let maildrop = Maildrop::start(line, Some(config.clone()));
        maildrop.add(messages.clone());
        let (url, out, state) = (maildrop.url(scheme), path(&folder, scheme), path(&folder, "state.json"));
        let mut arguments = vec!["fetch", &url, "--ca", &cert, "--out", &out, "--state", &state, "--trace"];
        arguments.extend(tls.iter().flat_map(|tls| ["--tls", tls]));
        let outcome = run(&arguments, b"").ended_with(0);
        for (index, object) in outcome.objects().iter().enumerate() {
            let file = Path::new(&out).join(format!("id-{index}.eml"));
            let content = fs::read(&file).unwrap();
            assert!(content.starts_with(&messages[index]), "{line:?}");
            assert_eq!(
                *object,
                json!({
                    "number": index + 1, "unique_id": format!("id-{index}"), "size": content.len(),
                    "sha256": hexadecimal(&Sha256::digest(&content)), "file": file.to_str().unwrap(),
                })
            );
        }
        assert_eq!(told(&outcome), ["id-0", "id-1"], "{line:?}");
        let hidden = outcome.stderr.contains("[secret]") && !outcome.stderr.contains("AGRlbW8");
        assert!(hidden && outcome.stderr.contains("C: QUIT"), "{outcome:?}");
        assert_eq!(maildrop.contents().messages.len(), 2, "nothing is deleted");

        assert_eq!(told(&run(&arguments, b"").ended_with(0)), [""; 0], "{line:?}: nothing is new");
        maildrop.add([b"Subject: three\r\n\r\n".to_vec()]);
        assert_eq!(told(&run(&arguments, b"").ended_with(0)), ["id-2"], "{line:?}");
        assert_eq!(maildrop.contents().fetched, ["id-0", "id-1", "id-2"], "{line:?}");
        fs::remove_file(&state).unwrap();
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn without_a_folder_the_message_is_in_its_line() {
    let large = "0123456789abcdef".repeat(4).into_bytes();
    let large = [&large[..], b"\r\n"].concat().repeat(16_000);
    let maildrop = maildrop(&["Subject: ä\r\n\r\n\"\r\n".as_bytes(), b"\xff\r\n", &large]);
    let outcome = fetch(&maildrop, &[]).ended_with(0);
    let messages: Vec<_> = outcome.objects().iter().map(|object| object["message"].clone()).collect();
    assert_eq!(messages[0], json!("Subject: ä\r\n\r\n\"\r\n"));
    assert_eq!(messages[1], json!({ "base64": "/w0K" }));
    assert!(messages[2] == json!(String::from_utf8(large).unwrap()), "a message of a megabyte");
    assert_eq!(told(&fetch(&maildrop, &["--keep"]).ended_with(0)).len(), 3, "without a state everything is new");
    assert_eq!(maildrop.contents().messages.len(), 3);
}

#[test]
fn what_is_deleted_was_kept_before_and_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let (out, state) = (path(&folder, "out"), path(&folder, "state.json"));
    let maildrop = maildrop(&[b"one\r\n", b"two\r\n"]);
    let left = || maildrop.contents().messages.len();
    let days = |days: &str| fetch(&maildrop, &["--out", &out, "--state", &state, "--keep-days", days]).ended_with(0);
    assert_eq!(told(&days("1")).len(), 2);
    assert_eq!((told(&days("1")).len(), left()), (0, 2), "a day has not passed");

    // As if the first one had been fetched the day before.
    let mut remembered: Value = serde_json::from_str(&fs::read_to_string(&state).unwrap()).unwrap();
    let day = &mut remembered["seen"]["messages"]["id-0"]["day"];
    *day = json!(day.as_u64().unwrap() - 1);
    fs::write(&state, format!("{remembered}\n")).unwrap();
    assert_eq!((told(&days("1")).len(), left()), (0, 1));

    let outcome = fetch(&maildrop, &["--out", &out, "--delete"]).ended_with(0);
    assert_eq!((told(&outcome), left()), (vec!["id-1".to_owned()], 0));
    assert!(outcome.stderr.contains("1 deleted there"), "{outcome:?}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 2, "fetched again, it is the same file");
}

#[test]
fn what_cannot_be_kept_is_not_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let maildrop = maildrop(&[b"one\r\n"]);
    // The place of the message is taken by a folder.
    fs::create_dir_all(folder.path().join("out/id-0.eml.part")).unwrap();
    let outcome = fetch(&maildrop, &["--delete", "--out", &path(&folder, "out")]).ended_with(3);
    assert!(outcome.stderr.contains("--out"), "{outcome:?}");
    // Nobody reads the lines.
    let url = maildrop.url("pop3");
    let mut child = program()
        .args(["fetch", &url, "--tls", "none", "--delete"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_eq!(maildrop.contents().messages.len(), 1);
}

#[test]
fn a_unique_id_names_no_file_outside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let replies = &[
        "+OK\r\n",
        "-ERR\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "-ERR\r\n",
        "+OK\r\n1 ../../x/y\r\n.\r\n",
        "+OK\r\n1 9\r\n.\r\n",
        "+OK\r\nevil\r\n.\r\n",
        "+OK\r\n",
    ];
    let (port, served) = scripted(replies, false);
    let url = format!("pop3://tim:secret@127.0.0.1:{port}");
    run(&["fetch", &url, "--tls", "none", "--out", &path(&folder, "a/b")], b"").ended_with(0);
    served.join().unwrap();
    assert_eq!(fs::read(folder.path().join("a/b/%2E.%2F..%2Fx%2Fy.eml")).unwrap(), b"evil\r\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_server_without_unique_ids_is_emptied_or_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let start = ["+OK\r\n", "-ERR\r\n", "+OK\r\n", "+OK\r\n", "-ERR\r\n", "-ERR\r\n"];
    let end = ["+OK\r\n1 3\r\n.\r\n", "+OK\r\na\r\n.\r\n", "+OK\r\n", "+OK\r\n"];
    let (port, served) = scripted([&start[..], &end].concat().leak(), false);
    let url = format!("pop3://tim:secret@127.0.0.1:{port}");
    let found = run(&["fetch", &url, "--tls", "none", "--out", &path(&folder, "out"), "--delete"], b"").ended_with(0);
    assert_eq!(found.object()["unique_id"], Value::Null);
    assert_eq!(fs::read(found.object()["file"].as_str().unwrap()).unwrap(), b"a\r\n");
    assert_eq!(served.join().unwrap()[7..], ["DELE 1\r\n", "QUIT\r\n"]);

    let (port, served) = scripted([&start[..], &["+OK\r\n"]].concat().leak(), false);
    let url = format!("pop3://tim:secret@127.0.0.1:{port}");
    let outcome = run(&["fetch", &url, "--tls", "none"], b"").ended_with(1);
    assert!(outcome.stderr.contains("UIDL"), "{outcome:?}");
    served.join().unwrap();
}

#[test]
fn what_went_wrong_decides_the_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let maildrop = maildrop(&[b"one\r\n"]);
    let bad = format!("pop3://demo:bad@localhost:{}", maildrop.port);
    let outcome = run(&["fetch", &bad, "--tls", "none"], b"").ended_with(1);
    assert!(outcome.stderr.contains("refused the login") && outcome.stderr.contains("-ERR [AUTH]"), "{outcome:?}");
    let outcome = run(&["fetch", &bad], b"").ended_with(1);
    assert!(outcome.stderr.contains("STLS"), "{outcome:?}");
    let user = format!("pop3://demo@localhost:{}", maildrop.port);
    let arguments = ["fetch", &user, "--tls", "none", "--password-env", "THE_PASSWORD", "--auth", "LOGIN"];
    run_in(("THE_PASSWORD", "de mo"), &arguments, b"").ended_with(0);

    let url = maildrop.url("pop3");
    let (state, text) = (path(&folder, "state.json"), path(&folder, "text"));
    fs::write(&text, "a text\n").unwrap();
    for arguments in [
        &["pop3://localhost"][..],
        &["pop3://demo@localhost"],
        &["smtp://demo:demo@localhost"],
        &[&url, "--keep-days", "1"],
        &[&url, "--keep", "--delete"],
        &[&url, "--state", &text],
        &[&url, "--out", &text],
    ] {
        run(&[&["fetch", "--tls", "none"], arguments].concat(), b"").ended_with(2);
    }
    fetch(&maildrop, &["--state", &state]).ended_with(0);
    let other = format!("pop3://other:x@localhost:{}", maildrop.port);
    let outcome = run(&["fetch", &other, "--tls", "none", "--state", &state], b"").ended_with(2);
    assert!(outcome.stderr.contains("that of demo at localhost"), "{outcome:?}");

    let lists = ["+OK\r\n", "-ERR\r\n", "+OK\r\n", "+OK\r\n", "-ERR\r\n", "+OK\r\n1 a\r\n.\r\n", "+OK\r\n.\r\n"];
    for (end, wait, status) in
        [(&["-ERR no\r\n", "+OK\r\n"][..], false, 1), (&["+OK\r\nhalf"], false, 3), (&["+OK\r\nhalf"], true, 4)]
    {
        let (port, served) = scripted([&lists[..], end].concat().leak(), wait);
        let url = format!("pop3://tim:secret@127.0.0.1:{port}");
        let outcome = run(&["fetch", &url, "--tls", "none", "--timeout", "1"], b"").ended_with(status);
        assert_eq!(outcome.stdout, "");
        served.join().unwrap();
    }
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    run(&["fetch", &format!("pop3://a:b@127.0.0.1:{free}")], b"").ended_with(3);
}

#[cfg(unix)]
#[test]
fn sigterm_leaves_no_half_message() {
    let folder = tempfile::tempdir().unwrap();
    let (out, part) = (path(&folder, "out"), folder.path().join("out/a.eml.part"));
    let replies = &[
        "+OK\r\n",
        "-ERR\r\n",
        "+OK\r\n",
        "+OK\r\n",
        "-ERR\r\n",
        "+OK\r\n1 a\r\n.\r\n",
        "+OK\r\n.\r\n",
        "+OK\r\nhalf",
    ];
    let (port, served) = scripted(replies, true);
    let url = format!("pop3://tim:secret@127.0.0.1:{port}");
    let mut child = program().args(["fetch", &url, "--tls", "none", "--out", &out]).spawn().unwrap();
    let begun = Instant::now();
    while !part.exists() {
        assert!(begun.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(5));
    }
    assert!(std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
    served.join().unwrap();
}
