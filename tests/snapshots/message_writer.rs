//! Messages as they are written, byte for byte.

use mailproto::message::writer::{
    Content, Date, Draft, Field, Mailbox, Part, Recipient, Target, Value, WriterOptions, compose,
};

fn written(draft: &Draft<'_>, options: WriterOptions) -> String {
    let message = String::from_utf8(compose(draft, options).unwrap()).unwrap();
    assert_eq!(message.matches('\n').count(), message.matches("\r\n").count());
    message.replace("\r\n", "\n")
}

const OPTIONS: WriterOptions = WriterOptions {
    target: Target::SevenBit,
    nonce: 0x1234_5678_9ABC_DEF0,
    flowed: false,
    bcc: false,
    old_file_names: false,
};

#[test]
fn text_html_picture_and_attachments() {
    let draft = Draft {
        from: &[Recipient::named("Jürgen Müller", "j@example.com")],
        sender: &[Recipient::address("office@example.com")],
        reply_to: &[Recipient::named("Reply, please", "reply@example.com")],
        to: &[
            Recipient::named("Alice \"Al\" B.", "\"a l\"@example.org"),
            Recipient::Group {
                name: "The Team",
                members: &[
                    Mailbox { name: "Bob", address: "bob@[192.0.2.1]" },
                    Mailbox {
                        name: "日本語のとても長い名前なので、いくつかの単語に分かれます",
                        address: "c@example.org",
                    },
                ],
            },
        ],
        cc: &[Recipient::Group { name: "undisclosed recipients", members: &[] }],
        bcc: &[Recipient::address("hidden@example.org")],
        subject: "Grüße aus Köln, a status report, and a subject so long that it has to be split into several words",
        date: Some(Date { seconds: 1_767_225_600, offset_minutes: -90 }),
        message_id: "<1@example.com>",
        in_reply_to: &["0@example.org"],
        references: &["a.very.long.message.id.of.an.older.message@example.org", "0@example.org"],
        fields: &[
            Field {
                name: "X-Note",
                value: Value::Text("ASCII text that is folded between words where its line would be too long"),
            },
            Field {
                name: "List-Unsubscribe",
                value: Value::Structured(
                    "<https://example.com/a/path/that/is/so/long/that/it/needs/a/line/of/its/own>, <mailto:x@example.com>",
                ),
            },
        ],
        text: Some("Hello\nWorld  \n"),
        html: Some("<p>für dich: <img src=\"cid:picture\"></p>\n"),
        inline: &[Part::inline("picture", "image/png").bytes(&[0x89, b'P', b'N', b'G'])],
        attachments: &[
            Part::attachment(
                "Grüße aus dem schönen München mit einem langen Namen, der nicht paßt.pdf",
                "application/pdf",
            )
            .bytes(&[0xff; 60]),
            Part::attachment("a \"b\".txt", "text/plain").bytes(b"lines\r\n"),
        ],
        ..Draft::default()
    };
    insta::assert_snapshot!("everything", written(&draft, OPTIONS));
    let kept = WriterOptions { bcc: true, old_file_names: true, target: Target::Utf8, ..OPTIONS };
    insta::assert_snapshot!("everything_in_utf8", written(&draft, kept));
}

#[test]
fn each_encoding_where_it_is_the_shortest() {
    let texts =
        ["plain\n", "größer\n", "日本語のテキスト\n", "--=_like a boundary\n", "nul \0\n", &"long ".repeat(250)];
    let parts = texts.map(Part::text);
    let draft = Draft { body: Some(Part::multipart("multipart/mixed", &parts)), ..Draft::default() };
    insta::assert_snapshot!("encodings", written(&draft, OPTIONS));
    insta::assert_snapshot!("encodings_8bit", written(&draft, WriterOptions { target: Target::EightBit, ..OPTIONS }));
}

#[test]
fn text_that_flows() {
    let text = "A paragraph that is one line in the text and has to be wrapped, so that it fits any width of any window.\n\
                \n From the host, a line with a space in front.\nFrom me\n> a quote\n-- \nsignature\n";
    let draft = Draft { text: Some(text), ..Draft::default() };
    insta::assert_snapshot!("flowed", written(&draft, WriterOptions { flowed: true, ..OPTIONS }));
}

#[test]
fn a_message_within_the_message_and_nothing_else() {
    let inner = b"Subject: inner\n\nbody\n";
    let part =
        Part { content: Content::Bytes(inner), description: "the mail", ..Part::attachment("", "message/rfc822") };
    let draft = Draft { body: Some(part), ..Draft::default() };
    insta::assert_snapshot!("message_rfc822", written(&draft, OPTIONS));
    insta::assert_snapshot!("nothing", written(&Draft::default(), OPTIONS));
}
