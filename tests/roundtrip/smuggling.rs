//! No input ends a message but CR LF `.` CR LF: every short string of the bytes that matter, at
//! every cut.

use mailproto::Endpoint;
use mailproto::frame::{DotFrame, DotReader, DotWriter, LineEnds};
use mailproto::smtp::{ExtensionSet, Server, ServerEvent, ServerOptions};

const ALPHABET: [u8; 5] = [b'\r', b'\n', b'.', 0, b'a'];
const POLICIES: [LineEnds; 2] = [LineEnds::Refuse, LineEnds::Canonicalise];

/// Every string of the alphabet up to this length.
fn strings(longest: u32, mut each: impl FnMut(&[u8])) {
    for length in 0..=longest {
        let mut string = vec![0; length as usize];
        for number in 0..5_usize.pow(length) {
            let mut rest = number;
            for place in &mut string {
                *place = ALPHABET[rest % 5];
                rest /= 5;
            }
            each(&string);
        }
    }
}

/// Where the body ends by RFC 5321 §4.1.1.4: behind the first lone dot between two CR LF, the start
/// of the body counting as one.
fn end_of_body(wire: &[u8]) -> Option<usize> {
    if wire.starts_with(b".\r\n") {
        return Some(3);
    }
    wire.windows(5).position(|bytes| bytes == b"\r\n.\r\n").map(|place| place + 5)
}

/// What a reader makes of `wire`, cut once: what it delivers and where it ends.
fn read(wire: &[u8], cut: usize, line_ends: LineEnds) -> (Vec<u8>, Option<usize>, bool) {
    let mut reader = DotReader::new(line_ends);
    let (mut body, mut at, mut have) = (Vec::new(), 0, cut);
    loop {
        match reader.next(&wire[at..have]) {
            DotFrame::Incomplete if have < wire.len() => have = wire.len(),
            DotFrame::Incomplete => return (body, None, reader.is_refused()),
            DotFrame::Data { length } => {
                body.extend_from_slice(&wire[at..at + length]);
                at += length;
            }
            DotFrame::Skip { consumed } => at += consumed,
            DotFrame::LineEnd { consumed } => {
                body.extend_from_slice(b"\r\n");
                at += consumed;
            }
            DotFrame::End { consumed, refused } => return (body, Some(at + consumed), refused),
        }
    }
}

fn has_bare_line_end(bytes: &[u8]) -> bool {
    let mut previous = 0;
    bytes.iter().chain([&0]).any(|&byte| {
        let bare = (previous == b'\r') != (byte == b'\n');
        previous = byte;
        bare
    })
}

#[test]
fn every_short_string_ends_a_body_where_the_rfc_says_and_nowhere_else() {
    for line_ends in POLICIES {
        let mut number = 0;
        strings(8, |wire| {
            let expected = end_of_body(wire);
            let whole = read(wire, wire.len(), line_ends);
            assert_eq!(whole.1, expected, "{} {line_ends:?}", wire.escape_ascii());
            if whole.1.is_some() && !whole.2 {
                assert!(!has_bare_line_end(&whole.0), "{} passes something bare on", wire.escape_ascii());
            }
            // Of the longest strings there are many: one cut of each, in turn.
            let cuts = if wire.len() < 8 { 0..wire.len() } else { number % 8..number % 8 + 1 };
            number += 1;
            for cut in cuts {
                let (body, end, refused) = read(wire, cut, line_ends);
                assert_eq!((end, refused), (whole.1, whole.2), "{} cut at {cut}", wire.escape_ascii());
                // What comes of a message that is refused is forgotten.
                assert!(refused || body == whole.0, "{} cut at {cut}", wire.escape_ascii());
            }
        });
    }
}

#[test]
fn what_is_written_of_every_short_string_ends_at_its_own_end() {
    for line_ends in POLICIES {
        strings(7, |body| {
            let mut writer = DotWriter::new(line_ends);
            let mut wire = [0; 64];
            let done = writer.write(body, &mut wire);
            if done.refused {
                return;
            }
            assert_eq!(done.taken, body.len());
            let length = done.written + writer.finish(&mut wire[done.written..]);
            let wire = &wire[..length];
            assert!(!has_bare_line_end(wire), "{}", wire.escape_ascii());
            assert_eq!(end_of_body(wire), Some(length), "{}", wire.escape_ascii());
        });
    }
}

#[test]
fn a_server_takes_one_message_of_every_short_string() {
    let mut options = ServerOptions::new("mx.example.org");
    options.offered = ExtensionSet::NONE;
    for line_ends in POLICIES {
        strings(5, |string| {
            let data = [string, b"\r\n.\r\n"].concat();
            let end = end_of_body(&data).unwrap();
            let mut server: Server = Server::new(ServerOptions { line_ends, ..options }).unwrap();
            let wire =
                [b"HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n", &data[..end]].concat();
            let mut rest = &wire[..];
            let (mut ended, mut body) = (0, Vec::new());
            loop {
                let question = match server.next_event().unwrap() {
                    Some(event) => {
                        match event {
                            ServerEvent::Data(bytes) => body.extend_from_slice(bytes),
                            ServerEvent::DataEnd { .. } => {
                                ended += 1;
                                assert!(!has_bare_line_end(&body), "{}", string.escape_ascii());
                            }
                            ServerEvent::DataAborted(_) => ended += 1,
                            ServerEvent::Refused { line, .. } => panic!("{} is read as a command", line.escape_ascii()),
                            _ => {}
                        }
                        event.is_question()
                    }
                    None if rest.is_empty() => break,
                    None => {
                        let taken = server.receive(&rest[..1]);
                        rest = &rest[taken..];
                        false
                    }
                };
                if question {
                    server.accept().unwrap();
                }
                server.transmitted(server.transmit().len());
            }
            assert_eq!(ended, 1, "{}", string.escape_ascii());
        });
    }
}
