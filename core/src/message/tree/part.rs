//! One part of a message: its header, its body, and where it stands among the others.

use super::{Entry, MessageTable, NONE};
use crate::message::content::Look;
use crate::message::{Anomalies, BodyDecoder, Header, PartKind, TransferEncoding};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

/// One part of a [`Message`](super::Message).
#[derive(Clone, Copy)]
pub struct Part<'a> {
    raw: &'a [u8],
    table: &'a MessageTable,
    index: u32,
}

impl<'a> Part<'a> {
    pub(super) fn new(raw: &'a [u8], table: &'a MessageTable, index: u32) -> Self {
        Self { raw, table, index }
    }

    fn entry(&self) -> Entry {
        self.table.parts.get(self.index as usize).copied().unwrap_or_default()
    }

    fn at(&self, index: u32) -> Option<Self> {
        (index != NONE).then_some(Self { index, ..*self })
    }

    fn slice(&self, start: u32, end: u32) -> &'a [u8] {
        self.raw.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Its number: parts are counted in the order of the message, from 0 for the message itself.
    pub const fn index(&self) -> usize {
        self.index as usize
    }

    /// How many parts it stands within.
    pub fn depth(&self) -> usize {
        usize::from(self.entry().depth)
    }

    /// What it is.
    pub fn kind(&self) -> PartKind {
        self.entry().kind
    }

    /// How its body is encoded.
    pub fn encoding(&self) -> TransferEncoding {
        self.entry().encoding
    }

    /// Type and subtype as they are written, `text` and `plain` where nothing is (RFC 2045 §5.2).
    pub fn media_type(&self) -> (&'a [u8], &'a [u8]) {
        let value = self.content_type_field().map(|field| field.value_raw());
        let default: (&[u8], &[u8]) =
            if self.kind() == PartKind::Message { (b"message", b"rfc822") } else { (b"text", b"plain") };
        value.and_then(Look::parse).map_or(default, |look| (look.main, look.sub))
    }

    /// Its `Content-Type`, the first if there are several.
    pub fn content_type_field(&self) -> Option<Header<'a>> {
        self.header_at(self.entry().content_type)
    }

    /// The part that it stands within.
    pub fn parent(&self) -> Option<Self> {
        self.at(self.entry().parent)
    }

    /// The next part with the same parent.
    pub fn next_sibling(&self) -> Option<Self> {
        self.at(self.entry().next)
    }

    /// The parts of a multipart, or the message in a `message/rfc822`.
    pub fn children(&self) -> Parts<'a> {
        let first = (self.entry().last != NONE).then_some(Self { index: self.index + 1, ..*self });
        Parts { next: first, is_flat: true }
    }

    /// Whether nothing stands within it, so that its body is what it is about.
    pub fn is_leaf(&self) -> bool {
        self.entry().last == NONE
    }

    /// What a `multipart/signed` has signed, and the part with the signature (RFC 1847 §2.1). The bytes that
    /// were signed are those of [`raw`](Self::raw) of the first, exactly.
    pub fn signed(&self) -> Option<(Self, Self)> {
        self.pair(b"signed")
    }

    /// The part of a `multipart/encrypted` that says how to decrypt, and the one to be decrypted (RFC 1847 §2.2).
    pub fn encrypted(&self) -> Option<(Self, Self)> {
        self.pair(b"encrypted")
    }

    /// The report that a `multipart/report` is about, which is its second part (RFC 6522 §3).
    pub fn report(&self) -> Option<Self> {
        self.pair(b"report").map(|(_, report)| report)
    }

    /// The first two parts of a multipart of this subtype.
    fn pair(&self, sub: &[u8]) -> Option<(Self, Self)> {
        let mut children = self.children();
        let pair = (children.next()?, children.next()?);
        (self.kind().is_multipart() && self.media_type().1.eq_ignore_ascii_case(sub)).then_some(pair)
    }

    /// All of it: header, empty line and body, without the line end that belongs to the boundary behind it.
    pub fn raw(&self) -> &'a [u8] {
        let entry = self.entry();
        self.slice(entry.start, entry.end)
    }

    /// Its header with the empty line.
    pub fn header_raw(&self) -> &'a [u8] {
        let entry = self.entry();
        self.slice(entry.start, entry.body)
    }

    /// Its body as it stands.
    pub fn body_raw(&self) -> &'a [u8] {
        let entry = self.entry();
        self.slice(entry.body, entry.end)
    }

    /// Where it stands: bytes of the message before its header.
    pub fn offset(&self) -> u64 {
        u64::from(self.entry().start)
    }

    /// Where its body stands: bytes of the message before it.
    pub fn body_offset(&self) -> u64 {
        u64::from(self.entry().body)
    }

    /// The fields of its header in their order.
    pub fn fields(&self) -> Fields<'a> {
        let entry = self.entry();
        Fields { part: *self, next: entry.first_field, end: entry.first_field + entry.fields }
    }

    /// The first field of this name; case does not count.
    pub fn field(&self, name: &[u8]) -> Option<Header<'a>> {
        self.fields().find(|header| header.is(name))
    }

    fn header_at(&self, index: u32) -> Option<Header<'a>> {
        let field = self.table.fields.get(index as usize)?;
        let raw = self.slice(field.start, field.end);
        let value = field.value - field.start;
        let end = crate::message::header::without_line_end(raw).len().max(value as usize) as u32;
        Some(Header::from_parts(raw, field.name, value, end, u64::from(field.start)))
    }

    /// Its body without the transfer encoding; nothing is copied where there is none.
    pub fn body(&self) -> Cow<'a, [u8]> {
        if self.is_identity() {
            return Cow::Borrowed(self.body_raw());
        }
        let mut decoded = Vec::new();
        self.decode_into(&mut decoded);
        Cow::Owned(decoded)
    }

    /// Its body without the transfer encoding, at the end of `bytes`.
    pub fn decode_into(&self, bytes: &mut Vec<u8>) {
        if self.is_identity() {
            bytes.extend_from_slice(self.body_raw());
        } else {
            self.decode(bytes, true);
        }
    }

    fn is_identity(&self) -> bool {
        self.encoding().is_identity() || !self.is_leaf()
    }

    /// Decodes piece by piece, each where it will stay, so that it is at hand while it is worked on.
    fn decode(&self, bytes: &mut Vec<u8>, keep: bool) -> BodyDecoder {
        const PIECE: usize = 8_192;
        let mut decoder = BodyDecoder::new(self.encoding());
        let body = self.body_raw();
        if keep {
            // Base64 gives three bytes for four; the others are at most as long as they were.
            let size = if self.encoding() == TransferEncoding::Base64 { body.len() / 4 * 3 } else { body.len() };
            bytes.reserve(size.saturating_add(PIECE.min(body.len())));
        }
        let (mut rest, mut left) = (body, 0);
        while !rest.is_empty() {
            let start = bytes.len() - left;
            let piece = crate::slice::front(rest, PIECE);
            rest = crate::slice::after(rest, PIECE);
            bytes.extend_from_slice(piece);
            let place = bytes.get_mut(start..).unwrap_or_default();
            let decoded = decoder.decode(place, rest.is_empty());
            left = place.len() - decoded.taken;
            let written = if keep { decoded.written } else { 0 };
            place.copy_within(decoded.taken.., written);
            bytes.truncate(start + written + left);
        }
        decoder
    }

    /// Notes what is wrong with the encoding of its body.
    pub(super) fn examine_body(&self, anomalies: &mut Anomalies) {
        if !self.is_identity() {
            let decoder = self.decode(&mut Vec::new(), false);
            anomalies.merge(&decoder.anomalies(), self.body_offset());
        }
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (main, sub) = self.media_type();
        write!(formatter, "{}:{}/{}", self.depth(), main.escape_ascii(), sub.escape_ascii())
    }
}

/// Parts one after the other.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    next: Option<Part<'a>>,
    /// From sibling to sibling, and not into each.
    is_flat: bool,
}

impl<'a> Parts<'a> {
    pub(super) fn all(raw: &'a [u8], table: &'a MessageTable) -> Self {
        Self { next: Some(Part::new(raw, table, 0)), is_flat: false }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let part = self.next?;
        let following = part.index + 1;
        self.next = if self.is_flat {
            part.next_sibling()
        } else {
            ((following as usize) < part.table.parts.len()).then_some(Part { index: following, ..part })
        };
        Some(part)
    }
}

/// The fields of a header one after the other.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    part: Part<'a>,
    next: u32,
    end: u32,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        let index = (self.next < self.end).then_some(self.next)?;
        self.next += 1;
        self.part.header_at(index)
    }
}

#[cfg(test)]
mod tests {
    use crate::message::Message;

    #[test]
    fn what_was_signed_is_told_to_the_byte() {
        let message = Message::parse(
            &b"Content-Type: multipart/signed; boundary=x\r\n\r\n\
            --x\r\nX: y  \r\n\r\nbody \r\n\r\n--x\r\n\r\nsignature\r\n--x--\r\n"[..],
        );
        let (signed, signature) = message.root().signed().unwrap();
        assert_eq!(signed.raw(), b"X: y  \r\n\r\nbody \r\n");
        assert_eq!(signature.body_raw(), b"signature");
        assert!(message.root().encrypted().is_none());
    }
}
