//! Reads conversation files and says what they expect.

use mailproto::{Endpoint, Error};
use std::fs;
use std::path::Path;

/// One conversation.
pub(crate) struct Script {
    pub(crate) name: String,
    settings: Vec<String>,
    pub(crate) lines: Vec<Line>,
}

/// One line of it.
pub(crate) enum Line {
    /// Bytes on the wire, from `C` or `S`.
    Wire(char, Vec<u8>),
    /// What a host does: role, words.
    Does(String, String),
    /// What a host is told: role, words.
    Hears(String, String),
}

/// How the other side's bytes are fed and ours are taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feed {
    /// Cut the whole stream once, here.
    pub(crate) cut: Option<usize>,
    /// Feed pieces of at most this size.
    pub(crate) piece: usize,
    /// Take at most this much of what is to be transmitted at a time.
    pub(crate) transmit: usize,
    /// Show the bytes where they are, and do not copy them in first.
    pub(crate) in_place: bool,
}

impl Feed {
    /// Splits `bytes`, which start at `offset` of the stream.
    pub(crate) fn pieces<'a>(&self, bytes: &'a [u8], offset: usize) -> Vec<&'a [u8]> {
        match self.cut.and_then(|cut| cut.checked_sub(offset)).filter(|cut| *cut > 0 && *cut < bytes.len()) {
            Some(cut) => vec![&bytes[..cut], &bytes[cut..]],
            None => bytes.chunks(self.piece.min(bytes.len().max(1))).collect(),
        }
    }

    /// Copies the front of `bytes` in, if that is the way.
    pub(crate) fn receive<E: Endpoint>(self, endpoint: &mut E, bytes: &mut &[u8]) {
        if !self.in_place {
            let taken = endpoint.receive(bytes);
            *bytes = &bytes[taken..];
        }
    }

    /// The next event, where `bytes` have been read and not copied in.
    pub(crate) fn next_event<'a, 'bytes: 'a, E: Endpoint>(
        self,
        endpoint: &'a mut E,
        bytes: &mut &'bytes [u8],
    ) -> Result<Option<E::Event<'a>>, Error> {
        if self.in_place { endpoint.next_event_from(bytes) } else { endpoint.next_event() }
    }
}

impl Script {
    /// Every conversation of a protocol, by name.
    pub(crate) fn all(protocol: &str) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conversations").join(protocol);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end == "txt"))
            .map(|path| Self::read(path))
            .collect()
    }

    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut script = Self { name, settings: Vec::new(), lines: Vec::new() };
        for (number, line) in fs::read_to_string(path).unwrap().lines().enumerate() {
            let Some((head, rest)) = line.split_once([':', '>', '?']) else {
                assert!(line.is_empty() || line.starts_with('#'), "{}:{}: {line}", script.name, number + 1);
                continue;
            };
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            match (head, line.as_bytes()[head.len()]) {
                ("C" | "S", b':') => script.lines.push(Line::Wire(head.chars().next().unwrap(), wire(rest))),
                ("client" | "server", b'>') => script.lines.push(Line::Does(head.into(), rest.into())),
                ("client" | "server", b'?') => script.lines.push(Line::Hears(head.into(), rest.into())),
                _ if line.starts_with('#') => {}
                (_, b':') => script.settings.push(line.into()),
                _ => panic!("{}:{}: {line}", script.name, number + 1),
            }
        }
        script
    }

    /// The value of a setting at the top of the file.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    }

    /// Whether a setting of words has this one.
    pub(crate) fn has(&self, name: &str, word: &str) -> bool {
        self.setting(name).is_some_and(|value| value.split_whitespace().any(|found| found == word))
    }

    /// Conversations are for both roles unless they say otherwise.
    pub(crate) fn is_for(&self, role: &str) -> bool {
        self.setting("roles").is_none_or(|roles| roles.contains(role))
    }

    pub(crate) fn wire_length(&self, side: char) -> usize {
        self.lines
            .iter()
            .map(|line| {
                if let Line::Wire(from, bytes) = line
                    && *from == side
                {
                    bytes.len()
                } else {
                    0
                }
            })
            .sum()
    }

    /// What a role must send and hear, in the form in which runs report it.
    pub(crate) fn expected(&self, role: &str, side: char) -> String {
        let mut report = Report::default();
        for line in &self.lines {
            match line {
                Line::Wire(from, bytes) if *from == side => report.sent(bytes),
                Line::Hears(who, words) if who == role => report.heard(words.clone()),
                _ => {}
            }
        }
        report.text()
    }
}

/// What a role sent and heard.
#[derive(Default)]
pub(crate) struct Report {
    sent: Vec<u8>,
    heard: Vec<String>,
}

impl Report {
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        self.sent.extend_from_slice(bytes);
    }

    /// Pieces of data that come one behind the other are one.
    pub(crate) fn heard(&mut self, event: String) {
        match (self.heard.last_mut(), event.strip_prefix("data ")) {
            (Some(last), Some(more)) if last.starts_with("data ") => last.push_str(more),
            _ => self.heard.push(event),
        }
    }

    pub(crate) fn text(&self) -> String {
        format!("sent:\n{}\nheard:\n{}\n", escape(&self.sent).replace("\\n", "\\n\n"), self.heard.join("\n"))
    }
}

/// Bytes as one line of text.
pub(crate) fn escape(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string().replace("\\\"", "\"").replace("\\'", "'")
}

/// A line of the file as bytes: with CR LF unless it ends with a backslash, and with escapes.
fn wire(text: &str) -> Vec<u8> {
    match text.strip_suffix('\\') {
        Some(text) => unescape(text),
        None => [&unescape(text)[..], b"\r\n"].concat(),
    }
}

/// `\r`, `\n`, `\0`, `\xNN` and `\\` stand for bytes.
pub(crate) fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first().unwrap();
        rest = after;
        match kind {
            b'r' => bytes.push(b'\r'),
            b'n' => bytes.push(b'\n'),
            b'0' => bytes.push(0),
            b'x' => {
                let digits = std::str::from_utf8(&rest[..2]).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &rest[2..];
            }
            other => bytes.push(other),
        }
    }
    bytes
}
