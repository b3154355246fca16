//! Attacks by the values of header fields: each has a reading, at once, and says what is wrong with it.

use mailproto::message::{
    Addresses, Anomaly, ContentType, DateTime, Disposition, ListId, ListUris, MessageIds, Received, Text, file_name,
};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Everything that a value can be asked for.
fn look_at(value: &[u8]) -> usize {
    let mut length = 0;
    let addresses = Addresses::parse(value);
    for mailbox in addresses.mailboxes() {
        length += mailbox.name().map_or(0, |name| name.decoded().len()) + mailbox.address().decoded().len();
    }
    length += addresses.iter().count() + addresses.anomalies().iter().count();
    let text = Text::parse(value);
    length += text.decoded().len() + text.anomalies().iter().count();
    let (content_type, disposition) = (ContentType::parse(value), Disposition::parse(value));
    for parameters in [content_type.parameters(), disposition.parameters()] {
        length += parameters.iter().map(|parameter| parameter.decoded().len()).sum::<usize>();
        length += parameters.anomalies().iter().count();
    }
    length += file_name(Some(disposition), Some(content_type)).map_or(0, |name| name.decoded().len());
    let trace = Received::parse(value);
    length += trace.clauses().count() + trace.anomalies().iter().count();
    length += MessageIds::parse(value).iter().count() + ListUris::parse(value).iter().count();
    length + ListId::parse(value).anomalies().iter().count() + DateTime::anomalies(value).iter().count()
}

/// The least time of the processor that it takes to look at `value`, of a few.
fn time(value: &[u8]) -> Duration {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default();
    let looks = (0..3).map(|_| {
        let start = now();
        std::hint::black_box(look_at(value));
        now() - start
    });
    looks.min().unwrap_or_default()
}

#[test]
fn values_of_every_shape_take_time_in_proportion_to_their_length() {
    const LENGTH: usize = 4 << 10;
    for shape in [
        "(",
        "(()",
        "()",
        "<",
        "<a",
        "<a@",
        "<@",
        "<@,",
        "<a@b> ",
        "<a@b> c ",
        "\"",
        "\"a\" ",
        "\\",
        "[",
        "[]",
        "a@",
        "a b ",
        "a.",
        " .",
        ",",
        ";",
        ":",
        "a:",
        "a:;",
        "a:b@c,",
        "=?",
        "=?x",
        "=?x?Q?",
        "=?x?Q?a",
        "=?x?Q? ?= ",
        "=?x?Q?a?= ",
        "=?utf-8?B?4g?= ",
        "=?x?Q?<?=",
        "=",
        ";a",
        ";a=",
        ";a=\"",
        ";a*0=b",
        ";a*0*=b",
        ";a*1=b",
        ";a=b c",
        "; a*",
        "a=b ",
        ";filename*9=x;filename*8=y;filename*7=z",
        "from ",
        "from a ",
        "by (",
        "1 ",
        "1:",
        "Jan ",
        "+1 ",
        "<>",
        "\r\n ",
        "\r\n",
        "%41",
        "'",
        "?=",
        "?",
    ] {
        // What may make a difference stands at the front and at the end once.
        for (front, end) in [("", ""), ("a/b; n==?x?Q?", "\">) ?=")] {
            let value = |length: usize| [front, &shape.repeat(length / shape.len()), end].concat();
            let (short, long) = (time(value(LENGTH).as_bytes()), time(value(4 * LENGTH).as_bytes()));
            // Four times as much by rights, sixteen times if each byte were paid for again by the others.
            assert!(long < short * 9 + Duration::from_millis(8), "{front}{shape}…{end}: {short:?}, then {long:?}");
        }
    }
}

#[test]
fn sections_out_of_order_are_looked_through_a_bounded_number_of_times() {
    let value = |count: usize| {
        let sections = (0..count).rev().map(|number| format!(";filename*{number}=x")).collect::<String>();
        format!("attachment{sections}")
    };
    let (short, long) = (time(value(400).as_bytes()), time(value(1_600).as_bytes()));
    assert!(long < short * 9 + Duration::from_millis(8), "{short:?}, then {long:?}");
}

#[test]
fn nesting_of_any_depth_is_read() {
    const DEPTH: usize = 1_000_000;
    let comments = [b"(".repeat(DEPTH), b"x".to_vec(), b")".repeat(DEPTH), b" a@b.example".to_vec()].concat();
    let mut mailboxes = Addresses::parse(&comments).mailboxes();
    assert_eq!(mailboxes.next().unwrap().address().to_string(), "a@b.example");
    assert_eq!(mailboxes.next(), None);
    let groups = b"g:".repeat(DEPTH);
    let groups = Addresses::parse(&groups);
    assert_eq!((groups.iter().count(), groups.mailboxes().count()), (1, 0));
    assert_eq!(groups.anomalies().first(Anomaly::MALFORMED_ADDRESS), Some(3));
}

#[test]
fn a_list_of_very_many_addresses_is_flat() {
    let list = b"A <a@b.example>,\r\n ".repeat(100_000);
    assert_eq!(Addresses::parse(&list).mailboxes().count(), 100_000);
    assert!(Addresses::parse(&list).anomalies().is_empty());
}

/// What one field says to somebody who sees only names, and to somebody who sees only addresses.
fn seen(value: &[u8]) -> Vec<(String, String)> {
    let look = |mailbox: mailproto::message::Mailbox<'_>| {
        (mailbox.name().map(|name| name.to_string()).unwrap_or_default(), mailbox.address().to_string())
    };
    Addresses::parse(value).mailboxes().map(look).collect()
}

#[test]
fn spoofed_senders_show_the_address_that_counts_and_are_noted() {
    for (value, name, address, anomaly) in [
        (&b"<@trusted.example:evil@attack.example>"[..], "", "evil@attack.example", Some(Anomaly::OBSOLETE_ADDRESS)),
        (
            b"admin@trusted.example <evil@attack.example>",
            "admin@trusted.example",
            "evil@attack.example",
            Some(Anomaly::UNQUOTED_NAME),
        ),
        (b"\"admin@trusted.example\" <evil@attack.example>", "admin@trusted.example", "evil@attack.example", None),
        (b"evil@attack.example (admin@trusted.example)", "admin@trusted.example", "evil@attack.example", None),
        (b"(<admin@trusted.example>) <evil@attack.example>", "<admin@trusted.example>", "evil@attack.example", None),
        (
            b"\"<admin@trusted.example>\\\" \" <evil@attack.example>",
            "<admin@trusted.example>\" ",
            "evil@attack.example",
            None,
        ),
        (
            b"=?utf-8?Q?admin=40trusted.example?= <evil@attack.example>",
            "admin@trusted.example",
            "evil@attack.example",
            None,
        ),
        (b"<\"admin@trusted.example\"@attack.example>", "", "\"admin@trusted.example\"@attack.example", None),
        (b"admin@trusted.example\0@attack.example", "", "admin@trusted.example\0@attack.example", None),
    ] {
        assert_eq!(seen(value), [(name.into(), address.into())], "{}", value.escape_ascii());
        let anomalies = Addresses::parse(value).anomalies();
        match anomaly {
            Some(anomaly) => assert!(anomalies.contains(anomaly), "{}", value.escape_ascii()),
            None => assert!(anomalies.is_empty(), "{} {anomalies:?}", value.escape_ascii()),
        }
    }
    // Two addresses are two, however they are joined.
    for value in [
        &b"<admin@trusted.example>, <evil@attack.example>"[..],
        b"<admin@trusted.example><evil@attack.example>",
        b"admin@trusted.example, evil@attack.example",
        b"<admin@trusted.example>,<evil@attack.example",
        b"g:admin@trusted.example;,evil@attack.example",
    ] {
        let addresses: Vec<_> = seen(value).into_iter().map(|(_, address)| address).collect();
        assert_eq!(addresses, ["admin@trusted.example", "evil@attack.example"], "{}", value.escape_ascii());
    }
}

#[test]
fn no_name_or_address_brings_a_line_end_of_the_header_along() {
    for value in [
        &b"\"a\r\nBcc: x@y\" <a\r\n @b.example>"[..],
        b"a\r\n b <\"x\r\n y\"@b.example>",
        b"a@b.example (c\r\n\td)",
        b"\"a\\\r\n b\" <a@b.example>",
    ] {
        for (name, address) in seen(value) {
            assert!(!name.contains(['\r', '\n']) && !address.contains(['\r', '\n']), "{name:?} {address:?}");
        }
    }
    let name = Disposition::parse(b"attachment; filename=\"a\r\nb\"").parameter(b"filename").unwrap();
    assert_eq!(name.to_string(), "ab");
    let name = Disposition::parse(b"attachment; filename*0=\"a\r\n b\"; filename*1*=c%20\r\n;").parameter(b"filename");
    assert_eq!(name.unwrap().to_string(), "a bc ");
}
