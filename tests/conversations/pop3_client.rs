//! Runs a conversation with our POP3 client.

use crate::script::{Feed, Line, Report, Script, escape};
use mailproto::pop3::{Client, ClientEvent, ClientOptions, Response};
use mailproto::sasl::{ClientMechanism, Login, Plain};
use mailproto::{Endpoint, Error, Leniency};

struct Run {
    client: Client,
    feed: Feed,
    report: Report,
    mechanism: Option<Box<dyn ClientMechanism>>,
    failed: bool,
}

/// What the client sends and hears when the server's lines are fed by `feed`.
pub(crate) fn run(script: &Script, feed: Feed) -> String {
    let mut options = ClientOptions::default();
    if script.has("leniency", "strict") {
        options.leniency = Leniency::STRICT;
    }
    if script.has("leniency", "lenient") {
        options.leniency = Leniency::LENIENT;
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

impl Run {
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
                Ok(Some(event)) => Some(describe(event)),
                Ok(None) => None,
                Err(_) if self.failed => None,
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
        let number = || (!rest.is_empty()).then(|| rest.parse().unwrap());
        let pair = || rest.split_once(' ').unwrap();
        let client = &mut self.client;
        let outcome: Result<(), Error> = match verb {
            "capa" => client.capa().map(drop),
            "stls" => client.stls().map(drop),
            "tls" => client.tls_started(),
            "login" => client.login(pair().0, pair().1).map(drop),
            "apop" => client.apop(pair().0, pair().1).map(drop),
            "auth-plain" | "auth-login" => {
                let (user, password) = (pair().0.to_owned().leak(), pair().1.to_owned().leak());
                let mut mechanism: Box<dyn ClientMechanism> = match verb {
                    "auth-plain" => Box::new(Plain::new("", user, password).unwrap()),
                    _ => Box::new(Login::new(user, password).unwrap()),
                };
                let started = client.auth(&mut *mechanism).map(drop);
                self.mechanism = Some(mechanism);
                started
            }
            "respond" => client.auth_respond(&mut **self.mechanism.as_mut().unwrap()).map(drop),
            "cancel" => client.auth_cancel(),
            "stat" => client.stat().map(drop),
            "list" => client.list(number()).map(drop),
            "uidl" => client.uidl(number()).map(drop),
            "retr" => client.retr(number().unwrap()).map(drop),
            "top" => client.top(pair().0.parse().unwrap(), pair().1.parse().unwrap()).map(drop),
            "dele" => client.dele(number().unwrap()).map(drop),
            "rset" => client.rset().map(drop),
            "noop" => client.noop().map(drop),
            "utf8" => client.utf8().map(drop),
            "lang" => client.lang((!rest.is_empty()).then_some(rest)).map(drop),
            "quit" => client.quit().map(drop),
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
}

fn describe(event: ClientEvent<'_>) -> String {
    let said = |response: Response<'_>| {
        let status = response.status().name();
        if response.rest().is_empty() { status.to_owned() } else { format!("{status} {}", escape(response.rest())) }
    };
    match event {
        ClientEvent::Greeting(response) => format!("greeting {}", said(response)),
        ClientEvent::Response { verb, response, .. } => format!("response {} {}", verb.name(), said(response)),
        ClientEvent::Start { verb, response, .. } => format!("start {} {}", verb.name(), said(response)),
        ClientEvent::Listing { listing, .. } => format!("listing {} {}", listing.number, listing.octets),
        ClientEvent::UniqueId { listing, .. } => format!("unique-id {} {}", listing.number.unwrap(), listing.unique_id),
        ClientEvent::Capability { capability, .. } => format!("capability {capability:?}"),
        ClientEvent::Language { tag, description, .. } => format!("language {tag} {description}"),
        ClientEvent::Data { bytes, .. } => format!("data {}", escape(bytes)),
        ClientEvent::Malformed { line, .. } => format!("malformed {}", escape(line)),
        ClientEvent::End { verb, .. } => format!("end {}", verb.name()),
        ClientEvent::Challenge { text, .. } => format!("challenge {}", escape(text)),
        ClientEvent::StartTls { .. } => "starttls".into(),
        ClientEvent::Closing(response) => format!("closing {}", said(response)),
        other => panic!("no words for {other:?}"),
    }
}
