//! Parts of a message (RFC 2045, RFC 2046, RFC 2183).

use super::draft::Field;

/// A part: a leaf with content, or a multipart of parts.
///
/// ```
/// use mailproto::message::writer::{Content, Part};
/// let picture = Part::attachment("Grüße.png", "image/png").bytes(&[0x89, b'P', b'N', b'G']);
/// let parts = [Part::text("See the picture.\n"), picture];
/// let both = Part::multipart("multipart/mixed", &parts);
/// assert!(matches!(both.content, Content::Parts(parts) if parts.len() == 2));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// `type/subtype` (RFC 2045 §5.1).
    pub media_type: &'a str,
    /// Other parameters of the type. `charset` of text, `boundary` and `format` come by themselves.
    pub parameters: &'a [(&'a str, &'a str)],
    /// How to show it (RFC 2183 §2).
    pub disposition: Option<Disposition>,
    /// Under which name to keep it, or nothing (RFC 2183 §2.3).
    pub file_name: &'a str,
    /// Its id, with or without `<` and `>`, or nothing (RFC 2045 §7).
    pub id: &'a str,
    /// What it is, for people, or nothing (RFC 2045 §8).
    pub description: &'a str,
    /// Other fields.
    pub fields: &'a [Field<'a>],
    /// What is in it.
    pub content: Content<'a>,
}

/// How a part is shown (RFC 2183 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// In its place, as the message is shown.
    Inline,
    /// Only when it is asked for.
    Attachment,
}

/// What is in a part.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// Text, whose line ends are made CR LF.
    Text(&'a str),
    /// Bytes, which arrive as they are.
    Bytes(&'a [u8]),
    /// Bytes that the host feeds when the writer asks for them; so many, if that is known.
    Streamed(Option<u64>),
    /// Parts.
    Parts(&'a [Part<'a>]),
}

impl<'a> Part<'a> {
    const EMPTY: Self = Self {
        media_type: "text/plain",
        parameters: &[],
        disposition: None,
        file_name: "",
        id: "",
        description: "",
        fields: &[],
        content: Content::Text(""),
    };

    /// Plain text.
    pub const fn text(text: &'a str) -> Self {
        Self { content: Content::Text(text), ..Self::EMPTY }
    }

    /// HTML.
    pub const fn html(html: &'a str) -> Self {
        Self { media_type: "text/html", content: Content::Text(html), ..Self::EMPTY }
    }

    /// A file of this name and type, to be filled by [`bytes`](Self::bytes) or
    /// [`streamed`](Self::streamed).
    pub const fn attachment(file_name: &'a str, media_type: &'a str) -> Self {
        let disposition = Some(Disposition::Attachment);
        Self { media_type, file_name, disposition, content: Content::Bytes(&[]), ..Self::EMPTY }
    }

    /// What HTML shows as `cid:ID`, to be filled likewise.
    pub const fn inline(id: &'a str, media_type: &'a str) -> Self {
        let disposition = Some(Disposition::Inline);
        Self { media_type, id, disposition, content: Content::Bytes(&[]), ..Self::EMPTY }
    }

    /// Several parts.
    pub const fn multipart(media_type: &'a str, parts: &'a [Self]) -> Self {
        Self { media_type, content: Content::Parts(parts), ..Self::EMPTY }
    }

    /// The same part with these bytes.
    #[must_use]
    pub const fn bytes(self, bytes: &'a [u8]) -> Self {
        Self { content: Content::Bytes(bytes), ..self }
    }

    /// The same part with bytes that the host feeds; so many, if that is known.
    #[must_use]
    pub const fn streamed(self, length: Option<u64>) -> Self {
        Self { content: Content::Streamed(length), ..self }
    }

    /// Whether its type is of this kind, such as `text/`.
    pub(super) fn is_kind(&self, kind: &str) -> bool {
        self.media_type.get(..kind.len()).is_some_and(|front| front.eq_ignore_ascii_case(kind))
    }
}
