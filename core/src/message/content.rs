//! The quick look at `Content-Type` that the structure of a message needs: what kind of part it is, and
//! its boundary. All else in the field is looked at when the host asks.

use crate::message::header::is_space;
use crate::message::lexical::is_token;
use crate::slice::{after, front};

/// What a part is, as far as the structure of a message depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartKind {
    /// `text/plain`, or nothing said.
    #[default]
    Plain,
    /// `text/html`.
    Html,
    /// Other text.
    Text,
    /// `multipart/alternative`: the same in several forms, the best one last (RFC 2046 §5.1.4).
    Alternative,
    /// `multipart/related`: the first part and what it shows (RFC 2387).
    Related,
    /// `multipart/digest`: parts that are messages (RFC 2046 §5.1.5).
    Digest,
    /// Any other multipart, which is treated as `multipart/mixed` (RFC 2046 §5.1.7).
    Multipart,
    /// `message/rfc822` or `message/global` (RFC 2046 §5.2.1, RFC 6532 §3.7): a whole message.
    Message,
    /// `image/…`, `audio/…` or `video/…`, which can be shown where they stand.
    Media,
    /// Anything else.
    Other,
}

impl PartKind {
    /// Whether it is a multipart of any kind.
    pub const fn is_multipart(self) -> bool {
        matches!(self, Self::Alternative | Self::Related | Self::Digest | Self::Multipart)
    }

    fn of(main: &[u8], sub: &[u8]) -> Self {
        // The first letter tells most of them apart.
        match (main.len(), main.first().map_or(0, |byte| byte | 0x20)) {
            (4, b't') if main.eq_ignore_ascii_case(b"text") => match sub.len() {
                5 if sub.eq_ignore_ascii_case(b"plain") => Self::Plain,
                4 if sub.eq_ignore_ascii_case(b"html") => Self::Html,
                _ => Self::Text,
            },
            (9, b'm') if main.eq_ignore_ascii_case(b"multipart") => match sub.len() {
                11 if sub.eq_ignore_ascii_case(b"alternative") => Self::Alternative,
                7 if sub.eq_ignore_ascii_case(b"related") => Self::Related,
                6 if sub.eq_ignore_ascii_case(b"digest") => Self::Digest,
                _ => Self::Multipart,
            },
            (7, b'm') if main.eq_ignore_ascii_case(b"message") => {
                let is_whole = [&b"rfc822"[..], b"global", b"news"].iter().any(|name| sub.eq_ignore_ascii_case(name));
                if is_whole { Self::Message } else { Self::Other }
            }
            (5, b'i' | b'a' | b'v')
                if [&b"image"[..], b"audio", b"video"].iter().any(|name| main.eq_ignore_ascii_case(name)) =>
            {
                Self::Media
            }
            _ => Self::Other,
        }
    }
}

/// What the quick look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look<'a> {
    pub(crate) kind: PartKind,
    pub(crate) main: &'a [u8],
    pub(crate) sub: &'a [u8],
    /// What stands behind the type.
    parameters: &'a [u8],
}

impl<'a> Look<'a> {
    /// Reads the type at the front of the value of `Content-Type` (RFC 2045 §5.1):
    ///
    /// ```text
    /// content := "Content-Type" ":" type "/" subtype *(";" parameter)
    /// ```
    ///
    /// `None` if it has not that form; then the part is `text/plain` (RFC 2045 §5.2).
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        let (main, rest) = token(skip_space(value));
        let rest = skip_space(rest).strip_prefix(b"/")?;
        let (sub, parameters) = token(skip_space(rest));
        if main.is_empty() || sub.is_empty() {
            return None;
        }
        Some(Self { kind: PartKind::of(main, sub), main, sub, parameters })
    }

    /// The boundary of a multipart (RFC 2046 §5.1.1), written to the front of `place`; its length. `None`
    /// if there is none, or if it is longer than `place`.
    pub(crate) fn boundary(&self, place: &mut [u8]) -> Option<usize> {
        self.named(b"boundary", place).or_else(|| self.continued(place)).filter(|length| *length > 0)
    }

    fn named(&self, name: &[u8], place: &mut [u8]) -> Option<usize> {
        let mut rest = self.parameters;
        while let Some(parameter) = next_parameter(&mut rest) {
            if parameter.name.eq_ignore_ascii_case(name) {
                let length = parameter.copy(place)?;
                return Some(front(place, length).trim_ascii_end().len());
            }
        }
        None
    }

    /// The forms of RFC 2231 §3 and §4 for a boundary, which no mailer needs and some use: `boundary*0`,
    /// `boundary*1` and so on in their order, or `boundary*` with a charset before.
    fn continued(&self, place: &mut [u8]) -> Option<usize> {
        if let Some(length) = self.named(b"boundary*", place) {
            // Behind charset and language; a boundary has no character that needs to be escaped.
            let value = front(place, length);
            let start = value.iter().rposition(|byte| *byte == b'\'').map_or(0, |quote| quote + 1);
            crate::slice::shift(place, start);
            return Some(length - start);
        }
        let mut length = 0;
        for number in b'0'..=b'9' {
            let name = [b'b', b'o', b'u', b'n', b'd', b'a', b'r', b'y', b'*', number];
            match self.named(&name, crate::slice::after_mut(place, length)) {
                Some(more) => length += more,
                None => break,
            }
        }
        Some(length)
    }
}

/// Whether a value has a parameter of this name, also in the sections of RFC 2231 §3.
#[cfg(feature = "alloc")]
pub(crate) fn has_parameter(value: &[u8], name: &[u8]) -> bool {
    let mut rest = after(value, value.iter().position(|byte| *byte == b';').unwrap_or(value.len()));
    core::iter::from_fn(|| next_parameter(&mut rest)).any(|parameter| {
        let (front, behind) = (front(parameter.name, name.len()), after(parameter.name, name.len()));
        front.eq_ignore_ascii_case(name) && matches!(behind.first(), None | Some(b'*')) && !parameter.value.is_empty()
    })
}

/// `;` name `=` value.
struct Parameter<'a> {
    name: &'a [u8],
    /// Without quotes, but with what is escaped.
    value: &'a [u8],
}

impl Parameter<'_> {
    /// Copies the value without its quotes and escapes; its length, or `None` if there is no room.
    fn copy(&self, place: &mut [u8]) -> Option<usize> {
        let (mut length, mut escaped) = (0, false);
        for byte in self.value {
            match byte {
                b'\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                b'\r' | b'\n' => continue,
                _ => {}
            }
            escaped = false;
            *place.get_mut(length)? = *byte;
            length += 1;
        }
        Some(length)
    }
}

/// Takes the next parameter off `rest`; what is none is passed over.
fn next_parameter<'a>(rest: &mut &'a [u8]) -> Option<Parameter<'a>> {
    while !rest.is_empty() {
        let text = skip_space(rest);
        let Some(text) = text.strip_prefix(b";") else {
            // Something that has no place here, up to the next `;`.
            let length = text.iter().position(|byte| *byte == b';').unwrap_or(text.len());
            *rest = after(text, length);
            continue;
        };
        let (name, behind) = token(skip_space(text));
        let Some(behind) = skip_space(behind).strip_prefix(b"=") else {
            *rest = behind;
            continue;
        };
        let behind = skip_space(behind);
        let (value, behind) = match behind.strip_prefix(b"\"") {
            Some(quoted) => quoted_text(quoted),
            None => loose_value(behind),
        };
        *rest = behind;
        return Some(Parameter { name, value });
    }
    None
}

/// What stands before the closing quote, and behind it (RFC 822 §3.3).
fn quoted_text(text: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    match end {
        Some(end) => (front(text, end), after(text, end + 1)),
        None => (text, b""),
    }
}

/// A value without quotes: more than a token, since mailers forget the quotes.
fn loose_value(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().take_while(|byte| !matches!(byte, b';' | b' ' | b'\t' | b'\r' | b'\n')).count();
    (front(text, length), after(text, length))
}

/// The first word of a value, without comments and quotes.
pub(crate) fn word(value: &[u8]) -> &[u8] {
    let text = skip_space(value);
    match text.strip_prefix(b"\"") {
        Some(quoted) => quoted_text(quoted).0.trim_ascii(),
        None => {
            let (word, rest) = token(text);
            // More than one word is not the first of them.
            match skip_space(rest).first() {
                None | Some(b';') => word,
                Some(_) => text,
            }
        }
    }
}

/// A token of RFC 2045 §5.1, with bytes beyond ASCII, and what follows it.
fn token(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().take_while(|byte| is_token(**byte)).count();
    (front(text, length), after(text, length))
}

/// What follows white space, folds and comments (RFC 5322 §3.2.2). Comments nest, and are counted rather
/// than entered.
fn skip_space(text: &[u8]) -> &[u8] {
    let (mut depth, mut escaped) = (0_u32, false);
    let length = text
        .iter()
        .take_while(|byte| {
            let was_escaped = core::mem::replace(&mut escaped, false);
            match **byte {
                b'\\' if depth > 0 && !was_escaped => escaped = true,
                b'(' if !was_escaped => depth += 1,
                b')' if depth > 0 && !was_escaped => {
                    depth -= 1;
                    return true;
                }
                _ => {}
            }
            depth > 0 || is_space(**byte) || matches!(**byte, b'\r' | b'\n')
        })
        .count();
    after(text, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn boundary(value: &[u8]) -> Option<Vec<u8>> {
        let mut place = [0; 20];
        let length = Look::parse(value)?.boundary(&mut place)?;
        Some(place[..length].to_vec())
    }

    #[test]
    fn kinds_are_told_apart_in_any_case() {
        for (value, kind) in [
            (&b" text/plain"[..], PartKind::Plain),
            (b" TEXT/HTML; charset=utf-8", PartKind::Html),
            (b"text/x-patch", PartKind::Text),
            (b"multipart/Mixed", PartKind::Multipart),
            (b"multipart/alternative", PartKind::Alternative),
            (b"multipart/related", PartKind::Related),
            (b"multipart/digest", PartKind::Digest),
            (b"message/rfc822", PartKind::Message),
            (b"message/delivery-status", PartKind::Other),
            (b"image/png", PartKind::Media),
            (b"\r\n (a (b\\)) c) text (d) / plain", PartKind::Plain),
            (b"application/pdf", PartKind::Other),
        ] {
            assert_eq!(Look::parse(value).map(|look| look.kind), Some(kind), "{value:?}");
        }
        for value in [&b""[..], b"text", b"text/", b"/plain", b"; boundary=a", b"(text/plain"] {
            assert_eq!(Look::parse(value), None, "{value:?}");
        }
    }

    #[test]
    fn a_boundary_is_found_in_every_form() {
        for (value, found) in [
            (&b"multipart/mixed; boundary=abc"[..], Some(&b"abc"[..])),
            (b"multipart/mixed; charset=x;\r\n\tBoundary = \"a b\"", Some(b"a b")),
            (b"multipart/mixed; boundary=\"a\\\"b\"", Some(b"a\"b")),
            (b"multipart/mixed; boundary=\"abc \"", Some(b"abc")),
            (b"multipart/mixed; boundary=\"abc", Some(b"abc")),
            (b"multipart/mixed; boundary=a=_b:c;x=y", Some(b"a=_b:c")),
            (b"multipart/mixed boundary=abc; x; boundary=def", Some(b"def")),
            (b"multipart/mixed; (boundary=no) boundary=yes", Some(b"yes")),
            (b"multipart/mixed; x=\"; boundary=no\"; boundary=yes", Some(b"yes")),
            (b"multipart/mixed; boundary*0=ab; boundary*1=\"cd\"", Some(b"abcd")),
            (b"multipart/mixed; boundary*=us-ascii'en'abc", Some(b"abc")),
            (b"multipart/mixed; boundary=", None),
            (b"multipart/mixed; boundary=\"\"", None),
            (b"multipart/mixed", None),
            (b"multipart/mixed; boundary=aaaaaaaaaaaaaaaaaaaaa", None),
        ] {
            assert_eq!(boundary(value).as_deref(), found, "{:?}", value.escape_ascii());
        }
    }
}
