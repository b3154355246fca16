//! What others make of the messages that are read. One of them asks for a newer compiler than this project
//! does, and takes part where `newer_peers` is set.

use std::rc::Rc;

use mailparse::ParsedMail;

use crate::harness::Task;

/// The bytes of all leaves, text as UTF-8.
fn leaves(mail: &ParsedMail<'_>) -> u64 {
    if !mail.subparts.is_empty() {
        return mail.subparts.iter().map(leaves).sum();
    }
    if mail.ctype.mimetype == "message/rfc822" {
        let inner = mail.get_body_raw().unwrap_or_default();
        return mailparse::parse_mail(&inner).map_or(0, |inner| leaves(&inner));
    }
    if mail.ctype.mimetype.starts_with("text/") {
        mail.get_body().map_or(0, |text| text.len() as u64)
    } else {
        mail.get_body_raw().map_or(0, |bytes| bytes.len() as u64)
    }
}

fn everything_by_mailparse(message: &[u8]) -> u64 {
    mailparse::parse_mail(message).map_or(0, |mail| leaves(&mail))
}

pub(super) fn everything(task: Task, messages: &Rc<[Vec<u8>]>, length: usize) -> Task {
    let input = messages.clone();
    let task =
        task.peer("mailparse", length, move || input.iter().map(|message| everything_by_mailparse(message)).sum());
    #[cfg(newer_peers)]
    let task = newer::everything(task, messages, length);
    task
}

pub(super) fn structure(task: Task, messages: &Rc<[Vec<u8>]>, parts: usize) -> Task {
    fn count(mail: &ParsedMail<'_>) -> u64 {
        let inner =
            || mail.get_body_raw().ok().and_then(|body| mailparse::parse_mail(&body).map(|mail| count(&mail)).ok());
        let within = if mail.ctype.mimetype == "message/rfc822" { inner().unwrap_or(0) } else { 0 };
        u64::from(!mail.ctype.mimetype.is_empty()) + within + mail.subparts.iter().map(count).sum::<u64>()
    }
    let input = messages.clone();
    let all = move || input.iter().map(|message| mailparse::parse_mail(message).map_or(0, |mail| count(&mail))).sum();
    let task = task.peer("mailparse", parts, all);
    #[cfg(newer_peers)]
    let task = newer::structure(task, messages, parts);
    task
}

pub(super) fn attachment(task: Task, message: &Rc<Vec<u8>>, length: usize) -> Task {
    let input = message.clone();
    let task = task.peer("mailparse", length, move || everything_by_mailparse(&input));
    #[cfg(newer_peers)]
    let task = newer::attachment(task, message, length);
    task
}

pub(super) fn headers(task: Task, headers: &Rc<[Vec<u8>]>, found: usize) -> Task {
    use mailparse::MailHeaderMap;
    let ours = |header: &[u8]| {
        let (fields, _) = mailparse::parse_headers(header).unwrap_or_default();
        let from = fields.get_first_header("From").and_then(|field| mailparse::addrparse_header(field).ok());
        let date = fields.get_first_value("Date").and_then(|value| mailparse::dateparse(&value).ok());
        u64::from(fields.get_first_value("Subject").is_some_and(|value| !value.is_empty()))
            + u64::from(from.is_some_and(|from| !from.is_empty()))
            + u64::from(date.is_some_and(|date| date > 0))
            + u64::from(fields.get_first_value("Message-ID").is_some_and(|value| !value.is_empty()))
    };
    let input = headers.clone();
    let task = task.peer("mailparse", found, move || input.iter().map(|header| ours(header)).sum());
    #[cfg(newer_peers)]
    let task = newer::headers(task, headers, found);
    task
}

#[cfg(newer_peers)]
mod newer {
    use std::rc::Rc;

    use mail_parser::{Message, MessageBuffers, MessageParser, PartKind};

    use crate::harness::Task;

    fn leaves(message: &Message<'_>) -> u64 {
        let leaf = |part: mail_parser::MessagePart<'_>| match part.kind() {
            PartKind::Text | PartKind::Html => part.text().map_or(0, |text| text.len() as u64),
            PartKind::Binary | PartKind::InlineBinary => part.decoded().len() as u64,
            _ => 0,
        };
        message.parts().map(leaf).sum()
    }

    pub(super) fn everything(task: Task, messages: &Rc<[Vec<u8>]>, length: usize) -> Task {
        let (input, mut buffers) = (messages.clone(), Some(MessageBuffers::new()));
        let all = move || {
            let read = |message: &Vec<u8>| {
                let mut kept = buffers.take().unwrap_or_default();
                let Some(message) = MessageParser::default().parse_with(message, &mut kept) else { return 0 };
                let total = leaves(&message);
                buffers = Some(message.into_buffers());
                total
            };
            input.iter().map(read).sum()
        };
        task.peer("mail-parser, reused buffers", length, all).bound(
            "mailproto Message, reused tables",
            "mail-parser, reused buffers",
            1.0 / 1.5,
        )
    }

    pub(super) fn structure(task: Task, messages: &Rc<[Vec<u8>]>, parts: usize) -> Task {
        let input = messages.clone();
        let read = |message: &Vec<u8>| {
            MessageParser::default().parse(message).map_or(0, |message| {
                let typed =
                    message.parts().filter(|part| part.content_type().is_none_or(|kind| !kind.ctype().is_empty()));
                typed.count() as u64
            })
        };
        task.peer("mail-parser", parts, move || input.iter().map(read).sum()).bound(
            "mailproto Message",
            "mail-parser",
            1.0 / 1.5,
        )
    }

    pub(super) fn attachment(task: Task, message: &Rc<Vec<u8>>, length: usize) -> Task {
        let input = message.clone();
        task.peer("mail-parser", length, move || {
            MessageParser::default().parse(&input[..]).map_or(0, |message| leaves(&message))
        })
        .bound("mailproto Reader", "mail-parser", 1.0 / 3.0)
    }

    pub(super) fn headers(task: Task, headers: &Rc<[Vec<u8>]>, found: usize) -> Task {
        let read = |header: &Vec<u8>| {
            MessageParser::default().parse_headers(header).map_or(0, |message| {
                let from = message.from().and_then(|from| from.first()).and_then(|from| from.address());
                u64::from(message.subject().is_some_and(|subject| !subject.is_empty()))
                    + u64::from(from.is_some_and(|from| !from.is_empty()))
                    + u64::from(message.date().is_some_and(|date| date.to_timestamp() > 0))
                    + u64::from(message.message_id().is_some_and(|id| !id.is_empty()))
            })
        };
        let input = headers.clone();
        task.peer("mail-parser", found, move || input.iter().map(read).sum()).bound(
            "mailproto Message",
            "mail-parser",
            1.0 / 2.0,
        )
    }
}
