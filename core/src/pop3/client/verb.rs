//! What a client can ask for.

use super::super::capability::CapabilitySet;
use super::super::command::{Command, Verb};
use super::super::state::Outcome;
use super::machine::Machine;
use crate::buffer::Sink;
use crate::client::{Challenge, no_room};
use crate::endpoint::CommandId;
use crate::error::{Error, Misuse};
use crate::sasl::{ClientMechanism, Progress};
use crate::slice::{copy, front};
use crate::text::{check_no_control, check_word, utf8};

/// AUTH lines up to this length may carry an initial response (RFC 5034 §4, RFC 2449 §4).
const INITIAL_RESPONSE_LINE: usize = 255;

/// The longest name of a mechanism (RFC 4422 §3.1).
const MECHANISM_NAME: usize = 20;

impl Machine {
    /// Queues a command.
    pub(super) fn command(&mut self, command: Command<'_>, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        let verb = command.verb();
        let mut length = 0;
        command.encode(&mut |bytes| length += bytes.len());
        self.prepare(verb, length, transmit)?;
        command.encode(&mut |bytes| transmit.put(bytes));
        Ok(self.queued(&[verb], length as u16))
    }

    /// Makes sure that the verb has its place and a line of `length` bytes has room.
    fn prepare(&mut self, verb: Verb, length: usize, transmit: &mut dyn Sink) -> Result<(), Error> {
        self.check_open()?;
        if !self.planned.allows(verb) {
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

    /// The command is in the transmit buffer, `held` bytes of it to be sent together. If all goes well
    /// it is taken as these verbs, one behind the other.
    fn queued(&mut self, verbs: &[Verb], held: u16) -> CommandId {
        for verb in verbs {
            self.planned = self.planned.after(*verb, Outcome::Success).unwrap_or(self.planned);
        }
        let id = self.queue.push(verbs.first().copied().unwrap_or(Verb::Noop), held);
        self.release();
        id
    }

    /// Misuse, if what the server can is known and this is not in it.
    fn check_offered(&self, set: CapabilitySet) -> Result<(), Misuse> {
        if self.informed && !self.capabilities.offers(set) { Err(Misuse::NotOffered) } else { Ok(()) }
    }

    /// A command about one message: those have numbers from 1 (RFC 1939 §4).
    pub(super) fn about(
        &mut self,
        number: u32,
        command: Command<'_>,
        transmit: &mut dyn Sink,
    ) -> Result<CommandId, Error> {
        if number == 0 { Err(Misuse::Syntax { offset: 0 }.into()) } else { self.command(command, transmit) }
    }

    pub(super) fn stls(&mut self, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        self.check_offered(CapabilitySet::STLS)?;
        // RFC 6856 §2.1.
        if self.utf8 {
            return Err(Misuse::OutOfOrder.into());
        }
        self.command(Command::Stls, transmit)
    }

    pub(super) fn utf8(&mut self, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        self.check_offered(CapabilitySet::UTF8)?;
        let id = self.command(Command::Utf8, transmit)?;
        self.utf8 = true;
        Ok(id)
    }

    pub(super) fn lang(&mut self, range: Option<&str>, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        self.check_offered(CapabilitySet::LANG)?;
        range.map_or(Ok(()), check_word)?;
        self.command(Command::Lang(range), transmit)
    }

    /// Refuses what cannot be said as a name or password.
    fn check_credential(&self, text: &str) -> Result<(), Misuse> {
        check_no_control(text.as_bytes())?;
        if text.is_empty() {
            return Err(Misuse::Syntax { offset: 0 });
        }
        // RFC 6856 §2.2.
        if !text.is_ascii() && !self.capabilities.utf8_user { Err(Misuse::NotOffered) } else { Ok(()) }
    }

    /// USER and PASS as one command: the second line waits until the first has been taken.
    pub(super) fn login(&mut self, user: &str, password: &str, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        self.check_credential(user)?;
        self.check_credential(password)?;
        self.check_open()?;
        if self.exchange.secret.1 > 0 {
            return Err(Misuse::Full.into());
        }
        let lines = [Command::User(user), Command::Pass(password)];
        let mut lengths = [0; 2];
        for (length, line) in lengths.iter_mut().zip(lines) {
            line.encode(&mut |bytes| *length += bytes.len());
            self.prepare(Verb::User, *length, transmit)?;
        }
        let [name, secret] = lengths;
        if transmit.room(name + secret) < name + secret {
            return Err(no_room(name + secret, transmit));
        }
        transmit.set_secret();
        for line in lines {
            line.encode(&mut |bytes| transmit.put(bytes));
        }
        // Behind the space of PASS, up to the line end.
        let behind = password.len() + 2;
        self.exchange.secret = ((transmit.pending() - behind) as u32, password.len() as u32);
        self.password = secret as u32;
        Ok(self.queued(&[Verb::User, Verb::Pass], name as u16))
    }

    pub(super) fn apop(&mut self, name: &str, digest: &str, transmit: &mut dyn Sink) -> Result<CommandId, Error> {
        self.check_credential(name)?;
        check_word(digest)?;
        if !self.timestamp {
            return Err(Misuse::NotOffered.into());
        }
        if self.exchange.secret.1 > 0 {
            return Err(Misuse::Full.into());
        }
        transmit.set_secret();
        let id = self.command(Command::Apop { name, digest }, transmit)?;
        // What guesses at the password can be tried on.
        self.exchange.secret = ((transmit.pending() - digest.len() - 2) as u32, digest.len() as u32);
        Ok(id)
    }

    pub(super) fn auth(
        &mut self,
        mechanism: &mut dyn ClientMechanism,
        transmit: &mut dyn Sink,
    ) -> Result<CommandId, Error> {
        self.check_offered(CapabilitySet::SASL)?;
        self.check_open()?;
        if self.exchange.secret.1 > 0 {
            return Err(Misuse::Full.into());
        }
        // The mechanism is asked for its initial response below, so its name is copied.
        let mut name = [0; MECHANISM_NAME];
        let length = copy(mechanism.name().as_bytes(), &mut name);
        let name = utf8(front(&name, length)).unwrap_or("");
        if length < mechanism.name().len() {
            return Err(Misuse::TooLong { limit: MECHANISM_NAME as u32 }.into());
        }
        check_word(name)?;
        let id = self.command(Command::Auth { mechanism: name, initial: None }, transmit)?;
        let most = INITIAL_RESPONSE_LINE - (5 + length + 2);
        let before = self.visible;
        let count = self.exchange.start(mechanism, most, transmit) as u32;
        match self.queue.last_held() {
            Some(pending) => pending.held += count as u16,
            None => self.visible = before + count,
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
