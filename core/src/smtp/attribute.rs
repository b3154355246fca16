//! Attributes of XCLIENT (Postfix `XCLIENT_README`): what a proxy knows of the client behind it.

use super::xtext::Xtext;
use crate::text::{KEYWORD, VALUE, is, utf8};

/// One attribute, such as `ADDR=192.0.2.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// `NAME`, `ADDR`, `PORT`, `PROTO`, `HELO`, `LOGIN`, `DESTADDR` or `DESTPORT`.
    pub name: &'a str,
    /// The value, or `[UNAVAILABLE]` or `[TEMPUNAVAIL]`.
    pub value: Xtext<'a>,
}

/// Checked attributes, read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes<'a>(&'a str);

impl<'a> Attributes<'a> {
    /// Reads `1*(SP name "=" xtext)`; the error is the offset where it stops being that.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, usize> {
        let text = utf8(bytes).ok_or(0_usize)?;
        let mut offset = 0;
        let mut found = false;
        for word in text.split(' ') {
            if !word.is_empty() {
                Self::attribute(word).ok_or(offset)?;
                found = true;
            }
            offset += word.len() + 1;
        }
        if found { Ok(Self(text)) } else { Err(bytes.len()) }
    }

    fn attribute(word: &'a str) -> Option<Attribute<'a>> {
        let (name, value) = word.split_once('=')?;
        let sound =
            !name.is_empty() && name.bytes().all(|byte| is(byte, KEYWORD)) && value.bytes().all(|byte| is(byte, VALUE));
        let value = Xtext::encoded(value)?;
        sound.then_some(Attribute { name, value })
    }

    /// The attributes as they were written.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// The attributes in order.
    pub fn iter(&self) -> impl Iterator<Item = Attribute<'a>> {
        self.0.split(' ').filter_map(Self::attribute)
    }
}

impl Attribute<'_> {
    pub(super) fn encode(&self, put: &mut dyn FnMut(&[u8])) {
        put(b" ");
        put(self.name.as_bytes());
        put(b"=");
        self.value.encode(put);
    }
}
