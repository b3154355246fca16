//! The thread that writes: orders that wait together are carried out in one transaction, since what
//! takes long is to wait for the disk, and that is the same for one message and for a hundred.

use super::super::draft::Content;
use super::super::{Error, now};
use super::schema::PIECE;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use tokio::sync::{mpsc, oneshot};

/// Orders that wait for the thread; who comes later waits for room.
const WAITING: usize = 256;
/// Orders in one transaction.
const TOGETHER: usize = 128;
/// Bytes of messages after which a transaction takes no more, so that nobody waits for long.
const BYTES_TOGETHER: u64 = 8 << 20;

/// Something to write.
enum Order {
    Deliver { content: Content, users: Vec<String> },
    Remove { mailbox: i64, uids: Vec<u32> },
}

impl Order {
    fn bytes(&self) -> u64 {
        match self {
            Self::Deliver { content, .. } => content.size(),
            Self::Remove { .. } => 0,
        }
    }

    fn perform(&self, connection: &Connection) -> Result<(), Error> {
        match self {
            Self::Deliver { content, users } => deliver(connection, content, users),
            Self::Remove { mailbox, uids } => remove(connection, *mailbox, uids),
        }
    }
}

struct Request {
    order: Order,
    done: oneshot::Sender<Result<(), Error>>,
}

/// Hands orders to the thread.
pub(super) struct Writer(Mutex<Option<Working>>);

struct Working {
    requests: mpsc::Sender<Request>,
    thread: JoinHandle<()>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (requests, waiting) = mpsc::channel(WAITING);
        let thread = thread::spawn(move || work(connection, waiting));
        Self(Mutex::new(Some(Working { requests, thread })))
    }

    /// Takes no more orders, and returns when the last one is done and the file is closed.
    pub(super) fn end(&self) {
        let working = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Working { requests, thread }) = working {
            drop(requests);
            // It cannot have panicked, and if it had, the file would be closed all the same.
            let _ = thread.join();
        }
    }

    /// Returns when the message is on the disk.
    pub(super) async fn deliver(&self, content: Content, users: Vec<String>) -> Result<(), Error> {
        self.order(Order::Deliver { content, users }).await
    }

    /// Returns when the messages are gone from the disk.
    pub(super) async fn remove(&self, mailbox: i64, uids: Vec<u32>) -> Result<(), Error> {
        self.order(Order::Remove { mailbox, uids }).await
    }

    async fn order(&self, order: Order) -> Result<(), Error> {
        let ended = || Error::Broken("the store has ended".into());
        let working = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = working().as_ref().map(|working| working.requests.clone()).ok_or_else(ended)?;
        let (done, outcome) = oneshot::channel();
        requests.send(Request { order, done }).await.map_err(|_| ended())?;
        outcome.await.map_err(|_| ended())?
    }
}

fn work(mut connection: Connection, mut waiting: mpsc::Receiver<Request>) {
    while let Some(first) = waiting.blocking_recv() {
        let mut bytes = first.order.bytes();
        let mut together = vec![first];
        while together.len() < TOGETHER
            && bytes < BYTES_TOGETHER
            && let Ok(next) = waiting.try_recv()
        {
            bytes += next.order.bytes();
            together.push(next);
        }
        let all = together.iter().map(|request| &request.order);
        if transact(&mut connection, all).is_ok() {
            for request in together {
                // Who does not wait any more has gone.
                let _ = request.done.send(Ok(()));
            }
        } else {
            // One by one each has an outcome of its own.
            for Request { order, done } in together {
                let _ = done.send(transact(&mut connection, [&order]));
            }
        }
    }
}

/// Carries all these orders out, or none.
fn transact<'a>(connection: &mut Connection, orders: impl IntoIterator<Item = &'a Order>) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    orders.into_iter().try_for_each(|order| order.perform(&transaction))?;
    transaction.commit()?;
    Ok(())
}

fn deliver(connection: &Connection, content: &Content, users: &[String]) -> Result<(), Error> {
    let arrived = now();
    let first_piece: i64 =
        connection.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM piece")?.query_row((), |row| row.get(0))?;
    let mut insert = connection.prepare_cached("INSERT INTO piece (id, bytes) VALUES (?, ?)")?;
    let mut buffer = vec![0; PIECE.min(usize::try_from(content.size()).unwrap_or(PIECE))];
    let mut offset = 0;
    for id in first_piece.. {
        let count = content.read_at(offset, &mut buffer)?;
        if count == 0 {
            break;
        }
        insert.execute((id, &buffer[..count]))?;
        offset += count as u64;
    }
    if offset != content.size() {
        return Err(Error::Broken("the message has changed while it waited".into()));
    }
    connection.prepare_cached("INSERT INTO content (size, octets, first_piece) VALUES (?, ?, ?)")?.execute((
        content.size(),
        content.octets(),
        first_piece,
    ))?;
    let content = connection.last_insert_rowid();
    for user in users {
        let (mailbox, uid) = take_uid(connection, user)?;
        connection
            .prepare_cached("INSERT INTO message (mailbox, uid, content, arrived) VALUES (?, ?, ?, ?)")?
            .execute((mailbox, uid, content, arrived))?;
    }
    Ok(())
}

/// The next uid in a user's INBOX, which is made if there is none.
fn take_uid(connection: &Connection, user: &str) -> Result<(i64, u32), Error> {
    let (mailbox, uid): (i64, i64) = connection
        .prepare_cached(
            "INSERT INTO mailbox (owner, name, made, next_uid) VALUES (?, 'INBOX', ?, 2)
             ON CONFLICT (owner, name) DO UPDATE SET next_uid = next_uid + 1
             RETURNING id, next_uid - 1",
        )?
        .query_row((user, now()), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let uid = u32::try_from(uid).ok().filter(|uid| *uid < u32::MAX).ok_or(Error::Full)?;
    Ok((mailbox, uid))
}

fn remove(connection: &Connection, mailbox: i64, uids: &[u32]) -> Result<(), Error> {
    let mut message =
        connection.prepare_cached("DELETE FROM message WHERE mailbox = ? AND uid = ? RETURNING content")?;
    let mut content = connection.prepare_cached(
        "DELETE FROM content WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM message WHERE content = ?1)
         RETURNING first_piece, size",
    )?;
    let mut pieces = connection.prepare_cached("DELETE FROM piece WHERE id >= ? AND id < ?")?;
    for uid in uids {
        let Some(id) = message.query_row((mailbox, uid), |row| row.get::<_, i64>(0)).optional()? else { continue };
        let last = content.query_row([id], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?))).optional()?;
        if let Some((first, size)) = last {
            pieces.execute((first, first + size.div_ceil(PIECE as u64)))?;
        }
    }
    Ok(())
}
