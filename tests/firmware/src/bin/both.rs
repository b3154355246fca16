//! Mails the attachment by SMTP over the first serial port, then reads the subject of the newest message by
//! POP3 over the second.
//!
//! Ends with success when the message was taken and a subject was read, and with failure at any refusal.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use mailproto::{pop3, smtp};
use mailproto_firmware::board::{self, Port};
use mailproto_firmware::reading::{self, Pop3Client, newest};
use mailproto_firmware::sending::{self, SmtpClient, send};
use mailproto_firmware::stack;
use mailproto_firmware::subject::Subject;
use static_cell::StaticCell;

#[entry]
fn main() -> ! {
    static SENDER: StaticCell<SmtpClient> = StaticCell::new();
    static READER: StaticCell<Pop3Client> = StaticCell::new();

    // SAFETY: the only calls in this program, one for each port.
    let (first, second) = unsafe { (board::serial_port(Port::First), board::serial_port(Port::Second)) };
    board::print("ports", b"open");
    let sender = SENDER.try_init_with(|| smtp::Client::new(smtp::ClientOptions::default()));
    let reader = READER.try_init_with(|| pop3::Client::new(pop3::ClientOptions::default()));
    let (Some(mut first), Some(mut second)) = (first, second) else { board::exit(false) };
    let (Some(sender), Some(reader)) = (sender, reader) else { board::exit(false) };
    let mut subject = Subject::new();
    let done = send(sender, &mut first).is_ok() && newest(reader, &mut second, &mut subject).is_ok();
    board::print("subject", subject.text());
    board::report(&[("buffers", 2 * sending::BUFFER + 2 * reading::BUFFER), ("stack", stack::deepest())]);
    board::exit(done)
}
