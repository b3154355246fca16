//! SMTP and LMTP.

use super::{Capability, Findings, login};
use crate::conversation;
use crate::destination::{Destination, Scheme};
use crate::failure::{Failure, Status, protocol_failure};
use crate::meaning;
use crate::terms::Terms;
use mailproto::sasl::{ClientExchange, Nonce};
use mailproto::smtp::{Client, ClientEvent, ClientOptions, Extension, ExtensionSet, Protocol, Reply, TlsPolicy, Verb};
use mailproto::{CommandId, Endpoint, Error};
use mailproto_host::asynchronous::Driver;
use mailproto_host::{Trace, Transcript};
use rustls::ClientConfig;
use std::sync::Arc;

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
            findings.add(logged_in, reply.lines().skip(1).map(|line| announced(line.text())).collect());
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

/// What a line of a reply to EHLO announces.
fn announced(line: &[u8]) -> Capability {
    let meaning = Extension::parse(line).ok().map(|extension| meaning::of_extension(&extension));
    Capability::new(&String::from_utf8_lossy(line), meaning)
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

pub(super) async fn ask(terms: &Terms, destination: &Destination, findings: &mut Findings) -> Result<(), Failure> {
    let connected = terms.connect(destination).await?;
    let options = ClientOptions {
        protocol: if destination.scheme == Scheme::Lmtp { Protocol::Lmtp } else { Protocol::Smtp },
        timeouts: terms.timeouts(),
        ..ClientOptions::default()
    };
    let trace = if terms.trace {
        conversation::listen(Transcript::default(), |entry| eprintln!("{entry}"))
    } else {
        Trace::default()
    };
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
    probe.findings.note_tls(probe.driver.stream());
    probe.converse(&connected.config).await?;
    // Whoever has hung up already need not be waited for.
    let _ = probe.driver.close().await;
    Ok(())
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
                    self.findings.note_tls(self.driver.stream());
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
                        let identity = login::identity(&login, nonce, &channel);
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
        let identity = login::identity(login, nonce, &channel);
        let begun = login::begin(self.terms, self.destination, &identity, offered.mechanisms, !plain)?;
        let begun = exchange.insert(begun);
        self.driver.endpoint.auth(&mut begun.with(identity)).map(drop).map_err(|error| self.cut(error))
    }

    fn say(&mut self, verb: impl FnOnce(&mut Client, &str) -> Result<CommandId, Error>) -> Result<(), Failure> {
        verb(&mut self.driver.endpoint, &self.name).map(drop).map_err(|error| self.cut(error))
    }

    fn refused(&self, what: &str) -> Failure {
        Failure::new(Status::Refused, format_args!("{}: {what}", self.destination))
    }

    /// The protocol came to an end before its time.
    fn cut(&self, error: Error) -> Failure {
        protocol_failure(self.destination, error)
    }
}
