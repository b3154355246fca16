//! The subject of a message that comes over the serial port with no mail protocol: what `newest` is measured
//! against.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use mailproto_firmware::board::{self, Port};
use mailproto_firmware::plain::read_subject;
use mailproto_firmware::stack;
use mailproto_firmware::subject::Subject;

#[entry]
fn main() -> ! {
    // SAFETY: the only call in this program.
    let port = unsafe { board::serial_port(Port::First) };
    board::print("ports", b"open");
    let mut subject = Subject::new();
    let done = port.and_then(|mut port| read_subject(&mut port, &mut subject)).is_some();
    board::print("subject", subject.text());
    board::report(&[("stack", stack::deepest())]);
    board::exit(done)
}
