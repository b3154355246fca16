//! Command lines of POP3.

use super::input::Item;
use super::{Malformed, values};
use mailproto::pop3::{Command, CommandErrorKind};
use mailproto::{Anomalies, Leniency};
use serde_json::{Map, Value, json};

/// Reads one line.
pub(super) fn parse(line: &[u8], leniency: Leniency, tolerated: Anomalies) -> Item {
    let (command, anomalies) = Command::parse(line, leniency).map_err(|error| {
        let (kind, message) = match error.kind {
            CommandErrorKind::Unknown => ("unknown", "no command of POP3 begins like this"),
            CommandErrorKind::Number => ("number", "no number of a message: those begin with 1 (RFC 1939 §4)"),
            _ => ("syntax", "the arguments break the grammar of the command (RFC 1939 §3)"),
        };
        Malformed { kind, offset: error.offset, message: message.into() }
    })?;
    let mut object = Map::new();
    object.insert("type".into(), name(&command).into());
    let mut add = |name: &str, value: Value| object.insert(name.into(), value);
    match command {
        Command::User(user) => {
            add("name", json!(user));
        }
        Command::Pass(password) => {
            add("password", json!(password));
        }
        Command::Apop { name, digest } => {
            add("name", json!(name));
            add("digest", json!(digest));
        }
        Command::Auth { mechanism, initial } => {
            add("mechanism", json!(mechanism));
            add("initial", json!(initial));
        }
        Command::List(number) | Command::Uidl(number) => {
            add("number", json!(number));
        }
        Command::Retr(number) | Command::Dele(number) => {
            add("number", json!(number));
        }
        Command::Top { number, lines } => {
            add("number", json!(number));
            add("lines", json!(lines));
        }
        Command::Lang(range) => {
            add("range", json!(range));
        }
        _ => {}
    }
    add("anomalies", values::anomalies(anomalies | tolerated));
    Ok(Value::Object(object))
}

/// The name of the variant.
fn name(command: &Command<'_>) -> &'static str {
    match command {
        Command::Capa => "capa",
        Command::Stls => "stls",
        Command::User(_) => "user",
        Command::Pass(_) => "pass",
        Command::Apop { .. } => "apop",
        Command::Auth { .. } => "auth",
        Command::AuthList => "auth_list",
        Command::Stat => "stat",
        Command::List(_) => "list",
        Command::Uidl(_) => "uidl",
        Command::Retr(_) => "retr",
        Command::Top { .. } => "top",
        Command::Dele(_) => "dele",
        Command::Rset => "rset",
        Command::Noop => "noop",
        Command::Utf8 => "utf8",
        Command::Lang(_) => "lang",
        Command::Quit => "quit",
        _ => "unknown",
    }
}
