//! What is written is the same however little space there is, and sound by every rule of lines.

use mailproto::Misuse;
use mailproto::message::writer::{
    Content, Date, Draft, Field, Mailbox, Part, Recipient, Target, Value, Wants, Writer, WriterOptions, compose,
};
use proptest::prelude::*;

/// What a draft borrows from.
#[derive(Clone, Debug)]
pub(crate) struct Owned {
    pub(crate) names: Vec<String>,
    pub(crate) subject: String,
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) file_name: String,
    pub(crate) bytes: Vec<u8>,
    streamed: Option<bool>,
    pub(crate) options: WriterOptions,
    pub(crate) group: bool,
}

fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[a-z]{1,12}",
        1 => "[!-~]{1,20}",
        1 => "[à-üа-я一-丏😀-😏]{1,20}",
        1 => Just("=?utf-8?Q?x?=".to_owned()),
        1 => "[a-z]{60,200}",
        1 => "[\u{1}-\u{9}\u{b}\u{e}-\u{1f} \u{7f}]{1,3}",
    ];
    proptest::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => words(),
        1 => Just("--=_0000000000000000a".to_owned()),
        1 => "[a-z ]{900,1100}",
        1 => Just("From .".to_owned()),
    ];
    let end = prop_oneof![Just("\r\n"), Just("\n"), Just("\r"), Just(" \n"), Just("\0\n"), Just("")];
    proptest::collection::vec((line, end), 0..8)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

fn options() -> impl Strategy<Value = WriterOptions> {
    let target = prop_oneof![Just(Target::SevenBit), Just(Target::EightBit), Just(Target::Utf8)];
    (target, any::<bool>(), any::<bool>(), any::<bool>(), 0..3_u64).prop_map(
        |(target, flowed, bcc, old_file_names, nonce)| WriterOptions { target, nonce, flowed, bcc, old_file_names },
    )
}

pub(crate) fn owned() -> impl Strategy<Value = Owned> {
    let names = proptest::collection::vec(words(), 3..6);
    let bodies = (proptest::option::of(text()), proptest::option::of(text()));
    let attached = (words(), proptest::collection::vec(any::<u8>(), 0..300), proptest::option::of(any::<bool>()));
    (names, words(), bodies, attached, options(), any::<bool>()).prop_map(
        |(names, subject, (text, html), (file_name, bytes, streamed), options, group)| Owned {
            names,
            subject,
            text,
            html,
            file_name,
            bytes,
            streamed,
            options,
            group,
        },
    )
}

impl Owned {
    pub(crate) fn with<T>(&self, act: impl FnOnce(&Draft<'_>) -> T) -> T {
        let mailboxes: Vec<Mailbox<'_>> =
            self.names.iter().map(|name| Mailbox { name, address: "a.b@example.org" }).collect();
        let recipients: Vec<Recipient<'_>> = match self.group {
            true => {
                vec![Recipient::Group { name: "all of them", members: &mailboxes }, Recipient::address("c@example.org")]
            }
            false => mailboxes.iter().copied().map(Recipient::Mailbox).collect(),
        };
        let attachment = Part::attachment(&self.file_name, "application/octet-stream");
        let attachment = match self.streamed {
            Some(known) => attachment.streamed(known.then_some(self.bytes.len() as u64)),
            None => attachment.bytes(&self.bytes),
        };
        let picture =
            Part { description: &self.subject, ..Part::inline("picture@example.org", "image/png").bytes(&self.bytes) };
        act(&Draft {
            from: &recipients[..1],
            to: &recipients,
            bcc: &recipients,
            subject: &self.subject,
            date: Some(Date::default()),
            message_id: "id@example.org",
            references: &["a@example.org", "<b@example.org>"],
            fields: &[
                Field { name: "X-Words", value: Value::Text(&self.subject) },
                Field { name: "X-Structured", value: Value::Structured("v=1; a=rsa; b=abc") },
            ],
            text: self.text.as_deref(),
            html: self.html.as_deref(),
            inline: &[picture],
            attachments: &[attachment, Part::attachment("notes.txt", "text/plain").bytes(self.subject.as_bytes())],
            ..Draft::default()
        })
    }
}

/// The message, written `room` bytes at a time, fed `step` bytes at a time.
pub(crate) fn written(draft: &Draft<'_>, options: WriterOptions, content: &[u8], room: usize, step: usize) -> Vec<u8> {
    let mut writer = Writer::new(draft, options).unwrap();
    let (mut message, mut space, mut rest) = (Vec::new(), vec![0; room], content);
    loop {
        let count = match writer.wants() {
            Wants::Nothing => return message,
            Wants::Space => writer.write(&mut space),
            Wants::Content { number } => {
                assert_eq!(number, 0);
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_space_and_no_cut_changes_what_is_written(owned in owned(), room in 1..200_usize, step in 1..100_usize) {
        owned.with(|draft| {
            let whole = written(draft, owned.options, &owned.bytes, 1 << 20, 1 << 20);
            for (room, step) in [(1, 1), (room, step), (95, 3), (96, 57)] {
                assert!(written(draft, owned.options, &owned.bytes, room, step) == whole, "by {step} into {room}");
            }
            let size = Writer::new(draft, owned.options).unwrap().size();
            let known = owned.streamed != Some(false);
            assert_eq!(size, known.then_some(whole.len() as u64));
            if owned.streamed.is_none() {
                assert_eq!(compose(draft, owned.options).unwrap(), whole);
            }
        });
    }

    #[test]
    fn every_line_is_sound(owned in owned()) {
        owned.with(|draft| {
            let message = written(draft, owned.options, &owned.bytes, 4_096, 4_096);
            assert!(message.ends_with(b"\r\n"));
            let mut boundary = String::new();
            for line in message.split_inclusive(|byte| *byte == b'\n') {
                let shown = line.escape_ascii();
                let line = line.strip_suffix(b"\r\n").unwrap_or_else(|| panic!("{shown}"));
                assert!(line.len() <= 998, "{shown}");
                assert!(!line.contains(&b'\r') && !line.contains(&0), "{shown}");
                assert!(owned.options.target != Target::SevenBit || line.is_ascii(), "{shown}");
                // A line with a boundary in it is one: the first of a multipart follows its header.
                if let Some(begins) = line.strip_prefix(b"--=_") {
                    boundary = String::from_utf8(begins[..17].to_vec()).unwrap();
                    assert!(matches!(&begins[17..], b"" | b"--"), "{shown}");
                }
            }
            assert!(message.ends_with(format!("--=_{boundary}--\r\n").as_bytes()));
            let header = &message[..message.windows(4).position(|end| end == b"\r\n\r\n").unwrap()];
            for line in header.split(|byte| *byte == b'\n') {
                assert!(line.len() <= 79, "{}", line.escape_ascii());
                assert!(line.iter().any(|byte| !byte.is_ascii_whitespace()), "a line of white space");
            }
        });
    }

    #[test]
    fn what_ends_a_line_is_refused_in_every_value(place in 0..24_usize, bad in prop_oneof![Just('\r'), Just('\n'), Just('\0')]) {
        let bad = format!("a{bad}b");
        let (text, good) = (bad.as_str(), "good");
        let at = |index: usize| if index == place { text } else { good };
        let address = format!("{}@example.org", at(0));
        let mailbox = [Mailbox { name: at(1), address: &address }];
        let list = [Recipient::Mailbox(mailbox[0]), Recipient::Group { name: at(2), members: &mailbox }];
        let lists: Vec<&[Recipient<'_>]> = (0..6).map(|index| if place == 3 + index || place > 9 { &[] } else { &list[..] }).collect();
        let with = [(at(10), at(11))];
        let media_type = format!("application/{}", at(12));
        let names = [Field { name: at(13), value: Value::Text(at(14)) }, Field { name: "X", value: Value::Structured(at(15)) },
            Field { name: "Y", value: Value::Ids(&[at(16)]) }];
        let part = Part { parameters: &with, file_name: at(17), id: at(18), description: at(19), fields: &names,
            ..Part::attachment("", &media_type) };
        let parts = [part];
        let draft = Draft {
            from: lists[0], sender: lists[1], reply_to: lists[2], to: lists[3], cc: lists[4], bcc: lists[5],
            subject: at(20), message_id: at(21), in_reply_to: &[at(22)], references: &[at(23)],
            fields: &names, attachments: &parts,
            ..Draft::default()
        };
        let refused = Writer::new(&draft, WriterOptions::default()).map(drop);
        if (3..10).contains(&place) {
            assert_eq!(refused, Ok(()));
        } else {
            assert!(matches!(refused, Err(Misuse::ControlCharacter { .. })), "{place}: {refused:?}");
        }
    }
}

#[test]
fn a_message_within_the_message_moves_the_boundary() {
    let inner = b"Content-Type: multipart/mixed; boundary=\"=_0000000000000000a\"\r\n\r\n--=_0000000000000000a--\r\n";
    let attached = [Part::attachment("", "message/rfc822").bytes(inner)];
    let draft = Draft { text: Some("see below"), attachments: &attached, ..Draft::default() };
    let message = String::from_utf8(compose(&draft, WriterOptions::default()).unwrap()).unwrap();
    assert!(message.contains("boundary=\"=_0000000000000001a\""));
    assert!(message.contains(core::str::from_utf8(inner).unwrap()));
}

#[test]
fn content_is_asked_for_in_order_and_nothing_else_is_taken() {
    let parts = [
        Part::attachment("a", "image/png").streamed(Some(3)),
        Part::attachment("b", "image/png").streamed(Some(0)),
        Part::attachment("c", "image/png").streamed(None),
    ];
    let draft = Draft { attachments: &parts, ..Draft::default() };
    let mut writer = Writer::new(&draft, WriterOptions::default()).unwrap();
    let mut space = [0; 1_000];
    assert_eq!(writer.feed(b"abc", &mut space), Err(Misuse::OutOfOrder));
    writer.write(&mut space);
    assert_eq!(writer.wants(), Wants::Content { number: 0 });
    assert_eq!(writer.finish_content(), Err(Misuse::OutOfOrder));
    assert_eq!(writer.feed(b"abcd", &mut space), Err(Misuse::TooLong { limit: 3 }));
    assert_eq!(writer.feed(b"abc", &mut space).unwrap().taken, 3);
    assert_eq!(writer.wants(), Wants::Space);
    writer.write(&mut space);
    assert_eq!(writer.wants(), Wants::Content { number: 2 });
    assert_eq!(writer.finish_content(), Ok(()));
    writer.write(&mut space);
    assert_eq!(writer.wants(), Wants::Nothing);
    assert_eq!(writer.finish_content(), Err(Misuse::OutOfOrder));
}

#[test]
fn what_a_target_cannot_carry_is_refused() {
    let refused =
        |draft: &Draft<'_>, target| Writer::new(draft, WriterOptions { target, ..WriterOptions::default() }).map(drop);
    let to = [Recipient::address("jürgen@müller.example")];
    let draft = Draft { to: &to, ..Draft::default() };
    assert_eq!(refused(&draft, Target::EightBit), Err(Misuse::NotOffered));
    assert_eq!(refused(&draft, Target::Utf8), Ok(()));
    for (content, fits) in [
        (Content::Bytes(b"Subject: \xc3\xa9\r\n\r\n"), [false, true]),
        (Content::Bytes(b"Subject: a\0b\r\n\r\n"), [false, false]),
        (Content::Streamed(None), [false, false]),
        (Content::Bytes(b"Subject: a\n\nb\n"), [true, true]),
    ] {
        let attached = [Part { content, ..Part::attachment("", "message/rfc822") }];
        let draft = Draft { attachments: &attached, ..Draft::default() };
        for (target, fits) in [Target::SevenBit, Target::EightBit].into_iter().zip(fits) {
            assert_eq!(refused(&draft, target), if fits { Ok(()) } else { Err(Misuse::NotOffered) }, "{content:?}");
        }
    }
}

#[test]
fn what_is_no_address_type_or_name_is_refused() {
    let refused = |draft: &Draft<'_>| Writer::new(draft, WriterOptions::default()).map(drop);
    for address in [
        "",
        "a",
        "@b",
        "a@",
        "a b@c",
        "a@b>,<c@d",
        "a@b,c@d",
        "a@[b",
        "a@b..c",
        "a@.b",
        "\"a@b",
        "\"a\"b@c",
        "a@b c",
        "(a)@b",
    ] {
        let to = [Recipient::address(address)];
        assert!(matches!(refused(&Draft { to: &to, ..Draft::default() }), Err(Misuse::Syntax { .. })), "{address}");
    }
    for address in ["a@b", "a..b@c", ".a@b.", "\"a b\\\"@c\"@d", "a+b=c@[192.0.2.1]", "a@[IPv6:::1]"] {
        let to = [Recipient::address(address)];
        let sound = !address.ends_with('.');
        assert_eq!(refused(&Draft { to: &to, ..Draft::default() }).is_ok(), sound, "{address}");
    }
    for name in ["", "a b", "a:", "--x", "é"] {
        let fields = [Field { name, value: Value::Text("x") }];
        assert!(
            matches!(refused(&Draft { fields: &fields, ..Draft::default() }), Err(Misuse::Syntax { .. })),
            "{name}"
        );
    }
    for name in ["content-type", "MIME-Version", "Content-Transfer-Encoding"] {
        let fields = [Field { name, value: Value::Text("x") }];
        assert_eq!(refused(&Draft { fields: &fields, ..Draft::default() }), Err(Misuse::OutOfOrder));
    }
    for media_type in ["", "text", "text/", "/plain", "text/pl ain", "text/plain;x=y", "multipart/mixed"] {
        let attachments = [Part::attachment("", media_type)];
        let draft = Draft { attachments: &attachments, ..Draft::default() };
        assert!(matches!(refused(&draft), Err(Misuse::Syntax { .. })), "{media_type}");
    }
}

#[test]
fn parts_stand_in_one_another_to_a_limit() {
    fn nested(depth: usize, part: Part<'_>) -> Result<(), Misuse> {
        if depth == 0 {
            return compose(&Draft { body: Some(part), ..Draft::default() }, WriterOptions::default()).map(drop);
        }
        nested(depth - 1, Part::multipart("multipart/mixed", &[part]))
    }
    assert_eq!(nested(7, Part::text("deep")), Ok(()));
    assert_eq!(nested(8, Part::text("deep")), Err(Misuse::TooLong { limit: 8 }));
    assert_eq!(nested(500, Part::text("deep")), Err(Misuse::TooLong { limit: 8 }));
}
