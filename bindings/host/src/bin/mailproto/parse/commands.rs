//! Command lines of SMTP and LMTP.

use super::input::Item;
use super::{Malformed, values};
use mailproto::smtp::{Command, CommandErrorKind};
use mailproto::{Anomalies, Leniency};
use serde_json::{Map, Value, json};

/// Reads one line.
pub(super) fn parse(line: &[u8], leniency: Leniency, tolerated: Anomalies) -> Item {
    let (command, anomalies) = Command::parse(line, leniency).map_err(|error| {
        let (kind, message) = match error.kind {
            CommandErrorKind::Unknown => ("unknown", "no command of SMTP or LMTP begins like this"),
            CommandErrorKind::Path => ("path", "no path such as <local@domain> (RFC 5321 §4.1.2)"),
            _ => ("syntax", "the arguments break the grammar of the command (RFC 5321 §4.1.1)"),
        };
        Malformed { kind, offset: error.offset, message: message.into() }
    })?;
    let mut object = Map::new();
    object.insert("type".into(), name(&command).into());
    let mut add = |name: &str, value: Value| object.insert(name.into(), value);
    match command {
        Command::Ehlo(name) | Command::Helo(name) | Command::Lhlo(name) => {
            add("name", json!(name));
        }
        Command::Auth { mechanism, initial } => {
            add("mechanism", json!(mechanism));
            add("initial", json!(initial));
        }
        Command::Mail { path, parameters } | Command::Rcpt { path, parameters } => {
            add("path", values::path(path));
            add("parameters", values::parameters(parameters));
        }
        Command::Bdat { length, last } => {
            add("length", json!(length));
            add("last", json!(last));
        }
        Command::Vrfy(argument) | Command::Expn(argument) | Command::Help(argument) | Command::Noop(argument) => {
            add("argument", json!(argument));
        }
        Command::Xclient(attributes) => {
            let attribute =
                |one: mailproto::smtp::Attribute<'_>| json!({ "name": one.name, "value": values::xtext(one.value) });
            add("attributes", attributes.iter().map(attribute).collect());
        }
        _ => {}
    }
    add("anomalies", values::anomalies(anomalies | tolerated));
    Ok(Value::Object(object))
}

/// The name of the variant.
fn name(command: &Command<'_>) -> &'static str {
    match command {
        Command::Ehlo(_) => "ehlo",
        Command::Helo(_) => "helo",
        Command::Lhlo(_) => "lhlo",
        Command::StartTls => "start_tls",
        Command::Auth { .. } => "auth",
        Command::Mail { .. } => "mail",
        Command::Rcpt { .. } => "rcpt",
        Command::Data => "data",
        Command::Bdat { .. } => "bdat",
        Command::Rset => "rset",
        Command::Vrfy(_) => "vrfy",
        Command::Expn(_) => "expn",
        Command::Help(_) => "help",
        Command::Noop(_) => "noop",
        Command::Quit => "quit",
        Command::Xclient(_) => "xclient",
        _ => "unknown",
    }
}
