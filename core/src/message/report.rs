//! Reports: bodies that are made of header fields. What became of a message (RFC 3464), whether it was read
//! (RFC 8098), whether someone complained of it (RFC 5965).
//!
//! ```
//! use mailproto::message::DeliveryStatus;
//! let report = DeliveryStatus::new(
//!     b"Reporting-MTA: dns; mx.example.org\r\n\r\n\
//!     Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1 (no such user)\r\n",
//! );
//! let recipient = report.recipients().next().unwrap();
//! assert_eq!(recipient.action(), b"failed");
//! assert_eq!(recipient.status(), Some((5, 1, 1)));
//! assert_eq!(recipient.final_recipient(), Some((&b"rfc822"[..], &b"a@example.org"[..])));
//! ```

use super::Header;
use crate::frame::line_feed;
use crate::message::header::without_line_end;
use crate::slice::{after, front};
use crate::text::number_u32;

/// Fields that stand together, without an empty line between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldGroup<'a> {
    text: &'a [u8],
}

impl<'a> FieldGroup<'a> {
    /// The fields of a body that is one group: `message/disposition-notification` (RFC 8098 §3.1),
    /// `message/feedback-report` (RFC 5965 §3), `text/rfc822-headers`. Behind an empty line nothing is looked at.
    pub fn new(body: &'a [u8]) -> Self {
        FieldGroups::new(body).next().unwrap_or(Self { text: b"" })
    }

    /// The fields in their order. A line that is none is passed over.
    pub fn fields(&self) -> impl Iterator<Item = Header<'a>> + Clone + use<'a> {
        let mut rest = self.text;
        core::iter::from_fn(move || {
            while !rest.is_empty() {
                if let Some((header, behind)) = Header::parse(rest) {
                    rest = behind;
                    return Some(header);
                }
                rest = after(rest, line_length(rest));
            }
            None
        })
    }

    /// The first field of this name.
    pub fn field(&self, name: &[u8]) -> Option<Header<'a>> {
        self.fields().find(|header| header.is(name))
    }

    /// The value of the first field of this name without white space around it, empty if there is none.
    pub fn value(&self, name: &[u8]) -> &'a [u8] {
        self.field(name).map_or(b"", |header| header.value_raw().trim_ascii())
    }

    /// The two halves of a value `type; text` (RFC 3464 §2.1.2).
    pub fn typed(&self, name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
        let value = self.value(name);
        let place = value.iter().position(|byte| *byte == b';')?;
        Some((front(value, place).trim_ascii(), after(value, place + 1).trim_ascii()))
    }

    /// `Action` of a recipient: `failed`, `delayed`, `delivered`, `relayed` or `expanded` (RFC 3464 §2.3.3).
    pub fn action(&self) -> &'a [u8] {
        self.value(b"action")
    }

    /// `Status` of a recipient: class, subject and detail (RFC 3464 §2.3.4), with whatever is said behind it.
    pub fn status(&self) -> Option<(u32, u32, u32)> {
        let value = self.value(b"status");
        let length = value.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let mut numbers = front(value, length).split(|byte| *byte == b'.').map(number_u32);
        Some((numbers.next()??, numbers.next()??, numbers.next()??))
    }

    /// `Final-Recipient`: the type of the address, and the address (RFC 3464 §2.3.2, RFC 8098 §3.2.4).
    pub fn final_recipient(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.typed(b"final-recipient")
    }

    /// `Original-Recipient`, in the same form (RFC 3464 §2.3.1, RFC 8098 §3.2.3).
    pub fn original_recipient(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.typed(b"original-recipient")
    }

    /// `Diagnostic-Code`: its type, and what the other side said (RFC 3464 §2.3.6).
    pub fn diagnostic(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.typed(b"diagnostic-code")
    }

    /// The message that was read (RFC 8098 §3.2.5), also by the name that MS Exchange gives it.
    pub fn original_message_id(&self) -> &'a [u8] {
        match self.value(b"original-message-id") {
            b"" => self.value(b"x-ms-exchange-message-id"),
            id => id,
        }
    }

    /// `Disposition` of a notification: the mode, and what was done (RFC 8098 §3.2.6).
    pub fn disposition(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.typed(b"disposition")
    }

    /// `Feedback-Type` of a complaint (RFC 5965 §3.1).
    pub fn feedback_type(&self) -> &'a [u8] {
        self.value(b"feedback-type")
    }
}

/// The groups of fields in a body, with empty lines between them.
#[derive(Clone, Debug)]
pub struct FieldGroups<'a> {
    rest: &'a [u8],
}

impl<'a> FieldGroups<'a> {
    /// All groups of a body.
    pub const fn new(body: &'a [u8]) -> Self {
        Self { rest: body }
    }
}

impl<'a> Iterator for FieldGroups<'a> {
    type Item = FieldGroup<'a>;

    fn next(&mut self) -> Option<FieldGroup<'a>> {
        while !self.rest.is_empty() && is_blank(self.rest) {
            self.rest = after(self.rest, line_length(self.rest));
        }
        let mut length = 0;
        while length < self.rest.len() && !is_blank(after(self.rest, length)) {
            length += line_length(after(self.rest, length));
        }
        let text = front(self.rest, length);
        self.rest = after(self.rest, length);
        (!text.is_empty()).then_some(FieldGroup { text })
    }
}

/// The body of `message/delivery-status` (RFC 3464 §2.1):
///
/// ```text
/// delivery-status-content = per-message-fields 1*( CRLF per-recipient-fields )
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryStatus<'a> {
    body: &'a [u8],
}

impl<'a> DeliveryStatus<'a> {
    /// A report that is the body of its part, without its transfer encoding.
    pub const fn new(body: &'a [u8]) -> Self {
        Self { body }
    }

    /// What concerns the message; empty where a mailer left it out.
    pub fn message(&self) -> FieldGroup<'a> {
        FieldGroups::new(self.body).next().filter(|group| !is_recipient(group)).unwrap_or(FieldGroup { text: b"" })
    }

    /// What concerns each recipient.
    pub fn recipients(&self) -> impl Iterator<Item = FieldGroup<'a>> + Clone + use<'a> {
        FieldGroups::new(self.body).filter(is_recipient)
    }
}

/// Whether a group has one of the fields that each recipient must have (RFC 3464 §2.3).
fn is_recipient(group: &FieldGroup<'_>) -> bool {
    group.fields().any(|field| field.is(b"final-recipient") || field.is(b"original-recipient") || field.is(b"action"))
}

fn line_length(text: &[u8]) -> usize {
    line_feed(text).map_or(text.len(), |place| place + 1)
}

fn is_blank(text: &[u8]) -> bool {
    without_line_end(front(text, line_length(text))).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn recipients_are_groups_of_their_own_whatever_stands_between() {
        let report = DeliveryStatus::new(
            b"\r\nReporting-MTA: dns; mx\r\nno field\r\nArrival-Date: x\r\n\r\n\r\n\
            Original-Recipient: rfc822;a@b\nAction: delayed\nStatus: 4.0.0\n\n\
            Action: failed\r\nStatus: five\r\nDiagnostic-Code: smtp; 550 no; really\r\n",
        );
        assert_eq!(report.message().value(b"reporting-mta"), b"dns; mx");
        assert_eq!(report.message().value(b"arrival-date"), b"x");
        let recipients: Vec<_> = report.recipients().collect();
        assert_eq!(recipients.len(), 2);
        assert_eq!(recipients[0].original_recipient(), Some((&b"rfc822"[..], &b"a@b"[..])));
        assert_eq!(recipients[0].status(), Some((4, 0, 0)));
        assert_eq!(recipients[1].status(), None);
        assert_eq!(recipients[1].diagnostic(), Some((&b"smtp"[..], &b"550 no; really"[..])));
    }

    #[test]
    fn a_notification_names_its_message_in_either_way() {
        let ours = FieldGroup::new(b"Original-Message-ID: <a@b>\r\nDisposition: manual-action/MDN; displayed\r\n");
        assert_eq!(ours.original_message_id(), b"<a@b>");
        assert_eq!(ours.disposition(), Some((&b"manual-action/MDN"[..], &b"displayed"[..])));
        let exchange = FieldGroup::new(b"X-MS-Exchange-Message-ID: <c@d>\r\n");
        assert_eq!(exchange.original_message_id(), b"<c@d>");
    }

    #[test]
    fn a_report_without_the_fields_of_the_message_still_has_its_recipients() {
        let report = DeliveryStatus::new(b"Final-Recipient: rfc822; a\r\nAction: failed\r\n");
        assert_eq!(report.message().fields().count(), 0);
        assert_eq!(report.recipients().count(), 1);
        assert_eq!(DeliveryStatus::new(b"").recipients().count(), 0);
    }
}
