//! Responses, the lines of lists, capabilities: reading.

use crate::choices::Choices;
use mailproto::frame::{DotFrame, VerbatimDotReader};
use mailproto::pop3::{Capability, DropListing, Response, ScanListing, UniqueIdListing};
use mailproto::{Anomalies, Leniency};

/// Responses: strictness only ever takes away, what is read again says the same, and no cut changes a
/// message or where it ends.
pub fn pop3_response(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    for line in wire.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        look_at(line);
    }
    let whole = message(wire, wire.len().max(1));
    for step in [1, 2, 1 + choices.below(40)] {
        assert_eq!(message(wire, step), whole, "by {step}");
    }
    assert_eq!(whole, by_definition(wire));
}

fn look_at(line: &[u8]) {
    let lenient = Response::parse(line, Leniency::LENIENT);
    if let Ok((response, anomalies)) = Response::parse(line, Leniency::STRICT) {
        assert!(anomalies.is_empty());
        assert_eq!(lenient, Ok((response, Anomalies::NONE)));
    }
    if let Ok((response, _)) = lenient {
        assert!(line.ends_with(response.rest()));
        let code = response.code().map(|code| code.name().len() + 2).unwrap_or(0);
        assert!(code + response.text().len() <= response.rest().len());
        if let Some(timestamp) = response.timestamp() {
            assert!(timestamp.starts_with('<') && timestamp.ends_with('>') && timestamp.is_ascii());
        }
        let _ = (response.drop_listing(), response.scan_listing(), response.unique_id_listing());
    }
    if let Some(listing) = DropListing::parse(line) {
        let again = format!("{} {}", listing.messages, listing.octets);
        assert_eq!(DropListing::parse(again.as_bytes()), Some(listing));
    }
    if let Some((listing, _)) = ScanListing::parse(line) {
        let again = format!("{} {}", listing.number, listing.octets);
        assert_eq!(ScanListing::parse(again.as_bytes()), Some((listing, Anomalies::NONE)));
    }
    if let Some((UniqueIdListing { number: Some(number), unique_id }, _)) = UniqueIdListing::parse(line) {
        let again = format!("{number} {unique_id}");
        let listing = UniqueIdListing { number: Some(number), unique_id };
        assert_eq!(UniqueIdListing::parse(again.as_bytes()), Some((listing, Anomalies::NONE)));
    }
    if let Some(Capability::Unknown { tag, parameters }) = Capability::parse(line) {
        let again = format!("{tag} {parameters}");
        assert_eq!(Capability::parse(again.as_bytes()), Some(Capability::Unknown { tag, parameters }));
    }
}

/// The message at the front of `wire` and what is left behind it, read in pieces.
fn message(wire: &[u8], step: usize) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut reader = VerbatimDotReader::default();
    let (mut held, mut body) = (Vec::new(), Vec::new());
    let mut pieces = wire.chunks(step);
    loop {
        match reader.next(&held) {
            DotFrame::Incomplete => {
                assert!(held.len() < 3, "more is held than a terminator");
                held.extend_from_slice(pieces.next()?);
            }
            DotFrame::Data { length } => body.extend(held.drain(..length)),
            DotFrame::Skip { consumed } => drop(held.drain(..consumed)),
            DotFrame::End { consumed, .. } => {
                held.drain(..consumed);
                held.extend(pieces.flatten());
                return Some((body, held));
            }
            DotFrame::LineEnd { .. } => panic!("a line end was mended"),
        }
    }
}

/// Lines end at CR LF and nowhere else; a dot at the start of one is taken away; alone it is the end.
fn by_definition(wire: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut body, mut rest) = (Vec::new(), wire);
    loop {
        if let Some(behind) = rest.strip_prefix(b".\r\n") {
            return Some((body, behind.to_vec()));
        }
        let end = rest.windows(2).position(|pair| pair == b"\r\n")? + 2;
        body.extend_from_slice(rest[..end].strip_prefix(b".").unwrap_or(&rest[..end]));
        rest = &rest[end..];
    }
}
