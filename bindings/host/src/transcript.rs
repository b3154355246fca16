//! A conversation as people read it: one line each, secrets taken out, long bodies shortened.
//!
//! A transcript follows both directions of an SMTP or LMTP connection just far enough to know what
//! is a command, what is a secret and what is a message. It works on the bytes of the wire, so it
//! serves either side, and it hides what a client logs in with even where a server receives it.
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

use mailproto::smtp::{Command, Verb};
use mailproto::{Leniency, TransmitLog};
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

/// Follows one conversation.
#[derive(Debug, Default)]
pub struct Transcript {
    client: Line,
    server: Line,
    mode: Mode,
    /// Commands without a reply yet.
    unanswered: usize,
    /// AUTH has been said, and so many replies come before its own.
    secret: Option<usize>,
    body_lines: usize,
    body_hidden: u64,
}

/// What the client's bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Commands,
    Data,
    Chunk {
        left: u64,
    },
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

impl Transcript {
    /// Takes what one side said, in any pieces, and tells of each line that it completes.
    pub fn hear(&mut self, side: Side, bytes: &[u8], tell: &mut Tell<'_>) {
        match side {
            Side::Server => self.hear_server(bytes, tell),
            Side::Client => bytes.iter().for_each(|byte| self.hear_client(*byte, tell)),
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
        *self = Self::default();
        tell(Entry { side: Side::Client, kind: Kind::Tls, text: "TLS begins".into() });
    }

    /// The connection is over: tells of lines that were never completed.
    pub fn end(&mut self, tell: &mut Tell<'_>) {
        self.end_body(tell);
        for (side, kind) in [(Side::Client, Kind::Command), (Side::Server, Kind::Reply)] {
            let line = if side == Side::Client { &mut self.client } else { &mut self.server };
            let line = std::mem::take(line);
            if line.length > 0 {
                let secret = side == Side::Client && (self.secret.is_some() || is_auth(line.text()));
                tell(Entry { side, kind, text: if secret { "[secret]\\".into() } else { line.show() } });
            }
        }
    }

    fn hear_client(&mut self, byte: u8, tell: &mut Tell<'_>) {
        self.client.push(byte);
        if let Mode::Chunk { left } = self.mode {
            self.mode = Mode::Chunk { left: left.saturating_sub(1) };
            if byte == b'\n' || left <= 1 {
                self.body_line(tell);
            }
            if left <= 1 {
                self.end_body(tell);
            }
        } else if byte == b'\n' {
            match self.mode {
                Mode::Data if self.client.shown == b".\r\n" => {
                    self.end_body(tell);
                    self.unanswered += 1;
                    let line = std::mem::take(&mut self.client);
                    tell(Entry { side: Side::Client, kind: Kind::Body, text: line.show() });
                }
                Mode::Data => self.body_line(tell),
                _ => self.command(tell),
            }
        }
    }

    fn body_line(&mut self, tell: &mut Tell<'_>) {
        let line = std::mem::take(&mut self.client);
        if self.body_lines < BODY_LINES {
            self.body_lines += 1;
            tell(Entry { side: Side::Client, kind: Kind::Body, text: line.show() });
        } else {
            self.body_hidden += line.length as u64;
        }
    }

    fn end_body(&mut self, tell: &mut Tell<'_>) {
        if self.body_hidden > 0 {
            let text = format!("[{} more bytes]\\", self.body_hidden);
            tell(Entry { side: Side::Client, kind: Kind::Body, text });
        }
        self.body_hidden = 0;
        self.body_lines = 0;
        self.mode = Mode::Commands;
    }

    fn command(&mut self, tell: &mut Tell<'_>) {
        let line = std::mem::take(&mut self.client);
        let mut told = |text| tell(Entry { side: Side::Client, kind: Kind::Command, text });
        if self.secret.is_some() {
            return told("[secret]".into());
        }
        let text = line.text();
        if is_auth(text) {
            self.secret = Some(self.unanswered);
            told(without_response(text));
        } else {
            told(line.show());
            if let Ok((Command::Bdat { length: left, .. }, _)) = Command::parse(text, Leniency::LENIENT)
                && left > 0
            {
                self.mode = Mode::Chunk { left };
            }
        }
        self.unanswered += 1;
    }

    fn hear_server(&mut self, bytes: &[u8], tell: &mut Tell<'_>) {
        for byte in bytes {
            self.server.push(*byte);
            if *byte != b'\n' {
                continue;
            }
            let line = std::mem::take(&mut self.server);
            tell(Entry { side: Side::Server, kind: Kind::Reply, text: line.show() });
            let text = line.text();
            let code = text.get(..3).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
            if let Some(code) = code.filter(|_| text.get(3) != Some(&b'-')) {
                self.replied(code);
            }
        }
    }

    fn replied(&mut self, code: u16) {
        if code == 334 {
            return;
        }
        self.unanswered = self.unanswered.saturating_sub(1);
        match self.secret {
            Some(0) if code == 235 || code >= 400 => self.secret = None,
            Some(ahead) => self.secret = Some(ahead.saturating_sub(1)),
            None if code == 354 && self.mode == Mode::Commands => self.mode = Mode::Data,
            None => {}
        }
    }
}

/// Whether a line may carry a secret; also what only resembles AUTH.
fn is_auth(line: &[u8]) -> bool {
    line.trim_ascii_start().get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case(Verb::Auth.name().as_bytes()))
}

/// AUTH and the name of the mechanism.
fn without_response(line: &[u8]) -> String {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mechanism = words.by_ref().take(2).map(escape).collect::<Vec<_>>().join(" ");
    if words.next().is_some() { mechanism + " [secret]" } else { mechanism }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of a conversation when every piece has `size` bytes.
    fn log(said: &[(Side, &[u8])], size: usize) -> Vec<String> {
        let mut told = Vec::new();
        let mut transcript = Transcript::default();
        for (side, bytes) in said {
            for piece in bytes.chunks(size) {
                transcript.hear(*side, piece, &mut |entry| told.push(entry.to_string()));
            }
        }
        transcript.end(&mut |entry| told.push(entry.to_string()));
        told
    }

    #[test]
    fn no_form_of_a_login_is_shown() {
        use Side::{Client, Server};
        let said: &[(Side, &[u8])] = &[
            (Client, b"NOOP\r\nAUTH PLAIN c2VjcmV0\r\nc2VjcmV0 again\r\n"),
            (Server, b"250 OK\r\n"),
            (Client, b"c2VjcmV0\r\n"),
            (Server, b"535-no\r\n535 no\r\n"),
            (Client, b"  auth\tplain c2VjcmV0\r\n"),
            (Server, b"501 no\r\n"),
            (Client, b"AUTH LOGIN\r\n"),
            (Server, b"334 VXNlcm5hbWU6\r\n"),
            (Client, b"c2VjcmV0\r\n"),
            (Server, b"334 UGFzc3dvcmQ6\r\n"),
            (Client, b"c2VjcmV0"),
        ];
        for size in [1, 3, 1000] {
            let told = log(said, size);
            assert!(!told.concat().contains("c2VjcmV0"), "{told:#?}");
            assert_eq!(told[1], "C: AUTH PLAIN [secret]");
            assert_eq!(told.iter().filter(|line| line.contains("[secret]")).count(), 6, "{told:#?}");
        }
    }

    #[test]
    fn after_a_login_commands_are_shown_again() {
        use Side::{Client, Server};
        let told = log(
            &[(Client, b"AUTH PLAIN x\r\n"), (Server, b"235 hello\r\n"), (Client, b"MAIL FROM:<>\r\n")],
            usize::MAX,
        );
        assert_eq!(told, ["C: AUTH PLAIN [secret]", "S: 235 hello", "C: MAIL FROM:<>"]);
    }

    #[test]
    fn a_long_message_is_shortened_and_its_end_is_found() {
        use Side::{Client, Server};
        let body = b"0123456789\r\n".repeat(100);
        let said: &[(Side, &[u8])] = &[
            (Client, b"DATA\r\n"),
            (Server, b"354 go\r\n"),
            (Client, &body),
            (Client, b"AUTH PLAIN not-a-secret\r\n.\r\nQUIT\r\n"),
        ];
        for size in [1, 7, 5000] {
            let told = log(said, size);
            assert_eq!(told.len(), 2 + BODY_LINES + 3, "{told:#?}");
            assert_eq!(told[2 + BODY_LINES..], ["C: [1081 more bytes]\\", "C: .", "C: QUIT"]);
        }
    }

    #[test]
    fn a_chunk_is_over_when_its_bytes_are() {
        let told = log(&[(Side::Client, b"BDAT 5\r\nab\r\ncNOOP\r\nBDAT 0 LAST\r\nQUIT\r\n")], 1);
        assert_eq!(told, ["C: BDAT 5", "C: ab", "C: c\\", "C: NOOP", "C: BDAT 0 LAST", "C: QUIT"]);
    }

    #[test]
    fn nothing_said_steers_the_terminal() {
        let told = log(&[(Side::Client, b"\x1b[2J\xff\xc2\x9b\\\n")], 1);
        assert_eq!(told, ["C: \\x1b[2J\\xff\\xc2\\x9b\\\\\\n\\"]);
    }
}
