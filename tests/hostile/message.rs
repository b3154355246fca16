//! Messages that are made to take a program apart: deep, wide, endless, and never what they say.

use mailproto::message::{Anomaly, Event, Message, MessageTable, PartKind, Reader, ReaderOptions};
use mailproto::{Fixed, Limits};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Parts and the deepest nesting that a reader with 1 KiB of memory tells of.
fn read(bytes: &[u8], limits: Limits) -> (usize, usize) {
    let mut reader: Reader<Fixed<1_024, 0>> = Reader::new(ReaderOptions { limits, ..ReaderOptions::default() });
    let (mut rest, mut parts, mut depth, mut is_over) = (bytes, 0, 0, false);
    while !is_over {
        let taken = reader.receive(rest);
        rest = &rest[taken..];
        if rest.is_empty() {
            reader.receive_eof();
        }
        while let Some(event) = reader.next_event() {
            match event {
                Event::PartStart(part) => (parts, depth) = (parts + 1, depth.max(part.depth as usize)),
                Event::End => is_over = true,
                _ => {}
            }
        }
    }
    (parts, depth)
}

fn parse(bytes: &[u8]) -> Message<&[u8]> {
    Message::parse(bytes)
}

/// The least time of the processor that one of several runs takes.
fn quickest(mut run: impl FnMut()) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let times = (0..5).map(|_| {
        let start = now();
        run();
        now() - start
    });
    times.min().unwrap()
}

/// Takes a message apart in one way.
type Way = fn(&[u8], Limits);

/// Four times the input takes about four times the time, in the tree and in the reader; sixteen times would be
/// quadratic.
fn assert_linear(name: &str, make: impl Fn(usize) -> Vec<u8>, count: usize) {
    let (one, four) = (make(count), make(4 * count));
    let limits = Limits { parts: u32::MAX, header_fields: u32::MAX, ..Limits::default() };
    let ways: [(&str, Way); 2] = [
        ("tree", |bytes, limits| {
            Message::parse_with(bytes, &limits, MessageTable::default()).anomalies();
        }),
        ("reader", |bytes, limits| {
            read(bytes, limits);
        }),
    ];
    for (way, run) in ways {
        let (first, second) = (quickest(|| run(&one, limits)), quickest(|| run(&four, limits)));
        assert!(
            second < first * 9 + Duration::from_millis(1),
            "{name}, {way}: {first:?} for {count}, {second:?} for four times as much"
        );
    }
}

#[test]
fn ten_thousand_nested_parts_end_at_the_limit_without_recursion() {
    let multiparts: String =
        (0..10_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    let messages = "Content-Type: message/rfc822\r\n\r\n".repeat(10_000);
    for bytes in [multiparts, messages] {
        let message = parse(bytes.as_bytes());
        let deepest = message.parts().map(|part| part.depth()).max();
        assert_eq!(deepest, Some(usize::from(Limits::MAX_NESTING)));
        assert!(message.structural_anomalies().contains(Anomaly::TOO_DEEP));
        assert_eq!(message.parts().count(), usize::from(Limits::MAX_NESTING) + 1);
        let (parts, depth) = read(bytes.as_bytes(), Limits::default());
        assert_eq!((parts, Some(depth)), (message.parts().count(), deepest));
    }
}

#[test]
fn a_million_parts_side_by_side_end_at_the_limit_or_are_a_flat_list() {
    let mut bytes = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec();
    for _ in 0..1_000_000 {
        bytes.extend_from_slice(b"--b\r\n\r\nx\r\n");
    }
    let message = parse(&bytes);
    assert_eq!(message.parts().count(), 10_000);
    assert!(message.structural_anomalies().contains(Anomaly::TOO_MANY_PARTS));
    assert!(message.part(9_999).unwrap().body_raw().len() > 8_000_000, "the last part has the rest");
    assert_eq!(read(&bytes, Limits::default()), (10_000, 1));
    let limits = Limits { parts: u32::MAX, ..Limits::default() };
    let message = Message::parse_with(&bytes, &limits, MessageTable::default());
    assert_eq!(message.root().children().count(), 1_000_000);
    assert_eq!(read(&bytes, limits), (1_000_001, 1));
}

#[test]
fn boundaries_that_begin_alike_are_never_taken_for_each_other() {
    let bytes = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\
        Content-Type: multipart/mixed; boundary=ab\r\n\r\n--ab\r\n\r\none\r\n--abc\r\n--a b\r\n--ab--\r\n--a  \t\r\n\r\ntwo\r\n--a--\r\n";
    let message = parse(bytes);
    let bodies: Vec<_> =
        message.parts().filter(|part| part.is_leaf()).map(|part| part.body_raw().escape_ascii().to_string()).collect();
    assert_eq!(bodies, ["one\\r\\n--abc\\r\\n--a b", "two"]);
    assert!(message.anomalies().is_empty());
}

#[test]
fn a_boundary_that_is_missing_or_never_closed_costs_no_text() {
    for (bytes, anomaly, text) in [
        (&b"Content-Type: multipart/mixed\r\n\r\n--a\r\n\r\ntext"[..], Anomaly::MISSING_BOUNDARY, "--a\r\n\r\ntext"),
        (b"Content-Type: multipart/mixed; boundary=a\r\n\r\ntext", Anomaly::UNUSED_BOUNDARY, "text"),
        (b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\ntext", Anomaly::UNCLOSED_MULTIPART, "text"),
        (b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\ntext", Anomaly::MISSING_BLANK_LINE, "text"),
    ] {
        let message = parse(bytes);
        assert!(message.structural_anomalies().contains(anomaly), "{anomaly:?}");
        let index = message.bodies().text[0];
        assert_eq!(message.part(index).unwrap().body_raw(), text.as_bytes(), "{anomaly:?}");
    }
}

#[test]
fn an_outer_boundary_ends_whatever_is_open_within() {
    let bytes = b"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\n\
        Subject: inner\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--a\n\nlast\n--a--\n";
    let message = parse(bytes);
    let shape: Vec<_> = message.parts().map(|part| (part.depth(), part.kind())).collect();
    assert_eq!(
        shape,
        [
            (0, PartKind::Multipart),
            (1, PartKind::Message),
            (2, PartKind::Multipart),
            (3, PartKind::Html),
            (1, PartKind::Plain)
        ]
    );
    assert_eq!(message.part(4).unwrap().body_raw(), b"last");
    let anomalies = message.anomalies();
    assert!(anomalies.contains(Anomaly::UNENDED_HEADER) && anomalies.contains(Anomaly::UNCLOSED_MULTIPART));
    assert_eq!(anomalies.first(Anomaly::BARE_LF), Some(41));
}

#[test]
fn the_line_end_before_a_boundary_belongs_to_it_and_no_more() {
    for (before, body) in
        [("\r\n", ""), ("\r\n\r\n", "\r\n"), ("x\n\n", "x\n"), ("x\r\n\r\n", "x\r\n"), ("x\r\r\n", "x\r")]
    {
        let bytes = format!("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\n{before}--a--");
        assert_eq!(parse(bytes.as_bytes()).part(1).unwrap().body_raw(), body.as_bytes(), "{before:?}");
    }
}

#[test]
fn headers_have_their_limits_and_the_body_is_still_found() {
    let many = [&b"A: b\r\n".repeat(5_000)[..], b"Content-Type: text/html\r\n\r\nbody"].concat();
    let message = parse(&many);
    assert_eq!(message.root().fields().count(), 2_000);
    assert_eq!(message.root().kind(), PartKind::Plain, "what lies beyond the limit says nothing");
    assert_eq!(message.root().body_raw(), b"body");
    assert_eq!(message.structural_anomalies().first(Anomaly::TOO_MANY_FIELDS), Some(12_000));
    let long = [b"A: ", &b"x\r\n ".repeat(1_000_000)[..], b"\r\nB: c\r\n\r\nbody"].concat();
    let message = parse(&long);
    assert_eq!(message.root().fields().count(), 2);
    assert_eq!(message.root().body_raw(), b"body");
    assert!(message.structural_anomalies().contains(Anomaly::CUT_FIELD));
}

#[test]
fn every_shape_that_is_quadratic_elsewhere_is_linear_here() {
    let nested: String = (0..31).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    let head = |boundary: &str| format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n");
    let repeat = |head: String, line: &'static str| {
        move |count: usize| [head.as_bytes(), line.repeat(count).as_bytes()].concat()
    };
    assert_linear("boundaries that are none", repeat(nested.clone() + "\n", "--b\n"), 2_000);
    assert_linear("boundaries like the outermost", repeat(nested + "\n", "--b00\n"), 2_000);
    assert_linear("parts without anything", repeat(head("a"), "--a\n"), 2_000);
    assert_linear("a boundary that is never found", repeat(head("a"), "\n--"), 3_000);
    assert_linear("line ends", repeat(head("a"), "\r\n"), 3_000);
    assert_linear("folds", repeat("A: b\r\n".to_owned(), " \r\n"), 3_000);
    assert_linear("fields", repeat(String::new(), "A:\n"), 2_000);
    assert_linear("comments", repeat("Content-Type: (".to_owned(), "("), 6_000);
    assert_linear("parameters", repeat("Content-Type: multipart/mixed".to_owned(), ";a"), 6_000);
    assert_linear("equals signs", repeat("Content-Transfer-Encoding: quoted-printable\n\n".to_owned(), "="), 6_000);
    assert_linear("white space", repeat("Content-Transfer-Encoding: quoted-printable\n\n".to_owned(), "  \t"), 3_000);
    assert_linear("padding", repeat("Content-Transfer-Encoding: base64\n\n".to_owned(), "="), 6_000);
    assert_linear("begin", repeat("Content-Transfer-Encoding: x-uue\n\n".to_owned(), "begin 644 a\n"), 2_000);
}
