//! The header of a part, field by field, and what its structure depends on.

use super::levels::{Delimiter, Judgement, Levels, Proposal};
use crate::frame::line_feed;
use crate::message::content::{Look, PartKind};
use crate::message::header::{Header, is_space, name_length, without_line_end};
use crate::message::{Anomalies, Anomaly, TransferEncoding};
use crate::slice::{after, front};

/// What stands at the front of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderStep {
    /// More bytes are needed.
    More,
    /// A field of this many bytes; or as many of its first as the limit allows, and then it is cut.
    Field { length: usize, is_cut: bool },
    /// Something else of this many bytes, which is passed over.
    Skip { length: usize, anomaly: Anomaly },
    /// The empty line, of this many bytes.
    Blank { length: usize },
    /// A line that ends the part.
    Delimiter(Delimiter),
    /// No field: the body begins here.
    Body,
}

/// Tells what stands at the front of `text`, where a line of a header begins.
///
/// `looked` is how many bytes have been looked at for the end of a field; it is 0 for a new one. `limit`
/// is the most bytes of a field. Nothing is seen differently when more bytes come at a time.
pub(crate) fn header_step(
    text: &[u8],
    last: bool,
    is_first: bool,
    limit: usize,
    levels: &Levels,
    looked: &mut usize,
) -> HeaderStep {
    match text {
        [] | [b'\r'] if !last => return HeaderStep::More,
        [b'\r', b'\n', ..] => return HeaderStep::Blank { length: 2 },
        [b'\n', ..] => return HeaderStep::Blank { length: 1 },
        [b'-'] if !last => return HeaderStep::More,
        [b'-', b'-', ..] if levels.divides() => match levels.judge(text, last, limit) {
            Judgement::More => return HeaderStep::More,
            Judgement::Yes(delimiter) => return HeaderStep::Delimiter(delimiter),
            Judgement::No => {}
        },
        _ => {}
    }
    let whole = field_end(text, looked, limit);
    let (length, is_cut) = match whole {
        Some(length) => (length, false),
        None if text.len() >= limit => (limit, true),
        None if last => (text.len(), false),
        None => return HeaderStep::More,
    };
    let field = front(text, length);
    if name_length(field).is_some() {
        return HeaderStep::Field { length, is_cut };
    }
    match field {
        [] => HeaderStep::Body,
        [first, ..] if is_first && is_space(*first) => HeaderStep::Skip { length, anomaly: Anomaly::LEADING_FOLD },
        // A line of text hardly begins so.
        [b':', ..] => HeaderStep::Skip { length, anomaly: Anomaly::NAMELESS_FIELD },
        // Whatever was folded behind it is passed over with it.
        [b'F' | b'>', ..] if is_first && is_mbox_line(field) => {
            HeaderStep::Skip { length, anomaly: Anomaly::MBOX_LINE }
        }
        _ => HeaderStep::Body,
    }
}

/// The line that stands before each message in an mbox (RFC 4155 appendix A), also when it was quoted.
fn is_mbox_line(line: &[u8]) -> bool {
    line.strip_prefix(b">").unwrap_or(line).starts_with(b"From ")
}

/// Bytes of the field at the front, if its end is there and within the limit.
fn field_end(text: &[u8], looked: &mut usize, limit: usize) -> Option<usize> {
    loop {
        let Some(place) = line_feed(after(text, *looked)) else {
            *looked = text.len();
            return None;
        };
        let end = *looked + place + 1;
        match text.get(end) {
            _ if end >= limit => return None,
            Some(byte) if is_space(*byte) => *looked = end,
            Some(_) => return Some(end),
            // Looked at again when more has come.
            None => {
                *looked = end - 1;
                return None;
            }
        }
    }
}

/// What a header says about its part.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) encoding: TransferEncoding,
    pub(crate) fields: u32,
    /// Fields that may stand once and have stood.
    seen: u32,
    is_first_line: bool,
    /// What `Content-Type` says, and where its value stands.
    kind: Option<PartKind>,
    has_type: bool,
    type_offset: u64,
    boundary: Proposal,
}

/// What a field means for the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Type,
    Disposition,
    TransferEncoding,
    Id,
}

impl Head {
    pub(crate) const fn new() -> Self {
        Self {
            encoding: TransferEncoding::SevenBit,
            fields: 0,
            seen: 0,
            is_first_line: true,
            kind: None,
            has_type: false,
            type_offset: 0,
            boundary: Proposal::Missing,
        }
    }

    /// Whether nothing of the header has been read.
    pub(crate) const fn is_first(&self) -> bool {
        self.is_first_line
    }

    /// Takes note that a line was read.
    pub(crate) fn began(&mut self) {
        self.is_first_line = false;
    }

    /// Takes the next field; what it means, if it is one that means something and the first of its name.
    pub(crate) fn field(
        &mut self,
        header: &Header<'_>,
        levels: &mut Levels,
        anomalies: &mut Anomalies,
    ) -> Option<Content> {
        self.is_first_line = false;
        let (bit, content) = once(header.name())?;
        if self.seen & bit != 0 {
            anomalies.note(Anomaly::REPEATED_FIELD, header.offset());
            return None;
        }
        self.seen |= bit;
        match content? {
            Content::Type => {
                (self.has_type, self.type_offset) = (true, header.value_offset());
                let look = Look::parse(header.value_raw());
                match look {
                    Some(look) if look.kind.is_multipart() => self.boundary = levels.propose(&look),
                    Some(_) => {}
                    None => anomalies.note(Anomaly::MALFORMED_CONTENT_TYPE, self.type_offset),
                }
                self.kind = look.map(|look| look.kind);
            }
            Content::TransferEncoding => {
                self.encoding = TransferEncoding::parse(header.value_raw());
                if self.encoding == TransferEncoding::Unknown {
                    anomalies.note(Anomaly::UNKNOWN_ENCODING, header.value_offset());
                }
            }
            Content::Disposition | Content::Id => {}
        }
        content
    }

    /// At the end of the header: what the part with this number is, and whether parts follow within it.
    pub(crate) fn open(
        &mut self,
        part: u32,
        offset: u64,
        levels: &mut Levels,
        anomalies: &mut Anomalies,
    ) -> (PartKind, bool) {
        let default = if levels.in_digest() && !self.has_type { PartKind::Message } else { PartKind::Plain };
        let kind = self.kind.unwrap_or(default);
        let is_encoded = !self.encoding.is_identity();
        if is_encoded && (kind.is_multipart() || kind == PartKind::Message) {
            anomalies.note(Anomaly::ENCODED_COMPOSITE, self.type_offset);
        }
        let opened = if kind.is_multipart() {
            if is_encoded {
                // Those who say so do not do so.
                self.encoding = TransferEncoding::EightBit;
            }
            levels.open_multipart(part, kind, self.boundary)
        } else if kind == PartKind::Message && !is_encoded {
            levels.open_message(part)
        } else {
            return (kind, false);
        };
        if let Err(anomaly) = opened {
            anomalies.note(anomaly, offset);
        }
        (kind, opened.is_ok())
    }
}

/// The bit of a field that may stand once in a header (RFC 5322 §3.6, RFC 2045 §3), and what it means for
/// the structure.
fn once(name: &[u8]) -> Option<(u32, Option<Content>)> {
    const NAMES: [(&[u8], Option<Content>); 18] = [
        (b"content-type", Some(Content::Type)),
        (b"content-disposition", Some(Content::Disposition)),
        (b"content-transfer-encoding", Some(Content::TransferEncoding)),
        (b"content-id", Some(Content::Id)),
        (b"content-description", None),
        (b"mime-version", None),
        (b"date", None),
        (b"from", None),
        (b"sender", None),
        (b"reply-to", None),
        (b"to", None),
        (b"cc", None),
        (b"bcc", None),
        (b"message-id", None),
        (b"in-reply-to", None),
        (b"references", None),
        (b"subject", None),
        (b"content-location", None),
    ];
    let first = name.first()? | 0x20;
    let place = NAMES.iter().position(|(known, _)| {
        known.len() == name.len() && known.first() == Some(&first) && known.eq_ignore_ascii_case(name)
    })?;
    NAMES.get(place).map(|(_, content)| (1 << place, *content))
}

/// Notes what is wrong with the bytes of a field.
pub(crate) fn examine_field(header: &Header<'_>, anomalies: &mut Anomalies) {
    let (raw, offset) = (header.raw(), header.offset());
    let at = |place: usize| offset + place as u64;
    if after(raw, header.name().len()).first() != Some(&b':') {
        anomalies.note(Anomaly::SPACE_BEFORE_COLON, at(header.name().len()));
    }
    let mut start = 0;
    while start < raw.len() {
        let rest = after(raw, start);
        let line = line_feed(rest).map_or(rest, |place| front(rest, place + 1));
        let text = without_line_end(line);
        let line_end = line.len() - text.len();
        // Of a field that was cut, or that the message ends in, nobody knows what follows.
        let text = if line_end == 0 { text.strip_suffix(b"\r").unwrap_or(text) } else { text };
        if line_end == 1 {
            anomalies.note(Anomaly::BARE_LF, at(start + text.len()));
        }
        if text.len() > 998 {
            anomalies.note(Anomaly::LONG_LINE, at(start));
        }
        if start > 0 && text.iter().all(|byte| is_space(*byte)) {
            anomalies.note(Anomaly::BLANK_FOLD, at(start));
        }
        if let Some(place) = memchr::memchr2(b'\r', 0, text) {
            let carriage_return = memchr::memchr(b'\r', text);
            let nul = memchr::memchr(0, text);
            debug_assert!(carriage_return == Some(place) || nul == Some(place));
            for (found, anomaly) in [(carriage_return, Anomaly::BARE_CR), (nul, Anomaly::NUL)] {
                if let Some(place) = found {
                    anomalies.note(anomaly, at(start + place));
                }
            }
        }
        start += line.len();
    }
    if !crate::slice::is_ascii(raw)
        && let Err(error) = core::str::from_utf8(raw)
    {
        anomalies.note(Anomaly::FIELD_NOT_UTF8, at(error.valid_up_to()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use std::vec::Vec;

    fn steps(text: &[u8], limit: usize) -> Vec<HeaderStep> {
        let levels = Levels::new(&Limits::default());
        let (mut steps, mut rest, mut head) = (Vec::new(), text, Head::new());
        loop {
            let step = header_step(rest, true, head.is_first(), limit, &levels, &mut 0);
            steps.push(step);
            match step {
                HeaderStep::Field { length, .. } | HeaderStep::Skip { length, .. } => rest = &rest[length..],
                _ => return steps,
            }
            head.began();
        }
    }

    #[test]
    fn a_header_ends_at_the_empty_line_or_where_no_field_is() {
        let field = |length| HeaderStep::Field { length, is_cut: false };
        for (text, expected) in [
            (&b"A: b\r\n\r\nC"[..], &[field(6), HeaderStep::Blank { length: 2 }][..]),
            (b"A: b\n c\n\nC", &[field(8), HeaderStep::Blank { length: 1 }]),
            (b"A: b\r\nno field\r\n", &[field(6), HeaderStep::Body]),
            (b"A: b", &[field(4), HeaderStep::Body]),
            (b"", &[HeaderStep::Body]),
            (b"A b\r\n", &[HeaderStep::Body]),
            (b"--a: b\r\n\r\n", &[field(8), HeaderStep::Blank { length: 2 }]),
        ] {
            assert_eq!(steps(text, 100), expected, "{text:?}");
        }
    }

    #[test]
    fn a_field_without_a_name_is_passed_over_wherever_it_stands() {
        let skip = |length| HeaderStep::Skip { length, anomaly: Anomaly::NAMELESS_FIELD };
        let field = |length| HeaderStep::Field { length, is_cut: false };
        let blank = HeaderStep::Blank { length: 1 };
        assert_eq!(steps(b": a\n b\nA: b\n:: C: d\n:\n\n", 100), [skip(7), field(5), skip(8), skip(2), blank]);
    }

    #[test]
    fn what_stands_before_a_header_is_passed_over_once() {
        let skip = |length, anomaly| HeaderStep::Skip { length, anomaly };
        assert_eq!(steps(b"From a@b Mon\nA: b\n\n", 100)[0], skip(13, Anomaly::MBOX_LINE));
        assert_eq!(steps(b" folded\r\n more\r\nA: b\r\n", 100)[0], skip(16, Anomaly::LEADING_FOLD));
        assert_eq!(steps(b"A: b\nFrom a@b Mon\n", 100)[1], HeaderStep::Body);
    }

    #[test]
    fn a_field_beyond_the_limit_is_cut_there_however_it_comes() {
        let levels = Levels::new(&Limits::default());
        let text = b"A: 0123456789\r\n 0123456789\r\nB: c\r\n";
        let mut looked = 0;
        for length in 0..text.len() {
            let step = header_step(&text[..length], false, true, 20, &levels, &mut looked);
            let cut = HeaderStep::Field { length: 20, is_cut: true };
            assert_eq!(step, if length < 20 { HeaderStep::More } else { cut }, "{length}");
        }
    }

    #[test]
    fn the_first_of_two_fields_counts() {
        let (mut head, mut anomalies) = (Head::new(), Anomalies::NONE);
        let mut levels = Levels::new(&Limits::default());
        let one = Header::parse(b"Content-Type: a/b\r\n").unwrap().0;
        assert_eq!(head.field(&one, &mut levels, &mut anomalies), Some(Content::Type));
        assert_eq!(head.field(&one, &mut levels, &mut anomalies), None);
        assert!(anomalies.contains(Anomaly::REPEATED_FIELD));
    }

    #[test]
    fn what_is_wrong_with_a_field_is_told_with_its_place() {
        let raw = b"A : b\rc\n \t\r\n \xff\0\r\n";
        let mut anomalies = Anomalies::NONE;
        examine_field(&Header::from_raw(raw, 100).unwrap(), &mut anomalies);
        let found: Vec<_> = anomalies.iter().map(|(anomaly, offset)| (anomaly.name(), offset)).collect();
        let expected = [
            ("bare_lf", 107),
            ("bare_cr", 105),
            ("nul", 114),
            ("field_not_utf8", 113),
            ("space_before_colon", 101),
            ("blank_fold", 108),
        ];
        assert_eq!(found, expected);
    }
}
