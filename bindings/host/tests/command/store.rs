//! The store of `mailproto serve`.

use crate::program::Server;
use crate::wire::Wire;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use std::path::{Path, PathBuf};

/// A message as it is in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) user: String,
    pub(super) uid: i64,
    pub(super) message: Vec<u8>,
}

/// Opens the file to look at it.
pub(super) fn look_at(file: &Path) -> Connection {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    connection
}

/// The messages that have come since these uids, by user and uid.
pub(super) fn kept_since(connection: &Connection, since: impl Fn(&str) -> i64) -> Vec<Kept> {
    let mut messages = connection
        .prepare(
            "SELECT owner, uid, first_piece, size FROM mailbox
             JOIN message ON mailbox = mailbox.id JOIN content ON content.id = content ORDER BY owner, uid",
        )
        .unwrap();
    let mut pieces = connection.prepare("SELECT bytes FROM piece WHERE id >= ? ORDER BY id").unwrap();
    let mut kept = Vec::new();
    let mut rows = messages.query(()).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (user, uid): (String, i64) = (row.get_unwrap(0), row.get_unwrap(1));
        if uid <= since(&user) {
            continue;
        }
        let size = row.get_unwrap::<_, i64>(3) as usize;
        let mut message = Vec::with_capacity(size);
        let mut rest = pieces.query([row.get_unwrap::<_, i64>(2)]).unwrap();
        while message.len() < size {
            let piece = rest.next().unwrap().expect("the pieces go on to the end of the message");
            message.extend_from_slice(piece.get_ref_unwrap(0).as_blob().unwrap());
        }
        assert_eq!(message.len(), size);
        kept.push(Kept { user, uid, message });
    }
    kept
}

fn kept(file: &Path) -> Vec<(String, String)> {
    let kept = kept_since(&look_at(file), |_| 0);
    kept.into_iter().map(|kept| (kept.user, String::from_utf8(kept.message).unwrap())).collect()
}

pub(super) fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("mail.db")
}

/// Sends a message, and returns what the server says about it.
fn deliver(wire: &mut Wire, recipients: &[&str], message: &str) -> String {
    assert!(wire.say("MAIL FROM:<>").starts_with("250 "));
    for recipient in recipients {
        assert!(wire.say(&format!("RCPT TO:<{recipient}>")).starts_with("250 "), "{recipient}");
    }
    assert!(wire.say("DATA").starts_with("354 "));
    wire.say(&format!("{message}\r\n."))
}

fn pair(user: &str, message: &str) -> (String, String) {
    (user.into(), message.into())
}

#[test]
fn what_was_taken_is_in_the_file_of_each_user_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let store = file.to_str().unwrap();
    let server = Server::start(&["--smtp", "0", "--store", store, "--user", "ann:a", "--user", "bob:b"]);
    let (mut wire, _) = Wire::connect(server.port("smtp"));
    wire.say("EHLO x");
    let recipients = ["ann@localhost", "ANN+lists@localhost", "bob@localhost", "postmaster"];
    assert!(deliver(&mut wire, &recipients, "one").starts_with("250 "));
    // It is there before anything ends.
    assert_eq!(kept(&file), [pair("ann", "one\r\n"), pair("bob", "one\r\n")]);
    server.signal("TERM");
    assert_eq!(server.end().0, Some(0));
    assert!(!folder.path().join("mail.db-wal").exists(), "all is in one file at the end");

    let server = Server::start(&["--smtp", "0", "--store", store]);
    let (mut wire, _) = Wire::connect(server.port("smtp"));
    wire.say("EHLO x");
    assert!(deliver(&mut wire, &["demo@localhost"], "two").starts_with("250 "));
    server.signal("KILL");
    server.end();
    assert_eq!(kept(&file), [pair("ann", "one\r\n"), pair("bob", "one\r\n"), pair("demo", "two\r\n")]);
}

#[test]
fn several_servers_that_start_at_once_make_one_file_and_share_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let store = file.to_str().unwrap();
            scope.spawn(move || {
                let server = Server::start(&["--smtp", "0", "--store", store]);
                let (mut wire, _) = Wire::connect(server.port("smtp"));
                wire.say("EHLO x");
                assert!(deliver(&mut wire, &["demo@localhost"], &number.to_string()).starts_with("250 "));
            });
        }
    });
    let mut kept = kept(&file);
    kept.sort();
    assert_eq!(kept, ["0\r\n", "1\r\n", "2\r\n", "3\r\n"].map(|message| pair("demo", message)));
}

#[test]
fn where_every_recipient_has_a_mailbox_its_name_is_that_of_the_login() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let server = Server::start(&["--lmtp", "0", "--store", file.to_str().unwrap(), "--accept-any-user"]);
    let (mut wire, _) = Wire::connect(server.port("lmtp"));
    wire.say("LHLO x");
    let recipients = ["Ann@here.example", "ann+x@there.example", "bob@x.example", "+odd@x.example"];
    let first = deliver(&mut wire, &recipients, "one");
    assert!(first.starts_with("250 "), "{first}");
    for _ in 1..recipients.len() {
        assert_eq!(wire.reply(), first);
    }
    assert_eq!(kept(&file), ["+odd", "ann", "bob"].map(|user| pair(user, "one\r\n")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_large_message_takes_no_more_memory_than_it_must() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    for (store, copies) in [("memory", 1), (file.to_str().unwrap(), 0)] {
        let mut server = Server::start(&["--smtp", "0", "--store", store, "--json"]);
        let before = server.peak_memory();
        let (mut wire, _) = Wire::connect(server.port("smtp"));
        wire.say("EHLO x");
        let message = "a line of text that is not long but has ä in it\r\n".repeat(1 << 18);
        let sent = message.clone();
        let client = std::thread::spawn(move || deliver(&mut wire, &["demo@localhost"], &sent));
        let told = server.message();
        assert!(client.join().unwrap().starts_with("250 "));
        assert_eq!(told["size"], json!(message.len() + 2));
        assert!(told["message"].as_str().unwrap().strip_suffix("\r\n") == Some(&message));
        let grown = server.peak_memory() - before;
        let most = message.len() as u64 * copies + (8 << 20);
        assert!(grown < most, "{store}: {grown} bytes for {}", message.len());
    }
    assert!(kept(&file)[0].1.len() > 1 << 20);
}

#[cfg(unix)]
#[test]
fn a_message_is_taken_even_if_nobody_can_be_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let mut server = Server::start(&["--smtp", "0", "--store", file.to_str().unwrap(), "--json"]);
    server.close_stdout();
    let (mut wire, _) = Wire::connect(server.port("smtp"));
    wire.say("EHLO x");
    assert!(deliver(&mut wire, &["demo@localhost"], "one").starts_with("250 "));
    assert!(deliver(&mut wire, &["demo@localhost"], "two").starts_with("250 "));
    assert_eq!(kept(&file), [pair("demo", "one\r\n"), pair("demo", "two\r\n")]);
    server.signal("TERM");
    let (status, stderr) = server.end();
    assert_eq!(status, Some(0));
    assert!(stderr.contains("message 1-2 is kept, but stdout does not take it"), "{stderr}");
}
