//! `mailproto serve` in the background, for the programs of this project to send mail to and to fetch it from.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::process::{self, Background};
use crate::project;

/// How long the server may take to listen; it takes a moment.
const READY: Duration = Duration::from_secs(30);

/// Who has a mailbox on the server, and the password.
pub const LOGIN: &str = "demo:demo";

/// A running server that takes mail for one user; it ends when it goes out of scope.
pub struct Server {
    _process: Background,
    lines: Receiver<String>,
    ready: Ready,
}

/// Builds the command.
pub fn command() -> Result<PathBuf> {
    process::run(&mut process::cargo(&["build", "--quiet", "-p", "mailproto-host", "--bin", "mailproto"]))?;
    Ok(project::target().join("debug/mailproto"))
}

impl Server {
    /// Starts the command `program` on a free port; with `trace` it shows every conversation on stderr.
    pub fn start(program: &Path, trace: bool) -> Result<Self> {
        let mut command = process::command(program);
        // Its password is known here, so a login by SCRAM can be proved, which needs no TLS.
        command.args(["serve", "--smtp", "0", "--pop3", "0", "--user", LOGIN, "--json"]);
        command.args(["--domain", "example.org", "--domain", "localhost"]);
        command.args(trace.then_some("--trace")).stdout(Stdio::piped());
        if !trace {
            command.stderr(Stdio::null());
        }
        let mut process = Background::start(&mut command)?;
        let output = process.child().stdout.take().context("the server has no output")?;
        let (sender, lines) = channel();
        thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let ready = read(&lines, READY)?;
        Ok(Self { _process: process, lines, ready })
    }

    /// Where it takes mail by SMTP.
    pub fn smtp(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ready.smtp).into()
    }

    /// Where mail can be fetched by POP3, from the INBOX of the user.
    pub fn pop3(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ready.pop3).into()
    }

    /// The next message that it has taken, waiting for it.
    pub fn message(&self, patience: Duration) -> Result<Message> {
        read(&self.lines, patience)
    }
}

/// The server's next line.
fn read<T: DeserializeOwned>(lines: &Receiver<String>, patience: Duration) -> Result<T> {
    let line = lines
        .recv_timeout(patience)
        .map_err(|error| anyhow!("no word of the server in {} s: {error}", patience.as_secs()))?;
    serde_json::from_str(&line).with_context(|| format!("the server said `{line}`"))
}

/// The ports on which it listens.
#[derive(Deserialize)]
struct Ready {
    smtp: u16,
    pop3: u16,
}

/// A message as it arrived.
#[derive(Debug, Deserialize)]
pub struct Message {
    /// The sender's mailbox.
    pub from: String,
    /// The recipients' mailboxes.
    pub to: Vec<String>,
    /// What it says, header and all; UTF-8, if a chore has made it.
    #[serde(rename = "message")]
    pub content: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}
