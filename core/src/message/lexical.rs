//! What the values of header fields are made of (RFC 5322 §3.2): white space, comments, quoted strings.
//!
//! Places are offsets in the value, and never beyond its end.

use super::anomaly::{Anomalies, Anomaly};

/// Where departures are noted, if anybody wants to know.
pub(super) struct Notes<'n>(Option<&'n mut Anomalies>);

impl<'n> Notes<'n> {
    /// Nobody wants to know.
    pub(super) const fn nobody() -> Self {
        Self(None)
    }

    pub(super) fn new(anomalies: &'n mut Anomalies) -> Self {
        Self(Some(anomalies))
    }

    /// Notes what was met at this place.
    #[inline]
    pub(super) fn note(&mut self, anomaly: Anomaly, place: usize) {
        if let Some(anomalies) = &mut self.0 {
            anomalies.note(anomaly, place as u64);
        }
    }

    /// Whether somebody wants to know.
    pub(super) const fn wanted(&self) -> bool {
        self.0.is_some()
    }
}

/// Space, tab, and the line ends of folds: `FWS` of RFC 5322 §3.2.2 in any order.
#[inline(always)]
pub(super) const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// `tspecials` and what cannot be seen end a token (RFC 2045 §5.1).
#[inline(always)]
pub(super) const fn is_token(byte: u8) -> bool {
    !matches!(
        byte,
        0..=32
            | 127
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'@'
            | b','
            | b';'
            | b':'
            | b'\\'
            | b'"'
            | b'/'
            | b'['
            | b']'
            | b'?'
            | b'='
    )
}

/// The byte at this place, and NUL beyond the end.
#[inline(always)]
pub(super) fn at(value: &[u8], place: usize) -> u8 {
    value.get(place).copied().unwrap_or(0)
}

/// The bytes between two places.
#[inline(always)]
pub(super) fn between(value: &[u8], start: usize, end: usize) -> &[u8] {
    value.get(start..end).unwrap_or_default()
}

/// Behind the bytes from `place` on that belong.
#[inline(always)]
pub(super) fn run(value: &[u8], place: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let rest = value.get(place..).unwrap_or_default();
    place + rest.iter().position(|byte| !belongs(*byte)).unwrap_or(rest.len())
}

/// Behind the white space at `place`.
#[inline(always)]
pub(super) fn skip_white(value: &[u8], place: usize) -> usize {
    run(value, place, is_white)
}

/// Behind the white space and comments at `place`: `[CFWS]` of RFC 5322 §3.2.2.
#[inline]
pub(super) fn skip_comments(value: &[u8], place: usize, notes: &mut Notes<'_>) -> usize {
    let mut place = skip_white(value, place);
    while at(value, place) == b'(' {
        place = skip_white(value, comment_end(value, place, notes));
    }
    place
}

/// Behind the comment that opens at `place`; it may hold others (RFC 5322 §3.2.2). One that is not closed
/// goes on to the end.
pub(super) fn comment_end(value: &[u8], place: usize, notes: &mut Notes<'_>) -> usize {
    let mut depth = 0_usize;
    let mut here = place;
    while let Some(byte) = value.get(here) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'\\' => here += 1,
            _ => {}
        }
        here += 1;
        if depth == 0 {
            return here.min(value.len());
        }
    }
    notes.note(Anomaly::UNCLOSED_COMMENT, place);
    value.len()
}

/// Behind the quoted string that opens at `place` (RFC 5322 §3.2.4). One that is not closed goes on to the
/// end.
pub(super) fn quoted_end(value: &[u8], place: usize, notes: &mut Notes<'_>) -> usize {
    let mut here = place + 1;
    while let Some(byte) = value.get(here) {
        here += 1;
        match byte {
            b'"' => return here,
            b'\\' => here += 1,
            _ => {}
        }
    }
    notes.note(Anomaly::UNCLOSED_QUOTE, place);
    value.len()
}

/// What stands between the quotes, or the parentheses, of `text`; the closing one may be missing.
pub(super) fn inside(text: &[u8], close: u8) -> &[u8] {
    let inner = text.get(1..).unwrap_or_default();
    match inner.split_last() {
        Some((last, before)) if *last == close && !is_escaped(before) => before,
        _ => inner,
    }
}

/// Whether what follows `text` is quoted by a backslash at its end.
fn is_escaped(text: &[u8]) -> bool {
    text.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(text: &[u8]) -> (usize, bool) {
        let mut anomalies = Anomalies::NONE;
        let end = comment_end(text, 0, &mut Notes::new(&mut anomalies));
        (end, anomalies.contains(Anomaly::UNCLOSED_COMMENT))
    }

    #[test]
    fn a_comment_ends_with_the_last_of_those_in_it() {
        for (text, end, unclosed) in [
            (&b"(a)b"[..], 3, false),
            (b"(a(b)c)d", 7, false),
            (b"(a\\)b)c", 6, false),
            (b"(a", 2, true),
            (b"(a\\", 3, true),
            (b"((a)", 4, true),
        ] {
            assert_eq!(comment(text), (end, unclosed), "{text:?}");
        }
    }

    #[test]
    fn a_quoted_string_ends_with_a_quote_that_is_not_quoted() {
        for (text, end, inner) in [
            (&b"\"a\"b"[..], 3, &b"a"[..]),
            (b"\"a\\\"b\"c", 6, b"a\\\"b"),
            (b"\"a", 2, b"a"),
            (b"\"a\\\"", 4, b"a\\\""),
            (b"\"a\\\\\"b", 5, b"a\\\\"),
            (b"\"", 1, b""),
            (b"\"\\", 2, b"\\"),
        ] {
            assert_eq!(quoted_end(text, 0, &mut Notes::nobody()), end, "{text:?}");
            assert_eq!(inside(between(text, 0, end), b'"'), inner, "{text:?}");
        }
    }
}
