//! A Cortex-M3 board without the board: QEMU's machine `lm3s6965evb`, its serial
//! ports joined to TCP ports, its prints and its exit taken over semihosting.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
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

/// Runs a program until it ends with success, its serial ports joined to
/// listeners that are there already.
pub fn run(image: &Path, serials: &[SocketAddr], limit: Duration) -> Result<Report> {
    setup::ensure(&NEEDS)?;
    let mut machine = process::command("qemu-system-arm");
    machine
        .args(["-machine", "lm3s6965evb", "-nographic", "-monitor", "none"])
        .args(["-semihosting-config", "enable=on,target=native"])
        .arg("-kernel")
        .arg(image)
        .stdout(Stdio::piped());
    for serial in serials {
        machine.arg("-serial").arg(format!("tcp:{serial}"));
    }
    let mut emulator = Background::start(&mut machine)?;
    let mut console = emulator.child().stdout.take().context("the emulator has no console")?;
    let said = thread::spawn(move || {
        let mut said = String::new();
        console.read_to_string(&mut said).map(|_| said)
    });

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

fn pair(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(' ')?;
    Some((name.to_owned(), value.to_owned()))
}
