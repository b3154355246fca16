//! `mailproto parse`: shows what the grammar makes of bytes, one JSON object an item.
//!
//! | kind | an item is |
//! | --- | --- |
//! | `smtp-command` | a line |
//! | `smtp-reply` | a reply, all its lines |
//! | `pop3-command` | a line |
//! | `pop3-response` | a response, all its lines |
//! | `message` | all of the input |
//! | `addresses` | a list of addresses: a line, and the folded ones behind it |
//! | `date` | a date, likewise |
//!
//! What cannot be read gives an error object, and the next item is read all the same.

mod commands;
mod field_values;
mod fields;
mod input;
mod message;
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
  mailproto parse message letter.eml | jq -r '.parts[] | [.media_type, .file_name, .decoded_size] | @tsv'
      headers, addresses, dates, and every part with its text or the SHA-256 of its bytes
  printf 'Ann <a@b.example>, team: c@d.example;\\r\\n' | mailproto parse addresses
      {\"type\":\"addresses\",\"addresses\":[{\"type\":\"mailbox\",\"name\":\"Ann\",…},{\"type\":\"group\",…}],\"anomalies\":[]}
  printf 'Fri, 21 Nov 97 09:55 CST' | mailproto parse date
      {\"type\":\"date_time\",\"year\":1997,…,\"timestamp\":880127700,\"anomalies\":[\"obsolete_date\"]}

smtp-command reads command lines only: what follows DATA or BDAT on a connection is no command.
pop3-response takes what follows +OK and begins with no status for the rest of the response, up to a lone dot.
message takes all of the input for one message. Its parts are a flat list in the order of the message;
parent and children name them by their index. Nothing of a message fails to be read: anomalies tells
what is not by the letter of the RFCs, and with --strict the first of it is an error.
addresses and date read what stands behind the colon of a header field, one value a line; a line that
begins with white space goes on with the value before it.

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
    /// Messages with all their parts
    Message,
    /// Lists of addresses, as in From and To
    Addresses,
    /// Dates, as in Date
    Date,
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
            Kind::Message => message::next(&mut input, arguments.strict),
            Kind::Addresses => field_values::next(&mut input, arguments.strict, field_values::addresses),
            Kind::Date => field_values::next(&mut input, arguments.strict, field_values::date),
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
