//! What the server's words mean for the work.

use super::super::capability::CapabilitySet;
use super::super::client::{Client, Event as ClientEvent};
use super::super::command::Verb;
use super::super::response::{Response, ResponseCode};
use super::event::{Failure, SkipReason};
use super::maildrop::Fate;
use super::options::Retention;
use super::session::{Errand, Login, Notice, Phase, Session};
use crate::Heap;
use crate::client::TlsPolicy;

/// A client's event, without what it borrowed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Heard {
    /// Nothing that changes the course.
    Nothing,
    Greeting {
        good: bool,
    },
    /// A command has ended.
    End {
        verb: Verb,
        good: bool,
        credentials: bool,
    },
    MessageStart,
    Data(usize),
    Challenge,
    StartTls,
}

impl Session {
    /// Keeps what the host may want to see of an event, and what the work needs to know.
    pub(super) fn hear(&mut self, event: ClientEvent<'_>) -> Heard {
        let most = self.options.messages;
        match event {
            ClientEvent::Data { bytes, .. } => return Heard::Data(bytes.len()),
            ClientEvent::UniqueId { listing, .. } => {
                if let Some(number) = listing.number {
                    self.maildrop.name(number, listing.unique_id, most);
                }
            }
            ClientEvent::Listing { listing, .. } => {
                self.maildrop.size(listing.number, listing.octets, self.named, most);
            }
            // What was left out may still be there.
            ClientEvent::Malformed { .. } => self.maildrop.partial = true,
            ClientEvent::Greeting(response) => {
                self.keep(response);
                if let Some(timestamp) = response.timestamp() {
                    self.timestamp.push_str(timestamp);
                }
                return Heard::Greeting { good: response.is_ok() };
            }
            ClientEvent::Response { verb, response, .. } => {
                self.keep(response);
                let credentials = response.code() == Some(ResponseCode::Authentication);
                return Heard::End { verb, good: response.is_ok(), credentials };
            }
            ClientEvent::Start { verb: Verb::Retr, .. } => return Heard::MessageStart,
            ClientEvent::End { verb, .. } => return Heard::End { verb, good: true, credentials: false },
            ClientEvent::Challenge { .. } => return Heard::Challenge,
            ClientEvent::StartTls { .. } => return Heard::StartTls,
            _ => {}
        }
        Heard::Nothing
    }

    /// Keeps a response for the notices that refer to it.
    fn keep(&mut self, response: Response<'_>) {
        self.response.1.clear();
        self.response.0 = response.is_ok();
        // Without memory for the server's words, what they mean is told all the same.
        if self.response.1.try_reserve(response.rest().len()).is_ok() {
            self.response.1.extend_from_slice(response.rest());
        }
    }

    /// What was heard means this for the work.
    pub(super) fn digest(&mut self, heard: Heard, client: &Client<Heap>) {
        match heard {
            Heard::Nothing => {}
            Heard::Greeting { good: true } => self.phase = Phase::Capabilities { said: false },
            Heard::Greeting { good: false } => self.fail(Failure::Greeting, true),
            Heard::Challenge => self.challenged = true,
            Heard::StartTls => {
                self.phase = Phase::Handshake;
                self.notice = Some(Notice::StartTls);
            }
            Heard::MessageStart => {
                if let Some(Errand::Fetch(index)) = self.errands.front() {
                    self.notice = Some(Notice::Message(*index));
                }
            }
            Heard::Data(length) => self.notice = Some(Notice::Data(length)),
            Heard::End { verb, good, credentials } => self.digest_end(verb, good, credentials, client),
        }
    }

    fn digest_end(&mut self, verb: Verb, good: bool, credentials: bool, client: &Client<Heap>) {
        match verb {
            Verb::Capa if self.phase == (Phase::Capabilities { said: true }) => self.after_capabilities(client),
            Verb::Stls if self.options.tls == TlsPolicy::Required => self.fail(Failure::TlsRefused, true),
            Verb::Stls => self.choose_login(client),
            Verb::Auth | Verb::Pass | Verb::Apop if good => {
                self.end_login();
                self.phase = Phase::Lists { said: 0 };
            }
            // A server that says when credentials are wrong and does not, does not take the mechanism
            // (RFC 3206 §6): the next best may do.
            Verb::Auth
                if !credentials && client.capabilities().offers(CapabilitySet::AUTH_RESP_CODE) && self.falls_back() =>
            {
                self.phase = Phase::Login { said: false };
            }
            Verb::Auth | Verb::User | Verb::Pass | Verb::Apop => self.fail(Failure::LoginRefused, true),
            Verb::Uidl if matches!(self.phase, Phase::Lists { .. }) => {
                if !good && self.options.retention != Retention::DeleteAtOnce {
                    return self.fail(Failure::NoUniqueIds, true);
                }
                self.nameless = !good;
                self.maildrop.sort();
                self.named = self.maildrop.entries.len();
            }
            Verb::List if matches!(self.phase, Phase::Lists { .. }) => {
                if !good && self.nameless {
                    return self.fail(Failure::ListRefused, true);
                }
                self.maildrop.sort();
                self.plan();
            }
            Verb::Retr => {
                if let Some(Errand::Fetch(index)) = self.errands.pop_front() {
                    self.after_message(index, good);
                }
            }
            Verb::Dele => {
                if let Some(Errand::Delete(index)) = self.errands.pop_front()
                    && !good
                {
                    self.maildrop.set_fate(index, Fate::Kept);
                }
            }
            Verb::Quit => {
                self.phase = Phase::Over;
                if !self.failed {
                    self.maildrop.prune(&mut self.seen, good);
                    self.notice = Some(Notice::Done { removed: good });
                }
            }
            _ => {}
        }
    }

    /// Takes the next best mechanism; whether there is one.
    fn falls_back(&mut self) -> bool {
        match &mut self.login {
            Some(Login::Sasl(login)) => login.fall_back(),
            _ => false,
        }
    }

    fn after_message(&mut self, index: usize, good: bool) {
        self.maildrop.set_fate(index, Fate::Left);
        self.notice = Some(if good {
            self.awaited = Some(index);
            Notice::MessageEnd
        } else {
            Notice::Skipped { index, reason: SkipReason::Refused, response: true }
        });
    }

    fn after_capabilities(&mut self, client: &Client<Heap>) {
        let wanted = matches!(self.options.tls, TlsPolicy::Opportunistic | TlsPolicy::Required);
        if wanted && !self.tls {
            if client.capabilities().offers(CapabilitySet::STLS) {
                self.phase = Phase::StartTls { said: false };
                return;
            }
            if self.options.tls == TlsPolicy::Required {
                return self.fail(Failure::TlsNotOffered, false);
            }
        }
        self.choose_login(client);
    }
}
