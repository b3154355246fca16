//! The values of header fields: any bytes have a reading, and it is the same by every way.

use crate::choices::Choices;
use mailproto::codec::encoded_word::EncodedWord;
use mailproto::message::{
    Address, Addresses, Anomalies, Anomaly, Charset, ContentType, DateTime, Decoder, Disposition, ListId, ListUris,
    Mailbox, MessageIds, Received, Text, file_name,
};

/// Dates: what is read is written so that it reads the same, and only what cannot be read is said to be so.
pub fn message_dates(data: &[u8]) {
    let anomalies = DateTime::anomalies(data);
    within(&anomalies, data);
    let date = DateTime::parse(data);
    assert_eq!(date.is_none(), anomalies.contains(Anomaly::UNREADABLE_DATE));
    if let Some(date) = date {
        let again = DateTime::parse(&date.to_bytes()).expect("a date that was written");
        // Minutes beyond the hour are told in hours.
        assert_eq!(again.timestamp(), date.timestamp());
        assert_eq!(again.to_bytes(), date.to_bytes());
        let same = DateTime::from_timestamp(date.timestamp(), date.offset_minutes);
        if same.year > 0 && same.year < 9_999 {
            assert_eq!(same.timestamp(), date.timestamp());
        }
        assert!(date.weekday() < 7);
    }
    let trace = Received::parse(data);
    within(&trace.anomalies(), data);
    assert!(trace.clauses().count() <= data.len());
    for clause in trace.clauses() {
        clause.ip();
        assert!(is_part(clause.text(), data) && is_part(clause.comment(), data));
    }
}

/// Addresses: flat and in groups the same ones, each a part of the value.
pub fn message_addresses(data: &[u8]) {
    let list = Addresses::parse(data);
    within(&list.anomalies(), data);
    let flat: Vec<_> = list.mailboxes().collect();
    assert!(flat.len() <= data.len());
    let mut grouped = Vec::new();
    for address in list.iter() {
        match address {
            Address::Mailbox(mailbox) => grouped.push(mailbox),
            Address::Group(group) => {
                assert_eq!(group.name().to_string(), group.name().decoded());
                grouped.extend(group.members());
            }
        }
    }
    assert_eq!(flat, grouped);
    flat.iter().for_each(|mailbox| look_at(mailbox, data));
    for id in MessageIds::parse(data).iter().chain(ListUris::parse(data).iter()) {
        assert!(!id.raw().is_empty() && is_part(id.raw(), data));
        assert_eq!(id.to_string(), id.decoded());
    }
    within(&MessageIds::parse(data).anomalies(), data);
    within(&ListUris::parse(data).anomalies(), data);
    let id = ListId::parse(data);
    assert_eq!(id.id().to_string(), id.id().decoded());
    within(&id.anomalies(), data);
}

/// Text: no cut of its bytes shows, and no way of asking.
pub fn message_words(data: &[u8]) {
    let (mut choices, data) = Choices::divide(data);
    let text = Text::parse(data);
    within(&text.anomalies(), data);
    let decoded = text.decoded();
    assert_eq!(text.to_string(), decoded);
    let mut asked = String::new();
    text.write_with(&mut (), &mut asked).unwrap();
    assert_eq!(asked, decoded);
    let labels: [&[u8]; 8] =
        [b"utf-8", b"iso-8859-1", b"utf-7", b"shift_jis", b"iso-2022-jp", b"gb18030", b"utf-16", b"none"];
    let label = labels[choices.below(labels.len())];
    let whole = decode(label, data, data.len().max(1));
    for step in [1, 2, 1 + choices.below(20)] {
        assert_eq!(decode(label, data, step), whole, "by {step}");
    }
    if let Some((word, length)) = EncodedWord::parse_front(data) {
        assert!(length <= data.len());
        assert!(word.bytes().count() <= word.text().len());
        assert!(is_part(word.charset(), data) && is_part(word.language(), data));
    }
}

/// Content types, dispositions and their parameters: each that is told can be asked for.
pub fn message_parameters(data: &[u8]) {
    let (content_type, disposition) = (ContentType::parse(data), Disposition::parse(data));
    within(&content_type.anomalies(), data);
    within(&disposition.anomalies(), data);
    for parameters in [content_type.parameters(), disposition.parameters()] {
        assert!(parameters.sections().count() <= data.len());
        for parameter in parameters.iter() {
            assert_eq!(parameter.to_string(), parameter.decoded());
            let found = parameters.get(parameter.name()).expect("a parameter that was told");
            assert!(found.is(parameter.name()));
            assert!(is_part(parameter.charset(), data) && is_part(parameter.language(), data));
        }
    }
    if let Some(name) = file_name(Some(disposition), Some(content_type)) {
        assert_eq!(name.to_string(), name.decoded());
    }
    (disposition.size(), disposition.creation_date(), disposition.is_inline());
}

fn look_at(mailbox: &Mailbox<'_>, data: &[u8]) {
    if let Some(name) = mailbox.name() {
        assert_eq!(name.to_string(), name.decoded());
        assert!(is_part(name.raw(), data));
    }
    let (address, local, domain) = (mailbox.address(), mailbox.local_part(), mailbox.domain());
    for part in [address, local, domain] {
        assert_eq!(part.to_string(), part.decoded());
        assert!(is_part(part.raw(), data));
        assert!(part.as_plain().is_none_or(|plain| !plain.contains(['\r', '\n'])));
    }
    if !domain.is_empty() {
        assert_eq!(local.raw().len() + 1 + domain.raw().len(), address.raw().len());
    }
}

/// The text of `bytes`, which come in pieces of `step`.
fn decode(label: &[u8], bytes: &[u8], step: usize) -> (String, bool) {
    let (mut decoder, mut text) = (Decoder::new(Charset::for_label(label)), String::new());
    for piece in bytes.chunks(step) {
        decoder.decode(piece, &mut text).unwrap();
    }
    let sound = decoder.finish(&mut text).unwrap();
    (text, sound)
}

/// Every offset is one of the value.
fn within(anomalies: &Anomalies, data: &[u8]) {
    assert!(anomalies.iter().all(|(_, offset)| offset <= data.len() as u64), "{anomalies:?}");
}

/// Whether `part` is empty or was cut from `whole`.
fn is_part(part: &[u8], whole: &[u8]) -> bool {
    part.is_empty() || {
        let (part, whole) = (part.as_ptr_range(), whole.as_ptr_range());
        whole.start <= part.start && part.end <= whole.end
    }
}
