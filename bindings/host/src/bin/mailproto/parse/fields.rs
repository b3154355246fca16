//! Values of header fields as JSON: field names of the core's types in snake_case.

use crate::output;
use mailproto::message::{
    Address, Addresses, Anomalies, Anomaly, ContentType, DateTime, Disposition, Header, ListId, ListUris, Mailbox,
    MessageId, MessageIds, Parameter, Parameters, Received, Text, TraceClause,
};
use serde_json::{Map, Value, json};

/// What a field is about, as far as there is a type for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Text,
    Addresses,
    Date,
    MessageIds,
    ContentType,
    Disposition,
    Received,
    ListUris,
    ListId,
}

/// What the fields of these names hold; all others hold text.
const LOOKS: [(Look, &[&str]); 8] = [
    (
        Look::Addresses,
        &[
            "From",
            "Sender",
            "Reply-To",
            "To",
            "Cc",
            "Bcc",
            "Resent-From",
            "Resent-Sender",
            "Resent-To",
            "Resent-Cc",
            "Resent-Bcc",
            "Disposition-Notification-To",
        ],
    ),
    (Look::Date, &["Date", "Resent-Date"]),
    (Look::MessageIds, &["Message-ID", "In-Reply-To", "References", "Resent-Message-ID", "Content-ID"]),
    (Look::ContentType, &["Content-Type"]),
    (Look::Disposition, &["Content-Disposition"]),
    (Look::Received, &["Received"]),
    (Look::ListUris, &["List-Help", "List-Unsubscribe", "List-Subscribe", "List-Post", "List-Owner", "List-Archive"]),
    (Look::ListId, &["List-Id"]),
];

fn look(header: &Header<'_>) -> Look {
    let is_named = |names: &[&str]| names.iter().any(|name| header.is(name.as_bytes()));
    LOOKS.iter().find(|(_, names)| is_named(names)).map_or(Look::Text, |(look, _)| *look)
}

/// A field: its name and place, its decoded text, and what else can be told of it. Adds to `anomalies` what
/// its value gets wrong.
pub(super) fn header(header: &Header<'_>, anomalies: &mut Anomalies) -> Value {
    let value = header.value_raw();
    let mut object = Map::new();
    let text = Text::parse(value);
    object.insert("name".into(), output::text(header.name()));
    object.insert("offset".into(), header.offset().into());
    object.insert("text".into(), json!(text.decoded()));
    let mut add = |name: &str, value: Value| drop(object.insert(name.into(), value));
    let found = match look(header) {
        Look::Text => text.anomalies(),
        Look::Addresses => {
            add("addresses", addresses(Addresses::parse(value)));
            Addresses::parse(value).anomalies()
        }
        Look::Date => {
            add("date", DateTime::parse(value).map_or(Value::Null, date));
            DateTime::anomalies(value)
        }
        Look::MessageIds => {
            add("message_ids", ids(MessageIds::parse(value).iter()));
            MessageIds::parse(value).anomalies()
        }
        Look::ContentType => {
            add("content_type", content_type(&ContentType::parse(value)));
            ContentType::parse(value).anomalies()
        }
        Look::Disposition => {
            add("disposition", disposition(&Disposition::parse(value)));
            Disposition::parse(value).anomalies()
        }
        Look::Received => {
            add("received", received(&Received::parse(value)));
            Received::parse(value).anomalies()
        }
        Look::ListUris => {
            add("list_uris", ids(ListUris::parse(value).iter()));
            ListUris::parse(value).anomalies()
        }
        Look::ListId => {
            let list = ListId::parse(value);
            add("list_id", json!({ "name": list.name().map(|name| name.decoded()), "id": list.id().decoded() }));
            list.anomalies()
        }
    };
    if found.contains(Anomaly::UNDECODABLE_TEXT) {
        add("value_raw", output::text(value));
    }
    add("anomalies", names(&found));
    anomalies.merge(&found, header.value_offset());
    Value::Object(object)
}

pub(super) fn names(anomalies: &Anomalies) -> Value {
    anomalies.names().collect()
}

/// Mailboxes and groups in order.
pub(super) fn addresses(list: Addresses<'_>) -> Value {
    let address = |address| match address {
        Address::Mailbox(one) => mailbox(one),
        Address::Group(group) => json!({
            "type": "group",
            "name": group.name().decoded(),
            "members": group.members().map(mailbox).collect::<Vec<_>>(),
        }),
    };
    list.iter().map(address).collect()
}

fn mailbox(mailbox: Mailbox<'_>) -> Value {
    json!({
        "type": "mailbox",
        "name": mailbox.name().map(|name| name.decoded()),
        "address": mailbox.address().decoded(),
        "local_part": mailbox.local_part().decoded(),
        "domain": mailbox.domain().decoded(),
        "route": output::text(mailbox.route()),
    })
}

pub(super) fn date(date: DateTime) -> Value {
    json!({
        "year": date.year,
        "month": date.month,
        "day": date.day,
        "hour": date.hour,
        "minute": date.minute,
        "second": date.second,
        "offset_minutes": date.offset_minutes,
        "offset_known": date.offset_known,
        "timestamp": date.timestamp(),
    })
}

fn ids<'a>(ids: impl Iterator<Item = MessageId<'a>>) -> Value {
    ids.map(|id| json!(id.decoded())).collect()
}

pub(super) fn content_type(content_type: &ContentType<'_>) -> Value {
    json!({
        "main_type": output::text(content_type.main_type()),
        "subtype": output::text(content_type.subtype()),
        "parameters": parameters(content_type.parameters()),
    })
}

pub(super) fn disposition(disposition: &Disposition<'_>) -> Value {
    json!({
        "kind": output::text(disposition.kind()),
        "parameters": parameters(disposition.parameters()),
        "size": disposition.size(),
        "creation_date": disposition.creation_date().map(date),
        "modification_date": disposition.modification_date().map(date),
        "read_date": disposition.read_date().map(date),
    })
}

fn parameters(parameters: Parameters<'_>) -> Value {
    let parameter = |parameter: Parameter<'_>| {
        json!({
            "name": output::text(parameter.name()),
            "value": parameter.decoded(),
            "charset": output::text(parameter.charset()),
            "language": output::text(parameter.language()),
        })
    };
    parameters.iter().map(parameter).collect()
}

fn received(received: &Received<'_>) -> Value {
    let clause = |clause: TraceClause<'_>| {
        json!({
            "name": output::text(clause.name()),
            "text": output::text(clause.text()),
            "comment": output::text(clause.comment()),
            "ip": clause.ip().map(|ip| ip.to_string()),
        })
    };
    json!({
        "clauses": received.clauses().map(clause).collect::<Vec<_>>(),
        "date": received.date().map(date),
    })
}
