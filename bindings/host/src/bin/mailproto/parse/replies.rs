//! Replies of SMTP and LMTP, all lines of each.

use super::input::{Input, Item, LONGEST};
use super::{Malformed, values};
use crate::output;
use mailproto::frame::{ReplyFrame, ReplyFramer};
use mailproto::smtp::{Extension, Reply, ReplyLine};
use mailproto::{Anomalies, Leniency};
use serde_json::{Value, json};
use std::io;

/// Reads the next reply; `None` at the end.
pub(super) fn next(input: &mut Input, leniency: Leniency) -> io::Result<Option<Item>> {
    let mut framer = ReplyFramer::default();
    loop {
        match framer.next(input.held(), LONGEST) {
            frame @ ReplyFrame::Reply { consumed, .. } => {
                let item = match Reply::from_frame(input.held(), frame, leniency) {
                    Ok(reply) => Ok(to_json(&reply)),
                    Err(error) => Err(malformed(frame, error.offset, leniency)),
                };
                input.take(consumed);
                return Ok(Some(item));
            }
            ReplyFrame::Incomplete if input.more()? => {}
            _ if input.held().is_empty() => return Ok(None),
            _ => {
                let length = input.held().len();
                input.take(length);
                let (kind, message) = if length < LONGEST {
                    (
                        "incomplete",
                        "the input ends before the reply does: its last line has a space behind the code, and CR LF",
                    )
                } else {
                    ("too_long", "the reply is longer than 1 MiB")
                };
                return Ok(Some(Err(Malformed { kind, offset: length, message: message.into() })));
            }
        }
    }
}

/// Why the lines are no reply.
fn malformed(frame: ReplyFrame, offset: usize, leniency: Leniency) -> Malformed {
    let forbidden = |anomaly| !leniency.tolerates(anomaly);
    let (kind, message) = match frame {
        ReplyFrame::Reply { code, .. } if !code.iter().all(u8::is_ascii_digit) => {
            ("malformed_reply", "the line begins with no code of three digits (RFC 5321 §4.2)")
        }
        ReplyFrame::Reply { bare_lf: true, .. } if forbidden(Anomalies::BARE_LF) => {
            ("bare_lf", "a line ends with LF alone, not CR LF (RFC 5321 §2.3.8)")
        }
        ReplyFrame::Reply { mixed: true, .. } if forbidden(Anomalies::MIXED_REPLY_CODES) => {
            ("mixed_reply_codes", "the lines carry different codes (RFC 5321 §4.2.1)")
        }
        _ => ("malformed_reply", "the lines break the grammar of replies (RFC 5321 §4.2)"),
    };
    Malformed { kind, offset, message: message.into() }
}

fn to_json(reply: &Reply<'_>) -> Value {
    let line = |line: ReplyLine<'_>| json!({ "text": output::text(line.text()), "enhanced": line.enhanced().map(|code| code.to_string()) });
    // Only a reply to EHLO announces anything, but by itself a reply does not say what it answers.
    let announced = reply.lines().skip(1).filter_map(|line| Extension::parse(line.text()).ok());
    let extensions: Vec<_> = if reply.code() == 250 { announced.map(values::extension).collect() } else { Vec::new() };
    json!({
        "type": "reply",
        "code": reply.code(),
        "enhanced": reply.enhanced().map(|code| code.to_string()),
        "lines": reply.lines().map(line).collect::<Vec<_>>(),
        "extensions": extensions,
        "anomalies": values::anomalies(reply.anomalies()),
    })
}
