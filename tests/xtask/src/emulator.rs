//! A Cortex-M3 board without the board: QEMU's machine `lm3s6965evb`, its serial
//! ports joined to TCP ports, its prints and its exit taken over semihosting.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{ChildStdout, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::{self, Background};
use crate::setup::{self, Need};

/// What running the emulator needs.
pub const NEEDS: [Need; 1] = [Need::Program("qemu-system-arm", "qemu-system-arm")];

/// The lines `name value` that a program printed.
pub struct Report(BTreeMap<String, String>);

impl Report {
    /// The value of this name.
    pub fn text(&self, name: &str) -> Result<&str> {
        self.0.get(name).map(String::as_str).with_context(|| format!("the firmware did not report `{name}`"))
    }

    /// The value of this name, as a number.
    pub fn number(&self, name: &str) -> Result<u64> {
        self.text(name)?.parse().with_context(|| format!("what the firmware reported as `{name}` is no number"))
    }
}

/// What a program prints once its serial ports are open.
const PORTS_OPEN: &str = "ports open";

/// Runs a program until it ends with success, its serial ports joined to
/// listeners that are there already.
///
/// A peer that speaks first would be heard in part: opening a port clears what it received before. So each
/// is called only when the program has said that its ports are open.
pub fn run(image: &Path, serials: &[SocketAddr], limit: Duration) -> Result<Report> {
    setup::ensure(&NEEDS)?;
    let mut machine = process::command("qemu-system-arm");
    machine
        .args(["-machine", "lm3s6965evb", "-nographic", "-monitor", "none"])
        .args(["-semihosting-config", "enable=on,target=native"])
        .arg("-kernel")
        .arg(image)
        .stdout(Stdio::piped());
    let mut open = Vec::new();
    for peer in serials {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        machine.arg("-serial").arg(format!("tcp:{}", listener.local_addr()?));
        let (opened, waiting) = mpsc::channel();
        open.push(opened);
        let peer = *peer;
        thread::spawn(move || join(&listener, peer, &waiting));
    }
    let mut emulator = Background::start(&mut machine)?;
    let console = emulator.child().stdout.take().context("the emulator has no console")?;
    let said = thread::spawn(move || hear(console, open));

    let begun = Instant::now();
    let status = loop {
        if let Some(status) = emulator.child().try_wait()? {
            break Some(status);
        }
        if begun.elapsed() > limit {
            break None;
        }
        thread::sleep(Duration::from_millis(10));
    };
    drop(emulator);
    let said = match said.join() {
        Ok(said) => said?,
        Err(_) => bail!("the reader of the emulator's console broke"),
    };
    match status {
        None => bail!("the firmware did not end within {limit:?}; it said: {said}"),
        Some(status) if !status.success() => {
            bail!("the firmware ended with {status}; it said: {said}")
        }
        Some(_) => Ok(Report(said.lines().filter_map(pair).collect())),
    }
}

/// All that a program prints. Tells those who wait for it when its ports are open.
fn hear(console: ChildStdout, open: Vec<Sender<()>>) -> io::Result<String> {
    let mut said = String::new();
    for line in BufReader::new(console).lines() {
        let line = line?;
        if line == PORTS_OPEN {
            for opened in &open {
                // Nobody waits at a port that was never joined.
                let _ = opened.send(());
            }
        }
        said += &line;
        said.push('\n');
    }
    Ok(said)
}

/// Joins a serial port, which calls at the listener, to its peer.
fn join(listener: &TcpListener, peer: SocketAddr, open: &Receiver<()>) -> io::Result<()> {
    let (board, _) = listener.accept()?;
    if open.recv().is_err() {
        return Ok(());
    }
    let peer = TcpStream::connect(peer)?;
    let (from_board, to_peer) = (board.try_clone()?, peer.try_clone()?);
    thread::spawn(move || pass_on(from_board, to_peer));
    pass_on(peer, board)
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)
}

fn pair(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(' ')?;
    Some((name.to_owned(), value.to_owned()))
}
