//! One mailbox: its name and its address.

use crate::message::compose::{Composer, text_view};
use crate::message::lexical::{Notes, at, between, comment_end, inside, is_white, quoted_end, run, skip_white};
use crate::message::phrase::{Phrase, compose_escaped};
use crate::slice::{after, front};
use crate::text::utf8;
use core::fmt;

/// One mailbox:
///
/// ```abnf
/// mailbox    = name-addr / addr-spec
/// name-addr  = [display-name] angle-addr
/// angle-addr = [CFWS] "<" [obs-route] addr-spec ">" [CFWS]
/// addr-spec  = local-part "@" domain
/// ```
/// RFC 5322 §3.4, §3.4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailbox<'a> {
    pub(super) name: Phrase<'a>,
    pub(super) route: &'a [u8],
    /// Local part, `@` and domain as they stand, and where that is.
    pub(super) address: &'a [u8],
    pub(super) place: usize,
    /// Bytes before the `@`; all if there is none.
    pub(super) local: usize,
}

impl<'a> Mailbox<'a> {
    /// The name that stands before the address, or in a comment behind it.
    pub const fn name(&self) -> Option<Phrase<'a>> {
        if self.name.raw().is_empty() { None } else { Some(self.name) }
    }

    /// The address without comments and white space; quotes of the local part stay. Empty if there is only a
    /// name.
    pub const fn address(&self) -> AddressText<'a> {
        AddressText { raw: self.address, place: self.place, unquoted: false }
    }

    /// What stands before the last `@`, without its quotes; all if there is none.
    pub fn local_part(&self) -> AddressText<'a> {
        AddressText { raw: front(self.address, self.local), place: self.place, unquoted: true }
    }

    /// What stands behind the last `@`; empty if there is none.
    pub fn domain(&self) -> AddressText<'a> {
        let place = self.local + 1;
        AddressText { raw: after(self.address, place), place: self.place + place, unquoted: false }
    }

    /// The obsolete route before the address, as it stands without its colon (RFC 5322 §4.4).
    pub const fn route(&self) -> &'a [u8] {
        self.route
    }
}

/// An address or a part of one, without comments and folds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AddressText<'a> {
    raw: &'a [u8],
    place: usize,
    unquoted: bool,
}

impl<'a> AddressText<'a> {
    /// Its bytes as they stand.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The text if it stands as it is: no comments, no white space, no quotes.
    pub fn as_plain(&self) -> Option<&'a str> {
        if self.raw.iter().any(|byte| is_white(*byte) || matches!(byte, b'(' | b'"' | b'\\')) {
            return None;
        }
        utf8(self.raw)
    }

    fn compose(&self, composer: &mut Composer<'a, '_>) -> fmt::Result {
        let text = self.raw;
        let mut place = 0;
        // Whether words may stand side by side here: behind the start, a dot or `@`.
        let (mut gap, mut joined) = (false, true);
        while place < text.len() {
            let byte = at(text, place);
            let start = place;
            if is_white(byte) || byte == b'(' {
                let is_comment = byte == b'(';
                place =
                    if is_comment { comment_end(text, place, &mut Notes::nobody()) } else { skip_white(text, place) };
                gap = true;
                continue;
            }
            let joins = matches!(byte, b'.' | b'@');
            if gap && !joined && !joins {
                composer.plain(b" ", self.place + place)?;
            }
            (gap, joined) = (false, joins);
            place = match byte {
                b'"' => quoted_end(text, place, &mut Notes::nobody()),
                b'.' | b'@' => place + 1,
                _ => run(text, place + 1, |byte| !is_white(byte) && !matches!(byte, b'(' | b'"' | b'.' | b'@')),
            };
            let word = between(text, start, place);
            if byte != b'"' {
                composer.plain(word, self.place + start)?;
            } else if self.unquoted {
                compose_escaped(composer, inside(word, b'"'), self.place + start + 1, |_| true)?;
            } else {
                // Folds go, and the quoted pairs stay.
                compose_escaped(composer, word, self.place + start, |_| false)?;
            }
        }
        Ok(())
    }
}

text_view!(AddressText);

impl fmt::Debug for AddressText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.raw.escape_ascii())
    }
}
