//! D1 to D4: a maildrop of 100,000 messages listed, and a message of 64 MiB fetched.

use std::hint::black_box;
use std::rc::Rc;
#[cfg(feature = "slow-peers")]
use std::sync::Arc;

use mailproto::Endpoint;
use mailproto::frame::{DotFrame, VerbatimDotReader};
use mailproto::pop3::{Client, ClientEvent, ClientOptions, Verb};
use memchr::memchr;

#[cfg(feature = "slow-peers")]
use super::loopback::over_loopback;
use super::receive::unstuff;
use super::{READ, share};
use crate::data;
use crate::harness::Task;

/// Messages in the maildrop.
const MESSAGES: usize = 100_000;

/// A client that has logged in.
fn client() -> Client {
    let mut client = Client::new(ClientOptions::default());
    client.login("mrose", "tanstaaf").expect("a login comes first");
    for responses in [&b"+OK ready\r\n"[..], b"+OK\r\n", b"+OK\r\n"] {
        hear(&mut client, responses, |_| ());
    }
    client
}

/// Lets the client hear `wire` in reads of 16 KiB, and sends what it says.
fn hear(client: &mut Client, wire: &[u8], mut tell: impl FnMut(ClientEvent<'_>)) {
    for mut read in wire.chunks(READ) {
        while !read.is_empty() {
            let taken = client.receive(read);
            read = &read[taken..];
            while let Some(event) = client.next_event().expect("the responses are sound") {
                tell(event);
            }
            let sent = client.transmit().len();
            client.transmitted(sent);
        }
    }
}

/// [`hear`] by a host with a read buffer of its own, which the client looks at in place.
fn hear_in_place(client: &mut Client, wire: &[u8], mut tell: impl FnMut(ClientEvent<'_>)) {
    for mut read in wire.chunks(READ) {
        while let Some(event) = client.next_event_from(&mut read).expect("the responses are sound") {
            tell(event);
        }
        assert!(read.is_empty(), "what was read is taken when no challenge waits");
        let sent = client.transmit().len();
        client.transmitted(sent);
    }
}

/// Asks for the lists, and looks at each line of `wire`, which is the answer.
fn lists(verbs: &[Verb], wire: &[u8]) -> u64 {
    let mut client = client();
    let mut lines = 0;
    for verb in verbs {
        if *verb == Verb::List { client.list(None) } else { client.uidl(None) }.expect("a list has its place");
    }
    hear(&mut client, wire, |event| match event {
        ClientEvent::Listing { listing, .. } => {
            black_box(listing);
            lines += 1;
        }
        ClientEvent::UniqueId { listing, .. } => {
            black_box(listing);
            lines += 1;
        }
        _ => {}
    });
    lines
}

/// The least that reading a list needs: each line end found, each number read, the rest a range. It
/// checks nothing.
fn list_floor(wire: &[u8], items: &mut Vec<(u32, u32, u32)>) -> u64 {
    items.clear();
    let mut at = memchr(b'\n', wire).map_or(0, |found| found + 1);
    while wire[at] != b'.' {
        let mut number = 0;
        while wire[at] != b' ' {
            number = number * 10 + u32::from(wire[at] - b'0');
            at += 1;
        }
        let end = at + memchr(b'\n', &wire[at..]).expect("the list is whole");
        items.push((number, at as u32 + 1, end as u32 - 1));
        at = end + 1;
    }
    black_box(&*items).len() as u64
}

/// D1: LIST.
pub(super) fn list(smaller: usize) -> Task {
    let count = share(MESSAGES, smaller);
    let wire = Rc::new(data::scan_listings(count));
    let task = Task::new("D1", "LIST: number and size of each message", wire.len(), count);
    let input = wire.clone();
    let task = task.ours("mailproto pop3::Client", count, move || lists(&[Verb::List], &input));
    #[cfg(feature = "slow-peers")]
    let task = {
        let input = Arc::new(wire.to_vec());
        task.peer("rust-pop3-client, over loopback", count, move || {
            over_loopback(&input, |connection| connection.list().expect("the list is sound").len() as u64)
        })
    };
    let (input, mut items) = (wire, Vec::with_capacity(count));
    task.floor("memchr and numbers, reused Vec", count, move || list_floor(&input, &mut items)).bound(
        "mailproto pop3::Client",
        "rust-pop3-client, over loopback",
        1.0 / 5.0,
    )
}

/// D2: UIDL.
pub(super) fn uidl(smaller: usize) -> Task {
    let count = share(MESSAGES, smaller);
    let wire = Rc::new(data::unique_ids(count));
    let task = Task::new("D2", "UIDL: number and unique id of each message", wire.len(), count);
    let input = wire.clone();
    let task = task.ours("mailproto pop3::Client", count, move || lists(&[Verb::Uidl], &input));
    #[cfg(feature = "slow-peers")]
    let task = {
        let input = Arc::new(wire.to_vec());
        task.peer("rust-pop3-client, over loopback", count, move || {
            over_loopback(&input, |connection| connection.list_unique_ids().expect("the list is sound").len() as u64)
        })
    };
    let (input, mut items) = (wire, Vec::with_capacity(count));
    task.floor("memchr and numbers, reused Vec", count, move || list_floor(&input, &mut items)).bound(
        "mailproto pop3::Client",
        "rust-pop3-client, over loopback",
        1.0 / 5.0,
    )
}

/// D3: LIST and UIDL, which libetpan does in one.
pub(super) fn both(smaller: usize) -> Task {
    let count = share(MESSAGES, smaller);
    let wire = Rc::new([data::scan_listings(count), data::unique_ids(count)].concat());
    let task = Task::new("D3", "LIST and UIDL together", wire.len(), count);
    let input = wire.clone();
    let task = task.ours("mailproto pop3::Client", 2 * count, move || lists(&[Verb::List, Verb::Uidl], &input));
    #[cfg(libetpan)]
    let task = {
        let stream = [b"+OK ready\r\n", wire.as_slice()].concat();
        task.peer("libetpan mailpop3_list", count, move || crate::etpan::pop3_list(&stream))
    };
    task.bound("mailproto pop3::Client", "libetpan mailpop3_list", 1.0 / 5.0)
}

/// D4: RETR.
pub(super) fn retr(smaller: usize) -> Task {
    let message = data::message(share(64 << 20, smaller));
    let length = message.len();
    let wire = Rc::new([b"+OK\r\n", data::stuffed(&message).as_slice()].concat());
    let task = Task::new("D4", "RETR: the end found, added dots gone", wire.len(), 1);

    let fetch = |input: &[u8], in_place: bool, keep: &mut dyn FnMut(&[u8])| {
        let mut client = client();
        client.retr(1).expect("RETR has its place");
        let mut ended = false;
        let tell = |event: ClientEvent<'_>| match event {
            ClientEvent::Data { bytes, .. } => keep(bytes),
            ClientEvent::End { .. } => ended = true,
            _ => {}
        };
        if in_place {
            hear_in_place(&mut client, input, tell)
        } else {
            hear(&mut client, input, tell)
        }
        assert!(ended);
    };
    let (input, mut out) = (wire.clone(), Vec::with_capacity(length));
    let task = task.ours("mailproto pop3::Client, into a reused Vec", length, move || {
        out.clear();
        fetch(&input, false, &mut |bytes| out.extend_from_slice(bytes));
        out.len() as u64
    });
    let input = wire.clone();
    let task = task.ours("mailproto pop3::Client, chunks passed on", length, move || {
        let mut total = 0;
        fetch(&input, false, &mut |bytes| total += bytes.len());
        total as u64
    });
    let (input, mut out) = (wire.clone(), Vec::with_capacity(length));
    let task = task.ours("mailproto pop3::Client in place, into a reused Vec", length, move || {
        out.clear();
        fetch(&input, true, &mut |bytes| out.extend_from_slice(bytes));
        out.len() as u64
    });
    let (input, mut out) = (wire.clone(), Vec::with_capacity(length));
    let task = task.ours("mailproto VerbatimDotReader, into a reused Vec", length, move || {
        out.clear();
        let (mut reader, mut at) = (VerbatimDotReader::default(), b"+OK\r\n".len());
        loop {
            match reader.next(&input[at..]) {
                DotFrame::Data { length } => {
                    out.extend_from_slice(&input[at..at + length]);
                    at += length;
                }
                DotFrame::Skip { consumed } => at += consumed,
                DotFrame::End { .. } => return out.len() as u64,
                other => panic!("{other:?} at byte {at}"),
            }
        }
    });
    #[cfg(feature = "slow-peers")]
    let task = {
        let input = Arc::new(wire.to_vec());
        task.peer("rust-pop3-client, over loopback", length, move || {
            over_loopback(&input, |connection| {
                let mut message = Vec::new();
                connection.retrieve(1, &mut message).expect("the message is sound");
                // It ends each line with LF alone, so each line is a byte shorter.
                (message.len() + memchr::memchr_iter(b'\n', &message).count()) as u64
            })
        })
    };
    #[cfg(libetpan)]
    let task = {
        let lists = format!("+OK ready\r\n+OK\r\n1 {length}\r\n.\r\n+OK\r\n1 a\r\n.\r\n");
        let stream = [lists.as_bytes(), wire.as_slice()].concat();
        task.peer("libetpan mailpop3_retr", length, move || crate::etpan::pop3_retr(&stream))
    };
    let (input, mut out) = (wire, Vec::with_capacity(length));
    task.floor("memmem and copy, reused Vec", length, move || {
        out.clear();
        unstuff(&input[b"+OK\r\n".len()..], &mut out);
        out.len() as u64
    })
    .bound("mailproto pop3::Client, into a reused Vec", "rust-pop3-client, over loopback", 1.0 / 10.0)
    .bound("mailproto pop3::Client, into a reused Vec", "libetpan mailpop3_retr", 1.0 / 10.0)
    .bound("mailproto pop3::Client, into a reused Vec", "memmem and copy, reused Vec", 1.0 / 0.7)
    .bound("mailproto pop3::Client in place, into a reused Vec", "memmem and copy, reused Vec", 1.0 / 0.7)
    .bound("mailproto pop3::Client, chunks passed on", "rust-pop3-client, over loopback", 1.0 / 10.0)
    .bound("mailproto pop3::Client, chunks passed on", "libetpan mailpop3_retr", 1.0 / 10.0)
    .bound("mailproto pop3::Client, chunks passed on", "memmem and copy, reused Vec", 1.0 / 0.7)
}
