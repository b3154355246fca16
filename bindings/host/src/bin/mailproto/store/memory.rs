//! The store that ends with the process.

use super::draft::blocking;
use super::maildrop::{Entry, Maildrop, Place};
use super::{Content, Error, now};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that are read at a time.
const BLOCK: usize = 64 << 10;

/// Mailboxes by the names of their users.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<HashMap<String, Mailbox>>>);

struct Mailbox {
    made: i64,
    next_uid: u32,
    messages: BTreeMap<u32, Content>,
    in_use: bool,
}

impl Mailbox {
    fn new() -> Self {
        Self { made: now(), next_uid: 1, messages: BTreeMap::new(), in_use: false }
    }
}

impl Memory {
    pub(super) fn deliver(&self, content: &Content, users: &[String]) -> Result<(), Error> {
        let mut mailboxes = self.lock();
        let full = |user: &String| mailboxes.get(user).is_some_and(|mailbox| mailbox.next_uid == u32::MAX);
        if users.iter().any(full) {
            return Err(Error::Full);
        }
        for user in users {
            let mailbox = mailboxes.entry(user.clone()).or_insert_with(Mailbox::new);
            mailbox.messages.insert(mailbox.next_uid, content.clone());
            mailbox.next_uid += 1;
        }
        Ok(())
    }

    pub(super) fn open_maildrop(&self, user: &str) -> Result<Maildrop, Error> {
        let mut mailboxes = self.lock();
        let mailbox = mailboxes.entry(user.into()).or_insert_with(Mailbox::new);
        if std::mem::replace(&mut mailbox.in_use, true) {
            return Err(Error::InUse);
        }
        let entry =
            |(uid, content): (&u32, &Content)| Entry { uid: *uid, size: content.size(), octets: content.octets() };
        let entries = mailbox.messages.iter().map(entry).collect();
        let held = Held { store: self.clone(), user: user.into() };
        Ok(Maildrop::new(entries, mailbox.made, Place::Memory(held)))
    }

    /// What was changed is whole, whoever panicked.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Mailbox>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to one mailbox, until it is dropped.
pub(super) struct Held {
    store: Memory,
    user: String,
}

impl Held {
    pub(super) async fn read(&self, uid: u32, offset: u64, mut buffer: Vec<u8>) -> Result<Vec<u8>, Error> {
        let found = self.store.lock().get(&self.user).and_then(|mailbox| mailbox.messages.get(&uid)).cloned();
        let content = found.ok_or(Error::Gone)?;
        let at_hand = content.is_at_hand();
        let read = move || {
            buffer.resize(BLOCK, 0);
            let count = content.read_at(offset, &mut buffer)?;
            buffer.truncate(count);
            Ok(buffer)
        };
        if at_hand { read() } else { blocking(read).await }
    }

    pub(super) fn remove(&self, uids: Vec<u32>) {
        if let Some(mailbox) = self.store.lock().get_mut(&self.user) {
            for uid in uids {
                mailbox.messages.remove(&uid);
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(mailbox) = self.store.lock().get_mut(&self.user) {
            mailbox.in_use = false;
        }
    }
}
