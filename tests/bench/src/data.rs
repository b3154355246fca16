//! The input of every benchmark: made from a seed, so the same bytes on every machine.

use std::fmt::Write;

/// A small generator of random numbers (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed ^ Self::STEP)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(Self::STEP);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn pick(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len() as u64) as usize]
    }

    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    fn mailbox(&mut self) -> String {
        format!("{}.{}{}@{}", self.pick(WORDS), self.pick(WORDS), self.below(100), self.pick(HOSTS))
    }
}

pub(crate) const WORDS: &[&str] = &[
    "account",
    "after",
    "agenda",
    "again",
    "attached",
    "because",
    "before",
    "best",
    "budget",
    "build",
    "call",
    "change",
    "client",
    "could",
    "customer",
    "deadline",
    "deploy",
    "design",
    "details",
    "draft",
    "email",
    "error",
    "every",
    "find",
    "first",
    "follow",
    "forward",
    "friday",
    "general",
    "great",
    "hello",
    "however",
    "important",
    "invoice",
    "issue",
    "know",
    "later",
    "meeting",
    "message",
    "monday",
    "month",
    "need",
    "next",
    "notes",
    "office",
    "order",
    "people",
    "please",
    "project",
    "proposal",
    "question",
    "regards",
    "release",
    "report",
    "request",
    "review",
    "schedule",
    "server",
    "should",
    "status",
    "summary",
    "support",
    "system",
    "team",
    "thanks",
    "think",
    "time",
    "today",
    "tomorrow",
    "update",
    "version",
    "week",
    "would",
    "a",
    "the",
    "to",
    "of",
    "in",
    "is",
    "it",
    "we",
    "on",
    "and",
    "for",
    "you",
    "with",
    "that",
    "this",
    "be",
    "are",
    "as",
];

const HOSTS: &[&str] = &[
    "example.com",
    "mail.example.org",
    "lists.example.net",
    "corp.example.co.uk",
    "a.example",
    "newsletter.example.com",
];

/// Replies to EHLO: a name, seven or so extensions, AUTH and SIZE.
pub(crate) fn ehlo_replies(count: usize) -> Vec<Vec<u8>> {
    const EXTENSIONS: [&str; 9] =
        ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "STARTTLS", "SMTPUTF8", "CHUNKING", "DSN", "VRFY", "ETRN"];
    let mut random = Random::new(8);
    let mut reply = || {
        let mut text = format!("250-mx{}.{}\r\n", random.below(20), random.pick(HOSTS));
        for extension in EXTENSIONS {
            if random.percent(80) {
                text += &format!("250-{extension}\r\n");
            }
        }
        let mechanisms = random.pick(&["PLAIN LOGIN", "PLAIN LOGIN CRAM-MD5", "LOGIN PLAIN"]);
        text += &format!("250-AUTH {mechanisms}\r\n250 SIZE {}\r\n", 10_000_000 + random.below(100_000_000));
        text.into_bytes()
    };
    (0..count).map(|_| reply()).collect()
}

/// Replies to everything else, of one line or three.
pub(crate) fn replies(count: usize) -> Vec<Vec<u8>> {
    let mut random = Random::new(9);
    let mut reply = |index: usize| match index % 6 {
        0 => format!("250 2.1.0 Sender {} OK\r\n", random.mailbox()),
        1 => format!("250 2.1.5 Recipient {} OK\r\n", random.mailbox()),
        2 => "354 End data with <CR><LF>.<CR><LF>\r\n".to_owned(),
        3 => format!("250 2.0.0 Ok: queued as {:016X}\r\n", random.next()),
        4 => format!(
            "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n\
             550-5.1.1 double-checking the recipient's email address for typos or\r\n\
             550 5.1.1 unnecessary spaces. {} {} {} {} - gsmtp\r\n",
            random.pick(WORDS),
            random.pick(WORDS),
            random.pick(WORDS),
            random.pick(WORDS)
        ),
        _ => "421 4.7.0 Try again later, closing connection.\r\n".to_owned(),
    };
    (0..count).map(|index| reply(index).into_bytes()).collect()
}

/// What a client says in transactions, line by line; with the parameters of SIZE, 8BITMIME and DSN
/// that every peer knows, or with one only.
pub(crate) fn commands(count: usize, parameters: bool) -> Vec<Vec<u8>> {
    let mut random = Random::new(10);
    let mut command = |index: usize| match (index % 8, parameters) {
        (0, _) => format!("EHLO client{}.{}\r\n", random.below(1000), random.pick(HOSTS)),
        (1, false) => format!("MAIL FROM:<{}> BODY=8BITMIME\r\n", random.mailbox()),
        (1, true) => format!(
            "MAIL FROM:<{}> SIZE={} BODY=8BITMIME RET=HDRS ENVID=q{:x}\r\n",
            random.mailbox(),
            random.below(50_000_000),
            random.next()
        ),
        (2..=5, false) => format!("RCPT TO:<{}>\r\n", random.mailbox()),
        (2..=5, true) => {
            let mailbox = random.mailbox();
            format!("RCPT TO:<{mailbox}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;{mailbox}\r\n")
        }
        (6, _) => "DATA\r\n".to_owned(),
        _ => "RSET\r\n".to_owned(),
    };
    (0..count).map(|index| command(index).into_bytes()).collect()
}

/// [`commands`] as one stream that a server can follow: a short message behind each DATA.
pub(crate) fn conversation(count: usize) -> Vec<u8> {
    let mut wire = Vec::new();
    for command in commands(count, true) {
        wire.extend_from_slice(&command);
        if command == b"DATA\r\n" {
            wire.extend_from_slice(b"Subject: notes\r\n\r\n..and more\r\n.\r\n");
        }
    }
    wire
}

/// A message: lines of 10 to 76 characters, one in 50 of which starts with a dot.
pub(crate) fn message(bytes: usize) -> Vec<u8> {
    let mut random = Random::new(3);
    let mut message = Vec::with_capacity(bytes + 128);
    while message.len() < bytes {
        let mut line = String::new();
        if random.below(50) == 0 {
            line.push('.');
        }
        let target = 10 + random.below(66) as usize;
        while line.len() < target {
            write!(line, "{} ", random.pick(WORDS)).expect("a string takes all that is written to it");
        }
        line.truncate(76);
        message.extend_from_slice(line.as_bytes());
        message.extend_from_slice(b"\r\n");
    }
    message.truncate(bytes - 2);
    // The cut may have left half a line end.
    if message.ends_with(b"\r") {
        message.pop();
        message.push(b' ');
    }
    message.extend_from_slice(b"\r\n");
    message
}

/// The message as it travels behind DATA: a dot before each that starts a line, and the end.
pub(crate) fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len() + message.len() / 1000 + 8);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

/// What a POP3 server says to LIST: number and size of so many messages.
pub(crate) fn scan_listings(count: usize) -> Vec<u8> {
    let mut random = Random::new(11);
    let mut text = format!("+OK {count} messages\r\n");
    for number in 1..=count {
        text += &format!("{number} {}\r\n", 400 + random.below(10_000_000));
    }
    (text + ".\r\n").into_bytes()
}

/// What a POP3 server says to UIDL: number and unique id of so many messages.
pub(crate) fn unique_ids(count: usize) -> Vec<u8> {
    let mut random = Random::new(12);
    let mut text = "+OK\r\n".to_owned();
    for number in 1..=count {
        text += &format!("{number} {:016x}{:08x}\r\n", random.next(), random.below(1 << 32));
    }
    (text + ".\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_bytes() {
        assert_eq!(ehlo_replies(50), ehlo_replies(50));
        assert_eq!(message(10_000), message(10_000));
    }

    #[test]
    fn a_message_has_sound_line_ends_and_leading_dots() {
        for bytes in 500..600 {
            let message = message(bytes);
            assert_eq!(message.len(), bytes);
            assert!(message.windows(2).all(|pair| (pair[0] == b'\r') == (pair[1] == b'\n')));
        }
        let message = message(100_000);
        let dots = message.windows(2).filter(|pair| pair == b"\n.").count();
        assert!((20..80).contains(&dots), "{dots}");
        assert_eq!(stuffed(&message).len(), message.len() + dots + 3);
    }
}
