//! Bodies that end at a lone dot, both ways, against a model that looks at one byte after the other.

use crate::choices::Choices;
use crate::wire::assert_lines;
use mailproto::frame::{ChunkFramer, DotFrame, DotReader, DotWriter, LineEnds};

const POLICIES: [LineEnds; 2] = [LineEnds::Refuse, LineEnds::Canonicalise];

/// What reading a wire came to.
#[derive(Debug, PartialEq)]
struct Read {
    body: Vec<u8>,
    /// What follows the end, if there was one.
    rest: Option<Vec<u8>>,
    refused: bool,
}

/// Reading and writing bodies: no cut changes what is read or written, only CR LF `.` CR LF ends a
/// body, nothing bare is written, and what is written is read as it was.
pub fn dot_framing(data: &[u8]) {
    let (choices, bytes) = Choices::divide(data);
    for line_ends in POLICIES {
        let expected = model(bytes, line_ends);
        for pieces in [cut(bytes, None), cut(bytes, Some(choices.clone())), bytes.chunks(1).collect()] {
            assert_eq!(read(&pieces, line_ends), expected, "{line_ends:?} in {} pieces", pieces.len());
        }
        round_trip(bytes, line_ends, &choices);
    }
    chunk(bytes, choices);
}

fn cut<'a>(mut bytes: &'a [u8], choices: Option<Choices<'_>>) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut choices = choices;
    while !bytes.is_empty() {
        let length = choices.as_mut().map_or(bytes.len(), |choices| 1 + choices.below(bytes.len().min(90)));
        let (piece, rest) = bytes.split_at(length);
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

/// RFC 5321 §4.5.2 and §4.1.1.4, by the letter.
fn model(wire: &[u8], line_ends: LineEnds) -> Read {
    let (mut body, mut refused, mut at, mut line_start) = (Vec::new(), false, 0, true);
    let refuse = line_ends == LineEnds::Refuse;
    while at < wire.len() {
        let rest = &wire[at..];
        if line_start && rest.starts_with(b".\r\n") {
            let body = if refused { Vec::new() } else { body };
            return Read { body, rest: Some(rest[3..].to_vec()), refused };
        }
        // What could still become the end, or half of a CR LF, is not data yet.
        if line_start && matches!(rest, b"." | b".\r") || rest == b"\r" {
            break;
        }
        if line_start && rest[0] == b'.' {
            line_start = false;
            at += 1;
            continue;
        }
        line_start = rest.starts_with(b"\r\n");
        match rest[0] {
            b'\r' if line_start => {
                body.extend_from_slice(b"\r\n");
                at += 1;
            }
            b'\r' | b'\n' if refuse => refused = true,
            b'\r' | b'\n' => body.extend_from_slice(b"\r\n"),
            byte => {
                refused |= byte == 0 && refuse;
                body.push(byte);
            }
        }
        at += 1;
    }
    Read { body: if refused { Vec::new() } else { body }, rest: None, refused }
}

fn read(pieces: &[&[u8]], line_ends: LineEnds) -> Read {
    let mut reader = DotReader::new(line_ends);
    let (mut held, mut body) = (Vec::new(), Vec::new());
    let mut pieces = pieces.iter();
    let rest = loop {
        match reader.next(&held) {
            DotFrame::Incomplete => match pieces.next() {
                Some(piece) => held.extend_from_slice(piece),
                None => break None,
            },
            DotFrame::Data { length } => {
                assert!(length > 0);
                body.extend(held.drain(..length));
            }
            DotFrame::Skip { consumed } => {
                assert!(consumed > 0);
                held.drain(..consumed);
            }
            DotFrame::LineEnd { consumed } => {
                held.drain(..consumed);
                body.extend_from_slice(b"\r\n");
            }
            DotFrame::End { consumed, refused } => {
                assert_eq!(refused, reader.is_refused());
                held.drain(..consumed);
                held.extend(pieces.by_ref().copied().flatten());
                break Some(held);
            }
        }
    };
    let refused = reader.is_refused();
    // A host forgets what came of a message that is refused.
    Read { body: if refused { Vec::new() } else { body }, rest, refused }
}

/// Writes `body` in these pieces through windows of these sizes. `None` if it is refused.
fn write(pieces: &[&[u8]], mut rooms: Choices<'_>, line_ends: LineEnds) -> Option<Vec<u8>> {
    let mut writer = DotWriter::new(line_ends);
    let (mut wire, mut window) = (Vec::new(), [0; 100]);
    for piece in pieces {
        let mut piece = *piece;
        while !piece.is_empty() {
            let room = 3 + rooms.below(97);
            let done = writer.write(piece, &mut window[..room]);
            assert!(done.written <= room && done.taken <= piece.len());
            assert!(done.refused || done.taken + done.written > 0, "no progress in {room} bytes");
            wire.extend_from_slice(&window[..done.written]);
            piece = &piece[done.taken..];
            if done.refused {
                return None;
            }
        }
    }
    let end = writer.finish(&mut window[..DotWriter::FINISH_ROOM]);
    wire.extend_from_slice(&window[..end]);
    Some(wire)
}

fn round_trip(body: &[u8], line_ends: LineEnds, choices: &Choices<'_>) {
    let whole = write(&cut(body, None), Choices::divide(&[]).0, line_ends);
    for pieces in [cut(body, Some(choices.clone())), body.chunks(1).collect()] {
        assert_eq!(write(&pieces, choices.clone(), line_ends), whole, "{line_ends:?} in {} pieces", pieces.len());
    }
    let Some(wire) = whole else { return };
    assert_lines(&wire);
    let read = read(&cut(&wire, Some(choices.clone())), LineEnds::Canonicalise);
    let expected = canonical(body);
    assert_eq!(read, Read { body: expected, rest: Some(Vec::new()), refused: false });
}

/// The body with each line ended by CR LF, the last one too.
fn canonical(body: &[u8]) -> Vec<u8> {
    let mut canonical = Vec::new();
    let mut bytes = body.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                canonical.extend_from_slice(b"\r\n");
            }
            b'\n' => canonical.extend_from_slice(b"\r\n"),
            _ => canonical.push(byte),
        }
    }
    if !canonical.is_empty() && !canonical.ends_with(b"\r\n") {
        canonical.extend_from_slice(b"\r\n");
    }
    canonical
}

/// A body of an announced length takes exactly that much.
fn chunk(bytes: &[u8], mut choices: Choices<'_>) {
    let length = u64::from(choices.byte()) * 3;
    let mut framer = ChunkFramer::new(length);
    let mut taken = 0;
    for piece in cut(bytes, Some(choices)) {
        let count = framer.next(piece.len());
        assert!(count <= piece.len());
        assert!(count == piece.len() || framer.is_complete());
        taken += count as u64;
    }
    assert_eq!(taken, length.min(bytes.len() as u64));
    assert_eq!(framer.remaining(), length - taken);
}
