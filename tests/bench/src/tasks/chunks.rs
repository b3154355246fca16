//! The same work in small reads: a byte that comes alone may cost more, but never more the more
//! there are.

use std::rc::Rc;

use mailproto::frame::{DotFrame, DotReader, DotWriter, LineEnds, LineFrame, LineFramer, ReplyFrame, ReplyFramer};

use super::{READ, share};
use crate::harness::Task;
use crate::{data, session};

/// The sizes of a read: the first is compared with the last.
const SIZES: [usize; 4] = [1, 7, 1_460, READ];

/// The most a byte that comes alone may cost, beside one of a large read.
const MOST: f64 = 15.0;
/// The most that twice the input may cost.
const TWICE: f64 = 2.3;

/// One entry's names: for each size, and for twice the input in reads of one byte.
type Names = [&'static str; 5];

/// Adds an entry for each size of a read, and one that must show that the cost is linear.
///
/// `pass` is given the input and the size, and returns `expected(input)`.
fn add(
    mut task: Task,
    names: Names,
    (once, expected): (&Rc<Vec<u8>>, usize),
    (twice, expected_twice): (&Rc<Vec<u8>>, usize),
    pass: fn(&[u8], usize) -> u64,
) -> Task {
    for (name, size) in names.into_iter().zip(SIZES) {
        let input = once.clone();
        task = task.ours(name, expected, move || pass(&input, size)).handling(once.len());
    }
    let input = twice.clone();
    task.ours(names[4], expected_twice, move || pass(&input, 1))
        .handling(twice.len())
        .bound_per_byte(names[0], names[3], MOST)
        .bound(names[4], names[0], TWICE)
}

/// Shows a framer the wire, `size` bytes more at a time, always from where its last frame ended.
fn through(wire: &[u8], size: usize, mut take: impl FnMut(&[u8]) -> usize) {
    let (mut start, mut end) = (0, 0);
    while end < wire.len() {
        end = wire.len().min(end + size);
        loop {
            let taken = take(&wire[start..end]);
            if taken == 0 {
                break;
            }
            start += taken;
        }
    }
}

/// Positive and negative replies that leave a connection open.
fn verdicts(count: usize) -> Vec<u8> {
    let mut stream = Vec::new();
    let open = |reply: &&Vec<u8>| reply.starts_with(b"250") || reply.starts_with(b"550");
    data::replies(count * 3 / 2).iter().filter(open).take(count).for_each(|reply| stream.extend_from_slice(reply));
    stream
}

pub(super) fn replies(smaller: usize) -> Task {
    let count = share(2_000, smaller);
    let (once, twice) = (Rc::new(verdicts(count)), Rc::new(verdicts(2 * count)));
    let task = Task::new("replies by chunks", "replies in reads of 1 B to 16 KiB", once.len(), count);
    let task = add(
        task,
        ["ReplyFramer 1 B", "ReplyFramer 7 B", "ReplyFramer 1460 B", "ReplyFramer 16 KiB", "ReplyFramer 1 B, twice"],
        (&once, count),
        (&twice, 2 * count),
        |wire, size| {
            let (mut framer, mut found) = (ReplyFramer::default(), 0);
            through(wire, size, |held| match framer.next(held, READ) {
                ReplyFrame::Reply { consumed, .. } => {
                    found += 1;
                    consumed
                }
                _ => 0,
            });
            found
        },
    );
    add(
        task,
        [
            "smtp::Client 1 B",
            "smtp::Client 7 B",
            "smtp::Client 1460 B",
            "smtp::Client 16 KiB",
            "smtp::Client 1 B, twice",
        ],
        (&once, count),
        (&twice, 2 * count),
        |wire, size| session::follow(&mut session::client(), wire, size),
    )
}

pub(super) fn commands(smaller: usize) -> Task {
    let count = share(2_000, smaller).next_multiple_of(8);
    let (once, twice) = (Rc::new(data::conversation(count)), Rc::new(data::conversation(2 * count)));
    let lines = |wire: &[u8]| wire.iter().filter(|byte| **byte == b'\n').count();
    let task = Task::new(
        "commands by chunks",
        "transactions with parameters and short messages in reads of 1 B to 16 KiB",
        once.len(),
        count,
    );
    let task = add(
        task,
        ["LineFramer 1 B", "LineFramer 7 B", "LineFramer 1460 B", "LineFramer 16 KiB", "LineFramer 1 B, twice"],
        (&once, lines(&once)),
        (&twice, lines(&twice)),
        |wire, size| {
            let (mut framer, mut found) = (LineFramer::default(), 0);
            through(wire, size, |held| match framer.next(held, 2_048, false) {
                LineFrame::Line { consumed, .. } => {
                    found += 1;
                    consumed
                }
                _ => 0,
            });
            found
        },
    );
    let message = "Subject: notes\r\n\r\n.and more\r\n".len();
    add(
        task,
        [
            "smtp::Server 1 B",
            "smtp::Server 7 B",
            "smtp::Server 1460 B",
            "smtp::Server 16 KiB",
            "smtp::Server 1 B, twice",
        ],
        (&once, count / 8 * message),
        (&twice, count / 4 * message),
        |wire, size| {
            let mut total = 0;
            session::serve(&mut session::server(), wire, size, |data| total += data.len());
            total as u64
        },
    )
}

pub(super) fn receive(smaller: usize) -> Task {
    let length = share(1 << 20, smaller);
    let wire = |length| Rc::new(data::stuffed(&data::message(length)));
    let (once, twice) = (wire(length), wire(2 * length));
    let task = Task::new("receive by chunks", "a message received in reads of 1 B to 16 KiB", once.len(), 1);
    let task = add(
        task,
        ["DotReader 1 B", "DotReader 7 B", "DotReader 1460 B", "DotReader 16 KiB", "DotReader 1 B, twice"],
        (&once, length),
        (&twice, 2 * length),
        |wire, size| {
            let (mut reader, mut total) = (DotReader::new(LineEnds::Refuse), 0);
            through(wire, size, |held| match reader.next(held) {
                DotFrame::Data { length } => {
                    total += length as u64;
                    length
                }
                DotFrame::Skip { consumed } | DotFrame::LineEnd { consumed } | DotFrame::End { consumed, .. } => {
                    consumed
                }
                DotFrame::Incomplete => 0,
            });
            total
        },
    );
    add(
        task,
        [
            "smtp::Server 1 B",
            "smtp::Server 7 B",
            "smtp::Server 1460 B",
            "smtp::Server 16 KiB",
            "smtp::Server 1 B, twice",
        ],
        (&once, length),
        (&twice, 2 * length),
        |wire, size| {
            let mut total = 0;
            session::serve(&mut session::server_in_data(), wire, size, |data| total += data.len());
            total as u64
        },
    )
}

pub(super) fn send(smaller: usize) -> Task {
    let length = share(1 << 20, smaller);
    let (once, twice) = (Rc::new(data::message(length)), Rc::new(data::message(2 * length)));
    let wire = |message: &[u8]| data::stuffed(message).len();
    let task = Task::new("send by chunks", "a message sent in pieces of 1 B to 16 KiB", once.len(), 1);
    let task = add(
        task,
        ["DotWriter 1 B", "DotWriter 7 B", "DotWriter 1460 B", "DotWriter 16 KiB", "DotWriter 1 B, twice"],
        (&once, wire(&once)),
        (&twice, wire(&twice)),
        |message, size| {
            let (mut writer, mut window, mut total) = (DotWriter::new(LineEnds::Refuse), vec![0; 2 * READ], 0);
            for mut piece in message.chunks(size) {
                while !piece.is_empty() {
                    let done = writer.write(piece, &mut window);
                    piece = &piece[done.taken..];
                    total += done.written;
                }
            }
            (total + writer.finish(&mut window)) as u64
        },
    );
    add(
        task,
        [
            "smtp::Client 1 B",
            "smtp::Client 7 B",
            "smtp::Client 1460 B",
            "smtp::Client 16 KiB",
            "smtp::Client 1 B, twice",
        ],
        (&once, wire(&once)),
        (&twice, wire(&twice)),
        |message, size| session::send(&mut session::client_in_data(), message, size, |_| ()),
    )
}
