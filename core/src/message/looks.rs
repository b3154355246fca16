//! The typed looks: what a field says, once it is known what kind of field it is.
//!
//! Any field can be looked at in any way; what makes no sense of it is empty, or `None`.
//!
//! ```
//! use mailproto::message::Header;
//! let (header, _) = Header::parse(b"To: =?utf-8?Q?J=C3=BCrgen?= <j@b.example>\r\n").unwrap();
//! let mailbox = header.addresses().mailboxes().next().unwrap();
//! assert_eq!(mailbox.name().unwrap().to_string(), "Jürgen");
//! assert_eq!(mailbox.address().to_string(), "j@b.example");
//! assert_eq!(header.text().to_string(), "Jürgen <j@b.example>");
//! assert_eq!(header.date(), None);
//! ```

use super::{
    Addresses, Charset, ContentType, DateTime, Disposition, Header, ListId, ListUris, MessageIds, Received, Text,
};

impl<'a> Header<'a> {
    /// Its value as addresses: `From`, `To`, `Reply-To` and the like (RFC 5322 §3.4).
    pub fn addresses(&self) -> Addresses<'a> {
        Addresses::parse(self.value_raw())
    }

    /// Its value as a date (RFC 5322 §3.3), if it is one.
    pub fn date(&self) -> Option<DateTime> {
        DateTime::parse(self.value_raw())
    }

    /// Its value as text without a grammar: `Subject`, `Comments` and all that are not known (RFC 5322 §3.2.5).
    pub fn text(&self) -> Text<'a> {
        Text::parse(self.value_raw())
    }

    /// Its value as `Content-Type` (RFC 2045 §5).
    pub fn content_type(&self) -> ContentType<'a> {
        ContentType::parse(self.value_raw())
    }

    /// Its value as `Content-Disposition` (RFC 2183).
    pub fn disposition(&self) -> Disposition<'a> {
        Disposition::parse(self.value_raw())
    }

    /// Its value as message ids: `Message-ID`, `References`, `In-Reply-To`, `Content-ID` (RFC 5322 §3.6.4).
    pub fn message_ids(&self) -> MessageIds<'a> {
        MessageIds::parse(self.value_raw())
    }

    /// Its value as `Received` (RFC 5321 §4.4).
    pub fn received(&self) -> Received<'a> {
        Received::parse(self.value_raw())
    }

    /// Its value as `List-Unsubscribe`, `List-Post` or another with addresses of a list (RFC 2369).
    pub fn list_uris(&self) -> ListUris<'a> {
        ListUris::parse(self.value_raw())
    }

    /// Its value as `List-Id` (RFC 2919).
    pub fn list_id(&self) -> ListId<'a> {
        ListId::parse(self.value_raw())
    }
}

impl<'a> ContentType<'a> {
    /// The charset that it says text is in (RFC 2046 §4.1.2); UTF-8 if it says nothing.
    pub fn charset(&self) -> Charset<'a> {
        let Some(section) = self.parameter(b"charset").map(|parameter| parameter.first()) else {
            return Charset::Utf8;
        };
        let label = section.raw();
        // RFC 2231 §4 puts another charset and a language before what it escapes; a label needs no escape.
        let behind = label.iter().rposition(|byte| *byte == b'\'').map_or(0, |quote| quote + 1);
        Charset::for_label(if section.is_extended() { crate::slice::after(label, behind) } else { label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn header(line: &str) -> Header<'_> {
        Header::parse(line.as_bytes()).unwrap().0
    }

    #[test]
    fn a_field_is_looked_at_as_what_it_is() {
        assert_eq!(header("Date: 21 Nov 97 09:55:06 CST\r\n").date().unwrap().timestamp(), 880_127_706);
        let ids = header("References: <a@b>\r\n <c@d>\r\n").message_ids();
        assert_eq!(ids.iter().map(|id| id.to_string()).collect::<std::vec::Vec<_>>(), ["a@b", "c@d"]);
        assert!(header("Content-Type: text/HTML").content_type().is(b"text", b"html"));
        assert!(header("Content-Disposition: Attachment").disposition().is_attachment());
        assert_eq!(header("Received: by a.example; 1 Jan 2000").received().by().unwrap().text(), b"a.example");
        assert_eq!(header("List-Post: <mailto:a@b>").list_uris().iter().next().unwrap().raw(), b"mailto:a@b");
        assert_eq!(header("List-Id: A list <a.b>").list_id().id().to_string(), "a.b");
    }

    #[test]
    fn a_charset_is_found_in_every_form() {
        for (value, charset) in [
            (&b"text/plain"[..], Charset::Utf8),
            (b"text/plain; charset=\"ISO-8859-1\"", Charset::Latin1),
            (b"text/plain; charset= us-ascii (or so)", Charset::Utf8),
            (b"text/plain; charset*=us-ascii'en'iso-8859-1", Charset::Latin1),
            (b"text/plain; charset=x-none", Charset::Unknown(b"x-none")),
        ] {
            assert_eq!(ContentType::parse(value).charset(), charset, "{}", value.escape_ascii());
        }
    }
}
