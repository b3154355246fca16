//! `mailproto probe`: what a server offers before TLS, under TLS, and after login.
//!
//! ```text
//! greeting ─▶ EHLO ─▶ STARTTLS, if there is ─▶ EHLO ─▶ AUTH, with a login ─▶ EHLO ─▶ QUIT
//! ```

use crate::conversation;
use crate::destination::Destination;
use crate::failure::{Failure, Status, protocol_failure};
use crate::meaning;
use crate::output;
use crate::terms::Terms;
use mailproto::sasl::{BindingKind, ChannelBinding, Choice, ClientExchange, Identity, Mechanisms, Nonce};
use mailproto::smtp::{Client, ClientEvent, ClientOptions, Extension, ExtensionSet, Reply, TlsPolicy, Verb};
use mailproto::{CommandId, Endpoint, Error};
use mailproto_host::Trace;
use mailproto_host::asynchronous::Driver;
use rustls::ClientConfig;
use serde_json::{Value, json};
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  mailproto probe smtp://mx.example.org
  mailproto probe smtps://ann:secret@mail.example.org --json
  mailproto probe lmtp://localhost:2424 --trace

With a login, the server's certificate is checked and TLS is required, as in `send`.

Exit status: 0 done, 1 the server refused, 2 wrong usage, 3 no connection or a broken one,
4 timed out.";

/// Connects and says what a server offers, and what it means
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where: smtp://, smtps:// or lmtp://, [USER:PASSWORD@]HOST[:PORT]
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
    let destination = Destination::parse(&arguments.server)?;
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
    fn read(line: &[u8]) -> Self {
        let text = String::from_utf8_lossy(line);
        let (keyword, parameters) = text.trim().split_once([' ', '=']).unwrap_or((text.trim(), ""));
        let meaning = match Extension::parse(line) {
            Ok(extension) => meaning::of(&extension),
            Err(_) => "malformed, and ignored".into(),
        };
        Self { keyword: keyword.into(), parameters: parameters.trim().into(), meaning }
    }
}

impl Findings {
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

/// What the server did, as far as it decides what to say next.
enum Heard {
    /// Nothing of consequence.
    Nothing,
    Greeted,
    /// EHLO or HELO succeeded.
    Hello,
    /// EHLO is not known here.
    NoEhlo,
    /// STARTTLS was refused; the rest can be asked in plain text.
    NoTls(String),
    /// TLS can begin.
    Wall,
    Challenge,
    LoggedIn,
    Refused(String),
}

fn hear(event: ClientEvent<'_>, findings: &mut Findings, logged_in: bool) -> Heard {
    match event {
        ClientEvent::Greeting(reply) => {
            findings.greeting = Some(text(&reply));
            if reply.code() == 220 { Heard::Greeted } else { Heard::Refused(format!("no service: {}", text(&reply))) }
        }
        ClientEvent::StartTls { .. } => Heard::Wall,
        ClientEvent::Challenge { .. } => Heard::Challenge,
        ClientEvent::Reply { verb: Verb::Ehlo | Verb::Helo, reply, .. } if reply.is_positive() => {
            let name = match (logged_in, &findings.tls) {
                (true, _) => "login",
                (false, Some(_)) => "tls",
                (false, None) => "plain",
            };
            let capabilities = reply.lines().skip(1).map(|line| Capability::read(line.text())).collect();
            findings.stages.push(Stage { name, capabilities });
            Heard::Hello
        }
        ClientEvent::Reply { verb: Verb::Ehlo, reply, .. } if reply.is_permanent() => Heard::NoEhlo,
        ClientEvent::Reply { verb: Verb::Auth, reply, .. } if reply.is_positive() => Heard::LoggedIn,
        ClientEvent::Reply { verb: Verb::Auth, reply, .. } => {
            Heard::Refused(format!("login refused: {}", text(&reply)))
        }
        ClientEvent::Reply { verb: Verb::StartTls, reply, .. } => Heard::NoTls(text(&reply)),
        ClientEvent::Reply { verb: Verb::Ehlo | Verb::Helo, reply, .. } => Heard::Refused(text(&reply)),
        _ => Heard::Nothing,
    }
}

/// A reply as one line of text.
fn text(reply: &Reply<'_>) -> String {
    let lines: Vec<_> = reply.lines().map(|line| String::from_utf8_lossy(line.text()).into_owned()).collect();
    format!("{} {}", reply.code(), lines.join(" / "))
}

struct Probe<'a> {
    terms: &'a Terms,
    destination: &'a Destination,
    findings: &'a mut Findings,
    driver: Driver<Client>,
    policy: TlsPolicy,
    name: String,
    login: Option<(String, String)>,
    logged_in: bool,
    tls_refused: bool,
}

async fn ask(terms: &Terms, destination: &Destination, findings: &mut Findings) -> Result<(), Failure> {
    let connected = terms.connect(destination).await?;
    let options = ClientOptions {
        protocol: destination.scheme.protocol(),
        timeouts: terms.timeouts(),
        ..ClientOptions::default()
    };
    let trace = if terms.trace { conversation::listen(|entry| eprintln!("{entry}")) } else { Trace::default() };
    let mut probe = Probe {
        terms,
        destination,
        findings,
        driver: Driver::new(Client::new(options), connected.stream).with_trace(trace),
        policy: terms.policy(destination)?,
        name: connected.name,
        login: terms.credentials(destination)?,
        logged_in: false,
        tls_refused: false,
    };
    probe.note_tls();
    probe.converse(&connected.config).await?;
    // Whoever has hung up already need not be waited for.
    let _ = probe.driver.close().await;
    Ok(())
}

/// Whatever a user with a password, or with a token in its place, can log in by.
fn identity<'a>((user, secret): &'a (String, String), nonce: Nonce, channel: &'a Option<[u8; 32]>) -> Identity<'a> {
    let binding = channel.as_ref().map(|data| ChannelBinding { kind: BindingKind::TlsExporter, data });
    let (password, token) = (Some(secret.as_str()), Some(secret.as_str()));
    Identity { user, password, token, nonce: Some(nonce), binding, ..Identity::default() }
}

impl Probe<'_> {
    async fn converse(&mut self, config: &Arc<ClientConfig>) -> Result<(), Failure> {
        let login = self.login.clone().unwrap_or_default();
        let nonce = mailproto_host::nonce().map_err(|error| Failure::io("no login", &error))?;
        let mut exchange: Option<ClientExchange> = None;
        let mut refusal = None;
        loop {
            let heard = match self.driver.endpoint.next_event() {
                Ok(event) => event.map(|event| hear(event, self.findings, self.logged_in)),
                // Whatever a server that has refused does then, the refusal is what matters.
                Err(_) if refusal.is_some() => break,
                Err(error) => return Err(self.cut(error)),
            };
            let Some(heard) = heard else {
                if self.driver.endpoint.is_closed() {
                    break;
                }
                let broke = format!("the connection to {} broke", self.destination);
                self.driver.turn().await.map_err(|error| Failure::io(broke, &error))?;
                continue;
            };
            match heard {
                Heard::Nothing => {}
                Heard::Greeted => {
                    let said = self.driver.endpoint.ehlo(&self.name);
                    said.map_err(|error| Failure::usage(format_args!("--name: {error}")))?;
                }
                Heard::Hello => self.after_hello(&login, nonce, &mut exchange)?,
                Heard::NoTls(_) if self.policy == TlsPolicy::Opportunistic => {
                    self.tls_refused = true;
                    self.after_hello(&login, nonce, &mut exchange)?;
                }
                Heard::Wall => {
                    let handshake = self.driver.start_tls(config, &self.destination.host);
                    self.terms.handshake(self.destination, handshake).await?;
                    self.driver.endpoint.tls_started().map_err(|error| self.cut(error))?;
                    self.note_tls();
                    self.say(|client, name| client.ehlo(name))?;
                }
                Heard::LoggedIn => {
                    self.logged_in = true;
                    self.login = None;
                    self.say(|client, name| client.ehlo(name))?;
                }
                Heard::Challenge => {
                    if let Some(exchange) = &mut exchange {
                        let channel = self.driver.stream().channel_binding();
                        let identity = identity(&login, nonce, &channel);
                        let said = self.driver.endpoint.auth_respond(&mut exchange.with(identity));
                        said.map_err(|error| self.cut(error))?;
                    }
                }
                Heard::NoEhlo => self.say(|client, name| client.helo(name))?,
                Heard::NoTls(what) | Heard::Refused(what) => {
                    refusal = Some(self.refused(&what));
                    // A greeting that refuses may have ended the session already.
                    let _ = self.driver.endpoint.quit();
                }
            }
        }
        refusal.map_or(Ok(()), Err)
    }

    /// TLS first, then the login, then goodbye.
    fn after_hello(
        &mut self,
        login: &(String, String),
        nonce: Nonce,
        exchange: &mut Option<ClientExchange>,
    ) -> Result<(), Failure> {
        let offered = self.driver.endpoint.extensions();
        let plain = self.findings.tls.is_none();
        if plain && !self.tls_refused && self.policy != TlsPolicy::None && offered.offers(ExtensionSet::STARTTLS) {
            return self.say(|client, _| client.starttls());
        }
        if self.login.is_none() {
            return self.say(|client, _| client.quit());
        }
        if plain && self.policy != TlsPolicy::None {
            return Err(self.refused("no TLS is offered, and a password is sent in plain text only with --tls none"));
        }
        let channel = self.driver.stream().channel_binding();
        let identity = identity(login, nonce, &channel);
        let mut choice = Choice { tls: !plain, ..Choice::new(identity.mechanisms()) };
        match self.terms.mechanism()? {
            Some(wanted) => choice.allowed = Mechanisms::NONE.with(wanted),
            // Whether a password or a token was given, only its user knows.
            None => choice.allowed = Mechanisms::PASSWORD,
        }
        choice.without_tls = Mechanisms::ALL;
        let offered = offered.mechanisms;
        let best = choice.best_of(offered).map_err(|why| self.refused(&why.to_string()))?;
        let wrong = |error| Failure::usage(format_args!("the login: {}", Error::Misuse(error)));
        let begun = exchange.insert(ClientExchange::new(best, &identity, offered).map_err(wrong)?);
        self.driver.endpoint.auth(&mut begun.with(identity)).map(drop).map_err(|error| self.cut(error))
    }

    fn say(&mut self, verb: impl FnOnce(&mut Client, &str) -> Result<CommandId, Error>) -> Result<(), Failure> {
        verb(&mut self.driver.endpoint, &self.name).map(drop).map_err(|error| self.cut(error))
    }

    fn note_tls(&mut self) {
        self.findings.tls = self.driver.stream().tls().map(|tls| {
            let version = tls.protocol_version().map(|version| format!("{version:?}").replace("v1_", " 1."));
            let suite = tls.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
            format!("{}, {}", version.unwrap_or_default(), suite.unwrap_or_default())
        });
    }

    fn refused(&self, what: &str) -> Failure {
        Failure::new(Status::Refused, format_args!("{}: {what}", self.destination))
    }

    /// The protocol came to an end before its time.
    fn cut(&self, error: Error) -> Failure {
        protocol_failure(self.destination, error)
    }
}
