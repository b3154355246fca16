//! C5: a message of 64 MiB received behind DATA.

use std::rc::Rc;

use mailproto::frame::{DotFrame, DotReader, LineEnds};
use memchr::memmem::Finder;
use smtp_proto::request::receiver::DataReceiver;

use super::{READ, share};
use crate::harness::Task;
use crate::{data, session};

pub(super) fn task(smaller: usize) -> Task {
    let message = data::message(share(64 << 20, smaller));
    let length = message.len();
    let wire = Rc::new(data::stuffed(&message));
    let task = Task::new("C5", "DATA received: the end found, added dots gone, line ends checked", wire.len(), 1);

    let (input, mut out) = (wire.clone(), Vec::with_capacity(length));
    let task = task.ours("mailproto smtp::Server, into a reused Vec", length, move || {
        out.clear();
        session::serve(&mut session::server_in_data(), &input, READ, |data| out.extend_from_slice(data));
        out.len() as u64
    });
    let input = wire.clone();
    let task = task.ours("mailproto smtp::Server, chunks passed on", length, move || {
        let mut total = 0;
        session::serve(&mut session::server_in_data(), &input, READ, |data| total += data.len());
        total as u64
    });
    let (input, mut out) = (wire.clone(), Vec::with_capacity(length));
    let task = task.ours("mailproto smtp::Server in place, into a reused Vec", length, move || {
        out.clear();
        session::serve_in_place(&mut session::server_in_data(), &input, READ, |data| out.extend_from_slice(data));
        out.len() as u64
    });
    let (input, mut out) = (wire.clone(), Vec::with_capacity(length));
    let task = task.ours("mailproto DotReader, into a reused Vec", length, move || {
        out.clear();
        let (mut reader, mut at) = (DotReader::new(LineEnds::Refuse), 0);
        loop {
            match reader.next(&input[at..]) {
                DotFrame::Data { length } => {
                    out.extend_from_slice(&input[at..at + length]);
                    at += length;
                }
                DotFrame::Skip { consumed } => at += consumed,
                DotFrame::End { refused: false, .. } => return out.len() as u64,
                other => panic!("{other:?} at byte {at}"),
            }
        }
    });
    let input = wire.clone();
    let task = task.peer("smtp-proto DataReceiver, 16 KiB reads", length, move || {
        let (mut receiver, mut out) = (DataReceiver::new(), Vec::new());
        for read in input.chunks(READ) {
            if receiver.ingest(&mut read.iter(), &mut out) {
                break;
            }
        }
        out.len() as u64
    });
    let (input, mut out) = (wire.clone(), Vec::with_capacity(length));
    let task = task.peer("smtp-proto DataReceiver, into a reused Vec", length, move || {
        let mut receiver = DataReceiver::new();
        out.clear();
        for read in input.chunks(READ) {
            if receiver.ingest(&mut read.iter(), &mut out) {
                break;
            }
        }
        out.len() as u64
    });
    let (input, mut out, mut buffer) = (wire.clone(), Vec::with_capacity(length), vec![0; READ]);
    let task = task.peer("smtp-proto DataReceiver, reads copied in, into a reused Vec", length, move || {
        let mut receiver = DataReceiver::new();
        out.clear();
        for read in input.chunks(READ) {
            buffer[..read.len()].copy_from_slice(read);
            if receiver.ingest(&mut buffer[..read.len()].iter(), &mut out) {
                break;
            }
        }
        out.len() as u64
    });
    let input = wire.clone();
    let task = task.peer("mailrs-smtp-proto unstuff_data (whole)", 1, move || {
        // It is given the message after its end was found.
        u64::from(mailrs_smtp_proto::unstuff_data(&input[..input.len() - 3]).len() >= length)
    });
    let (input, mut out) = (wire.clone(), Vec::with_capacity(length));
    task.floor("memmem and copy, reused Vec", length, move || {
        out.clear();
        unstuff(&input, &mut out);
        out.len() as u64
    })
    .bound("mailproto smtp::Server, into a reused Vec", "smtp-proto DataReceiver, 16 KiB reads", 1.0 / 3.0)
    .bound("mailproto smtp::Server, into a reused Vec", "memmem and copy, reused Vec", 1.0 / 0.7)
    .bound("mailproto smtp::Server in place, into a reused Vec", "smtp-proto DataReceiver, 16 KiB reads", 1.0 / 3.0)
    .bound("mailproto smtp::Server in place, into a reused Vec", "memmem and copy, reused Vec", 1.0 / 0.7)
    .bound("mailproto smtp::Server, chunks passed on", "smtp-proto DataReceiver, 16 KiB reads", 1.0 / 3.0)
    .bound("mailproto smtp::Server, chunks passed on", "memmem and copy, reused Vec", 1.0 / 0.7)
}

/// Finds the dots and copies what is between them: the least that receiving needs.
pub(super) fn unstuff(wire: &[u8], out: &mut Vec<u8>) {
    let finder = Finder::new(b"\r\n.");
    let mut start = usize::from(wire.starts_with(b"."));
    while let Some(found) = finder.find(&wire[start..]) {
        let dot = start + found + 2;
        out.extend_from_slice(&wire[start..dot]);
        if wire[dot + 1..].starts_with(b"\r\n") {
            return;
        }
        start = dot + 1;
    }
}
