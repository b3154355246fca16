//! `mailproto explain`: what the two state machines make of a conversation, line by line.
//!
//! The client's machine is made to say what the conversation's client says, the server's machine
//! hears it and decides as the conversation's server did. Where one of them would not have done so,
//! a rule was broken.

mod breach;
mod log;
mod pop3;
mod scripted;
mod smtp;
mod step;

use crate::failure::{Failure, Status};
use crate::output;
use breach::Breach;
use clap::ValueEnum;
use log::Line;
use mailproto::smtp::Protocol;
use mailproto_host::Side;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;
use step::Step;

const EXAMPLES: &str = "\
Examples:
  mailproto explain smtp conversation.txt
  mailproto send --server smtp://localhost:2525 --trace a.eml 2>&1 | mailproto explain smtp -
  mailproto explain lmtp log.txt --connection 3 --json
  mailproto explain pop3 conversation.txt

The conversation has one line of the wire each: `C: ` before what the client said, `S: ` before what
the server said, messages included. Other lines are passed over. \\r \\n \\0 \\xNN and \\\\ stand for
bytes, and a last \\ says that no CR LF followed. What --trace prints is read too: [secret] stands for a
secret, [9 more bytes] for so many, and a number in front of a line for its connection.

Exit status: 0 every rule was kept, 1 some were broken or there is no conversation.";

/// Explains a conversation line by line, and says where a side broke the rules
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What is spoken
    #[arg(value_enum)]
    protocol: Spoken,
    /// The conversation; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Of several connections, explain this one [default: the first]
    #[arg(long, value_name = "NUMBER")]
    connection: Option<u64>,
    /// Print one JSON object a line instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Spoken {
    Smtp,
    Lmtp,
    Pop3,
}

/// What one machine made of a line: states, events, and the rules that were broken by it.
struct Seen {
    by: Side,
    before: &'static str,
    after: &'static str,
    step: Step,
}

impl Seen {
    fn new(by: Side, before: &'static str, after: &'static str, step: Step) -> Self {
        Self { by, before, after, step }
    }
}

/// Who is told of each line.
type Tell<'a> = dyn FnMut(&Line, &[Seen], &[Breach]) -> Result<(), Failure> + 'a;

/// Tells of a line: first of the machine that says it, and of each broken rule once.
fn tell_of(line: &Line, [client, server]: [Seen; 2], tell: &mut Tell<'_>) -> Result<(), Failure> {
    let mut breaches: Vec<Breach> = Vec::new();
    for breach in client.step.breaches.iter().chain(&server.step.breaches) {
        if !breaches.iter().any(|other| other.section == breach.section && other.by == breach.by) {
            breaches.push(breach.clone());
        }
    }
    let seen = if line.side == Side::Client { [client, server] } else { [server, client] };
    tell(line, &seen, &breaches)
}

/// Explains, and says by the status whether the rules were kept.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let bytes = if arguments.file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(&arguments.file)
    };
    let bytes =
        bytes.map_err(|error| Failure::usage(format_args!("cannot read {}: {error}", arguments.file.display())))?;
    let lines = log::read(&String::from_utf8_lossy(&bytes), arguments.connection)?;
    let mut broken = 0;
    let print = |text: &str| output::text_block(text).map_err(|error| Failure::io("cannot write to stdout", &error));
    let mut tell = |line: &Line, seen: &[Seen], breaches: &[Breach]| {
        broken += breaches.len();
        if arguments.json {
            print(&format!("{}\n", to_json(line, seen, breaches)))
        } else {
            print(&describe(line, seen, breaches))
        }
    };
    match arguments.protocol {
        Spoken::Smtp => smtp::explain(&lines, Protocol::Smtp, &mut tell)?,
        Spoken::Lmtp => smtp::explain(&lines, Protocol::Lmtp, &mut tell)?,
        Spoken::Pop3 => pop3::explain(&lines, &mut tell)?,
    }
    match broken {
        0 => Ok(()),
        _ => Err(Failure::silent(Status::Refused)),
    }
}

const fn name(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

fn describe(line: &Line, seen: &[Seen], breaches: &[Breach]) -> String {
    let side = if line.side == Side::Client { "C" } else { "S" };
    let mut text = format!("{:>4} {side}: {}\n", line.number, line.text);
    // Writing to a string cannot fail.
    for Seen { by, before, after, step } in seen {
        let states = if before == after { (*before).into() } else { format!("{before} -> {after}") };
        if before != after || !step.events.is_empty() {
            let _ = writeln!(text, "        {}  {states:<24} {}", name(*by), step.events.join("; "));
        }
    }
    for Breach { by, rule, section } in breaches {
        let _ = writeln!(text, "     !! the {} broke a rule: {rule} ({section})", name(*by));
    }
    text
}

fn to_json(line: &Line, seen: &[Seen], breaches: &[Breach]) -> Value {
    let mut object = json!({ "line": line.number, "side": name(line.side), "text": line.text });
    for Seen { by, before, after, step } in seen {
        object[name(*by)] = json!({ "before": before, "event": step.events.join("; "), "after": after });
    }
    object["broken"] = breaches
        .iter()
        .map(|Breach { by, rule, section }| json!({ "by": name(*by), "rule": rule, "section": section }))
        .collect();
    object
}
