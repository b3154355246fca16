//! `mailproto fetch`: fetches what is new in a maildrop.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `session` | the connection, and what becomes of each message |
//! | `state` | what is remembered from one run to the next |
//! | `folder` | messages as files |
//! | `report` | what people are told |
//! | `exclusive` | files that no other run may use meanwhile |
//!
//! ```text
//!  a message comes ─▶ its file is on disk ─▶ its line is on stdout ─▶ the state has it ─▶ the server may delete it
//! ```
//!
//! Each step begins when the one before it is done, so a run that is cut anywhere loses nothing; and with a
//! state, the next run fetches nothing again but the one message that was cut.

mod exclusive;
mod folder;
mod report;
mod session;
mod state;

use crate::destination::{Destination, Scheme};
use crate::failure::{Failure, Status};
use crate::terms::Terms;
use folder::Folder;
use mailproto::pop3::Retention;
use session::Session;
use state::State;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  mailproto fetch pop3s://ann@mail.example.org --password-file secret --out mail --state mail.json
      what was not fetched before, one file a message; all of it stays on the server
  mailproto fetch pop3s://ann@mail.example.org --password-file secret --out mail --state mail.json --keep-days 30
      the same, and what was fetched 30 days ago is deleted there
  mailproto fetch pop3s://ann@mail.example.org --password-env PASSWORD --delete --out mail
      all that is there, deleted once it is safe here
  mailproto fetch pop3://demo:demo@localhost:2110 --tls none
      from `mailproto serve` on this machine, to stdout

Ports: pop3 110, pop3s 995, if the URL names none. % and @ in a user or password are written %25 and %40.

Prints one JSON object a message:
  {\"number\":1,\"unique_id\":…,\"size\":…,\"sha256\":…,\"file\":…}
or, without --out, with the message itself in place of the file: \"message\":\"…\", or
\"message\":{\"base64\":\"…\"} if it is not UTF-8.

A message counts as fetched when its file is on disk, or its line has been written to stdout. Only then is it
remembered, and only then deleted. Ended anywhere, even by kill -9, nothing is lost; with --state the next run
fetches again at most the one message that was being written.

Exit status: 0 all that is new was fetched, 1 the server refused the login or some message, 2 wrong usage,
3 no connection or a broken one, 4 timed out.";

/// Fetches what is new in a maildrop
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where from: pop3:// or pop3s://, USER[:PASSWORD]@HOST[:PORT]
    #[arg(value_name = "URL")]
    server: String,
    #[command(flatten)]
    retention: Kept,
    /// Fetch only what this file does not know yet, and remember in it what has been fetched
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Write each message to this folder, as UNIQUE-ID.eml
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    terms: Terms,
}

/// What becomes of messages on the server.
#[derive(clap::Args)]
#[group(multiple = false)]
struct Kept {
    /// Leave all messages on the server [default]
    #[arg(long)]
    keep: bool,
    /// Delete messages so many days after they were fetched
    #[arg(long, value_name = "N", requires = "state")]
    keep_days: Option<u32>,
    /// Delete messages as soon as they have been fetched
    #[arg(long)]
    delete: bool,
}

impl Kept {
    fn retention(&self) -> Retention {
        match self.keep_days {
            Some(days) => Retention::KeepDays(days),
            None if self.delete => Retention::DeleteAtOnce,
            None => Retention::Keep,
        }
    }
}

/// Fetches, prints a line for each message, and says by the status whether it is all.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let destination = Destination::parse(&arguments.server, Scheme::FETCHING)?;
    // What is wrong with these is said before anything is opened or connected to.
    arguments.terms.policy(&destination)?;
    let Some(login) = arguments.terms.login(&destination)? else {
        let scheme = destination.scheme.name();
        return Err(Failure::usage(format_args!("a maildrop has an owner: write {scheme}://USER@HOST")));
    };
    let user = destination.login.as_ref().map_or("", |(user, _)| user);
    let host = destination.host.to_ascii_lowercase();
    let state = arguments.state.as_deref().map(|path| State::open(path, user, &host)).transpose()?;
    let folder = arguments.out.as_deref().map(Folder::open).transpose()?;
    let mut session = Session::new(&arguments.terms, &destination, state, folder);
    let retention = arguments.retention.retention();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start", &error))?;
    runtime.block_on(async {
        let signals = crate::signals::Signals::new().map_err(|error| Failure::io("cannot wait for signals", &error))?;
        tokio::select! {
            outcome = session.run(login, retention) => outcome,
            () = signals.wait() => Err(Failure::new(Status::Broken, "interrupted: run it again to go on")),
        }
    })
}
