//! What holds for every store.

use super::{Draft, Error, Maildrop, Store};
use std::path::Path;

/// Delivers a message as a session does.
pub(super) async fn deliver(store: &Store, message: &[u8], users: &[&str]) -> Result<(), Error> {
    let mut draft = Draft::default();
    for piece in message.chunks(100_000) {
        draft.add(piece);
        if draft.is_full() {
            draft.spill().await?;
        }
    }
    let users: Vec<_> = users.iter().map(ToString::to_string).collect();
    store.deliver(&draft.finish().await?, &users).await
}

/// Reads a message as a session does.
pub(super) async fn read(maildrop: &Maildrop, number: u32) -> Result<Vec<u8>, Error> {
    let (mut message, mut block) = (Vec::new(), Vec::new());
    loop {
        block = maildrop.read(number, message.len() as u64, block).await?;
        if block.is_empty() {
            return Ok(message);
        }
        message.extend_from_slice(&block);
    }
}

pub(super) fn file(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("mail.db")).unwrap()
}

/// Each kind of store, empty.
fn stores() -> (tempfile::TempDir, [Store; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let stores = [Store::memory(), file(&folder)];
    (folder, stores)
}

#[tokio::test]
async fn a_message_is_in_the_inbox_of_each_recipient() {
    let (_folder, stores) = stores();
    for store in stores {
        let large: Vec<_> = (0..1 << 20).map(|index| (index % 251) as u8 | 0x80).collect();
        deliver(&store, b"one\n", &["ann", "bob"]).await.unwrap();
        deliver(&store, &large, &["bob"]).await.unwrap();
        let ann = store.open_maildrop("ann").await.unwrap();
        let bob = store.open_maildrop("bob").await.unwrap();
        assert_eq!(ann.entries().iter().map(|entry| (entry.size, entry.octets)).collect::<Vec<_>>(), [(4, 5)]);
        assert_eq!(bob.entries().iter().map(|entry| entry.octets).collect::<Vec<_>>(), [5, (1 << 20) + 2]);
        assert_eq!(read(&ann, 1).await.unwrap(), b"one\n");
        assert_eq!(ann.read(1, 2, vec![1]).await.unwrap(), b"e\n");
        assert_eq!(ann.read(1, 4, vec![1]).await.unwrap(), b"");
        assert_eq!(ann.read(1, u64::MAX, vec![1]).await.unwrap(), b"");
        assert!(read(&bob, 2).await.unwrap() == large);
        assert!(store.open_maildrop("nobody").await.unwrap().entries().is_empty());
    }
}

#[tokio::test]
async fn every_size_is_read_back_as_it_was_sent() {
    let (_folder, stores) = stores();
    for store in stores {
        let sizes = [0, 1, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 262_143, 262_144, 262_145, 0];
        let message = |size| (0..size).map(|index| (index % 253) as u8).collect::<Vec<_>>();
        for size in sizes {
            deliver(&store, &message(size), &["ann"]).await.unwrap();
        }
        let maildrop = store.open_maildrop("ann").await.unwrap();
        for (number, size) in (1..).zip(sizes) {
            assert_eq!(maildrop.entry(number).unwrap().size, size as u64);
            assert!(read(&maildrop, number).await.unwrap() == message(size), "{size}");
        }
        // Each neighbour stays what it is.
        maildrop.remove((1..=11).step_by(2)).await.unwrap();
        for (number, size) in (1..).zip(sizes) {
            let read = read(&maildrop, number).await;
            if number % 2 == 0 {
                assert!(read.unwrap() == message(size), "{size}");
            } else if size > 0 {
                assert!(matches!(read, Err(Error::Gone)), "{size}");
            }
        }
    }
}

#[tokio::test]
async fn a_maildrop_is_for_one_session_which_sees_what_there_was() {
    let (_folder, stores) = stores();
    for store in stores {
        for user in ["ann", "never had mail", "Übung"] {
            deliver(&store, b"one", &["ann"]).await.unwrap();
            let first = store.open_maildrop(user).await.unwrap();
            assert!(matches!(store.open_maildrop(&user.to_uppercase()).await, Err(Error::InUse)));
            let seen = first.entries().len();
            deliver(&store, b"two", &[user]).await.unwrap();
            assert_eq!(first.entries().len(), seen);
            drop(first);
            assert_eq!(store.open_maildrop(user).await.unwrap().entries().len(), seen + 1);
        }
    }
}

#[tokio::test]
async fn what_is_removed_is_gone_and_its_unique_id_never_comes_back() {
    let (_folder, stores) = stores();
    for store in stores {
        for message in [&b"one"[..], b"two", b"three"] {
            deliver(&store, message, &["ann"]).await.unwrap();
        }
        let first = store.open_maildrop("ann").await.unwrap();
        let ids: Vec<_> = (1..=3).map(|number| first.unique_id(number).unwrap()).collect();
        assert!(ids.iter().all(|id| id.len() <= 70 && id.bytes().all(|byte| byte.is_ascii_graphic())), "{ids:?}");
        first.remove([3, 1]).await.unwrap();
        first.remove([1, 7, 0]).await.unwrap();
        assert!(matches!(read(&first, 1).await, Err(Error::Gone)));
        assert_eq!(read(&first, 2).await.unwrap(), b"two");
        assert!(matches!(read(&first, 4).await, Err(Error::Gone)));
        drop(first);
        deliver(&store, b"four", &["ann"]).await.unwrap();
        let second = store.open_maildrop("ann").await.unwrap();
        assert_eq!(second.unique_id(1).as_ref(), Some(&ids[1]));
        assert!(!ids.contains(&second.unique_id(2).unwrap()));
        assert_eq!((second.unique_id(0), second.unique_id(3)), (None, None));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deliveries_at_the_same_time_all_arrive_once() {
    let (_folder, stores) = stores();
    for store in stores {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..300 {
            let store = store.clone();
            tasks.spawn(async move { deliver(&store, format!("{number}").as_bytes(), &["ann", "bob"]).await });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap().unwrap();
        }
        for user in ["ann", "bob"] {
            let maildrop = store.open_maildrop(user).await.unwrap();
            let mut numbers = Vec::new();
            for number in 1..=300 {
                let message = String::from_utf8(read(&maildrop, number).await.unwrap()).unwrap();
                numbers.push(message.parse::<u32>().unwrap());
            }
            numbers.sort_unstable();
            assert_eq!(numbers, (0..300).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_file_that_cannot_be_a_store_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let open = |path: &Path| match Store::open(path) {
        Ok(_) => panic!("{path:?} was opened"),
        Err(error) => error.to_string(),
    };
    assert!(open(&folder.path().join("no/mail.db")).contains("No such file"));
    assert!(!open(folder.path()).is_empty());
    let text = folder.path().join("text");
    std::fs::write(&text, "just text, long enough to be looked at").unwrap();
    assert!(open(&text).contains("not a database"));
    assert_eq!(std::fs::read(&text).unwrap(), b"just text, long enough to be looked at");
}
