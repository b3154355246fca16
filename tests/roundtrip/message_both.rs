//! A message that was written is read as it was meant, as a whole and as a stream.

use mailproto::Heap;
use mailproto::message::{Address, Addresses, Event, Flowed, Message, Reader, ReaderOptions};
use proptest::prelude::*;

use crate::message_writer::{Owned, owned, written};

/// One entry of a list of addresses: the name of a group, and its mailboxes; or a mailbox.
type Entry = (Option<String>, Vec<(String, String)>);

fn read(list: Addresses<'_>) -> Vec<Entry> {
    let mailbox = |mailbox: mailproto::message::Mailbox<'_>| {
        (mailbox.name().map(|name| name.to_string()).unwrap_or_default(), mailbox.address().to_string())
    };
    list.iter()
        .map(|address| match address {
            Address::Mailbox(one) => (None, vec![mailbox(one)]),
            Address::Group(group) => (Some(group.name().to_string()), group.members().map(mailbox).collect()),
        })
        .collect()
}

/// What [`Owned::with`] puts into the lists.
fn meant(owned: &Owned) -> Vec<Entry> {
    let mailboxes: Vec<_> = owned.names.iter().map(|name| (name.clone(), "a.b@example.org".to_owned())).collect();
    if owned.group {
        return vec![
            (Some("all of them".into()), mailboxes),
            (None, vec![(String::new(), "c@example.org".to_owned())]),
        ];
    }
    mailboxes.into_iter().map(|mailbox| (None, vec![mailbox])).collect()
}

/// The content that a text has: every line end is CR LF.
fn canonical(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

/// Each part: its number, its file name, and its bytes if it is a leaf.
type Leaf = (usize, Option<String>, Vec<u8>);

/// A reader keeps so much of the fields that it tells again when a part begins; longer names are cut.
const KEPT: usize = 1_024;

fn streamed(message: &[u8], step: usize) -> Vec<Leaf> {
    let mut reader = Reader::<Heap>::new(ReaderOptions::default());
    let mut parts: Vec<Leaf> = Vec::new();
    let mut take = |reader: &mut Reader<Heap>| {
        while let Some(event) = reader.next_event() {
            match event {
                Event::PartStart(part) => {
                    parts.push((part.index as usize, part.file_name().map(|name| name.to_string()), Vec::new()));
                }
                Event::Body { bytes } => parts.last_mut().expect("a body has a part").2.extend_from_slice(bytes),
                _ => {}
            }
        }
    };
    for chunk in message.chunks(step) {
        let mut rest = chunk;
        while !rest.is_empty() {
            rest = &rest[reader.receive(rest)..];
            take(&mut reader);
        }
    }
    reader.receive_eof();
    take(&mut reader);
    parts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_is_read_as_it_was_meant(owned in owned(), step in 1..300_usize) {
        let bytes = owned.with(|draft| written(draft, owned.options, &owned.bytes, 4_096, 4_096));
        let message = Message::parse(&bytes[..]);
        let lists = meant(&owned);
        prop_assert_eq!(read(message.from()), &lists[..1]);
        prop_assert_eq!(read(message.to()), &lists[..]);
        prop_assert_eq!(read(message.bcc()), if owned.options.bcc { &lists[..] } else { &[] });
        prop_assert_eq!(message.subject().map(|text| text.to_string()).unwrap_or_default(), owned.subject.clone());
        prop_assert_eq!(message.date().unwrap().timestamp(), 0);
        prop_assert_eq!(message.message_id().unwrap().raw(), b"id@example.org");
        let references: Vec<_> = message.references().iter().map(|id| id.to_string()).collect();
        prop_assert_eq!(references, ["a@example.org", "b@example.org"]);
        let root = message.root();
        let other = root.field(b"x-words").map(|field| field.text().to_string());
        prop_assert_eq!(other.unwrap_or_default(), owned.subject.clone());
        prop_assert_eq!(root.field(b"x-structured").unwrap().text().to_string(), "v=1; a=rsa; b=abc");
        check_parts(&message, &owned)?;

        let whole: Vec<Leaf> = message
            .parts()
            .map(|part| {
                let body = if part.is_leaf() { part.body().into_owned() } else { Vec::new() };
                (part.index(), part.file_name().map(|name| name.to_string()), body)
            })
            .collect();
        let mut stream = streamed(&bytes, step);
        for (leaf, part) in stream.iter_mut().zip(message.parts()) {
            let told = [&b"content-type"[..], b"content-disposition", b"content-id"];
            let length: usize = told.iter().filter_map(|name| part.field(name)).map(|field| field.value_raw().len()).sum();
            if length > KEPT {
                leaf.1 = whole[leaf.0].1.clone();
            }
        }
        prop_assert_eq!(stream, whole);
        prop_assert!(message.anomalies().iter().all(|(anomaly, _)| anomaly.name() == "nul" || anomaly.name() == "bare_cr"),
            "{:?}", message.anomalies());
    }
}

fn check_parts(message: &Message<&[u8]>, owned: &Owned) -> Result<(), TestCaseError> {
    let bodies = message.bodies();
    let text = |index: &usize| message.part(*index).unwrap().text().into_owned();
    if let Some(meant) = &owned.text {
        let found = text(bodies.text.first().unwrap());
        if !owned.options.flowed {
            prop_assert_eq!(&found, &canonical(meant));
        } else if !meant.contains('>') {
            // The spaces that lines end in are what makes text flow, and none of it.
            let flowed: Vec<u8> = Flowed::new(found.as_bytes(), false).flatten().copied().collect();
            let trimmed =
                |text: &str| text.lines().map(|line| line.trim_end_matches(' ').to_owned()).collect::<Vec<_>>();
            prop_assert_eq!(trimmed(&String::from_utf8(flowed).unwrap()), trimmed(&canonical(meant)));
        }
    }
    if let Some(meant) = &owned.html {
        prop_assert_eq!(text(bodies.html.first().unwrap()), canonical(meant));
    }
    let picture = message.parts().find(|part| part.content_id().is_some()).unwrap();
    prop_assert_eq!(picture.content_id().unwrap().raw(), b"picture@example.org");
    prop_assert!(picture.disposition().unwrap().is_inline());
    prop_assert_eq!(&*picture.body(), &owned.bytes[..]);
    let attached: Vec<_> =
        message.parts().filter(|part| part.disposition().is_some_and(|kind| kind.is_attachment())).collect();
    prop_assert_eq!(attached.len(), 2);
    let name = attached[0].file_name().map(|name| name.to_string()).unwrap_or_default();
    prop_assert_eq!(name, owned.file_name.clone());
    prop_assert_eq!(&*attached[0].body(), &owned.bytes[..]);
    prop_assert_eq!(attached[1].file_name().unwrap().to_string(), "notes.txt");
    prop_assert_eq!(&*attached[1].body(), owned.subject.as_bytes());
    Ok(())
}
