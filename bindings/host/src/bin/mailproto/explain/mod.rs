//! `mailproto explain`: what the two state machines make of a conversation, line by line.
//!
//! The client's machine is made to say what the conversation's client says, the server's machine
//! hears it and decides as the conversation's server did. Where one of them would not have done so,
//! a rule was broken.

mod client;
mod log;
mod rules;
mod server;
mod step;

use crate::failure::{Failure, Status};
use crate::output;
use clap::ValueEnum;
use client::Listener;
use log::Line;
use mailproto::smtp::{Protocol, State};
use mailproto_host::Side;
use rules::Breach;
use serde_json::{Value, json};
use server::{Speaker, Terms};
use std::fmt::Write;
use std::path::PathBuf;
use step::Step;

const EXAMPLES: &str = "\
Examples:
  mailproto explain smtp conversation.txt
  mailproto send --server smtp://localhost:2525 --trace a.eml 2>&1 | mailproto explain smtp -
  mailproto explain lmtp log.txt --connection 3 --json

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
}

/// What one machine made of a line.
struct Seen {
    by: Side,
    before: State,
    after: State,
    events: Vec<String>,
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
    let protocol = match arguments.protocol {
        Spoken::Smtp => Protocol::Smtp,
        Spoken::Lmtp => Protocol::Lmtp,
    };
    let mut broken = 0;
    let print = |text: &str| output::text_block(text).map_err(|error| Failure::io("cannot write to stdout", &error));
    explain(&lines, protocol, |line, seen, breaches| {
        broken += breaches.len();
        if arguments.json {
            print(&format!("{}\n", to_json(line, seen, breaches)))
        } else {
            print(&describe(line, seen, breaches))
        }
    })?;
    match broken {
        0 => Ok(()),
        _ => Err(Failure::silent(Status::Refused)),
    }
}

/// Shows every line to both machines: first to the one that says it.
fn explain(
    lines: &[Line],
    protocol: Protocol,
    mut tell: impl FnMut(&Line, &[Seen], &[Breach]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let said_by_server = lines.iter().filter(|line| line.side == Side::Server).map(|line| line.bytes.as_slice());
    let (offered, size) = server::announced(said_by_server);
    let mut client = Listener::new(protocol);
    let Some(mut server) = Speaker::new(Terms { protocol, offered, size }, &mut Step::default()) else {
        return Ok(());
    };
    for line in lines {
        let (mut of_client, mut of_server) = (Step::default(), Step::default());
        let before = (client.state(), server.state());
        if line.side == Side::Client {
            let message = client.in_message();
            // A login that the server's machine has no part in.
            let foreign = client.challenged && !server.in_login();
            client.say(&line.bytes, &mut of_client);
            if !of_client.breaches.is_empty() && !message {
                server.told.insert(line.bytes.trim_ascii_end().to_vec());
            }
            if !foreign {
                server.hear(&line.bytes, &mut of_server);
            }
        } else {
            server.say(&line.bytes, &mut of_server);
            client.hear(&line.bytes, &mut of_client);
            if server.has_strayed() && server.state() != client.state() {
                server.bring_to(client.state());
            }
        }
        let mut seen = vec![
            Seen { by: Side::Client, before: before.0, after: client.state(), events: of_client.events },
            Seen { by: Side::Server, before: before.1, after: server.state(), events: of_server.events },
        ];
        if line.side == Side::Server {
            seen.reverse();
        }
        let mut breaches = of_client.breaches;
        for breach in of_server.breaches {
            if !breaches.iter().any(|other| other.section == breach.section && other.by == breach.by) {
                breaches.push(breach);
            }
        }
        tell(line, &seen, &breaches)?;
    }
    Ok(())
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
    for Seen { by, before, after, events } in seen {
        let states =
            if before == after { before.name().into() } else { format!("{} -> {}", before.name(), after.name()) };
        if before != after || !events.is_empty() {
            let _ = writeln!(text, "        {}  {states:<24} {}", name(*by), events.join("; "));
        }
    }
    for Breach { by, rule, section } in breaches {
        let _ = writeln!(text, "     !! the {} broke a rule: {rule} ({section})", name(*by));
    }
    text
}

fn to_json(line: &Line, seen: &[Seen], breaches: &[Breach]) -> Value {
    let mut object = json!({ "line": line.number, "side": name(line.side), "text": line.text });
    for Seen { by, before, after, events } in seen {
        object[name(*by)] = json!({ "before": before.name(), "event": events.join("; "), "after": after.name() });
    }
    object["broken"] = breaches
        .iter()
        .map(|Breach { by, rule, section }| json!({ "by": name(*by), "rule": rule, "section": section }))
        .collect();
    object
}
