//! The `mailproto` command: receives mail, sends it, and shows what is said about it.
//!
//! | command | what it does |
//! | --- | --- |
//! | `serve` | a mail server for one machine |
//! | `send` | delivers one message, or writes it, and says what became of each recipient |
//! | `fetch` | fetches what is new in a maildrop |
//! | `probe` | says what a server offers, and what it means |
//! | `parse` | shows what the grammar makes of commands, replies and messages |
//! | `explain` | shows what the state machines make of a conversation |
//!
//! Results go to stdout, for programs as one JSON object a line; what is for people goes to stderr.
//! The exit status is one of [`failure::Status`].

mod conversation;
mod destination;
mod explain;
mod failure;
mod fetch;
mod meaning;
mod output;
mod parse;
mod password;
mod probe;
mod send;
mod serve;
mod signals;
#[cfg_attr(not(test), allow(dead_code, reason = "mail is read by the sessions of POP3"))]
mod store;
mod terms;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Mail protocols for people: receive mail, send it, see what is said.
#[derive(Parser)]
#[command(name = "mailproto", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Send(send::Arguments),
    Fetch(fetch::Arguments),
    Probe(probe::Arguments),
    Parse(parse::Arguments),
    Explain(explain::Arguments),
}

const EXAMPLES: &str = "\
Examples:
  mailproto serve                                        a mail server on this machine
  mailproto send --server smtp://localhost:2525 a.eml    a message to it
  mailproto fetch pop3://demo:demo@localhost:2110 --tls none
                                                         what is there
  mailproto probe smtp://localhost:2525                  what it offers
  mailproto parse smtp-command commands.txt              what the grammar makes of lines
  mailproto explain smtp conversation.txt                who broke which rule

Exit status: 0 done, 1 refused or malformed, 2 wrong usage, 3 no connection or a broken one,
4 timed out.";

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Send(arguments) => send::run(&arguments),
        Command::Fetch(arguments) => fetch::run(&arguments),
        Command::Probe(arguments) => probe::run(&arguments),
        Command::Parse(arguments) => parse::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
