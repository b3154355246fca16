//! What both other baselines do, one behind the other: what `both` is measured against.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use mailproto_firmware::board::{self, Port};
use mailproto_firmware::plain::{read_subject, send_message};
use mailproto_firmware::stack;
use mailproto_firmware::subject::Subject;

#[entry]
fn main() -> ! {
    // SAFETY: the only calls in this program, one for each port.
    let (first, second) = unsafe { (board::serial_port(Port::First), board::serial_port(Port::Second)) };
    board::print("ports", b"open");
    let (Some(mut first), Some(mut second)) = (first, second) else { board::exit(false) };
    let mut subject = Subject::new();
    let done = send_message(&mut first).is_some() && read_subject(&mut second, &mut subject).is_some();
    board::print("subject", subject.text());
    board::report(&[("stack", stack::deepest())]);
    board::exit(done)
}
