//! The jobs of the programs without a mail protocol, for what those cost to be told.

use super::message;
use super::subject::Subject;
use embedded_io::{Read, Write};

/// Sends the message and waits for one byte that says it arrived.
pub fn send_message<S: Read + Write>(port: &mut S) -> Option<()> {
    message::write(&mut |piece| write_all(port, piece).ok_or(())).ok()?;
    port.flush().ok()?;
    while port.read(&mut [0]).ok()? == 0 {}
    Some(())
}

/// Asks for the newest message by one byte, and reads what comes up to a NUL.
pub fn read_subject<S: Read + Write>(port: &mut S, subject: &mut Subject) -> Option<()> {
    write_all(port, b"?")?;
    let mut piece = [0; 64];
    loop {
        let count = port.read(&mut piece).ok()?;
        let bytes = piece.get(..count)?;
        subject.look_at(bytes);
        if count == 0 || bytes.last() == Some(&0) {
            return Some(());
        }
    }
}

/// As the method of this name, which panics over a port that takes nothing.
fn write_all(port: &mut impl Write, bytes: &[u8]) -> Option<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let count = port.write(rest).ok()?;
        rest = rest.get(count..).unwrap_or_default();
    }
    Some(())
}
