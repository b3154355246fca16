//! The server's machine, made to hear what a conversation's server heard, and to decide as it did.

use super::super::breach::Breach;
use super::super::step::Step;
use super::rules;
use mailproto::frame::{ReplyFrame, ReplyFramer};
use mailproto::sasl::Mechanisms;
use mailproto::smtp::{ExtensionSet, Outcome, Protocol, Reply, Server, ServerEvent, ServerOptions, State};
use mailproto::{Anomalies, Endpoint, Leniency, Limits};
use mailproto_host::Side;
use std::collections::{HashSet, VecDeque};

/// What a conversation's server announced, and on what terms it spoke.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) protocol: Protocol,
    pub(super) offered: ExtensionSet,
    /// The largest message.
    pub(super) size: Option<u64>,
}

impl Terms {
    fn options(self, tls: bool) -> ServerOptions<'static> {
        let mut options = ServerOptions::new("server.example");
        options.protocol = self.protocol;
        // What may be asked about is asked of the conversation.
        options.offered = self.offered.with(ExtensionSet::VRFY).with(ExtensionSet::EXPN);
        options.mechanisms = Mechanisms::ALL;
        options.auth_without_tls = true;
        options.tls = tls;
        options.leniency = Leniency::LENIENT.without(Anomalies::BARE_LF);
        options.line_ends = mailproto::smtp::LineEnds::Canonicalise;
        options.limits = Limits {
            message: self.size.filter(|size| *size > 0).unwrap_or(u64::MAX),
            recipients: u32::MAX,
            bad_commands: u16::MAX,
            failed_auth: u16::MAX,
            sasl_rounds: u16::MAX,
            ..Limits::default()
        };
        options
    }
}

/// What the conversation is made of, seen by its server.
pub(super) struct Speaker {
    terms: Terms,
    server: Server,
    /// What the client has said and the machine has not taken yet.
    pending: VecDeque<u8>,
    /// Codes of replies that the machine gave and the conversation's server has not.
    given: VecDeque<u16>,
    unread: Vec<u8>,
    /// The reply that is being said.
    reply: Vec<u8>,
    /// Lines for which the client has been told of already.
    pub(super) told: HashSet<Vec<u8>>,
    tls: bool,
    tolerated: Anomalies,
    /// The conversation's server took what the machine refused.
    strayed: bool,
    /// The machine asked for a response of a login.
    in_login: bool,
    over: bool,
}

impl Speaker {
    pub(super) fn new(terms: Terms, step: &mut Step) -> Option<Self> {
        let server = Server::new(terms.options(false)).ok()?;
        let mut speaker = Self {
            terms,
            server,
            pending: VecDeque::new(),
            given: VecDeque::new(),
            unread: Vec::new(),
            reply: Vec::new(),
            told: HashSet::new(),
            tls: false,
            tolerated: Anomalies::NONE,
            strayed: false,
            in_login: false,
            over: false,
        };
        speaker.advance(step);
        Some(speaker)
    }

    pub(super) fn state(&self) -> State {
        if self.over { State::Ended } else { self.server.state() }
    }

    /// Whether the machine waits for a response of a login too.
    pub(super) fn in_login(&self) -> bool {
        self.in_login
    }

    /// Whether the conversation's server took what the machine refused.
    pub(super) fn has_strayed(&self) -> bool {
        self.strayed
    }

    /// The client says a line.
    pub(super) fn hear(&mut self, line: &[u8], step: &mut Step) {
        // Where LF alone ends a line, the client's machine has told of it.
        match line.strip_suffix(b"\n") {
            Some(text) if !text.ends_with(b"\r") && self.state() != State::Data => {
                self.pending.extend(text);
                self.pending.extend(b"\r\n");
            }
            _ => self.pending.extend(line),
        }
        self.advance(step);
    }

    /// The server says a line; at the last one of a reply it decides.
    pub(super) fn say(&mut self, line: &[u8], step: &mut Step) {
        self.reply.extend_from_slice(line);
        let whole = matches!(ReplyFramer::default().next(&self.reply, usize::MAX), ReplyFrame::Reply { .. });
        if !whole {
            step.tell("goes on with the reply");
            return;
        }
        let bytes = std::mem::take(&mut self.reply);
        // What is no reply at all, the client's machine tells of.
        let Ok(reply) = Reply::parse(&bytes) else { return };
        self.decide(&reply, step);
        self.advance(step);
    }

    fn decide(&mut self, reply: &Reply<'_>, step: &mut Step) {
        let code = reply.code();
        self.read_given();
        if self.given.is_empty() && self.server.awaits_answer() {
            self.answer(reply, step);
            self.read_given();
            self.given.pop_front();
            return;
        }
        match self.given.pop_front() {
            Some(own) => {
                step.tell(format!("replies {code}"));
                let agreed = Outcome::of(own) == Outcome::of(code);
                if !agreed {
                    self.diverge(own, code, step);
                }
            }
            None if code == 421 => {
                step.tell("ends the session");
                self.over = true;
            }
            None => step.tell(format!("says {code} that nothing asked for")),
        }
        self.over |= code == 421;
    }

    /// Decides as the conversation's server did.
    fn answer(&mut self, reply: &Reply<'_>, step: &mut Step) {
        let code = reply.code();
        if matches!(Outcome::of(code), Outcome::Refusal) {
            step.tell(format!("refuses with {code}"));
            // Any text does: it is not looked at again.
            let _ = self.server.reject(if (400..=599).contains(&code) { code } else { 550 }, reply.enhanced(), "no");
        } else {
            step.tell(format!("accepts with {code}"));
            // What is asked does not matter: a login goes on, or is good.
            let _ = if code == 334 { self.server.challenge(b"") } else { self.server.accept() };
        }
        self.over |= code == 421;
    }

    /// The conversation's server did something else than the machine.
    fn diverge(&mut self, own: u16, code: u16, step: &mut Step) {
        match (Outcome::of(own), Outcome::of(code)) {
            (Outcome::Refusal, _) => {
                step.tell(format!("takes what the rules refuse with {own}"));
                self.strayed = true;
            }
            (_, Outcome::Refusal) if self.server.state() == State::Handshake => {
                step.tell("goes on without TLS");
                self.bring_to(State::Ready);
            }
            (_, Outcome::Refusal) if matches!(code, 500 | 502) => {
                let rule = format!("{code} to a command that every server knows, and takes with at least 512 bytes");
                step.breach(Breach::new(Side::Server, rule, "RFC 5321 §4.5.1"));
            }
            _ => {}
        }
    }

    /// The machine stands where the conversation does, whatever it thinks of the way.
    pub(super) fn bring_to(&mut self, state: State) {
        let Ok(server) = Server::new(self.terms.options(self.tls)) else { return };
        self.server = server;
        self.given.clear();
        self.unread.clear();
        self.tolerated = Anomalies::NONE;
        self.over = state == State::Ended;
        self.strayed = false;
        self.in_login = false;
        let hello: &[u8] =
            if self.terms.protocol == Protocol::Lmtp { b"LHLO x.example\r\n" } else { b"EHLO x.example\r\n" };
        let steps: &[&[u8]] = &[hello, b"MAIL FROM:<>\r\n", b"RCPT TO:<a@x.example>\r\n", b"DATA\r\n"];
        let count = match state {
            State::Connected => return,
            State::Ready => 1,
            State::Sender => 2,
            State::Recipients | State::Chunks => 3,
            State::Data => 4,
            _ => 0,
        };
        self.say_yes();
        for line in &steps[..count] {
            self.server.receive(line);
            self.say_yes();
        }
    }

    /// Accepts whatever is asked, and forgets the replies.
    fn say_yes(&mut self) {
        while let Ok(Some(event)) = self.server.next_event() {
            if event.is_question() {
                let _ = self.server.accept();
            }
        }
        let sent = self.server.transmit().len();
        self.server.transmitted(sent);
    }

    /// Feeds the machine and takes its events until it waits.
    fn advance(&mut self, step: &mut Step) {
        loop {
            while !self.server.awaits_answer() && self.take_event(step) {}
            self.read_given();
            let bytes = self.pending.make_contiguous();
            let taken = self.server.receive(bytes);
            self.pending.drain(..taken);
            if taken == 0 || self.over {
                break;
            }
        }
        let anomalies = self.server.anomalies();
        // These the client's machine has told of already.
        let told = self.tolerated | Anomalies::BARE_LINE_END_IN_DATA | Anomalies::EARLY_TALK;
        let new = Anomalies::from_bits(anomalies.bits() & !told.bits());
        self.tolerated = anomalies;
        step.breaches.extend(rules::tolerated(Side::Client, new));
    }

    fn take_event(&mut self, step: &mut Step) -> bool {
        let mut begins_tls = false;
        match self.server.next_event() {
            Ok(None) => return false,
            Ok(Some(ServerEvent::Data(_))) => {
                if step.events.last().is_none_or(|last| last != "takes a part of the message") {
                    step.tell("takes a part of the message");
                }
            }
            Ok(Some(ServerEvent::Refused { code, line })) => {
                step.tell(format!("refuses by itself, with {code}"));
                // What is refused in the middle of something shows no line, unless it was too long.
                let shown = code == 500 || !line.is_empty();
                if !self.told.remove(line) && shown {
                    step.breaches.extend(rules::refused(code));
                }
            }
            Ok(Some(event)) => {
                begins_tls = event == ServerEvent::StartTls;
                step.tell(describe(&event));
            }
            Err(error) => {
                step.tell(error.to_string());
                if let mailproto::Error::Protocol(violation) = error {
                    step.breaches.extend(rules::violated(violation.kind));
                }
                self.over = true;
                return false;
            }
        }
        if begins_tls {
            // The 220 is not given yet in the conversation.
            self.read_given();
            self.tls = self.server.tls_started().is_ok();
        }
        self.read_given();
        true
    }

    /// Notes the codes of what the machine says.
    fn read_given(&mut self) {
        self.unread.extend_from_slice(self.server.transmit());
        let sent = self.server.transmit().len();
        self.server.transmitted(sent);
        while let ReplyFrame::Reply { consumed, code, .. } = ReplyFramer::default().next(&self.unread, usize::MAX) {
            let code = code.iter().fold(0, |code, digit| code * 10 + u16::from(digit.wrapping_sub(b'0')));
            self.in_login = code == 334;
            self.given.push_back(code);
            self.unread.drain(..consumed);
        }
    }
}

fn describe(event: &ServerEvent<'_>) -> String {
    match event {
        ServerEvent::Connect => "has a client: greet it?".into(),
        ServerEvent::Hello { name, extended } => {
            format!("asks: serve {name}{}?", if *extended { ", by extensions" } else { "" })
        }
        ServerEvent::StartTls => "TLS begins".into(),
        ServerEvent::Auth(credentials) => format!("asks: is it really {}?", credentials.user.escape_debug()),
        ServerEvent::AuthResponse { mechanism, .. } => format!("asks: how does {mechanism} go on?"),
        ServerEvent::Mail { path, .. } => format!("asks: take mail from {path:?}?"),
        ServerEvent::Rcpt { path, .. } => format!("asks: take mail for {path:?}?"),
        ServerEvent::DataStart { chunking: false } => "asks: take a message now?".into(),
        ServerEvent::DataStart { chunking: true } => "asks: take a message by chunks?".into(),
        ServerEvent::DataEnd { recipient: None } => "asks: is the message safe?".into(),
        ServerEvent::DataEnd { recipient: Some(recipient) } => {
            format!("asks: is the message safe for recipient {}?", recipient + 1)
        }
        ServerEvent::DataAborted(abort) => format!("refuses the message: {abort:?}"),
        ServerEvent::Reset => "forgets the transaction".into(),
        ServerEvent::Vrfy(text) => format!("asks: is there {}?", text.escape_debug()),
        ServerEvent::Expn(text) => format!("asks: who is {}?", text.escape_debug()),
        ServerEvent::Noop => "does nothing".into(),
        ServerEvent::Help(_) => "helps".into(),
        ServerEvent::Xclient(_) => "asks: believe the proxy?".into(),
        ServerEvent::Quit => "says goodbye".into(),
        _ => "hears something".into(),
    }
}

/// What every reply to EHLO in a conversation announces, taken together.
pub(super) fn announced<'a>(replies: impl Iterator<Item = &'a [u8]>) -> (ExtensionSet, Option<u64>) {
    let mut bytes: Vec<u8> = Vec::new();
    let (mut offered, mut size) = (ExtensionSet::ENHANCED_STATUS_CODES, None);
    for line in replies {
        bytes.extend_from_slice(line);
        if !matches!(ReplyFramer::default().next(&bytes, usize::MAX), ReplyFrame::Reply { .. }) {
            continue;
        }
        if let Ok(reply) = Reply::parse(&bytes)
            && reply.code() == 250
        {
            for extension in reply.extensions() {
                offered = offered.with(extension.set());
                if let mailproto::smtp::Extension::Size(Some(most)) = extension {
                    size = Some(most);
                }
            }
        }
        bytes.clear();
    }
    (offered, size)
}
