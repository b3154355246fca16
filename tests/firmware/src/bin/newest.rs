//! Reads the subject of the newest message through the core over the serial port.
//!
//! Ends with success when it has one, and with failure at any refusal.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use mailproto::pop3::{Client, ClientOptions};
use mailproto_firmware::board::{self, Port};
use mailproto_firmware::reading::{BUFFER, Pop3Client, newest};
use mailproto_firmware::stack;
use mailproto_firmware::subject::Subject;
use static_cell::StaticCell;

#[entry]
fn main() -> ! {
    static CLIENT: StaticCell<Pop3Client> = StaticCell::new();

    // SAFETY: the only call in this program.
    let port = unsafe { board::serial_port(Port::First) };
    board::print("ports", b"open");
    let client = CLIENT.try_init_with(|| Client::new(ClientOptions::default()));
    let (Some(mut port), Some(client)) = (port, client) else { board::exit(false) };
    let mut subject = Subject::new();
    let done = newest(client, &mut port, &mut subject).is_ok();
    board::print("subject", subject.text());
    board::report(&[("client", size_of::<Pop3Client>()), ("buffers", 2 * BUFFER), ("stack", stack::deepest())]);
    board::exit(done)
}
