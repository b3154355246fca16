//! Mails the attachment through the core over the serial port.
//!
//! Ends with success when the server has taken the message, and with failure at
//! any refusal.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use mailproto::smtp::{Client, ClientOptions};
use mailproto_firmware::board::{self, Port};
use mailproto_firmware::sending::{BUFFER, Failure, SmtpClient, send};
use mailproto_firmware::stack;
use static_cell::StaticCell;

#[entry]
fn main() -> ! {
    static CLIENT: StaticCell<SmtpClient> = StaticCell::new();

    // SAFETY: the only call in this program.
    let port = unsafe { board::serial_port(Port::First) };
    board::print("ports", b"open");
    let client = CLIENT.try_init_with(|| Client::new(ClientOptions::default()));
    let (Some(mut port), Some(client)) = (port, client) else { board::exit(false) };
    let (done, code) = match send(client, &mut port) {
        Ok(()) => (true, 250),
        Err(Failure::Refused(code)) => (false, code),
        Err(Failure::Conversation) => (false, 1),
        Err(Failure::Port) => (false, 2),
    };
    board::report(&[
        ("outcome", code.into()),
        ("client", size_of::<SmtpClient>()),
        ("buffers", 2 * BUFFER),
        ("stack", stack::deepest()),
    ]);
    board::exit(done)
}
