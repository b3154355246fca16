//! The message over the serial port with no mail protocol: what `send` is
//! measured against.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use embedded_io::{Read, Write};
use mailproto_firmware::{board, message, stack};

#[entry]
fn main() -> ! {
    let done = exchange().is_some();
    board::report(&[("stack", stack::deepest())]);
    board::exit(done)
}

/// Sends the message and waits for one byte that says it arrived.
fn exchange() -> Option<()> {
    // SAFETY: the only call in this program.
    let mut port = unsafe { board::serial_port() }?;
    message::write(&mut |piece| write_all(&mut port, piece).ok_or(())).ok()?;
    port.flush().ok()?;
    let mut answer = [0];
    port.read_exact(&mut answer).ok()
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
