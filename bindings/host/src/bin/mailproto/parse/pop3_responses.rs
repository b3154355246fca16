//! Responses of POP3, all lines of each.
//!
//! On a connection the request says whether a good response has more than one line (RFC 1939 §3). Here
//! there is none: where the next line begins with no status, it and all up to a lone dot belong to the
//! response before it. No line of a list, and none of a message's header, begins like a status.

use super::input::{Input, Item, LONGEST};
use super::{Malformed, values};
use crate::output;
use mailproto::pop3::{Capability, Response, ScanListing, Status, UniqueIdListing};
use mailproto::{Anomalies, Leniency};
use serde_json::{Value, json};
use std::io;

/// Further lines, and what is odd about them.
type Lines = (Vec<Vec<u8>>, Anomalies);

/// Reads the next response; `None` at the end.
pub(super) fn next(input: &mut Input, leniency: Leniency) -> io::Result<Option<Item>> {
    let Some(first) = input.next_line()? else { return Ok(None) };
    let first = match first {
        Ok(line) => line,
        Err(error) => return Ok(Some(Err(error))),
    };
    let status = line(&first, leniency).and_then(|(text, anomalies)| {
        let (response, more) = Response::parse(text, leniency).map_err(|error| malformed(text, error.offset))?;
        Ok((response, anomalies | more))
    });
    let (response, anomalies) = match status {
        Ok(read) => read,
        Err(error) => return Ok(Some(Err(error))),
    };
    let goes_on = response.is_ok() && input.peek_line()?.is_some_and(|next| !begins_with_status(next));
    if !goes_on {
        return Ok(Some(Ok(to_json(&response, None, anomalies, leniency))));
    }
    let item = lines(input, first.len(), leniency)?;
    Ok(Some(item.map(|(lines, more)| to_json(&response, Some(&lines), anomalies | more, leniency))))
}

/// A line without its end, and what is odd about the end.
fn line(line: &[u8], leniency: Leniency) -> Result<(&[u8], Anomalies), Malformed> {
    if let Some(text) = line.strip_suffix(b"\r\n") {
        return Ok((text, Anomalies::NONE));
    }
    match line.strip_suffix(b"\n") {
        Some(text) if leniency.tolerates(Anomalies::BARE_LF) => Ok((text, Anomalies::BARE_LF)),
        Some(text) => {
            let message = "the line ends with LF alone, not CR LF (RFC 1939 §3)".into();
            Err(Malformed { kind: "bare_lf", offset: text.len(), message })
        }
        None if leniency == Leniency::STRICT => Err(incomplete(line.len())),
        // A last line that was typed without its end.
        None => Ok((line, Anomalies::NONE)),
    }
}

fn begins_with_status(line: &[u8]) -> bool {
    line.starts_with(b"+") || line.get(..4).is_some_and(|front| front.eq_ignore_ascii_case(b"-ERR"))
}

/// The lines up to the lone dot, without the dots that were added (RFC 1939 §3), and what is odd about them.
fn lines(input: &mut Input, before: usize, leniency: Leniency) -> io::Result<Result<Lines, Malformed>> {
    let (mut read, mut odd, mut length) = (Vec::new(), Anomalies::NONE, before);
    let mut wrong = None;
    loop {
        let next = match input.next_line()? {
            None => return Ok(Err(incomplete(length))),
            Some(Err(error)) => return Ok(Err(error)),
            Some(Ok(next)) => next,
        };
        let (text, anomalies) = match line(&next, leniency) {
            Ok(sound) => sound,
            Err(error) => {
                // The rest is read past all the same.
                wrong.get_or_insert(Malformed { offset: length + error.offset, ..error });
                (next.trim_ascii_end(), Anomalies::NONE)
            }
        };
        odd |= anomalies;
        length += next.len();
        match text {
            b"." if length > LONGEST => {
                let message = "the response is longer than 1 MiB".into();
                return Ok(Err(Malformed { kind: "too_long", offset: LONGEST, message }));
            }
            b"." => return Ok(wrong.map_or(Ok((read, odd)), Err)),
            // Read on, but do not keep.
            _ if length > LONGEST => read.clear(),
            _ => read.push(text.strip_prefix(b".").unwrap_or(text).to_vec()),
        }
    }
}

fn incomplete(offset: usize) -> Malformed {
    Malformed { kind: "incomplete", offset, message: "the input ends before the response does".into() }
}

/// Why the line is no response.
fn malformed(line: &[u8], offset: usize) -> Malformed {
    let (kind, message) = if begins_with_status(line) {
        ("status_case", "the status stands in capital letters, with a space or nothing behind it (RFC 1939 §3)")
    } else {
        ("malformed_response", "the line begins with neither +OK nor -ERR (RFC 1939 §3)")
    };
    Malformed { kind, offset, message: message.into() }
}

fn to_json(response: &Response<'_>, lines: Option<&[Vec<u8>]>, mut anomalies: Anomalies, leniency: Leniency) -> Value {
    let status = match response.status() {
        Status::Ok => "ok",
        Status::Error => "error",
        Status::Continue => "continue",
    };
    let mut object = json!({
        "type": "response",
        "status": status,
        "code": response.code().map(|code| code.name()),
        "text": text(response),
        "timestamp": response.timestamp(),
    });
    if let Some(lines) = lines {
        object["lines"] = lines.iter().map(|line| output::text(line)).collect();
        if let Some((name, items, odd)) = typed(lines, leniency) {
            anomalies |= odd;
            object[name] = items.into();
        }
    }
    object["anomalies"] = values::anomalies(anomalies);
    object
}

/// The text behind the code, or all that was sent where it is not UTF-8.
fn text(response: &Response<'_>) -> Value {
    match std::str::from_utf8(response.rest()) {
        Ok(_) => json!(response.text()),
        Err(_) => output::text(response.rest()),
    }
}

/// The lines as what they are, as far as all of them fit: the response itself does not say what it answers.
fn typed(lines: &[Vec<u8>], leniency: Leniency) -> Option<(&'static str, Vec<Value>, Anomalies)> {
    if lines.is_empty() {
        return None;
    }
    let listing = |line: &[u8]| {
        let (one, odd) = ScanListing::parse(line)?;
        Some((json!({ "number": one.number, "octets": one.octets }), odd))
    };
    let unique_id = |line: &[u8]| {
        let (one, odd) = UniqueIdListing::parse(line)?;
        Some((json!({ "number": one.number?, "unique_id": one.unique_id }), odd))
    };
    if let Some((listings, odd)) = all(lines, leniency, listing) {
        return Some(("listings", listings, odd));
    }
    if let Some((unique_ids, odd)) = all(lines, leniency, unique_id) {
        return Some(("unique_ids", unique_ids, odd));
    }
    let capabilities: Vec<_> = lines.iter().map(|line| Capability::parse(line)).collect::<Option<_>>()?;
    let known = |one: &Capability<'_>| !matches!(one, Capability::Unknown { .. });
    let announced = capabilities.iter().any(known).then(|| capabilities.into_iter().map(values::capability).collect());
    announced.map(|announced| ("capabilities", announced, Anomalies::NONE))
}

/// Every line read by `parse`, or nothing.
fn all(
    lines: &[Vec<u8>],
    leniency: Leniency,
    parse: impl Fn(&[u8]) -> Option<(Value, Anomalies)>,
) -> Option<(Vec<Value>, Anomalies)> {
    let mut seen = Anomalies::NONE;
    let read = lines.iter().map(|line| {
        let (value, odd) = parse(line).filter(|(_, odd)| leniency.tolerates(*odd))?;
        seen |= odd;
        Some(value)
    });
    let read = read.collect::<Option<_>>()?;
    Some((read, seen))
}
