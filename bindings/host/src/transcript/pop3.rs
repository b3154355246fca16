//! A conversation in POP3, followed just far enough to know what is a command, what is a secret, and which
//! responses go on behind their first line.

use super::{BODY_LINES, Entry, Kind, Line, Side, Tell, escape, keyword, without_response};
use mailproto::Leniency;
use mailproto::pop3::{Command, Verb};
use std::collections::VecDeque;

/// Follows one conversation.
#[derive(Debug)]
pub(super) struct Pop3 {
    client: Line,
    server: Line,
    /// What has been said and not been answered, or the greeting.
    unanswered: VecDeque<Verb>,
    /// The lines of a response, up to a lone dot.
    listing: Option<Kind>,
    lines: usize,
    hidden: u64,
}

impl Default for Pop3 {
    fn default() -> Self {
        Self { unanswered: [Verb::Greeting].into(), ..Self::after_tls() }
    }
}

impl Pop3 {
    /// Under TLS there is no second greeting.
    pub(super) fn after_tls() -> Self {
        Self {
            client: Line::default(),
            server: Line::default(),
            unanswered: VecDeque::new(),
            listing: None,
            lines: 0,
            hidden: 0,
        }
    }

    pub(super) fn hear(&mut self, side: Side, bytes: &[u8], tell: &mut Tell<'_>) {
        for byte in bytes {
            let line = if side == Side::Client { &mut self.client } else { &mut self.server };
            line.push(*byte);
            if *byte == b'\n' {
                let line = std::mem::take(line);
                match side {
                    Side::Client => self.command(&line, tell),
                    Side::Server => self.response(&line, tell),
                }
            }
        }
    }

    pub(super) fn end(&mut self, tell: &mut Tell<'_>) {
        self.end_listing(tell);
        let client = std::mem::take(&mut self.client);
        if client.length > 0 {
            let secret = self.is_in_exchange() || secret_of(client.text()).is_some();
            let text = if secret { "[secret]\\".into() } else { client.show() };
            tell(Entry { side: Side::Client, kind: Kind::Command, text });
        }
        let server = std::mem::take(&mut self.server);
        if server.length > 0 {
            tell(Entry { side: Side::Server, kind: Kind::Reply, text: server.show() });
        }
    }

    /// Whether AUTH is under way, so that what the client says is a response.
    fn is_in_exchange(&self) -> bool {
        self.unanswered.contains(&Verb::Auth)
    }

    fn command(&mut self, line: &Line, tell: &mut Tell<'_>) {
        let mut told = |text| tell(Entry { side: Side::Client, kind: Kind::Command, text });
        if self.is_in_exchange() {
            return told("[secret]".into());
        }
        let text = line.text();
        told(secret_of(text).unwrap_or_else(|| line.show()));
        let verb = match Command::parse(text, Leniency::LENIENT) {
            Ok((command, _)) => command.verb(),
            // A server may take it for AUTH, and then what follows is a response.
            Err(_) if keyword(text, b"AUTH").is_some() => Verb::Auth,
            Err(_) => Verb::Noop,
        };
        self.unanswered.push_back(verb);
    }

    fn response(&mut self, line: &Line, tell: &mut Tell<'_>) {
        let text = line.text();
        match self.listing {
            Some(_) if text == b"." => {
                self.end_listing(tell);
                tell(Entry { side: Side::Server, kind: Kind::Reply, text: line.show() });
            }
            Some(kind) if self.lines < BODY_LINES => {
                self.lines += 1;
                tell(Entry { side: Side::Server, kind, text: line.show() });
            }
            Some(_) => self.hidden += line.length as u64,
            None => {
                tell(Entry { side: Side::Server, kind: Kind::Reply, text: line.show() });
                let goes_on = text == b"+" || text.starts_with(b"+ ");
                if goes_on && self.unanswered.front() == Some(&Verb::Auth) {
                    return;
                }
                let good = text.get(..3).is_some_and(|status| status.eq_ignore_ascii_case(b"+OK"));
                self.listing = self.unanswered.pop_front().filter(|verb| good && verb.is_multi_line()).map(kind_of);
            }
        }
    }

    fn end_listing(&mut self, tell: &mut Tell<'_>) {
        if let Some(kind) = self.listing.filter(|_| self.hidden > 0) {
            let text = format!("[{} more bytes]\\", self.hidden);
            tell(Entry { side: Side::Server, kind, text });
        }
        self.listing = None;
        self.lines = 0;
        self.hidden = 0;
    }
}

/// What the lines behind the first line of a good response are.
fn kind_of(verb: Verb) -> Kind {
    if matches!(verb, Verb::Retr | Verb::Top) { Kind::Body } else { Kind::Reply }
}

/// A line without the secret that it carries, if it does; also what only resembles such a line.
fn secret_of(line: &[u8]) -> Option<String> {
    if let Some(shown) = without_response(line) {
        return Some(shown);
    }
    if keyword(line, b"PASS").is_some() {
        return Some("PASS [secret]".into());
    }
    let rest = keyword(line, b"APOP")?;
    // A name that is not a word of its own may as well be the digest.
    let mut words = rest.split(u8::is_ascii_whitespace);
    let parted = words.next().is_some_and(<[u8]>::is_empty);
    let name = words.find(|word| !word.is_empty()).filter(|_| parted && rest.trim_ascii().contains(&b' '));
    Some(name.map_or_else(|| "APOP [secret]".into(), |name| format!("APOP {} [secret]", escape(name))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Transcript;
    use Side::{Client, Server};

    /// What is told of a conversation when every piece has `size` bytes.
    fn log(said: &[(Side, &[u8])], size: usize) -> Vec<String> {
        let mut told = Vec::new();
        let mut transcript = Transcript::pop3();
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
        let said: &[(Side, &[u8])] = &[
            (Server, b"+OK <a@b>\r\n"),
            (Client, b"USER tim\r\nPASS c2VjcmV0 c2VjcmV0\r\n"),
            (Server, b"+OK\r\n-ERR no\r\n"),
            (Client, b"  pass\tc2VjcmV0\r\nAPOP tim c2VjcmV0\r\n"),
            (Server, b"-ERR\r\n-ERR no\r\n"),
            (Client, b"AUTH PLAIN c2VjcmV0\r\n"),
            (Server, b"-ERR\r\n"),
            (Client, b"AUTH LOGIN\r\n"),
            (Server, b"+ VXNlcm5hbWU6\r\n"),
            (Client, b"c2VjcmV0\r\n"),
            (Server, b"+ UGFzc3dvcmQ6\r\n"),
            (Client, b"c2VjcmV0\r\n"),
            (Server, b"+OK hello\r\n"),
            (Client, b"auth\tlogin\r\n"),
            (Server, b"+ VXNlcm5hbWU6\r\n"),
            (Client, b"c2VjcmV0\r\n"),
            (Server, b"+OK hello\r\n"),
            (Client, b"STAT\r\nPASS c2VjcmV0"),
        ];
        for size in [1, 3, 1000] {
            let told = log(said, size);
            assert!(!told.concat().contains("c2VjcmV0"), "{told:#?}");
            assert_eq!(told[2], "C: PASS [secret]");
            assert_eq!(told[6], "C: APOP tim [secret]");
            assert_eq!(told[told.len() - 2..], ["C: STAT", "C: [secret]\\"]);
        }
    }

    #[test]
    fn what_only_resembles_a_login_is_not_shown_either() {
        for line in [
            "PASSc2VjcmV0",
            "pass\x0bc2VjcmV0",
            "\0Pass c2VjcmV0",
            "PASSWORD c2VjcmV0",
            "AUTHPLAIN c2VjcmV0",
            "auth\tplain c2VjcmV0",
            "AUTH=PLAIN c2VjcmV0",
            "AUTHc2VjcmV0",
            "AUTH c2VjcmV0",
            "AUTH PLAIN=c2VjcmV0",
            "APOP c2VjcmV0",
            "APOPtim c2VjcmV0",
            "apop\ttim c2VjcmV0",
        ] {
            let told = log(&[(Server, b"+OK <a@b>\r\n"), (Client, format!("{line}\r\n").as_bytes())], 1000);
            assert!(!told.concat().contains("c2VjcmV0") && told[1].ends_with("[secret]"), "{told:#?}");
        }
    }

    #[test]
    fn long_answers_are_shortened_and_their_ends_are_found() {
        let body = b"0123456789\r\n".repeat(100);
        let said: &[(Side, &[u8])] = &[
            (Server, b"+OK\r\n"),
            (Client, b"RETR 1\r\nLIST\r\nLIST 1\r\nUIDL\r\nQUIT\r\n"),
            (Server, b"+OK\r\n"),
            (Server, &body),
            (Server, b"..\r\n.\r\n+OK\r\n1 10\r\n.\r\n+OK 1 10\r\n-ERR no\r\n+OK bye\r\n"),
        ];
        for size in [1, 7, 5000] {
            let told = log(said, size);
            let start = 1 + 5 + 1 + BODY_LINES;
            let end = ["S: [1060 more bytes]\\", "S: .", "S: +OK", "S: 1 10", "S: .", "S: +OK 1 10", "S: -ERR no"];
            assert_eq!(told[start..start + end.len()], end, "{told:#?}");
            assert_eq!(told.last().unwrap(), "S: +OK bye");
        }
    }
}
