//! E1, E1s, E2, E3: messages read. X1, X3: bodies decoded.

use std::rc::Rc;

use mailproto::codec::{base64_body, quoted_printable};
use mailproto::limits::Limits;
use mailproto::message::{
    Addresses, Charset, ContentType, DateTime, Decoder, Event, Message, MessageIds, MessageTable, Part, PartKind,
    Reader, ReaderOptions, Text,
};

use super::message_peers as peers;
use super::{READ, share};
use crate::data::Random;
use crate::harness::Task;
use crate::{mails, texts};

/// What decoding one message after the other needs again and again.
#[derive(Default)]
struct Kept {
    table: MessageTable,
    bytes: Vec<u8>,
    text: String,
}

impl Kept {
    /// Reads a message and every leaf of it, text as UTF-8; the bytes that the leaves are.
    fn everything(&mut self, message: &[u8]) -> u64 {
        let message = Message::parse_with(message, &Limits::default(), std::mem::take(&mut self.table));
        let total = message.parts().filter(Part::is_leaf).map(|part| self.leaf(&part)).sum();
        (_, self.table) = message.into_parts();
        total
    }

    fn leaf(&mut self, part: &Part<'_>) -> u64 {
        let bytes = if part.encoding().is_identity() {
            part.body_raw()
        } else {
            self.bytes.clear();
            part.decode_into(&mut self.bytes);
            &self.bytes
        };
        if !matches!(part.kind(), PartKind::Plain | PartKind::Html | PartKind::Text) {
            return bytes.len() as u64;
        }
        let content_type = part.content_type_field().map(|field| ContentType::parse(field.value_raw()));
        let label = content_type.and_then(|content_type| content_type.parameter(b"charset"));
        let label = label.as_ref().map_or("".into(), mailproto::message::Parameter::decoded);
        let charset = Charset::for_label(label.as_bytes());
        // ASCII is itself in every charset that this corpus has, and UTF-8 needs no copy.
        match std::str::from_utf8(bytes) {
            Ok(text) if charset == Charset::Utf8 || text.is_ascii() => text.len() as u64,
            _ => {
                self.text.clear();
                let mut decoder = Decoder::new(charset);
                let written = decoder.decode(bytes, &mut self.text).and_then(|()| decoder.finish(&mut self.text));
                written.map_or(0, |_| self.text.len() as u64)
            }
        }
    }
}

pub(super) fn everything(smaller: usize) -> Task {
    let messages: Rc<[Vec<u8>]> = mails::messages(share(1_000, smaller)).into();
    let bytes = messages.iter().map(Vec::len).sum();
    let mut kept = Kept::default();
    let length = messages.iter().map(|message| kept.everything(message)).sum::<u64>() as usize;
    let task = Task::new("E1", "messages taken apart, every part decoded, text as UTF-8", bytes, messages.len());
    let input = messages.clone();
    let task = task.ours("mailproto Message, reused tables", length, move || {
        input.iter().map(|message| kept.everything(message)).sum()
    });
    let input = messages.clone();
    let task = task.ours("mailproto Message", length, move || {
        input.iter().map(|message| Kept::default().everything(message)).sum()
    });
    let input = messages.clone();
    let task = task.ours("mailproto Reader, text left in its charset", length, move || {
        input.iter().map(|message| read(message)).sum()
    });
    peers::everything(task, &messages, length)
}

/// Reads a message as a stream, every body decoded; the bytes that these are.
fn read(message: &[u8]) -> u64 {
    let mut reader: Reader = Reader::new(ReaderOptions::default());
    let (mut rest, mut total, mut is_over) = (message, 0, false);
    loop {
        while let Some(event) = reader.next_event() {
            match event {
                Event::Body { bytes } => total += bytes.len() as u64,
                Event::End => return total,
                _ => {}
            }
        }
        let space = reader.receive_space();
        let count = space.len().min(rest.len()).min(READ);
        space[..count].copy_from_slice(&rest[..count]);
        reader.received(count);
        rest = &rest[count..];
        if rest.is_empty() && !is_over {
            reader.receive_eof();
            is_over = true;
        }
    }
}

pub(super) fn structure(smaller: usize) -> Task {
    let messages: Rc<[Vec<u8>]> = mails::messages(share(1_000, smaller)).into();
    let bytes = messages.iter().map(Vec::len).sum();
    let mut table = MessageTable::default();
    let mut ours = move |message: &[u8]| {
        let message = Message::parse_with(message, &Limits::default(), std::mem::take(&mut table));
        let total = message.parts().filter(|part| !part.media_type().0.is_empty()).count() as u64;
        (_, table) = message.into_parts();
        total
    };
    let length = messages.iter().map(|message| ours(message)).sum::<u64>() as usize;
    let task = Task::new("E1s", "messages taken apart, the type of every part", bytes, messages.len());
    let input = messages.clone();
    let task = task.ours("mailproto Message", length, move || input.iter().map(|message| ours(message)).sum());
    peers::structure(task, &messages, length)
}

pub(super) fn attachment(smaller: usize) -> Task {
    let message = Rc::new(mails::with_attachment(share(50 << 20, smaller)));
    let length = read(&message) as usize;
    let task = Task::new("E2", "a message with a large attachment, decoded", message.len(), 1);
    let input = message.clone();
    let task = task.ours("mailproto Reader", length, move || read(&input));
    let (input, mut kept) = (message.clone(), Kept::default());
    let task = task.ours("mailproto Message, reused tables", length, move || kept.everything(&input));
    peers::attachment(task, &message, length)
}

pub(super) fn headers(smaller: usize) -> Task {
    let header = |message: Vec<u8>| {
        let end = memchr::memmem::find(&message, b"\r\n\r\n").map_or(message.len(), |end| end + 4);
        message[..end].to_vec()
    };
    let headers: Rc<[Vec<u8>]> = mails::messages(share(1_000, smaller)).into_iter().map(header).collect();
    let bytes = headers.iter().map(Vec::len).sum();
    let mut table = MessageTable::default();
    let mut ours = move |header: &[u8]| {
        let message = Message::parse_with(header, &Limits::default(), std::mem::take(&mut table));
        let root = message.root();
        let value = |name: &[u8]| root.field(name).map(|field| field.value_raw());
        let from = value(b"from").and_then(|value| Addresses::parse(value).mailboxes().next());
        let id = value(b"message-id").and_then(|value| MessageIds::parse(value).first());
        let total = u64::from(value(b"subject").is_some_and(|value| !Text::parse(value).decoded().is_empty()))
            + u64::from(from.is_some_and(|mailbox| !mailbox.address().decoded().is_empty()))
            + u64::from(value(b"date").and_then(DateTime::parse).is_some_and(|date| date.timestamp() > 0))
            + u64::from(id.is_some_and(|id| !id.raw().is_empty()));
        (_, table) = message.into_parts();
        total
    };
    let length = headers.iter().map(|header| ours(header)).sum::<u64>() as usize;
    let task = Task::new("E3", "headers: subject, sender, date and message id", bytes, headers.len());
    let input = headers.clone();
    let task = task.ours("mailproto Message", length, move || input.iter().map(|header| ours(header)).sum());
    peers::headers(task, &headers, length)
}

/// Decodes a body in place through one window; the bytes that it becomes.
fn decode(body: &[u8], window: &mut [u8], mut act: impl FnMut(&mut [u8], bool) -> (usize, usize)) -> u64 {
    let (mut rest, mut left, mut total) = (body, 0, 0);
    while !rest.is_empty() {
        let count = rest.len().min(window.len() - left);
        window[left..left + count].copy_from_slice(&rest[..count]);
        rest = &rest[count..];
        let filled = left + count;
        let (taken, written) = act(&mut window[..filled], rest.is_empty());
        total += written as u64;
        window.copy_within(taken..filled, 0);
        left = filled - taken;
    }
    total
}

pub(super) fn base64(smaller: usize) -> Task {
    let plain = texts::noise(share(10 << 20, smaller));
    let body = Rc::new(encodify::base64::MIME.encode(&plain).into_bytes());
    let length = plain.len();
    let task = Task::new("X1", "base64 in lines, decoded", body.len(), 1);
    let (input, mut window) = (body.clone(), vec![0; READ]);
    let task = task.ours("mailproto base64_body::Decoder", length, move || {
        let mut decoder = base64_body::Decoder::new();
        decode(&input, &mut window, |piece, _| (piece.len(), decoder.decode(piece)))
    });
    let input = body.clone();
    let task = task.peer("encodify base64::MIME", length, move || {
        encodify::base64::MIME.decode(&input[..]).map_or(0, |bytes| bytes.len() as u64)
    });
    let (input, mut out) = (body, vec![0; length + 100]);
    task.peer("encodify, into one buffer", length, move || {
        encodify::base64::MIME.decode_slice(&input[..], &mut out).map_or(0, |count| count as u64)
    })
    .bound("mailproto base64_body::Decoder", "encodify base64::MIME", 1.0)
}

pub(super) fn quoted_printable(smaller: usize) -> Task {
    let plain = texts::paragraphs(&mut Random::new(16), share(8 << 20, smaller));
    let body = Rc::new(encodify::qp::BODY.encode(&plain).into_bytes());
    let length = plain.len();
    let task = Task::new("X3", "quoted-printable of text with words beyond ASCII, decoded", body.len(), 1);
    let (input, mut window) = (body.clone(), vec![0; READ]);
    let task = task.ours("mailproto quoted_printable::Decoder", length, move || {
        let mut decoder = quoted_printable::Decoder::new();
        decode(&input, &mut window, |piece, last| {
            let done = decoder.decode(piece, last);
            (done.taken, done.written)
        })
    });
    let input = body;
    task.peer("encodify qp::BODY", length, move || {
        encodify::qp::BODY.decode(&input[..]).map_or(0, |bytes| bytes.len() as u64)
    })
    .bound("mailproto quoted_printable::Decoder", "encodify qp::BODY", 1.0)
}
