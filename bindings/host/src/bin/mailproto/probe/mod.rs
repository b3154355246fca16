//! `mailproto probe`: what a server offers before TLS, under TLS, and after login.
//!
//! ```text
//! SMTP  greeting ─▶ EHLO ─▶ STARTTLS, if there is ─▶ EHLO ─▶ AUTH, with a login ─▶ EHLO ─▶ QUIT
//! POP3  greeting ─▶ CAPA ─▶ STLS, if there is ─▶ CAPA ─▶ AUTH or USER, with a login ─▶ CAPA ─▶ QUIT
//! ```

mod login;
mod pop3;
mod smtp;

use crate::destination::{Destination, Scheme};
use crate::failure::{Failure, Status};
use crate::output;
use crate::terms::Terms;
use mailproto_host::asynchronous::Stream;
use serde_json::{Value, json};

const EXAMPLES: &str = "\
Examples:
  mailproto probe smtp://mx.example.org
  mailproto probe smtps://ann:secret@mail.example.org --json
  mailproto probe lmtp://localhost:2424 --trace
  mailproto probe pop3://ann@mail.example.org --password-file secret

With a login, the server's certificate is checked and TLS is required, as in `send`.

Exit status: 0 done, 1 the server refused, 2 wrong usage, 3 no connection or a broken one,
4 timed out.";

/// Connects and says what a server offers, and what it means
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where: smtp://, smtps://, lmtp://, pop3:// or pop3s://, [USER:PASSWORD@]HOST[:PORT]
    #[arg(value_name = "URL")]
    server: String,
    #[command(flatten)]
    terms: Terms,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Asks, and prints what was learned.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let destination = Destination::parse(&arguments.server, Scheme::ALL)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start", &error))?;
    arguments.terms.policy(&destination)?;
    arguments.terms.login(&destination)?;
    let mut findings = Findings::default();
    let outcome = runtime.block_on(async {
        let signals = crate::signals::Signals::new().map_err(|error| Failure::io("cannot wait for signals", &error))?;
        tokio::select! {
            outcome = ask(&arguments.terms, &destination, &mut findings) => outcome,
            () = signals.wait() => Err(Failure::new(Status::Broken, "interrupted")),
        }
    });
    // What was learned before something went wrong is worth knowing too.
    if arguments.json {
        output::line(&findings.to_json(&destination)).map_err(|error| Failure::io("cannot write to stdout", &error))?;
    } else {
        output::text_block(&findings.describe(&destination))
            .map_err(|error| Failure::io("cannot write to stdout", &error))?;
    }
    outcome
}

async fn ask(terms: &Terms, destination: &Destination, findings: &mut Findings) -> Result<(), Failure> {
    match destination.scheme {
        Scheme::Smtp | Scheme::Smtps | Scheme::Lmtp => smtp::ask(terms, destination, findings).await,
        Scheme::Pop3 | Scheme::Pop3s => pop3::ask(terms, destination, findings).await,
    }
}

/// What was learned.
#[derive(Default)]
struct Findings {
    greeting: Option<String>,
    tls: Option<String>,
    stages: Vec<Stage>,
}

/// What was offered at one point.
struct Stage {
    name: &'static str,
    capabilities: Vec<Capability>,
}

struct Capability {
    keyword: String,
    parameters: String,
    meaning: String,
}

impl Capability {
    /// As a server announces it.
    fn new(line: &str, meaning: Option<String>) -> Self {
        let (keyword, parameters) = line.trim().split_once([' ', '=']).unwrap_or((line.trim(), ""));
        let meaning = meaning.unwrap_or_else(|| "malformed, and ignored".into());
        Self { keyword: keyword.into(), parameters: parameters.trim().into(), meaning }
    }
}

impl Findings {
    /// What was offered at this point of the session.
    fn add(&mut self, logged_in: bool, capabilities: Vec<Capability>) {
        let name = match (logged_in, &self.tls) {
            (true, _) => "login",
            (false, Some(_)) => "tls",
            (false, None) => "plain",
        };
        self.stages.push(Stage { name, capabilities });
    }

    fn note_tls(&mut self, stream: &Stream) {
        self.tls = stream.tls().map(|tls| {
            let version = tls.protocol_version().map(|version| format!("{version:?}").replace("v1_", " 1."));
            let suite = tls.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
            format!("{}, {}", version.unwrap_or_default(), suite.unwrap_or_default())
        });
    }

    fn to_json(&self, destination: &Destination) -> Value {
        let capability =
            |one: &Capability| json!({ "keyword": one.keyword, "parameters": one.parameters, "meaning": one.meaning });
        let stages: Vec<_> = self
            .stages
            .iter()
            .map(|stage| json!({ "stage": stage.name, "capabilities": stage.capabilities.iter().map(capability).collect::<Vec<_>>() }))
            .collect();
        json!({ "server": destination.to_string(), "greeting": self.greeting, "tls": self.tls, "stages": stages })
    }

    fn describe(&self, destination: &Destination) -> String {
        let mut text = format!("{destination}\n");
        if let Some(greeting) = &self.greeting {
            text += &format!("greets with: {}\n", greeting.escape_debug());
        }
        for stage in &self.stages {
            let when = match stage.name {
                "plain" => "in plain text".into(),
                "tls" => format!("under TLS ({})", self.tls.as_deref().unwrap_or_default()),
                _ => "after login".to_owned(),
            };
            text += &format!("\n{when} it offers");
            text += if stage.capabilities.is_empty() { " nothing\n" } else { "\n" };
            for Capability { keyword, parameters, meaning } in &stage.capabilities {
                let name = format!("{keyword} {parameters}");
                text += &format!("  {:<28} {meaning}\n", name.trim_end().escape_debug().to_string());
            }
        }
        text
    }
}
