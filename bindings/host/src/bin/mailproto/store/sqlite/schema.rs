//! The tables of the file, and how a file comes to have them.
//!
//! ```text
//!   mailbox ──< message >── content ──< piece
//!   one a user  (mailbox, uid)  a message's bytes, once for all its recipients
//! ```
//!
//! The file carries the number of its schema, so that a later version can bring it up to date and
//! an earlier one leaves it alone.

use super::super::Error;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Bytes of a message in one row, all but the last one: what a reader holds in memory.
pub(super) const PIECE: usize = 64 << 10;

/// Says in a file that it is a store of ours: "mail".
const APPLICATION: i32 = i32::from_be_bytes(*b"mail");

/// How long to wait for other processes that write.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often to look whether they are done. SQLite itself would look less and less often, and lose
/// to a process that is busy all the time.
const PAUSE: Duration = Duration::from_millis(2);

/// Bytes of the log that are kept for what comes next.
const LOG_KEPT: i64 = 16 << 20;

/// What makes each schema from the one before; the first one from an empty file.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE mailbox (
        id INTEGER PRIMARY KEY,
        owner TEXT NOT NULL,
        name TEXT NOT NULL,
        -- When it was made, in nanoseconds: tells it from one that had its name before.
        made INTEGER NOT NULL,
        next_uid INTEGER NOT NULL,
        UNIQUE (owner, name)
    ) STRICT;
    CREATE TABLE content (
        id INTEGER PRIMARY KEY,
        size INTEGER NOT NULL,
        -- Its size when all lines end with CR LF.
        octets INTEGER NOT NULL,
        first_piece INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE piece (
        id INTEGER PRIMARY KEY,
        bytes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE message (
        mailbox INTEGER NOT NULL REFERENCES mailbox,
        uid INTEGER NOT NULL,
        content INTEGER NOT NULL REFERENCES content,
        -- When it arrived, in nanoseconds.
        arrived INTEGER NOT NULL,
        PRIMARY KEY (mailbox, uid)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX message_by_content ON message (content);
"];

/// Opens the file, and makes or brings up to date what is in it.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    create_private(path)?;
    let mut connection = connect(path)?;
    if version(&connection)? < MIGRATIONS.len() {
        migrate(&mut connection)?;
    }
    Ok(connection)
}

/// Opens a file that is there already.
pub(super) fn connect(path: &Path) -> Result<Connection, Error> {
    let mut connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_handler(Some(|turn: i32| {
        thread::sleep(PAUSE);
        PAUSE * turn.unsigned_abs() < PATIENCE
    }))?;
    version(&connection)?;
    log_ahead(&connection)?;
    // A commit returns when the disk has it.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // And not only the disk's own memory, where the system can tell the difference.
    connection.pragma_update(None, "fullfsync", true)?;
    // The log of a large message gives its room back.
    connection.pragma_update(None, "journal_size_limit", LOG_KEPT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// Writes go to a log first, so that readers need not wait and a crash leaves nothing half done.
fn log_ahead(connection: &Connection) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => return Err(Error::Broken(format!("there is no write-ahead log here but {mode}"))),
            // SQLite does not wait by itself for another process that does the same.
            Err(error) if is_busy(&error) && begun.elapsed() < PATIENCE => thread::sleep(PAUSE),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The number of the schema in the file; 0 in an empty one. An error when the file is not ours.
fn version(connection: &Connection) -> Result<usize, Error> {
    let (application, version, tables): (i32, u32, u32) = connection.query_row(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
         FROM pragma_application_id, pragma_user_version",
        (),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    if (application, version, tables) == (0, 0, 0) {
        return Ok(0);
    }
    if application != APPLICATION {
        return Err(Error::Broken("it is a database of another program".into()));
    }
    let version = version as usize;
    if version > MIGRATIONS.len() {
        return Err(Error::Broken("it was made by a later version of mailproto".into()));
    }
    Ok(version)
}

fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited.
    let version = version(&transaction)?;
    for migration in &MIGRATIONS[version..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as u32)?;
    transaction.commit()?;
    Ok(())
}

/// Makes the file if there is none, for its owner alone: it is mail. SQLite gives the same rights to
/// the files beside it.
fn create_private(path: &Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            _ if is_busy(&error) => Self::Broken("another process has been writing for too long".into()),
            _ => Self::Broken(error.to_string()),
        }
    }
}
