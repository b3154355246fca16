//! `mailproto serve --store FILE.db` is killed at random moments while mail comes in: what was
//! acknowledged is there as it was sent, and nothing is there by half.
//!
//! `MAILPROTO_CRASH_SECONDS` says how long to go on, `MAILPROTO_CRASH_SEED` where chance begins.

use crate::program::Server;
use crate::store::{file, kept_since, look_at};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const USERS: [&str; 4] = ["ann", "bob", "cy", "dee"];
/// Clients that deliver at the same time.
const CLIENTS: u64 = 6;

/// Chance that can be had again (xorshift64*).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        chance.below(1);
        chance
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % bound
    }
}

/// What became of a message, as its client knows.
struct Sent {
    sha256: [u8; 32],
    recipients: Vec<&'static str>,
    /// Recipients for whom the server has said 250.
    acknowledged: usize,
}

/// All messages that were sent, by the line they begin with.
type Record = Mutex<HashMap<String, Sent>>;

/// A client that goes on as long as there is a server.
struct Client<'a> {
    lmtp: bool,
    line: BufReader<TcpStream>,
    record: &'a Record,
    chance: Chance,
    name: String,
}

impl<'a> Client<'a> {
    fn connect(lmtp: bool, port: u16, record: &'a Record, seed: u64) -> io::Result<Self> {
        let line = TcpStream::connect(("127.0.0.1", port))?;
        line.set_nodelay(true)?;
        line.set_read_timeout(Some(Duration::from_secs(60)))?;
        let name = format!("message {seed:x}");
        Ok(Self { lmtp, line: BufReader::new(line), record, chance: Chance::new(seed), name })
    }

    /// Delivers until the server dies.
    fn work(&mut self) -> io::Result<()> {
        self.reply()?;
        self.say(if self.lmtp { "LHLO x" } else { "EHLO x" })?;
        for number in 0.. {
            let key = format!("{}-{number}", self.name);
            self.deliver(&key)?;
        }
        Ok(())
    }

    fn deliver(&mut self, key: &str) -> io::Result<()> {
        let recipients: Vec<_> = USERS.into_iter().filter(|_| self.chance.below(2) == 0).collect();
        if recipients.is_empty() {
            return Ok(());
        }
        let message = self.message(key);
        let sent = Sent { sha256: Sha256::digest(&message).into(), recipients: recipients.clone(), acknowledged: 0 };
        self.record.lock().unwrap().insert(key.into(), sent);
        self.say("MAIL FROM:<>")?;
        for recipient in &recipients {
            self.say(&format!("RCPT TO:<{recipient}@x.example>"))?;
        }
        if self.chance.below(2) == 0 {
            self.say("DATA")?;
            self.line.get_mut().write_all(&message)?;
            self.line.get_mut().write_all(b".\r\n")?;
        } else {
            self.line.get_mut().write_all(format!("BDAT {} LAST\r\n", message.len()).as_bytes())?;
            self.line.get_mut().write_all(&message)?;
        }
        for done in 1..=recipients.len() {
            if done == 1 || self.lmtp {
                self.reply()?;
            }
            self.record.lock().unwrap().get_mut(key).unwrap().acknowledged =
                if self.lmtp { done } else { recipients.len() };
        }
        Ok(())
    }

    /// A line that tells it from all others, then lines that tell nothing.
    fn message(&mut self, key: &str) -> Vec<u8> {
        let lines = match self.chance.below(40) {
            0 => 4_000 + self.chance.below(16_000),
            1..4 => self.chance.below(4_000),
            _ => self.chance.below(100),
        };
        let mut message = format!("{key}\r\n").into_bytes();
        for _ in 0..lines {
            let line = format!("{:016x}", self.chance.below(u64::MAX)).repeat(4);
            message.extend_from_slice(line.as_bytes());
            message.extend_from_slice(b"\r\n");
        }
        message
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        self.line.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
        self.reply()
    }

    fn reply(&mut self) -> io::Result<()> {
        loop {
            let mut reply = String::new();
            if self.line.read_line(&mut reply)? == 0 || !reply.ends_with('\n') {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if reply.starts_with("421 ") {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            assert!(matches!(reply.as_bytes()[0], b'2' | b'3'), "{reply}");
            if reply.as_bytes()[3] == b' ' {
                return Ok(());
            }
        }
    }
}

fn start(file: &Path) -> Server {
    let store = file.to_str().unwrap();
    let server = Server::start(&["--smtp", "0", "--lmtp", "0", "--accept-any-user", "--store", store]);
    if server.ready.is_null() {
        panic!("{:?}", server.end());
    }
    server
}

/// Ends it the hard way, sometimes while it ends the soft way.
fn kill(server: Server, chance: &mut Chance) {
    if chance.below(4) == 0 {
        server.signal("TERM");
        thread::sleep(Duration::from_millis(chance.below(30)));
    }
    server.signal("KILL");
    server.end();
}

/// Serves and delivers until all servers are killed, one after the other.
fn round(file: &Path, processes: u64, record: &Record, chance: &mut Chance) {
    let mut servers: Vec<_> = (0..processes).map(|_| start(file)).collect();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let server = &servers[chance.below(processes) as usize];
            let lmtp = chance.below(2) == 0;
            let port = server.port(if lmtp { "lmtp" } else { "smtp" });
            let seed = chance.below(1 << 32);
            scope.spawn(move || {
                // An error is the end of the server, and there is no other end.
                let mut client = Client::connect(lmtp, port, record, seed).unwrap();
                client.work().unwrap_err();
            });
        }
        while !servers.is_empty() {
            thread::sleep(Duration::from_millis(chance.below(400)));
            kill(servers.swap_remove(chance.below(servers.len() as u64) as usize), chance);
        }
    });
}

/// Looks at what came since it was looked at before; returns how many messages there are now.
fn check(file: &Path, record: &Record, seen: &mut HashMap<String, i64>, found: &mut BTreeSet<(String, String)>) {
    let record = record.lock().unwrap();
    let kept = kept_since(&look_at(file), |user| seen.get(user).copied().unwrap_or_default());
    for kept in kept {
        let key = kept.message.split(|byte| *byte == b'\r').next().unwrap();
        let key = String::from_utf8(key.to_vec()).unwrap();
        let sent = record.get(&key).unwrap_or_else(|| panic!("{key} was never sent"));
        assert!(Sha256::digest(&kept.message)[..] == sent.sha256, "{key} is not as it was sent");
        assert!(sent.recipients.contains(&&*kept.user), "{key} is not for {}", kept.user);
        seen.insert(kept.user.clone(), kept.uid);
        assert!(found.insert((key, kept.user)), "it is there twice");
    }
    for (key, sent) in &*record {
        let copies = sent.recipients.iter().filter(|user| found.contains(&(key.clone(), user.to_string()))).count();
        let whole = copies == sent.recipients.len();
        assert!(whole || copies == 0, "{key} is in {copies} of {} mailboxes", sent.recipients.len());
        assert!(whole || sent.acknowledged == 0, "{key} was acknowledged and is lost");
    }
}

/// The file is sound, and nothing is in it that belongs to nobody.
fn is_sound(file: &Path) {
    let connection = look_at(file);
    let text = |sql| connection.query_row(sql, (), |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(text("PRAGMA integrity_check"), "ok");
    let count = |sql| connection.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM content"), count("SELECT count(DISTINCT content) FROM message"));
    assert_eq!(
        count("SELECT count(*) FROM piece"),
        count("SELECT coalesce(sum((size + 65535) / 65536), 0) FROM content")
    );
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What the environment says, or chance of today and so many seconds.
pub(super) fn chance_and_time(seconds: u64) -> (Chance, Duration) {
    let chosen = number("MAILPROTO_CRASH_SEED");
    let seed = chosen.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64);
    println!("MAILPROTO_CRASH_SEED={seed}");
    (Chance::new(seed), Duration::from_secs(number("MAILPROTO_CRASH_SECONDS").unwrap_or(seconds)))
}

fn survives(processes: u64) {
    let (mut chance, time) = chance_and_time(8);
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let record = Record::default();
    let (mut seen, mut found) = (HashMap::new(), BTreeSet::new());
    let (begun, mut rounds) = (Instant::now(), 0);
    while begun.elapsed() < time || rounds < 3 {
        round(&file, processes, &record, &mut chance);
        rounds += 1;
        check(&file, &record, &mut seen, &mut found);
    }
    // Nothing got lost later either.
    let (mut anew, mut all) = (HashMap::new(), BTreeSet::new());
    check(&file, &record, &mut anew, &mut all);
    assert_eq!((anew, all.len()), (seen, found.len()));
    is_sound(&file);
    let record = record.into_inner().unwrap();
    let acknowledged = record.values().filter(|sent| sent.acknowledged > 0).count();
    println!("{rounds} rounds, {} messages sent, {acknowledged} acknowledged, all there", record.len());
    assert!(acknowledged > 0);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    survives(1);
}

#[test]
fn nothing_acknowledged_is_lost_when_two_servers_of_one_file_are_killed() {
    survives(2);
}

#[test]
fn a_server_that_is_killed_while_it_makes_its_file_leaves_one_to_go_on_with() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20 {
        let file = folder.path().join(format!("{number}.db"));
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mailproto"));
        command.args(["serve", "--smtp", "0", "--store"]).arg(&file);
        let mut child =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(number));
        child.kill().unwrap();
        child.wait().unwrap();
        drop(start(&file));
        is_sound(&file);
    }
}
