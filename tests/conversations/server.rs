//! Runs a conversation with our server.

use crate::script::{Feed, Line, Report, Script, escape, unescape};
use mailproto::sasl::{Mechanism, Mechanisms, Proof, TokenRefusal};
use mailproto::smtp::{EnhancedCode, ExtensionSet, LineEnds, Protocol, Server, ServerEvent, ServerOptions};
use mailproto::{Anomalies, Endpoint, Leniency};

struct Run {
    server: Server,
    feed: Feed,
    report: Report,
    failed: bool,
}

/// What the server sends and hears when the client's lines are fed by `feed`.
pub(crate) fn run(script: &Script, feed: Feed) -> String {
    let mut options = ServerOptions::new("mx.example.org");
    if script.has("protocol", "lmtp") {
        options.protocol = Protocol::Lmtp;
    }
    options.offered = match script.setting("offered") {
        Some(words) => words
            .split_whitespace()
            .map(|word| {
                let same = |bit: &u32| ExtensionSet::from_bits(1 << bit).keywords().eq([word]);
                ExtensionSet::from_bits(1 << (0..32).find(same).unwrap_or_else(|| panic!("no extension {word}")))
            })
            .fold(ExtensionSet::NONE, ExtensionSet::with),
        None => ExtensionSet::NONE,
    };
    if let Some(names) = script.setting("mechanisms") {
        let named = |name: &str| Mechanism::from_name(name.as_bytes()).unwrap();
        options.mechanisms = names.split(' ').map(named).fold(Mechanisms::NONE, Mechanisms::with);
    }
    options.tls = script.has("server", "tls");
    options.auth_without_tls = script.has("server", "auth-without-tls");
    options.require_auth = script.has("server", "require-auth");
    options.require_tls = script.has("server", "require-tls");
    if script.has("server", "canonicalise") {
        options.line_ends = LineEnds::Canonicalise;
    }
    if script.has("leniency", "strict") {
        options.leniency = Leniency::STRICT.with(Anomalies::EARLY_TALK);
    }
    if script.has("leniency", "lenient") {
        options.leniency = Leniency::LENIENT;
    }
    if let Some(limit) = script.setting("message-limit") {
        options.limits.message = limit.parse().unwrap();
    }
    if let Some(limit) = script.setting("recipient-limit") {
        options.limits.recipients = limit.parse().unwrap();
    }
    if let Some(limit) = script.setting("bad-command-limit") {
        options.limits.bad_commands = limit.parse().unwrap();
    }
    if let Some(limit) = script.setting("line-limit") {
        options.limits.command_line = limit.parse().unwrap();
    }
    let mut run = Run { server: Server::new(options).unwrap(), feed, report: Report::default(), failed: false };
    run.listen();
    let mut offset = 0;
    let mut lines = script.lines.iter().peekable();
    while let Some(line) = lines.next() {
        match line {
            Line::Does(who, words) if who == "server" => run.does(words),
            Line::Wire('C', bytes) => {
                // Lines that stand together come together.
                let mut together = bytes.clone();
                while let Some(Line::Wire('C', more)) = lines.peek() {
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
    if !run.server.anomalies().is_empty() {
        let names: Vec<_> = run.server.anomalies().names().collect();
        run.report.heard(format!("anomalies {}", names.join(" ")));
    }
    run.report.text()
}

impl Run {
    fn receive(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let waiting = bytes.len();
            self.feed.receive(&mut self.server, &mut bytes);
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
            let told = match self.feed.next_event(&mut self.server, bytes) {
                Ok(Some(event)) => Some(describe(event)),
                Err(error) if !self.failed => {
                    self.failed = true;
                    Some(format!("error {error}"))
                }
                _ => None,
            };
            let mut more = told.is_some();
            if let Some(told) = told {
                self.report.heard(told);
            }
            while !self.server.transmit().is_empty() {
                let count = self.server.transmit().len().min(self.feed.transmit);
                self.report.sent(&self.server.transmit()[..count]);
                self.server.transmitted(count);
                more = true;
            }
            if !more {
                return;
            }
        }
    }

    fn does(&mut self, words: &str) {
        let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
        let outcome = match verb {
            "accept" if rest.is_empty() => self.server.accept(),
            "accept" => self.server.accept_with(rest),
            "reject" => {
                let mut parts = rest.splitn(3, ' ');
                let code = parts.next().unwrap().parse().unwrap();
                let enhanced = parts.next().and_then(|part| EnhancedCode::parse(part.as_bytes()));
                self.server.reject(code, enhanced, parts.next().unwrap_or(""))
            }
            "challenge" => self.server.challenge(&unescape(rest)),
            "refuse-token" => {
                let (status, scope) = rest.split_once(' ').unwrap();
                self.server.reject_token(&TokenRefusal { status, scope: Some(scope), openid_configuration: None })
            }
            "tls" => self.server.tls_started(),
            "shutdown" => {
                self.server.shut_down();
                Ok(())
            }
            "eof" => {
                self.server.receive_eof();
                Ok(())
            }
            other => panic!("the server cannot {other}"),
        };
        if let Err(error) = outcome {
            self.report.heard(format!("misuse {error}"));
        }
        self.listen();
    }
}

fn describe(event: ServerEvent<'_>) -> String {
    match event {
        ServerEvent::Connect => "connect".into(),
        ServerEvent::Hello { name, extended } => format!("hello {}{name}", if extended { "extended " } else { "" }),
        ServerEvent::StartTls => "starttls".into(),
        ServerEvent::Auth(credentials) => {
            let proof = match credentials.proof {
                Proof::Password(secret) | Proof::Token(secret) => secret.into(),
                Proof::External => "external".into(),
                Proof::Anonymous(trace) => format!("anonymous {trace}"),
                other => panic!("no words for {other:?}"),
            };
            let words = [credentials.mechanism.name(), credentials.user, &proof];
            let acting = match credentials.authorization {
                "" => String::new(),
                name => format!(" as {name}"),
            };
            format!("auth {}{acting}", words.join(" "))
        }
        ServerEvent::AuthResponse { mechanism, first, response } => {
            let response = response.map_or_else(|| "-".into(), escape);
            format!("response {mechanism}{} {response}", if first { " first" } else { "" }).trim_end().into()
        }
        ServerEvent::Mail { path, parameters } => format!("mail {path:?}{}", parameters.as_str()),
        ServerEvent::Rcpt { path, parameters } => format!("rcpt {path:?}{}", parameters.as_str()),
        ServerEvent::DataStart { chunking } => if chunking { "data-start chunking" } else { "data-start" }.into(),
        ServerEvent::Data(bytes) => format!("data {}", escape(bytes)),
        ServerEvent::DataEnd { recipient: None } => "data-end".into(),
        ServerEvent::DataEnd { recipient: Some(recipient) } => format!("data-end {recipient}"),
        ServerEvent::DataAborted(abort) => format!("aborted {abort:?}"),
        ServerEvent::Reset => "reset".into(),
        ServerEvent::Vrfy(text) => format!("vrfy {text}"),
        ServerEvent::Expn(text) => format!("expn {text}"),
        ServerEvent::Noop => "noop".into(),
        ServerEvent::Help(text) => format!("help {text}").trim_end().into(),
        ServerEvent::Xclient(attributes) => {
            let words: Vec<_> = attributes
                .iter()
                .map(|attribute| {
                    format!("{}={}", attribute.name, escape(&attribute.value.decode().collect::<Vec<_>>()))
                })
                .collect();
            format!("xclient {}", words.join(" "))
        }
        ServerEvent::Quit => "quit".into(),
        ServerEvent::Refused { code, line } => format!("refused {code} {}", escape(line)).trim_end().into(),
        other => panic!("no words for {other:?}"),
    }
}
