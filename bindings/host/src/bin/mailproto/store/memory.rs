//! The store that ends with the process.

use super::maildrop::{Entry, Maildrop, Place};
use super::{Content, Error, now};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that are read at a time.
const BLOCK: usize = 64 << 10;

/// Mail in memory. Clones are the same store.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Mailboxes>>);

#[derive(Default)]
struct Mailboxes {
    /// By the names of their users, from their first message on.
    inboxes: HashMap<String, Inbox>,
    /// The users whose maildrops are open.
    in_use: HashSet<String>,
}

struct Inbox {
    made: i64,
    next_uid: u32,
    messages: BTreeMap<u32, Content>,
}

impl Inbox {
    fn new() -> Self {
        Self { made: now(), next_uid: 1, messages: BTreeMap::new() }
    }
}

impl Memory {
    pub(super) async fn deliver(&self, content: &Content, users: &[String]) -> Result<(), Error> {
        // A file for each would soon be too many of them.
        let content = content.in_memory().await?;
        let mut mailboxes = self.lock();
        let full = |user| mailboxes.inboxes.get(user).is_some_and(|inbox| inbox.next_uid == u32::MAX);
        if users.iter().any(full) {
            return Err(Error::Full);
        }
        for user in users {
            let inbox = mailboxes.inboxes.entry(user.clone()).or_insert_with(Inbox::new);
            inbox.messages.insert(inbox.next_uid, content.clone());
            inbox.next_uid += 1;
        }
        Ok(())
    }

    pub(super) fn open_maildrop(&self, user: &str) -> Result<Maildrop, Error> {
        let mut mailboxes = self.lock();
        if !mailboxes.in_use.insert(user.into()) {
            return Err(Error::InUse);
        }
        let entry =
            |(uid, content): (&u32, &Content)| Entry { uid: *uid, size: content.size(), octets: content.octets() };
        let (made, entries) = match mailboxes.inboxes.get(user) {
            Some(inbox) => (inbox.made, inbox.messages.iter().map(entry).collect()),
            None => (now(), Vec::new()),
        };
        let held = Held { store: self.clone(), user: user.into() };
        Ok(Maildrop::new(entries, made, Place::Memory(held)))
    }

    /// What was changed is whole, whoever panicked.
    fn lock(&self) -> MutexGuard<'_, Mailboxes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to one maildrop, until it is dropped.
pub(super) struct Held {
    store: Memory,
    user: String,
}

impl Held {
    pub(super) fn read(&self, uid: u32, offset: u64, mut buffer: Vec<u8>) -> Result<Vec<u8>, Error> {
        let message = |inbox: &Inbox| inbox.messages.get(&uid).cloned();
        let content = self.store.lock().inboxes.get(&self.user).and_then(message).ok_or(Error::Gone)?;
        buffer.resize(BLOCK, 0);
        let count = content.read_at(offset, &mut buffer)?;
        buffer.truncate(count);
        Ok(buffer)
    }

    pub(super) fn remove(&self, uids: Vec<u32>) {
        if let Some(inbox) = self.store.lock().inboxes.get_mut(&self.user) {
            for uid in uids {
                inbox.messages.remove(&uid);
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.store.lock().in_use.remove(&self.user);
    }
}
