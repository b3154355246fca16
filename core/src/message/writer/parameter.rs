//! Parameters of a type or a disposition (RFC 2045 §5.1, RFC 2231).

use super::boundary::{self, Boundary};
use super::line::Line;
use super::text;
use crate::codec::encoded_word::{self, Context};
use crate::codec::quoted_printable::put_escape;
use crate::slice::{copy, front};
use crate::text::Decimal;

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) value: ParameterValue<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum ParameterValue<'a> {
    /// Text, in the form of RFC 2231 where it must be.
    Text(&'a str),
    /// Text, as encoded words in quotes where it must be.
    Words(&'a str),
    Boundary(Boundary),
}

/// How far a parameter is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    at: usize,
    /// The next section, of a value in several.
    section: u32,
}

/// The longest name: what leaves room for a section with four digits and one character.
pub(super) const LONGEST_NAME: usize = 40;
/// The longest value that is written whole and as it is.
const LONGEST_VALUE: usize = 60;
/// Characters of a line that parameters take, without the semicolon.
const WIDTH: usize = 76;
const CHARSET: &[u8] = b"utf-8''";

impl Place {
    /// Writes a little more of `parameter`; whether that was all of it.
    pub(super) fn step(&mut self, parameter: Parameter<'_>, line: &mut Line<'_>) -> bool {
        let name = parameter.name.as_bytes();
        match parameter.value {
            ParameterValue::Boundary(boundary) => {
                start(name, boundary::LENGTH + 3, line);
                line.put(b"=\"");
                let count = boundary.write(line.space());
                line.filled(count);
                line.put(b"\"");
                true
            }
            ParameterValue::Text(value) | ParameterValue::Words(value) if is_short_token(value) => {
                start(name, 1 + value.len(), line);
                line.put(b"=");
                line.put(value.as_bytes());
                true
            }
            ParameterValue::Text(value) | ParameterValue::Words(value) if is_short(value) => {
                start(name, 1 + text::quoted_length(value.as_bytes()), line);
                line.put(b"=");
                text::put_quoted(value.as_bytes(), line);
                true
            }
            ParameterValue::Words(value) => self.words(name, value, line),
            ParameterValue::Text(value) => self.sections(name, value, line),
        }
    }

    /// Writes the next encoded word.
    fn words(&mut self, name: &[u8], value: &str, line: &mut Line<'_>) -> bool {
        let rest = value.get(self.at..).unwrap_or_default();
        if self.section == 0 {
            // The first stands right behind the quote: a space there would be a part of the value.
            line.put(b";");
            line.fold();
            line.put(b" ");
            line.put(name);
            line.put(b"=\"");
            let word =
                encoded_word::Encoder::at_front_of(rest, Context::Phrase, WIDTH.saturating_sub(line.column() + 1));
            let count = word.write(line.space());
            line.filled(count);
            self.at += word.text().len();
            self.section = 1;
        } else {
            self.at += text::put_encoded(rest, Context::Phrase, false, line).max(1);
        }
        let done = self.at >= value.len();
        if done {
            line.put(b"\"");
        }
        done
    }

    /// Writes the next section:
    ///
    /// ```abnf
    /// extended-parameter      = name "*" ["0*"] "=" "utf-8''" extended-other-values
    /// extended-other-values   = *(ext-octet / attribute-char)
    /// extended-other-parameter = name "*" section "*=" extended-other-values
    /// ext-octet               = "%" 2(DIGIT / "A" / "B" / "C" / "D" / "E" / "F")
    /// ```
    /// RFC 2231 §7. One section if the value fits on a line, else as many as it takes.
    fn sections(&mut self, name: &[u8], value: &str, line: &mut Line<'_>) -> bool {
        let rest = value.get(self.at..).unwrap_or_default();
        let is_first = self.section == 0;
        let charset = if is_first { CHARSET } else { b"" };
        let whole = WIDTH.saturating_sub(1 + name.len() + 2 + charset.len());
        let is_whole = is_first && fitting(rest, whole) == rest.len();
        let number = Decimal::new(self.section.into());
        let section = if is_whole { 0 } else { number.as_bytes().len() + 1 };
        let room = whole.saturating_sub(section);
        // A character is at least one byte: what does not fit at all would be written for ever.
        let taken = front_of(rest, fitting(rest, room).max(1));
        line.put(b";");
        line.fold();
        line.put(b" ");
        line.put(name);
        line.put(b"*");
        if !is_whole {
            line.put(number.as_bytes());
            line.put(b"*");
        }
        line.put(b"=");
        line.put(charset);
        for &byte in taken.as_bytes() {
            let count = match is_attribute_char(byte) {
                true => copy(&[byte], line.space()),
                false => put_escape(b'%', byte, line.space()),
            };
            line.filled(count);
        }
        self.at += taken.len().max(1);
        self.section = self.section.saturating_add(1);
        self.at >= value.len()
    }
}

/// Writes the semicolon behind what came before, and the name, where `width` more follow.
fn start(name: &[u8], width: usize, line: &mut Line<'_>) {
    line.put(b";");
    line.make_room(1 + name.len() + width + 1);
    line.put(b" ");
    line.put(name);
}

fn front_of(text: &str, count: usize) -> &str {
    crate::text::utf8(front(text.as_bytes(), count)).unwrap_or_default()
}

/// How many bytes at the front of `text` fit into `room` characters, whole characters only.
fn fitting(text: &str, room: usize) -> usize {
    let mut cost = 0;
    for (place, character) in text.char_indices() {
        cost += match u8::try_from(character) {
            Ok(byte) if is_attribute_char(byte) => 1,
            _ => character.len_utf8() * 3,
        };
        if cost > room {
            return place;
        }
    }
    text.len()
}

/// `attribute-char` of RFC 2231 §7: ASCII without space, controls, `*`, `'`, `%` and `tspecials`.
fn is_attribute_char(byte: u8) -> bool {
    is_token_char(byte) && !matches!(byte, b'*' | b'\'' | b'%')
}

/// A byte of `token` of RFC 2045 §5.1.
pub(super) fn is_token_char(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'(' | b')' | b'<' | b'>' | b'@' | b',' | b';' | b':' | b'\\' | b'"' | b'/' | b'[' | b']' | b'?' | b'='
        )
}

/// Whether it is a `token` of RFC 2045 §5.1.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_char)
}

fn is_short_token(value: &str) -> bool {
    value.len() <= LONGEST_VALUE && is_token(value)
}

/// Whether it can be written in quotes on one line. What looks like an encoded word is not: some readers
/// would decode it.
fn is_short(value: &str) -> bool {
    let bytes = value.as_bytes();
    text::quoted_length(bytes) <= LONGEST_VALUE
        && text::is_quotable(bytes, false)
        && !encoded_word::looks_encoded(bytes)
}
