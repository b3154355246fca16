//! The store in one SQLite file.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `schema` | the tables, and how a file comes to have them |
//! | `lock` | the right to a maildrop, among all who have the file open |
//! | `writer` | the thread that writes, many orders in one transaction |
//!
//! A message is on the disk before its delivery returns: the log is written and synchronised, and
//! whatever ends the process, SQLite finds what was committed, whole, and nothing else. Several
//! processes may have the file open; each transaction waits for its turn.

mod lock;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use super::draft::{Content, blocking};
use super::maildrop::{Entry, Maildrop, Place};
use super::{Error, now};
use lock::Lock;
use rusqlite::{Connection, OptionalExtension};
use schema::PIECE;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use writer::Writer;

/// Connections that are kept open for the next one who reads.
const READERS: usize = 4;

/// Mail in a file. Clones are the same store.
#[derive(Clone)]
pub(crate) struct Sqlite(Arc<Shared>);

struct Shared {
    path: PathBuf,
    /// The folder of the maildrops' locks.
    locks: PathBuf,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
}

impl Sqlite {
    /// Opens the file, and makes it if there is none.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let path = absolute(path)?;
        let connection = schema::open(&path)?;
        let mut locks = OsString::from(&path);
        locks.push("-maildrops");
        let locks = PathBuf::from(locks);
        make_private_folder(&locks)?;
        let readers = Mutex::default();
        Ok(Self(Arc::new(Shared { path, locks, writer: Writer::start(connection), readers })))
    }

    pub(super) async fn deliver(&self, content: &Content, users: Vec<String>) -> Result<(), Error> {
        self.0.writer.deliver(content.clone(), users).await
    }

    pub(super) async fn open_maildrop(&self, user: String) -> Result<Maildrop, Error> {
        let store = self.clone();
        blocking(move || {
            let lock = Lock::take(&store.0.locks, &user)?;
            let (mailbox, made, entries) = store.read(|connection| inbox(connection, &user))?;
            Ok(Maildrop::new(entries, made, Place::Sqlite(Held { store, mailbox, _lock: lock })))
        })
        .await
    }

    /// Finishes what has been ordered, and closes the file, so that all is in it and nothing beside
    /// it.
    pub(super) async fn end(&self) {
        let store = self.clone();
        let ended = blocking(move || {
            store.readers().clear();
            store.0.writer.end();
            Ok(())
        });
        // Nothing in there fails.
        let _ = ended.await;
    }

    /// Reads by a connection of its own, so that nobody waits.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let kept = self.readers().pop();
        let connection = kept.map_or_else(|| schema::connect(&self.0.path), Ok)?;
        let outcome = work(&connection);
        let mut readers = self.readers();
        if readers.len() < READERS {
            readers.push(connection);
        }
        outcome
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A maildrop in the file, until it is dropped.
pub(super) struct Held {
    store: Sqlite,
    mailbox: i64,
    _lock: Lock,
}

impl Held {
    pub(super) async fn read(&self, uid: u32, offset: u64, buffer: Vec<u8>) -> Result<Vec<u8>, Error> {
        let (store, mailbox) = (self.store.clone(), self.mailbox);
        blocking(move || store.read(|connection| piece(connection, mailbox, uid, offset, buffer))).await
    }

    pub(super) async fn remove(&self, uids: Vec<u32>) -> Result<(), Error> {
        self.store.0.writer.remove(self.mailbox, uids).await
    }
}

/// A user's INBOX: its row, when it was made, and its messages.
fn inbox(connection: &Connection, user: &str) -> Result<(i64, i64, Vec<Entry>), Error> {
    let mailbox = connection
        .prepare_cached("SELECT id, made FROM mailbox WHERE owner = ? AND name = 'INBOX'")?
        .query_row([user], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    // It is made when the first message comes.
    let Some((mailbox, made)) = mailbox else { return Ok((0, now(), Vec::new())) };
    let mut messages = connection.prepare_cached(
        "SELECT uid, size, octets FROM message JOIN content ON content.id = message.content
         WHERE mailbox = ? ORDER BY uid",
    )?;
    let entry = |row: &rusqlite::Row<'_>| Ok(Entry { uid: row.get(0)?, size: row.get(1)?, octets: row.get(2)? });
    let entries = messages.query_map([mailbox], entry)?.collect::<Result<_, _>>()?;
    Ok((mailbox, made, entries))
}

/// The bytes of a message from this offset to the end of the piece they are in.
fn piece(connection: &Connection, mailbox: i64, uid: u32, offset: u64, mut buffer: Vec<u8>) -> Result<Vec<u8>, Error> {
    let (number, start) = (offset / PIECE as u64, (offset % PIECE as u64) as usize);
    buffer.clear();
    let mut pieces = connection.prepare_cached(
        "SELECT bytes FROM message JOIN content ON content.id = message.content
         JOIN piece ON piece.id = first_piece + ?3
         WHERE mailbox = ?1 AND uid = ?2",
    )?;
    let found = pieces.query_row((mailbox, uid, number), |row| {
        let bytes = row.get_ref(0)?.as_blob()?;
        buffer.extend_from_slice(bytes.get(start..).unwrap_or_default());
        Ok(())
    });
    found.optional()?.ok_or(Error::Gone)?;
    Ok(buffer)
}

/// The path whatever the process's folder is, and the same one for everybody who means the file.
fn absolute(path: &Path) -> io::Result<PathBuf> {
    if let Ok(path) = path.canonicalize() {
        return Ok(path);
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(folder.canonicalize()?.join(name))
}

fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
