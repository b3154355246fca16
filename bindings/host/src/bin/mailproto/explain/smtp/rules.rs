//! The rules of SMTP and LMTP that a side can break, and where they stand.

use super::super::breach::Breach;
use mailproto::smtp::{Command, CommandError, CommandErrorKind, State, Verb};
use mailproto::{Anomalies, Leniency, ViolationKind};
use mailproto_host::Side;

/// A line is no command.
pub(super) fn malformed(error: CommandError) -> Breach {
    let (rule, section) = match error.kind {
        CommandErrorKind::Unknown => ("the line begins with no command", "RFC 5321 §4.1.1"),
        CommandErrorKind::Path => ("the argument is no path such as <local@domain>", "RFC 5321 §4.1.2"),
        _ => ("the arguments break the grammar of the command", "RFC 5321 §4.1.1"),
    };
    Breach::new(Side::Client, format!("{rule}, from byte {} of the line", error.offset), section)
}

/// A command has no place here.
pub(super) fn misplaced(verb: Verb, state: State) -> Breach {
    let section = match verb {
        Verb::StartTls => "RFC 3207 §4",
        Verb::Auth => "RFC 4954 §3",
        Verb::Bdat | Verb::BdatLast => "RFC 3030 §2",
        _ => "RFC 5321 §4.1.4",
    };
    let rule = match state {
        State::Connected => format!("the client waits for the greeting before it says {}", verb.name()),
        State::Greeted if matches!(verb, Verb::Mail | Verb::Rcpt | Verb::Data) => {
            format!("EHLO or HELO comes before {}", verb.name())
        }
        _ => format!("{} has no place in the state {}", verb.name(), state.name()),
    };
    Breach::new(Side::Client, rule, if state == State::Connected { "RFC 5321 §3.1" } else { section })
}

/// A command or parameter that was not announced.
pub(super) fn not_offered(command: &Command<'_>) -> Breach {
    let what = match command {
        Command::Mail { .. } | Command::Rcpt { .. } => "a parameter of an extension",
        _ => "an extension",
    };
    let rule = format!("{} uses {what} that the server did not announce", command.verb().name());
    Breach::new(Side::Client, rule, "RFC 5321 §2.2.1")
}

/// A command was sent too early.
pub(super) fn impatient(verb: Verb, pipelining: bool) -> Breach {
    if pipelining {
        let rule = format!("the command before {} must be the last of its group", verb.name());
        Breach::new(Side::Client, rule, "RFC 2920 §3.1")
    } else {
        let rule =
            format!("{} is sent before the reply to the command before it, and PIPELINING is not offered", verb.name());
        Breach::new(Side::Client, rule, "RFC 5321 §2.1")
    }
}

/// The wrong protocol's greeting.
pub(super) fn wrong_hello(lmtp: bool) -> Breach {
    let rule = if lmtp { "LMTP greets by LHLO, and HELO and EHLO must not be used" } else { "LHLO belongs to LMTP" };
    Breach::new(Side::Client, rule, "RFC 2033 §4.1")
}

/// A reply that does not fit its command.
pub(super) fn wrong_code(verb: Verb, code: u16) -> Breach {
    let rule = format!("{code} is no reply to {}", verb.name());
    Breach::new(Side::Server, rule, if verb == Verb::Auth { "RFC 4954 §4" } else { "RFC 5321 §4.3.2" })
}

/// The server's side of the rule book that the client's machine guards.
pub(super) fn violated(kind: ViolationKind) -> Option<Breach> {
    let (by, rule, section) = match kind {
        ViolationKind::StartTlsInjection => {
            (Side::Server, "nothing follows the 220 to STARTTLS before TLS begins", "RFC 3207 §4.2")
        }
        ViolationKind::MalformedReply => (Side::Server, "a reply begins with a code of three digits", "RFC 5321 §4.2"),
        ViolationKind::UnexpectedReply => {
            (Side::Server, "each reply answers a command, and no command waits", "RFC 5321 §4.2")
        }
        ViolationKind::EarlyTalk => (Side::Client, "the client waits for the greeting", "RFC 5321 §3.1"),
        ViolationKind::MalformedChallenge => (Side::Server, "a challenge is base64", "RFC 4954 §4"),
        _ => return None,
    };
    Some(Breach::new(by, rule, section))
}

/// The server's machine refused a line that its client's machine would have said.
pub(super) fn refused(code: u16) -> Option<Breach> {
    let (rule, section) = match code {
        500 => ("a command line has at most 2048 bytes here, and servers need take but 512", "RFC 5321 §4.5.3.1.4"),
        501 => ("a parameter stands once and has a value that its extension allows", "RFC 5321 §4.1.1.11"),
        552 => ("the message is larger than the server announced", "RFC 1870 §6.1"),
        553 => ("an address beyond ASCII needs SMTPUTF8", "RFC 6531 §3.4"),
        555 => ("a parameter belongs to an extension that the server announced", "RFC 5321 §4.1.1.11"),
        _ => return None,
    };
    Some(Breach::new(Side::Client, rule, section))
}

/// What was tolerated is against a rule all the same.
pub(super) fn tolerated(by: Side, anomalies: Anomalies) -> Vec<Breach> {
    let rules = [
        (Anomalies::BARE_LF, "a line ends with CR LF, not LF alone", "RFC 5321 §2.3.8"),
        (Anomalies::MIXED_REPLY_CODES, "all lines of a reply carry the same code", "RFC 5321 §4.2.1"),
        (Anomalies::REPLY_NOT_UTF8, "a reply is ASCII or UTF-8", "RFC 6531 §3.7.4"),
        (
            Anomalies::MALFORMED_EHLO_LINE,
            "each line of the reply to EHLO is a keyword with parameters",
            "RFC 5321 §4.1.1.1",
        ),
        (Anomalies::AUTH_EQUALS, "AUTH is followed by a space, not =", "RFC 4954 §3"),
        (Anomalies::SPACE_BEFORE_PATH, "no space stands between the colon and the path", "RFC 5321 §3.3"),
        (Anomalies::MISSING_BRACKETS, "a path stands in < and >", "RFC 5321 §4.1.2"),
        (Anomalies::EXTRA_SPACE, "one space stands where the grammar has one, and none elsewhere", "RFC 5321 §4.1.1"),
        (Anomalies::LOOSE_MAILBOX, "the mailbox breaks the grammar", "RFC 5321 §4.1.2"),
        (Anomalies::LOOSE_HELLO_NAME, "EHLO names a domain or an address literal", "RFC 5321 §4.1.1.1"),
        (Anomalies::BARE_LINE_END_IN_DATA, "CR and LF stand in a message only together", "RFC 5321 §2.3.8"),
        (Anomalies::EARLY_TALK, "the client waits for the greeting", "RFC 5321 §3.1"),
        (Anomalies::ODD_REPLY_CODE, "a code begins with 2, 3, 4 or 5", "RFC 5321 §4.2.1"),
    ];
    let seen = rules.into_iter().filter(|(one, _, _)| anomalies.contains(*one));
    seen.map(|(_, rule, section)| Breach::new(by, rule, section)).collect()
}

/// The command that a line is, as leniently as can be.
pub(super) fn command(line: &[u8]) -> Result<Command<'_>, CommandError> {
    let line = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(line);
    Command::parse(line, Leniency::LENIENT).map(|(command, _)| command)
}
