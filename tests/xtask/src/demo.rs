//! `cargo xtask demo`: one real message from each kind of host to `mailproto serve`, and all of them read back
//! by hosts.
//!
//! ```text
//!   Rust program ───┐                              POP3  ┌───▶ Rust program
//!   C program ──────┤  SMTP   ┌─────────────────┐────────┼───▶ C program
//!   Node program ───┼────────▶│ mailproto serve │        ├───▶ Node program
//!   Cortex-M3 ──────┘         └─────────────────┘        └───▶ Cortex-M3: the newest subject
//!                                      └─────────────────────▶ what arrived, compared
//!                                              JSON            with what was sent
//! ```

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::serve::{self, LOGIN, Message, Server};
use crate::setup::{self, Need};
use crate::{c, emulator, firmware, process, project, wasm};

/// How long one host may take for its part; the emulated processor takes seconds.
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
const RECIPIENT: &str = "demo@example.org";

/// What `cargo xtask demo` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// End when the four messages have arrived and been read back, with 0 if all of them are whole
    #[arg(long)]
    once: bool,
}

/// A kind of host that has been built.
struct Host {
    name: &'static str,
    sends: Sender,
    reads: Reader,
}

/// How a host sends its message.
enum Sender {
    /// A program that is told where to send which file.
    Program { program: PathBuf, arguments: Vec<PathBuf> },
    /// The emulated board, which makes its message by itself.
    Firmware { image: PathBuf },
}

/// How a host reads the mailbox.
enum Reader {
    /// A program that is told from where to fetch into which folder, and calls the messages `1.eml` and so on.
    Program { program: PathBuf, arguments: Vec<PathBuf> },
    /// The emulated board, which reads the subject of the newest message.
    Firmware { image: PathBuf },
}

/// Builds every face, sends, shows, reads back, and compares.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::ensure(&NEEDS)?;
    heading("Building the server and the four hosts");
    let command = serve::command()?;
    let hosts = build()?;

    heading("Starting the server");
    let server = Server::start(&command, true)?;
    let mut arrived = Vec::new();
    for host in &hosts {
        heading(&format!("{} sends", host.name));
        let message = host.sends.send(host.name, &server).with_context(|| host.name)?;
        arrived.push((host.name, message));
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

    let mailbox: Vec<_> = arrived.iter().map(|(_, message)| message.content.as_bytes()).collect();
    for host in &hosts {
        heading(&format!("{} reads them back", host.name));
        host.reads.read(&server, &mailbox).with_context(|| host.name)?;
    }
    if arguments.once { Ok(()) } else { stay(&server, &command) }
}

/// The whole of it, to its end.
pub fn once() -> Result<()> {
    run(&Arguments { once: true })
}

/// Builds the programs of the four hosts.
fn build() -> Result<Vec<Host>> {
    let examples = ["build", "--quiet", "-p", "mailproto-host", "--example", "send", "--example", "fetch"];
    process::run(&mut process::cargo(&examples))?;
    let rust = project::target().join("debug/examples");
    let (send, pop) = (c::example("send")?, c::example("pop")?);
    wasm::run()?;
    setup::npm_packages(&project::path("bindings/wasm/examples"))?;
    let node = process::find("node").context("node is missing")?;
    let script = |name| vec![project::path("bindings/wasm/examples").join(name)];
    Ok(vec![
        Host {
            name: "a Rust program",
            sends: Sender::Program { program: rust.join("send"), arguments: Vec::new() },
            reads: Reader::Program { program: rust.join("fetch"), arguments: Vec::new() },
        },
        Host {
            name: "a C program",
            sends: Sender::Program { program: send, arguments: Vec::new() },
            reads: Reader::Program { program: pop, arguments: ["--tls", "none", "--keep"].map(PathBuf::from).into() },
        },
        Host {
            name: "a Node program",
            sends: Sender::Program { program: node.clone(), arguments: script("send.mjs") },
            reads: Reader::Program { program: node, arguments: script("fetch.mjs") },
        },
        // The last one: what it reads is the newest message, and knows only its own.
        Host {
            name: "a Cortex-M3 firmware",
            sends: Sender::Firmware { image: firmware::image("send")? },
            reads: Reader::Firmware { image: firmware::image("newest")? },
        },
    ])
}

impl Sender {
    /// Sends the host's message, and returns it as it arrived: whole.
    fn send(&self, name: &str, server: &Server) -> Result<Message> {
        match self {
            Self::Program { program, arguments } => {
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

impl Reader {
    /// Reads the mailbox, which must have exactly these messages.
    fn read(&self, server: &Server, mailbox: &[&[u8]]) -> Result<()> {
        match self {
            Self::Program { program, arguments } => {
                let folder = project::target().join("demo");
                if folder.exists() {
                    fs::remove_dir_all(&folder)?;
                }
                fs::create_dir_all(&folder)?;
                let url = format!("pop3://{LOGIN}@{}", server.pop3());
                process::run(process::command(program).args(arguments).arg(&url).arg(&folder))?;
                for (number, sent) in (1..).zip(mailbox) {
                    let path = folder.join(format!("{number}.eml"));
                    let read = fs::read(&path).with_context(|| format!("{} was not fetched", path.display()))?;
                    if read != *sent {
                        bail!("message {number} was read with other bytes than were sent: {}", path.display());
                    }
                }
                if folder.join(format!("{}.eml", mailbox.len() + 1)).exists() {
                    bail!("more messages were read than were sent");
                }
                println!("{} messages, read as they were sent", mailbox.len());
                Ok(())
            }
            Self::Firmware { image } => firmware::check_subject(&emulator::run(image, &[server.pop3()], PATIENCE)?),
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
    println!("        --from me@host.example --to {RECIPIENT} -\n");
    println!("    {} fetch pop3://{LOGIN}@{} --tls none\n", command.display(), server.pop3());
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
