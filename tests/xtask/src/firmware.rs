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
// What the board reads with, tried here, where tests run.
#[cfg(test)]
#[path = "../../firmware/src/subject.rs"]
pub mod subject;

/// How long a run may take; it takes about a second.
const LIMIT: Duration = Duration::from_secs(120);

/// A program of `tests/firmware`, built.
struct Program {
    path: PathBuf,
    image: Image,
}

/// What mail protocols cost the firmware: a program less its baseline.
#[derive(Clone, Copy)]
struct Cost {
    /// Bytes of flash.
    flash: u64,
    /// Bytes of RAM beside the buffers.
    ram: u64,
    /// Bytes of stack, at the deepest.
    stack: u64,
}

/// What each of them costs, and both together.
#[derive(Clone, Copy)]
struct Costs {
    smtp: Cost,
    pop3: Cost,
    both: Cost,
    /// Where the standard library in them comes from.
    library: &'static str,
}

/// Builds and checks the programs, prints what they occupy and runs them.
pub fn run() -> Result<()> {
    let costs = measure()?;
    for (name, cost) in [("SMTP", costs.smtp), ("POP3", costs.pop3), ("both", costs.both)] {
        let Cost { flash, ram, stack } = cost;
        println!("{name}: {flash} bytes of flash, {ram} of RAM beside the buffers, {stack} of stack");
    }
    Ok(())
}

/// What the protocols cost, against what they may.
pub fn sizes() -> Result<Vec<Measure>> {
    let Costs { smtp, pop3, both, library } = measure()?;
    let measure = |name, bytes, bound| Measure { name, bytes, bound, library };
    Ok(vec![
        measure("firmware: flash for SMTP", smtp.flash, Some(12_288)),
        measure("firmware: RAM for SMTP beside its buffers", smtp.ram, Some(1_024)),
        measure("firmware: stack for SMTP", smtp.stack, None),
        measure("firmware: flash for POP3", pop3.flash, None),
        measure("firmware: RAM for POP3 beside its buffers", pop3.ram, Some(1_024)),
        measure("firmware: stack for POP3", pop3.stack, None),
        // 20,480 is what is aimed at. Until it is reached, what is committed must not grow.
        measure("firmware: flash for SMTP and POP3", both.flash, None),
        measure("firmware: RAM for SMTP and POP3 beside their buffers", both.ram, Some(2_048)),
        measure("firmware: stack for SMTP and POP3", both.stack, None),
    ])
}

/// Builds, checks and runs the programs, once in a process, and tells what the protocols cost.
fn measure() -> Result<Costs> {
    static KNOWN: OnceLock<Costs> = OnceLock::new();
    if let Some(costs) = KNOWN.get() {
        return Ok(*costs);
    }
    let toolchain = Toolchain::of(CORTEX_M3)?;
    let program = |name| build(&toolchain, name);
    let server = Server::start(&serve::command()?, false)?;

    let (baseline, send) = (program("baseline")?, program("send")?);
    let without = run_baseline(&baseline, &[Peer::Takes])?;
    let smtp = cost(&send, &run_send(&send, &server)?, &baseline, &without)?;

    let (baseline, newest) = (program("baseline_newest")?, program("newest")?);
    let without = run_baseline(&baseline, &[Peer::Gives])?;
    let pop3 = cost(&newest, &run_newest(&newest, &server)?, &baseline, &without)?;

    let (baseline, both) = (program("baseline_both")?, program("both")?);
    let without = run_baseline(&baseline, &[Peer::Takes, Peer::Gives])?;
    let both = cost(&both, &run_both(&both, &server)?, &baseline, &without)?;
    Ok(*KNOWN.get_or_init(|| Costs { smtp, pop3, both, library: toolchain.library_origin() }))
}

/// What a program takes beyond its baseline.
fn cost(program: &Program, report: &Report, baseline: &Program, without: &Report) -> Result<Cost> {
    Ok(Cost {
        flash: program.image.flash().saturating_sub(baseline.image.flash()),
        ram: program.image.ram().saturating_sub(baseline.image.ram() + report.number("buffers")?),
        stack: report.number("stack")?.saturating_sub(without.number("stack")?),
    })
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

/// What is at the other end of a serial port of a program without a protocol.
#[derive(Clone, Copy)]
enum Peer {
    /// Takes the message, and says by one byte that it has arrived.
    Takes,
    /// Gives the message, and a NUL behind it, once it is asked for by one byte.
    Gives,
}

/// Runs a program without a protocol; the message must arrive whole, and its subject be read.
fn run_baseline(program: &Program, peers: &[Peer]) -> Result<Report> {
    let mut hosts = Vec::new();
    let mut addresses = Vec::new();
    for peer in peers.iter().copied() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        addresses.push(listener.local_addr()?);
        hosts.push(thread::spawn(move || peer.serve(&listener)));
    }
    let report = emulator::run(&program.path, &addresses, LIMIT)?;
    for (host, peer) in hosts.into_iter().zip(peers) {
        match (host.join(), peer) {
            (Ok(message), Peer::Takes) => compare(&message?, &expected_message())?,
            (Ok(asked), Peer::Gives) => {
                asked?;
                check_subject(&report)?;
            }
            (Err(_), _) => bail!("the host that the board spoke to broke"),
        }
    }
    Ok(report)
}

impl Peer {
    /// Serves one board; what it sent.
    fn serve(self, listener: &TcpListener) -> Result<Vec<u8>> {
        let (mut board, _) = listener.accept()?;
        board.set_read_timeout(Some(LIMIT))?;
        let message = expected_message();
        let mut sent = vec![0; if matches!(self, Self::Takes) { message.len() } else { 1 }];
        board.read_exact(&mut sent)?;
        match self {
            Self::Takes => board.write_all(b"!")?,
            Self::Gives => {
                board.write_all(&message)?;
                board.write_all(b"\0")?;
            }
        }
        Ok(sent)
    }
}

/// Runs the program that sends mail; the message must arrive whole.
fn run_send(program: &Program, server: &Server) -> Result<Report> {
    let report = emulator::run(&program.path, &[server.smtp()], LIMIT)?;
    let arrived = server.message(LIMIT)?;
    check(&arrived)?;
    println!("the server holds the message, {} bytes as they were sent", arrived.content.len());
    Ok(report)
}

/// Runs the program that reads mail, behind the one that sends it; it must read the subject of that.
fn run_newest(program: &Program, server: &Server) -> Result<Report> {
    let report = emulator::run(&program.path, &[server.pop3()], LIMIT)?;
    check_subject(&report)?;
    Ok(report)
}

/// Runs the program that does both.
fn run_both(program: &Program, server: &Server) -> Result<Report> {
    let report = emulator::run(&program.path, &[server.smtp(), server.pop3()], LIMIT)?;
    check(&server.message(LIMIT)?)?;
    check_subject(&report)?;
    Ok(report)
}

/// Fails where the board has read another subject than that of its own message.
pub fn check_subject(report: &Report) -> Result<()> {
    let subject = report.text("subject")?;
    if subject != message::SUBJECT {
        bail!("the board read the subject `{subject}`, not `{}`", message::SUBJECT);
    }
    println!("the board read the subject of the newest message: {subject}");
    Ok(())
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
