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
        let entry = |(uid, content): (&u32, &Content)| Entry { uid: *uid, octets: content.octets() };
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

#[cfg(test)]
mod tests {
    use crate::store::{Draft, Error, Store};

    async fn deliver(store: &Store, message: &[u8], users: &[&str]) {
        let mut draft = Draft::default();
        draft.add(message);
        if draft.is_full() {
            draft.spill().await.unwrap();
        }
        let users: Vec<_> = users.iter().map(ToString::to_string).collect();
        store.deliver(&draft.finish().await.unwrap(), &users).await.unwrap();
    }

    #[tokio::test]
    async fn a_message_is_in_the_inbox_of_each_recipient() {
        let store = Store::memory();
        let large = vec![b'x'; 1 << 20];
        deliver(&store, b"one\n", &["ann", "bob"]).await;
        deliver(&store, &large, &["bob"]).await;
        let ann = store.open_maildrop("ann").await.unwrap();
        let bob = store.open_maildrop("bob").await.unwrap();
        assert_eq!(ann.entries().iter().map(|entry| entry.octets).collect::<Vec<_>>(), [5]);
        assert_eq!(bob.entries().iter().map(|entry| entry.octets).collect::<Vec<_>>(), [5, (1 << 20) + 2]);
        assert_eq!(ann.read(1, 0, Vec::new()).await.unwrap(), b"one\n");
        assert_eq!(ann.read(1, 4, Vec::new()).await.unwrap(), b"");
        let (mut read, mut block) = (Vec::new(), Vec::new());
        loop {
            block = bob.read(2, read.len() as u64, block).await.unwrap();
            if block.is_empty() {
                break;
            }
            read.extend_from_slice(&block);
        }
        assert!(read == large);
        assert!(store.open_maildrop("nobody").await.unwrap().entries().is_empty());
    }

    #[tokio::test]
    async fn a_maildrop_is_for_one_session_which_sees_what_there_was() {
        let store = Store::memory();
        deliver(&store, b"one", &["ann"]).await;
        let first = store.open_maildrop("ann").await.unwrap();
        assert!(matches!(store.open_maildrop("ann").await, Err(Error::InUse)));
        deliver(&store, b"two", &["ann"]).await;
        assert_eq!(first.entries().len(), 1);
        drop(first);
        assert_eq!(store.open_maildrop("ann").await.unwrap().entries().len(), 2);
    }

    #[tokio::test]
    async fn what_is_removed_is_gone_and_its_unique_id_never_comes_back() {
        let store = Store::memory();
        for message in [&b"one"[..], b"two", b"three"] {
            deliver(&store, message, &["ann"]).await;
        }
        let first = store.open_maildrop("ann").await.unwrap();
        let ids: Vec<_> = (1..=3).map(|number| first.unique_id(number).unwrap()).collect();
        first.remove([3, 1]).await.unwrap();
        assert!(matches!(first.read(1, 0, Vec::new()).await, Err(Error::Gone)));
        assert_eq!(first.read(2, 0, Vec::new()).await.unwrap(), b"two");
        assert!(matches!(first.read(4, 0, Vec::new()).await, Err(Error::Gone)));
        drop(first);
        deliver(&store, b"four", &["ann"]).await;
        let second = store.open_maildrop("ann").await.unwrap();
        assert_eq!(second.unique_id(1).as_ref(), Some(&ids[1]));
        assert!(!ids.contains(&second.unique_id(2).unwrap()));
        assert_eq!((second.unique_id(0), second.unique_id(3)), (None, None));
    }
}
