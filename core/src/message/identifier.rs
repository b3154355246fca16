//! Message ids (RFC 5322 §3.6.4), alone and in lists; content ids (RFC 2045 §7) are of the same form.
//!
//! ```
//! use mailproto::message::MessageIds;
//! let ids = MessageIds::parse(b"<1@a.example> (c)\r\n <2@b\r\n .example>");
//! let ids: Vec<_> = ids.iter().map(|id| id.to_string()).collect();
//! assert_eq!(ids, ["1@a.example", "2@b.example"]);
//! ```

use super::anomaly::{Anomalies, Anomaly};
use super::compose::{Composer, text_view};
use super::lexical::{Notes, at, between, comment_end, is_white, quoted_end, run, skip_comments, skip_white};
use crate::text::utf8;
use core::fmt;

/// The message ids of a field, found as they are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MessageIds<'a> {
    value: &'a [u8],
}

/// What stands between `<` and `>`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MessageId<'a> {
    raw: &'a [u8],
    place: usize,
}

impl<'a> MessageIds<'a> {
    /// The ids in a value. There is none on which this fails.
    ///
    /// ```abnf
    /// message-id     = "Message-ID:" msg-id CRLF
    /// in-reply-to    = "In-Reply-To:" 1*msg-id CRLF
    /// references     = "References:" 1*msg-id CRLF
    /// obs-references = "References" *WSP ":" *(phrase / msg-id) CRLF
    /// ```
    /// RFC 5322 §3.6.4, §4.5.4. What stands outside of `<` and `>` is an id if it has an `@`, or if there is
    /// nothing else.
    pub const fn parse(value: &'a [u8]) -> Self {
        Self { value }
    }

    /// Each id, in order.
    pub fn iter(&self) -> impl Iterator<Item = MessageId<'a>> + Clone + use<'a> {
        let (value, mut place) = (self.value, 0);
        core::iter::from_fn(move || next(value, &mut place, &mut Notes::nobody()))
    }

    /// The first id.
    pub fn first(&self) -> Option<MessageId<'a>> {
        self.iter().next()
    }

    /// What is not by the letter of RFC 5322 in it.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = Anomalies::NONE;
        let mut place = 0;
        while next(self.value, &mut place, &mut Notes::new(&mut anomalies)).is_some() {}
        anomalies
    }
}

impl<'a> MessageId<'a> {
    /// What stands at `place` of a value and has the form of an id.
    pub(super) const fn new(raw: &'a [u8], place: usize) -> Self {
        Self { raw, place }
    }

    /// Its bytes as they stand, without `<` and `>`.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The id if it stands as it is: without folds and white space.
    pub fn as_plain(&self) -> Option<&'a str> {
        if self.raw.iter().any(|byte| is_white(*byte)) { None } else { utf8(self.raw) }
    }

    /// White space is none of it: mailers fold ids that are too long.
    fn compose(&self, composer: &mut Composer<'a, '_>) -> fmt::Result {
        let mut place = skip_white(self.raw, 0);
        while place < self.raw.len() {
            let end = run(self.raw, place, |byte| !is_white(byte));
            composer.plain(between(self.raw, place, end), self.place + place)?;
            place = skip_white(self.raw, end);
        }
        Ok(())
    }
}

text_view!(MessageId);

impl fmt::Debug for MessageId<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<{}>", self.raw.escape_ascii())
    }
}

impl fmt::Debug for MessageIds<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// ```abnf
/// msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]
/// ```
/// RFC 5322 §3.6.4.
fn next<'a>(value: &'a [u8], place: &mut usize, notes: &mut Notes<'_>) -> Option<MessageId<'a>> {
    loop {
        *place = skip_comments(value, *place, notes);
        let start = *place;
        let byte = *value.get(start)?;
        if byte == b'<' {
            let inner = run(value, start, |byte| byte == b'<' || is_white(byte));
            let end = id_end(value, inner, notes);
            let raw = between(value, inner, end).trim_ascii_end();
            *place = end + usize::from(at(value, end) == b'>');
            let is_sound = at(value, end) == b'>' && inner == start + 1 && !raw.iter().any(|byte| is_white(*byte));
            if !is_sound || !raw.contains(&b'@') {
                notes.note(Anomaly::MALFORMED_MESSAGE_ID, start);
            }
            if raw.is_empty() {
                continue;
            }
            return Some(MessageId { raw, place: inner });
        }
        notes.note(Anomaly::MALFORMED_MESSAGE_ID, start);
        if byte == b'"' {
            *place = quoted_end(value, start, notes);
            continue;
        }
        *place = run(value, start + 1, |byte| !is_white(byte) && !matches!(byte, b'<' | b'"' | b','));
        let word = between(value, start, *place);
        let is_alone = skip_white(value, 0) == start && skip_white(value, *place) == value.len();
        if word.contains(&b'@') || is_alone {
            // What closes it was not opened.
            return Some(MessageId { raw: word.strip_suffix(b">").unwrap_or(word), place: start });
        }
    }
}

/// The `>` that ends an id, or where the next one begins.
fn id_end(value: &[u8], start: usize, notes: &mut Notes<'_>) -> usize {
    let mut place = start;
    loop {
        place = run(value, place, |byte| !matches!(byte, b'>' | b'<' | b'"' | b'('));
        match at(value, place) {
            b'"' => place = quoted_end(value, place, notes),
            b'(' => place = comment_end(value, place, notes),
            _ => return place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn ids(value: &str) -> (Vec<String>, bool) {
        let ids = MessageIds::parse(value.as_bytes());
        let list = ids.iter().map(|id| id.to_string()).collect();
        (list, ids.anomalies().is_empty())
    }

    #[test]
    fn ids_are_read_whatever_their_form() {
        for (value, expected, sound) in [
            ("", &[][..], true),
            ("<a@b>", &["a@b"], true),
            (" (c) <a@b> <c@[d]>\r\n\t<e@f>(c)", &["a@b", "c@[d]", "e@f"], true),
            ("<a@b><c@d>", &["a@b", "c@d"], true),
            ("<\"a>b\"@c>", &["\"a>b\"@c"], true),
            ("<a\r\n b@c>", &["ab@c"], false),
            ("<a>", &["a"], false),
            ("<a@b", &["a@b"], false),
            ("<a@b <c@d>", &["a@b", "c@d"], false),
            ("a@b", &["a@b"], false),
            ("a@b>", &["a@b"], false),
            ("abc", &["abc"], false),
            ("<<a@b>>", &["a@b"], false),
            ("<>", &[], false),
            ("Your message of \"Fri, 1 Jan\" <a@b>", &["a@b"], false),
            ("Your message of Friday", &[], false),
            ("<a@b>, <c@d>", &["a@b", "c@d"], false),
        ] {
            let (found, is_sound) = ids(value);
            assert_eq!(found, expected, "{value}");
            assert_eq!(is_sound, sound, "{value}");
        }
    }
}
