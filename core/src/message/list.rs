//! Fields of mailing lists: what a reader can do (RFC 2369), and which list it is (RFC 2919).
//!
//! ```
//! use mailproto::message::{ListId, ListUris};
//! let uris = ListUris::parse(b"<mailto:list@h.example?subject=unsubscribe> (by mail),\r\n <https://h.example/u>");
//! let uris: Vec<_> = uris.iter().map(|uri| uri.to_string()).collect();
//! assert_eq!(uris, ["mailto:list@h.example?subject=unsubscribe", "https://h.example/u"]);
//! let id = ListId::parse(b"=?utf-8?Q?L=C3=B6ve?= <love.h.example>");
//! assert_eq!((id.id().to_string(), id.name().unwrap().to_string()), ("love.h.example".into(), "L\u{f6}ve".into()));
//! ```

use super::anomaly::{Anomalies, Anomaly};
use super::identifier::MessageId;
use super::lexical::{Notes, at, between, comment_end, is_white, quoted_end, run, skip_comments, skip_white};
use super::phrase::Phrase;
use core::fmt;

/// The addresses of `List-Help`, `List-Unsubscribe`, `List-Subscribe`, `List-Post`, `List-Owner` and
/// `List-Archive`, found as they are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ListUris<'a> {
    value: &'a [u8],
}

impl<'a> ListUris<'a> {
    /// The addresses in a value. There is none on which this fails.
    ///
    /// ```text
    /// "<" URI ">" [comment] *("," "<" URI ">" [comment])
    /// ```
    /// RFC 2369 §2. White space in an address is none of it.
    pub const fn parse(value: &'a [u8]) -> Self {
        Self { value }
    }

    /// Each address, the best one first.
    pub fn iter(&self) -> impl Iterator<Item = MessageId<'a>> + Clone + use<'a> {
        let (value, mut place) = (self.value, 0);
        core::iter::from_fn(move || next(value, &mut place, &mut Notes::nobody()))
    }

    /// Whether nobody may post: `NO` in `List-Post` (RFC 2369 §3.4).
    pub fn is_no(&self) -> bool {
        let start = skip_comments(self.value, 0, &mut Notes::nobody());
        let end = run(self.value, start, |byte| byte.is_ascii_alphanumeric());
        between(self.value, start, end).eq_ignore_ascii_case(b"NO") && !matches!(at(self.value, end), b':')
    }

    /// What is not by the letter of RFC 2369 in it.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = Anomalies::NONE;
        let mut place = 0;
        let mut notes = Notes::new(&mut anomalies);
        let mut is_empty = true;
        while next(self.value, &mut place, &mut notes).is_some() {
            is_empty = false;
        }
        if is_empty && !self.is_no() {
            notes.note(Anomaly::MALFORMED_LIST_FIELD, 0);
        }
        anomalies
    }
}

impl fmt::Debug for ListUris<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// The next address. Without `<` and `>`, a word with a colon is one.
fn next<'a>(value: &'a [u8], place: &mut usize, notes: &mut Notes<'_>) -> Option<MessageId<'a>> {
    loop {
        *place = skip_comments(value, *place, notes);
        let start = *place;
        let byte = *value.get(start)?;
        if byte == b',' {
            *place += 1;
            continue;
        }
        if byte == b'<' {
            let end = run(value, start + 1, |byte| byte != b'>' && byte != b'<');
            *place = end + usize::from(at(value, end) == b'>');
            if at(value, end) != b'>' {
                notes.note(Anomaly::MALFORMED_LIST_FIELD, start);
            }
            let uri = between(value, start + 1, end).trim_ascii();
            if uri.is_empty() {
                continue;
            }
            return Some(MessageId::new(uri, start + 1));
        }
        *place = run(value, start + 1, |byte| !is_white(byte) && !matches!(byte, b'<' | b',' | b'('));
        let word = between(value, start, *place);
        let is_no = word.eq_ignore_ascii_case(b"NO");
        if !is_no {
            notes.note(Anomaly::MALFORMED_LIST_FIELD, start);
        }
        if word.contains(&b':') {
            return Some(MessageId::new(word, start));
        }
    }
}

/// The value of `List-Id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListId<'a> {
    name: Phrase<'a>,
    id: MessageId<'a>,
    anomalies: Option<(Anomaly, usize)>,
}

impl<'a> ListId<'a> {
    /// The id in a value. There is none on which this fails: what is missing is empty.
    ///
    /// ```abnf
    /// list-id-header = "List-ID:" [phrase] "<" list-id ">" CRLF
    /// ```
    /// RFC 2919 §3. Without `<` and `>`, all of it is the id.
    pub fn parse(value: &'a [u8]) -> Self {
        let mut notes = Notes::nobody();
        let start = skip_comments(value, 0, &mut notes);
        let mut place = start;
        while let Some(byte) = value.get(place).filter(|byte| **byte != b'<') {
            place = match byte {
                b'"' => quoted_end(value, place, &mut notes),
                b'(' => comment_end(value, place, &mut notes),
                _ => run(value, place, |byte| !matches!(byte, b'"' | b'(' | b'<')),
            };
        }
        if place >= value.len() {
            let id = between(value, start, value.len()).trim_ascii_end();
            let anomalies = Some((Anomaly::MALFORMED_LIST_FIELD, start));
            return Self { name: Phrase::new(&[], start), id: MessageId::new(id, start), anomalies };
        }
        let name = Phrase::new(between(value, start, place).trim_ascii_end(), start);
        let inner = skip_white(value, place + 1);
        let end = run(value, inner, |byte| byte != b'>');
        let anomalies = (end >= value.len()).then_some((Anomaly::MALFORMED_LIST_FIELD, place));
        Self { name, id: MessageId::new(between(value, inner, end).trim_ascii_end(), inner), anomalies }
    }

    /// The name for people.
    pub const fn name(&self) -> Option<Phrase<'a>> {
        if self.name.raw().is_empty() { None } else { Some(self.name) }
    }

    /// The id for programs.
    pub const fn id(&self) -> MessageId<'a> {
        self.id
    }

    /// What is not by the letter of RFC 2919 in it.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = self.name.anomalies();
        if let Some((anomaly, place)) = self.anomalies {
            anomalies.note(anomaly, place as u64);
        }
        anomalies
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    #[test]
    fn addresses_are_read_whatever_their_form() {
        for (value, expected, sound) in [
            ("<mailto:a@b>", &["mailto:a@b"][..], true),
            (
                " <ftp://a/b.txt> (FTP),\r\n\t<mailto:c@d?subject=x,y>",
                &["ftp://a/b.txt", "mailto:c@d?subject=x,y"],
                true,
            ),
            ("<http://a/\r\n b>", &["http://a/b"], true),
            ("NO (posting not allowed)", &[], true),
            ("", &[], false),
            ("http://a/b, mailto:c@d", &["http://a/b", "mailto:c@d"], false),
            ("<mailto:a@b", &["mailto:a@b"], false),
            ("<mailto:a@b <c:d>", &["mailto:a@b", "c:d"], false),
            ("<>, <a:b>", &["a:b"], true),
        ] {
            let uris = ListUris::parse(value.as_bytes());
            assert_eq!(uris.iter().map(|uri| uri.to_string()).collect::<Vec<String>>(), expected, "{value}");
            assert_eq!(uris.anomalies().is_empty(), sound, "{value}");
            assert_eq!(uris.is_no(), value.starts_with("NO"), "{value}");
        }
    }

    #[test]
    fn an_id_has_a_name_or_none() {
        for (value, name, id, sound) in [
            ("List Header <list.example>", Some("List Header"), "list.example", true),
            ("<list.example>", None, "list.example", true),
            ("\"A <b>\" (c)\r\n <list.example>", Some("A <b>"), "list.example", true),
            ("list.example", None, "list.example", false),
            ("x <list.example", Some("x"), "list.example", false),
            ("", None, "", false),
        ] {
            let found = ListId::parse(value.as_bytes());
            assert_eq!(found.name().map(|name| name.to_string()).as_deref(), name, "{value}");
            assert_eq!(found.id().to_string(), id, "{value}");
            assert_eq!(found.anomalies().is_empty(), sound, "{value}");
        }
    }
}
