//! What IMAP tells of a message: ENVELOPE and BODYSTRUCTURE (RFC 3501 §7.4.2), as values.

use super::{Part, Parts};
use crate::message::{Addresses, ContentType, Disposition, Header, PartKind};

/// The fields of ENVELOPE: lists of addresses, empty where there are none, and the other fields as they stand, which
/// is how IMAP tells them.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    part: Part<'a>,
}

impl<'a> Envelope<'a> {
    /// `Date`.
    pub fn date(&self) -> Option<Header<'a>> {
        self.part.field(b"date")
    }

    /// `Subject`.
    pub fn subject(&self) -> Option<Header<'a>> {
        self.part.field(b"subject")
    }

    /// `From`.
    pub fn from(&self) -> Addresses<'a> {
        self.addresses(b"from")
    }

    /// `Sender`; where it is missing or empty, `From` stands for it (RFC 3501 §7.4.2).
    pub fn sender(&self) -> Addresses<'a> {
        self.or_from(b"sender")
    }

    /// `Reply-To`; where it is missing or empty, `From` stands for it (RFC 3501 §7.4.2).
    pub fn reply_to(&self) -> Addresses<'a> {
        self.or_from(b"reply-to")
    }

    /// `To`.
    pub fn to(&self) -> Addresses<'a> {
        self.addresses(b"to")
    }

    /// `Cc`.
    pub fn cc(&self) -> Addresses<'a> {
        self.addresses(b"cc")
    }

    /// `Bcc`.
    pub fn bcc(&self) -> Addresses<'a> {
        self.addresses(b"bcc")
    }

    /// `In-Reply-To`.
    pub fn in_reply_to(&self) -> Option<Header<'a>> {
        self.part.field(b"in-reply-to")
    }

    /// `Message-ID`.
    pub fn message_id(&self) -> Option<Header<'a>> {
        self.part.field(b"message-id")
    }

    fn addresses(&self, name: &[u8]) -> Addresses<'a> {
        Addresses::parse(self.part.field(name).map_or(b"", |field| field.value_raw()))
    }

    fn or_from(&self, name: &[u8]) -> Addresses<'a> {
        let addresses = self.addresses(name);
        if addresses.raw().trim_ascii().is_empty() { self.from() } else { addresses }
    }
}

/// One body of BODYSTRUCTURE.
///
/// ```
/// use mailproto::message::Message;
/// let message = Message::parse(&b"Content-Type: text/plain\r\n\r\none\r\ntwo\r\n"[..]);
/// let body = message.root().body_structure();
/// assert_eq!((body.octets(), body.lines()), (10, Some(2)));
/// assert_eq!(body.encoding(), b"7bit");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BodyStructure<'a> {
    part: Part<'a>,
}

impl<'a> Part<'a> {
    /// What ENVELOPE says of the message that this part is the root of.
    pub fn envelope(&self) -> Envelope<'a> {
        Envelope { part: *self }
    }

    /// What BODYSTRUCTURE says of this part.
    pub fn body_structure(&self) -> BodyStructure<'a> {
        BodyStructure { part: *self }
    }
}

impl<'a> BodyStructure<'a> {
    /// The part itself; its [`media_type`](Part::media_type) is type and subtype of the body.
    pub const fn part(&self) -> Part<'a> {
        self.part
    }

    /// `Content-Type`, whose parameters are those of the body.
    pub fn content_type(&self) -> Option<ContentType<'a>> {
        self.part.content_type()
    }

    /// Whether it is written as several bodies: a multipart in which parts were found.
    pub fn is_multipart(&self) -> bool {
        self.part.kind().is_multipart() && !self.part.is_leaf()
    }

    /// The bodies of a multipart.
    pub fn bodies(&self) -> Parts<'a> {
        self.part.children()
    }

    /// The message in a `message/rfc822`: its envelope and its body.
    pub fn message(&self) -> Option<(Envelope<'a>, BodyStructure<'a>)> {
        let root = (self.part.kind() == PartKind::Message).then(|| self.part.children().next())??;
        Some((root.envelope(), root.body_structure()))
    }

    /// `Content-ID`.
    pub fn id(&self) -> Option<Header<'a>> {
        self.part.field(b"content-id")
    }

    /// `Content-Description`.
    pub fn description(&self) -> Option<Header<'a>> {
        self.part.field(b"content-description")
    }

    /// The content transfer encoding as it is written.
    pub fn encoding(&self) -> &'a [u8] {
        let field = self.part.field(b"content-transfer-encoding");
        field.map(|field| field.value_raw().trim_ascii()).filter(|value| !value.is_empty()).unwrap_or(b"7bit")
    }

    /// Bytes of the body as it stands.
    pub fn octets(&self) -> u64 {
        self.part.body_raw().len() as u64
    }

    /// Lines of the body as it stands, for text and messages.
    pub fn lines(&self) -> Option<u64> {
        let has_lines =
            matches!(self.part.kind(), PartKind::Plain | PartKind::Html | PartKind::Text | PartKind::Message);
        has_lines.then(|| memchr::memchr_iter(b'\n', self.part.body_raw()).count() as u64)
    }

    /// `Content-MD5` (RFC 1864).
    pub fn md5(&self) -> Option<Header<'a>> {
        self.part.field(b"content-md5")
    }

    /// `Content-Disposition` (RFC 2183).
    pub fn disposition(&self) -> Option<Disposition<'a>> {
        self.part.disposition()
    }

    /// `Content-Language` (RFC 3282).
    pub fn language(&self) -> Option<Header<'a>> {
        self.part.field(b"content-language")
    }

    /// `Content-Location` (RFC 2557).
    pub fn location(&self) -> Option<Header<'a>> {
        self.part.field(b"content-location")
    }
}

#[cfg(test)]
mod tests {
    use crate::message::Message;

    #[test]
    fn from_stands_for_a_sender_that_is_missing_or_empty() {
        let message = Message::parse(&b"From: a\r\nSender: \r\nReply-To: b\r\n\r\n"[..]);
        let envelope = message.root().envelope();
        assert_eq!(envelope.sender().raw(), b" a");
        assert_eq!(envelope.reply_to().raw(), b" b");
        assert!(envelope.cc().raw().is_empty());
    }

    #[test]
    fn a_message_within_has_its_envelope_and_body() {
        let message = Message::parse(&b"Content-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\none\r\n"[..]);
        let body = message.root().body_structure();
        let (envelope, inner) = body.message().unwrap();
        assert_eq!(envelope.subject().unwrap().value_raw(), b" a");
        assert_eq!((body.octets(), body.lines(), inner.octets(), inner.lines()), (19, Some(3), 5, Some(1)));
    }
}
