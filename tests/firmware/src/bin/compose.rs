//! Composes the message with the core and sends it over the serial port with no mail protocol.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use mailproto_firmware::board::{self, Port};
use mailproto_firmware::plain::send_composed;
use mailproto_firmware::stack;

#[entry]
fn main() -> ! {
    // SAFETY: the only call in this program.
    let port = unsafe { board::serial_port(Port::First) };
    board::print("ports", b"open");
    let done = port.and_then(|mut port| send_composed(&mut port)).is_some();
    board::report(&[("buffers", 0), ("stack", stack::deepest())]);
    board::exit(done)
}
