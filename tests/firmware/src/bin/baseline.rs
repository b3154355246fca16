//! The attachment over the serial port with no mail protocol: what `send` is
//! measured against.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use embedded_io::{Read, Write};
use mailproto_firmware::attachment::Attachment;
use mailproto_firmware::{board, stack};

#[entry]
fn main() -> ! {
    let done = exchange().is_some();
    board::report(&[("stack", stack::deepest())]);
    board::exit(done)
}

/// Sends the attachment and waits for one byte that says it arrived.
fn exchange() -> Option<()> {
    // SAFETY: the only call in this program.
    let mut port = unsafe { board::serial_port() }?;
    for byte in Attachment::new() {
        port.write_all(&[byte]).ok()?;
    }
    port.flush().ok()?;
    let mut answer = [0];
    port.read_exact(&mut answer).ok()
}
