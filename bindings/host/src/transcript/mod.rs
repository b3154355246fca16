//! A conversation as people read it: one line each, secrets taken out, long bodies shortened.
//!
//! A transcript follows both directions of a connection just far enough to know what is a command, what is
//! a secret and what is a message. It works on the bytes of the wire, so it serves either side, and it
//! hides what a client logs in with even where a server receives it.
//!
//! ```
//! use mailproto_host::{Side, Transcript};
//! let mut log = String::new();
//! let mut transcript = Transcript::default();
//! let mut hear = |side, bytes: &[u8]| transcript.hear(side, bytes, &mut |entry| log += &format!("{entry}\n"));
//! hear(Side::Client, b"AUTH LOGIN\r\n");
//! hear(Side::Server, b"334 VXNlcm5hbWU6\r\n");
//! hear(Side::Client, b"dGlt\r\n");
//! hear(Side::Server, b"535 no\r\n");
//! hear(Side::Client, b"QUIT\r\n");
//! assert_eq!(log, "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: [secret]\nS: 535 no\nC: QUIT\n");
//! ```
//!
//! Control characters and what is not UTF-8 are shown as `\r`, `\n`, `\0`, `\xNN`, a backslash as
//! `\\`, and a last backslash says that no CR LF followed.

mod pop3;
mod smtp;

use mailproto::TransmitLog;
use mailproto::sasl::Mechanism;
use std::fmt;

/// Lines of a message that are shown.
const BODY_LINES: usize = 12;
/// Bytes of a line that are shown.
const LINE_BYTES: usize = 400;

/// Whose words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The client's.
    Client,
    /// The server's.
    Server,
}

/// What kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A command, or what stands in its place.
    Command,
    /// A line of a reply.
    Reply,
    /// A line of a message, or how much more of it there is.
    Body,
    /// TLS begins.
    Tls,
}

/// One line of a conversation. Displayed as `C: …` or `S: …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub side: Side,
    /// Of what kind.
    pub kind: Kind,
    /// What was said.
    pub text: String,
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match (self.kind, self.side) {
            (Kind::Tls, _) => "#",
            (_, Side::Client) => "C:",
            (_, Side::Server) => "S:",
        };
        write!(formatter, "{side} {}", self.text)
    }
}

type Tell<'a> = dyn FnMut(Entry) + 'a;

/// Follows one conversation. By default that is one in SMTP or LMTP.
#[derive(Debug)]
pub struct Transcript(Follower);

#[derive(Debug)]
enum Follower {
    Smtp(smtp::Smtp),
    Pop3(pop3::Pop3),
}

impl Default for Transcript {
    fn default() -> Self {
        Self(Follower::Smtp(smtp::Smtp::default()))
    }
}

impl Transcript {
    /// Follows a conversation in POP3.
    #[must_use]
    pub fn pop3() -> Self {
        Self(Follower::Pop3(pop3::Pop3::default()))
    }

    /// Takes what one side said, in any pieces, and tells of each line that it completes.
    pub fn hear(&mut self, side: Side, bytes: &[u8], tell: &mut Tell<'_>) {
        match &mut self.0 {
            Follower::Smtp(follower) => follower.hear(side, bytes, tell),
            Follower::Pop3(follower) => follower.hear(side, bytes, tell),
        }
    }

    /// The same for what an endpoint has sent.
    pub fn hear_log(&mut self, side: Side, log: TransmitLog<'_>, tell: &mut Tell<'_>) {
        self.hear(side, log.before, tell);
        if log.hidden > 0 {
            self.hear(side, b"[secret]", tell);
        }
        self.hear(side, log.after, tell);
    }

    /// TLS has begun: the conversation starts anew.
    pub fn tls_started(&mut self, tell: &mut Tell<'_>) {
        self.0 = match self.0 {
            Follower::Smtp(_) => Follower::Smtp(smtp::Smtp::default()),
            Follower::Pop3(_) => Follower::Pop3(pop3::Pop3::after_tls()),
        };
        tell(Entry { side: Side::Client, kind: Kind::Tls, text: "TLS begins".into() });
    }

    /// The connection is over: tells of lines that were never completed.
    pub fn end(&mut self, tell: &mut Tell<'_>) {
        match &mut self.0 {
            Follower::Smtp(follower) => follower.end(tell),
            Follower::Pop3(follower) => follower.end(tell),
        }
    }
}

/// The line that is being heard, as much of it as will be shown.
#[derive(Debug, Default)]
struct Line {
    shown: Vec<u8>,
    length: usize,
    /// The last byte so far.
    last: u8,
    /// The last byte but one.
    before: u8,
}

impl Line {
    fn push(&mut self, byte: u8) {
        if self.length < LINE_BYTES {
            self.shown.push(byte);
        }
        self.length += 1;
        self.before = self.last;
        self.last = byte;
    }

    /// The line's text, without what ends it.
    fn text(&self) -> &[u8] {
        let text = self.shown.as_slice();
        text.strip_suffix(b"\r\n").or_else(|| text.strip_suffix(b"\n")).unwrap_or(text)
    }

    fn show(&self) -> String {
        let ended = self.before == b'\r' && self.last == b'\n';
        let end = if ended { 2 } else { 0 };
        let shown = &self.shown[..self.shown.len().min(self.length - end)];
        let mut text = escape(shown);
        if self.length - end > shown.len() {
            text += &format!("[{} more bytes]", self.length - end - shown.len());
        }
        if !ended {
            text.push('\\');
        }
        text
    }
}

/// What follows a keyword at the start of a line, with or without a space between.
fn keyword<'a>(line: &'a [u8], word: &[u8; 4]) -> Option<&'a [u8]> {
    let start = line.iter().take_while(|byte| **byte <= b' ').count();
    let (first, rest) = line[start..].split_first_chunk::<4>()?;
    first.eq_ignore_ascii_case(word).then_some(rest)
}

/// AUTH and the name of the mechanism, of a line that begins with AUTH, and what may be a secret hidden.
fn without_response(line: &[u8]) -> Option<String> {
    let rest = keyword(line, b"AUTH")?;
    let mut words = rest.split(u8::is_ascii_whitespace);
    let glued = words.next().is_some_and(|word| !word.is_empty());
    let mut words = words.filter(|word| !word.is_empty());
    Some(match words.next() {
        None if !glued => "AUTH".into(),
        Some(name) if !glued && is_mechanism(name) => {
            format!("AUTH {}{}", escape(name), if words.next().is_some() { " [secret]" } else { "" })
        }
        _ => "AUTH [secret]".into(),
    })
}

/// Whether a word is the name of a mechanism (RFC 4422 §3.1) and no response by mistake: one that is known
/// may stand in any case, others in capital letters.
fn is_mechanism(word: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_".contains(byte);
    Mechanism::from_name(word).is_some() || (1..=20).contains(&word.len()) && word.iter().all(plain)
}

/// Bytes as one line of text.
pub(crate) fn escape(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\r' => text += "\\r",
                '\n' => text += "\\n",
                '\0' => text += "\\0",
                '\\' => text += "\\\\",
                // Those beyond ASCII steer terminals too.
                control if control.is_control() => {
                    let mut utf8 = [0; 4];
                    control.encode_utf8(&mut utf8).bytes().for_each(|byte| text += &format!("\\x{byte:02x}"));
                }
                other => text.push(other),
            }
        }
        chunk.invalid().iter().for_each(|byte| text += &format!("\\x{byte:02x}"));
    }
    text
}
