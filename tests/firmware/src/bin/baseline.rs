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
    message::write(&mut |piece| port.write_all(piece)).ok()?;
    port.flush().ok()?;
    let mut answer = [0];
    port.read_exact(&mut answer).ok()
}
