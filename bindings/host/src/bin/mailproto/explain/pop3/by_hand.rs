//! Commands that the client's machine would not say, and their responses.
//!
//! Some break a rule, and some, such as AUTH without a mechanism, are none of its verbs.

use super::super::step::Step;
use super::rules;
use mailproto::Leniency;
use mailproto::pop3::{Outcome, Response, State, Status, Verb};

/// What a response to such a command says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The response goes on.
    More,
    /// The server asks for a response of a login.
    Challenge,
    /// The command has ended.
    End(Outcome),
    /// It is no response.
    Nothing,
}

/// The response that is being heard.
#[derive(Debug, Default)]
pub(super) struct ByHand {
    /// Behind the first line of one that has several.
    listing: bool,
}

impl ByHand {
    /// The server says a line of the response to `verb`; `None` if the line is no command at all.
    pub(super) fn hear(&mut self, line: &[u8], verb: Option<Verb>, step: &mut Step) -> Heard {
        let text = rules::text(line);
        let name = verb.map_or("what is no command", Verb::name);
        if self.listing {
            if text != b"." {
                return Heard::More;
            }
            self.listing = false;
            step.tell(format!("{name} ended"));
            return Heard::End(Outcome::Success);
        }
        let Ok((response, anomalies)) = Response::parse(text, Leniency::LENIENT) else {
            step.breaches.extend(rules::violated(mailproto::ViolationKind::MalformedResponse));
            return Heard::Nothing;
        };
        step.breaches.extend(rules::tolerated(mailproto_host::Side::Server, anomalies));
        match response.status() {
            Status::Ok if verb.is_some_and(Verb::is_multi_line) => {
                self.listing = true;
                step.tell(format!("{name} is answered"));
                Heard::More
            }
            Status::Ok => {
                step.tell(format!("{name} ended with +OK"));
                Heard::End(Outcome::Success)
            }
            Status::Error => {
                step.tell(format!("{name} ended with -ERR"));
                Heard::End(Outcome::Refusal)
            }
            Status::Continue if verb == Some(Verb::Auth) => {
                step.tell("is asked for a response of the login");
                Heard::Challenge
            }
            Status::Continue => {
                step.breach(rules::bad_continuation(verb.unwrap_or(Verb::Noop)));
                Heard::Nothing
            }
        }
    }
}

/// Where a command leads when it succeeds, wherever it was said.
pub(super) fn leads_to(verb: Verb) -> Option<State> {
    match verb {
        Verb::User => Some(State::Named),
        Verb::Pass | Verb::Apop | Verb::Auth => Some(State::Transaction),
        Verb::Stls => Some(State::Authorization),
        Verb::Quit => Some(State::Ended),
        _ => None,
    }
}
