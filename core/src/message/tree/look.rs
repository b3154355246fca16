//! The typed looks at a message and its parts.

use super::{Envelope, Message, Part};
use crate::message::{
    Addresses, Charset, ContentType, DateTime, Decoder, Disposition, HostCharsets, MessageId, MessageIds, Parameter,
    Text, file_name,
};
use crate::text::utf8;
use alloc::borrow::Cow;
use alloc::string::String;

impl<'a> Part<'a> {
    /// What its `Content-Type` says, if it has one; [`media_type`](Self::media_type) has what is meant without.
    pub fn content_type(&self) -> Option<ContentType<'a>> {
        self.content_type_field().map(|field| field.content_type())
    }

    /// What its `Content-Disposition` says, if it has one.
    pub fn disposition(&self) -> Option<Disposition<'a>> {
        self.field(b"content-disposition").map(|field| field.disposition())
    }

    /// What its `Content-ID` says, if it has one.
    pub fn content_id(&self) -> Option<MessageId<'a>> {
        self.field(b"content-id")?.message_ids().first()
    }

    /// The name of its file, from wherever it stands.
    pub fn file_name(&self) -> Option<Parameter<'a>> {
        file_name(self.disposition(), self.content_type())
    }

    /// The charset that its text is in; UTF-8 if nothing is said.
    pub fn charset(&self) -> Charset<'a> {
        self.content_type().map_or(Charset::Utf8, |content_type| content_type.charset())
    }

    /// Its body as text: without the transfer encoding, and from its charset. Nothing is copied where it
    /// stands as it is.
    ///
    /// ```
    /// use mailproto::message::Message;
    /// let message = Message::parse(
    ///     &b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
    ///        Gr=FC=DFe"[..],
    /// );
    /// assert_eq!(message.root().text(), "Gr\u{fc}\u{df}e");
    /// ```
    pub fn text(&self) -> Cow<'a, str> {
        self.text_with(&mut ())
    }

    /// The same, asking the host about a charset that is not known here.
    pub fn text_with(&self, host: &mut dyn HostCharsets) -> Cow<'a, str> {
        let (charset, body) = (self.charset(), self.body());
        let stands = match charset {
            Charset::Utf8 => true,
            Charset::Latin1 => body.is_ascii(),
            _ => false,
        };
        match body {
            Cow::Borrowed(bytes) if stands => match utf8(bytes) {
                Some(text) => return Cow::Borrowed(text),
                None => decoded(charset, bytes, host),
            },
            Cow::Owned(bytes) if stands => match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => decoded(charset, error.as_bytes(), host),
            },
            bytes => decoded(charset, &bytes, host),
        }
        .into()
    }
}

fn decoded(charset: Charset<'_>, bytes: &[u8], host: &mut dyn HostCharsets) -> String {
    let (mut text, mut decoder) = (String::with_capacity(bytes.len()), Decoder::new(charset));
    // A string takes all that is written to it.
    let _ = decoder.decode_with(bytes, host, &mut text);
    let _ = decoder.finish_with(host, &mut text);
    text
}

/// What the header says; what is missing is empty or `None`, and of several fields of one name the first
/// counts.
///
/// ```
/// use mailproto::message::Message;
/// let message = Message::parse(&b"From: Ann <ann@b.example>\r\nSubject: Caf\xc3\xa9\r\n\r\n"[..]);
/// assert_eq!(message.subject().unwrap().decoded(), "Caf\u{e9}");
/// assert_eq!(message.from().mailboxes().next().unwrap().address().to_string(), "ann@b.example");
/// assert!(message.cc().iter().next().is_none());
/// ```
impl<T: AsRef<[u8]>> Message<T> {
    fn envelope(&self) -> Envelope<'_> {
        self.root().envelope()
    }

    /// `Subject` (RFC 5322 §3.6.5).
    pub fn subject(&self) -> Option<Text<'_>> {
        self.envelope().subject().map(|field| field.text())
    }

    /// `From` (RFC 5322 §3.6.2).
    pub fn from(&self) -> Addresses<'_> {
        self.envelope().from()
    }

    /// `Sender`, or `From` where there is none (RFC 5322 §3.6.2).
    pub fn sender(&self) -> Addresses<'_> {
        self.envelope().sender()
    }

    /// Where answers go: `Reply-To`, or `From` where there is none (RFC 5322 §3.6.2).
    pub fn reply_to(&self) -> Addresses<'_> {
        self.envelope().reply_to()
    }

    /// `To` (RFC 5322 §3.6.3).
    pub fn to(&self) -> Addresses<'_> {
        self.envelope().to()
    }

    /// `Cc` (RFC 5322 §3.6.3).
    pub fn cc(&self) -> Addresses<'_> {
        self.envelope().cc()
    }

    /// `Bcc` (RFC 5322 §3.6.3).
    pub fn bcc(&self) -> Addresses<'_> {
        self.envelope().bcc()
    }

    /// `Date` (RFC 5322 §3.6.1).
    pub fn date(&self) -> Option<DateTime> {
        self.envelope().date()?.date()
    }

    /// `Message-ID` (RFC 5322 §3.6.4).
    pub fn message_id(&self) -> Option<MessageId<'_>> {
        self.envelope().message_id()?.message_ids().first()
    }

    /// `In-Reply-To` (RFC 5322 §3.6.4).
    pub fn in_reply_to(&self) -> MessageIds<'_> {
        MessageIds::parse(self.envelope().in_reply_to().map_or(b"", |field| field.value_raw()))
    }

    /// `References` (RFC 5322 §3.6.4).
    pub fn references(&self) -> MessageIds<'_> {
        MessageIds::parse(self.root().field(b"references").map_or(b"", |field| field.value_raw()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt;

    /// A host that knows one charset, which turns letters to capitals.
    struct Capitals;

    impl HostCharsets for Capitals {
        fn decode(
            &mut self,
            label: &[u8],
            bytes: &[u8],
            _: bool,
            sink: &mut dyn fmt::Write,
        ) -> Option<Result<bool, fmt::Error>> {
            (label == b"x-capitals").then(|| {
                bytes.iter().try_for_each(|byte| sink.write_char(byte.to_ascii_uppercase().into())).map(|()| true)
            })
        }
    }

    #[test]
    fn text_is_copied_only_where_it_is_not_as_it_stands() {
        for (header, body, text, is_copied) in [
            ("", &b"na\xc3\xafve"[..], "na\u{ef}ve", false),
            ("", b"na\xefve", "na\u{fffd}ve", true),
            ("Content-Type: text/plain; charset=latin1\r\n", b"naive", "naive", false),
            ("Content-Type: text/plain; charset=latin1\r\n", b"na\xefve", "na\u{ef}ve", true),
            ("Content-Type: text/plain; charset=utf-7\r\n", b"na+AO8-ve", "na\u{ef}ve", true),
            ("Content-Transfer-Encoding: base64\r\n", b"bmHDr3Zl", "na\u{ef}ve", true),
            ("Content-Type: text/plain; charset=x-capitals\r\n", b"naive", "naive", true),
        ] {
            let message = Message::parse([header.as_bytes(), b"\r\n", body].concat());
            let found = message.root().text();
            assert_eq!((&*found, matches!(found, Cow::Owned(_))), (text, is_copied), "{header}");
        }
        let message = Message::parse(&b"Content-Type: text/plain; charset=x-capitals\r\n\r\nnaive"[..]);
        assert_eq!(message.root().text_with(&mut Capitals), "NAIVE");
    }

    #[test]
    fn a_message_tells_what_its_header_says() {
        let message = Message::parse(
            &b"From: a@b\r\nReply-To: c@d\r\nDate: 1 Jan 2000 00:00:00 +0000\r\nMessage-ID: <e@f>\r\n\
               References: <g@h> <i@j>\r\nSubject: one\r\nSubject: two\r\n\
               Content-Type: text/plain; name=a.txt\r\nContent-ID: <k@l>\r\n\r\n"[..],
        );
        let address = |list: Addresses<'_>| list.mailboxes().next().unwrap().address().decoded().into_owned();
        assert_eq!(address(message.sender()), "a@b");
        assert_eq!(address(message.reply_to()), "c@d");
        assert_eq!(message.date().unwrap().timestamp(), 946_684_800);
        assert_eq!(message.message_id().unwrap().raw(), b"e@f");
        assert_eq!(message.references().iter().count(), 2);
        assert_eq!(message.in_reply_to().iter().count(), 0);
        assert_eq!(message.subject().unwrap().decoded(), "one");
        assert_eq!(message.root().file_name().unwrap().decoded(), "a.txt");
        assert_eq!(message.root().content_id().unwrap().raw(), b"k@l");
    }
}
