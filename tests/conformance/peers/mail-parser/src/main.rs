//! Says what mail-parser makes of the messages whose paths it is told, one JSON object a line.

use std::io::{self, BufRead, Write};

use mail_parser::{Address, AddressList, MessageParser, MessagePart, PartKind};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for path in io::stdin().lock().lines() {
        let bytes = std::fs::read(path?)?;
        writeln!(out, "{}", message(&bytes))?;
    }
    Ok(())
}

fn message(bytes: &[u8]) -> Value {
    let Some(message) = MessageParser::new().parse(bytes) else { return json!({}) };
    let mut parts = Vec::new();
    walk(message.root().root_part(), 0, &mut parts);
    json!({
        "subject": message.subject().unwrap_or_default(),
        "date": message.date().filter(|date| date.is_valid()).map(|date| date.to_timestamp()),
        "from": addresses(message.from()),
        "to": addresses(message.to()),
        "cc": addresses(message.cc()),
        "parts": parts,
    })
}

fn addresses(list: Option<AddressList<'_>>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for address in list.into_iter().flat_map(|list| list.iter()) {
        let mut add = |mailbox: mail_parser::Mailbox<'_>| {
            let (name, address) = (mailbox.name().unwrap_or_default(), mailbox.address().unwrap_or_default());
            found.push((name.to_owned(), address.to_owned()));
        };
        match address {
            Address::Mailbox(mailbox) => add(mailbox),
            Address::Group(group) => group.mailboxes().for_each(add),
        }
    }
    found
}

fn walk(part: MessagePart<'_>, depth: usize, parts: &mut Vec<Value>) {
    let media_type = part.content_type().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    let is_leaf = !matches!(part.kind(), PartKind::Multipart | PartKind::Message(_));
    parts.push(json!({
        "depth": depth,
        "type": media_type,
        "name": part.attachment_name().unwrap_or_default(),
        "bytes": is_leaf.then(|| hexadecimal(&part.decoded())),
        "text": part.is_text().then(|| part.text().unwrap_or_default()),
    }));
    if let Some(nested) = part.nested() {
        walk(nested.root_part(), depth + 1, parts);
    }
    for child in part.children() {
        walk(child, depth + 1, parts);
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
