//! The course of a download: what to say next.

use super::super::capability::CapabilitySet;
use super::super::client::Client;
use super::event::{Failure, SkipReason};
use super::maildrop::{Fate, Maildrop};
use super::options::{DownloadOptions, Retention};
use super::seen::Seen;
use crate::Heap;
use crate::client::TlsPolicy;
use crate::endpoint::Endpoint;
use crate::error::{Error, Misuse};
use crate::sasl::{Account, AccountLogin, ClientExchange, Progress};
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

/// Where the work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Greeting,
    Capabilities {
        said: bool,
    },
    StartTls {
        said: bool,
    },
    Handshake,
    Login {
        said: bool,
    },
    /// So many of the commands have been said that open the maildrop.
    Lists {
        said: u8,
    },
    /// Messages, one after the other.
    Messages,
    Quit {
        said: bool,
    },
    /// Nothing more is said.
    Over,
}

/// How the login is made.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a session has one at a time")]
pub(super) enum Login {
    /// By a mechanism of SASL.
    Sasl(AccountLogin),
    /// By USER and PASS.
    Plain(Account),
    /// By APOP; the digest is on its way.
    #[cfg(feature = "scram")]
    Apop(Account, super::super::apop::ApopDigest),
}

/// A command about a message, by its index.
#[derive(Clone, Copy, Debug)]
pub(super) enum Errand {
    Fetch(usize),
    Delete(usize),
}

/// Something to tell the host. `response` means: with the response that is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Notice {
    StartTls,
    Listed,
    Message(usize),
    /// So many bytes of the client's input.
    Data(usize),
    MessageEnd,
    Skipped {
        index: usize,
        reason: SkipReason,
        response: bool,
    },
    Failed {
        failure: Failure,
        response: bool,
    },
    Done {
        removed: bool,
    },
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) options: DownloadOptions,
    pub(super) seen: Seen,
    /// The host wants no more messages.
    pub(super) finishing: bool,
    pub(super) phase: Phase,
    pub(super) maildrop: Maildrop,
    /// Messages at the front of the maildrop that have unique ids.
    pub(super) named: usize,
    /// The server has refused UIDL.
    pub(super) nameless: bool,
    /// Commands about messages that have not ended, in order.
    pub(super) errands: VecDeque<Errand>,
    /// Every message before this one has been asked for, or need not be.
    next: usize,
    /// Messages to be marked.
    pub(super) doomed: VecDeque<usize>,
    /// The message that the host is asked about.
    pub(super) awaited: Option<usize>,
    pub(super) notice: Option<Notice>,
    /// The first line that notices refer to, as far as it is text, and whether it is good.
    pub(super) response: (bool, Vec<u8>),
    pub(super) timestamp: String,
    pub(super) login: Option<Login>,
    /// How the login by SASL went.
    pub(super) outcome: Option<ClientExchange>,
    pub(super) challenged: bool,
    pub(super) tls: bool,
    pub(super) failed: bool,
    pub(super) broken: Option<Error>,
}

impl Session {
    pub(super) fn new(options: DownloadOptions, seen: Seen) -> Self {
        Self {
            tls: options.tls == TlsPolicy::Implicit,
            options,
            seen,
            phase: Phase::Greeting,
            maildrop: Maildrop::default(),
            named: 0,
            nameless: false,
            errands: VecDeque::new(),
            next: 0,
            doomed: VecDeque::new(),
            awaited: None,
            notice: None,
            response: (true, Vec::new()),
            timestamp: String::new(),
            login: None,
            outcome: None,
            finishing: false,
            challenged: false,
            failed: false,
            broken: None,
        }
    }

    /// Says what can be said now. A full queue is no failure: the rest follows later.
    pub(super) fn act(&mut self, client: &mut Client<Heap>) -> Result<(), Error> {
        let spoken = match self.phase {
            Phase::Capabilities { said: false } => {
                client.capa().map(|_| self.phase = Phase::Capabilities { said: true })
            }
            Phase::StartTls { said: false } => client.stls().map(|_| self.phase = Phase::StartTls { said: true }),
            Phase::Login { said } => self.act_login(client, said),
            Phase::Lists { said } => self.act_lists(client, said),
            Phase::Messages => self.act_messages(client),
            Phase::Quit { said: false } => client.quit().map(|_| self.phase = Phase::Quit { said: true }),
            _ => Ok(()),
        };
        match spoken {
            Err(Error::Misuse(Misuse::Full | Misuse::Closed)) => Ok(()),
            other => other,
        }
    }

    /// Whether the next login must wait until the secret of the last one has left. Nothing is heard meanwhile:
    /// what comes then is an answer to it, or should be.
    pub(super) fn is_held_up(&self, client: &Client<Heap>) -> bool {
        self.phase == Phase::Login { said: false } && client.wants_write() && client.wants_read()
    }

    fn act_login(&mut self, client: &mut Client<Heap>, said: bool) -> Result<(), Error> {
        let spoken = match &mut self.login {
            Some(Login::Sasl(login)) if !said => client.auth(login).map(drop),
            Some(Login::Sasl(login)) if self.challenged => {
                let progress = client.auth_respond(login)?;
                self.challenged = progress == Progress::Working;
                return Ok(());
            }
            Some(Login::Plain(account)) if !said => {
                let identity = account.identity();
                client.login(identity.user, identity.password.unwrap_or_default()).map(drop)
            }
            #[cfg(feature = "scram")]
            Some(Login::Apop(account, digest)) if !said => {
                client.apop(account.identity().user, digest.as_str()).map(drop)
            }
            _ => return Ok(()),
        };
        match spoken {
            Ok(()) => self.phase = Phase::Login { said: true },
            // Full, or closed: later, or never.
            Err(error @ Error::Misuse(Misuse::Full | Misuse::Closed | Misuse::NoMemory)) => return Err(error),
            // What cannot be said to this server can be no login.
            Err(_) => self.fail(Failure::LoginNotOffered, false),
        }
        Ok(())
    }

    /// What a server can do may change with the login (RFC 2449 §5), so it is asked again; together with
    /// the lists, where it takes several commands at a time.
    fn act_lists(&mut self, client: &mut Client<Heap>, said: u8) -> Result<(), Error> {
        for step in said..3 {
            match step {
                0 => client.capa()?,
                1 => client.uidl(None)?,
                _ => client.list(None)?,
            };
            self.phase = Phase::Lists { said: step + 1 };
        }
        Ok(())
    }

    fn act_messages(&mut self, client: &mut Client<Heap>) -> Result<(), Error> {
        while let Some(&index) = self.doomed.front() {
            let number = self.maildrop.entries.get(index).map_or(0, |entry| entry.number);
            client.dele(number)?;
            self.doomed.pop_front();
            self.errands.push_back(Errand::Delete(index));
        }
        let pipelining = client.capabilities().offers(CapabilitySet::PIPELINING);
        let most = if pipelining { usize::from(self.options.read_ahead.max(1)) } else { 1 };
        while !self.finishing
            && let Some(entry) = self.maildrop.entries.get(self.next)
        {
            if let Fate::Skipped(reason) = entry.fate {
                // The host hears of it when there is nothing else to hear.
                if self.notice.is_some() || self.awaited.is_some() || !self.errands.is_empty() {
                    return Ok(());
                }
                self.notice = Some(Notice::Skipped { index: self.next, reason, response: false });
                self.maildrop.set_fate(self.next, Fate::Left);
                return Ok(());
            }
            if entry.fate == Fate::New {
                let fetching = self.errands.iter().filter(|errand| matches!(errand, Errand::Fetch(_))).count();
                if fetching >= most {
                    return Ok(());
                }
                client.retr(entry.number)?;
                self.errands.push_back(Errand::Fetch(self.next));
            }
            self.next += 1;
        }
        if self.errands.is_empty() && self.awaited.is_none() && self.notice.is_none() {
            self.phase = Phase::Quit { said: false };
            return self.act(client);
        }
        Ok(())
    }

    /// Chooses how to log in.
    pub(super) fn choose_login(&mut self, client: &Client<Heap>) {
        self.phase = Phase::Login { said: false };
        let account = core::mem::replace(&mut self.options.login, Account::anonymous(""));
        let may_show = self.tls || account.allow_without_tls;
        #[cfg(feature = "scram")]
        if self.options.apop
            && !self.timestamp.is_empty()
            && let Some(password) = account.identity().password
        {
            let digest = super::super::apop::ApopDigest::new(&self.timestamp, password);
            self.login = Some(Login::Apop(account, digest));
            return;
        }
        let capabilities = client.capabilities();
        // USER and PASS can neither name another user nor another mechanism.
        let plain = account.identity().password.is_some()
            && account.mechanism.is_none()
            && account.authorization.is_empty()
            && may_show;
        let copy = if plain { Some(account.clone()) } else { None };
        self.login = match AccountLogin::new(account, capabilities.mechanisms, self.tls) {
            Ok(login) => Some(Login::Sasl(login)),
            Err(_) => copy.map(Login::Plain),
        };
        if self.login.is_none() {
            self.fail(Failure::LoginNotOffered, false);
        }
    }

    /// Decides what becomes of each message.
    pub(super) fn plan(&mut self) {
        let delete_unnamed = self.options.retention == Retention::DeleteAtOnce;
        self.maildrop.plan(&self.seen, &self.options, delete_unnamed);
        let doomed = |(index, entry): (usize, &super::maildrop::Entry)| (entry.fate == Fate::Doomed).then_some(index);
        self.doomed.extend(self.maildrop.entries.iter().enumerate().filter_map(doomed));
        self.phase = Phase::Messages;
        self.notice = Some(Notice::Listed);
    }

    /// The host has kept a message.
    pub(super) fn accepted(&mut self, index: usize) {
        let (retention, today) = (self.options.retention, self.options.today);
        let Some(entry) = self.maildrop.entries.get(index).copied() else { return };
        let mut day = today;
        if let Some(unique_id) = self.maildrop.unique_id(&entry) {
            self.seen.add(unique_id, today);
            day = self.seen.known(unique_id).map_or(today, |known| known.day);
        }
        if retention.is_over(day, today) {
            self.maildrop.set_fate(index, Fate::Doomed);
            self.doomed.push_back(index);
        } else {
            self.maildrop.set_fate(index, Fate::Kept);
        }
    }

    /// The login is over; no secret is kept.
    pub(super) fn end_login(&mut self) {
        if let Some(Login::Sasl(login)) = self.login.take() {
            self.outcome = Some(login.into_outcome());
        }
    }

    /// Nothing can be fetched.
    pub(super) fn fail(&mut self, failure: Failure, response: bool) {
        self.notice = Some(Notice::Failed { failure, response });
        self.end_login();
        self.failed = true;
        self.phase = Phase::Quit { said: false };
    }

    /// The connection is gone.
    pub(super) fn break_off(&mut self, error: Error) {
        self.phase = Phase::Over;
        self.end_login();
        // After a failure nothing was left but to say goodbye.
        if !self.failed {
            self.broken = Some(error);
        }
    }
}
