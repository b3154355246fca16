//! What we make of a message.

use std::fmt::Write as _;

use mailproto::message::{Addresses, Message, PartKind};

use super::answer::{Answer, Part};

/// All that is compared.
pub(super) fn answer(bytes: &[u8]) -> Answer {
    let message = Message::parse(bytes);
    Answer {
        subject: Some(message.subject().map(|subject| subject.to_string()).unwrap_or_default()),
        date: message.date().map(|date| date.timestamp()),
        from: Some(mailboxes(message.from())),
        to: Some(mailboxes(message.to())),
        cc: Some(mailboxes(message.cc())),
        parts: Some(message.parts().map(part).collect()),
    }
}

fn mailboxes(list: Addresses<'_>) -> Vec<(String, Option<String>)> {
    let one = |mailbox: mailproto::message::Mailbox<'_>| {
        (mailbox.name().map(|name| name.to_string()).unwrap_or_default(), Some(mailbox.address().to_string()))
    };
    list.mailboxes().map(one).collect()
}

fn part(part: mailproto::message::Part<'_>) -> Part {
    let (main, sub) = part.media_type();
    let (main, sub) = (String::from_utf8_lossy(main), String::from_utf8_lossy(sub));
    let is_text = matches!(part.kind(), PartKind::Plain | PartKind::Html | PartKind::Text);
    Part {
        depth: part.depth(),
        media_type: Some(format!("{main}/{sub}")),
        name: Some(part.file_name().map(|name| name.to_string()).unwrap_or_default()),
        bytes: part.is_leaf().then(|| hexadecimal(&part.body())),
        text: is_text.then(|| part.text().into_owned()),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
