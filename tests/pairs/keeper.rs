//! The server's host: decides by plan, at once or later, and keeps what it is given.

use crate::chance::Chance;
use crate::connection::Host;
use crate::policy::{Decisions, Stage};
use mailproto::smtp::{EnhancedCode, Protocol, Server, ServerEvent, ServerOptions};
use mailproto::{Endpoint, Error, Misuse};

/// A message that was taken, as it was given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Taken {
    pub(crate) message: usize,
    pub(crate) recipients: Vec<usize>,
    pub(crate) body: Vec<u8>,
}

/// A host with a plan for each message.
pub(crate) struct Keeper {
    pub(crate) server: Server,
    lmtp: bool,
    plan: Vec<Decisions>,
    chance: Chance,
    /// The longest time it thinks about an answer, in milliseconds; 0 for none at all.
    thinks: usize,
    /// Answers to come: when, and the code, 0 for yes.
    answer: Option<(u64, u16)>,
    /// Never answers at this stage.
    pub(crate) mute_at: Option<Stage>,
    /// Shuts down when it has heard so many events.
    pub(crate) shuts_down_after: Option<usize>,
    events: usize,
    current: Option<Taken>,
    pub(crate) taken: Vec<Taken>,
    pub(crate) logins: Vec<(String, String)>,
    pub(crate) error: Option<Error>,
}

impl Keeper {
    pub(crate) fn new(options: ServerOptions<'_>, plan: Vec<Decisions>, thinks: usize, chance: Chance) -> Self {
        Self {
            lmtp: options.protocol == Protocol::Lmtp,
            server: Server::new(options).unwrap(),
            plan,
            chance,
            thinks,
            answer: None,
            mute_at: None,
            shuts_down_after: None,
            events: 0,
            current: None,
            taken: Vec::new(),
            logins: Vec::new(),
            error: None,
        }
    }

    /// Hears one event; whether there was one.
    fn hear(&mut self, now: u64) -> bool {
        let event = match self.server.next_event() {
            Ok(Some(event)) => event,
            Ok(None) => return false,
            Err(error) => {
                let new = self.error.is_none();
                self.error = Some(error);
                return new;
            }
        };
        self.events += 1;
        let mut stage = None;
        let mut login_is_wrong = false;
        let question = event.is_question();
        match event {
            ServerEvent::StartTls => {
                self.server.tls_started().unwrap();
                return true;
            }
            ServerEvent::Auth(found) => {
                self.logins.push((found.user.into(), found.password().unwrap_or_default().into()));
                login_is_wrong = (found.user, found.password()) != ("tim", Some("tanstaaf"));
            }
            ServerEvent::Mail { path, .. } => {
                let message = number_behind(path.as_str(), 'm');
                self.current = Some(Taken { message, recipients: Vec::new(), body: Vec::new() });
                stage = Some(Stage::Mail);
            }
            ServerEvent::Rcpt { path, .. } => {
                let index = number_behind(path.as_str(), 'r');
                stage = Some(Stage::Rcpt(index));
            }
            ServerEvent::DataStart { .. } => stage = Some(Stage::Data),
            ServerEvent::Data(bytes) => self.current.as_mut().unwrap().body.extend_from_slice(bytes),
            ServerEvent::DataEnd { recipient } => {
                let current = self.current.as_ref().unwrap();
                let index = recipient.map_or(0, |recipient| current.recipients[recipient as usize]);
                stage = Some(Stage::End(index));
            }
            ServerEvent::DataAborted(abort) => panic!("{abort:?}"),
            ServerEvent::Refused { code, line } => {
                // Behind a refused sender or recipients pipelined commands have no place.
                assert_eq!(code, 503, "{}", line.escape_ascii());
            }
            _ => {}
        }
        if question {
            let code = match (stage, &self.current) {
                (Some(stage), Some(current)) => self.plan[current.message].at(stage),
                _ if login_is_wrong => 535,
                _ => 0,
            };
            if stage.is_none() || stage != self.mute_at {
                self.answer = Some((now + self.chance.below(self.thinks) as u64, code));
            }
            if let Some(stage) = stage {
                self.decided(stage, code);
            }
        }
        if self.shuts_down_after.is_some_and(|after| self.events >= after) {
            self.server.shut_down();
        }
        true
    }

    /// Keeps what a decision means.
    fn decided(&mut self, stage: Stage, code: u16) {
        let Some(current) = self.current.as_mut().filter(|_| code == 0) else { return };
        match stage {
            Stage::Rcpt(index) => current.recipients.push(index),
            Stage::End(index) => {
                let mut taken = current.clone();
                if self.lmtp {
                    // Each recipient's copy is taken for itself.
                    taken.recipients = vec![index];
                }
                self.taken.push(taken);
            }
            Stage::Mail | Stage::Data => {}
        }
    }

    fn answer(&mut self, now: u64) -> bool {
        let Some((_, code)) = self.answer.filter(|(at, _)| *at <= now) else {
            return false;
        };
        // A text of two lines, so that replies have them.
        let said = match code {
            0 if self.chance.once_in(3) => self.server.accept_with("fine\nby me"),
            0 => self.server.accept(),
            code => self.server.reject(code, Some(EnhancedCode::new((code / 100) as u8, 7, 1)), "no\nnot here"),
        };
        match said {
            Ok(()) => self.answer = None,
            // What was said before must leave first.
            Err(Error::Misuse(Misuse::Full)) => return false,
            Err(error) => panic!("{error}"),
        }
        true
    }
}

impl Host for Keeper {
    type Endpoint = Server;

    fn endpoint(&mut self) -> &mut Server {
        &mut self.server
    }

    fn work(&mut self, now: u64) -> bool {
        self.answer(now) || self.hear(now)
    }

    fn wakes_at(&self) -> Option<u64> {
        self.answer.map(|(at, _)| at)
    }
}

/// The number behind a letter at the front of a mailbox, as in `m3@b.example`.
fn number_behind(mailbox: &str, letter: char) -> usize {
    let digits = mailbox.strip_prefix(letter).unwrap().split('@').next().unwrap();
    digits.parse().unwrap()
}
