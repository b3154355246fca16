//! POP3.

use super::{Capability, Findings, login};
use crate::conversation;
use crate::destination::Destination;
use crate::failure::{Failure, Status, protocol_failure};
use crate::meaning;
use crate::terms::Terms;
use mailproto::pop3::{self, CapabilitySet, Client, ClientEvent, ClientOptions, Response, Verb};
use mailproto::sasl::{ClientExchange, Mechanisms, Nonce};
use mailproto::smtp::TlsPolicy;
use mailproto::{CommandId, Endpoint, Error};
use mailproto_host::asynchronous::Driver;
use mailproto_host::{Trace, Traced, Transcript};
use rustls::ClientConfig;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of one list that are kept.
const LONGEST: usize = 64 << 10;

/// What the server did, as far as it decides what to say next.
enum Heard {
    /// Nothing of consequence.
    Nothing,
    Greeted,
    /// CAPA has ended; whether it is known here.
    Capabilities(bool),
    /// STLS was refused; the rest can be asked in plain text.
    NoTls(String),
    /// TLS can begin.
    Wall,
    Challenge,
    LoggedIn,
    Refused(String),
}

fn hear(event: ClientEvent<'_>, findings: &mut Findings) -> Heard {
    match event {
        ClientEvent::Greeting(response) => {
            findings.greeting = Some(text(&response));
            if response.is_ok() { Heard::Greeted } else { Heard::Refused(format!("no service: {}", text(&response))) }
        }
        ClientEvent::StartTls { .. } => Heard::Wall,
        ClientEvent::Challenge { .. } => Heard::Challenge,
        ClientEvent::End { verb: Verb::Capa, .. } => Heard::Capabilities(true),
        ClientEvent::Response { verb: Verb::Capa, .. } => Heard::Capabilities(false),
        ClientEvent::Response { verb: Verb::Stls, response, .. } => Heard::NoTls(text(&response)),
        ClientEvent::Response { verb: Verb::Auth | Verb::User | Verb::Pass, response, .. } => {
            if response.is_ok() {
                Heard::LoggedIn
            } else {
                Heard::Refused(format!("login refused: {}", text(&response)))
            }
        }
        ClientEvent::Closing(response) => Heard::Refused(text(&response)),
        _ => Heard::Nothing,
    }
}

/// A response's first line.
fn text(response: &Response<'_>) -> String {
    let text = format!("{} {}", response.status().name(), String::from_utf8_lossy(response.rest()));
    text.trim_end().to_owned()
}

/// What a line of a response to CAPA announces.
fn announced(line: &[u8]) -> Capability {
    let meaning = pop3::Capability::parse(line).map(|capability| meaning::of_capability(&capability));
    Capability::new(&String::from_utf8_lossy(line), meaning)
}

/// What the server has said since it was asked last, as it stood on the line: mechanisms and parameters
/// that are not known here are worth telling, too.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    fn note(&self, traced: Traced<'_>) {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match traced {
            Traced::Received(bytes) if said.len() < LONGEST => said.extend_from_slice(bytes),
            Traced::Received(_) => {}
            _ => said.clear(),
        }
    }

    /// The lines behind the first one, without the dots that were added.
    fn list(&self) -> Vec<Vec<u8>> {
        let said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = said.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let items = lines.skip(1).take_while(|line| *line != b".");
        items.map(|line| line.strip_prefix(b".").unwrap_or(line).to_vec()).collect()
    }
}

struct Probe<'a> {
    terms: &'a Terms,
    destination: &'a Destination,
    findings: &'a mut Findings,
    driver: Driver<Client>,
    said: Said,
    policy: TlsPolicy,
    login: Option<(String, String)>,
    logged_in: bool,
    tls_refused: bool,
}

pub(super) async fn ask(terms: &Terms, destination: &Destination, findings: &mut Findings) -> Result<(), Failure> {
    let connected = terms.connect(destination).await?;
    let options = ClientOptions { timeouts: terms.pop3_timeouts(), ..ClientOptions::default() };
    let said = Said::default();
    let (noted, shown, mut transcript) = (said.clone(), terms.trace, Transcript::pop3());
    let trace = Trace::to(move |traced| {
        noted.note(traced);
        if shown {
            conversation::hear(&mut transcript, traced, &mut |entry| eprintln!("{entry}"));
        }
    });
    findings.note_tls(&connected.stream);
    let mut probe = Probe {
        terms,
        destination,
        findings,
        driver: Driver::new(Client::new(options), connected.stream).with_trace(trace),
        said,
        policy: terms.policy(destination)?,
        login: terms.credentials(destination)?,
        logged_in: false,
        tls_refused: false,
    };
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
                Ok(event) => event.map(|event| hear(event, self.findings)),
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
                Heard::Greeted => self.say(Client::capa)?,
                Heard::Capabilities(known) => {
                    let lines = if known { self.said.list() } else { Vec::new() };
                    self.findings.add(self.logged_in, lines.iter().map(|line| announced(line)).collect());
                    self.next(&login, nonce, &mut exchange)?;
                }
                Heard::NoTls(_) if self.policy == TlsPolicy::Opportunistic => {
                    self.tls_refused = true;
                    self.next(&login, nonce, &mut exchange)?;
                }
                Heard::Wall => {
                    let handshake = self.driver.start_tls(config, &self.destination.host);
                    self.terms.handshake(self.destination, handshake).await?;
                    self.driver.endpoint.tls_started().map_err(|error| self.cut(error))?;
                    self.findings.note_tls(self.driver.stream());
                    self.say(Client::capa)?;
                }
                Heard::LoggedIn => {
                    self.logged_in = true;
                    self.login = None;
                    self.say(Client::capa)?;
                }
                Heard::Challenge => {
                    if let Some(exchange) = &mut exchange {
                        let channel = self.driver.stream().channel_binding();
                        let identity = login::identity(&login, nonce, &channel);
                        let said = self.driver.endpoint.auth_respond(&mut exchange.with(identity));
                        said.map_err(|error| self.cut(error))?;
                    }
                }
                Heard::NoTls(what) | Heard::Refused(what) => {
                    refusal.get_or_insert(self.refused(&what));
                    // A greeting that refuses may have ended the session already.
                    let _ = self.driver.endpoint.quit();
                }
            }
        }
        refusal.map_or(Ok(()), Err)
    }

    /// TLS first, then the login, then goodbye.
    fn next(
        &mut self,
        login: &(String, String),
        nonce: Nonce,
        exchange: &mut Option<ClientExchange>,
    ) -> Result<(), Failure> {
        let offered = *self.driver.endpoint.capabilities();
        let plain = self.findings.tls.is_none();
        if plain && !self.tls_refused && self.policy != TlsPolicy::None && offered.offers(CapabilitySet::STLS) {
            return self.say(Client::stls);
        }
        if self.login.is_none() {
            return self.say(Client::quit);
        }
        if plain && self.policy != TlsPolicy::None {
            return Err(self.refused("no TLS is offered, and a password is sent in plain text only with --tls none"));
        }
        // Where no mechanism can be used, there are still USER and PASS, which are none.
        if self.terms.mechanism()?.is_none() && offered.mechanisms.and(Mechanisms::PASSWORD).is_empty() {
            let (user, password) = login;
            let said = self.driver.endpoint.login(user, password);
            return said.map(drop).map_err(|error| Failure::usage(format_args!("the login: {error}")));
        }
        let channel = self.driver.stream().channel_binding();
        let identity = login::identity(login, nonce, &channel);
        let begun = exchange.insert(login::begin(self.terms, self.destination, &identity, offered.mechanisms, !plain)?);
        self.driver.endpoint.auth(&mut begun.with(identity)).map(drop).map_err(|error| self.cut(error))
    }

    fn say(&mut self, verb: impl FnOnce(&mut Client) -> Result<CommandId, Error>) -> Result<(), Failure> {
        verb(&mut self.driver.endpoint).map(drop).map_err(|error| self.cut(error))
    }

    fn refused(&self, what: &str) -> Failure {
        Failure::new(Status::Refused, format_args!("{}: {what}", self.destination))
    }

    /// The protocol came to an end before its time.
    fn cut(&self, error: Error) -> Failure {
        protocol_failure(self.destination, error)
    }
}
