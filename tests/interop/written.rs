//! What we write is read by others as it was meant.

use std::fs;
use std::path::Path;
use std::process::Command;

use mailproto::codec::base64;
use mailproto::message::writer::{Date, Draft, Mailbox, Part, Recipient, Target, WriterOptions, compose};
use mailproto_tests::tools;
use serde_json::{Value, json};

use crate::clients::required;

/// Texts that are hard to write, one way or another.
const TEXTS: &[&str] = &[
    "hello",
    "Grüße aus Köln, status report",
    "a line that is much longer than seventy-eight characters and so has to be folded at least once",
    "a line with naïve words that is much longer than seventy-eight characters, written as several encoded words",
    "日本語の長い件名なので、いくつかの符号化された語に分けなければなりません。文字の途中で分けてはいけません。",
    "=?utf-8?Q?not_encoded?= at all",
    "under_score = equals ? question",
    "quote \" and back\\slash, comma; semicolon: (comment) <angle> @",
    "two  spaces and a\ttab",
    "😀 emoji 😁 and more 😂 of them 😃 until 😄 the 😅 line 😆 is 😉 full 😊 of 😋 them 😎 all",
    "averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongword",
    "%41 100% *star* 'single' quotes",
];

/// Names that Python's parser of addresses leaves as they are.
fn names() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().copied().filter(|text| !text.contains("  "))
}

const BODIES: &[&str] = &[
    "Hello\r\n",
    "one\ntwo\rthree\r\n\r\n",
    "trailing space \r\nand tab\t\r\n",
    "größer = schöner\n.\n..dots\nFrom here\n",
    "--=_00000000000000000a\r\n--\r\n",
    "日本語\n",
    "nul \0 byte\n",
    "no end",
];

/// A message and what is meant by it.
struct Case {
    message: Vec<u8>,
    meant: Value,
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = vec![0; base64::encoded_length(bytes.len())];
    base64::encode(bytes, &mut text).expect("there is room");
    String::from_utf8(text).expect("base64 is ASCII")
}

/// The content that a text has: every line end is CR LF.
fn canonical(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

fn leaf(media_type: &str, name: Option<&str>, id: Option<&str>, content: &[u8]) -> Value {
    json!({ "type": media_type, "name": name, "id": id, "content": encoded(content) })
}

fn case(index: usize, options: WriterOptions) -> Case {
    let pick = |texts: &[&'static str], step: usize| texts[(index * step + step) % texts.len()];
    let names: Vec<&str> = names().collect();
    let (subject, text, html) = (pick(TEXTS, 1), pick(BODIES, 1), pick(BODIES, 3));
    let (one, two, file_name) = (pick(&names, 1), pick(&names, 5), pick(TEXTS, 7));
    let bytes: Vec<u8> = (0..index * 13 % 200).map(|byte| (byte * 37 + index) as u8).collect();
    let members =
        [Mailbox { name: two, address: "two@example.org" }, Mailbox { name: "", address: "three@example.org" }];
    let from = [Recipient::named(one, "one@example.org")];
    let to = [Recipient::named(two, "\"t w o\"@example.org"), Recipient::address("four@example.org")];
    let inline = [Part::inline("picture@example.org", "image/png").bytes(&bytes)];
    let attachments = [Part::attachment(file_name, "application/octet-stream").bytes(&bytes)];
    let lines = text.replace(['\n', '\r', '\0'], " ") + "\r\n";
    let notes = [Part::attachment("notes.txt", "text/plain").bytes(lines.as_bytes()), attachments[0]];
    let grouped = [Recipient::Group { name: "all of them", members: &members }];
    let draft = Draft {
        from: &from,
        to: if index % 5 == 4 { &grouped } else { &to },
        subject,
        date: Some(Date { seconds: 1_000_000_000 + index as i64 * 7_654_321, offset_minutes: index as i16 * 15 - 300 }),
        message_id: "id.1@example.org",
        text: Some(text),
        html: (!index.is_multiple_of(3)).then_some(html),
        inline: if index % 3 == 2 { &inline } else { &[] },
        attachments: match index % 4 {
            0 => &[],
            1 => &attachments,
            _ => &notes,
        },
        ..Draft::default()
    };
    let alone = draft.html.is_none() && draft.attachments.is_empty();
    let mut leaves = Vec::new();
    let mut content = canonical(text);
    if alone && !content.ends_with("\r\n") {
        content += "\r\n";
    }
    leaves.push(leaf("text/plain", None, None, content.as_bytes()));
    if let Some(html) = draft.html {
        leaves.push(leaf("text/html", None, None, canonical(html).as_bytes()));
    }
    if !draft.inline.is_empty() {
        leaves.push(leaf("image/png", None, Some("<picture@example.org>"), &bytes));
    }
    if draft.attachments.len() == 2 {
        leaves.push(leaf("text/plain", Some("notes.txt"), None, lines.as_bytes()));
    }
    if !draft.attachments.is_empty() {
        leaves.push(leaf("application/octet-stream", Some(file_name), None, &bytes));
    }
    let to = match index % 5 {
        4 => json!([[two, "two@example.org"], ["", "three@example.org"]]),
        _ => json!([[two, "\"t w o\"@example.org"], ["", "four@example.org"]]),
    };
    let meant = json!({
        "subject": subject,
        "from": [[one, "one@example.org"]],
        "to": to,
        "date": draft.date.map(|date| date.seconds as f64),
        "message_id": "<id.1@example.org>",
        "leaves": leaves,
        "defects": [],
    });
    Case { message: compose(&draft, options).expect("the draft is sound"), meant }
}

/// Every combination of the texts above, for a target.
fn cases(options: WriterOptions) -> Vec<Case> {
    (0..120).map(|index| case(index, options)).collect()
}

fn read_by_python(folder: &Path) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/readers/email_read.py");
    let output = Command::new(required(tools::program("python3"))).arg(script).arg(folder).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    lines.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
}

#[test]
fn python_reads_what_was_meant() {
    let old = |target, old_file_names| WriterOptions { target, old_file_names, nonce: 5, ..WriterOptions::default() };
    for options in [old(Target::SevenBit, false), old(Target::SevenBit, true), old(Target::EightBit, false)] {
        let cases = cases(options);
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (index, case) in cases.iter().enumerate() {
            fs::write(folder.path().join(format!("{index:03}.eml")), &case.message).expect("it can be written");
        }
        let read = read_by_python(folder.path());
        assert_eq!(read.len(), cases.len());
        for (case, read) in cases.iter().zip(read) {
            assert_eq!(read, case.meant, "{}", String::from_utf8_lossy(&case.message));
        }
    }
}
