//! Messages to send, and the check that what arrived is what was sent.

use std::fmt::Write as _;
use std::sync::LazyLock;

/// A message of 7-bit text with all that data framing can get wrong: dots at
/// line starts, a lone dot, empty lines, spaces at line ends, a line of the
/// longest length that SMTP allows.
pub(crate) fn plain() -> Vec<u8> {
    let mut message = header("Plain text");
    message.push_str("\r\n.\r\n..\r\n.dot first\r\n...\r\n\r\n\r\ntrailing spaces  \r\n\ttab\t\r\n");
    let longest = "x".repeat(998);
    write!(message, "{longest}\r\n.{}\r\n", &longest[1..]).expect("a string takes it");
    message.push_str("QUIT\r\nMAIL FROM:<evil@elsewhere.test>\r\n.end\r\n");
    message.into_bytes()
}

/// A message whose text is UTF-8, as 8BITMIME carries it.
pub(crate) fn eight_bit() -> Vec<u8> {
    let mut message = header("Eight bits");
    message.push_str(
        "MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n\
         .\u{e4}\u{f6}\u{fc} \u{2014} \u{65e5}\u{672c}\u{8a9e} \u{1f4ee}\r\n",
    );
    message.into_bytes()
}

/// A message with UTF-8 in its header, which SMTPUTF8 alone carries.
pub(crate) fn international() -> Vec<u8> {
    let mut message = header("Gr\u{fc}\u{df}e aus K\u{f6}ln");
    message.push_str(
        "Keywords: \u{65e5}\u{672c}\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n\
         Stra\u{df}e\r\n",
    );
    message.into_bytes()
}

/// A message as large as many servers take. It is made once: many tests send it.
pub(crate) static FIFTY_MEBIBYTES: LazyLock<Vec<u8>> = LazyLock::new(|| large(50 << 20));

/// A message of at least `size` octets, no two lines alike, a dot before every
/// eighth.
pub(crate) fn large(size: usize) -> Vec<u8> {
    let mut message = header("Large").into_bytes();
    message.extend_from_slice(b"\r\n");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while message.len() < size {
        for word in 0..5 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            if word == 0 && state.is_multiple_of(8) {
                message.push(b'.');
            }
            write_hexadecimal(&mut message, state);
        }
        message.extend_from_slice(b"\r\n");
    }
    message
}

/// Fails unless `arrived` is `sent` behind header fields that the server
/// added, each of which must be one of `trace`.
#[track_caller]
pub(crate) fn assert_arrived(sent: &[u8], arrived: &[u8], trace: &[&str]) {
    let rest = without_trace(arrived, trace);
    assert!(
        rest == sent,
        "what arrived is not what was sent: {} octets sent, {} arrived, first difference at {:?}",
        sent.len(),
        rest.len(),
        sent.iter().zip(rest).position(|(sent, arrived)| sent != arrived),
    );
}

/// The same for several messages, which may have overtaken each other.
#[track_caller]
pub(crate) fn assert_all_arrived<const COUNT: usize>(
    sent: &[Vec<u8>; COUNT],
    mut arrived: [Vec<u8>; COUNT],
    trace: &[&str],
) {
    for (index, message) in sent.iter().enumerate() {
        let waiting = &mut arrived[index..];
        let place = waiting.iter().position(|arrived| without_trace(arrived, trace) == message);
        waiting.swap(0, place.unwrap_or_else(|| panic!("message {index} did not arrive as it was sent")));
    }
}

/// The message behind the fields of these names at its beginning.
fn without_trace<'a>(message: &'a [u8], names: &[&str]) -> &'a [u8] {
    let mut rest = message;
    while names.iter().any(|name| begins_with_field(rest, name)) {
        rest = behind_line(rest);
        while rest.first().is_some_and(|first| matches!(first, b' ' | b'\t')) {
            rest = behind_line(rest);
        }
    }
    rest
}

fn begins_with_field(message: &[u8], name: &str) -> bool {
    message.len() > name.len()
        && message[..name.len()].eq_ignore_ascii_case(name.as_bytes())
        && message[name.len()] == b':'
}

fn behind_line(message: &[u8]) -> &[u8] {
    message.windows(2).position(|pair| pair == b"\r\n").map_or(&[], |end| &message[end + 2..])
}

/// The fields that every server of the tests leaves alone.
fn header(subject: &str) -> String {
    format!(
        "From: Sender <sender@mail.test>\r\n\
         To: Alice <alice@mail.test>\r\n\
         Subject: {subject}\r\n\
         Date: Thu, 1 Jan 2026 12:00:00 +0000\r\n\
         Message-ID: <1@mail.test>\r\n"
    )
}

fn write_hexadecimal(message: &mut Vec<u8>, value: u64) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    for octet in value.to_be_bytes() {
        message.push(DIGITS[usize::from(octet >> 4)]);
        message.push(DIGITS[usize::from(octet & 15)]);
    }
}
