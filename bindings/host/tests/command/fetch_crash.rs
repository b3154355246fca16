//! `mailproto fetch` is killed at random moments while it empties a maildrop of `mailproto serve`: no message
//! is lost, none is there by half, and none is fetched again but the one that was cut.
//!
//! As with the server, `MAILPROTO_CRASH_SECONDS` says how long to go on, `MAILPROTO_CRASH_SEED` where chance
//! begins.

use crate::crash::{Chance, chance_and_time};
use crate::program::{Server, program};
use crate::serve_pop3::deliver;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Messages in a maildrop.
const MESSAGES: usize = 40;

/// What the program said in the time that it had.
struct Said {
    /// `None` if it was killed.
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

fn reader(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Runs the program for so long at most.
fn fetch(url: &str, arguments: &[&str], patience: Duration) -> Said {
    let mut command = program();
    command.args(["fetch", url, "--tls", "none"]).args(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (stdout, stderr) = (reader(child.stdout.take().unwrap()), reader(child.stderr.take().unwrap()));
    let begun = Instant::now();
    while begun.elapsed() < patience && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    let status = child.wait().unwrap().code();
    Said { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

/// The messages of the whole lines on stdout: name, and content where there is no folder.
fn told(said: &Said) -> Vec<(String, Option<String>)> {
    let lines = said.stdout.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let objects = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let message = |object: &Value| object["message"].as_str().map(str::to_owned);
    objects.map(|object| (object["unique_id"].as_str().unwrap().to_owned(), message(&object))).collect()
}

fn message(name: &str, number: usize, chance: &mut Chance) -> String {
    let lines = if chance.below(8) == 0 { 4_000 } else { chance.below(50) };
    format!("Subject: {name} {number}\r\n\r\n{}", "0123456789abcdef0123456789abcdef\r\n".repeat(lines as usize))
}

/// Empties one maildrop; returns how often the program was killed.
fn round(server: &Server, folder: &Path, name: &str, chance: &mut Chance) -> usize {
    let messages: BTreeSet<_> = (0..MESSAGES).map(|number| message(name, number, chance)).collect();
    for message in &messages {
        deliver(server, &[&format!("{name}@localhost")], message);
    }
    let url = format!("pop3://{name}:x@127.0.0.1:{}", server.port("pop3"));
    let (out, state) = (folder.join(name), folder.join(format!("{name}.json")));
    let (as_files, delete) = (chance.below(2) == 0, chance.below(2) == 0);
    let mut arguments = vec!["--state", state.to_str().unwrap()];
    arguments.extend(as_files.then_some(["--out", out.to_str().unwrap()]).into_iter().flatten());
    arguments.extend(delete.then_some("--delete"));

    let (mut fetched, mut contents) = (BTreeSet::new(), BTreeSet::new());
    let (mut cut, mut kills) = (None, 0);
    loop {
        // Now and then there is time enough, so that it ends at last.
        let patience = if kills > 30 { 60_000 } else { 5 + chance.below(120) };
        let said = fetch(&url, &arguments, Duration::from_millis(patience));
        for (unique_id, content) in told(&said) {
            let again = !fetched.insert(unique_id.clone());
            assert!(!again || cut.as_ref() == Some(&unique_id), "{unique_id} was fetched again");
            contents.extend(content);
            cut = Some(unique_id);
        }
        match said.status {
            Some(0) => break,
            // The server has not seen yet that the one before is gone.
            Some(1) if said.stderr.contains("IN-USE") => {}
            Some(code) => panic!("it ended with {code}: {}", said.stderr),
            None => kills += 1,
        }
    }
    if as_files {
        for entry in fs::read_dir(&out).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(path.extension().unwrap(), "eml", "{}", path.display());
            assert!(contents.insert(fs::read_to_string(path).unwrap()), "one is there twice");
        }
    }
    assert_eq!(fetched.len(), MESSAGES);
    assert!(contents == messages, "{} of {MESSAGES} messages are there as they were sent", contents.len());
    let left = fetch(&url, &[], Duration::from_secs(60));
    assert_eq!(told(&left).len(), if delete { 0 } else { MESSAGES });
    kills
}

#[test]
fn nothing_is_lost_or_fetched_twice_when_the_program_is_killed() {
    let (mut chance, time) = chance_and_time(8);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--smtp", "0", "--pop3", "0", "--accept-any-user"]);
    let (begun, mut rounds, mut kills) = (Instant::now(), 0, 0);
    while begun.elapsed() < time || rounds < 2 {
        kills += round(&server, folder.path(), &format!("user{rounds}"), &mut chance);
        rounds += 1;
    }
    println!("{rounds} maildrops of {MESSAGES} messages, {kills} kills, all there");
    assert!(kills > 0);
}
