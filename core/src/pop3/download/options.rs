//! From whom to fetch what, and what is left behind.

use super::super::client::{ClientOptions, ClientTimeouts};
use crate::client::TlsPolicy;
use crate::leniency::Leniency;
use crate::limits::Limits;
use crate::sasl::Account;

/// The terms of one session.
#[derive(Clone, Debug)]
pub struct DownloadOptions {
    /// Whether TLS is wanted, and what happens if it cannot be had.
    pub tls: TlsPolicy,
    /// Whom to log in as. Without [`Account::mechanism`], USER and PASS will do where the server offers
    /// no better.
    pub login: Account,
    /// Log in by APOP where the greeting makes that possible, rather than in any other way.
    #[cfg(feature = "scram")]
    pub apop: bool,
    /// What becomes of messages on the server.
    pub retention: Retention,
    /// Today, in days from an origin that the host chooses and keeps.
    pub today: u32,
    /// Messages of more octets stay on the server unfetched.
    pub largest: Option<u64>,
    /// Messages that may be asked for before the first of them has come, where the server takes several
    /// commands at a time.
    pub read_ahead: u16,
    /// Messages of a maildrop that are looked at; what lies beyond waits for the next session.
    pub messages: u32,
    /// The bounds.
    pub limits: Limits,
    /// What is tolerated in responses.
    pub leniency: Leniency,
    /// How long the server may take.
    pub timeouts: ClientTimeouts,
}

impl DownloadOptions {
    /// The usual terms: TLS if it can be had, messages deleted when they have been fetched, up to a
    /// million of them.
    pub fn new(login: Account) -> Self {
        Self {
            tls: TlsPolicy::default(),
            login,
            #[cfg(feature = "scram")]
            apop: false,
            retention: Retention::DeleteAtOnce,
            today: 0,
            largest: None,
            read_ahead: 8,
            messages: 1 << 20,
            limits: Limits::default(),
            leniency: Leniency::default(),
            timeouts: ClientTimeouts::default(),
        }
    }

    pub(super) fn client(&self) -> ClientOptions {
        ClientOptions { limits: self.limits, leniency: self.leniency, timeouts: self.timeouts }
    }
}

/// What becomes of messages on the server once they have been accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Retention {
    /// They are deleted in the same session.
    #[default]
    DeleteAtOnce,
    /// They stay.
    Keep,
    /// They are deleted so many days after they were accepted.
    KeepDays(u32),
}

impl Retention {
    /// Whether a message that was accepted on `day` is to go.
    pub(super) fn is_over(self, day: u32, today: u32) -> bool {
        match self {
            Self::DeleteAtOnce => true,
            Self::Keep => false,
            Self::KeepDays(days) => today.saturating_sub(day) >= days,
        }
    }
}
