//! Runs a conversation with our POP3 server.

use crate::script::{Feed, Line, Report, Script, escape, unescape};
use mailproto::pop3::{CapabilitySet, ResponseCode, Server, ServerEvent, ServerOptions};
use mailproto::sasl::{Mechanism, Mechanisms, TokenRefusal};
use mailproto::{Anomalies, Endpoint, Leniency};

struct Run {
    server: Server,
    feed: Feed,
    report: Report,
    failed: bool,
}

/// What the server sends and hears when the client's lines are fed by `feed`.
pub(crate) fn run(script: &Script, feed: Feed) -> String {
    let mut options = ServerOptions { offered: CapabilitySet::NONE, ..ServerOptions::default() };
    for word in script.setting("offered").unwrap_or_default().split_whitespace() {
        let same = |bit: &u32| CapabilitySet::from_bits(1 << bit).tags().eq([word]);
        let bit = (0..32).find(same).unwrap_or_else(|| panic!("no capability {word}"));
        options.offered = options.offered.with(CapabilitySet::from_bits(1 << bit));
    }
    if let Some(names) = script.setting("mechanisms") {
        let named = |name: &str| Mechanism::from_name(name.as_bytes()).unwrap();
        options.mechanisms = names.split(' ').map(named).fold(Mechanisms::NONE, Mechanisms::with);
    }
    options.auth_without_tls = script.has("server", "auth-without-tls");
    options.require_tls = script.has("server", "require-tls");
    options.implementation = script.setting("implementation").unwrap_or_default();
    options.expire_days = script.setting("expire").map(|days| days.parse().unwrap());
    options.login_delay = script.setting("login-delay").map_or(0, |seconds| seconds.parse().unwrap());
    if script.has("leniency", "strict") {
        options.leniency = Leniency::STRICT.with(Anomalies::EARLY_TALK);
    }
    if script.has("leniency", "lenient") {
        options.leniency = Leniency::LENIENT;
    }
    if let Some(limit) = script.setting("bad-command-limit") {
        options.limits.bad_commands = limit.parse().unwrap();
    }
    if let Some(limit) = script.setting("failed-login-limit") {
        options.limits.failed_auth = limit.parse().unwrap();
    }
    if let Some(limit) = script.setting("messages-limit") {
        options.limits.messages = limit.parse().unwrap();
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
            more |= self.transmit();
            if !more {
                return;
            }
        }
    }

    /// Takes all that waits for the client; whether there was any.
    fn transmit(&mut self) -> bool {
        let waits = self.server.wants_write();
        while self.server.wants_write() {
            let count = self.server.transmit().len().min(self.feed.transmit);
            self.report.sent(&self.server.transmit()[..count]);
            self.server.transmitted(count);
        }
        waits
    }

    fn does(&mut self, words: &str) {
        let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
        let outcome = match verb {
            "accept" if rest.is_empty() => self.server.accept(),
            "accept" => self.server.accept_with(rest),
            "greet" => {
                let (text, timestamp) = rest.rsplit_once(' ').unwrap();
                self.server.accept_with_timestamp(text, timestamp)
            }
            "reject" => {
                let (code, text) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                    Some((code, text)) => (Some(code_of(code)), text.trim_start()),
                    None => (None, rest),
                };
                self.server.reject(code, text)
            }
            "challenge" => self.server.challenge(&unescape(rest)),
            "refuse-token" => {
                let (status, scope) = rest.split_once(' ').unwrap();
                self.server.reject_token(&TokenRefusal { status, scope: Some(scope), openid_configuration: None })
            }
            "open" => {
                let (messages, octets) = rest.split_once(' ').unwrap();
                self.server.open(messages.parse().unwrap(), octets.parse().unwrap())
            }
            "size" => self.server.size(rest.parse().unwrap()),
            "unique-id" => self.server.unique_id(rest),
            "language" => {
                let (tag, description) = rest.split_once(' ').unwrap_or((rest, ""));
                self.server.language(tag, description)
            }
            "data" => {
                let data = unescape(rest);
                let mut data = &data[..];
                while !data.is_empty() {
                    data = &data[self.server.send_data(data).unwrap()..];
                    self.transmit();
                }
                Ok(())
            }
            "end" => self.server.finish_data(),
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

fn code_of(name: &str) -> ResponseCode<'_> {
    use ResponseCode::{Authentication, InUse, LoginDelay, SystemPermanent, SystemTemporary, Utf8};
    [InUse, LoginDelay, SystemTemporary, SystemPermanent, Authentication, Utf8]
        .into_iter()
        .find(|code| code.name() == name)
        .unwrap_or(ResponseCode::Other(name))
}

fn describe(event: ServerEvent<'_>) -> String {
    match event {
        ServerEvent::Connect => "connect".into(),
        ServerEvent::StartTls => "stls".into(),
        ServerEvent::Auth(credentials) => {
            let password = credentials.password().map(|password| format!(" {password}")).unwrap_or_default();
            format!("auth {} {}{password}", credentials.mechanism, credentials.user)
        }
        ServerEvent::AuthResponse { mechanism, first, response } => {
            let response = response.map_or("-".into(), escape);
            format!("response {mechanism} {}{response}", if first { "first " } else { "" }).trim_end().into()
        }
        ServerEvent::Apop { name, digest } => format!("apop {name} {digest}"),
        ServerEvent::Open => "open".into(),
        ServerEvent::Size { number } => format!("size {number}"),
        ServerEvent::UniqueId { number } => format!("unique-id {number}"),
        ServerEvent::Message { number, lines: None } => format!("message {number}"),
        ServerEvent::Message { number, lines: Some(lines) } => format!("message {number} {lines}"),
        ServerEvent::Delete { number } => format!("delete {number}"),
        ServerEvent::Reset => "reset".into(),
        ServerEvent::Update { deleted } => {
            let numbers: Vec<_> = deleted.map(|number| number.to_string()).collect();
            format!("update {}", numbers.join(" "))
        }
        ServerEvent::Utf8 => "utf8".into(),
        ServerEvent::Language { range } => format!("language {range}"),
        ServerEvent::Languages => "languages".into(),
        ServerEvent::Answered(verb) => format!("answered {}", verb.name()),
        ServerEvent::Quit => "quit".into(),
        ServerEvent::Refused { line, .. } => format!("refused {}", escape(line)).trim_end().into(),
        other => panic!("no words for {other:?}"),
    }
}
