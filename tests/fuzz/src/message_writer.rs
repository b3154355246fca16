//! A message written: the input says what it shall be.

use crate::choices::Choices;
use mailproto::message::writer::{
    Content, Date, Disposition, Draft, Field, Mailbox, Part, Recipient, Target, Value, Wants, Writer, WriterOptions,
};

/// A message: either it is refused before anything is written, or it is the same however little space
/// there is, as long as it was said to be, in sound lines, with as many boundaries as were meant.
pub fn message_writer(data: &[u8]) {
    let (mut choices, rest) = Choices::divide(data);
    let pool: Vec<String> =
        rest.split(|byte| *byte == 0x1e).map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    let options = WriterOptions {
        target: choices.of(&[Target::SevenBit, Target::EightBit, Target::Utf8]),
        nonce: choices.byte().into(),
        flowed: choices.flag(),
        bcc: choices.flag(),
        old_file_names: choices.flag(),
    };
    let mut text = || pool[choices.below(pool.len())].as_str();
    let mailboxes = [
        Mailbox { name: text(), address: "a@example.org" },
        Mailbox { name: "", address: "b.c@[192.0.2.1]" },
        Mailbox { name: text(), address: text() },
    ];
    let recipients = [
        Recipient::Mailbox(mailboxes[0]),
        Recipient::Group { name: text(), members: &mailboxes[..2] },
        Recipient::Mailbox(mailboxes[2]),
        Recipient::Group { name: "none", members: &[] },
    ];
    let ids = ["a@b", text()];
    let fields = [
        Field { name: "X-Text", value: Value::Text(text()) },
        Field { name: "X-Structured", value: Value::Structured(text()) },
        Field { name: text(), value: Value::Ids(&ids[..1]) },
    ];
    let parameters = [("x", text()), (text(), "y")];
    let texts = [text(), text(), text()];
    let subject = text();
    let (file_name, description) = (text(), text());
    let date =
        Date { seconds: i64::from(choices.byte()) << (choices.byte() % 60), offset_minutes: choices.byte().into() };
    let leaves: Vec<Part<'_>> = (0..choices.below(4))
        .map(|_| Part {
            media_type: choices.of(&["application/x", "text/plain", "message/rfc822", "text/html", "nothing"]),
            parameters: &parameters[..choices.below(3)],
            disposition: choices.of(&[None, Some(Disposition::Inline), Some(Disposition::Attachment)]),
            file_name: choices.of(&["", file_name]),
            id: choices.of(&["", ids[0], ids[1]]),
            description: choices.of(&["", description]),
            fields: &fields[..choices.below(3)],
            content: choices.of(&[
                Content::Bytes(texts[0].as_bytes()),
                Content::Text(texts[1]),
                Content::Streamed(None),
                Content::Streamed(Some(texts[2].len() as u64)),
            ]),
        })
        .collect();
    let nested = [Part::multipart("multipart/mixed", &leaves), Part::text(texts[2])];
    let draft = Draft {
        from: &recipients[..choices.below(3)],
        to: &recipients[choices.below(4)..],
        bcc: &recipients[..1],
        subject,
        date: Some(date).filter(|_| choices.flag()),
        message_id: ids[choices.below(2)],
        references: &ids[..choices.below(3)],
        fields: &fields[..choices.below(4)],
        text: choices.of(&[None, Some(texts[0])]),
        html: choices.of(&[None, Some(texts[1])]),
        inline: &leaves[..choices.below(leaves.len() + 1)],
        attachments: &leaves[choices.below(leaves.len() + 1)..],
        body: choices.of(&[None, None, Some(Part::multipart("multipart/alternative", &nested))]),
        ..Draft::default()
    };
    let Ok(writer) = Writer::new(&draft, options) else { return };
    let content = texts[2].as_bytes();
    let whole = written(writer.clone(), content, 1 << 16, 1 << 16);
    for (room, step) in [(1, 1), (1 + choices.below(130), 1 + choices.below(90)), (96, 57)] {
        assert!(written(writer.clone(), content, room, step) == whole, "by {step} into {room}");
    }
    if let Some(size) = writer.size() {
        assert_eq!(size, whole.len() as u64);
    }
    assert_sound(&whole, options.target);
}

/// The message, written `room` bytes at a time, each streamed part fed `content`, `step` bytes at a time.
fn written(mut writer: Writer<'_>, content: &[u8], room: usize, step: usize) -> Vec<u8> {
    let (mut message, mut space, mut rest, mut last) = (Vec::new(), vec![0; room], content, None);
    loop {
        let count = match writer.wants() {
            Wants::Nothing => return message,
            Wants::Space => writer.write(&mut space),
            Wants::Content { number } => {
                if last != Some(number) {
                    (rest, last) = (content, Some(number));
                }
                if rest.is_empty() {
                    writer.finish_content().unwrap();
                    continue;
                }
                let done = writer.feed(&rest[..step.min(rest.len())], &mut space).unwrap();
                assert!(done.taken > 0 || done.written > 0);
                rest = &rest[done.taken..];
                done.written
            }
        };
        message.extend_from_slice(&space[..count]);
    }
}

/// Every line ends with CR LF and with nothing else, none is too long, and nothing is beyond what the target carries.
fn assert_sound(message: &[u8], target: Target) {
    assert!(message.ends_with(b"\r\n"));
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\r\n").unwrap_or_else(|| panic!("{}", line.escape_ascii()));
        assert!(text.len() <= 998, "{}", line.escape_ascii());
        assert!(!text.contains(&b'\r') && !text.contains(&0), "{}", line.escape_ascii());
        assert!(target != Target::SevenBit || text.is_ascii(), "{}", line.escape_ascii());
    }
    let header = message.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
    for line in message[..header].split(|byte| *byte == b'\n') {
        assert!(
            line.iter().any(u8::is_ascii_graphic) || line.iter().any(|byte| *byte >= 0x80),
            "{}",
            line.escape_ascii()
        );
    }
}
