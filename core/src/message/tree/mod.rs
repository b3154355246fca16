//! A whole message as a flat table of parts over its bytes.
//!
//! ```text
//! 0 multipart/mixed                 parts stand in the order of the message;
//! 1 ├─ multipart/alternative        the first child of a part is the one behind it
//! 2 │  ├─ text/plain
//! 3 │  └─ text/html
//! 4 └─ message/rfc822               a message within has one child: its own root
//! 5    └─ text/plain
//! ```
//!
//! ```
//! use mailproto::message::{Message, PartKind};
//! let message = Message::parse(
//!     &b"Subject: hello\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
//!     --x\r\n\r\nfirst\r\n--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n\
//!     PGI+\r\n--x--\r\n"[..],
//! );
//! assert_eq!(message.root().field(b"subject").unwrap().value_raw(), b" hello");
//! let kinds: Vec<_> = message.parts().map(|part| part.kind()).collect();
//! assert_eq!(kinds, [PartKind::Multipart, PartKind::Plain, PartKind::Html]);
//! assert_eq!(message.part(1).unwrap().body_raw(), b"first");
//! assert_eq!(&*message.part(2).unwrap().body(), b"<b>");
//! ```

mod bodies;
mod body_structure;
mod build;
mod look;
mod part;
mod preview;
mod section;

pub use bodies::Bodies;
pub use body_structure::{BodyStructure, Envelope};
pub use part::{Fields, Part, Parts};
pub use section::{Section, SectionBytes};

use crate::limits::Limits;
use crate::message::{Anomalies, Header, structure::examine_field};
use alloc::vec::Vec;
use core::fmt;

/// A message, taken apart where it lies.
///
/// Nothing of it is copied, and two tables are all that is allocated: one for fields, one for parts. Give
/// the [`MessageTable`] of one message to the next, and nothing is.
pub struct Message<T> {
    bytes: T,
    table: MessageTable,
}

/// The tables of a message, to be used again.
#[derive(Clone, Debug, Default)]
pub struct MessageTable {
    fields: Vec<Field>,
    parts: Vec<Entry>,
    anomalies: Anomalies,
    /// Bytes of a field that are looked at.
    field_limit: usize,
}

/// Where one field stands.
#[derive(Clone, Copy, Debug, Default)]
struct Field {
    start: u32,
    /// Bytes of its name.
    name: u32,
    value: u32,
    end: u32,
}

/// Where one part stands.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    start: u32,
    body: u32,
    end: u32,
    first_field: u32,
    fields: u32,
    parent: u32,
    /// The next part with the same parent.
    next: u32,
    /// Its last child.
    last: u32,
    /// The field that says what it is.
    content_type: u32,
    depth: u16,
    kind: super::PartKind,
    encoding: super::TransferEncoding,
}

/// No part, no field.
const NONE: u32 = u32::MAX;

impl<T: AsRef<[u8]>> Message<T> {
    /// Takes a message apart. There is no input on which that fails.
    pub fn parse(bytes: T) -> Self {
        Self::parse_with(bytes, &Limits::default(), MessageTable::default())
    }

    /// Takes a message apart within these limits, in tables that were used before.
    pub fn parse_with(bytes: T, limits: &Limits, mut table: MessageTable) -> Self {
        table.build(bytes.as_ref(), limits);
        Self { bytes, table }
    }

    /// All of it, byte for byte as it came.
    pub fn raw(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// The part that is the message itself.
    pub fn root(&self) -> Part<'_> {
        Part::new(self.raw(), &self.table, 0)
    }

    /// The part with this number, in the order of the message.
    pub fn part(&self, index: usize) -> Option<Part<'_>> {
        (index < self.table.parts.len()).then(|| Part::new(self.raw(), &self.table, index as u32))
    }

    /// All parts in the order of the message, those of messages within it too.
    pub fn parts(&self) -> Parts<'_> {
        Parts::all(self.raw(), &self.table)
    }

    /// What it gets wrong: in its structure, in the bytes of its header fields, and in its encoded bodies.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = self.table.anomalies;
        for part in self.parts() {
            for header in part.fields() {
                let seen = crate::slice::front(header.raw(), self.table.field_limit);
                if let Some(header) = Header::from_raw(seen, header.offset()) {
                    examine_field(&header, &mut anomalies);
                }
            }
            part.examine_body(&mut anomalies);
        }
        anomalies
    }

    /// What its structure gets wrong, which is known without another look.
    pub fn structural_anomalies(&self) -> &Anomalies {
        &self.table.anomalies
    }

    /// Its bytes and its tables, which can be used again.
    pub fn into_parts(self) -> (T, MessageTable) {
        (self.bytes, self.table)
    }
}

impl<T: AsRef<[u8]>> fmt::Debug for Message<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.parts()).finish()
    }
}

impl<T: AsRef<[u8]> + Clone> Clone for Message<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), table: self.table.clone() }
    }
}
