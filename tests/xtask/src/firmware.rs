//! The firmware: built for a Cortex-M3, proven to hold no panic, measured, and
//! run in the emulator.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::emulator::{self, Report};
use crate::image::Image;
use crate::serve::{self, Message, Server};
use crate::sizes::Measure;
use crate::targets::{CORTEX_M3, Library, Toolchain};
use crate::{process, project};

// What the board makes, made here too, to compare.
#[path = "../../firmware/src/attachment.rs"]
pub mod attachment;
#[path = "../../firmware/src/message.rs"]
pub mod message;

/// How long a run may take; it takes about a second.
const LIMIT: Duration = Duration::from_secs(120);

/// A program of `tests/firmware`, built.
struct Program {
    path: PathBuf,
    image: Image,
}

/// What the mail protocol costs the firmware: `send` less `baseline`.
#[derive(Clone, Copy)]
pub struct Cost {
    /// Bytes of flash.
    pub flash: u64,
    /// Bytes of RAM beside the two buffers.
    pub ram: u64,
    /// Bytes of stack, at the deepest.
    pub stack: u64,
    /// Where the standard library in it comes from.
    pub library: &'static str,
}

/// Builds and checks the programs, prints what they occupy and runs them.
pub fn run() -> Result<()> {
    let cost = measure()?;
    println!(
        "SMTP takes {} bytes of flash, {} of RAM beside its buffers, {} of stack",
        cost.flash, cost.ram, cost.stack
    );
    Ok(())
}

/// What SMTP costs, against what it may.
pub fn sizes() -> Result<Vec<Measure>> {
    let Cost { flash, ram, stack, library } = measure()?;
    let measure = |name, bytes, bound| Measure { name, bytes, bound, library };
    Ok(vec![
        measure("firmware: flash for SMTP", flash, Some(12_288)),
        measure("firmware: RAM for SMTP beside its buffers", ram, Some(1_024)),
        measure("firmware: stack for SMTP", stack, None),
    ])
}

/// Builds, checks and runs the programs, once in a process, and tells what SMTP costs.
fn measure() -> Result<Cost> {
    static KNOWN: OnceLock<Cost> = OnceLock::new();
    if let Some(cost) = KNOWN.get() {
        return Ok(*cost);
    }
    let toolchain = Toolchain::of(CORTEX_M3)?;
    let baseline = build(&toolchain, "baseline")?;
    let without = run_baseline(&baseline)?;
    let send = build(&toolchain, "send")?;
    let with = run_send(&send)?;
    let value = |report: &Report, name: &str| {
        report.get(name).copied().with_context(|| format!("the firmware did not report `{name}`"))
    };
    let cost = Cost {
        flash: send.image.flash().saturating_sub(baseline.image.flash()),
        ram: (send.image.ram() - baseline.image.ram()).saturating_sub(value(&with, "buffers")?),
        stack: value(&with, "stack")?.saturating_sub(value(&without, "stack")?),
        library: toolchain.library_origin(),
    };
    Ok(*KNOWN.get_or_init(|| cost))
}

/// The program of this name, built and checked.
pub fn image(name: &str) -> Result<PathBuf> {
    Ok(build(&Toolchain::of(CORTEX_M3)?, name)?.path)
}

/// Builds one program and proves that it cannot panic.
fn build(toolchain: &Toolchain, name: &str) -> Result<Program> {
    process::run(
        toolchain
            .cargo("build", Library::Core)
            .args(["--release", "--locked", "--bin", name, "--manifest-path"])
            .arg(project::path("tests/firmware/Cargo.toml")),
    )?;
    let path = toolchain.products("release").join(name);
    let image = Image::open(&path)?;
    let program = Program { path, image };
    program.print(name);
    program.image.must_not_panic().with_context(|| name.to_owned())?;
    Ok(program)
}

impl Program {
    /// Prints flash and RAM by section.
    fn print(&self, name: &str) {
        println!("{:<20} {:>8} {:>8}", name, "flash", "RAM");
        for section in self.image.sections() {
            println!("{:<20} {:>8} {:>8}", section.name, section.flash, section.ram);
        }
        println!("{:<20} {:>8} {:>8}", "in all", self.image.flash(), self.image.ram());
    }
}

/// Runs the program without a protocol; the message must arrive whole.
fn run_baseline(program: &Program) -> Result<Report> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let expected = expected_message();
    let length = expected.len();
    let host = thread::spawn(move || -> Result<Vec<u8>> {
        let (mut board, _) = listener.accept()?;
        board.set_read_timeout(Some(LIMIT))?;
        let mut message = vec![0; length];
        board.read_exact(&mut message)?;
        board.write_all(b"!")?;
        Ok(message)
    });
    let report = emulator::run(&program.path, address, LIMIT)?;
    match host.join() {
        Ok(message) => compare(&message?, &expected)?,
        Err(_) => bail!("the host that the board spoke to broke"),
    }
    Ok(report)
}

/// Runs the mail program against `mailproto serve`; the message must arrive whole.
fn run_send(program: &Program) -> Result<Report> {
    let server = Server::start(&serve::command()?, false)?;
    let report = emulator::run(&program.path, server.address(), LIMIT)?;
    let arrived = server.message(LIMIT)?;
    check(&arrived)?;
    println!("the server holds the message, {} bytes as they were sent", arrived.content.len());
    Ok(report)
}

/// Fails where what arrived is not what the board sends.
pub fn check(arrived: &Message) -> Result<()> {
    if (arrived.from.as_str(), arrived.to.as_slice()) != (message::SENDER, &[message::RECIPIENT.to_owned()]) {
        bail!("the envelope arrived as {} to {:?}", arrived.from, arrived.to);
    }
    compare(arrived.content.as_bytes(), &expected_message())
}

/// The message that the board makes.
fn expected_message() -> Vec<u8> {
    let mut bytes = Vec::new();
    let Ok(()) = message::write::<Infallible>(&mut |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    bytes
}

/// Fails where what arrived is not what was sent.
fn compare(arrived: &[u8], sent: &[u8]) -> Result<()> {
    if arrived == sent {
        return Ok(());
    }
    let same = arrived.iter().zip(sent).take_while(|(arrived, sent)| arrived == sent).count();
    bail!("{} bytes arrived and {} were sent, the same up to byte {same}", arrived.len(), sent.len());
}
