//! `mailproto parse message`, `addresses` and `date`.

use crate::program::run;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A letter as mailers write them: names and texts in several charsets, a picture, and a file.
const LETTER: &[u8] = b"Return-Path: <jiri@x.example>\r\n\
    Received: from mail.x.example (mail.x.example [192.0.2.7]) by mx.b.example (Postfix) with ESMTPS id 4F2C;\r\n\
    \tFri, 21 Nov 1997 09:55:10 -0600 (CST)\r\n\
    From: =?iso-8859-2?Q?Ji=F8=ED?= <jiri@x.example>\r\n\
    To: team: a@b.example, \"C, D\" <c@d.example>;, e@f.example\r\n\
    Subject: =?utf-8?B?w6k=?= and a\r\n folded line\r\n\
    Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n\
    Message-ID: <1@x.example>\r\n\
    In-Reply-To: <0@x.example> <z@x.example>\r\n\
    List-Id: Friends <friends.x.example>\r\n\
    List-Unsubscribe: <mailto:leave@x.example>, <https://x.example/leave>\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=\"b\"\r\n\
    \r\n\
    --b\r\n\
    Content-Type: multipart/alternative; boundary=\"b2\"\r\n\
    \r\n\
    --b2\r\n\
    Content-Type: text/plain; charset=windows-1250\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\
    \r\n\
    Ji=F8=ED, soft=\r\n line\r\n\
    --b2\r\n\
    Content-Type: text/html; charset=\"iso-2022-jp\"\r\n\
    Content-Transfer-Encoding: 7bit\r\n\
    \r\n\
    <p>\x1b$BF|K\\\x1b(B</p>\r\n\
    --b2--\r\n\
    --b\r\n\
    Content-Type: application/pdf; name=old.pdf\r\n\
    Content-Disposition: attachment; filename*=utf-8'fr'%C3%A9t%C3%A9.pdf; size=5\r\n\
    Content-Transfer-Encoding: base64\r\n\
    \r\n\
    aGVsbG8=\r\n\
    --b--\r\n";

fn parse(input: &[u8]) -> Value {
    run(&["parse", "message"], input).ended_with(0).object()
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mailbox(name: Option<&str>, local_part: &str, domain: &str) -> Value {
    json!({
        "type": "mailbox", "name": name, "address": format!("{local_part}@{domain}"),
        "local_part": local_part, "domain": domain, "route": "",
    })
}

#[test]
fn the_header_of_a_message_is_shown_decoded_and_typed() {
    let message = parse(LETTER);
    let from = json!([mailbox(Some("Jiří"), "jiri", "x.example")]);
    let members = json!([mailbox(None, "a", "b.example"), mailbox(Some("C, D"), "c", "d.example")]);
    let to = json!([{ "type": "group", "name": "team", "members": members }, mailbox(None, "e", "f.example")]);
    let date = json!({
        "year": 1997, "month": 11, "day": 21, "hour": 9, "minute": 55, "second": 6,
        "offset_minutes": -360, "offset_known": true, "timestamp": 880_127_706,
    });
    assert_eq!(
        message["envelope"],
        json!({
            "date": date, "subject": "é and a folded line",
            "from": from, "sender": from, "reply_to": from, "to": to, "cc": null, "bcc": null,
            "in_reply_to": "0@x.example", "message_id": "1@x.example",
        })
    );
    let headers = message["parts"][0]["headers"].as_array().unwrap();
    let header = |name: &str| headers.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(headers.len(), 12);
    assert_eq!(headers[0], json!({ "name": "Return-Path", "offset": 0, "text": "<jiri@x.example>", "anomalies": [] }));
    let received = &header("Received")["received"];
    assert_eq!(
        received["clauses"][0],
        json!({ "name": "from", "text": "mail.x.example", "comment": "mail.x.example [192.0.2.7]", "ip": "192.0.2.7" })
    );
    assert_eq!(received["date"]["timestamp"], json!(880_127_710));
    assert_eq!(header("Date")["date"], date);
    assert_eq!(header("To")["addresses"], to);
    assert_eq!(header("In-Reply-To")["message_ids"], json!(["0@x.example", "z@x.example"]));
    assert_eq!(header("List-Id")["list_id"], json!({ "name": "Friends", "id": "friends.x.example" }));
    assert_eq!(header("List-Unsubscribe")["list_uris"], json!(["mailto:leave@x.example", "https://x.example/leave"]));
    let place = LETTER.windows(8).position(|window| window == b"Subject:").unwrap();
    assert_eq!(
        header("Subject"),
        &json!({ "name": "Subject", "offset": place, "text": "é and a folded line", "anomalies": [] })
    );
    assert_eq!((&message["anomalies"], &message["size"]), (&json!([]), &json!(LETTER.len())));
}

#[test]
fn each_part_is_shown_with_what_it_holds() {
    let message = parse(LETTER);
    let parts = message["parts"].as_array().unwrap();
    let tree: Vec<_> = parts
        .iter()
        .map(|part| (part["media_type"].as_str().unwrap(), part["parent"].as_u64(), part["children"].clone()))
        .collect();
    assert_eq!(
        tree,
        [
            ("multipart/mixed", None, json!([1, 4])),
            ("multipart/alternative", Some(0), json!([2, 3])),
            ("text/plain", Some(1), json!([])),
            ("text/html", Some(1), json!([])),
            ("application/pdf", Some(0), json!([])),
        ]
    );
    assert_eq!(message["bodies"], json!({ "text": [2], "html": [3], "attachments": [4] }));

    let [text, html, file] = [&parts[2], &parts[3], &parts[4]];
    let show = |part: &Value| (part["encoding"].clone(), part["charset"].clone(), part["text"].clone());
    assert_eq!(show(text), (json!("quoted_printable"), json!("windows-1250"), json!("Jiří, soft line")));
    assert_eq!(show(html), (json!("seven_bit"), json!("iso-2022-jp"), json!("<p>日本</p>")));
    let bytes = b"Ji\xf8\xed, soft line";
    assert_eq!((&text["decoded_size"], &text["sha256"]), (&json!(bytes.len()), &json!(digest(bytes))));

    assert_eq!((&file["file_name"], &file["kind"]), (&json!("été.pdf"), &json!("other")));
    assert_eq!((&file["decoded_size"], &file["sha256"]), (&json!(5), &json!(digest(b"hello"))));
    assert_eq!((&file["text"], &file["charset"]), (&Value::Null, &Value::Null));
    assert_eq!(
        file["disposition"]["parameters"],
        json!([
            { "name": "filename", "value": "été.pdf", "charset": "utf-8", "language": "fr" },
            { "name": "size", "value": "5", "charset": "", "language": "" },
        ])
    );
    assert_eq!((&file["disposition"]["kind"], &file["disposition"]["size"]), (&json!("attachment"), &json!(5)));
    assert_eq!(
        file["content_type"],
        json!({
            "main_type": "application", "subtype": "pdf",
            "parameters": [{ "name": "name", "value": "old.pdf", "charset": "", "language": "" }],
        })
    );
    // The offsets are those of the bytes.
    let slice = |part: &Value, start: &str, length: usize| {
        let start = part[start].as_u64().unwrap() as usize;
        LETTER[start..start + length].to_vec()
    };
    assert_eq!(slice(file, "body_offset", 8), b"aGVsbG8=");
    assert_eq!(slice(file, "offset", 13), b"Content-Type:");
    let all = slice(file, "offset", file["size"].as_u64().unwrap() as usize);
    assert!(all.ends_with(b"\r\n\r\naGVsbG8="), "{}", all.escape_ascii());
}

#[test]
fn a_message_within_a_message_is_a_part_and_has_parts() {
    let inner = "Subject: inner\r\n\r\nhi\r\n";
    let message = parse(format!("Content-Type: message/rfc822\r\n\r\n{inner}").as_bytes());
    let parts = &message["parts"];
    assert_eq!((&parts[0]["kind"], &parts[0]["children"]), (&json!("message"), &json!([1])));
    assert_eq!(parts[0]["sha256"], json!(digest(inner.as_bytes())));
    assert_eq!((&parts[1]["headers"][0]["text"], &parts[1]["text"]), (&json!("inner"), &json!("hi\r\n")));
}

#[test]
fn what_a_message_gets_wrong_is_told_and_strict_refuses_it() {
    let broken = b"Subject: caf\xe9\nDate: yesterday\r\nContent-Type: text/plain; charset=x-none\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nw6nDqQ=!=\r\n";
    let message = parse(broken);
    assert_eq!(
        message["anomalies"],
        json!([
            "bare_lf",
            "field_not_utf8",
            "malformed_base64",
            "malformed_date",
            "unreadable_date",
            "unknown_charset",
            "undecodable_text"
        ])
    );
    let headers = &message["parts"][0]["headers"];
    assert_eq!(
        (&headers[0]["text"], &headers[0]["value_raw"]),
        (&json!("caf\u{fffd}"), &json!({ "base64": "IGNhZuk=" }))
    );
    assert_eq!(
        (&headers[1]["date"], &headers[1]["anomalies"]),
        (&Value::Null, &json!(["malformed_date", "unreadable_date"]))
    );
    assert_eq!(message["parts"][0]["text"], json!("éé"));

    let refused = run(&["parse", "message", "--strict"], broken).ended_with(1).object();
    assert_eq!((&refused["error"]["kind"], &refused["error"]["offset"]), (&json!("undecodable_text"), &json!(9)));
    run(&["parse", "message", "--strict"], LETTER).ended_with(0);
}

#[test]
fn anything_is_a_message_but_nothing() {
    assert_eq!(run(&["parse", "message"], b"").ended_with(0).stdout, "");
    let message = parse(b"\r\n");
    assert_eq!(message["parts"].as_array().unwrap().len(), 1);
    let noise: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    parse(&noise);
}

#[test]
fn a_large_message_with_many_parts_is_shown_whole() {
    let mut message = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec();
    for _ in 0..900 {
        message.extend(b"--b\r\n\r\n");
        message.extend(b"A line like any other.\r\n".repeat(50));
    }
    message.extend(b"--b--\r\n");
    let shown = parse(&message);
    assert_eq!(shown["parts"].as_array().unwrap().len(), 901);
    assert_eq!(shown["bodies"]["text"].as_array().unwrap().len(), 900);
}

#[test]
fn addresses_are_shown_one_value_after_the_other() {
    let input = "Ann <a@b.example>, team: c@d.example;\r\n  ü@bücher.example \r\n\
        \"x y\"@[192.0.2.1] (Zoë)\r\n<@r.example:e@f.example>,\r\n\t=?utf-8?Q?=C3=A9?= <g@h.example>\r\nnobody <>\r\n\r\n"
        .as_bytes();
    let objects = run(&["parse", "addresses"], input).ended_with(1).objects();
    assert_eq!(objects.len(), 5);
    assert_eq!(
        objects[0]["addresses"],
        json!([
            mailbox(Some("Ann"), "a", "b.example"),
            { "type": "group", "name": "team", "members": [mailbox(None, "c", "d.example")] },
            mailbox(None, "ü", "bücher.example"),
        ])
    );
    assert_eq!(
        objects[1]["addresses"],
        json!([{
            "type": "mailbox", "name": "Zoë", "address": "\"x y\"@[192.0.2.1]", "local_part": "x y",
            "domain": "[192.0.2.1]", "route": "",
        }])
    );
    assert_eq!(
        (&objects[2]["addresses"][0]["route"], &objects[2]["anomalies"]),
        (&json!("@r.example"), &json!(["obsolete_address"]))
    );
    assert_eq!(objects[2]["addresses"][1], mailbox(Some("é"), "g", "h.example"));
    assert_eq!(
        (&objects[3]["error"]["kind"], &objects[4]["error"]["kind"]),
        (&json!("addresses"), &json!("addresses"))
    );
    let offset = input.len() - b"nobody <>\r\n\r\n".len();
    assert_eq!(objects[3]["error"]["offset"], json!(offset));
}

#[test]
fn dates_are_shown_in_whatever_form_they_come() {
    let input = b"Fri, 21 Nov 1997\r\n 09:55:06 -0600\r\n21 Nov 97 09:55 CST\nyesterday\r\n1997-11-21T15:55:06Z\r\n";
    let objects = run(&["parse", "date"], input).ended_with(1).objects();
    let [first, obsolete, error, iso] = &objects[..] else { panic!("{objects:?}") };
    assert_eq!(
        first,
        &json!({
            "type": "date_time", "year": 1997, "month": 11, "day": 21, "hour": 9, "minute": 55, "second": 6,
            "offset_minutes": -360, "offset_known": true, "timestamp": 880_127_706, "anomalies": [],
        })
    );
    assert_eq!(
        (&obsolete["timestamp"], &obsolete["anomalies"]),
        (&json!(880_127_700), &json!(["bare_lf", "obsolete_date"]))
    );
    assert_eq!((&error["error"]["kind"], &error["error"]["offset"]), (&json!("unreadable_date"), &json!(55)));
    assert_eq!(
        (&iso["timestamp"], &iso["anomalies"]),
        (&json!(880_127_706), &json!(["obsolete_date", "malformed_date"]))
    );
    let strict = |input: &[u8]| run(&["parse", "date", "--strict"], input);
    strict(b"Fri, 21 Nov 1997 09:55:06 -0600\r\n").ended_with(0);
    for wrong in
        [&b"21 Nov 97 09:55 CST\r\n"[..], b"Fri, 21 Nov 1997 09:55:06 -0600\n", b"Fri, 21 Nov 1997 09:55:06 -0600"]
    {
        strict(wrong).ended_with(1);
    }
}

#[test]
fn values_that_never_end_are_refused_and_the_next_is_read() {
    let mut input = b"a@b.example\r\n".to_vec();
    input.extend(b" ,c@d.example\r\n".repeat(100_000));
    input.extend(b"e@f.example\r\n");
    let objects = run(&["parse", "addresses"], &input).ended_with(1).objects();
    assert_eq!((objects.len(), &objects[0]["error"]["kind"]), (2, &json!("too_long")));
    assert_eq!(objects[1]["addresses"], json!([mailbox(None, "e", "f.example")]));
}
