//! Values of header fields without their names, one a line or folded over several (RFC 5322 §2.2.3).

use super::input::{Input, Item, LONGEST};
use super::message::refuse;
use super::{Malformed, fields};
use mailproto::message::{Address, Addresses, Anomalies, Anomaly, DateTime};
use serde_json::{Value, json};
use std::io;

/// Reads one value, and says what it gets wrong.
pub(super) type ParseValue = fn(&[u8]) -> Result<(Value, Anomalies), Malformed>;

/// Reads the next value; `None` at the end.
pub(super) fn next(input: &mut Input, is_strict: bool, parse: ParseValue) -> io::Result<Option<Item>> {
    let mut value = match input.next_line()? {
        None => return Ok(None),
        Some(Err(error)) => return Ok(Some(Err(error))),
        Some(Ok(line)) => line,
    };
    while input.peek_line()?.is_some_and(|line| matches!(line.first(), Some(b' ' | b'\t'))) {
        match input.next_line()? {
            Some(Ok(line)) if value.len() + line.len() <= LONGEST => value.extend(line),
            // The rest of it is read past.
            Some(_) => value.resize(LONGEST + 1, b' '),
            None => break,
        }
    }
    if value.len() > LONGEST {
        return Ok(Some(Err(Malformed {
            kind: "too_long",
            offset: LONGEST,
            message: "the value is longer than 1 MiB".into(),
        })));
    }
    Ok(Some(read(&value, is_strict, parse)))
}

fn read(lines: &[u8], is_strict: bool, parse: ParseValue) -> Item {
    let value = lines.strip_suffix(b"\n").map_or(lines, |value| value.strip_suffix(b"\r").unwrap_or(value));
    if is_strict && value.len() == lines.len() {
        let message = "the input ends before the line does".into();
        return Err(Malformed { kind: "incomplete", offset: lines.len(), message });
    }
    let (mut object, mut anomalies) = parse(value)?;
    let bare = (0..lines.len()).find(|place| lines[*place] == b'\n' && (*place == 0 || lines[place - 1] != b'\r'));
    if let Some(place) = bare {
        anomalies.note(Anomaly::BARE_LF, place as u64);
    }
    if is_strict {
        refuse(&anomalies)?;
    }
    object["anomalies"] = fields::names(&anomalies);
    Ok(object)
}

/// A list of addresses (RFC 5322 §3.4).
pub(super) fn addresses(value: &[u8]) -> Result<(Value, Anomalies), Malformed> {
    let list = Addresses::parse(value);
    let is_any = |address| match address {
        Address::Mailbox(mailbox) => !mailbox.address().is_empty(),
        Address::Group(_) => true,
    };
    if !list.iter().any(is_any) {
        let message = "no address in the form local@domain or Name <local@domain> (RFC 5322 §3.4)".into();
        return Err(Malformed { kind: "addresses", offset: 0, message });
    }
    let object = json!({ "type": "addresses", "addresses": fields::addresses(list) });
    Ok((object, list.anomalies()))
}

/// A date (RFC 5322 §3.3).
pub(super) fn date(value: &[u8]) -> Result<(Value, Anomalies), Malformed> {
    let Some(date) = DateTime::parse(value) else {
        let message = "no date such as Fri, 21 Nov 1997 09:55:06 -0600 (RFC 5322 §3.3)".into();
        return Err(Malformed { kind: Anomaly::UNREADABLE_DATE.name(), offset: 0, message });
    };
    let mut object = fields::date(date);
    // The type stands first, as everywhere.
    if let Value::Object(fields) = &mut object {
        fields.shift_insert(0, "type".into(), json!("date_time"));
    }
    Ok((object, DateTime::anomalies(value)))
}
