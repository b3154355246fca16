//! Addresses (RFC 5322 §3.4, §4.4), internationalised ones too (RFC 6532), and what passes for them.
//!
//! ```
//! use mailproto::message::{Address, Addresses};
//! let list = Addresses::parse(b"Tim <tim@b.example>, A Group: a . b @ c.example (Ann), \"x y\"@z.example;");
//! let mut addresses = list.iter();
//! let Some(Address::Mailbox(tim)) = addresses.next() else { panic!() };
//! assert_eq!((tim.name().unwrap().to_string(), tim.address().to_string()), ("Tim".into(), "tim@b.example".into()));
//! let Some(Address::Group(group)) = addresses.next() else { panic!() };
//! assert_eq!(group.name().to_string(), "A Group");
//! let members: Vec<_> = group.members().map(|mailbox| mailbox.address().to_string()).collect();
//! assert_eq!(members, ["a.b@c.example", "\"x y\"@z.example"]);
//! assert_eq!(list.anomalies().names().collect::<Vec<_>>(), ["obsolete_address"]);
//! ```

mod mailbox;
mod scanner;
#[cfg(test)]
mod tests;

pub use mailbox::{AddressText, Mailbox};

use super::anomaly::Anomalies;
use super::lexical::Notes;
use super::phrase::Phrase;
use core::fmt;
use scanner::{Scanner, Token};

/// The addresses of a field, found as they are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Addresses<'a> {
    value: &'a [u8],
}

/// One place in a list of addresses:
///
/// ```abnf
/// address = mailbox / group
/// ```
/// RFC 5322 §3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address<'a> {
    /// One mailbox.
    Mailbox(Mailbox<'a>),
    /// Some mailboxes under a name.
    Group(Group<'a>),
}

/// Mailboxes under a name:
///
/// ```abnf
/// group = display-name ":" [group-list] ";" [CFWS]
/// ```
/// RFC 5322 §3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    name: Phrase<'a>,
    members: Scanner<'a>,
}

impl<'a> Addresses<'a> {
    /// The addresses in a value. There is none on which this fails.
    pub const fn parse(value: &'a [u8]) -> Self {
        Self { value }
    }

    /// The value as it stands.
    pub const fn raw(&self) -> &'a [u8] {
        self.value
    }

    /// Each mailbox and each group, in order.
    pub fn iter(&self) -> impl Iterator<Item = Address<'a>> + Clone + use<'a> {
        let mut scanner = Scanner::new(self.value);
        core::iter::from_fn(move || scanner.address())
    }

    /// Each mailbox, whether in a group or not.
    pub fn mailboxes(&self) -> impl Iterator<Item = Mailbox<'a>> + Clone + use<'a> {
        Scanner::new(self.value).mailboxes()
    }

    /// What is not by the letter of RFC 5322 in it.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = Anomalies::NONE;
        let mut scanner = Scanner::new(self.value);
        while let Some(token) = scanner.token(&mut Notes::new(&mut anomalies)) {
            let name = match token {
                Token::Mailbox(mailbox) => mailbox.name(),
                Token::GroupStart(name) => Some(name),
                Token::GroupEnd(_) => None,
            };
            if let Some(name) = name {
                name.note(&mut anomalies);
            }
        }
        anomalies
    }
}

impl<'a> Group<'a> {
    /// Its name.
    pub const fn name(&self) -> Phrase<'a> {
        self.name
    }

    /// Its mailboxes; there may be none.
    pub fn members(&self) -> impl Iterator<Item = Mailbox<'a>> + Clone + use<'a> {
        self.members.mailboxes()
    }
}

impl fmt::Debug for Addresses<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}
