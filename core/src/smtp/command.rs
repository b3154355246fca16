//! Commands (RFC 5321 §4.1.1): what a client says, one line each.

use super::attribute::Attributes;
use super::key::{key, key_of};
use super::literal::address_literal;
use super::parameter::Parameters;
use super::path::{Path, domain, is_plain_domain};
use crate::leniency::{Anomalies, Leniency};
use crate::text::{Decimal, KEYWORD, is, is_word, number, utf8};

/// A command, read from a line or about to become one.
///
/// ```
/// use mailproto::{Leniency, smtp::Command};
/// let (command, anomalies) = Command::parse(b"MAIL FROM:<a@b.example> SIZE=99", Leniency::STRICT).unwrap();
/// let Command::Mail { path, parameters } = command else { panic!() };
/// assert_eq!((path.as_str(), parameters.as_str()), ("a@b.example", " SIZE=99"));
/// assert!(anomalies.is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `EHLO name` (RFC 5321 §4.1.1.1).
    Ehlo(&'a str),
    /// `HELO name` (RFC 5321 §4.1.1.1).
    Helo(&'a str),
    /// `LHLO name` (RFC 2033 §4.1).
    Lhlo(&'a str),
    /// `STARTTLS` (RFC 3207 §4).
    StartTls,
    /// `AUTH mechanism [initial-response]` (RFC 4954 §4).
    Auth {
        /// The mechanism's name.
        mechanism: &'a str,
        /// Base64, or `=` for an empty response.
        initial: Option<&'a str>,
    },
    /// `MAIL FROM:reverse-path` (RFC 5321 §4.1.1.2).
    Mail {
        /// The sender; null for reports.
        path: Path<'a>,
        /// What follows it.
        parameters: Parameters<'a>,
    },
    /// `RCPT TO:forward-path` (RFC 5321 §4.1.1.3).
    Rcpt {
        /// The recipient.
        path: Path<'a>,
        /// What follows it.
        parameters: Parameters<'a>,
    },
    /// `DATA` (RFC 5321 §4.1.1.4).
    Data,
    /// `BDAT length [LAST]` (RFC 3030 §2).
    Bdat {
        /// Bytes that follow the line.
        length: u64,
        /// They are the end of the message.
        last: bool,
    },
    /// `RSET` (RFC 5321 §4.1.1.5).
    Rset,
    /// `VRFY string` (RFC 5321 §4.1.1.6).
    Vrfy(&'a str),
    /// `EXPN string` (RFC 5321 §4.1.1.7).
    Expn(&'a str),
    /// `HELP [string]` (RFC 5321 §4.1.1.8); empty for none.
    Help(&'a str),
    /// `NOOP [string]` (RFC 5321 §4.1.1.9); empty for none.
    Noop(&'a str),
    /// `QUIT` (RFC 5321 §4.1.1.10).
    Quit,
    /// `XCLIENT name=value…` (Postfix `XCLIENT_README`).
    Xclient(Attributes<'a>),
}

/// A command without its arguments; the pseudo-verbs are steps of the protocol that no command
/// line starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Verb {
    /// The server's greeting; no command asks for it.
    Greeting,
    /// EHLO, or LHLO in LMTP.
    Ehlo,
    /// HELO.
    Helo,
    /// STARTTLS.
    StartTls,
    /// AUTH and its exchange.
    Auth,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA, up to the go-ahead.
    Data,
    /// The end of the data that followed DATA.
    DataEnd,
    /// BDAT that is not the last.
    Bdat,
    /// BDAT LAST.
    BdatLast,
    /// RSET.
    Rset,
    /// VRFY.
    Vrfy,
    /// EXPN.
    Expn,
    /// HELP.
    Help,
    /// NOOP.
    Noop,
    /// QUIT.
    Quit,
    /// XCLIENT.
    Xclient,
    /// TLS has begun on both sides; no command says so.
    TlsStarted,
}

impl Verb {
    /// Every verb, in order.
    pub const ALL: [Self; 19] = [
        Self::Greeting,
        Self::Ehlo,
        Self::Helo,
        Self::StartTls,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::DataEnd,
        Self::Bdat,
        Self::BdatLast,
        Self::Rset,
        Self::Vrfy,
        Self::Expn,
        Self::Help,
        Self::Noop,
        Self::Quit,
        Self::Xclient,
        Self::TlsStarted,
    ];

    /// Its name as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Ehlo => "EHLO",
            Self::Helo => "HELO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::DataEnd => "end of data",
            Self::Bdat => "BDAT",
            Self::BdatLast => "BDAT LAST",
            Self::Rset => "RSET",
            Self::Vrfy => "VRFY",
            Self::Expn => "EXPN",
            Self::Help => "HELP",
            Self::Noop => "NOOP",
            Self::Quit => "QUIT",
            Self::Xclient => "XCLIENT",
            Self::TlsStarted => "TLS",
        }
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

/// What is wrong with a line; decides the reply code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandErrorKind {
    /// No command of this name: 500.
    Unknown,
    /// The arguments break the grammar: 501.
    Syntax,
    /// The argument is not a path: 501 5.1.3 or 5.1.7.
    Path,
}

impl<'a> Command<'a> {
    /// Reads a line without its line end. Also tells what was tolerated in it.
    ///
    /// # Errors
    /// [`CommandError`] with the offset of the first byte that does not fit.
    pub fn parse(line: &'a [u8], leniency: Leniency) -> Result<(Self, Anomalies), CommandError> {
        if let Some(command) = Self::bare(line) {
            return Ok((command, Anomalies::NONE));
        }
        // By far the most frequent ones, and large: they are put where the caller wants them at once.
        let mut parser = Arguments::of(line, leniency);
        let is_mail = match parser.usual_envelope() {
            Some(is_mail) => is_mail,
            None => match parser.envelope()? {
                Some(is_mail) => is_mail,
                None => return Self::parse_other(line, leniency),
            },
        };
        let (path, parameters) = parser.path_and_parameters()?;
        if path.is_null() && !is_mail {
            return Err(CommandError { kind: CommandErrorKind::Path, offset: 4 });
        }
        let anomalies = parser.tolerated()?;
        Ok(if is_mail {
            (Self::Mail { path, parameters }, anomalies)
        } else {
            (Self::Rcpt { path, parameters }, anomalies)
        })
    }

    /// A command that is four letters and nothing else.
    #[inline]
    fn bare(line: &[u8]) -> Option<Self> {
        const DATA: u64 = key_of("DATA");
        const RSET: u64 = key_of("RSET");
        const QUIT: u64 = key_of("QUIT");
        if line.len() != 4 {
            return None;
        }
        match key(line) {
            DATA => Some(Self::Data),
            RSET => Some(Self::Rset),
            QUIT => Some(Self::Quit),
            _ => None,
        }
    }

    /// [`parse`](Self::parse) of what is neither MAIL nor RCPT.
    #[inline(never)]
    fn parse_other(line: &'a [u8], leniency: Leniency) -> Result<(Self, Anomalies), CommandError> {
        let mut parser = Arguments::of(line, leniency);
        let verb = parser.verb();
        let command = parser.command(verb)?;
        Ok((command, parser.tolerated()?))
    }

    /// The command without its arguments.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Ehlo(_) | Self::Lhlo(_) => Verb::Ehlo,
            Self::Helo(_) => Verb::Helo,
            Self::StartTls => Verb::StartTls,
            Self::Auth { .. } => Verb::Auth,
            Self::Mail { .. } => Verb::Mail,
            Self::Rcpt { .. } => Verb::Rcpt,
            Self::Data => Verb::Data,
            Self::Bdat { last: false, .. } => Verb::Bdat,
            Self::Bdat { last: true, .. } => Verb::BdatLast,
            Self::Rset => Verb::Rset,
            Self::Vrfy(_) => Verb::Vrfy,
            Self::Expn(_) => Verb::Expn,
            Self::Help(_) => Verb::Help,
            Self::Noop(_) => Verb::Noop,
            Self::Quit => Verb::Quit,
            Self::Xclient(_) => Verb::Xclient,
        }
    }

    /// Writes the line with its CR LF through `put`, in one piece or several.
    pub fn encode(&self, put: &mut dyn FnMut(&[u8])) {
        match *self {
            Self::Ehlo(name) => put_words(&["EHLO ", name], put),
            Self::Helo(name) => put_words(&["HELO ", name], put),
            Self::Lhlo(name) => put_words(&["LHLO ", name], put),
            Self::StartTls => put(b"STARTTLS"),
            Self::Auth { mechanism, initial: None } => put_words(&["AUTH ", mechanism], put),
            Self::Auth { mechanism, initial: Some(initial) } => put_words(&["AUTH ", mechanism, " ", initial], put),
            Self::Mail { path, parameters } => {
                put_words(&["MAIL FROM:<", path.as_str(), ">", parameters.as_str()], put);
            }
            Self::Rcpt { path, parameters } => {
                put_words(&["RCPT TO:<", path.as_str(), ">", parameters.as_str()], put);
            }
            Self::Data => put(b"DATA"),
            Self::Bdat { length, last } => {
                put(b"BDAT ");
                put(Decimal::new(length).as_bytes());
                put(if last { b" LAST" } else { b"" });
            }
            Self::Rset => put(b"RSET"),
            Self::Vrfy(argument) => put_words(&["VRFY ", argument], put),
            Self::Expn(argument) => put_words(&["EXPN ", argument], put),
            Self::Help(argument) => put_optional("HELP", argument, put),
            Self::Noop(argument) => put_optional("NOOP", argument, put),
            Self::Quit => put(b"QUIT"),
            Self::Xclient(attributes) => {
                put(b"XCLIENT");
                attributes.iter().for_each(|attribute| attribute.encode(put));
            }
        }
        put(b"\r\n");
    }
}

fn put_words(words: &[&str], put: &mut dyn FnMut(&[u8])) {
    words.iter().for_each(|word| put(word.as_bytes()));
}

fn put_optional(verb: &str, argument: &str, put: &mut dyn FnMut(&[u8])) {
    put(verb.as_bytes());
    if !argument.is_empty() {
        put_words(&[" ", argument], put);
    }
}

/// What follows the verb, on the way from left to right.
struct Arguments<'a> {
    line: &'a [u8],
    rest: &'a [u8],
    leniency: Leniency,
    anomalies: Anomalies,
}

impl<'a> Arguments<'a> {
    fn of(line: &'a [u8], leniency: Leniency) -> Self {
        Self { line, rest: line, leniency, anomalies: Anomalies::NONE }
    }

    /// Takes the verb at the start of the line.
    fn verb(&mut self) -> &'a [u8] {
        // Most verbs have four letters.
        let length = match self.line {
            [_, _, _, _, b' ', ..] => 4,
            line => line.iter().take_while(|byte| is(**byte, KEYWORD)).count(),
        };
        let (verb, rest) = self.line.split_at(length);
        self.rest = rest;
        verb
    }

    fn command(&mut self, verb: &[u8]) -> Result<Command<'a>, CommandError> {
        let is = |name: &[u8]| is_word(verb, name);
        match (verb.len(), verb.first().map(u8::to_ascii_uppercase)) {
            (4, Some(b'R')) if is(b"RSET") => self.bare(Command::Rset),
            (4, Some(b'D')) if is(b"DATA") => self.bare(Command::Data),
            (4, Some(b'B')) if is(b"BDAT") => self.bdat(),
            (4, Some(b'E')) if is(b"EHLO") => self.hello_name().map(Command::Ehlo),
            (4, Some(b'H')) if is(b"HELO") => self.hello_name().map(Command::Helo),
            (4, Some(b'L')) if is(b"LHLO") => self.hello_name().map(Command::Lhlo),
            (4, Some(b'Q')) if is(b"QUIT") => self.bare(Command::Quit),
            (4, Some(b'N')) if is(b"NOOP") => self.text().map(Command::Noop),
            (4, Some(b'H')) if is(b"HELP") => self.text().map(Command::Help),
            (4, Some(b'V')) if is(b"VRFY") => self.required_text().map(Command::Vrfy),
            (4, Some(b'E')) if is(b"EXPN") => self.required_text().map(Command::Expn),
            (8, Some(b'S')) if is(b"STARTTLS") => self.bare(Command::StartTls),
            (4, Some(b'A')) if is(b"AUTH") => self.auth(),
            (7, Some(b'X')) if is(b"XCLIENT") => match Attributes::parse(self.rest) {
                Ok(attributes) => {
                    if self.rest.ends_with(b" ") || self.rest.windows(2).any(|pair| pair == b"  ") {
                        self.anomalies |= Anomalies::EXTRA_SPACE;
                    }
                    Ok(Command::Xclient(attributes))
                }
                Err(offset) => Err(self.syntax_at(self.rest.get(offset..).unwrap_or(&[]))),
            },
            _ => Err(CommandError { kind: CommandErrorKind::Unknown, offset: 0 }),
        }
    }

    /// What was found that the grammar does not allow; an error if it is not tolerated.
    fn tolerated(&self) -> Result<Anomalies, CommandError> {
        if self.leniency.tolerates(self.anomalies) { Ok(self.anomalies) } else { Err(self.syntax_at(self.rest)) }
    }

    fn syntax_at(&self, rest: &[u8]) -> CommandError {
        CommandError { kind: CommandErrorKind::Syntax, offset: self.line.len() - rest.len() }
    }

    /// Skips spaces; more than `expected` of them are an anomaly.
    fn spaces(&mut self, expected: usize, anomaly: Anomalies) {
        let count = self.rest.iter().take_while(|byte| **byte == b' ').count();
        if count > expected {
            self.anomalies |= anomaly;
        }
        self.rest = &self.rest[count..];
    }

    /// A command without arguments.
    fn bare(&mut self, command: Command<'a>) -> Result<Command<'a>, CommandError> {
        self.spaces(0, Anomalies::EXTRA_SPACE);
        if self.rest.is_empty() { Ok(command) } else { Err(self.syntax_at(self.rest)) }
    }

    /// Takes `MAIL FROM:` or `RCPT TO:` as almost everybody writes it, with a path right behind; whether
    /// it was the former.
    #[inline(always)]
    fn usual_envelope(&mut self) -> Option<bool> {
        let [verb @ .., _, _, _] = self.line.first_chunk::<11>()?;
        let is_rcpt = is_word(verb, b"RCPT TO:");
        let (is_mail, rest) = match self.line {
            [_, _, _, _, _, _, _, _, rest @ ..] if is_rcpt => (false, rest),
            [_, _, _, _, _, _, _, _, b'M' | b'm', b':', rest @ ..] if is_word(verb, b"MAIL FRO") => (true, rest),
            _ => return None,
        };
        self.rest = rest;
        (rest.first() == Some(&b'<')).then_some(is_mail)
    }

    /// Takes `MAIL FROM:` or `RCPT TO:`, and the white space around; whether it was the former, or `None`
    /// for any other command.
    ///
    /// ```abnf
    /// mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF
    /// rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path ) [SP Rcpt-parameters] CRLF
    /// ```
    /// RFC 5321 §4.1.1.2, §4.1.1.3.
    fn envelope(&mut self) -> Result<Option<bool>, CommandError> {
        self.rest = self.line;
        let verb = self.verb();
        let is_mail = is_word(verb, b"MAIL");
        if !is_mail && !is_word(verb, b"RCPT") {
            return Ok(None);
        }
        if self.rest.first() != Some(&b' ') {
            return Err(self.syntax_at(self.rest));
        }
        self.spaces(1, Anomalies::EXTRA_SPACE);
        let preposition: &[u8] = if is_mail { b"FROM:" } else { b"TO:" };
        let found = self.rest.split_at_checked(preposition.len());
        let Some((_, rest)) = found.filter(|(found, _)| is_word(found, preposition)) else {
            return Err(self.syntax_at(self.rest));
        };
        self.rest = rest;
        self.spaces(0, Anomalies::SPACE_BEFORE_PATH);
        Ok(Some(is_mail))
    }

    /// Takes the rest of MAIL or RCPT.
    #[inline(always)]
    fn path_and_parameters(&mut self) -> Result<(Path<'a>, Parameters<'a>), CommandError> {
        // One look for UTF-8 over both costs less than one for each part.
        let text = utf8(self.rest).unwrap_or_default();
        let (path, rest) = Path::parse_front(self.rest, text, self.leniency).map_err(|error| CommandError {
            kind: CommandErrorKind::Path,
            offset: self.line.len() - self.rest.len() + error.offset,
        })?;
        self.anomalies |= path.anomalies();
        self.rest = rest;
        let (parameters, extra_space) =
            Parameters::parse(rest, text).map_err(|offset| self.syntax_at(rest.get(offset..).unwrap_or(&[])))?;
        if extra_space {
            self.anomalies |= Anomalies::EXTRA_SPACE;
        }
        Ok((path, parameters))
    }

    /// ```abnf
    /// ehlo = "EHLO" SP ( Domain / address-literal ) CRLF
    /// ```
    /// RFC 5321 §4.1.1.1.
    fn hello_name(&mut self) -> Result<&'a str, CommandError> {
        let start = self.rest;
        let is_name = |name| {
            is_plain_domain(name) || matches!(domain(name), Ok(([], _))) || matches!(address_literal(name), Ok(([], _)))
        };
        if let [b' ', name @ ..] = start
            && is_name(name)
            && let Some(name) = utf8(self.line).and_then(|line| line.get(line.len() - name.len()..))
        {
            return Ok(name);
        }
        let name = self.text()?;
        if !is_name(name.as_bytes()) {
            self.anomalies |= Anomalies::LOOSE_HELLO_NAME;
            if name.contains(' ') {
                return Err(self.syntax_at(start));
            }
        }
        Ok(name)
    }

    /// ```abnf
    /// bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ] CR LF
    /// ```
    /// RFC 3030 §2.
    fn bdat(&mut self) -> Result<Command<'a>, CommandError> {
        let arguments = self.required_text()?;
        let (size, marker) = arguments.split_once(' ').unwrap_or((arguments, ""));
        let last = marker.eq_ignore_ascii_case("LAST");
        match number(size.as_bytes()) {
            Some(length) if last || marker.is_empty() => Ok(Command::Bdat { length, last }),
            _ => Err(CommandError { kind: CommandErrorKind::Syntax, offset: 5 }),
        }
    }

    /// ```abnf
    /// auth-command     = "AUTH" SP sasl-mech [SP initial-response] *(CRLF [base64]) CRLF
    /// initial-response = base64 / "="
    /// ```
    /// RFC 4954 §8.
    fn auth(&mut self) -> Result<Command<'a>, CommandError> {
        let arguments = self.required_text()?;
        let (mechanism, initial) = match arguments.split_once(' ') {
            Some((mechanism, initial)) => (mechanism, Some(initial)),
            None => (arguments, None),
        };
        if initial.is_some_and(|initial| initial.is_empty() || initial.contains(' ')) {
            return Err(CommandError { kind: CommandErrorKind::Syntax, offset: 6 + mechanism.len() });
        }
        Ok(Command::Auth { mechanism, initial })
    }

    /// The rest of the line as text, empty if there is none.
    fn text(&mut self) -> Result<&'a str, CommandError> {
        if !matches!(self.rest, [] | [b' ', ..]) {
            return Err(self.syntax_at(self.rest));
        }
        let start = self.rest;
        self.spaces(1, Anomalies::EXTRA_SPACE);
        let trailing = self.rest.iter().rev().take_while(|byte| **byte == b' ').count();
        if trailing > 0 || (self.rest.is_empty() && !start.is_empty()) {
            self.anomalies |= Anomalies::EXTRA_SPACE;
        }
        let text = &self.rest[..self.rest.len() - trailing];
        match text.iter().position(|byte| *byte < b' ' || *byte == 127) {
            Some(control) => Err(self.syntax_at(&self.rest[control..])),
            None => utf8(text).ok_or_else(|| self.syntax_at(self.rest)),
        }
    }

    fn required_text(&mut self) -> Result<&'a str, CommandError> {
        let start = self.rest;
        let text = self.text()?;
        if text.is_empty() { Err(self.syntax_at(start)) } else { Ok(text) }
    }
}
