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

/// What mail protocols cost the firmware: a program less `baseline`.
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
        measure("firmware: flash for SMTP and POP3", both.flash, Some(20_480)),
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
    let [baseline, send, newest, both] = ["baseline", "send", "newest", "both"].map(|name| build(&toolchain, name));
    let baseline = baseline?;
    let without = run_baseline(&baseline)?.number("stack")?;
    let cost = |program: &Program, report: &Report| -> Result<Cost> {
        Ok(Cost {
            flash: program.image.flash().saturating_sub(baseline.image.flash()),
            ram: program.image.ram().saturating_sub(baseline.image.ram() + report.number("buffers")?),
            stack: report.number("stack")?.saturating_sub(without),
        })
    };
    let server = Server::start(&serve::command()?, false)?;
    let (send, newest, both) = (send?, newest?, both?);
    let smtp = cost(&send, &run_send(&send, &server)?)?;
    let pop3 = cost(&newest, &run_newest(&newest, &server)?)?;
    let both = cost(&both, &run_both(&both, &server)?)?;
    Ok(*KNOWN.get_or_init(|| Costs { smtp, pop3, both, library: toolchain.library_origin() }))
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
    let report = emulator::run(&program.path, &[address], LIMIT)?;
    match host.join() {
        Ok(message) => compare(&message?, &expected)?,
        Err(_) => bail!("the host that the board spoke to broke"),
    }
    Ok(report)
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
