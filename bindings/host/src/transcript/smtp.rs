//! A conversation in SMTP or LMTP, followed just far enough to know what is a command, what is a secret and
//! what is a message.

use super::{BODY_LINES, Entry, Kind, Line, Side, Tell, without_response};
use mailproto::Leniency;
use mailproto::smtp::Command;

/// Follows one conversation.
#[derive(Debug, Default)]
pub(super) struct Smtp {
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

impl Smtp {
    pub(super) fn hear(&mut self, side: Side, bytes: &[u8], tell: &mut Tell<'_>) {
        match side {
            Side::Server => self.hear_server(bytes, tell),
            Side::Client => bytes.iter().for_each(|byte| self.hear_client(*byte, tell)),
        }
    }

    pub(super) fn end(&mut self, tell: &mut Tell<'_>) {
        self.end_body(tell);
        for (side, kind) in [(Side::Client, Kind::Command), (Side::Server, Kind::Reply)] {
            let line = if side == Side::Client { &mut self.client } else { &mut self.server };
            let line = std::mem::take(line);
            if line.length > 0 {
                let secret = side == Side::Client && (self.secret.is_some() || without_response(line.text()).is_some());
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
        if let Some(shown) = without_response(text) {
            self.secret = Some(self.unanswered);
            told(shown);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Transcript;

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
    fn what_only_resembles_a_login_is_not_shown_either() {
        for line in ["AUTHPLAIN c2VjcmV0", "auth=plain c2VjcmV0", "AUTH c2VjcmV0", "AUTH\x0bPLAIN c2VjcmV0"] {
            let told = log(&[(Side::Client, format!("{line}\r\n").as_bytes())], 1000);
            assert_eq!(told, ["C: AUTH [secret]"], "{line}");
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
