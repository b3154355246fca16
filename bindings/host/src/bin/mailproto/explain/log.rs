//! Conversations as files: `C: …` and `S: …` lines.
//!
//! Other lines are passed over, so that remarks, logs with other lines between, and what
//! `--trace` prints are read too. With a number in front of `C:` and `S:`, as `serve --trace`
//! writes it, one connection is read.

use crate::failure::{Failure, Status};
use mailproto_host::Side;

/// One line of a conversation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub(super) number: usize,
    pub(super) side: Side,
    /// As it stands in the file.
    pub(super) text: String,
    /// As it was on the wire.
    pub(super) bytes: Vec<u8>,
    /// It stands for lines that are not shown.
    pub(super) hidden: bool,
}

/// What stands for a secret that a log does not show: base64 of a user and a password.
const SECRET: &str = "AHVzZXIAc2VjcmV0";

/// Reads the lines of one connection: of the one that is asked for, or of the first.
pub(super) fn read(text: &str, connection: Option<u64>) -> Result<Vec<Line>, Failure> {
    let mut wanted = connection;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some((number, side, said)) = split(line) else { continue };
        if wanted.is_none() {
            wanted = number;
        }
        if number.is_none_or(|number| Some(number) == wanted) {
            let hidden = said.strip_suffix('\\').and_then(hidden).is_some_and(|(start, _)| start == 0);
            lines.push(Line { number: index + 1, side, text: said.to_owned(), bytes: wire(said, side), hidden });
        }
    }
    if lines.is_empty() {
        return Err(Failure::new(
            Status::Refused,
            "no line of the file is part of a conversation: each begins with `C: ` or `S: `",
        ));
    }
    Ok(lines)
}

/// The connection's number, if there is one, the side, and what it said.
fn split(line: &str) -> Option<(Option<u64>, Side, &str)> {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = match line[..digits].parse() {
        Ok(number) => (Some(number), line[digits..].strip_prefix(' ')?),
        Err(_) => (None, line),
    };
    let (side, said) = match (rest.strip_prefix("C:"), rest.strip_prefix("S:")) {
        (Some(said), _) => (Side::Client, said),
        (_, Some(said)) => (Side::Server, said),
        _ => return None,
    };
    Some((number, side, said.strip_prefix(' ').unwrap_or(said)))
}

/// The bytes of a line: with CR LF unless it ends with a backslash; `\r`, `\n`, `\0`, `\xNN` and
/// `\\` stand for bytes, `[secret]` for a secret, and `[9 more bytes]` at the end for so many.
fn wire(said: &str, side: Side) -> Vec<u8> {
    let unended = said.strip_suffix('\\').filter(|text| !text.ends_with('\\'));
    let mut text = unended.unwrap_or(said).to_owned();
    let mut more = 0;
    if side == Side::Client {
        text = text.replace("[secret]", SECRET);
    }
    if let Some((before, count)) = hidden(&text) {
        more = count;
        text.truncate(before);
    }
    let mut bytes = unescape(&text);
    if more > 0 && bytes.is_empty() && unended.is_some() {
        // Whole lines that are not shown.
        bytes.resize(more.saturating_sub(2), b'x');
        bytes.extend_from_slice(if more >= 2 { b"\r\n" } else { b"\n" });
        return bytes;
    }
    bytes.resize(bytes.len() + more, b'x');
    if unended.is_none() {
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// Where `[9 more bytes]` stands at the end, and how many.
fn hidden(text: &str) -> Option<(usize, usize)> {
    let start = text.strip_suffix(" more bytes]")?.rfind('[')?;
    let count: usize = text[start + 1..].split(' ').next()?.parse().ok()?;
    (count <= 1 << 30).then_some((start, count))
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let (value, length) = match (byte, behind) {
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b'0', ..]) => (0, 2),
            (b'\\', [b'\\', ..]) => (b'\\', 2),
            (b'\\', [b'x', high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
                (digit(*high) << 4 | digit(*low), 4)
            }
            _ => (byte, 1),
        };
        bytes.push(value);
        rest = &rest[length..];
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<String> {
        read(text, None).unwrap().iter().map(|line| line.bytes.escape_ascii().to_string()).collect()
    }

    #[test]
    fn lines_are_bytes_with_their_ends() {
        assert_eq!(
            bytes("# remark\nS: 220 x\nserver? connect\nC: a\\\\b\\x00\\0\\\nC:\n  C: \\q\n"),
            ["220 x\\r\\n", "a\\\\b\\x00\\x00", "\\r\\n", "\\\\q\\r\\n"]
        );
    }

    #[test]
    fn what_a_trace_hides_is_filled_in() {
        assert_eq!(
            bytes("C: AUTH PLAIN [secret]\nC: ab[3 more bytes]\nC: [5 more bytes]\\\nS: [3 more bytes]\\\n"),
            ["AUTH PLAIN AHVzZXIAc2VjcmV0\\r\\n", "abxxx\\r\\n", "xxx\\r\\n", "x\\r\\n"]
        );
        let hidden = |text| read(text, None).unwrap()[0].hidden;
        assert!(hidden("S: [5 more bytes]\\\n") && !hidden("S: a[5 more bytes]\\\n"));
    }

    #[test]
    fn one_connection_of_several_is_read() {
        let text = "1 S: 220 a\n2 S: 220 b\n1 C: QUIT\n";
        assert_eq!(bytes(text), ["220 a\\r\\n", "QUIT\\r\\n"]);
        assert_eq!(read(text, Some(2)).unwrap()[0].bytes, b"220 b\r\n");
        assert!(read(text, Some(3)).is_err());
    }
}
