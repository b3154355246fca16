//! Names before addresses and lists (RFC 5322 §3.2.5): words, quoted strings, encoded words.
//!
//! ```
//! use mailproto::message::Addresses;
//! let list = Addresses::parse(b"\"Q. \\\"X\\\" Public\" =?utf-8?Q?=C3=A9?= (note) Jr. <q@b.example>");
//! let name = list.mailboxes().next().unwrap().name().unwrap();
//! assert_eq!(name.to_string(), "Q. \"X\" Public \u{e9} Jr.");
//! ```

use super::anomaly::Anomaly;
use super::compose::{Composer, text_view};
use super::lexical::{at, between, comment_end, inside, is_white, quoted_end, run, skip_white};
use crate::codec::encoded_word::EncodedWord;
use crate::slice::{after, front};
use crate::text::utf8;
use core::fmt;
use memchr::{memchr, memmem};

/// The name of a mailbox, a group or a list, decoded as it is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Phrase<'a> {
    raw: &'a [u8],
    /// Where it stands in the value.
    place: usize,
    is_comment: bool,
}

impl<'a> Phrase<'a> {
    /// The phrase that stands at `place` of a value.
    pub(super) const fn new(raw: &'a [u8], place: usize) -> Self {
        Self { raw, place, is_comment: false }
    }

    /// What the comment `raw` says.
    pub(super) fn of_comment(raw: &'a [u8], place: usize) -> Self {
        Self { raw: inside(raw, b')'), place: place + 1, is_comment: true }
    }

    /// Its bytes as they stand, quotes and folds included.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Whether it stands in a comment behind the address: `a@b.example (Name)`.
    pub const fn is_comment(&self) -> bool {
        self.is_comment
    }

    /// The text if it stands as it is: one run of words with single spaces between, or one quoted string.
    pub fn as_plain(&self) -> Option<&'a str> {
        let text = match self.raw {
            [b'"', .., b'"'] if !self.is_comment => inside(self.raw, b'"'),
            _ if self.is_comment || !self.raw.contains(&b'(') => self.raw,
            _ => return None,
        };
        let is_odd = |byte: &u8| matches!(byte, b'"' | b'\\' | b'\t' | b'\r' | b'\n');
        let wide = self.raw.len() == text.len() && text.windows(2).any(|pair| pair == b"  ");
        if text.iter().any(is_odd) || wide || memmem::find(text, b"=?").is_some() {
            return None;
        }
        utf8(if self.is_comment { text.trim_ascii() } else { text })
    }

    fn compose(&self, composer: &mut Composer<'a, '_>) -> fmt::Result {
        if self.is_comment {
            return compose_quoted(composer, self.raw.trim_ascii(), self.place);
        }
        compose_words(composer, self.raw, self.place)
    }
}

text_view!(Phrase);

impl fmt::Debug for Phrase<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Phrase({})", self.raw.escape_ascii())
    }
}

/// ```abnf
/// phrase     = 1*word / obs-phrase
/// obs-phrase = word *(word / "." / CFWS)
/// word       = atom / quoted-string          ; encoded words for atoms, RFC 2047 §5 (3)
/// ```
/// RFC 5322 §3.2.5, §4.1. White space and comments between two words become one space; between two encoded
/// words they go.
fn compose_words<'a>(composer: &mut Composer<'a, '_>, text: &'a [u8], start: usize) -> fmt::Result {
    // No encoded word ends behind this.
    let last = memmem::rfind(text, b"?=").map_or(0, |last| last + 2);
    let (mut place, mut gap) = (skip_white(text, 0), false);
    // Whether there is text before, and whether the last of it was an encoded word.
    let (mut begun, mut was_word) = (false, false);
    while place < text.len() {
        let byte = at(text, place);
        if is_white(byte) || byte == b'(' {
            place = if byte == b'(' { comment_end(text, place, composer.notes()) } else { skip_white(text, place) };
            gap = true;
            continue;
        }
        let word = EncodedWord::parse_front(after(front(text, last), place));
        if gap && begun && !(was_word && word.is_some()) {
            composer.plain(b" ", start + place)?;
        }
        (gap, begun, was_word) = (false, true, word.is_some());
        place = if let Some((word, length)) = word {
            composer.word(&word, start + place)?;
            place + length
        } else if byte == b'"' {
            let end = quoted_end(text, place, composer.notes());
            compose_quoted(composer, inside(between(text, place, end), b'"'), start + place + 1)?;
            end
        } else {
            // At least one byte, so that an `=` that opens no word is taken too.
            let end = run(text, place + 1, |byte| !is_white(byte) && !matches!(byte, b'(' | b'"' | b'='));
            composer.plain(between(text, place, end), start + place)?;
            end
        };
    }
    Ok(())
}

/// The inside of a quoted string or comment, which may hold encoded words though it must not
/// (RFC 2047 §5 (3)), and in a comment rightly.
pub(super) fn compose_quoted<'a>(composer: &mut Composer<'a, '_>, text: &'a [u8], start: usize) -> fmt::Result {
    if let Some(place) = memmem::find(text, b"=?") {
        composer.notes().note(Anomaly::MISPLACED_ENCODED_WORD, start + place);
        return composer.unstructured(text, start);
    }
    compose_escaped(composer, text, start, |_| true)
}

/// Text in which a backslash before a byte that `escapes` is none of it, nor is the end of a line.
pub(super) fn compose_escaped(
    composer: &mut Composer<'_, '_>,
    text: &[u8],
    start: usize,
    escapes: impl Fn(u8) -> bool,
) -> fmt::Result {
    if memchr(b'\\', text).is_none() && memchr(b'\n', text).is_none() && memchr(b'\r', text).is_none() {
        return composer.plain(text, start);
    }
    let (mut from, mut here) = (0, 0);
    while let Some(byte) = text.get(here) {
        let is_escape = *byte == b'\\' && text.get(here + 1).is_some_and(|next| escapes(*next));
        if is_escape || matches!(byte, b'\r' | b'\n') {
            composer.plain(between(text, from, here), start + from)?;
            from = here + 1;
        }
        // What is escaped stands for itself, even a backslash.
        here += if is_escape && !matches!(text.get(here + 1), Some(b'\r' | b'\n')) { 2 } else { 1 };
    }
    composer.plain(after(text, from), start + from)
}
