//! What a message shall be, as slices that the host keeps.

use super::date::Date;
use super::part::Part;

/// A message to be written. What is empty or `None` is left out.
///
/// Text and HTML become alternatives; `inline` parts stand beside the HTML that refers to them by their
/// ids; attachments follow. `body` in place of text, HTML and inline parts is a tree of the host's own.
///
/// ```
/// use mailproto::message::writer::{Draft, Part, Recipient};
/// let draft = Draft {
///     from: &[Recipient::named("Jürgen Müller", "j@example.com")],
///     to: &[Recipient::address("alice@example.org")],
///     subject: "Greetings",
///     text: Some("Hello!\n"),
///     attachments: &[Part::attachment("photo.jpg", "image/jpeg").streamed(Some(40_000))],
///     ..Draft::default()
/// };
/// # let _ = draft;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Draft<'a> {
    /// Authors (RFC 5322 §3.6.2).
    pub from: &'a [Recipient<'a>],
    /// Who sends for the authors (RFC 5322 §3.6.2).
    pub sender: &'a [Recipient<'a>],
    /// Where answers shall go (RFC 5322 §3.6.2).
    pub reply_to: &'a [Recipient<'a>],
    /// Recipients (RFC 5322 §3.6.3).
    pub to: &'a [Recipient<'a>],
    /// Recipients of copies (RFC 5322 §3.6.3).
    pub cc: &'a [Recipient<'a>],
    /// Recipients that the others do not see (RFC 5322 §3.6.3); written only if
    /// [`WriterOptions::bcc`](super::WriterOptions::bcc) asks for it.
    pub bcc: &'a [Recipient<'a>],
    /// What it is about (RFC 5322 §3.6.5).
    pub subject: &'a str,
    /// When it was written (RFC 5322 §3.6.1).
    pub date: Option<Date>,
    /// Its name, with or without `<` and `>` (RFC 5322 §3.6.4).
    pub message_id: &'a str,
    /// The messages that it answers (RFC 5322 §3.6.4).
    pub in_reply_to: &'a [&'a str],
    /// The conversation that it belongs to (RFC 5322 §3.6.4).
    pub references: &'a [&'a str],
    /// Other fields, in this order behind those above.
    pub fields: &'a [Field<'a>],
    /// The text.
    pub text: Option<&'a str>,
    /// The same in HTML.
    pub html: Option<&'a str>,
    /// What the HTML shows, each with an id that the HTML names as `cid:ID`.
    pub inline: &'a [Part<'a>],
    /// What is attached.
    pub attachments: &'a [Part<'a>],
    /// A part, or a tree of parts, in place of text, HTML and inline parts.
    pub body: Option<Part<'a>>,
}

/// A name and an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailbox<'a> {
    /// The name as people write it, or nothing.
    pub name: &'a str,
    /// `local-part@domain`.
    pub address: &'a str,
}

/// One entry of a list of addresses (RFC 5322 §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient<'a> {
    /// One mailbox.
    Mailbox(Mailbox<'a>),
    /// Several under one name, or none.
    Group {
        /// The name of all.
        name: &'a str,
        /// They.
        members: &'a [Mailbox<'a>],
    },
}

impl<'a> Recipient<'a> {
    /// An address alone.
    pub const fn address(address: &'a str) -> Self {
        Self::Mailbox(Mailbox { name: "", address })
    }

    /// A name and an address.
    pub const fn named(name: &'a str, address: &'a str) -> Self {
        Self::Mailbox(Mailbox { name, address })
    }
}

/// A field of a header.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Its name, without the colon.
    pub name: &'a str,
    /// What it says.
    pub value: Value<'a>,
}

/// What a field says.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Unstructured text, encoded where it must be (RFC 5322 §2.2.1).
    Text(&'a str),
    /// A value in the form that the field wants, which is only folded, at white space.
    Structured(&'a str),
    /// Addresses.
    Addresses(&'a [Recipient<'a>]),
    /// Message ids, with or without `<` and `>`.
    Ids(&'a [&'a str]),
    /// A date.
    Date(Date),
}
