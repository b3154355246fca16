//! C3, C3+: what a client says, read whole: framed, checked, every parameter typed.

use std::hint::black_box;
use std::rc::Rc;

use mailproto::Leniency;
use mailproto::frame::{LineFrame, LineFramer};
use mailproto::smtp::Command;
use smtp_proto::request::receiver::RequestReceiver;
use smtp_proto::{Error, Request};

use super::share;
use crate::data;
use crate::harness::Task;

/// The longest command line, as by default.
const LIMIT: usize = 2_048;
/// Bytes of a read over Ethernet.
const READ: usize = 1_460;

/// C3: commands, one of eight with a parameter.
pub(super) fn plain(smaller: usize) -> Task {
    task("C3", "commands: verb, path, BODY", smaller, false)
}

/// C3+: commands with SIZE, BODY, RET, ENVID, NOTIFY and ORCPT.
pub(super) fn with_parameters(smaller: usize) -> Task {
    task("C3+", "commands with SIZE, BODY, RET, ENVID, NOTIFY, ORCPT, each typed", smaller, true)
}

/// Looks at every part of a command; how many parameters it has.
fn look(line: &[u8]) -> u64 {
    let Ok((command, _)) = &Command::parse(line, Leniency::LENIENT) else { panic!("the command is sound") };
    let (Command::Mail { path, parameters } | Command::Rcpt { path, parameters }) = command else {
        black_box(command);
        return 0;
    };
    black_box((path.local_part(), path.domain()));
    let (mut parameters, mut count) = (parameters.iter(), 0);
    while let Some(Ok(parameter)) = &parameters.next() {
        black_box(parameter);
        count += 1;
    }
    count
}

/// Frames and reads every command at the front of `held`; the bytes they took.
fn read_all(framer: &mut LineFramer, held: &[u8], seen: &mut u64) -> usize {
    let mut start = 0;
    loop {
        let rest = &held[start..];
        match framer.next(rest, LIMIT, false) {
            LineFrame::Line { length, consumed } => {
                *seen += 1 + look(&rest[..length]);
                start += consumed;
            }
            LineFrame::Incomplete => return start,
            LineFrame::Drop { .. } | LineFrame::TooLong { .. } => panic!("no line is too long"),
        }
    }
}

fn task(name: &'static str, about: &str, smaller: usize, parameters: bool) -> Task {
    let commands = Rc::new(data::commands(share(20_000, smaller), parameters));
    let count = commands.len();
    let stream = Rc::new(commands.concat());
    let equals = |line: &Vec<u8>| line.starts_with(b"MAIL") as usize * if parameters { 4 } else { 1 };
    let expected: usize = commands
        .iter()
        .map(|line| 1 + equals(line) + if parameters && line.starts_with(b"RCPT") { 2 } else { 0 })
        .sum();
    let task = Task::new(name, about, stream.len(), count);

    let input = commands.clone();
    let task = task.ours("mailproto Command", expected, move || {
        let mut seen = 0;
        for line in input.iter() {
            let frame = LineFramer::default().next(line, LIMIT, false);
            let LineFrame::Line { length, .. } = frame else { panic!("the line is whole") };
            seen += 1 + look(&line[..length]);
        }
        seen
    });
    let (input, mut held) = (stream.clone(), Vec::with_capacity(READ + LIMIT));
    let task = task.ours("mailproto Command, 1460 B reads", expected, move || {
        let (mut framer, mut seen) = (LineFramer::default(), 0);
        held.clear();
        for read in input.chunks(READ) {
            held.extend_from_slice(read);
            let taken = read_all(&mut framer, &held, &mut seen);
            held.drain(..taken);
        }
        seen
    });
    let input = commands.clone();
    let task = task.peer("smtp-proto Request::parse", count, move || {
        input.iter().filter(|line| black_box(Request::parse(&mut line.iter())).is_ok()).count() as u64
    });
    let input = stream.clone();
    let task = task.peer("smtp-proto RequestReceiver, 1460 B reads", count, move || {
        let (mut receiver, mut seen) = (RequestReceiver::default(), 0);
        for read in input.chunks(READ) {
            let mut bytes = read.iter();
            loop {
                match receiver.ingest(&mut bytes) {
                    Ok(request) => {
                        black_box(request);
                        seen += 1;
                    }
                    Err(Error::NeedsMoreData { .. }) => break,
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
        seen
    });
    let lines: Vec<String> = commands.iter().map(|line| String::from_utf8_lossy(line).trim_end().to_owned()).collect();
    task.peer("mailrs-smtp-proto parse_command (lines cut before)", count, move || {
        lines.iter().filter(|line| black_box(mailrs_smtp_proto::parse_command(line)).is_ok()).count() as u64
    })
    .bound("mailproto Command", "smtp-proto Request::parse", 0.6)
    .bound("mailproto Command, 1460 B reads", "smtp-proto RequestReceiver, 1460 B reads", 0.6)
}
