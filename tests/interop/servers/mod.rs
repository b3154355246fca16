//! Mail servers of others, each started for one test on free ports, with its
//! files in a temporary folder.
//!
//! All of them take mail for the [`MAILBOXES`] of [`DOMAIN`], refuse any other
//! recipient there for good, and know the [`ACCOUNTS`].

pub(crate) mod aiosmtpd;
pub(crate) mod courier;
pub(crate) mod dovecot;
pub(crate) mod exim;
pub(crate) mod opensmtpd;
pub(crate) mod postfix;
pub(crate) mod smtp_server;

use std::collections::HashMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use mailproto_tests::process::{Process, free_port};
use mailproto_tests::tools::Missing;
use tempfile::TempDir;

use crate::certificates::{CERTIFICATES, CertificateFiles};

/// The domain whose mail the servers keep.
pub(crate) const DOMAIN: &str = "mail.test";

/// Local parts that have a mailbox, each with the name of its folder.
pub(crate) const MAILBOXES: [(&str, &str); 4] =
    [("alice", "alice"), ("bob", "bob"), ("carol", "carol"), ("j\u{f6}rg", "joerg")];

/// User names that may submit mail, each with its password.
pub(crate) const ACCOUNTS: [(&str, &str); 2] = [("alice", "wonder land"), ("bob", "=build&er%1")];

/// A recipient in [`DOMAIN`] that servers refuse for now, where they can.
pub(crate) const LATER: &str = "later";

/// The largest message that the servers take, in octets.
pub(crate) const MESSAGE_SIZE: usize = 64 << 20;

/// The user and group `nobody`, as whom mail is stored.
const NOBODY: u32 = 65_534;

const START_PATIENCE: Duration = Duration::from_secs(120);
const DELIVERY_PATIENCE: Duration = Duration::from_secs(180);

/// What Postfix and Exim write about a client that speaks out of turn.
pub(crate) const COMPLAINTS: [&str; 2] = ["improper command pipelining", "synchronization error"];

/// A running server. What it started ends when this is dropped.
pub(crate) struct MailServer {
    /// What it is, for messages of failed tests.
    pub(crate) name: &'static str,
    /// Where it takes mail for [`DOMAIN`] from everyone, with STARTTLS.
    pub(crate) smtp: SocketAddr,
    /// Where it takes mail after AUTH only, with STARTTLS.
    pub(crate) submission: SocketAddr,
    /// The same with TLS from the first octet on.
    pub(crate) submissions: Option<SocketAddr>,
    /// Header fields that it adds in front of a message.
    pub(crate) trace: &'static [&'static str],
    maildirs: PathBuf,
    // The processes end before the folder that they use goes.
    _processes: Vec<Process>,
    folder: TempDir,
}

impl MailServer {
    /// Takes the oldest message out of the mailbox of `local_part`, waiting for
    /// it, with its lines ended by CR LF as they were on the wire.
    #[track_caller]
    pub(crate) fn delivered_to(&self, local_part: &str) -> Vec<u8> {
        let end = Instant::now() + DELIVERY_PATIENCE;
        loop {
            if let Some(path) = self.waiting_for(local_part).into_iter().min() {
                let message = fs::read(&path).expect("a delivered message can be read");
                fs::remove_file(&path).expect("a read message can be removed");
                return with_wire_line_ends(message);
            }
            assert!(
                Instant::now() < end,
                "{} delivered nothing to {local_part} in {DELIVERY_PATIENCE:?}; it says:\n{}",
                self.name,
                self.log(),
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// Fails if anything lies in the mailbox of `local_part`.
    #[track_caller]
    pub(crate) fn assert_nothing_for(&self, local_part: &str) {
        let waiting = self.waiting_for(local_part);
        assert!(waiting.is_empty(), "{} delivered to {local_part} what it should not: {waiting:?}", self.name,);
    }

    /// Fails if the server noted that a client spoke out of turn.
    #[track_caller]
    pub(crate) fn assert_no_complaint(&self) {
        let log = self.log();
        let complaint = log.lines().find(|line| COMPLAINTS.iter().any(|complaint| line.contains(complaint)));
        assert_eq!(complaint, None, "{}", self.name);
    }

    /// Waits until the server writes this to a log.
    #[track_caller]
    pub(crate) fn await_log(&self, text: &str) {
        let end = Instant::now() + DELIVERY_PATIENCE;
        while !self.log().contains(text) {
            assert!(Instant::now() < end, "{} does not write {text:?}:\n{}", self.name, self.log());
            sleep(Duration::from_millis(20));
        }
    }

    /// What the server wrote to its logs: the files of its folder whose names begin so.
    pub(crate) fn log(&self) -> String {
        let is_log = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"log"));
        let files = fs::read_dir(self.folder.path()).expect("an own folder can be listed");
        let logs = files.map(|entry| entry.expect("an own folder can be listed").path()).filter(is_log);
        logs.map(|log| String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned()).collect()
    }

    fn waiting_for(&self, local_part: &str) -> Vec<PathBuf> {
        let folder = MAILBOXES.iter().find(|(name, _)| *name == local_part).map_or(local_part, |(_, folder)| folder);
        fs::read_dir(self.maildirs.join(folder).join("new"))
            .into_iter()
            .flatten()
            .map(|entry| entry.expect("a mailbox can be listed").path())
            .collect()
    }
}

/// A running server that hands mail out. What it started ends when this is dropped.
pub(crate) struct Maildrop {
    /// What it is, for messages of failed tests.
    pub(crate) name: &'static str,
    /// POP3, with STLS.
    pub(crate) pop3: SocketAddr,
    /// The same with TLS from the first octet on.
    pub(crate) pop3s: SocketAddr,
    maildirs: PathBuf,
    // The processes end before the folder that they use goes.
    _processes: Vec<Process>,
    _folder: TempDir,
}

impl Maildrop {
    /// How many messages a user has left, read or not.
    pub(crate) fn left_to(&self, user: &str) -> usize {
        let messages = |folder| fs::read_dir(self.maildirs.join(user).join(folder)).into_iter().flatten().count();
        messages("new") + messages("cur")
    }

    /// Waits until so many messages are left to a user: Courier says good-bye before it deletes.
    #[track_caller]
    pub(crate) fn await_left_to(&self, user: &str, count: usize) {
        let end = Instant::now() + DELIVERY_PATIENCE;
        while self.left_to(user) != count {
            assert!(Instant::now() < end, "{} leaves {} messages, not {count}", self.name, self.left_to(user));
            sleep(Duration::from_millis(20));
        }
    }
}

/// The files of a server that is about to start.
struct Workplace {
    folder: TempDir,
    certificates: CertificateFiles,
}

impl Workplace {
    fn new(name: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix(&format!("mailproto-{name}-"))
            .tempdir()
            .expect("a temporary folder can be made");
        // Servers read it after they gave root up.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
            .expect("the mode of an own folder can be set");
        let certificates = CERTIFICATES.write_to(folder.path());
        Self { folder, certificates }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).expect("a folder can be made");
        path
    }

    /// A folder that belongs to the user who stores mail.
    fn folder_of_nobody(&self, name: &str) -> PathBuf {
        self.folder_of(name, NOBODY)
    }

    /// A folder that belongs to a user and the group of the same number.
    fn folder_of(&self, name: &str, user: u32) -> PathBuf {
        let path = self.folder(name);
        chown(&path, Some(user), Some(user)).expect("root may give a folder away");
        path
    }

    /// A maildir of the user who stores mail, with messages in it, oldest first.
    fn maildir_of_nobody(&self, name: &str, messages: &[Vec<u8>]) {
        for folder in ["", "/tmp", "/new", "/cur"] {
            self.folder_of_nobody(&format!("{name}{folder}"));
        }
        for (index, message) in messages.iter().enumerate() {
            let path = self.path(&format!("{name}/cur/{}.{index}.test:2,", 1_700_000_000 + index));
            fs::write(&path, with_system_line_ends(message)).expect("a message can be put into a mailbox");
            chown(&path, Some(NOBODY), Some(NOBODY)).expect("root may give a file away");
        }
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file can be written");
        path
    }

    /// A file that none but root can read.
    fn secret_file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.file(name, content);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the mode of an own file can be set");
        path
    }

    fn start(&self, command: Command) -> Process {
        Process::start(command, &self.path("log")).expect("an installed program starts")
    }
}

/// The path, or a failed test that says in one line what to install.
#[track_caller]
pub(crate) fn required<T>(tool: Result<T, Missing>) -> T {
    match tool {
        Ok(tool) => tool,
        Err(missing) => panic!("{missing}"),
    }
}

fn free_address() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()))
}

#[track_caller]
fn wait_for(process: &Process, addresses: &[SocketAddr]) {
    for address in addresses {
        if let Err(error) = process.wait_for_port(address.port(), START_PATIENCE) {
            panic!("{error}");
        }
    }
}

/// Mailboxes keep lines with the line ends of the system.
fn with_wire_line_ends(message: Vec<u8>) -> Vec<u8> {
    let first = message.split_inclusive(|octet| *octet == b'\n').next();
    if first.is_some_and(|line| line.ends_with(b"\r\n")) {
        return message;
    }
    let mut wire = Vec::with_capacity(message.len() + message.len() / 32);
    for line in message.split_inclusive(|octet| *octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) => {
                wire.extend_from_slice(text);
                wire.extend_from_slice(b"\r\n");
            }
            None => wire.extend_from_slice(line),
        }
    }
    wire
}

/// The reverse, for a message that has no CR but before LF.
fn with_system_line_ends(message: &[u8]) -> Vec<u8> {
    message.iter().copied().filter(|octet| *octet != b'\r').collect()
}

/// A script of this folder.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/servers").join(name)
}

/// What the scripts of this folder are told: a JSON file.
fn settings_of_script(workplace: &Workplace, [smtp, submission, submissions]: [SocketAddr; 3]) -> PathBuf {
    let settings = serde_json::json!({
        "folder": workplace.folder.path(),
        "certificate": workplace.certificates.server,
        "key": workplace.certificates.server_key,
        "smtp": smtp.port(),
        "submission": submission.port(),
        "submissions": submissions.port(),
        "domain": DOMAIN,
        "mailboxes": MAILBOXES.into_iter().collect::<HashMap<_, _>>(),
        "accounts": ACCOUNTS.into_iter().collect::<HashMap<_, _>>(),
        "later": LATER,
        "message_size": MESSAGE_SIZE,
    });
    workplace.file("settings.json", &settings.to_string())
}

/// The system's lists of users and groups, with those that a package would have
/// made when it was installed, to be mounted for its server.
fn users_with(workplace: &Workplace, names: &[&str]) -> Vec<(PathBuf, &'static str)> {
    let list = |file: &'static str, entry: &dyn Fn(&str, u32) -> String| {
        let path = Path::new("/etc").join(file);
        let system = fs::read_to_string(path).expect("anyone can read the lists of users");
        let is_new = |line: &&str| !names.iter().any(|name| line.split(':').next() == Some(name));
        let kept: Vec<&str> = system.lines().filter(is_new).collect();
        let numbered = names.iter().zip(0..);
        let added: Vec<String> = numbered.map(|(name, index)| entry(name, user_number(index))).collect();
        workplace.file(file, &(kept.join("\n") + "\n" + &added.join("\n") + "\n"))
    };
    let passwd = list("passwd", &|name, number| format!("{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin"));
    let group = list("group", &|name, number| format!("{name}:x:{number}:"));
    vec![(passwd, "/etc/passwd"), (group, "/etc/group")]
}

/// The number of a user made by [`users_with`], by its place among the names.
fn user_number(index: u32) -> u32 {
    61_000 + index
}

/// The file with each line made from one of `items`.
fn lines<T>(items: &[T], line: impl Fn(&T) -> String) -> String {
    items.iter().map(|item| line(item) + "\n").collect()
}
