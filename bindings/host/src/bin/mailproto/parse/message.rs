//! Messages (RFC 5322) with their parts (RFC 2045, RFC 2046): all of the input is one.
//!
//! Parts are a flat list in the order of the message, as in the core; `parent` and `children` tell by
//! their numbers how they stand in each other.

use super::input::Input;
use super::{Malformed, fields};
use crate::output::{self, hexadecimal};
use mailproto::message::{
    Addresses, Anomalies, Anomaly, Charset, ContentType, DateTime, Decoder, Disposition, Envelope, Header, Message,
    MessageIds, Part, PartKind, Text, TransferEncoding, file_name,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io;

/// Reads the message; `None` if there is nothing.
pub(super) fn next(input: &mut Input, is_strict: bool) -> io::Result<Option<Result<Value, Malformed>>> {
    while input.more()? {}
    let length = input.held().len();
    if length == 0 {
        return Ok(None);
    }
    let item = parse(input.held(), is_strict);
    input.take(length);
    Ok(Some(item))
}

fn parse(bytes: &[u8], is_strict: bool) -> Result<Value, Malformed> {
    let message = Message::parse(bytes);
    let mut anomalies = message.anomalies();
    let mut decoded = Vec::new();
    let parts: Vec<_> = message.parts().map(|one| part(one, &mut decoded, &mut anomalies)).collect();
    if is_strict {
        refuse(&anomalies)?;
    }
    let bodies = message.bodies();
    Ok(json!({
        "type": "message",
        "size": bytes.len(),
        "envelope": envelope(message.root().envelope()),
        "parts": parts,
        "bodies": { "text": bodies.text, "html": bodies.html, "attachments": bodies.attachments },
        "anomalies": fields::names(&anomalies),
    }))
}

/// The first thing that is not by the letter, if there is any.
pub(super) fn refuse(anomalies: &Anomalies) -> Result<(), Malformed> {
    let Some((anomaly, offset)) = anomalies.iter().min_by_key(|(_, offset)| *offset) else { return Ok(()) };
    Err(Malformed {
        kind: anomaly.name(),
        offset: usize::try_from(offset).unwrap_or(usize::MAX),
        message: format!("not by the letter of the RFCs: {}", anomaly.name().replace('_', " ")),
    })
}

/// What the header says about the message.
fn envelope(envelope: Envelope<'_>) -> Value {
    let addresses = |list: Addresses<'_>| list.iter().next().map(|_| fields::addresses(list));
    let first_id = |header: Option<Header<'_>>| {
        let id = header.and_then(|header| MessageIds::parse(header.value_raw()).first());
        id.map(|id| id.decoded().into_owned())
    };
    json!({
        "date": envelope.date().and_then(|header| DateTime::parse(header.value_raw())).map(fields::date),
        "subject": envelope.subject().map(|header| Text::parse(header.value_raw()).decoded().into_owned()),
        "from": addresses(envelope.from()),
        "sender": addresses(envelope.sender()),
        "reply_to": addresses(envelope.reply_to()),
        "to": addresses(envelope.to()),
        "cc": addresses(envelope.cc()),
        "bcc": addresses(envelope.bcc()),
        "in_reply_to": first_id(envelope.in_reply_to()),
        "message_id": first_id(envelope.message_id()),
    })
}

/// One part; `decoded` is room that is used again.
fn part(part: Part<'_>, decoded: &mut Vec<u8>, anomalies: &mut Anomalies) -> Value {
    let headers: Vec<_> = part.fields().map(|header| fields::header(&header, anomalies)).collect();
    let content_type = part.content_type_field().map(|header| ContentType::parse(header.value_raw()));
    let disposition = part.field(b"content-disposition").map(|header| Disposition::parse(header.value_raw()));
    let mut object = json!({
        "index": part.index(),
        "parent": part.parent().map(|parent| parent.index()),
        "children": part.children().map(|child| child.index()).collect::<Vec<_>>(),
        "depth": part.depth(),
        "kind": kind(part.kind()),
        "media_type": media_type(part),
        "content_type": content_type.as_ref().map(fields::content_type),
        "disposition": disposition.as_ref().map(fields::disposition),
        "file_name": file_name(disposition, content_type).map(|name| name.decoded()),
        "encoding": encoding(part.encoding()),
        "offset": part.offset(),
        "body_offset": part.body_offset(),
        "size": part.raw().len(),
        "headers": headers,
    });
    if part.kind().is_multipart() && !part.is_leaf() {
        return object;
    }
    decoded.clear();
    part.decode_into(decoded);
    object["decoded_size"] = json!(decoded.len());
    object["sha256"] = json!(hexadecimal(&Sha256::digest(&*decoded)));
    if matches!(part.kind(), PartKind::Plain | PartKind::Html | PartKind::Text) {
        let charset = content_type.and_then(|content_type| content_type.parameter(b"charset"));
        object["charset"] = json!(charset.map(|charset| charset.decoded()));
        let label = charset.map_or_else(String::new, |charset| charset.to_string());
        object["text"] = json!(text(&label, decoded, part.body_offset(), anomalies));
    }
    object
}

/// The text of a body; notes what stands in the way.
fn text(label: &str, bytes: &[u8], offset: u64, anomalies: &mut Anomalies) -> String {
    let charset = Charset::for_label(label.as_bytes());
    if !charset.is_known() {
        anomalies.note(Anomaly::UNKNOWN_CHARSET, offset);
    }
    let (mut decoder, mut text) = (Decoder::new(charset), String::with_capacity(bytes.len()));
    // A string takes all that is written to it.
    let sound = decoder.decode(bytes, &mut text).and_then(|()| decoder.finish(&mut text));
    if sound != Ok(true) {
        anomalies.note(Anomaly::UNDECODABLE_TEXT, offset);
    }
    text
}

fn media_type(part: Part<'_>) -> Value {
    let (main_type, subtype) = part.media_type();
    output::text(&[main_type, b"/", subtype].concat().to_ascii_lowercase())
}

/// The name of the variant.
fn kind(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Plain => "plain",
        PartKind::Html => "html",
        PartKind::Text => "text",
        PartKind::Alternative => "alternative",
        PartKind::Related => "related",
        PartKind::Digest => "digest",
        PartKind::Multipart => "multipart",
        PartKind::Message => "message",
        PartKind::Media => "media",
        _ => "other",
    }
}

/// The name of the variant.
fn encoding(encoding: TransferEncoding) -> &'static str {
    match encoding {
        TransferEncoding::SevenBit => "seven_bit",
        TransferEncoding::EightBit => "eight_bit",
        TransferEncoding::Binary => "binary",
        TransferEncoding::QuotedPrintable => "quoted_printable",
        TransferEncoding::Base64 => "base64",
        TransferEncoding::Uuencode => "uuencode",
        _ => "unknown",
    }
}
