//! The messages of one session, and what becomes of each.

use super::event::{Message, SkipReason};
use super::options::DownloadOptions;
use super::seen::Seen;
use alloc::string::String;
use alloc::vec::Vec;

/// Longer unique ids are none (RFC 1939 §7 has at most 70 characters).
const LONGEST_UNIQUE_ID: usize = 255;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// To be fetched.
    New,
    /// Accepted, and it stays.
    Kept,
    /// Accepted, and to be deleted, or marked already.
    Doomed,
    /// It stays, and has not been accepted.
    Left,
    /// It stays, not fetched; the host has yet to hear of it.
    Skipped(SkipReason),
}

/// One message. Its unique id stands in the text that all share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) number: u32,
    size: Option<u64>,
    start: u32,
    length: u8,
    pub(super) fate: Fate,
}

/// All messages, by number; unique ids one behind the other.
#[derive(Debug, Default)]
pub(super) struct Maildrop {
    pub(super) entries: Vec<Entry>,
    unique_ids: String,
    /// Some messages were left out for want of room.
    pub(super) partial: bool,
}

impl Maildrop {
    /// A message with its unique id. Beyond `most` messages, or without memory, it is left out.
    pub(super) fn name(&mut self, number: u32, unique_id: &str, most: u32) {
        let fits = unique_id.len() <= LONGEST_UNIQUE_ID;
        let start = self.unique_ids.len();
        if !fits || start > u32::MAX as usize - LONGEST_UNIQUE_ID {
            return;
        }
        if self.unique_ids.try_reserve(unique_id.len()).is_err() {
            self.partial = true;
            return;
        }
        let entry = Entry { number, size: None, start: start as u32, length: unique_id.len() as u8, fate: Fate::Left };
        if self.push(entry, most) {
            self.unique_ids.push_str(unique_id);
        }
    }

    fn push(&mut self, entry: Entry, most: u32) -> bool {
        let room = self.entries.len() < most as usize && self.entries.try_reserve(1).is_ok();
        if room {
            self.entries.push(entry);
        } else {
            self.partial = true;
        }
        room
    }

    /// Puts the messages in the order of their numbers, once; a number stands for one message.
    pub(super) fn sort(&mut self) {
        self.entries.sort_by_key(|entry| entry.number);
        self.entries.dedup_by_key(|entry| entry.number);
    }

    /// The size of a message; one without a unique id is added behind those that were sorted.
    pub(super) fn size(&mut self, number: u32, octets: u64, named: usize, most: u32) {
        let among = self.entries.get_mut(..named).unwrap_or_default();
        match among.binary_search_by_key(&number, |entry| entry.number) {
            Ok(place) => among[place].size = Some(octets),
            Err(_) => {
                let entry = Entry { number, size: Some(octets), start: 0, length: 0, fate: Fate::Left };
                self.push(entry, most);
            }
        }
    }

    pub(super) fn unique_id(&self, entry: &Entry) -> Option<&str> {
        let start = entry.start as usize;
        self.unique_ids.get(start..start + usize::from(entry.length)).filter(|text| !text.is_empty())
    }

    pub(super) fn message(&self, index: usize) -> Option<Message<'_>> {
        let entry = self.entries.get(index)?;
        Some(Message { number: entry.number, unique_id: self.unique_id(entry), size: entry.size })
    }

    pub(super) fn set_fate(&mut self, index: usize, fate: Fate) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.fate = fate;
        }
    }

    /// Indices by unique id, then by number; those without one are left out.
    fn by_unique_id(&self) -> Vec<u32> {
        let named = |index: &u32| self.entries.get(*index as usize).is_some_and(|entry| entry.length > 0);
        let mut order: Vec<u32> = (0..self.entries.len() as u32).filter(named).collect();
        order.sort_unstable_by_key(|index| {
            let entry = &self.entries[*index as usize];
            (self.unique_id(entry), entry.number)
        });
        order
    }

    /// Decides what becomes of each message.
    pub(super) fn plan(&mut self, seen: &Seen, options: &DownloadOptions, delete_unnamed: bool) {
        for entry in &mut self.entries {
            let too_large = entry.size.is_some_and(|size| options.largest.is_some_and(|largest| size > largest));
            entry.fate = match entry.length {
                0 if !delete_unnamed => Fate::Skipped(SkipReason::NoUniqueId),
                _ if too_large => Fate::Skipped(SkipReason::TooLarge),
                _ => Fate::New,
            };
        }
        // Of several messages with the same unique id, as many are known as have been accepted.
        let (mut previous, mut copies): (Option<usize>, u32) = (None, 0);
        for index in self.by_unique_id() {
            let index = index as usize;
            let entry = self.entries[index];
            let same =
                previous.is_some_and(|previous| self.unique_id(&self.entries[previous]) == self.unique_id(&entry));
            copies = if same { copies + 1 } else { 1 };
            previous = Some(index);
            let known = self.unique_id(&entry).and_then(|unique_id| seen.known(unique_id));
            if let Some(known) = known.filter(|known| copies <= known.copies) {
                let over = options.retention.is_over(known.day, options.today);
                self.set_fate(index, if over { Fate::Doomed } else { Fate::Kept });
            }
        }
    }

    /// Forgets in `seen` what is no longer on the server. `removed` says that what was marked is gone.
    pub(super) fn prune(&self, seen: &mut Seen, removed: bool) {
        if self.partial {
            return;
        }
        let order = self.by_unique_id();
        seen.prune(|unique_id| {
            let name = |index: &u32| self.unique_id(&self.entries[*index as usize]).unwrap_or_default();
            let first = order.partition_point(|index| name(index) < unique_id);
            let same = order[first..].iter().take_while(|index| name(index) == unique_id);
            let left = |index: &&u32| match self.entries[**index as usize].fate {
                Fate::Kept => true,
                Fate::Doomed => !removed,
                _ => false,
            };
            same.filter(left).count() as u32
        });
    }

    /// How many messages have this fate.
    pub(super) fn count(&self, fate: Fate) -> u32 {
        self.entries.iter().filter(|entry| entry.fate == fate).count() as u32
    }
}
