//! A user's messages as one session sees them, for nobody else at the same time.

use super::{Error, memory, sqlite};

/// A user's INBOX as it was when it was opened. Nobody else can open it until this is dropped;
/// mail that arrives meanwhile is for the next session (RFC 1939 §8).
pub(crate) struct Maildrop {
    entries: Vec<Entry>,
    /// When the INBOX was made: with the uid it makes the unique id.
    made: i64,
    place: Place,
}

/// What is known of a message without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(super) uid: u32,
    /// Its bytes as they are.
    pub(crate) size: u64,
    /// Its octets as POP3 counts them.
    pub(crate) octets: u64,
}

pub(super) enum Place {
    Memory(memory::Held),
    Sqlite(sqlite::Held),
}

impl Maildrop {
    pub(super) const fn new(entries: Vec<Entry>, made: i64, place: Place) -> Self {
        Self { entries, made, place }
    }

    /// The messages, oldest first: the first one has number 1.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The message with this number, from 1.
    pub(crate) fn entry(&self, number: u32) -> Option<Entry> {
        self.entries.get((number as usize).checked_sub(1)?).copied()
    }

    /// The unique id of the message with this number: no other message of this user ever had it or
    /// will have it (RFC 1939 §7).
    pub(crate) fn unique_id(&self, number: u32) -> Option<String> {
        Some(format!("{:x}.{}", self.made, self.entry(number)?.uid))
    }

    /// The next bytes of the message with this number from this offset on, in the room of `buffer`,
    /// whose content is lost. As many as are at hand together; none at the end of the message.
    ///
    /// They are as they were sent: line ends may have to be repaired.
    pub(crate) async fn read(&self, number: u32, offset: u64, buffer: Vec<u8>) -> Result<Vec<u8>, Error> {
        let entry = self.entry(number).ok_or(Error::Gone)?;
        if offset >= entry.size {
            return Ok(Vec::new());
        }
        match &self.place {
            Place::Memory(held) => held.read(entry.uid, offset, buffer),
            Place::Sqlite(held) => held.read(entry.uid, offset, buffer).await,
        }
    }

    /// Removes the messages with these numbers, all or none of them. Those that another session has
    /// removed already are no hindrance. The numbers of those that are left stay as they are.
    pub(crate) async fn remove(&self, numbers: impl IntoIterator<Item = u32>) -> Result<(), Error> {
        let uids = numbers.into_iter().filter_map(|number| Some(self.entry(number)?.uid)).collect();
        match &self.place {
            Place::Memory(held) => held.remove(uids),
            Place::Sqlite(held) => return held.remove(uids).await,
        }
        Ok(())
    }
}
