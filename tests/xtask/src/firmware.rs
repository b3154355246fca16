//! The firmware: built for a Cortex-M3, proven to hold no panic, measured, and
//! run in the emulator.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use mailproto::codec::base64;

use crate::emulator::{self, Report};
use crate::image::Image;
use crate::targets::{CORTEX_M3, Library, Toolchain};
use crate::{process, project, receiver};

#[path = "../../firmware/src/attachment.rs"]
pub mod attachment;

use attachment::Attachment;

/// How long a run may take; it takes about a second.
const LIMIT: Duration = Duration::from_secs(120);

/// The last line of the message that the firmware makes.
const MESSAGE_END: &[u8] = b"--part--\r\n";

/// A program of `tests/firmware`, built.
struct Program {
    path: PathBuf,
    image: Image,
}

/// What the mail protocol costs the firmware: `send` less `baseline`.
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

/// Builds, checks and runs the programs, and tells what SMTP costs.
pub fn measure() -> Result<Cost> {
    let toolchain = Toolchain::of(CORTEX_M3)?;
    let baseline = build(&toolchain, "baseline")?;
    let without = run_baseline(&baseline)?;
    let send = build(&toolchain, "send")?;
    let with = run_send(&send)?;
    let value = |report: &Report, name: &str| {
        report.get(name).copied().with_context(|| format!("the firmware did not report `{name}`"))
    };
    Ok(Cost {
        flash: send.image.flash().saturating_sub(baseline.image.flash()),
        ram: (send.image.ram() - baseline.image.ram()).saturating_sub(value(&with, "buffers")?),
        stack: value(&with, "stack")?.saturating_sub(value(&without, "stack")?),
        library: toolchain.library_origin(),
    })
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
    let (message, report) = exchange(program, |mut board| {
        let mut message = Vec::new();
        let mut chunk = [0; 4096];
        while !message.ends_with(MESSAGE_END) {
            match board.read(&mut chunk)? {
                0 => bail!("the board hung up in the middle of the message"),
                count => message.extend_from_slice(&chunk[..count]),
            }
        }
        board.write_all(b"!")?;
        Ok(message)
    })?;
    check_attachment(&message)?;
    Ok(report)
}

/// Runs the mail program against a server; the message must arrive whole.
fn run_send(program: &Program) -> Result<Report> {
    let (message, report) = exchange(program, receiver::one_message)?;
    check_attachment(&message)?;
    println!("the server holds the message of {} bytes, its attachment whole", message.len());
    Ok(report)
}

/// Runs a program while `serve` speaks to it over its serial port.
fn exchange(
    program: &Program,
    serve: impl FnOnce(TcpStream) -> Result<Vec<u8>> + Send + 'static,
) -> Result<(Vec<u8>, Report)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || {
        let (board, _) = listener.accept()?;
        board.set_read_timeout(Some(LIMIT))?;
        serve(board)
    });
    let report = emulator::run(&program.path, address, LIMIT)?;
    match server.join() {
        Ok(message) => Ok((message?, report)),
        Err(_) => bail!("the server that the firmware spoke to broke"),
    }
}

/// Decodes the attachment of a message and compares it byte for byte.
fn check_attachment(message: &[u8]) -> Result<()> {
    let body = message.strip_suffix(MESSAGE_END).context("the message has no end")?;
    let start = body.windows(4).rposition(|window| window == b"\r\n\r\n").context("the attachment has no header")?;
    let mut text: Vec<u8> = body[start..].iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let length = base64::decode_in_place(&mut text)
        .map_err(|error| anyhow!("the attachment is not base64 at byte {}", error.offset))?;
    if !text[..length].iter().copied().eq(Attachment::new()) {
        bail!("the attachment arrived with other bytes than were sent");
    }
    Ok(())
}
