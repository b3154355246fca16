//! The rules of POP3 that a side can break, and where they stand.

use super::super::breach::Breach;
use mailproto::pop3::{Command, CommandError, CommandErrorKind, State, Verb};
use mailproto::{Anomalies, Leniency, ViolationKind};
use mailproto_host::Side;

/// A line is no command.
pub(super) fn malformed(error: CommandError) -> Breach {
    let (rule, section) = match error.kind {
        CommandErrorKind::Unknown => ("the line begins with no command", "RFC 1939 §3"),
        CommandErrorKind::Number => ("messages are numbered from 1", "RFC 1939 §4"),
        _ => ("the arguments break the grammar of the command", "RFC 2449 §4"),
    };
    Breach::new(Side::Client, format!("{rule}, from byte {} of the line", error.offset), section)
}

/// A command has no place here.
pub(super) fn misplaced(verb: Verb, state: State) -> Breach {
    let (rule, section) = match (state, verb) {
        (State::Connected, _) => {
            (format!("the client waits for the greeting before it says {}", verb.name()), "RFC 1939 §3")
        }
        (_, Verb::Pass) => ("PASS comes behind a USER that was taken, and nowhere else".into(), "RFC 1939 §7"),
        (State::Transaction, Verb::Stls) => ("STLS comes before the login".into(), "RFC 2595 §4"),
        (State::Transaction, Verb::Auth | Verb::AuthList) => ("AUTH comes before the login".into(), "RFC 5034 §4"),
        (State::Transaction, Verb::Utf8) => ("UTF8 comes before the login".into(), "RFC 6856 §2.1"),
        (State::Transaction, _) => (format!("{} comes before the login", verb.name()), "RFC 1939 §4"),
        (State::Authorization | State::Named, Verb::Stat | Verb::Noop | Verb::Rset)
        | (State::Authorization | State::Named, Verb::List | Verb::ListOne | Verb::Retr | Verb::Dele) => {
            (format!("the login comes before {}", verb.name()), "RFC 1939 §5")
        }
        (State::Authorization | State::Named, Verb::Top | Verb::Uidl | Verb::UidlOne) => {
            (format!("the login comes before {}", verb.name()), "RFC 1939 §7")
        }
        (State::Named, _) => ("behind USER comes PASS or QUIT".into(), "RFC 1939 §7"),
        _ => (format!("{} has no place in the state {}", verb.name(), state.name()), "RFC 1939 §3"),
    };
    Breach::new(Side::Client, rule, section)
}

/// A command that was not announced.
pub(super) fn not_offered(verb: Verb) -> Breach {
    let (rule, section) = match verb {
        Verb::Apop => ("APOP needs the timestamp that the greeting does not have".into(), "RFC 1939 §7"),
        Verb::User => ("a name or password beyond ASCII needs the capability UTF8 USER".into(), "RFC 6856 §2.2"),
        _ => (format!("{} uses a capability that the server did not announce", verb.name()), "RFC 2449 §5"),
    };
    Breach::new(Side::Client, rule, section)
}

/// A command was sent before the response to the one before it.
pub(super) fn impatient(verb: Verb) -> Breach {
    let rule =
        format!("{} is sent before the response to the command before it, and PIPELINING is not offered", verb.name());
    Breach::new(Side::Client, rule, "RFC 2449 §6.6")
}

/// A response to a login is no base64.
pub(super) fn bad_response() -> Breach {
    Breach::new(Side::Client, "a response is base64, or * to cancel", "RFC 5034 §4")
}

/// Something that only goes on where AUTH does.
pub(super) fn bad_continuation(verb: Verb) -> Breach {
    let rule = format!("{} has no answer but +OK or -ERR", verb.name());
    Breach::new(Side::Server, rule, "RFC 1939 §3")
}

/// The server refused what every server must know.
pub(super) fn unknown_here(verb: Verb) -> Option<Breach> {
    let must = matches!(verb, Verb::Stat | Verb::List | Verb::Noop | Verb::Rset);
    must.then(|| Breach::new(Side::Server, format!("every server knows {}", verb.name()), "RFC 1939 §5"))
}

/// The server took what has no place.
pub(super) fn taken(verb: Verb, state: State) -> Breach {
    let rule = format!("{} in the state {} is answered by -ERR", verb.name(), state.name());
    Breach::new(Side::Server, rule, "RFC 1939 §3")
}

/// The server's side of the rule book that the client's machine guards.
pub(super) fn violated(kind: ViolationKind) -> Option<Breach> {
    let (rule, section) = match kind {
        ViolationKind::StartTlsInjection => ("nothing follows the +OK to STLS before TLS begins", "RFC 2595 §4"),
        ViolationKind::MalformedResponse => ("a response begins with +OK or -ERR", "RFC 1939 §3"),
        ViolationKind::UnexpectedReply => ("each response answers a command, and no command waits", "RFC 1939 §3"),
        ViolationKind::MalformedChallenge => ("a challenge is base64", "RFC 5034 §4"),
        _ => return None,
    };
    Some(Breach::new(Side::Server, rule, section))
}

/// What was tolerated is against a rule all the same.
pub(super) fn tolerated(by: Side, anomalies: Anomalies) -> Vec<Breach> {
    let spaces = if by == Side::Client { "RFC 2449 §4" } else { "RFC 1939 §5" };
    let rules = [
        (Anomalies::BARE_LF, "a line ends with CR LF, not LF alone", "RFC 1939 §3"),
        (Anomalies::TRUNCATED_REPLY, "a response has at most 512 bytes with its end", "RFC 1939 §3"),
        (Anomalies::EXTRA_SPACE, "one space stands where the grammar has one, and none elsewhere", spaces),
        (Anomalies::EARLY_TALK, "the client waits for the greeting", "RFC 1939 §3"),
        (Anomalies::STATUS_CASE, "+OK and -ERR stand in capital letters", "RFC 1939 §3"),
        (Anomalies::MISSING_NUMBER, "a unique-id listing starts with the number of its message", "RFC 1939 §7"),
        (Anomalies::OK_FOR_CHALLENGE, "an exchange of AUTH goes on with + and a space", "RFC 5034 §4"),
        (Anomalies::MALFORMED_LINE, "each line of a list is what the command asked for", "RFC 1939 §5"),
    ];
    let seen = rules.into_iter().filter(|(one, _, _)| anomalies.contains(*one));
    seen.map(|(_, rule, section)| Breach::new(by, rule, section)).collect()
}

/// The command that a line is, as leniently as can be, and what was tolerated.
pub(super) fn command(line: &[u8]) -> Result<(Command<'_>, Anomalies), CommandError> {
    Command::parse(text(line), Leniency::LENIENT)
}

/// A line without its end.
pub(super) fn text(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(line)
}
