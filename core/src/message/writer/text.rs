//! Text in header fields: as it is, quoted, or as encoded words.

use super::line::{Line, WIDTH};
use crate::codec::encoded_word::{self, Context, looks_encoded};
use crate::message::header::is_space;
use crate::slice::{after, front};
use crate::text::{ATEXT, is};
use memchr::memchr2;

/// The longest word that is written as it is; no longer than a folded line.
const LONGEST_WORD: usize = 76;
/// The longest quoted string, with its quotes.
const LONGEST_QUOTED: usize = 74;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Words with single spaces between them.
    Plain,
    /// In quotes.
    Quoted,
    /// As encoded words.
    Encoded,
}

/// How unstructured text is written. As it is only where no reader can take it for anything else: words
/// with single spaces between them (RFC 5322 §3.2.5), none of which looks encoded.
pub(super) fn style(text: &str, utf8: bool) -> Style {
    let fits = |byte: u8| matches!(byte, b' '..=b'~') || utf8 && byte >= 0x80;
    if is_words(text.as_bytes(), fits) && !looks_encoded(text.as_bytes()) { Style::Plain } else { Style::Encoded }
}

/// How a phrase is written, such as the name of a mailbox.
///
/// ```abnf
/// phrase        = 1*word
/// word          = atom / quoted-string
/// quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE
/// ```
/// RFC 5322 §3.2.4, §3.2.5.
pub(super) fn phrase_style(phrase: &str, utf8: bool) -> Style {
    let bytes = phrase.as_bytes();
    let fits = |byte: u8| byte == b' ' || is(byte, ATEXT) && (utf8 || byte.is_ascii());
    match () {
        () if looks_encoded(bytes) => Style::Encoded,
        () if is_words(bytes, fits) => Style::Plain,
        () if is_quotable(bytes, utf8) && quoted_length(bytes) <= LONGEST_QUOTED => Style::Quoted,
        () => Style::Encoded,
    }
}

/// Whether it is words of moderate length of bytes that fit, with single spaces between them.
fn is_words(text: &[u8], fits: impl Fn(u8) -> bool) -> bool {
    let mut length = 0;
    for &byte in text {
        if !fits(byte) {
            return false;
        }
        if byte != b' ' {
            length += 1;
        } else if length == 0 {
            return false;
        } else {
            length = 0;
        }
        if length > LONGEST_WORD {
            return false;
        }
    }
    length > 0
}

/// Whether it can stand in quotes.
pub(super) fn is_quotable(text: &[u8], utf8: bool) -> bool {
    text.iter().all(|byte| matches!(byte, b' '..=b'~') || utf8 && *byte >= 0x80)
}

/// Its length in quotes.
pub(super) fn quoted_length(text: &[u8]) -> usize {
    2 + text.len() + text.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

/// Writes it in quotes.
pub(super) fn put_quoted(text: &[u8], line: &mut Line<'_>) {
    line.put(b"\"");
    let mut rest = text;
    while let Some(place) = memchr2(b'"', b'\\', rest) {
        line.put(front(rest, place));
        line.put(b"\\");
        line.put(front(after(rest, place), 1));
        rest = after(rest, place + 1);
    }
    line.put(rest);
    line.put(b"\"");
}

/// The next word of text that is written as it is, with the space before it.
pub(super) fn next_word(text: &[u8], at: usize) -> &[u8] {
    let rest = after(text, at);
    let spaces = rest.iter().take_while(|byte| is_space(**byte)).count();
    let word = memchr2(b' ', b'\t', after(rest, spaces)).unwrap_or(rest.len() - spaces);
    front(rest, spaces + word)
}

/// Writes the next encoded word of `text`, behind a space; how much of the text it stands for.
pub(super) fn put_encoded(text: &str, context: Context, first: bool, line: &mut Line<'_>) -> usize {
    // What begins a line of its own takes all of it; only a short rest is squeezed in behind others.
    const SQUEEZED: usize = 40;
    let room = |line: &Line<'_>| WIDTH.saturating_sub(line.column() + 1);
    if !first || room(line) < SQUEEZED {
        line.fold();
    }
    let mut word = encoded_word::Encoder::at_front_of(text, context, room(line));
    if first && word.text().len() < text.len() && line.column() > WIDTH - 60 {
        line.fold();
        word = encoded_word::Encoder::at_front_of(text, context, room(line));
    }
    line.put(b" ");
    let count = word.write(line.space());
    line.filled(count);
    word.text().len()
}
