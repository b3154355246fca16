//! `mailproto send`: delivers one message and says what became of each recipient.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `header`, `address` | what the message says about whom it is from and for |
//! | `content` | what is asked of a message that is to be sent |
//! | `stored` | a message in a file, and what it needs |
//! | `letter`, `composed` | a message that is written from the command line on its way |
//! | `delivery` | the connection |
//! | `report`, `usage` | what is printed |

mod address;
mod composed;
mod content;
mod delivery;
mod header;
mod letter;
mod report;
mod stored;
mod usage;

use crate::destination::{Destination, Scheme};
use crate::failure::{Failure, Status};
use crate::output;
use crate::terms::Terms;
use clap::ValueEnum;
use composed::Composed;
use content::Content;
use delivery::Delivery;
use letter::{Letter, Wording};
use mailproto::smtp::{Envelope, ExtensionSet, Notify, Path, Recipient, Return};
use report::Report;
use std::io::IsTerminal;
use std::path::PathBuf;
use stored::Stored;

const EXAMPLES: &str = "\
Examples:
  mailproto send --server smtp://localhost:2525 message.eml
      to whom the message says, from whom it says
  mailproto send --server smtp://ann@mail.example.org:587 --password-file secret message.eml
      logged in, under TLS
  mailproto send --server smtps://ann:secret@mail.example.org --to bob@example.org - < message.eml
      under TLS from the first byte, to Bob alone
  mailproto send --server lmtp://[::1]:2424 --from '' --to ann@localhost message.eml
      by LMTP, with the null sender
  mailproto send --server smtp://localhost:2525 --from 'Ann <ann@x.example>' --to demo@localhost \\
      --subject 'The photograph' --text 'Here it is.' --attach photo.jpg
      a message that is written while it is sent; files of any size are read as they go

Ports: smtp 25, smtps 465, lmtp 24, if the URL names none. % and @ in a user or password are
written %25 and %40.

Prints one JSON object:
  {\"accepted\":[…],\"refused\":[{\"address\":…,\"code\":550,\"enhanced\":\"5.1.1\",\"text\":…,\"permanent\":true}],
   \"queued_as\":…,\"extensions_used\":[…]}

Exit status: 0 all recipients were accepted, 1 some were refused or the message is malformed,
2 wrong usage, 3 no connection or a broken one, 4 timed out.";

/// Delivers a message and says what became of each recipient
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where to: smtp://, smtps:// or lmtp://, [USER:PASSWORD@]HOST[:PORT]
    #[arg(long, value_name = "URL")]
    server: String,
    /// The sender [default: Sender or From of the message]; '' is the null sender
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// A recipient [default: To, Cc and Bcc of the message]
    #[arg(long = "to", value_name = "ADDRESS")]
    to: Vec<String>,
    /// When the server shall report (RFC 3461)
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHEN,…")]
    dsn: Vec<When>,
    /// What of the message a report shall hold (RFC 3461)
    #[arg(long, value_enum, value_name = "PART")]
    dsn_return: Option<Returned>,
    /// What a report shall call the message (RFC 3461)
    #[arg(long, value_name = "TEXT")]
    dsn_id: Option<String>,
    #[command(flatten)]
    wording: Wording,
    #[command(flatten)]
    terms: Terms,
    /// The message; - or nothing is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// When to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    Never,
    Success,
    Failure,
    Delay,
}

/// What a report shall hold.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Returned {
    /// The whole message
    Full,
    /// Its header
    Headers,
}

/// Sends, prints the report, and says by the status how it went.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let destination = Destination::parse(&arguments.server, Scheme::SUBMITTING)?;
    // What is wrong with these is said before anything is read or connected to.
    arguments.terms.policy(&destination)?;
    arguments.terms.login(&destination)?;
    let notify = arguments.notify()?;
    if arguments.wording.is_given() {
        return compose(arguments, &destination, notify);
    }
    let file = arguments.file.as_deref().filter(|file| file.as_os_str() != "-");
    if arguments.file.is_none() && std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "no message: name a FILE, or - to type it in, or write one by --subject and --text",
        ));
    }
    let content = Stored::open(file)?;
    let (sender, recipients) = arguments.told(&content)?;
    if content.has_long_lines() {
        eprintln!("mailproto: the message has lines of more than 998 bytes, which servers may refuse or break");
    }
    let envelope = arguments.envelope(sender, recipients, &content, notify)?;
    deliver(arguments.delivery(&destination, envelope, Box::new(content)))
}

/// Writes the message that the command line describes while it is sent.
fn compose(arguments: &Arguments, destination: &Destination, notify: Option<Notify>) -> Result<(), Failure> {
    let letter = Letter::new(arguments.from.as_deref(), &arguments.to, &arguments.wording)?;
    let (author, to, parts) = (letter.author(), letter.recipients(), letter.parts());
    let draft = letter.draft(&author, &to, &parts);
    let content = Composed::new(&draft, letter.options(), letter.attachments())?;
    let (sender, recipients) = letter.addresses();
    let envelope = arguments.envelope(sender, recipients, &content, notify)?;
    deliver(arguments.delivery(destination, envelope, Box::new(content)))
}

fn deliver(mut delivery: Delivery<'_>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start", &error))?;
    let outcome = runtime.block_on(async {
        let signals = crate::signals::Signals::new().map_err(|error| Failure::io("cannot wait for signals", &error))?;
        tokio::select! {
            outcome = delivery.run() => outcome,
            () = signals.wait() => Err(delivery::interrupted()),
        }
    });
    if let Err(failure) = &outcome {
        delivery.report.settle_others(failure.message());
    }
    let report = &delivery.report;
    output::line(&report.to_json()).map_err(|error| Failure::io("cannot write to stdout", &error))?;
    outcome?;
    let wishes = delivery.envelope.ret.is_some() || delivery.envelope.recipients.iter().any(|one| one.notify.is_some());
    if wishes && !report.extensions.contains(ExtensionSet::DSN) {
        eprintln!("mailproto: the server does not offer DSN, so it was not asked for reports");
    }
    match report.refused() {
        0 => Ok(()),
        _ => Err(Failure::silent(Status::Refused)),
    }
}

impl Arguments {
    fn delivery<'a>(
        &'a self,
        destination: &'a Destination,
        envelope: Envelope,
        content: Box<dyn Content<'a> + 'a>,
    ) -> Delivery<'a> {
        let recipients = envelope.recipients.iter().map(|recipient| recipient.address.clone()).collect();
        Delivery { terms: &self.terms, destination, envelope, content, report: Report::new(recipients) }
    }

    /// From whom and for whom it is, as the options or the message tell.
    fn told(&self, content: &Stored) -> Result<(String, Vec<String>), Failure> {
        let sender = match &self.from {
            Some(sender) => Some(sender.trim_start_matches('<').trim_end_matches('>').to_owned()),
            None => content.header.sender()?,
        };
        let sender =
            sender.ok_or_else(|| Failure::usage("the message does not say whom it is from: add --from ADDRESS"))?;
        let mut recipients = Vec::new();
        for text in &self.to {
            let found = address::mailboxes(text).map_err(|error| {
                Failure::usage(format_args!("--to {text}: {} at byte {}", error.problem, error.offset))
            })?;
            recipients.extend(found);
        }
        if self.to.is_empty() {
            recipients = content.header.recipients()?;
        }
        if recipients.is_empty() {
            return Err(Failure::usage("the message does not say whom it is for: add --to ADDRESS"));
        }
        Ok((sender, recipients))
    }

    fn envelope<'a>(
        &self,
        sender: String,
        recipients: Vec<String>,
        content: &dyn Content<'a>,
        notify: Option<Notify>,
    ) -> Result<Envelope, Failure> {
        if let Err(error) = Path::from_mailbox(&sender) {
            return Err(Failure::usage(format_args!(
                "--from {sender}: no address in the form local@domain, at byte {}",
                error.offset
            )));
        }
        Ok(Envelope {
            sender,
            recipients: recipients.into_iter().map(|address| Recipient { address, notify, original: None }).collect(),
            body: content.body_type(),
            smtputf8: content.is_international(),
            size: Some(content.size()),
            ret: self.dsn_return.map(|part| match part {
                Returned::Full => Return::Full,
                Returned::Headers => Return::Headers,
            }),
            envelope_id: self.dsn_id.clone(),
            ..Envelope::default()
        })
    }

    fn notify(&self) -> Result<Option<Notify>, Failure> {
        let wants = |when| self.dsn.contains(&when);
        let some = wants(When::Success) || wants(When::Failure) || wants(When::Delay);
        if wants(When::Never) && some {
            return Err(Failure::usage("--dsn: never stands alone"));
        }
        let notify = Notify { success: wants(When::Success), failure: wants(When::Failure), delay: wants(When::Delay) };
        Ok((!self.dsn.is_empty()).then_some(notify))
    }
}
