//! Commands: reading and writing.

use crate::choices::Choices;
use crate::wire::assert_lines;
use mailproto::frame::{LineFrame, LineFramer};
use mailproto::smtp::{Command, Path};
use mailproto::{Anomalies, Leniency};

/// Commands: no cut changes what is found, what is read can be written and read again, and
/// strictness only ever takes away.
pub fn smtp_command(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    let (limit, lf_ends) = (8 + choices.below(256), choices.flag());
    let whole = lines(wire, limit, lf_ends, wire.len().max(1));
    for step in [1, 2, 1 + choices.below(40)] {
        assert_eq!(lines(wire, limit, lf_ends, step), whole, "by {step}");
    }
    let leniency = Leniency::STRICT.with(Anomalies::from_bits(u32::from(choices.byte()) << 5));
    for line in wire.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        command(line, leniency);
        path(line);
    }
}

/// Finds lines in `wire`, which comes in pieces of `step`; `None` for one that is too long.
fn lines(wire: &[u8], limit: usize, lf_ends: bool, step: usize) -> Vec<Option<Vec<u8>>> {
    let mut framer = LineFramer::default();
    let (mut found, mut held) = (Vec::new(), Vec::new());
    let mut pieces = wire.chunks(step);
    loop {
        match framer.next(&held, limit, lf_ends) {
            LineFrame::Incomplete => {
                assert!(held.len() < limit, "more than the limit is held");
                match pieces.next() {
                    Some(piece) => held.extend_from_slice(piece),
                    None => return found,
                }
            }
            LineFrame::Line { length, consumed } => {
                assert!(consumed <= limit && consumed > length);
                found.push(Some(held[..length].to_vec()));
                held.drain(..consumed);
            }
            LineFrame::Drop { consumed } => {
                assert!(consumed > 0);
                held.drain(..consumed);
            }
            LineFrame::TooLong { consumed } => {
                found.push(None);
                held.drain(..consumed);
            }
        }
    }
}

fn encode(command: &Command<'_>) -> Vec<u8> {
    let mut wire = Vec::new();
    command.encode(&mut |bytes| wire.extend_from_slice(bytes));
    assert_lines(&wire);
    assert_eq!(wire.iter().filter(|byte| **byte == b'\n').count(), 1);
    assert!(wire.ends_with(b"\r\n"));
    wire
}

fn command(line: &[u8], leniency: Leniency) {
    let lenient = Command::parse(line, Leniency::LENIENT);
    for stricter in [leniency, Leniency::STRICT] {
        match Command::parse(line, stricter) {
            Ok((command, anomalies)) => {
                assert!(stricter.tolerates(anomalies));
                assert_eq!(lenient, Ok((command, anomalies)), "strictness changed the meaning");
            }
            Err(error) => assert!(error.offset <= line.len()),
        }
    }
    let Ok((command, _)) = lenient else { return };
    let wire = encode(&command);
    let (again, _) = Command::parse(&wire[..wire.len() - 2], Leniency::LENIENT)
        .unwrap_or_else(|error| panic!("{error:?} in {}", wire.escape_ascii()));
    assert_eq!(again.verb(), command.verb());
    assert!(encode(&again) == wire, "written twice, {} differs", wire.escape_ascii());
    match (command, again) {
        (Command::Mail { path, parameters }, Command::Mail { path: path_again, parameters: parameters_again })
        | (Command::Rcpt { path, parameters }, Command::Rcpt { path: path_again, parameters: parameters_again }) => {
            assert_eq!(mailbox(path), mailbox(path_again));
            assert!(parameters.iter().eq(parameters_again.iter()));
        }
        (Command::Xclient(attributes), Command::Xclient(attributes_again)) => {
            assert!(attributes.iter().eq(attributes_again.iter()));
        }
        _ => assert_eq!(command, again),
    }
}

fn mailbox<'a>(path: Path<'a>) -> (&'a str, &'a str, &'a str) {
    (path.as_str(), path.local_part(), path.domain())
}

fn path(bytes: &[u8]) {
    let Ok(path) = Path::parse(bytes) else { return };
    assert!(!path.as_str().bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
    let (local, domain) = (path.local_part(), path.domain());
    let joined = if local.len() == path.as_str().len() { local.to_owned() } else { format!("{local}@{domain}") };
    assert_eq!(joined, path.as_str());
    let _ = path.unquoted_local_part().count();
    if path.anomalies().is_empty() && path.as_str().contains('@') {
        let strict = Path::from_mailbox(path.as_str()).unwrap();
        assert_eq!(mailbox(strict), mailbox(path));
    }
}
