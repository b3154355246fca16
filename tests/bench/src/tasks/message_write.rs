//! M1, M2: messages written. X2, X4: bodies encoded.

use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::ContentType;
use lettre::message::{Attachment, MultiPart, SinglePart};
use mailproto::codec::{Encoded, base64_body, quoted_printable};
use mailproto::message::writer::{Date, Draft, Part, Recipient, Wants, Writer, WriterOptions, compose};

use super::{READ, share};
use crate::data::Random;
use crate::harness::Task;
use crate::texts;

/// Runs `write` over `bytes` with one window; the bytes written.
fn encode(bytes: &[u8], window: &mut [u8], mut write: impl FnMut(&[u8], &mut [u8]) -> Encoded) -> u64 {
    let (mut rest, mut total) = (bytes, 0);
    while !rest.is_empty() {
        let done = write(rest, window);
        rest = &rest[done.taken..];
        total += done.written as u64;
    }
    total
}

pub(super) fn base64(smaller: usize) -> Task {
    let bytes = Rc::new(texts::noise(share(10 << 20, smaller)));
    let length = base64_body::encoded_length(bytes.len() as u64) as usize;
    let task = Task::new("X2", "base64 in lines, of an attachment", bytes.len(), 1);
    let (input, mut window) = (bytes.clone(), vec![0; READ]);
    let task = task.ours("mailproto base64_body::Encoder", length, move || {
        let mut encoder = base64_body::Encoder::new();
        let total = encode(&input, &mut window, |bytes, window| encoder.write(bytes, window));
        total + encoder.finish(&mut window) as u64
    });
    let (input, mut whole) = (bytes.clone(), vec![0; length + 100]);
    let task = task.ours("mailproto, into one buffer", length, move || {
        let mut encoder = base64_body::Encoder::new();
        let done = encoder.write(&input, &mut whole);
        (done.written + encoder.finish(&mut whole[done.written..])) as u64
    });
    let input = bytes.clone();
    let task =
        task.peer("encodify base64::MIME", length, move || encodify::base64::MIME.encode(&input[..]).len() as u64);
    let (input, mut out) = (bytes.clone(), String::with_capacity(length));
    task.peer("encodify, reused String", length, move || {
        out.clear();
        encodify::base64::MIME.encode_append(&input[..], &mut out);
        out.len() as u64
    })
    .bound("mailproto base64_body::Encoder", "encodify base64::MIME", 1.0)
}

pub(super) fn quoted_printable(smaller: usize) -> Task {
    let text = Rc::new(texts::paragraphs(&mut Random::new(16), share(8 << 20, smaller)));
    let peers = encodify::qp::BODY.encode(&text[..]).len();
    let mut window = vec![0; READ];
    let mut ours = move |text: &[u8]| {
        let mut encoder = quoted_printable::Encoder::text();
        let total = encode(text, &mut window, |bytes, window| encoder.write(bytes, window));
        total + encoder.finish(&mut window) as u64
    };
    let length = ours(text.as_bytes()) as usize;
    let task = Task::new("X4", "quoted-printable, of text with words beyond ASCII", text.len(), 1);
    let input = text.clone();
    let task = task.ours("mailproto quoted_printable::Encoder", length, move || ours(input.as_bytes()));
    let input = text.clone();
    let task = task.peer("encodify qp::BODY", peers, move || encodify::qp::BODY.encode(&input[..]).len() as u64);
    let (input, mut out) = (text, String::with_capacity(peers));
    task.peer("encodify, reused String", peers, move || {
        out.clear();
        encodify::qp::BODY.encode_append(&input[..], &mut out);
        out.len() as u64
    })
    .bound("mailproto quoted_printable::Encoder", "encodify qp::BODY", 1.0)
}

const FROM: &[Recipient<'_>] = &[Recipient::named("Jürgen Müller", "j@example.com")];
const TO: &[Recipient<'_>] = &[Recipient::named("Alice", "a@example.org"), Recipient::named("Bob", "b@example.org")];
const SUBJECT: &str = "Grüße aus Köln, status report";
const ID: &str = "1234.5678@example.com";
const NOW: Date = Date { seconds: 1_767_225_600, offset_minutes: 0 };

/// Writes a draft through one window; the bytes written.
fn write(draft: &Draft<'_>, window: &mut [u8]) -> u64 {
    let mut writer = Writer::new(draft, WriterOptions { nonce: 1, ..WriterOptions::default() }).expect("it is sound");
    let mut total = 0;
    while writer.wants() != Wants::Nothing {
        total += writer.write(window) as u64;
    }
    total
}

pub(super) fn small(smaller: usize) -> Task {
    let mut random = Random::new(20);
    let texts = (0..share(1_000, smaller)).map(|_| {
        let html = format!("<p>{} für</p>", texts::words(&mut random, 400));
        (texts::words(&mut random, 250), html)
    });
    let texts: Rc<[(String, String)]> = texts.collect();
    let bytes = texts.iter().map(|(text, html)| text.len() + html.len()).sum();
    let draft = |(text, html): &'_ (String, String), act: &mut dyn FnMut(&Draft<'_>) -> u64| {
        act(&Draft {
            from: FROM,
            to: TO,
            subject: SUBJECT,
            date: Some(NOW),
            message_id: ID,
            text: Some(text),
            html: Some(html),
            ..Draft::default()
        })
    };
    let mut window = vec![0; READ];
    let length = texts.iter().map(|text| draft(text, &mut |draft| write(draft, &mut window))).sum::<u64>() as usize;
    let task = Task::new("M1", "messages with text and HTML written", bytes, texts.len());
    let input = texts.clone();
    let task = task.ours("mailproto message::Writer", length, move || {
        input.iter().map(|text| draft(text, &mut |draft| write(draft, &mut window))).sum()
    });
    let input = texts.clone();
    let task = task.ours("mailproto message::compose", length, move || {
        let options = WriterOptions { nonce: 1, ..WriterOptions::default() };
        let written = |draft: &Draft<'_>| compose(draft, options).map_or(0, |message| message.len() as u64);
        input.iter().map(|text| draft(text, &mut |draft| written(draft))).sum()
    });
    let input = texts.clone();
    let task = task.peer("mail-builder", texts.len(), move || {
        let build = |(text, html): &(String, String)| {
            let message = mail_builder::MessageBuilder::new()
                .from(("Jürgen Müller", "j@example.com"))
                .to(vec![("Alice", "a@example.org"), ("Bob", "b@example.org")])
                .subject(SUBJECT)
                .date(NOW.seconds)
                .message_id(ID)
                .text_body(text.as_str())
                .html_body(html.as_str())
                .write_to_vec();
            u64::from(message.is_ok_and(|message| message.len() > text.len() + html.len()))
        };
        input.iter().map(build).sum()
    });
    let input = texts.clone();
    task.peer("lettre", texts.len(), move || {
        let build = |(text, html): &(String, String)| {
            let mailbox = |text: &str| text.parse().expect("it is sound");
            let message = lettre::Message::builder()
                .from(mailbox("Jürgen Müller <j@example.com>"))
                .to(mailbox("Alice <a@example.org>"))
                .to(mailbox("Bob <b@example.org>"))
                .subject(SUBJECT)
                .date(UNIX_EPOCH + Duration::from_secs(NOW.seconds as u64))
                .message_id(Some(format!("<{ID}>")))
                .multipart(MultiPart::alternative_plain_html(text.clone(), html.clone()));
            u64::from(message.is_ok_and(|message| message.formatted().len() > text.len() + html.len()))
        };
        input.iter().map(build).sum()
    })
    .bound("mailproto message::Writer", "mail-builder", 1.0 / 1.5)
}

pub(super) fn large(smaller: usize) -> Task {
    let bytes = Rc::new(texts::noise(share(10 << 20, smaller)));
    let written = |bytes: &[u8], act: &mut dyn FnMut(&Draft<'_>) -> u64| {
        act(&Draft {
            from: FROM,
            to: TO,
            subject: "files",
            date: Some(NOW),
            message_id: ID,
            text: Some("see attached"),
            attachments: &[Part::attachment("big.bin", "application/octet-stream").bytes(bytes)],
            ..Draft::default()
        })
    };
    let mut window = vec![0; READ];
    let length = written(&bytes, &mut |draft| write(draft, &mut window)) as usize;
    let task = Task::new("M2", "a message with a large attachment written", bytes.len(), 1);
    let input = bytes.clone();
    let task =
        task.ours("mailproto message::Writer", length, move || written(&input, &mut |draft| write(draft, &mut window)));
    let input = bytes.clone();
    let task = task.ours("mailproto message::compose", length, move || {
        let options = WriterOptions { nonce: 1, ..WriterOptions::default() };
        written(&input, &mut |draft| compose(draft, options).map_or(0, |message| message.len() as u64))
    });
    let input = bytes.clone();
    let task = task.peer("mail-builder", 1, move || {
        let message = mail_builder::MessageBuilder::new()
            .from(("Jürgen Müller", "j@example.com"))
            .to("a@example.org")
            .subject("files")
            .date(NOW.seconds)
            .message_id(ID)
            .text_body("see attached")
            .attachment("application/octet-stream", "big.bin", input.as_slice())
            .write_to_vec();
        u64::from(message.is_ok_and(|message| message.len() > input.len()))
    });
    let input = bytes;
    task.peer("lettre (copies its input)", 1, move || {
        let attachment = Attachment::new("big.bin".into())
            .body(input.to_vec(), ContentType::parse("application/octet-stream").expect("it is sound"));
        let parts = MultiPart::mixed().singlepart(SinglePart::plain("see attached".to_owned())).singlepart(attachment);
        let message = lettre::Message::builder()
            .from("John <j@example.com>".parse().expect("it is sound"))
            .to("a@example.org".parse().expect("it is sound"))
            .subject("files")
            .multipart(parts);
        u64::from(message.is_ok_and(|message| message.formatted().len() > input.len()))
    })
    .bound("mailproto message::Writer", "mail-builder", 1.0)
}
