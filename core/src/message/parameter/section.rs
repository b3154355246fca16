//! One parameter or one section of one, as it stands.

use crate::message::anomaly::Anomaly;
use crate::message::lexical::{
    Notes, at, between, inside, is_token, is_white, quoted_end, run, skip_comments, skip_white,
};
use crate::slice::{after, front};
use crate::text::number;
use memchr::{memchr, memrchr};

/// One parameter or one section of one:
///
/// ```abnf
/// parameter          = attribute [ "*" section ] [ "*" ] "=" value
/// section            = "0" / ( %x31-39 *DIGIT )
/// value              = token / quoted-string / extended-value
/// ```
/// RFC 2231 §7.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ParameterSection<'a> {
    name: &'a [u8],
    number: Option<u32>,
    is_extended: bool,
    is_quoted: bool,
    raw: &'a [u8],
    place: usize,
}

impl<'a> ParameterSection<'a> {
    /// The name of the parameter.
    pub const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Whether this is its name; case does not count.
    pub const fn is(&self, name: &[u8]) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Which section it is, if it is one.
    pub const fn number(&self) -> Option<u32> {
        self.number
    }

    /// Whether it has percent signs, and for a first section a charset and a language.
    pub const fn is_extended(&self) -> bool {
        self.is_extended
    }

    /// Whether the value stands in quotes.
    pub const fn is_quoted(&self) -> bool {
        self.is_quoted
    }

    /// The value as it stands between its quotes.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Where the value begins in the value of the field.
    pub const fn place(&self) -> usize {
        self.place
    }

    /// A section of the name `name` with its stars.
    fn new(name: &'a [u8], raw: &'a [u8], place: usize, is_quoted: bool) -> Self {
        let (base, is_extended) = match name.strip_suffix(b"*") {
            Some(base) => (base, true),
            None => (name, false),
        };
        let star = memrchr(b'*', base);
        let section = star.and_then(|star| number(after(base, star + 1))).and_then(|number| u32::try_from(number).ok());
        let name = front(base, star.filter(|_| section.is_some()).unwrap_or(base.len()));
        Self { name, number: section, is_extended, is_quoted, raw, place }
    }
}

impl core::fmt::Debug for ParameterSection<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "{}", self.name.escape_ascii())?;
        if let Some(number) = self.number {
            write!(formatter, "*{number}")?;
        }
        let star = if self.is_extended { "*" } else { "" };
        write!(formatter, "{star}={}", self.raw.escape_ascii())
    }
}

/// The parameter at `place`, which goes on to the next one. What is none is passed over.
pub(super) fn next<'a>(value: &'a [u8], place: &mut usize, notes: &mut Notes<'_>) -> Option<ParameterSection<'a>> {
    loop {
        *place = skip_comments(value, *place, notes);
        let start = *place;
        if start >= value.len() {
            return None;
        }
        if at(value, start) == b';' {
            *place += 1;
            continue;
        }
        let end = run(value, start, is_name);
        let equals = skip_comments(value, end, notes);
        if end == start || at(value, equals) != b'=' {
            notes.note(Anomaly::MALFORMED_PARAMETER, start);
            *place = end.max(start + 1);
            continue;
        }
        let (name, begin) = (between(value, start, end), skip_comments(value, equals + 1, notes));
        if at(value, begin) == b'"' {
            let end = quoted_end(value, begin, notes);
            *place = end;
            let behind = skip_comments(value, end, notes);
            if behind < value.len() && at(value, behind) != b';' {
                notes.note(Anomaly::MALFORMED_PARAMETER, behind);
            }
            return Some(ParameterSection::new(name, inside(between(value, begin, end), b'"'), begin + 1, true));
        }
        let end = unquoted_end(value, begin);
        *place = end;
        let raw = between(value, begin, end).trim_ascii_end();
        let is_extended = name.ends_with(b"*");
        if raw.is_empty() || raw.iter().any(|byte| !is_token(*byte) || is_extended && *byte >= 0x80) {
            notes.note(Anomaly::MALFORMED_PARAMETER, begin);
        }
        return Some(ParameterSection::new(name, raw, begin, false));
    }
}

/// The end of a value that is not quoted: `;`, a comment behind white space, or the next parameter where the
/// `;` was forgotten. White space alone does not end it: mailers forget to quote the names of files.
fn unquoted_end(value: &[u8], begin: usize) -> usize {
    let mut place = begin;
    loop {
        place = run(value, place, |byte| !is_white(byte) && byte != b';');
        if !is_white(at(value, place)) {
            return place;
        }
        let next = skip_white(value, place);
        let word = run(value, next, is_name);
        if matches!(at(value, next), b'(' | b';') || word > next && at(value, word) == b'=' {
            return place;
        }
        place = word.max(next);
    }
}

/// What the names of parameters have, and more.
const fn is_name(byte: u8) -> bool {
    !is_white(byte) && !matches!(byte, b'=' | b';' | b'"' | b'(' | b'?')
}

/// Charset, language and text of an extended value; `None` for the first two where they are missing.
///
/// ```abnf
/// extended-initial-value = [charset] "'" [language] "'" extended-other-values
/// ```
/// RFC 2231 §7.
pub(super) fn split_extended(raw: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let first = memchr(b'\'', raw)?;
    let behind = after(raw, first + 1);
    let second = memchr(b'\'', behind)?;
    Some((front(raw, first), front(behind, second), after(behind, second + 1)))
}
