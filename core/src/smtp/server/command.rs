//! What a command means: the event it becomes, the answer it gets.

use super::super::command::{Command, CommandError, Verb};
use super::super::extension_set::ExtensionSet;
use super::super::parameter::{BodyType, Parameter, Parameters};
use super::super::path::Path;
use super::super::state::{Outcome, State};
use super::super::status::EnhancedCode;
use super::answer::{self, Answer};
use super::event::Event;
use super::found::{Found, Question};
use super::machine::Machine;
use crate::buffer::Sink;
use crate::error::{Error, Misuse};
use crate::sasl::Mechanism;
use crate::text::check_no_control;

impl Machine {
    /// Reads what was found in `bytes`, answers what needs no host, and tells the rest.
    pub(super) fn event<'a>(&mut self, found: Found, bytes: &'a [u8], transmit: &mut dyn Sink) -> Event<'a> {
        match found {
            Found::Connect => Event::Connect,
            Found::StartTls => Event::StartTls,
            Found::ChunkStart => Event::DataStart { chunking: true },
            Found::Data(piece) => Event::Data(piece.of(bytes)),
            Found::LineEnd { length } => Event::Data(b"\r\n".get(..length).unwrap_or(b"")),
            Found::DataEnd { recipient } => Event::DataEnd { recipient },
            Found::Aborted(abort) => Event::DataAborted(abort),
            Found::TooLongLine => self.refuse(answer::TOO_LONG, b"", transmit),
            Found::AuthFailed(answer) => {
                self.resume_after_auth();
                self.note_failed_auth();
                self.refuse(answer, b"", transmit)
            }
            Found::Credentials { exchange, first, second } => {
                match exchange.credentials(first.of(bytes), second.of(bytes)) {
                    Ok(credentials) => Event::Auth(credentials),
                    Err(_) => {
                        self.question = None;
                        self.resume_after_auth();
                        self.note_failed_auth();
                        self.refuse(answer::AUTH_MALFORMED, b"", transmit)
                    }
                }
            }
            Found::Response { exchange, response } => Event::AuthResponse {
                mechanism: exchange.mechanism(),
                first: exchange.is_first(),
                response: response.map(|span| span.of(bytes)),
            },
            Found::Line { length } => self.line(bytes.get(..length).unwrap_or(bytes), transmit),
        }
    }

    fn line<'a>(&mut self, line: &'a [u8], transmit: &mut dyn Sink) -> Event<'a> {
        let is_mail = line.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case(b"MAIL"));
        match Command::parse(line, self.leniency) {
            Ok((command, anomalies)) => {
                self.anomalies |= anomalies;
                match self.obey(command, transmit) {
                    Ok(event) => event,
                    Err(answer) if self.could_not_know(command.verb()) => {
                        self.say(answer, transmit);
                        Event::Refused { code: answer.code, line }
                    }
                    Err(answer) => {
                        self.sender_refused |= is_mail;
                        self.refuse(answer, line, transmit)
                    }
                }
            }
            Err(CommandError { kind, .. }) => {
                self.sender_refused |= is_mail;
                self.refuse(answer::to_malformed(kind, is_mail), line, transmit)
            }
        }
    }

    /// Whether `verb` may have been sent before its client could know that the sender or the
    /// recipients it belongs to are refused (RFC 2920 §3.1). That is no fault of the client's.
    pub(super) fn could_not_know(&self, verb: Verb) -> bool {
        match verb {
            Verb::Rcpt => self.sender_refused && self.state == State::Ready,
            Verb::Data | Verb::Bdat | Verb::BdatLast => {
                self.state == State::Sender || self.sender_refused && self.state == State::Ready
            }
            _ => false,
        }
    }

    /// Says no to a line. AUTH lines are not shown: they can hold a secret.
    fn refuse<'a>(&mut self, answer: Answer, line: &'a [u8], transmit: &mut dyn Sink) -> Event<'a> {
        self.note_bad_command();
        self.say(answer, transmit);
        let secret = line.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH"));
        Event::Refused { code: answer.code, line: if secret { b"" } else { line } }
    }

    /// Why the policy or the order of commands forbids `verb` now.
    pub(super) fn policy_refusal(&self, verb: Verb) -> Option<Answer> {
        let always = matches!(verb, Verb::Ehlo | Verb::Helo | Verb::StartTls | Verb::Noop | Verb::Quit | Verb::Rset);
        if self.require_tls && !self.tls && !always {
            return Some(answer::TLS_FIRST);
        }
        if verb == Verb::Mail && self.require_auth && !self.authenticated && self.state.allows(verb) {
            return Some(answer::AUTH_FIRST);
        }
        if matches!(verb, Verb::Bdat | Verb::BdatLast) && !self.offers(ExtensionSet::CHUNKING) {
            return Some(answer::NOT_OFFERED);
        }
        let has_sender = matches!(self.state, State::Sender | State::Recipients);
        (!self.state.allows(verb)).then(|| answer::to_misplaced(verb, has_sender))
    }

    fn offers(&self, set: ExtensionSet) -> bool {
        self.announcement().offered.contains(set)
    }

    /// Why AUTH by `mechanism` cannot be tried now (RFC 4954 §4).
    pub(super) fn auth_refusal(&self, mechanism: &str) -> Option<Answer> {
        if !self.configured(ExtensionSet::AUTH) {
            return Some(answer::NOT_OFFERED);
        }
        if self.authenticated {
            return Some(answer::AUTH_TWICE);
        }
        if !self.tls && !self.auth_without_tls {
            return Some(answer::AUTH_NEEDS_TLS);
        }
        let known = Mechanism::from_name(mechanism.as_bytes())
            .is_some_and(|mechanism| self.usable_mechanisms().contains(mechanism));
        match self.policy_refusal(Verb::Auth) {
            None if !known => Some(answer::AUTH_MECHANISM),
            refusal => refusal,
        }
    }

    /// Why STARTTLS cannot begin now (RFC 3207 §4).
    pub(super) fn start_tls_refusal(&self) -> Option<Answer> {
        if !self.offers(ExtensionSet::STARTTLS) {
            return Some(answer::NOT_OFFERED);
        }
        self.policy_refusal(Verb::StartTls)
    }

    fn obey<'a>(&mut self, command: Command<'a>, transmit: &mut dyn Sink) -> Result<Event<'a>, Answer> {
        match command {
            // Greeting by the wrong protocol's verb (RFC 2033 §4.1).
            Command::Lhlo(_) if !self.is_lmtp() => {
                return Err(answer::to_malformed(super::super::CommandErrorKind::Unknown, false));
            }
            Command::Ehlo(_) | Command::Helo(_) if self.is_lmtp() => {
                return Err(answer::to_malformed(super::super::CommandErrorKind::Unknown, false));
            }
            Command::Auth { mechanism, .. } => {
                return Err(self.auth_refusal(mechanism).unwrap_or(answer::OUT_OF_ORDER));
            }
            Command::StartTls => return Err(self.start_tls_refusal().unwrap_or(answer::OUT_OF_ORDER)),
            Command::Xclient(_) if !self.offers(ExtensionSet::XCLIENT) => return Err(answer::NOT_OFFERED),
            _ => {}
        }
        if let Some(refusal) = self.policy_refusal(command.verb()) {
            return Err(refusal);
        }
        match command {
            Command::Ehlo(name) | Command::Lhlo(name) => {
                Ok(self.ask_host(Question::Hello { extended: true }, Event::Hello { name, extended: true }))
            }
            Command::Helo(name) => {
                Ok(self.ask_host(Question::Hello { extended: false }, Event::Hello { name, extended: false }))
            }
            Command::Mail { path, parameters } => self.mail(path, parameters),
            Command::Rcpt { path, parameters } => self.rcpt(path, parameters),
            Command::Data if self.binary => Err(answer::NEEDS_BDAT),
            Command::Data => {
                self.start_message();
                Ok(self.ask_host(Question::DataStart { chunking: false }, Event::DataStart { chunking: false }))
            }
            Command::Rset => {
                self.end_transaction();
                self.say(answer::OK, transmit);
                Ok(Event::Reset)
            }
            Command::Vrfy(argument) if self.offers(ExtensionSet::VRFY) => {
                Ok(self.ask_host(Question::Vrfy, Event::Vrfy(argument)))
            }
            Command::Vrfy(argument) => {
                self.say(answer::CANNOT_VERIFY, transmit);
                Ok(Event::Refused { code: answer::CANNOT_VERIFY.code, line: argument.as_bytes() })
            }
            Command::Expn(argument) if self.offers(ExtensionSet::EXPN) => {
                Ok(self.ask_host(Question::Expn, Event::Expn(argument)))
            }
            Command::Expn(_) => Err(answer::NOT_OFFERED),
            Command::Help(argument) => {
                self.say(answer::HELP, transmit);
                Ok(Event::Help(argument))
            }
            Command::Noop(_) => {
                self.say(answer::OK, transmit);
                Ok(Event::Noop)
            }
            Command::Quit => {
                answer::put_text(transmit, 221, self.enhanced(Some(EnhancedCode::new(2, 0, 0))), "Bye");
                self.state = State::Ended;
                Ok(Event::Quit)
            }
            Command::Xclient(attributes) => Ok(self.ask_host(Question::Xclient, Event::Xclient(attributes))),
            _ => Err(answer::OUT_OF_ORDER),
        }
    }

    fn ask_host<'a>(&mut self, question: Question, event: Event<'a>) -> Event<'a> {
        self.question = Some(question);
        event
    }

    fn mail<'a>(&mut self, path: Path<'a>, parameters: Parameters<'a>) -> Result<Event<'a>, Answer> {
        let (mut smtputf8, mut binary) = (false, false);
        self.check_parameters(parameters, false, |parameter| {
            smtputf8 |= parameter == Parameter::SmtpUtf8;
            binary |= parameter == Parameter::Body(BodyType::BinaryMime);
        })?;
        if !path.is_ascii() && !smtputf8 {
            return Err(answer::NEEDS_SMTPUTF8);
        }
        self.smtputf8 = smtputf8;
        self.binary = binary;
        self.recipients = 0;
        Ok(self.ask_host(Question::Mail, Event::Mail { path, parameters }))
    }

    fn rcpt<'a>(&mut self, path: Path<'a>, parameters: Parameters<'a>) -> Result<Event<'a>, Answer> {
        if self.recipients >= self.limits.recipients {
            return Err(answer::TOO_MANY_RECIPIENTS);
        }
        self.check_parameters(parameters, true, |_| {})?;
        if !path.is_ascii() && !self.smtputf8 {
            return Err(answer::NEEDS_SMTPUTF8);
        }
        Ok(self.ask_host(Question::Rcpt, Event::Rcpt { path, parameters }))
    }

    /// Each parameter belongs to an offered extension and to this command, stands once and makes
    /// sense (RFC 5321 §4.1.1.11).
    fn check_parameters<'a>(
        &self,
        parameters: Parameters<'a>,
        for_recipient: bool,
        mut each: impl FnMut(Parameter<'a>),
    ) -> Result<(), Answer> {
        let offered = self.announcement().offered;
        let mut seen = 0_u32;
        for parameter in parameters.iter() {
            let parameter = parameter.map_err(|_| answer::BAD_PARAMETER)?;
            let extension = parameter.extension();
            // AUTH= may stand whatever the client may do now (RFC 4954 §5).
            let known = !extension.is_empty()
                && (offered.contains(extension) || parameter.keyword() == "AUTH" && self.configured(extension));
            if !known || parameter.is_for_recipient() != for_recipient {
                return Err(answer::UNKNOWN_PARAMETER);
            }
            let bit = keyword_bit(&parameter);
            if seen & bit != 0 {
                return Err(answer::BAD_PARAMETER);
            }
            seen |= bit;
            if matches!(parameter, Parameter::Size(size) if size > self.limits.message) {
                return Err(answer::TOO_LARGE);
            }
            each(parameter);
        }
        Ok(())
    }

    /// The host says yes.
    pub(super) fn accept(&mut self, text: Option<&str>, transmit: &mut dyn Sink) -> Result<(), Error> {
        let question = self.question.ok_or(Misuse::OutOfOrder)?;
        check_lines(text.unwrap_or_default())?;
        let answer = match question {
            Question::Connect => return self.accept_connection(text, transmit),
            Question::Hello { extended } => return self.accept_hello(extended, text, transmit),
            Question::DataStart { chunking: true } => {
                self.question = None;
                return Ok(());
            }
            Question::Auth | Question::AuthResponse => answer::AUTHENTICATED,
            Question::Mail => answer::SENDER_OK,
            Question::Rcpt => answer::RECIPIENT_OK,
            Question::DataStart { chunking: false } => answer::GO_AHEAD,
            Question::DataEnd => answer::MESSAGE_TAKEN,
            // Only a text of the host's says that there is such a mailbox (RFC 5321 §3.5.3).
            Question::Vrfy | Question::Expn if text.is_some() => answer::RECIPIENT_OK,
            Question::Vrfy | Question::Expn => answer::CANNOT_VERIFY,
            Question::Xclient => return self.accept_connection(text, transmit),
        };
        self.reply(answer.code, answer.enhanced, text.unwrap_or(answer.text), transmit)?;
        self.question = None;
        match question {
            Question::Auth | Question::AuthResponse => {
                self.authenticated = true;
                self.resume_after_auth();
            }
            Question::Mail => {
                self.state = State::Sender;
                self.sender_refused = false;
            }
            Question::Rcpt => {
                self.state = State::Recipients;
                self.recipients += 1;
            }
            Question::DataStart { .. } => {
                self.state = State::Data;
                self.start_data();
            }
            _ => {}
        }
        Ok(())
    }

    fn accept_connection(&mut self, text: Option<&str>, transmit: &mut dyn Sink) -> Result<(), Error> {
        let protocol = if self.is_lmtp() { "LMTP" } else { "ESMTP" };
        let text = text.unwrap_or(protocol);
        let name = *self.name();
        // The name stands in the first line; each line end of the text becomes `CR LF 220` and `-` or a space.
        let needed = 4 + name.as_bytes().len() + 1 + text.len() + 2 + 5 * text.matches('\n').count();
        if transmit.room(needed) < needed {
            return Err(transmit.no_room().into());
        }
        let mut lines = text.split('\n').enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            transmit.put(if lines.peek().is_some() { b"220-" } else { b"220 " });
            if index == 0 {
                transmit.put(name.as_bytes());
                transmit.put(b" ");
            }
            transmit.put(line.as_bytes());
            transmit.put(b"\r\n");
        }
        self.question = None;
        self.state = State::Connected.after(Verb::Greeting, Outcome::Success).unwrap_or(State::Greeted);
        self.end_greeting();
        Ok(())
    }

    fn accept_hello(&mut self, extended: bool, text: Option<&str>, transmit: &mut dyn Sink) -> Result<(), Error> {
        let name = *self.name();
        if extended {
            let announcement = self.announcement();
            let mut needed = 0;
            announcement.encode(&name, &mut |bytes| needed += bytes.len());
            if transmit.room(needed) < needed {
                return Err(transmit.no_room().into());
            }
            announcement.encode(&name, &mut |bytes| transmit.put(bytes));
        } else {
            let own = core::str::from_utf8(name.as_bytes()).unwrap_or("");
            self.reply(250, None, text.unwrap_or(own), transmit)?;
        }
        self.question = None;
        self.state = State::Ready;
        self.end_transaction();
        Ok(())
    }

    /// The host says no.
    pub(super) fn reject(
        &mut self,
        code: u16,
        enhanced: Option<EnhancedCode>,
        text: &str,
        transmit: &mut dyn Sink,
    ) -> Result<(), Error> {
        let question = self.question.ok_or(Misuse::OutOfOrder)?;
        if !(400..=599).contains(&code) {
            return Err(Misuse::ReplyCode.into());
        }
        self.reply(code, enhanced, text, transmit)?;
        self.question = None;
        match question {
            Question::Auth | Question::AuthResponse => {
                self.note_failed_auth();
                self.resume_after_auth();
            }
            Question::Mail => self.sender_refused = true,
            Question::DataStart { chunking: true } => {
                self.refuse_chunks(Answer { code, enhanced, text: "Message refused" });
            }
            Question::Connect => self.end_greeting(),
            _ => {}
        }
        if code == 421 {
            self.state = State::Ended;
        }
        Ok(())
    }

    /// Writes a reply of the host's, if there is room for all of it.
    fn reply(
        &mut self,
        code: u16,
        enhanced: Option<EnhancedCode>,
        text: &str,
        transmit: &mut dyn Sink,
    ) -> Result<(), Misuse> {
        check_lines(text)?;
        let enhanced = self.enhanced(enhanced);
        let needed = answer::length(code, enhanced, text);
        if transmit.room(needed) < needed {
            return Err(transmit.no_room());
        }
        answer::put_text(transmit, code, enhanced, text);
        Ok(())
    }
}

/// Refuses CR and NUL in a text whose LF become line ends.
fn check_lines(text: &str) -> Result<(), Misuse> {
    text.split('\n').try_for_each(|line| check_no_control(line.as_bytes()))
}

/// One bit for each keyword that may stand once.
fn keyword_bit(parameter: &Parameter<'_>) -> u32 {
    1 << match parameter {
        Parameter::Size(_) => 0,
        Parameter::Body(_) => 1,
        Parameter::SmtpUtf8 => 2,
        Parameter::Return(_) => 3,
        Parameter::EnvelopeId(_) => 4,
        Parameter::Auth(_) => 5,
        Parameter::RequireTls => 6,
        Parameter::DeliverBy { .. } => 7,
        Parameter::MtPriority(_) => 8,
        Parameter::HoldFor(_) | Parameter::HoldUntil(_) => 9,
        Parameter::Notify(_) => 10,
        Parameter::OriginalRecipient { .. } => 11,
        Parameter::Rrvs { .. } => 12,
        Parameter::Unknown { .. } => 13,
    }
}
