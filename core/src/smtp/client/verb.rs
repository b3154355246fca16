//! What a client can ask for.

use super::super::attribute::Attribute;
use super::super::command::Verb;
use super::super::extension_set::ExtensionSet;
use super::super::parameter::Parameter;
use super::super::path::Path;
use super::super::state::{Outcome, State};
use super::found::Body;
use super::machine::Machine;
use crate::buffer::Sink;
use crate::client::{Challenge, no_room};
use crate::endpoint::CommandId;
use crate::error::{Error, Misuse};
use crate::frame::{ChunkFramer, DotWriter};
use crate::sasl::{ClientMechanism, Progress};
use crate::slice::{copy, front};
use crate::text::{Decimal, check_no_control, check_word, utf8};

/// AUTH lines up to this length may carry an initial response (RFC 4954 §4).
const INITIAL_RESPONSE_LINE: usize = 512;

/// Writes a line through what it is given; called once to measure and once to write.
type Encode<'a> = dyn FnMut(&mut dyn FnMut(&[u8])) + 'a;

const LINE_END: &[u8] = b"\r\n";

impl Machine {
    /// Queues a line that the words make; they bring their own spaces.
    pub(super) fn command(&mut self, verb: Verb, words: &[&str], transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        let length = words.iter().map(|word| word.len()).sum::<usize>() + LINE_END.len();
        self.prepare(verb, length, transmit)?;
        words.iter().for_each(|word| transmit.put(word.as_bytes()));
        transmit.put(LINE_END);
        Ok(self.queued(verb, length as u16))
    }

    /// Queues the line that `encode` writes, all but its end.
    fn encoded(&mut self, verb: Verb, encode: &mut Encode<'_>, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        let mut length = LINE_END.len();
        encode(&mut |bytes| length += bytes.len());
        self.prepare(verb, length, transmit)?;
        encode(&mut |bytes| transmit.put(bytes));
        transmit.put(LINE_END);
        Ok(self.queued(verb, length as u16))
    }

    /// Makes sure that the verb has its place and a line of `length` bytes has room.
    fn prepare(&mut self, verb: Verb, length: usize, transmit: &mut dyn Sink) -> Result<(), Error> {
        self.check_open()?;
        if !self.planned.allows(verb) || self.body != Body::None {
            return Err(Misuse::OutOfOrder.into());
        }
        let limit = usize::from(self.limits.queued_commands).min(usize::from(crate::Limits::MAX_QUEUED_COMMANDS));
        if self.queue.len() >= limit {
            return Err(Misuse::Full.into());
        }
        let longest = self.limits.command_line.min(u32::from(u16::MAX));
        if length > longest as usize {
            return Err(Misuse::TooLong { limit: longest }.into());
        }
        if transmit.room(length) < length {
            return Err(no_room(length, transmit));
        }
        Ok(())
    }

    fn queued(&mut self, verb: Verb, length: u16) -> CommandId {
        self.planned = self.planned.after(verb, Outcome::wanted(verb)).unwrap_or(self.planned);
        let id = self.queue.push(verb, length);
        self.release();
        id
    }

    pub(super) fn hello(&mut self, name: &str, verb: Verb, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        check_word(name)?;
        let word = match verb {
            Verb::Helo => "HELO ",
            _ if self.is_lmtp() => "LHLO ",
            _ => "EHLO ",
        };
        self.command(verb, &[word, name], transmit)
    }

    /// Misuse, if what the server can is known and this is not in it.
    fn check_offered(&self, set: ExtensionSet) -> Result<(), Misuse> {
        if self.informed && !self.extensions.offers(set) { Err(Misuse::NotOffered) } else { Ok(()) }
    }

    pub(super) fn starttls(&mut self, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        self.check_offered(ExtensionSet::STARTTLS)?;
        self.command(Verb::StartTls, &["STARTTLS"], transmit)
    }

    /// MAIL or RCPT.
    pub(super) fn envelope(&mut self, verb: Verb, mailbox: &str, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        check_mailbox(verb, mailbox)?;
        self.command(verb, &[envelope_start(verb), mailbox, ">"], transmit)
    }

    /// MAIL or RCPT with parameters: apart, so that a program that sends none carries no code for
    /// them.
    pub(super) fn envelope_with(
        &mut self,
        verb: Verb,
        mailbox: &str,
        parameters: &[Parameter<'_>],
        transmit: &mut dyn Sink,
    ) -> Result<CommandId, Error> {
        check_mailbox(verb, mailbox)?;
        for parameter in parameters {
            self.check_offered(parameter.extension())?;
            if !parameter_is_sound(parameter) {
                return Err(Misuse::Syntax { offset: 0 }.into());
            }
        }
        let mut encode = |put: &mut dyn FnMut(&[u8])| {
            for text in [envelope_start(verb), mailbox, ">"] {
                put(text.as_bytes());
            }
            for parameter in parameters {
                put(b" ");
                parameter.encode(put);
            }
        };
        self.encoded(verb, &mut encode, transmit)
    }

    /// A command whose argument is any text; `word` brings the space before it.
    pub(super) fn argument(
        &mut self,
        verb: Verb,
        word: &str,
        argument: &str,
        transmit: &mut dyn Sink,
    ) -> Result<CommandId, Error> {
        check_no_control(argument.as_bytes())?;
        let word = if argument.is_empty() { word.trim_ascii_end() } else { word };
        self.command(verb, &[word, argument], transmit)
    }

    pub(super) fn xclient(
        &mut self,
        attributes: &[Attribute<'_>],
        transmit: &mut dyn Sink,
    ) -> Result<CommandId, Error> {
        self.check_offered(ExtensionSet::XCLIENT)?;
        for attribute in attributes {
            check_word(attribute.name)?;
        }
        let mut encode = |put: &mut dyn FnMut(&[u8])| {
            put(b"XCLIENT");
            attributes.iter().for_each(|attribute| attribute.encode(put));
        };
        self.encoded(Verb::Xclient, &mut encode, transmit)
    }

    pub(super) fn bdat(&mut self, length: u64, last: bool, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        self.check_offered(ExtensionSet::CHUNKING)?;
        let verb = if last { Verb::BdatLast } else { Verb::Bdat };
        let digits = Decimal::new(length);
        let id = self.command(verb, &["BDAT ", digits.as_str(), if last { " LAST" } else { "" }], transmit)?;
        self.chunk = ChunkFramer::new(length);
        self.body = if length > 0 { Body::Chunk } else { Body::None };
        Ok(id)
    }

    /// Takes in as much of `data` as there is room for.
    pub(super) fn send_data(&mut self, data: &[u8], transmit: &mut dyn Sink) -> Result<usize, Error> {
        self.check_open()?;
        match self.body {
            Body::None => Err(Misuse::OutOfOrder.into()),
            Body::Lines => {
                let space = transmit.space(data.len() + data.len() / 64 + 16);
                let done = self.dots.write(data, space);
                transmit.filled(done.written);
                self.visible += done.written as u32;
                if done.refused && done.taken == 0 {
                    return Err(Misuse::BareLineEnd.into());
                }
                took(done.taken, data, transmit)
            }
            Body::Chunk => {
                let mut room = transmit.room(data.len()).min(data.len());
                // Bytes that must wait are counted with their command, in 16 bits.
                if let Some(pending) = self.queue.last_held() {
                    room = room.min(usize::from(u16::MAX - pending.held));
                }
                let taken = self.chunk.next(room);
                transmit.put(front(data, taken));
                match self.queue.last_held() {
                    Some(pending) => pending.held += taken as u16,
                    None => self.visible += taken as u32,
                }
                if self.chunk.is_complete() {
                    self.body = Body::None;
                }
                took(taken, data, transmit)
            }
        }
    }

    /// Ends the message that DATA began.
    pub(super) fn finish_data(&mut self, transmit: &mut dyn Sink) -> Result<(), Error> {
        self.check_open()?;
        if self.body != Body::Lines {
            return Err(Misuse::OutOfOrder.into());
        }
        let space = transmit.space(DotWriter::FINISH_ROOM);
        if space.len() < DotWriter::FINISH_ROOM {
            return Err(transmit.no_room().into());
        }
        let written = self.dots.finish(space);
        transmit.filled(written);
        self.visible += written as u32;
        self.body = Body::None;
        self.queue.set_front(Verb::DataEnd);
        self.planned = State::Ready;
        self.release();
        Ok(())
    }

    pub(super) fn auth(
        &mut self,
        mechanism: &mut dyn ClientMechanism,
        transmit: &mut dyn Sink,
    ) -> Result<CommandId, Error> {
        self.check_offered(ExtensionSet::AUTH)?;
        self.check_open()?;
        if self.exchange.secret.1 > 0 {
            return Err(Misuse::Full.into());
        }
        // The mechanism is asked for its initial response below, so its name is copied.
        let mut name = [0; 20];
        let length = copy(mechanism.name().as_bytes(), &mut name);
        let name = utf8(front(&name, length)).unwrap_or("");
        if length < mechanism.name().len() {
            return Err(Misuse::TooLong { limit: 20 }.into());
        }
        check_word(name)?;
        let id = self.command(Verb::Auth, &["AUTH ", name], transmit)?;
        // The line is there; an initial response goes between it and its end, if it fits.
        let before = self.visible;
        let count = self.exchange.start(mechanism, INITIAL_RESPONSE_LINE - (5 + length + 2), transmit);
        match self.queue.last_held() {
            Some(pending) => pending.held += count as u16,
            None => self.visible = before + count as u32,
        }
        Ok(id)
    }

    /// Answers the challenge, or cancels if there is no mechanism.
    pub(super) fn respond(
        &mut self,
        mechanism: Option<&mut dyn ClientMechanism>,
        challenge: Challenge<'_>,
        transmit: &mut dyn Sink,
    ) -> Result<Progress, Error> {
        let (most, visible) = (self.limits.sasl_line as usize, self.visible as usize);
        match self.exchange.respond(mechanism, challenge, most, visible, transmit)? {
            Some(count) => {
                self.visible += count as u32;
                Ok(Progress::Done)
            }
            None => Ok(Progress::Working),
        }
    }
}

/// How much of `data` was taken; an error if it was nothing because there is no memory.
fn took(taken: usize, data: &[u8], transmit: &dyn Sink) -> Result<usize, Error> {
    let starved = taken == 0 && !data.is_empty() && transmit.no_room() == Misuse::NoMemory;
    if starved { Err(Misuse::NoMemory.into()) } else { Ok(taken) }
}

/// Refuses what is no mailbox, by the letter of the grammar.
fn check_mailbox(verb: Verb, mailbox: &str) -> Result<(), Misuse> {
    check_no_control(mailbox.as_bytes())?;
    // A recipient may be the bare word that RFC 5321 §4.1.1.3 allows.
    if verb == Verb::Rcpt && mailbox.eq_ignore_ascii_case("Postmaster") {
        return Ok(());
    }
    match Path::from_mailbox(mailbox) {
        Ok(path) if path.is_null() && verb == Verb::Rcpt => Err(Misuse::Syntax { offset: 0 }),
        Ok(_) => Ok(()),
        Err(error) => Err(Misuse::Syntax { offset: error.offset as u32 }),
    }
}

fn envelope_start(verb: Verb) -> &'static str {
    if verb == Verb::Mail { "MAIL FROM:<" } else { "RCPT TO:<" }
}

/// Whether the texts inside a parameter can stand on a line, in their place.
fn parameter_is_sound(parameter: &Parameter<'_>) -> bool {
    let word = |text: &str| check_word(text).is_ok();
    match parameter {
        Parameter::HoldUntil(text) => word(text),
        Parameter::Rrvs { since, .. } => word(since) && !since.as_bytes().contains(&b';'),
        Parameter::OriginalRecipient { address_type, .. } => {
            word(address_type) && !address_type.as_bytes().contains(&b';')
        }
        Parameter::Unknown { keyword, value } => {
            word(keyword) && !keyword.as_bytes().contains(&b'=') && value.is_none_or(word)
        }
        _ => true,
    }
}
