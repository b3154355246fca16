//! `cargo xtask demo`: one real message from each kind of host to `mailproto serve`.
//!
//! ```text
//!   Rust program ───┐
//!   C program ──────┤  SMTP   ┌─────────────────┐  JSON
//!   Node program ───┼────────▶│ mailproto serve │────────▶ what arrived, compared
//!   Cortex-M3 ──────┘         └─────────────────┘          with what was sent
//! ```

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::serve::{self, Message, Server};
use crate::setup::{self, Need};
use crate::{c, emulator, firmware, process, project, wasm};

/// How long one host may take to send its message; the emulated processor takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// What building and running all of it needs.
pub const NEEDS: [Need; 5] = [
    Need::Program("cc", "gcc"),
    Need::Program("objcopy", "binutils"),
    Need::Library("openssl", "libssl-dev"),
    Need::Program("node", "nodejs"),
    Need::Program("qemu-system-arm", "qemu-system-arm"),
];

const SENDER: &str = "demo@host.example";
const RECIPIENT: &str = "you@example.org";

/// What `cargo xtask demo` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// End when the four messages have arrived, with 0 if all of them are whole
    #[arg(long)]
    once: bool,
}

/// A program that has been built, and knows how to send its message.
enum Host {
    /// A program that is told where to send which file.
    Program { name: &'static str, program: PathBuf, arguments: Vec<PathBuf> },
    /// The emulated board, which makes its message by itself.
    Firmware { image: PathBuf },
}

/// Builds every face, sends, shows, and compares.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::ensure(&NEEDS)?;
    heading("Building the server and the four hosts");
    let command = serve::command()?;
    let hosts = build()?;

    heading("Starting the server");
    let server = Server::start(&command, true)?;
    let mut arrived = Vec::new();
    for host in &hosts {
        heading(&format!("{} sends", host.name()));
        let message = host.send(&server).with_context(|| host.name())?;
        arrived.push((host.name(), message));
    }

    heading("What arrived");
    for (name, message) in &arrived {
        println!(
            "{name:<24} {:>7} bytes from <{}> to <{}>, whole; SHA-256 {}",
            message.content.len(),
            message.from,
            message.to.join(">, <"),
            message.sha256
        );
    }
    println!("\nall {} messages arrived as they were sent", arrived.len());
    if arguments.once { Ok(()) } else { stay(&server, &command) }
}

/// The whole of it, to its end.
pub fn once() -> Result<()> {
    run(&Arguments { once: true })
}

/// Builds the four programs.
fn build() -> Result<Vec<Host>> {
    process::run(&mut process::cargo(&["build", "--quiet", "-p", "mailproto-host", "--example", "send"]))?;
    let rust = project::target().join("debug/examples/send");
    let c = c::example("send")?;
    wasm::run()?;
    setup::npm_packages(&project::path("bindings/wasm/examples"))?;
    let node = process::find("node").context("node is missing")?;
    Ok(vec![
        Host::Program { name: "a Rust program", program: rust, arguments: Vec::new() },
        Host::Program { name: "a C program", program: c, arguments: Vec::new() },
        Host::Program {
            name: "a Node program",
            program: node,
            arguments: vec![project::path("bindings/wasm/examples/send.mjs")],
        },
        Host::Firmware { image: firmware::image("send")? },
    ])
}

impl Host {
    fn name(&self) -> &'static str {
        match self {
            Self::Program { name, .. } => name,
            Self::Firmware { .. } => "a Cortex-M3 firmware",
        }
    }

    /// Sends the host's message, and returns it as it arrived: whole.
    fn send(&self, server: &Server) -> Result<Message> {
        match self {
            Self::Program { name, program, arguments } => {
                let file = project::target().join("demo.eml");
                let content = letter(name);
                fs::write(&file, &content).with_context(|| format!("cannot write {}", file.display()))?;
                let url = format!("smtp://{}", server.smtp());
                process::run(process::command(program).args(arguments).args([&url, SENDER, RECIPIENT]).arg(&file))?;
                let message = server.message(PATIENCE)?;
                check(&message, &content)?;
                Ok(message)
            }
            Self::Firmware { image } => {
                emulator::run(image, &[server.smtp()], PATIENCE)?;
                let message = server.message(PATIENCE)?;
                firmware::check(&message)?;
                Ok(message)
            }
        }
    }
}

/// A message with what is easily lost on the way: dots at the start of lines, and text beyond ASCII.
fn letter(host: &str) -> String {
    format!(
        "From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: Hello from {host}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Gr\u{fc}\u{df}e!\r\n.\r\n..two dots\r\n\r\nSent by mailproto.\r\n"
    )
}

fn check(message: &Message, content: &str) -> Result<()> {
    if message.from != SENDER || message.to != [RECIPIENT] {
        bail!("the envelope arrived as <{}> to {:?}", message.from, message.to);
    }
    if message.content != content {
        bail!("the message arrived with other bytes than were sent:\n{}", message.content);
    }
    Ok(())
}

/// Lets the reader send mail too.
fn stay(server: &Server, command: &Path) -> Result<()> {
    let SocketAddr::V4(address) = server.smtp() else { bail!("the server does not listen on IPv4") };
    heading("Your turn; Ctrl-C ends it");
    println!("From another terminal, for instance:\n");
    println!(
        "    printf 'Subject: hi\\n\\nhello\\n' | \\\n        {} send --server smtp://{address} \\",
        command.display()
    );
    println!("        --from me@host.example --to you@example.org -\n");
    loop {
        // A day is as good as forever, and a server that has ended is told from a silent one.
        let message = server.message(Duration::from_secs(24 * 60 * 60))?;
        println!(
            "{} bytes from <{}> to <{}>\n{}",
            message.content.len(),
            message.from,
            message.to.join(">, <"),
            message.content
        );
    }
}

fn heading(text: &str) {
    println!("\n=== {text}");
}
