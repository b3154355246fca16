//! Replies: framing, reading, writing.

use crate::choices::Choices;
use crate::wire::assert_replies;
use mailproto::frame::{ReplyFrame, ReplyFramer};
use mailproto::smtp::{EnhancedCode, Extension, Reply};
use mailproto::{Anomalies, Leniency};

/// Replies: no cut changes what is found, a limit is kept, what is read can be written and read
/// again, and strictness only ever takes away.
pub fn smtp_reply(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    let limit = 16 + choices.below(256);
    let whole = frames(wire, limit, wire.len().max(1));
    for step in [1, 2, 1 + choices.below(40)] {
        assert_eq!(frames(wire, limit, step), whole, "by {step}");
    }
    if let Ok(reply) = Reply::parse(wire) {
        look_at(reply);
    }
    for line in wire.split(|byte| *byte == b'\n') {
        extension(line);
    }
}

/// A reply that was found: what was kept of it, and what is known of it.
#[derive(Debug, PartialEq)]
struct Found {
    kept: Vec<u8>,
    code: [u8; 3],
    marks: [bool; 3],
}

/// Finds replies in `wire`, which comes in pieces of `step`, and returns them with what is left.
fn frames(wire: &[u8], limit: usize, step: usize) -> (Vec<Found>, bool) {
    let mut framer = ReplyFramer::default();
    let (mut found, mut held) = (Vec::new(), Vec::new());
    let mut pieces = wire.chunks(step);
    loop {
        match framer.next(&held, limit) {
            ReplyFrame::Incomplete => {
                assert!(held.len() < limit, "more than the limit is held");
                match pieces.next() {
                    Some(piece) => held.extend_from_slice(piece),
                    None => return (found, held.is_empty()),
                }
            }
            ReplyFrame::Drop { keep } => {
                assert!(keep < held.len());
                held.truncate(keep);
            }
            frame @ ReplyFrame::Reply { length, consumed, code, truncated, bare_lf, mixed, .. } => {
                assert!(length <= consumed && consumed <= held.len() && length <= limit);
                if let Ok(reply) = Reply::from_frame(&held, frame, Leniency::LENIENT) {
                    assert_eq!(reply.as_bytes(), &held[..length]);
                    look_at(reply);
                }
                found.push(Found { kept: held[..length].to_vec(), code, marks: [truncated, bare_lf, mixed] });
                held.drain(..consumed);
            }
        }
    }
}

fn look_at(reply: Reply<'_>) {
    let code = reply.code();
    assert!(code <= 999);
    let classes = [reply.is_positive(), reply.is_intermediate(), reply.is_transient(), reply.is_permanent()];
    let odd = reply.anomalies().contains(Anomalies::ODD_REPLY_CODE);
    assert_eq!(classes.iter().filter(|class| **class).count(), usize::from(!odd));
    reply.extensions().for_each(|extension| drop(format!("{extension:?}")));
    let texts: Vec<_> = reply.lines().map(|line| line.message()).collect();
    if let Some(enhanced) = reply.enhanced() {
        assert_eq!(EnhancedCode::parse(enhanced.to_string().as_bytes()), Some(enhanced));
    }
    if let Ok(again) = Reply::parse_with(reply.as_bytes(), Leniency::STRICT) {
        assert_eq!((again.code(), again.as_bytes()), (code, reply.as_bytes()));
        assert!(again.anomalies().is_empty());
    }
    write(reply, &texts);
}

/// A reply written anew says the same.
fn write(reply: Reply<'_>, texts: &[&[u8]]) {
    let Ok(text) = String::from_utf8(texts.join(&b'\n')) else { return };
    if text.contains('\r') || !(200..600).contains(&reply.code()) {
        return;
    }
    let mut wire = Vec::new();
    Reply::encode(reply.code(), reply.enhanced(), &text, &mut |bytes| wire.extend_from_slice(bytes));
    assert_replies(&wire);
    let again = Reply::parse_with(&wire, Leniency::STRICT).unwrap();
    assert_eq!(again.code(), reply.code());
    if let Some(enhanced) = reply.enhanced() {
        assert_eq!(again.enhanced(), Some(enhanced));
        assert!(again.lines().map(|line| line.message()).eq(texts.iter().copied()));
    } else {
        assert!(again.lines().map(|line| line.text()).eq(text.split('\n').map(str::as_bytes)));
    }
}

fn extension(line: &[u8]) {
    if let Ok(Extension::Unknown { keyword, parameters }) = Extension::parse(line) {
        let again = format!("{keyword} {parameters}");
        assert_eq!(Extension::parse(again.as_bytes()), Ok(Extension::Unknown { keyword, parameters }));
    }
}
