//! What holds for the store in a file.

use super::schema;
use super::writer::Writer;
use crate::store::tests::{deliver, file, read};
use crate::store::{Draft, Error, Store};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

fn path(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("mail.db")
}

fn count(folder: &tempfile::TempDir, table: &str) -> i64 {
    let connection = Connection::open(path(folder)).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn mail_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = file(&folder);
    deliver(&first, b"one", &["ann"]).await.unwrap();
    let id = first.open_maildrop("ann").await.unwrap().unique_id(1);
    first.end().await;
    assert!(matches!(deliver(&first, b"two", &["ann"]).await, Err(Error::Broken(_))), "it has ended");
    let beside: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!beside.iter().any(|name| name == "mail.db-wal"), "everything is in the file: {beside:?}");
    let second = file(&folder);
    let maildrop = second.open_maildrop("ann").await.unwrap();
    assert_eq!((read(&maildrop, 1).await.unwrap(), maildrop.unique_id(1)), (b"one".to_vec(), id));
}

#[tokio::test]
async fn a_maildrop_is_for_one_session_of_all_who_have_the_file_open() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (file(&folder), file(&folder));
    let held = first.open_maildrop("ann").await.unwrap();
    assert!(matches!(second.open_maildrop("ann").await, Err(Error::InUse)));
    assert!(second.open_maildrop("bob").await.is_ok());
    drop(held);
    assert!(second.open_maildrop("ann").await.is_ok());
    let left: Vec<_> = std::fs::read_dir(folder.path().join("mail.db-maildrops")).unwrap().collect();
    assert!(cfg!(not(unix)) || left.is_empty(), "{left:?}");
    // A name is no path.
    assert!(second.open_maildrop("../../\0/ann").await.unwrap().entries().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_have_the_file_open_deliver_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let stores = [file(&folder), file(&folder)];
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = stores[number % 2].clone();
        tasks.spawn(async move { deliver(&store, &vec![b'x'; number * 100], &["ann"]).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(stores[0].open_maildrop("ann").await.unwrap().entries().len(), 200);
}

#[tokio::test]
async fn bytes_are_kept_once_and_go_with_the_last_recipient() {
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder);
    let message = vec![b'x'; 1 << 20];
    deliver(&store, &message, &["ann", "bob", "cy"]).await.unwrap();
    assert_eq!((count(&folder, "message"), count(&folder, "content"), count(&folder, "piece")), (3, 1, 16));
    for user in ["ann", "bob"] {
        store.open_maildrop(user).await.unwrap().remove([1]).await.unwrap();
    }
    let maildrop = store.open_maildrop("cy").await.unwrap();
    assert!(read(&maildrop, 1).await.unwrap() == message);
    maildrop.remove([1]).await.unwrap();
    assert_eq!((count(&folder, "message"), count(&folder, "content"), count(&folder, "piece")), (0, 0, 0));
}

#[tokio::test]
async fn a_message_is_in_every_inbox_or_in_none_and_others_do_not_suffer() {
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder);
    deliver(&store, b"one", &["ann"]).await.unwrap();
    Connection::open(path(&folder)).unwrap().execute("UPDATE mailbox SET next_uid = 4294967295", ()).unwrap();
    let both = ["bob", "ann"];
    // They may be carried out together, and have outcomes of their own all the same.
    let (full, good) = tokio::join!(deliver(&store, b"two", &both), deliver(&store, b"three", &["bob"]));
    assert!(matches!(full, Err(Error::Full)), "{full:?}");
    good.unwrap();
    let bob = store.open_maildrop("bob").await.unwrap();
    assert_eq!(bob.entries().len(), 1);
    assert_eq!(read(&bob, 1).await.unwrap(), b"three");
    assert_eq!(count(&folder, "content"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_maildrop_that_many_want_is_never_held_by_two() {
    let folder = tempfile::tempdir().unwrap();
    let stores = [file(&folder), file(&folder)];
    let (holders, turns) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (store, holders, turns) = (stores[number % 2].clone(), Arc::clone(&holders), Arc::clone(&turns));
        tasks.spawn(async move {
            for _ in 0..100 {
                if let Ok(_maildrop) = store.open_maildrop("ann").await {
                    assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                    turns.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    holders.fetch_sub(1, Ordering::SeqCst);
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert!(turns.load(Ordering::SeqCst) > 1);
}

#[tokio::test]
async fn a_full_disk_refuses_what_is_too_much_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let connection = schema::open(&path(&folder)).unwrap();
    connection.pragma_update(None, "max_page_count", 40).unwrap();
    let writer = Writer::start(connection);
    let deliver = async |size| {
        let mut draft = Draft::default();
        draft.add(&vec![b'x'; size]);
        writer.deliver(draft.finish().await.unwrap(), vec!["ann".into()]).await
    };
    let (first, large, second) = tokio::join!(deliver(100), deliver(200_000), deliver(100));
    assert!(matches!(large, Err(Error::Full)), "{large:?}");
    first.unwrap();
    second.unwrap();
    assert_eq!((count(&folder, "message"), count(&folder, "content"), count(&folder, "piece")), (2, 2, 2));
}

#[tokio::test]
async fn what_is_not_committed_is_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder);
    deliver(&store, b"one", &["ann"]).await.unwrap();
    let mut other = Connection::open(path(&folder)).unwrap();
    let transaction = other.transaction().unwrap();
    transaction.execute("DELETE FROM message", ()).unwrap();
    let maildrop = store.open_maildrop("ann").await.unwrap();
    assert_eq!(read(&maildrop, 1).await.unwrap(), b"one");
}

#[test]
fn a_database_of_others_or_of_the_future_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    Connection::open(path(&folder)).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let before = std::fs::read(path(&folder)).unwrap();
    let error = |folder| Store::open(&path(folder)).err().unwrap().to_string();
    assert!(error(&folder).contains("another program"));
    assert_eq!(std::fs::read(path(&folder)).unwrap(), before);

    let folder = tempfile::tempdir().unwrap();
    drop(file(&folder));
    Connection::open(path(&folder)).unwrap().pragma_update(None, "user_version", 1000).unwrap();
    assert!(error(&folder).contains("later version"));
}

#[cfg(unix)]
#[tokio::test]
async fn mail_is_readable_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder);
    deliver(&store, b"one", &["ann"]).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{entry:?}");
        seen += 1;
    }
    assert_eq!(seen, 4, "the file, its log, the log's index, the locks");
}

#[tokio::test]
async fn a_hundred_thousand_messages_are_listed_and_removed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder);
    deliver(&store, b"one\n", &["ann"]).await.unwrap();
    // A commit for each would take a while.
    Connection::open(path(&folder))
        .unwrap()
        .execute_batch(
            "BEGIN;
             WITH RECURSIVE number (uid) AS (VALUES (2) UNION ALL SELECT uid + 1 FROM number WHERE uid < 100000)
             INSERT INTO message SELECT 1, uid, 1, 0 FROM number;
             UPDATE mailbox SET next_uid = 100001;
             COMMIT;",
        )
        .unwrap();
    let maildrop = store.open_maildrop("ann").await.unwrap();
    assert_eq!(maildrop.entries().len(), 100_000);
    assert_eq!(maildrop.entry(100_000).unwrap().octets, 5);
    assert_eq!(read(&maildrop, 100_000).await.unwrap(), b"one\n");
    maildrop.remove(1..=100_000).await.unwrap();
    assert_eq!((count(&folder, "message"), count(&folder, "content"), count(&folder, "piece")), (0, 0, 0));
}
