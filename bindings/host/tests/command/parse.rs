//! `mailproto parse`.

use crate::program::run;
use serde_json::json;

#[test]
fn commands_are_shown_with_the_fields_of_their_types() {
    let input = b"mail from: <a@b.example> SIZE=9 BODY=8BITMIME ENVID=a+3Db X=y\r\nRCPT TO:<@r.example:\"c d\"@[192.0.2.1]> NOTIFY=NEVER ORCPT=rfc822;c\r\n\
        EHLO x.example\r\nAUTH PLAIN =\r\nBDAT 3 LAST\r\nNOOP\nQUIT";
    let outcome = run(&["parse", "smtp-command"], input).ended_with(0);
    assert_eq!(
        outcome.objects(),
        [
            json!({
                "type": "mail",
                "path": { "mailbox": "a@b.example", "local_part": "a", "domain": "b.example", "source_route": "" },
                "parameters": [
                    { "type": "size", "size": 9 },
                    { "type": "body", "body": "eight_bit_mime" },
                    { "type": "envelope_id", "envelope_id": "a=b" },
                    { "type": "unknown", "keyword": "X", "value": "y" },
                ],
                "anomalies": ["space_before_path"],
            }),
            json!({
                "type": "rcpt",
                "path": { "mailbox": "\"c d\"@[192.0.2.1]", "local_part": "\"c d\"", "domain": "[192.0.2.1]", "source_route": "@r.example" },
                "parameters": [
                    { "type": "notify", "success": false, "failure": false, "delay": false },
                    { "type": "original_recipient", "address_type": "rfc822", "address": "c" },
                ],
                "anomalies": [],
            }),
            json!({ "type": "ehlo", "name": "x.example", "anomalies": [] }),
            json!({ "type": "auth", "mechanism": "PLAIN", "initial": "=", "anomalies": [] }),
            json!({ "type": "bdat", "length": 3, "last": true, "anomalies": [] }),
            json!({ "type": "noop", "argument": "", "anomalies": ["bare_lf"] }),
            json!({ "type": "quit", "anomalies": [] }),
        ]
    );
}

#[test]
fn what_cannot_be_read_is_told_and_the_next_item_read() {
    let outcome = run(&["parse", "smtp-command", "-"], b"XYZZY\r\nMAIL FROM:<a@\r\nRSET\r\nDATA now\r\n").ended_with(1);
    let objects = outcome.objects();
    let error = |index: usize| (objects[index]["error"]["kind"].as_str(), objects[index]["error"]["offset"].as_u64());
    assert_eq!(
        (error(0), error(1), error(3)),
        ((Some("unknown"), Some(0)), (Some("path"), Some(20)), (Some("syntax"), Some(33)))
    );
    assert_eq!(objects[2], json!({ "type": "rset", "anomalies": [] }));
    assert!(objects.iter().filter_map(|one| one["error"]["message"].as_str()).count() == 3);
}

#[test]
fn strict_tolerates_nothing() {
    let input = b"RCPT TO:a@b.example\r\nNOOP\n";
    run(&["parse", "smtp-command"], input).ended_with(0);
    let objects = run(&["parse", "smtp-command", "--strict"], input).ended_with(1).objects();
    assert!(objects.iter().all(|one| one["error"].is_object()), "{objects:?}");
    run(&["parse", "addresses"], b"<a..b@c.example>\r\n").ended_with(0);
    run(&["parse", "addresses", "--strict"], b"<a..b@c.example>\r\n").ended_with(1);
    run(&["parse", "smtp-reply", "--strict"], b"250-x\r\n251 y\r\n").ended_with(1);
}

#[test]
fn replies_are_shown_with_what_they_announce() {
    let input = b"250-mx\r\n250-SIZE 9\r\n250-? BITMIME\r\n250 AUTH PLAIN X\r\nnonsense\r\n550-5.1.1 no\r\n550 5.1.1 \xff\r\n250-cut off";
    let outcome = run(&["parse", "smtp-reply"], input).ended_with(1);
    let objects = outcome.objects();
    assert_eq!(objects[0]["extensions"], json!([{ "type": "size", "size": 9 }, { "type": "auth", "auth": ["PLAIN"] }]));
    assert_eq!(objects[1]["error"]["kind"], json!("malformed_reply"));
    assert_eq!(
        objects[2],
        json!({
            "type": "reply", "code": 550, "enhanced": "5.1.1",
            "lines": [{ "text": "5.1.1 no", "enhanced": "5.1.1" }, { "text": { "base64": "NS4xLjEg/w==" }, "enhanced": "5.1.1" }],
            "extensions": [], "anomalies": ["reply_not_utf8"],
        })
    );
    assert_eq!(objects[3]["error"]["kind"], json!("incomplete"));
}

#[test]
fn many_items_take_linear_time() {
    let input = b"NOOP\r\n".repeat(100_000);
    assert_eq!(run(&["parse", "smtp-command"], &input).ended_with(0).stdout.lines().count(), 100_000);
}

#[test]
fn wrong_usage_is_told() {
    run(&["parse", "nonsense"], b"").ended_with(2);
    assert!(run(&["parse", "smtp-reply", "no-such-file"], b"").ended_with(2).stderr.contains("no-such-file"));
}

#[test]
fn commands_of_pop3_are_shown_with_the_fields_of_their_types() {
    let input = b"USER m rose\r\npass  a b\r\nAPOP mrose c4c9\r\nAUTH PLAIN =\r\nAUTH\r\nLIST\r\nUIDL 7\r\nTOP 1 0\r\n\
        RETR  3\r\nLANG *\r\nQUIT\n";
    assert_eq!(
        run(&["parse", "pop3-command"], input).ended_with(0).objects(),
        [
            json!({ "type": "user", "name": "m rose", "anomalies": [] }),
            json!({ "type": "pass", "password": " a b", "anomalies": [] }),
            json!({ "type": "apop", "name": "mrose", "digest": "c4c9", "anomalies": [] }),
            json!({ "type": "auth", "mechanism": "PLAIN", "initial": "=", "anomalies": [] }),
            json!({ "type": "auth_list", "anomalies": [] }),
            json!({ "type": "list", "number": null, "anomalies": [] }),
            json!({ "type": "uidl", "number": 7, "anomalies": [] }),
            json!({ "type": "top", "number": 1, "lines": 0, "anomalies": [] }),
            json!({ "type": "retr", "number": 3, "anomalies": ["extra_space"] }),
            json!({ "type": "lang", "range": "*", "anomalies": [] }),
            json!({ "type": "quit", "anomalies": ["bare_lf"] }),
        ]
    );
    let objects = run(&["parse", "pop3-command"], b"XYZZY\r\nRETR 0\r\nSTAT now\r\nSTAT\r\n").ended_with(1).objects();
    let error = |index: usize| (objects[index]["error"]["kind"].as_str(), objects[index]["error"]["offset"].as_u64());
    assert_eq!(
        (error(0), error(1), error(2)),
        ((Some("unknown"), Some(0)), (Some("number"), Some(12)), (Some("syntax"), Some(20)))
    );
    assert_eq!(objects[3]["type"], json!("stat"));
    run(&["parse", "pop3-command", "--strict"], b"RETR  3\r\n").ended_with(1);
}

#[test]
fn responses_of_pop3_are_shown_with_all_their_lines() {
    let input = b"+OK ready <1.2@x.example>\r\n-ERR [IN-USE] no\r\n+ \r\n+OK\r\n.\r\n+OK\r\n1 120\r\n2 200\r\n.\r\n\
        +OK\r\n1 whqts\r\n.\r\n+OK\r\nTOP\r\nSASL PLAIN\r\nEXPIRE NEVER\r\nX-Y z\r\n.\r\n\
        +OK\r\nSubject: hi\r\n\r\n..dot\r\n+OK\r\n.\r\nnonsense\r\n+ok x\n-ERR \xff\r\n";
    let outcome = run(&["parse", "pop3-response"], input).ended_with(1);
    let response = |status: &str, text: &str| json!({ "type": "response", "status": status, "code": null, "text": text, "timestamp": null, "anomalies": [] });
    let with = |fields: serde_json::Value| {
        let mut object = response("ok", "");
        object.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        object
    };
    let objects = outcome.objects();
    assert_eq!(
        objects[..8],
        [
            with(json!({ "text": "ready <1.2@x.example>", "timestamp": "<1.2@x.example>" })),
            with(json!({ "status": "error", "code": "IN-USE", "text": "no" })),
            response("continue", ""),
            with(json!({ "lines": [] })),
            with(json!({
                "lines": ["1 120", "2 200"],
                "listings": [{ "number": 1, "octets": 120 }, { "number": 2, "octets": 200 }],
            })),
            with(json!({ "lines": ["1 whqts"], "unique_ids": [{ "number": 1, "unique_id": "whqts" }] })),
            with(json!({
                "lines": ["TOP", "SASL PLAIN", "EXPIRE NEVER", "X-Y z"],
                "capabilities": [
                    { "type": "top" },
                    { "type": "sasl", "sasl": ["PLAIN"] },
                    { "type": "expire", "days": null, "per_user": false },
                    { "type": "unknown", "tag": "X-Y", "parameters": "z" },
                ],
            })),
            with(json!({ "lines": ["Subject: hi", "", ".dot", "+OK"] })),
        ]
    );
    assert_eq!(objects[8]["error"]["kind"], json!("malformed_response"));
    assert_eq!(objects[9]["anomalies"], json!(["bare_lf", "status_case"]));
    assert_eq!(objects[10]["text"], json!({ "base64": "/w==" }));
    assert_eq!(
        run(&["parse", "pop3-response"], b"+OK\r\n1 2\r\n").ended_with(1).object()["error"]["kind"],
        json!("incomplete")
    );
    run(&["parse", "pop3-response", "--strict"], b"+ok x\r\n").ended_with(1);
    run(&["parse", "pop3-response", "--strict"], b"+OK x\n").ended_with(1);
}
