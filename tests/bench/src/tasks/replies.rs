//! C1, C2: what a server says, read whole: framed, checked, and every part of it looked at.

use std::hint::black_box;
use std::rc::Rc;

use lettre::transport::smtp::extension::ServerInfo;
use lettre::transport::smtp::response::Response;
use mailproto::Leniency;
use mailproto::frame::{ReplyFrame, ReplyFramer};
use mailproto::smtp::Reply;
use smtp_proto::EhloResponse;
use smtp_proto::response::parser::ResponseReceiver;

use super::share;
use crate::data;
use crate::harness::Task;

/// The most that a reply may hold, as by default.
const LIMIT: usize = 16_384;

fn total(items: &[Vec<u8>]) -> usize {
    items.iter().map(Vec::len).sum()
}

fn texts(items: &[Vec<u8>]) -> Vec<String> {
    items.iter().map(|item| String::from_utf8(item.clone()).expect("the data is ASCII")).collect()
}

/// Frames and checks the reply at the front of `bytes`.
fn frame(bytes: &[u8]) -> Reply<'_> {
    let frame = ReplyFramer::default().next(bytes, LIMIT);
    let ReplyFrame::Reply { consumed, .. } = frame else { panic!("the reply is whole") };
    assert_eq!(consumed, bytes.len());
    Reply::from_frame(bytes, frame, Leniency::LENIENT).expect("the reply is sound")
}

/// C1: replies to EHLO, every extension typed.
pub(super) fn ehlo(smaller: usize) -> Task {
    let replies = Rc::new(data::ehlo_replies(share(10_000, smaller)));
    let (count, bytes) = (replies.len(), total(&replies));
    let lines: usize = texts(&replies).iter().map(|reply| reply.lines().count() - 1).sum();
    let task = Task::new("C1", "EHLO replies: code, enhanced code, every extension with its parameters", bytes, count);

    let input = replies.clone();
    let task = task.ours("mailproto Reply", lines, move || {
        let mut extensions = 0;
        for bytes in input.iter() {
            let reply = frame(bytes);
            black_box((reply.code(), reply.enhanced()));
            let mut found = reply.extensions();
            while let Some(extension) = &found.next() {
                black_box(extension);
                extensions += 1;
            }
        }
        extensions
    });
    let input = replies.clone();
    let task = task.peer("smtp-proto EhloResponse", count, move || {
        input.iter().filter(|bytes| black_box(EhloResponse::parse(&mut bytes.iter())).is_ok()).count() as u64
    });
    let input = texts(&replies);
    let task = task.peer("lettre Response and ServerInfo", count, move || {
        let read = |text: &&String| {
            let response = text.parse::<Response>().expect("the reply is sound");
            black_box(ServerInfo::from_response(&response)).is_ok()
        };
        input.iter().filter(read).count() as u64
    });
    #[cfg(libetpan)]
    let task = {
        let stream = [b"220 mx\r\n", replies.concat().as_slice()].concat();
        task.peer("libetpan mailesmtp_ehlo", count, move || crate::etpan::ehlo(&stream, count as u64))
    };
    task.bound("mailproto Reply", "smtp-proto EhloResponse", 0.6)
}

/// C2: all other replies, every line of text taken.
pub(super) fn others(smaller: usize) -> Task {
    let replies = Rc::new(data::replies(share(20_000, smaller)));
    let (count, bytes) = (replies.len(), total(&replies));
    let lines: usize = texts(&replies).iter().map(|reply| reply.lines().count()).sum();
    let task = Task::new("C2", "other replies: code, enhanced code and text of every line", bytes, count);

    let input = replies.clone();
    let task = task.ours("mailproto Reply", lines, move || {
        let mut lines = 0;
        for bytes in input.iter() {
            let reply = frame(bytes);
            black_box((reply.code(), reply.enhanced()));
            for line in reply.lines() {
                black_box(line.message());
                lines += 1;
            }
        }
        lines
    });
    let input = replies.clone();
    let task = task.peer("smtp-proto ResponseReceiver", count, move || {
        let read = |bytes: &&Vec<u8>| black_box(ResponseReceiver::default().parse(&mut bytes.iter())).is_ok();
        input.iter().filter(read).count() as u64
    });
    let input = texts(&replies);
    task.peer("lettre Response", count, move || {
        input.iter().filter(|text| black_box(text.parse::<Response>()).is_ok()).count() as u64
    })
    .bound("mailproto Reply", "smtp-proto ResponseReceiver", 0.6)
}
