//! What a command means: the answer it gets, or the question it becomes.

use super::super::capability::CapabilitySet;
use super::super::command::{Command, CommandErrorKind, Verb};
use super::super::response::{ResponseCode, Status};
use super::super::state::Outcome;
use super::answer::{self, Answer};
use super::event::Event;
use super::found::{Advance, Found, Mode, Question};
use super::machine::Machine;
use super::marks::{self, Deleted, Marks};
use crate::buffer::Sink;
use crate::error::{Error, Misuse, ViolationKind};
use crate::sasl::{Credentials, Mechanism, Proof, ServerExchange};
use crate::slice::{Span, front};
use crate::text::{check_no_control, utf8};

/// Where the argument of USER and PASS stands in their lines.
const ARGUMENT: u32 = 5;

impl Machine {
    /// Shows what was found in `bytes` and among the marks.
    pub(super) fn event<'a>(
        &mut self,
        found: Found,
        bytes: &'a [u8],
        bits: &'a [u8],
        transmit: &mut dyn Sink,
    ) -> Event<'a> {
        let text = |span: Span| utf8(span.of(bytes)).unwrap_or_default();
        match found {
            Found::Told(event) => event,
            // What USER and PASS say is what LOGIN says.
            Found::Login { user, password } => Event::Auth(Credentials {
                mechanism: Mechanism::Login,
                authorization: "",
                user: text(user),
                proof: Proof::Password(text(password)),
            }),
            Found::Credentials { exchange, first, second } => {
                match exchange.credentials(first.of(bytes), second.of(bytes)) {
                    Ok(credentials) => Event::Auth(credentials),
                    Err(_) => {
                        self.question = None;
                        self.end_exchange();
                        self.note_failed_auth();
                        self.note_bad_command();
                        self.say(answer::AUTH_MALFORMED, transmit);
                        Event::Refused { text: answer::AUTH_MALFORMED.text, line: b"" }
                    }
                }
            }
            Found::Response { exchange, response } => Event::AuthResponse {
                mechanism: exchange.mechanism(),
                first: exchange.is_first(),
                response: response.map(|span| span.of(bytes)),
            },
            Found::Apop { name, digest } => Event::Apop { name: text(name), digest: text(digest) },
            Found::Language { range } => Event::Language { range: text(range) },
            Found::Update => Event::Update { deleted: Deleted::new(bits) },
            Found::Refused { text, line, secret } => {
                Event::Refused { text, line: if secret { b"" } else { line.of(bytes) } }
            }
        }
    }

    /// Obeys the line of `length` bytes at the front of `input`, which ends after `consumed` bytes. A name
    /// that is to be kept may have `room` bytes.
    pub(super) fn obey(
        &mut self,
        input: &mut [u8],
        length: usize,
        consumed: usize,
        room: usize,
        transmit: &mut dyn Sink,
        marks: &mut dyn Marks,
    ) -> Result<Advance, Error> {
        let line = front(input, length);
        let whole = Span { start: 0, length: length as u32 };
        let secret = is_secret(line);
        let (command, anomalies) = match Command::parse(line, self.leniency) {
            Ok(parsed) => parsed,
            Err(error) => {
                let answer = match error.kind {
                    CommandErrorKind::Unknown => answer::UNKNOWN,
                    CommandErrorKind::Number if is_digits(line.get(error.offset..).unwrap_or_default()) => {
                        answer::NO_SUCH_MESSAGE
                    }
                    _ => answer::SYNTAX,
                };
                return Ok(self.refuse(answer, consumed, whole, secret, transmit));
            }
        };
        self.anomalies |= anomalies;
        let verb = command.verb();
        if let Some(answer) = self.policy_refusal(verb) {
            return Ok(self.refuse(answer, consumed, whole, secret, transmit));
        }
        if let Some(answer) = message_of(&command).and_then(|number| self.message_refusal(number, marks.bits())) {
            return Ok(self.decline(answer, consumed, whole, false, transmit));
        }
        let advance = match command {
            Command::Capa | Command::AuthList => {
                self.mode = Mode::Announcing { verb, written: 0 };
                self.tell(consumed, Event::Answered(verb))
            }
            Command::Stls => {
                if input.len() > consumed {
                    self.offset += consumed as u64;
                    return Err(self.violation(ViolationKind::StartTlsInjection, answer::INJECTION, transmit));
                }
                self.confirm("Begin TLS", transmit);
                self.step(verb, Outcome::Success);
                self.mode = Mode::Wall { announced: false };
                self.drop_bytes(consumed)
            }
            Command::User(_) if consumed > room => {
                self.refuse(answer::TOO_LONG, consumed, Span::default(), true, transmit)
            }
            Command::User(name) => {
                // The answer is the same whether or not there is such a user (RFC 1939 §13). The line stays
                // where it is until PASS comes.
                self.name = Span { start: ARGUMENT, length: name.len() as u32 };
                self.held = consumed as u32;
                self.step(verb, Outcome::Success);
                self.confirm("Send PASS", transmit);
                self.tell(0, Event::Answered(verb))
            }
            Command::Apop { name, digest } => {
                let part = |text: &str| Span::within(text.as_bytes(), line);
                let found = Found::Apop { name: part(name), digest: part(digest) };
                self.ask_about(Question::Auth(verb), consumed, found)
            }
            Command::Auth { mechanism, initial } => {
                let initial = initial.map(|initial| Span::within(initial.as_bytes(), line));
                let offered = self.usable_mechanisms();
                let usable = Mechanism::from_name(mechanism.as_bytes()).filter(|name| offered.contains(*name));
                match usable.map(ServerExchange::new) {
                    Some(sasl) => self.start_exchange(sasl, consumed, initial, input, transmit),
                    None => self.refuse(answer::AUTH_MECHANISM, consumed, whole, secret, transmit),
                }
            }
            Command::Stat => {
                let (messages, octets) = self.drop_size();
                answer::put_numbers(transmit, b"+OK ", &[(messages, b" "), (octets, b"\r\n")]);
                self.tell(consumed, Event::Answered(verb))
            }
            Command::List(None) | Command::Uidl(None) => {
                self.start_listing(verb == Verb::Uidl, transmit);
                self.drop_bytes(consumed)
            }
            Command::List(Some(number)) => {
                self.ask(Question::Size { number, listed: false }, consumed, Event::Size { number })
            }
            Command::Uidl(Some(number)) => {
                self.ask(Question::UniqueId { number, listed: false }, consumed, Event::UniqueId { number })
            }
            Command::Retr(number) => {
                self.ask(Question::Message { lines: None }, consumed, Event::Message { number, lines: None })
            }
            Command::Top { number, lines } => {
                let lines = Some(lines);
                self.ask(Question::Message { lines }, consumed, Event::Message { number, lines })
            }
            Command::Dele(number) => self.ask(Question::Delete { number }, consumed, Event::Delete { number }),
            Command::Rset => {
                marks.clear();
                self.deleted = 0;
                self.deleted_octets = 0;
                self.confirm("Nothing is marked", transmit);
                self.tell(consumed, Event::Reset)
            }
            Command::Noop => {
                self.confirm("", transmit);
                self.tell(consumed, Event::Answered(verb))
            }
            Command::Utf8 => {
                self.utf8 = true;
                self.confirm("UTF8 enabled", transmit);
                self.tell(consumed, Event::Utf8)
            }
            Command::Lang(Some(range)) => {
                let found = Found::Language { range: Span::within(range.as_bytes(), line) };
                self.ask_about(Question::Language, consumed, found)
            }
            Command::Lang(None) => self.ask(Question::Languages { begun: false }, consumed, Event::Languages),
            Command::Quit if self.deleted > 0 => self.ask_about(Question::Update, consumed, Found::Update),
            Command::Quit => {
                self.confirm("Bye", transmit);
                self.step(verb, Outcome::Success);
                self.tell(consumed, Event::Quit)
            }
            // It has its place only behind USER, and is taken there.
            Command::Pass(_) => self.refuse(answer::OUT_OF_ORDER, consumed, whole, true, transmit),
        };
        Ok(advance)
    }

    /// PASS behind USER: the login is complete. The line of `length` bytes stands behind the held one.
    pub(super) fn pass(&mut self, input: &[u8], length: usize, consumed: usize, transmit: &mut dyn Sink) -> Advance {
        let held = core::mem::take(&mut self.held);
        let all = held as usize + consumed;
        if let Some(answer) = self.policy_refusal(Verb::Pass) {
            return self.refuse(answer, all, Span::default(), true, transmit);
        }
        debug_assert!(all <= input.len());
        let password = Span { start: held + ARGUMENT, length: (length as u32).saturating_sub(ARGUMENT) };
        self.ask_about(Question::Auth(Verb::Pass), all, Found::Login { user: self.name, password })
    }

    pub(super) fn ask_about(&mut self, question: Question, consumed: usize, found: Found) -> Advance {
        self.question = Some(question);
        self.found(consumed, found)
    }

    /// Why the policy or the order of commands forbids `verb` now.
    pub(super) fn policy_refusal(&self, verb: Verb) -> Option<Answer> {
        if self.require_tls && !self.tls && !matches!(verb, Verb::Capa | Verb::Stls | Verb::Quit) {
            return Some(answer::TLS_FIRST);
        }
        let needed = match verb {
            Verb::Stls => CapabilitySet::STLS,
            Verb::User | Verb::Pass => CapabilitySet::USER,
            Verb::Auth | Verb::AuthList => CapabilitySet::SASL,
            Verb::Top => CapabilitySet::TOP,
            Verb::Uidl | Verb::UidlOne => CapabilitySet::UIDL,
            Verb::Utf8 => CapabilitySet::UTF8,
            Verb::Lang | Verb::LangList => CapabilitySet::LANG,
            _ => CapabilitySet::NONE,
        };
        if !self.offered.contains(needed) || verb == Verb::Apop && !self.apop {
            return Some(answer::NOT_OFFERED);
        }
        if !self.state.allows(verb) {
            return Some(answer::OUT_OF_ORDER);
        }
        match verb {
            Verb::Stls if self.tls => Some(answer::TLS_ALREADY),
            Verb::Stls if self.utf8 => Some(answer::TLS_AFTER_UTF8),
            Verb::User | Verb::Pass | Verb::Auth | Verb::AuthList if !self.tls && !self.auth_without_tls => {
                Some(answer::AUTH_NEEDS_TLS)
            }
            _ => None,
        }
    }

    /// Why nothing can be done with the message.
    fn message_refusal(&self, number: u32, bits: &[u8]) -> Option<Answer> {
        if number > self.messages {
            Some(answer::NO_SUCH_MESSAGE)
        } else if marks::is_marked(bits, number) {
            Some(answer::MARKED)
        } else {
            None
        }
    }

    /// The host says yes.
    pub(super) fn accept(&mut self, text: Option<&str>, transmit: &mut dyn Sink) -> Result<(), Error> {
        let question = self.question.ok_or(Misuse::OutOfOrder)?;
        let usual = match question {
            Question::Connect => "POP3 ready",
            Question::Message { .. } => "Message follows",
            Question::Update => "Bye",
            // The answer is given when the maildrop is open.
            Question::Auth(_) | Question::AuthResponse if text.is_none() => {
                let verb = if let Question::Auth(verb) = question { verb } else { Verb::Auth };
                self.question = None;
                self.end_exchange();
                self.mode = Mode::Opening(verb);
                return Ok(());
            }
            Question::Language if text.is_some() => "",
            Question::Languages { begun } if text.is_none() => return self.end_languages(begun, transmit),
            _ => return Err(Misuse::OutOfOrder.into()),
        };
        answer::put_checked(transmit, Status::Ok, None, &[text.unwrap_or(usual)])?;
        self.question = None;
        match question {
            Question::Connect => self.step(Verb::Greeting, Outcome::Success),
            Question::Message { lines } => self.start_message(lines),
            Question::Update => self.step(Verb::Quit, Outcome::Success),
            _ => {}
        }
        self.silence.broken();
        Ok(())
    }

    /// The host takes the connection and offers APOP.
    pub(super) fn accept_with_timestamp(
        &mut self,
        text: &str,
        timestamp: &str,
        transmit: &mut dyn Sink,
    ) -> Result<(), Error> {
        if self.question != Some(Question::Connect) {
            return Err(Misuse::OutOfOrder.into());
        }
        check_timestamp(timestamp)?;
        // What the client looks for is the first thing in such brackets.
        if let Some(offset) = text.find('<') {
            return Err(Misuse::Syntax { offset: offset as u32 }.into());
        }
        answer::put_checked(transmit, Status::Ok, None, &[text, if text.is_empty() { "" } else { " " }, timestamp])?;
        self.apop = true;
        self.question = None;
        self.step(Verb::Greeting, Outcome::Success);
        self.silence.broken();
        Ok(())
    }

    /// The host says what is in the maildrop.
    pub(super) fn open(&mut self, messages: u32, octets: u64, transmit: &mut dyn Sink) -> Result<(), Error> {
        let Some(Question::Open(verb)) = self.question else {
            return Err(Misuse::OutOfOrder.into());
        };
        if transmit.room(answer::ANSWER_ROOM) < answer::ANSWER_ROOM {
            return Err(transmit.no_room().into());
        }
        // The number behind the last message must be a number, too.
        self.messages = messages.min(u32::MAX - 1);
        self.octets = octets;
        let numbers: &[(u64, &[u8])] = &[(u64::from(messages), b" messages ("), (octets, b" octets)\r\n")];
        answer::put_numbers(transmit, b"+OK maildrop has ", numbers);
        self.question = None;
        self.authenticated = true;
        self.step(verb, Outcome::Success);
        Ok(())
    }

    /// The host names one of its languages.
    pub(super) fn language(&mut self, tag: &str, description: &str, transmit: &mut dyn Sink) -> Result<(), Error> {
        let Some(Question::Languages { begun }) = self.question else {
            return Err(Misuse::OutOfOrder.into());
        };
        check_no_control(description.as_bytes())?;
        let misfit = tag.bytes().position(|byte| !byte.is_ascii_graphic() || byte == b'.');
        if let Some(offset) = misfit.or(tag.is_empty().then_some(0)) {
            return Err(Misuse::Syntax { offset: offset as u32 }.into());
        }
        let front: &[u8] = if begun { b"" } else { b"+OK Language listing follows\r\n" };
        let needed = front.len() + tag.len() + 1 + description.len() + 2;
        if transmit.room(needed) < needed {
            return Err(transmit.no_room().into());
        }
        transmit.put(front);
        transmit.put(tag.as_bytes());
        if !description.is_empty() {
            transmit.put(b" ");
            transmit.put(description.as_bytes());
        }
        transmit.put(b"\r\n");
        self.question = Some(Question::Languages { begun: true });
        Ok(())
    }

    fn end_languages(&mut self, begun: bool, transmit: &mut dyn Sink) -> Result<(), Error> {
        let end: &[u8] = if begun { b".\r\n" } else { b"+OK\r\n.\r\n" };
        if transmit.room(end.len()) < end.len() {
            return Err(transmit.no_room().into());
        }
        transmit.put(end);
        self.question = None;
        Ok(())
    }

    /// The host says no.
    pub(super) fn reject(
        &mut self,
        code: Option<ResponseCode<'_>>,
        text: &str,
        transmit: &mut dyn Sink,
    ) -> Result<(), Error> {
        let question = self.question.ok_or(Misuse::OutOfOrder)?;
        // A code is looked at whether or not it will be said.
        answer::check_texts(code, &[text])?;
        match question {
            // The list has begun, so all that can be done is to leave the message out.
            Question::Size { listed: true, .. } | Question::UniqueId { listed: true, .. } => {}
            Question::Languages { begun: true } => return Err(Misuse::OutOfOrder.into()),
            _ => {
                // A login fails in the same words whatever the host leaves open (RFC 3206 §6).
                let usual =
                    matches!(question, Question::Auth(_) | Question::AuthResponse).then_some(answer::AUTH_FAILED);
                let code = code.or(usual.and_then(|answer| answer.code));
                let text = if text.is_empty() { usual.map_or("", |answer| answer.text) } else { text };
                answer::put_checked(transmit, Status::Error, self.announced(code), &[text])?;
            }
        }
        self.question = None;
        match question {
            Question::Connect => self.step(Verb::Greeting, Outcome::Refusal),
            Question::Auth(verb) => {
                self.end_exchange();
                self.step(verb, Outcome::Refusal);
                self.note_failed_auth();
            }
            Question::AuthResponse => {
                self.end_exchange();
                self.step(Verb::Auth, Outcome::Refusal);
                self.note_failed_auth();
            }
            Question::Open(verb) => self.step(verb, Outcome::Refusal),
            Question::Update => self.step(Verb::Quit, Outcome::Refusal),
            _ => {}
        }
        self.silence.broken();
        Ok(())
    }
}

/// The message that a command is about.
fn message_of(command: &Command<'_>) -> Option<u32> {
    match command {
        Command::List(number) | Command::Uidl(number) => *number,
        Command::Retr(number) | Command::Dele(number) | Command::Top { number, .. } => Some(*number),
        _ => None,
    }
}

/// Whether a line that was refused may hold a secret.
fn is_secret(line: &[u8]) -> bool {
    [b"PASS", b"APOP", b"AUTH"].iter().any(|verb| line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(*verb)))
}

fn is_digits(text: &[u8]) -> bool {
    text.iter().take_while(|byte| **byte != b' ').all(u8::is_ascii_digit)
}

/// `timestamp = "<" *VCHAR ">"` (RFC 2449 §4), like a message id (RFC 1939 §7).
fn check_timestamp(timestamp: &str) -> Result<(), Misuse> {
    check_no_control(timestamp.as_bytes())?;
    let Some(inside) = timestamp.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) else {
        return Err(Misuse::Syntax { offset: 0 });
    };
    let misfit = inside.bytes().position(|byte| !byte.is_ascii_graphic() || matches!(byte, b'<' | b'>'));
    match misfit.or((!inside.contains('@')).then_some(inside.len())) {
        Some(offset) => Err(Misuse::Syntax { offset: offset as u32 + 1 }),
        None => Ok(()),
    }
}
