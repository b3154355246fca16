//! `mailproto parse`: shows what the grammar makes of bytes, one JSON object an item.
//!
//! | kind | an item is |
//! | --- | --- |
//! | `smtp-command` | a line |
//! | `smtp-reply` | a reply, all its lines |
//! | `pop3-command` | a line |
//! | `pop3-response` | a response, all its lines |
//! | `addresses` | a line with a path or mailbox |
//!
//! What cannot be read gives an error object, and the next item is read all the same.

mod addresses;
mod commands;
mod input;
mod pop3_commands;
mod pop3_responses;
mod replies;
mod values;

use crate::failure::{Failure, Status};
use crate::output;
use clap::ValueEnum;
use input::Input;
use mailproto::Leniency;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  printf 'MAIL FROM:<a@b.example> SIZE=9\\r\\n' | mailproto parse smtp-command
      {\"type\":\"mail\",\"path\":{…},\"parameters\":[{\"type\":\"size\",\"size\":9}],\"anomalies\":[]}
  mailproto parse smtp-reply replies.txt
  printf '+OK\\r\\n1 120\\r\\n.\\r\\n' | mailproto parse pop3-response
      {\"type\":\"response\",\"status\":\"ok\",…,\"lines\":[\"1 120\"],\"listings\":[{\"number\":1,\"octets\":120}],…}
  mailproto parse addresses --strict list.txt

smtp-command reads command lines only: what follows DATA or BDAT on a connection is no command.
pop3-response takes what follows +OK and begins with no status for the rest of the response, up to a lone dot.
addresses reads one RFC 5321 path or mailbox a line, with or without < and >.

What cannot be read gives {\"error\":{\"kind\":…,\"offset\":…,\"message\":…}}, where offset counts the bytes
of the input before the offending one; the next item is read all the same, and the exit status is 1.";

/// Shows what the grammar makes of bytes
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What the items are
    #[arg(value_enum)]
    kind: Kind,
    /// Where they are; - or nothing is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Tolerate nothing outside the grammar
    #[arg(long)]
    strict: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Commands of SMTP and LMTP
    SmtpCommand,
    /// Replies of SMTP and LMTP
    SmtpReply,
    /// Commands of POP3
    Pop3Command,
    /// Responses of POP3
    Pop3Response,
    /// Paths and mailboxes of RFC 5321
    Addresses,
}

/// An item that could not be read.
struct Malformed {
    kind: &'static str,
    /// In the item.
    offset: usize,
    message: String,
}

/// Reads all items and prints what they are.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let origin = arguments.file.as_deref().filter(|file| file.as_os_str() != "-");
    let trouble = |error: &io::Error| {
        let name = origin.map_or_else(|| "stdin".into(), |file| file.display().to_string());
        Failure::usage(format_args!("cannot read {name}: {error}"))
    };
    let source: Box<dyn Read> = match origin {
        Some(file) => Box::new(File::open(file).map_err(|error| trouble(&error))?),
        None => Box::new(io::stdin().lock()),
    };
    let leniency = if arguments.strict { Leniency::STRICT } else { Leniency::LENIENT };
    let mut input = Input::new(source);
    let mut malformed = false;
    loop {
        let start = input.offset();
        let next = match arguments.kind {
            Kind::SmtpReply => replies::next(&mut input, leniency),
            Kind::SmtpCommand => input.line(leniency, commands::parse),
            Kind::Pop3Command => input.line(leniency, pop3_commands::parse),
            Kind::Pop3Response => pop3_responses::next(&mut input, leniency),
            Kind::Addresses => input.line(leniency, addresses::parse),
        };
        let value = match next.map_err(|error| trouble(&error))? {
            None => break,
            Some(Ok(value)) => value,
            Some(Err(error)) => {
                malformed = true;
                error_to_json(&error, start)
            }
        };
        output::line(&value).map_err(|error| Failure::io("cannot write to stdout", &error))?;
    }
    if malformed { Err(Failure::silent(Status::Refused)) } else { Ok(()) }
}

fn error_to_json(error: &Malformed, start: u64) -> Value {
    json!({ "error": { "kind": error.kind, "offset": start + error.offset as u64, "message": error.message } })
}
