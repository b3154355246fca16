//! Commands (RFC 1939 §3): what a client says, one line each.

use crate::leniency::{Anomalies, Leniency};
use crate::slice::{after, front};
use crate::text::{Decimal, is_word, number_u32, utf8};

/// A command, read from a line or about to become one.
///
/// ```
/// use mailproto::{Leniency, pop3::Command};
/// let (command, anomalies) = Command::parse(b"TOP 10 5", Leniency::STRICT).unwrap();
/// assert_eq!(command, Command::Top { number: 10, lines: 5 });
/// assert!(anomalies.is_empty());
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `CAPA` (RFC 2449 §5).
    Capa,
    /// `STLS` (RFC 2595 §4).
    Stls,
    /// `USER name` (RFC 1939 §7).
    User(&'a str),
    /// `PASS string` (RFC 1939 §7): all of the line behind the first space, spaces included.
    Pass(&'a str),
    /// `APOP name digest` (RFC 1939 §7).
    Apop {
        /// The user.
        name: &'a str,
        /// MD5 of the greeting's timestamp and the shared secret, as the client wrote it.
        digest: &'a str,
    },
    /// `AUTH mechanism [initial-response]` (RFC 5034 §4).
    Auth {
        /// The mechanism's name.
        mechanism: &'a str,
        /// Base64, or `=` for an empty response.
        initial: Option<&'a str>,
    },
    /// `AUTH` alone, by which old clients ask for the mechanisms.
    AuthList,
    /// `STAT` (RFC 1939 §5).
    Stat,
    /// `LIST [number]` (RFC 1939 §5).
    List(Option<u32>),
    /// `UIDL [number]` (RFC 1939 §7).
    Uidl(Option<u32>),
    /// `RETR number` (RFC 1939 §5).
    Retr(u32),
    /// `TOP number lines` (RFC 1939 §7).
    Top {
        /// The message.
        number: u32,
        /// Lines of its body to send behind the header.
        lines: u32,
    },
    /// `DELE number` (RFC 1939 §5).
    Dele(u32),
    /// `RSET` (RFC 1939 §5).
    Rset,
    /// `NOOP` (RFC 1939 §5).
    Noop,
    /// `UTF8` (RFC 6856 §2.1).
    Utf8,
    /// `LANG [range]` (RFC 6856 §3.2); `*` is the language that the server prefers.
    Lang(Option<&'a str>),
    /// `QUIT` (RFC 1939 §4, §6).
    Quit,
}

impl core::fmt::Debug for Command<'_> {
    /// Without passwords and responses: debug output ends up in logs.
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Pass(_) => formatter.write_str("Pass(..)"),
            Self::User(name) => formatter.debug_tuple("User").field(name).finish(),
            Self::Apop { name, .. } => formatter.debug_struct("Apop").field("name", name).finish_non_exhaustive(),
            Self::Auth { mechanism, .. } => {
                formatter.debug_struct("Auth").field("mechanism", mechanism).finish_non_exhaustive()
            }
            Self::List(number) => formatter.debug_tuple("List").field(number).finish(),
            Self::Uidl(number) => formatter.debug_tuple("Uidl").field(number).finish(),
            Self::Retr(number) => formatter.debug_tuple("Retr").field(number).finish(),
            Self::Top { number, lines } => {
                formatter.debug_struct("Top").field("number", number).field("lines", lines).finish()
            }
            Self::Dele(number) => formatter.debug_tuple("Dele").field(number).finish(),
            Self::Lang(range) => formatter.debug_tuple("Lang").field(range).finish(),
            Self::Capa | Self::Stls | Self::AuthList | Self::Stat => formatter.write_str(self.verb().name()),
            Self::Rset | Self::Noop | Self::Utf8 | Self::Quit => formatter.write_str(self.verb().name()),
        }
    }
}

/// A command without its arguments. Where the grammar of the response depends on whether there was
/// an argument, there are two verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Verb {
    /// The server's greeting; no command asks for it.
    Greeting,
    /// CAPA.
    Capa,
    /// STLS.
    Stls,
    /// USER.
    User,
    /// PASS.
    Pass,
    /// APOP.
    Apop,
    /// AUTH and its exchange.
    Auth,
    /// AUTH without a mechanism.
    AuthList,
    /// STAT.
    Stat,
    /// LIST of all messages.
    List,
    /// LIST of one message.
    ListOne,
    /// UIDL of all messages.
    Uidl,
    /// UIDL of one message.
    UidlOne,
    /// RETR.
    Retr,
    /// TOP.
    Top,
    /// DELE.
    Dele,
    /// RSET.
    Rset,
    /// NOOP.
    Noop,
    /// UTF8.
    Utf8,
    /// LANG with a language.
    Lang,
    /// LANG alone, which asks for the languages.
    LangList,
    /// QUIT.
    Quit,
    /// TLS has begun on both sides; no command says so.
    TlsStarted,
}

impl Verb {
    /// Every verb, in order.
    pub const ALL: [Self; 23] = [
        Self::Greeting,
        Self::Capa,
        Self::Stls,
        Self::User,
        Self::Pass,
        Self::Apop,
        Self::Auth,
        Self::AuthList,
        Self::Stat,
        Self::List,
        Self::ListOne,
        Self::Uidl,
        Self::UidlOne,
        Self::Retr,
        Self::Top,
        Self::Dele,
        Self::Rset,
        Self::Noop,
        Self::Utf8,
        Self::Lang,
        Self::LangList,
        Self::Quit,
        Self::TlsStarted,
    ];

    /// Its name as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Capa => "CAPA",
            Self::Stls => "STLS",
            Self::User => "USER",
            Self::Pass => "PASS",
            Self::Apop => "APOP",
            Self::Auth => "AUTH",
            Self::AuthList => "AUTH (mechanisms)",
            Self::Stat => "STAT",
            Self::List => "LIST",
            Self::ListOne => "LIST (one)",
            Self::Uidl => "UIDL",
            Self::UidlOne => "UIDL (one)",
            Self::Retr => "RETR",
            Self::Top => "TOP",
            Self::Dele => "DELE",
            Self::Rset => "RSET",
            Self::Noop => "NOOP",
            Self::Utf8 => "UTF8",
            Self::Lang => "LANG",
            Self::LangList => "LANG (all)",
            Self::Quit => "QUIT",
            Self::TlsStarted => "TLS",
        }
    }

    /// Whether a good response goes on behind its first line, up to a lone dot (RFC 1939 §3).
    pub const fn is_multi_line(self) -> bool {
        matches!(self, Self::Capa | Self::AuthList | Self::List | Self::Uidl | Self::Retr | Self::Top | Self::LangList)
    }
}

/// Why a line is not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandError {
    /// What is wrong.
    pub kind: CommandErrorKind,
    /// Offset of the first byte that does not fit.
    pub offset: usize,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandErrorKind {
    /// No command of this name.
    Unknown,
    /// The arguments break the grammar.
    Syntax,
    /// The argument is no message number: those start with 1 (RFC 1939 §4).
    Number,
}

impl<'a> Command<'a> {
    /// Reads a line without its line end. Also tells what was tolerated in it.
    ///
    /// ```abnf
    /// command = keyword *(SP param) CRLF    ; 255 octets maximum
    /// keyword = 3*4VCHAR
    /// ```
    /// RFC 2449 §4. Keywords stand in any case.
    ///
    /// # Errors
    /// [`CommandError`] with the offset of the first byte that does not fit.
    pub fn parse(line: &'a [u8], leniency: Leniency) -> Result<(Self, Anomalies), CommandError> {
        let word = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let mut arguments = Arguments { line, rest: after(line, word), anomalies: Anomalies::NONE };
        let command = arguments.command(front(line, word))?;
        if leniency.tolerates(arguments.anomalies) {
            Ok((command, arguments.anomalies))
        } else {
            Err(arguments.error(CommandErrorKind::Syntax))
        }
    }

    /// The command without its arguments.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Capa => Verb::Capa,
            Self::Stls => Verb::Stls,
            Self::User(_) => Verb::User,
            Self::Pass(_) => Verb::Pass,
            Self::Apop { .. } => Verb::Apop,
            Self::Auth { .. } => Verb::Auth,
            Self::AuthList => Verb::AuthList,
            Self::Stat => Verb::Stat,
            Self::List(None) => Verb::List,
            Self::List(Some(_)) => Verb::ListOne,
            Self::Uidl(None) => Verb::Uidl,
            Self::Uidl(Some(_)) => Verb::UidlOne,
            Self::Retr(_) => Verb::Retr,
            Self::Top { .. } => Verb::Top,
            Self::Dele(_) => Verb::Dele,
            Self::Rset => Verb::Rset,
            Self::Noop => Verb::Noop,
            Self::Utf8 => Verb::Utf8,
            Self::Lang(Some(_)) => Verb::Lang,
            Self::Lang(None) => Verb::LangList,
            Self::Quit => Verb::Quit,
        }
    }

    /// Writes the line with its CR LF through `put`, in one piece or several.
    pub fn encode(&self, put: &mut dyn FnMut(&[u8])) {
        let keyword = match self {
            Self::Capa => "CAPA",
            Self::Stls => "STLS",
            Self::User(_) => "USER",
            Self::Pass(_) => "PASS",
            Self::Apop { .. } => "APOP",
            Self::Auth { .. } | Self::AuthList => "AUTH",
            Self::Stat => "STAT",
            Self::List(_) => "LIST",
            Self::Uidl(_) => "UIDL",
            Self::Retr(_) => "RETR",
            Self::Top { .. } => "TOP",
            Self::Dele(_) => "DELE",
            Self::Rset => "RSET",
            Self::Noop => "NOOP",
            Self::Utf8 => "UTF8",
            Self::Lang(_) => "LANG",
            Self::Quit => "QUIT",
        };
        put(keyword.as_bytes());
        let mut argument = |bytes: &[u8]| {
            put(b" ");
            put(bytes);
        };
        match *self {
            Self::User(text) | Self::Pass(text) | Self::Lang(Some(text)) => argument(text.as_bytes()),
            Self::Apop { name, digest } => {
                argument(name.as_bytes());
                argument(digest.as_bytes());
            }
            Self::Auth { mechanism, initial } => {
                argument(mechanism.as_bytes());
                if let Some(initial) = initial {
                    argument(initial.as_bytes());
                }
            }
            Self::List(Some(number)) | Self::Uidl(Some(number)) | Self::Retr(number) | Self::Dele(number) => {
                argument(Decimal::new(u64::from(number)).as_bytes());
            }
            Self::Top { number, lines } => {
                argument(Decimal::new(u64::from(number)).as_bytes());
                argument(Decimal::new(u64::from(lines)).as_bytes());
            }
            _ => {}
        }
        put(b"\r\n");
    }
}

/// What follows the keyword, on the way from left to right.
struct Arguments<'a> {
    line: &'a [u8],
    rest: &'a [u8],
    anomalies: Anomalies,
}

impl<'a> Arguments<'a> {
    fn command(&mut self, keyword: &[u8]) -> Result<Command<'a>, CommandError> {
        let is = |name: &[u8]| is_word(keyword, name);
        let command = match keyword.first().map(u8::to_ascii_uppercase) {
            Some(b'R') if is(b"RETR") => Command::Retr(self.message()?),
            Some(b'D') if is(b"DELE") => Command::Dele(self.message()?),
            Some(b'T') if is(b"TOP") => Command::Top { number: self.message()?, lines: self.number()? },
            Some(b'L') if is(b"LIST") => Command::List(self.optional_message()?),
            Some(b'U') if is(b"UIDL") => Command::Uidl(self.optional_message()?),
            Some(b'S') if is(b"STAT") => Command::Stat,
            Some(b'N') if is(b"NOOP") => Command::Noop,
            Some(b'Q') if is(b"QUIT") => Command::Quit,
            Some(b'R') if is(b"RSET") => Command::Rset,
            Some(b'C') if is(b"CAPA") => Command::Capa,
            Some(b'S') if is(b"STLS") => Command::Stls,
            Some(b'U') if is(b"UTF8") => Command::Utf8,
            // Names and passwords reach to the end of the line, whatever spaces they hold.
            Some(b'U') if is(b"USER") => return self.text().map(Command::User),
            Some(b'P') if is(b"PASS") => return self.text().map(Command::Pass),
            Some(b'A') if is(b"APOP") => return self.apop(),
            Some(b'A') if is(b"AUTH") => self.auth()?,
            Some(b'L') if is(b"LANG") => Command::Lang(self.word()?),
            _ => return Err(CommandError { kind: CommandErrorKind::Unknown, offset: 0 }),
        };
        self.end()?;
        Ok(command)
    }

    fn error(&self, kind: CommandErrorKind) -> CommandError {
        CommandError { kind, offset: self.line.len() - self.rest.len() }
    }

    /// Skips spaces; more than `expected` of them are an anomaly.
    fn spaces(&mut self, expected: usize) {
        let count = self.rest.iter().take_while(|byte| **byte == b' ').count();
        if count > expected {
            self.anomalies |= Anomalies::EXTRA_SPACE;
        }
        self.rest = after(self.rest, count);
    }

    fn end(&mut self) -> Result<(), CommandError> {
        self.spaces(0);
        if self.rest.is_empty() { Ok(()) } else { Err(self.error(CommandErrorKind::Syntax)) }
    }

    /// The next word; `None` at the end of the line.
    fn word(&mut self) -> Result<Option<&'a str>, CommandError> {
        if self.rest.iter().all(|byte| *byte == b' ') {
            return Ok(None);
        }
        self.spaces(1);
        let length = self.rest.iter().position(|byte| *byte <= b' ' || *byte == 127).unwrap_or(self.rest.len());
        let word = utf8(front(self.rest, length)).filter(|word| !word.is_empty());
        let word = word.ok_or_else(|| self.error(CommandErrorKind::Syntax))?;
        self.rest = after(self.rest, length);
        Ok(Some(word))
    }

    fn number(&mut self) -> Result<u32, CommandError> {
        let before = self.rest;
        let word = self.word()?.ok_or_else(|| self.error(CommandErrorKind::Syntax))?;
        number_u32(word.as_bytes()).ok_or_else(|| {
            self.rest = after(before, before.iter().take_while(|byte| **byte == b' ').count());
            self.error(CommandErrorKind::Number)
        })
    }

    /// The number of a message.
    fn message(&mut self) -> Result<u32, CommandError> {
        let before = self.rest;
        match self.number()? {
            0 => {
                self.rest = after(before, before.iter().take_while(|byte| **byte == b' ').count());
                Err(self.error(CommandErrorKind::Number))
            }
            number => Ok(number),
        }
    }

    fn optional_message(&mut self) -> Result<Option<u32>, CommandError> {
        if self.rest.iter().all(|byte| *byte == b' ') { Ok(None) } else { self.message().map(Some) }
    }

    /// All behind the first space, as it stands.
    fn text(&mut self) -> Result<&'a str, CommandError> {
        let [b' ', text @ ..] = self.rest else { return Err(self.error(CommandErrorKind::Syntax)) };
        self.rest = text;
        match utf8(text) {
            Some(text) if !text.is_empty() && !text.contains('\0') => Ok(text),
            _ => Err(self.error(CommandErrorKind::Syntax)),
        }
    }

    /// ```abnf
    /// apop = "APOP" SP name SP digest CRLF
    /// ```
    /// RFC 1939 §7. The digest is the last word, for a name may hold spaces.
    fn apop(&mut self) -> Result<Command<'a>, CommandError> {
        let text = self.text()?;
        match text.trim_end_matches(' ').rsplit_once(' ') {
            Some((name, digest)) if !name.is_empty() => Ok(Command::Apop { name, digest }),
            _ => Err(self.error(CommandErrorKind::Syntax)),
        }
    }

    /// ```abnf
    /// auth-command = "AUTH" SP sasl-mech *(SP initial-response) *(CRLF [base64]) [CRLF cancel-response] CRLF
    /// ```
    /// RFC 5034 §5.
    fn auth(&mut self) -> Result<Command<'a>, CommandError> {
        let Some(mechanism) = self.word()? else { return Ok(Command::AuthList) };
        Ok(Command::Auth { mechanism, initial: self.word()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[u8]) -> Result<Command<'_>, (CommandErrorKind, usize)> {
        Command::parse(line, Leniency::STRICT).map(|(command, _)| command).map_err(|error| (error.kind, error.offset))
    }

    #[test]
    fn keywords_stand_in_any_case() {
        assert_eq!(parse(b"retr 3"), Ok(Command::Retr(3)));
        assert_eq!(parse(b"List"), Ok(Command::List(None)));
        assert_eq!(parse(b"uidl 7"), Ok(Command::Uidl(Some(7))));
        assert_eq!(parse(b"AUTH"), Ok(Command::AuthList));
    }

    #[test]
    fn a_password_is_all_of_the_line_behind_the_first_space() {
        assert_eq!(parse(b"PASS  a b "), Ok(Command::Pass(" a b ")));
        assert_eq!(parse(b"USER a b"), Ok(Command::User("a b")));
        assert_eq!(parse(b"PASS"), Err((CommandErrorKind::Syntax, 4)));
        assert_eq!(parse(b"PASS a\0b"), Err((CommandErrorKind::Syntax, 5)));
    }

    #[test]
    fn message_numbers_start_with_one() {
        assert_eq!(parse(b"RETR 0"), Err((CommandErrorKind::Number, 5)));
        assert_eq!(parse(b"DELE -1"), Err((CommandErrorKind::Number, 5)));
        assert_eq!(parse(b"RETR 4294967296"), Err((CommandErrorKind::Number, 5)));
        assert_eq!(parse(b"TOP 1 0"), Ok(Command::Top { number: 1, lines: 0 }));
        assert_eq!(parse(b"TOP 1"), Err((CommandErrorKind::Syntax, 5)));
        assert_eq!(parse(b"RETR"), Err((CommandErrorKind::Syntax, 4)));
    }

    #[test]
    fn more_spaces_than_the_grammar_has_are_an_anomaly() {
        for line in [&b"RETR  3"[..], b"RETR 3 ", b"QUIT "] {
            assert!(parse(line).is_err());
            assert_eq!(Command::parse(line, Leniency::LENIENT).unwrap().1, Anomalies::EXTRA_SPACE);
        }
        assert_eq!(parse(b"QUIT now"), Err((CommandErrorKind::Syntax, 5)));
    }

    #[test]
    fn an_apop_name_may_hold_spaces() {
        let digest = "c4c9334bac560ecc979e58001b3e22fb";
        let line = b"APOP m rose c4c9334bac560ecc979e58001b3e22fb";
        assert_eq!(parse(line), Ok(Command::Apop { name: "m rose", digest }));
        assert_eq!(parse(b"APOP mrose"), Err((CommandErrorKind::Syntax, 5)));
    }

    #[test]
    fn debug_output_shows_no_password() {
        extern crate std;
        assert_eq!(std::format!("{:?}", Command::Pass("secret")), "Pass(..)");
    }
}
