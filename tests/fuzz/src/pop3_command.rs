//! POP3's commands, capabilities and listings: reading and writing.

use crate::choices::Choices;
use crate::wire::assert_lines;
use mailproto::pop3::{Capability, Command, DropListing, ScanListing, UniqueIdListing};
use mailproto::{Anomalies, Leniency};

/// Commands: what is read can be written and read again, and strictness only ever takes away.
pub fn pop3_command(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    let leniency = Leniency::STRICT.with(Anomalies::from_bits(u32::from(choices.byte()) << 5));
    for line in wire.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        command(line, leniency);
        listing(line);
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
    // A line that a framer found has no line end in it, and whatever else has one is not written.
    if line.contains(&b'\r') {
        let _ = Command::parse(line, leniency);
        return;
    }
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
    let again = Command::parse(&wire[..wire.len() - 2], Leniency::STRICT);
    let (again, anomalies) = again.unwrap_or_else(|error| panic!("{error:?} in {}", wire.escape_ascii()));
    assert_eq!((again, anomalies), (command, Anomalies::NONE));
    assert!(encode(&again) == wire);
    if matches!(command, Command::Pass(_)) {
        assert_eq!(format!("{command:?}"), "Pass(..)");
    }
}

fn listing(line: &[u8]) {
    if let Some(capability) = Capability::parse(line) {
        assert!(capability.set().tags().count() <= 1);
    }
    if let Some(DropListing { messages, octets }) = DropListing::parse(line) {
        let again = format!("{messages} {octets}");
        assert_eq!(DropListing::parse(again.as_bytes()), Some(DropListing { messages, octets }));
    }
    if let Some((listing, _)) = ScanListing::parse(line) {
        let again = format!("{} {}", listing.number, listing.octets);
        assert_eq!(ScanListing::parse(again.as_bytes()), Some((listing, Anomalies::NONE)));
    }
    if let Some((listing, _)) = UniqueIdListing::parse(line) {
        assert!(!listing.unique_id.is_empty() && listing.number != Some(0));
    }
}
