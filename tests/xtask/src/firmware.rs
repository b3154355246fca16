//! The firmware: built for a Cortex-M3, proven to hold no panic, measured, and
//! run in the emulator.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::emulator::{self, Report};
use crate::image::Image;
use crate::targets::{CORTEX_M3, Library, Toolchain};
use crate::{process, project};

#[path = "../../firmware/src/attachment.rs"]
pub mod attachment;

use attachment::Attachment;

/// How long a run may take; it takes about a second.
const LIMIT: Duration = Duration::from_secs(120);

/// A program of `tests/firmware`, built.
pub struct Program {
    path: PathBuf,
    image: Image,
}

/// Builds and checks the programs, prints what they occupy and runs them.
pub fn run() -> Result<()> {
    let baseline = build("baseline")?;
    baseline.print("baseline");
    let report = run_baseline(&baseline)?;
    println!("baseline: the whole attachment arrived, {report:?}");
    Ok(())
}

/// Builds one program and proves that it cannot panic.
pub fn build(name: &str) -> Result<Program> {
    let toolchain = Toolchain::of(CORTEX_M3)?;
    process::run(
        toolchain
            .cargo("build", Library::Core)
            .args(["--release", "--locked", "--bin", name, "--manifest-path"])
            .arg(project::path("tests/firmware/Cargo.toml")),
    )?;
    let path = toolchain.products("release").join(name);
    let image = Image::open(&path)?;
    image.must_not_panic().with_context(|| name.to_owned())?;
    Ok(Program { path, image })
}

impl Program {
    /// Prints flash and RAM by section.
    pub fn print(&self, name: &str) {
        println!("{:<20} {:>8} {:>8}", name, "flash", "RAM");
        for section in self.image.sections() {
            println!(
                "{:<20} {:>8} {:>8}",
                section.name, section.flash, section.ram
            );
        }
        println!(
            "{:<20} {:>8} {:>8}",
            "in all",
            self.image.flash(),
            self.image.ram()
        );
    }
}

/// Runs the program without a protocol; the attachment must arrive whole.
fn run_baseline(program: &Program) -> Result<Report> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let receiver = thread::spawn(move || -> Result<()> {
        let (mut board, _) = listener.accept()?;
        board.set_read_timeout(Some(LIMIT))?;
        let mut arrived = vec![0; attachment::LENGTH];
        board.read_exact(&mut arrived)?;
        if !arrived.iter().copied().eq(Attachment::new()) {
            bail!("the attachment arrived with other bytes than were sent");
        }
        board.write_all(b"!")?;
        Ok(())
    });
    let report = emulator::run(&program.path, address, LIMIT)?;
    match receiver.join() {
        Ok(received) => received.map(|()| report),
        Err(_) => bail!("the receiver of the attachment broke"),
    }
}
