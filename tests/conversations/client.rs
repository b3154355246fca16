//! Runs a conversation with our client.

use crate::script::{Feed, Line, Report, Script, escape, unescape};
use mailproto::sasl::{
    BindingKind, ChannelBinding, ClientExchange, ClientMechanism, Failure, Identity, Iterations, Login, Mechanism,
    Mechanisms, Nonce, Plain, Progress, Response,
};
use mailproto::smtp::{Attribute, Client, ClientEvent, ClientOptions, Command, LineEnds, Parameter, Protocol, Xtext};
use mailproto::{Endpoint, Error, Leniency};

struct Run<'a> {
    client: Client,
    feed: Feed,
    report: Report,
    mechanism: Option<Box<dyn ClientMechanism + 'a>>,
    failed: bool,
}

/// What the client sends and hears when the server's lines are fed by `feed`.
pub(crate) fn run(script: &Script, feed: Feed) -> String {
    let mut options = ClientOptions::default();
    if script.has("protocol", "lmtp") {
        options.protocol = Protocol::Lmtp;
    }
    if script.has("leniency", "strict") {
        options.leniency = Leniency::STRICT;
    }
    if script.has("leniency", "lenient") {
        options.leniency = Leniency::LENIENT;
    }
    if script.has("client", "canonicalise") {
        options.line_ends = LineEnds::Canonicalise;
    }
    if let Some(limit) = script.setting("reply-limit") {
        options.limits.reply = limit.parse().unwrap();
    }
    let mut run = Run { client: Client::new(options), feed, report: Report::default(), mechanism: None, failed: false };
    let mut offset = 0;
    let mut lines = script.lines.iter().peekable();
    while let Some(line) = lines.next() {
        match line {
            Line::Does(who, words) if who == "client" => run.does(words),
            Line::Wire('S', bytes) => {
                // Lines that stand together come together.
                let mut together = bytes.clone();
                while let Some(Line::Wire('S', more)) = lines.peek() {
                    together.extend_from_slice(more);
                    lines.next();
                }
                for piece in run.feed.pieces(&together, offset) {
                    run.receive(piece);
                }
                offset += together.len();
            }
            _ => {}
        }
    }
    if !run.client.anomalies().is_empty() {
        let names: Vec<_> = run.client.anomalies().names().collect();
        run.report.heard(format!("anomalies {}", names.join(" ")));
    }
    run.report.text()
}

impl Run<'_> {
    fn receive(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let waiting = bytes.len();
            self.feed.receive(&mut self.client, &mut bytes);
            self.hear(&mut bytes);
            if bytes.len() == waiting {
                return;
            }
        }
    }

    fn listen(&mut self) {
        self.hear(&mut &[][..]);
    }

    /// Takes events and transmits until nothing moves.
    fn hear(&mut self, bytes: &mut &[u8]) {
        loop {
            let told = match self.feed.next_event(&mut self.client, bytes) {
                Ok(Some(event)) => describe(event),
                Ok(None) => None,
                Err(error) if self.failed => Some(error.to_string()).filter(|_| false),
                Err(error) => {
                    self.failed = true;
                    Some(format!("error {error}"))
                }
            };
            let more = told.is_some();
            if let Some(told) = told {
                self.report.heard(told);
            }
            self.transmit();
            if !more {
                return;
            }
        }
    }

    fn transmit(&mut self) {
        while !self.client.transmit().is_empty() {
            let count = self.client.transmit().len().min(self.feed.transmit);
            self.report.sent(&self.client.transmit()[..count]);
            self.client.transmitted(count);
        }
    }

    fn does(&mut self, words: &str) {
        self.listen();
        let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
        let client = &mut self.client;
        let outcome: Result<(), Error> = match verb {
            "ehlo" => client.ehlo(rest).map(drop),
            "helo" => client.helo(rest).map(drop),
            "starttls" => client.starttls().map(drop),
            "tls" => client.tls_started(),
            "mail" => envelope(rest, |path, parameters| client.mail(path, parameters).map(drop)),
            "rcpt" => envelope(rest, |path, parameters| client.rcpt(path, parameters).map(drop)),
            "data" => client.data().map(drop),
            "send" => {
                let body = unescape(rest);
                self.send(&body)
            }
            "finish" => client.finish_data(),
            "bdat" => {
                let (length, last) = rest.split_once(' ').unwrap_or((rest, ""));
                client.bdat(length.parse().unwrap(), last == "last").map(drop)
            }
            "plain" | "login" => {
                let (user, password) = rest.split_once(' ').unwrap();
                let (user, password) = (user.to_owned().leak(), password.to_owned().leak());
                let mut mechanism: Box<dyn ClientMechanism> = match verb {
                    "plain" => Box::new(Plain::new("", user, password).unwrap()),
                    _ => Box::new(Login::new(user, password).unwrap()),
                };
                let started = client.auth(&mut *mechanism).map(drop);
                self.mechanism = Some(mechanism);
                started
            }
            "sasl" => {
                let mut exchange = Box::new(Exchange::new(rest));
                let started = client.auth(&mut *exchange).map(drop);
                self.mechanism = Some(exchange);
                started
            }
            "respond" => {
                let mechanism = &mut **self.mechanism.as_mut().unwrap();
                let mut progress = client.auth_respond(mechanism);
                while progress == Ok(Progress::Working) {
                    progress = client.auth_respond(mechanism);
                }
                if let Some(failure) = mechanism.failure() {
                    self.report.heard(format!("failure {failure}"));
                }
                progress.map(drop)
            }
            "cancel" => client.auth_cancel(),
            "rset" => client.rset().map(drop),
            "vrfy" => client.vrfy(rest).map(drop),
            "expn" => client.expn(rest).map(drop),
            "help" => client.help(rest).map(drop),
            "noop" => client.noop().map(drop),
            "quit" => client.quit().map(drop),
            "xclient" => {
                let attributes: Vec<_> = rest
                    .split(' ')
                    .map(|word| word.split_once('=').unwrap())
                    .map(|(name, value)| Attribute { name, value: Xtext::plain(value) })
                    .collect();
                client.xclient(&attributes).map(drop)
            }
            "eof" => {
                client.receive_eof();
                Ok(())
            }
            other => panic!("the client cannot {other}"),
        };
        if let Err(error) = outcome {
            self.report.heard(format!("misuse {error}"));
        }
        self.listen();
    }

    fn send(&mut self, mut body: &[u8]) -> Result<(), Error> {
        while !body.is_empty() {
            let step = body.len().min(self.feed.piece);
            let taken = self.client.send_data(&body[..step])?;
            body = &body[taken..];
            self.transmit();
        }
        Ok(())
    }
}

/// An exchange by any mechanism, as `MECHANISM user secret [authorization]` says, with a nonce and a channel
/// that are always the same. SCRAM runs one iteration at each call.
struct Exchange {
    identity: Identity<'static>,
    exchange: ClientExchange,
}

impl Exchange {
    fn new(words: &str) -> Self {
        let mut words = words.split(' ').map(|word| &*word.to_owned().leak());
        let mechanism = Mechanism::from_name(words.next().unwrap().as_bytes()).unwrap();
        let user = words.next().unwrap_or_default();
        let secret = words.next().unwrap_or_default();
        let authorization = words.next().unwrap_or_default();
        let channel = ChannelBinding { kind: BindingKind::TlsExporter, data: &[7; 32] };
        let identity = Identity {
            authorization,
            user,
            password: Some(secret),
            token: Some(secret),
            external: true,
            anonymous: Some(user),
            nonce: Some(Nonce::from_text("clientnonce").unwrap()),
            binding: mechanism.is_bound().then_some(channel),
            iterations: Iterations { least: 1, most: 10, per_call: 1 },
            ..Identity::default()
        };
        Self { identity, exchange: ClientExchange::new(mechanism, &identity, Mechanisms::NONE).unwrap() }
    }
}

impl ClientMechanism for Exchange {
    fn name(&self) -> &str {
        self.exchange.mechanism().name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        self.exchange.with(self.identity).initial(response)
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        self.exchange.with(self.identity).respond(challenge, response)
    }

    fn is_satisfied(&self) -> bool {
        self.exchange.is_satisfied()
    }

    fn failure(&self) -> Option<Failure> {
        self.exchange.failure()
    }
}

/// `mailbox parameter…`, with `<>` for the null path.
fn envelope(words: &str, verb: impl FnOnce(&str, &[Parameter<'_>]) -> Result<(), Error>) -> Result<(), Error> {
    let (path, rest) = words.split_once(' ').unwrap_or((words, ""));
    let path = String::from_utf8(unescape(path)).unwrap();
    let line = format!("MAIL FROM:<> {rest}");
    let Ok((Command::Mail { parameters, .. }, _)) = Command::parse(line.trim_end().as_bytes(), Leniency::LENIENT)
    else {
        panic!("parameters {rest}");
    };
    let parameters: Vec<_> = parameters.iter().map(Result::unwrap).collect();
    verb(if path == "<>" { "" } else { &path }, &parameters)
}

fn describe(event: ClientEvent<'_>) -> Option<String> {
    Some(match event {
        ClientEvent::Greeting(reply) => format!("greeting {}", reply.code()),
        ClientEvent::Reply { verb, reply, .. } => format!("reply {} {}", verb.name(), reply.code()),
        ClientEvent::Delivery { recipient, last, reply, .. } => {
            format!("delivery {recipient} {}{}", reply.code(), if last { " last" } else { "" })
        }
        ClientEvent::DataReady { .. } => "ready".into(),
        ClientEvent::Challenge { text, .. } => format!("challenge {}", escape(text)).trim_end().into(),
        ClientEvent::StartTls { .. } => "starttls".into(),
        ClientEvent::Closing(reply) => format!("closing {}", reply.code()),
        other => panic!("no words for {other:?}"),
    })
}
