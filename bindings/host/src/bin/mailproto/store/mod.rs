//! Where `serve` keeps mail: an INBOX for each user, in memory or in a file.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `draft` | a message on its way in, and what it is once it is whole |
//! | `maildrop` | a user's messages as one session sees them, for nobody else at the same time |
//! | `memory` | the store that ends with the process |
//! | `sqlite` | the store in one file |
//! | `error` | what a store may have against something |
//!
//! ```text
//!   Draft ── finish ─▶ Content ── Store::deliver ─▶ INBOX of each recipient
//!                                                     │
//!                                  Store::open_maildrop(user)
//!                                                     ▼
//!                             Maildrop: numbers, sizes, unique ids, bytes, removal
//! ```
//!
//! A message is in every INBOX it is for, or in none. Its number there, the uid, only grows and is
//! never used twice (RFC 9051 §2.3.1.1), and so is the unique id that POP3 shows (RFC 1939 §7).

mod draft;
mod error;
mod maildrop;
mod memory;
mod sqlite;
#[cfg(test)]
mod tests;

pub(crate) use draft::{Content, Draft};
pub(crate) use error::Error;
pub(crate) use maildrop::Maildrop;

use memory::Memory;
use sqlite::Sqlite;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// All mail of all users. Clones are the same store.
#[derive(Clone)]
pub(crate) enum Store {
    /// Until the process ends.
    Memory(Memory),
    /// In a file, as long as that is there.
    Sqlite(Sqlite),
}

impl Store {
    /// Keeps mail until the process ends.
    pub(crate) fn memory() -> Self {
        Self::Memory(Memory::default())
    }

    /// Keeps mail in this SQLite file, which is made if there is none.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        Sqlite::open(path).map(Self::Sqlite)
    }

    /// Puts a message into the INBOX of each of these users, or into none of them. When this
    /// returns, the message is as safe as it will ever be here.
    pub(crate) async fn deliver(&self, content: &Content, users: &[String]) -> Result<(), Error> {
        match self {
            Self::Memory(memory) => memory.deliver(content, &owners(users)).await,
            Self::Sqlite(sqlite) => sqlite.deliver(content, owners(users)).await,
        }
    }

    /// Takes a user's INBOX for one session, as it is now; [`Error::InUse`] when another session has
    /// it. A user who never got mail has an empty one.
    pub(crate) async fn open_maildrop(&self, user: &str) -> Result<Maildrop, Error> {
        let owner = owner(user);
        match self {
            Self::Memory(memory) => memory.open_maildrop(&owner),
            Self::Sqlite(sqlite) => sqlite.open_maildrop(owner).await,
        }
    }

    /// Nothing more is delivered or removed; returns when everything is in its place.
    pub(crate) async fn end(&self) {
        if let Self::Sqlite(sqlite) = self {
            sqlite.end().await;
        }
    }
}

/// A user's name as mailboxes know it: the same one however it is written, today and tomorrow.
fn owner(user: &str) -> String {
    user.to_lowercase()
}

fn owners(users: &[String]) -> Vec<String> {
    users.iter().map(|user| owner(user)).collect()
}

/// The moment, in nanoseconds: tells mailboxes of the same name apart that were made one after the
/// other.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
