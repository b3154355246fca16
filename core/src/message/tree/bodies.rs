//! What a reader of mail wants to see: the text, the same as HTML, and what is attached.

use super::{Message, Part};
use crate::limits::Limits;
use crate::message::PartKind;
use crate::message::content::{has_parameter, word};
use alloc::vec::Vec;

/// Parts by what they are for (RFC 8621 §4.1.4), each as its number in the message.
///
/// ```
/// use mailproto::message::Message;
/// let message = Message::parse(&b"Content-Type: multipart/mixed; boundary=x\r\n\r\n\
///     --x\r\n\r\ntext\r\n--x\r\nContent-Type: image/png\r\nContent-Disposition: attachment\r\n\r\npng\r\n--x--\r\n"[..]);
/// let bodies = message.bodies();
/// assert_eq!((&bodies.text[..], &bodies.html[..], &bodies.attachments[..]), (&[1][..], &[1][..], &[2][..]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bodies {
    /// What to show as plain text, in order. HTML is among it where there is no text.
    pub text: Vec<usize>,
    /// What to show as HTML, in order. Plain text is among it where there is no HTML.
    pub html: Vec<usize>,
    /// All else.
    pub attachments: Vec<usize>,
}

/// A multipart that is being gone through.
#[derive(Clone, Copy, Default)]
struct Frame<'a> {
    next: Option<Part<'a>>,
    kind: PartKind,
    is_first: bool,
    in_alternative: bool,
    /// Whether parts still go to the text and to the HTML.
    takes_text: bool,
    takes_html: bool,
    /// How many were there before.
    text: usize,
    html: usize,
}

const DEPTH: usize = Limits::MAX_NESTING as usize + 1;

impl<T: AsRef<[u8]>> Message<T> {
    /// Sorts the parts by what they are for. Those of messages within it are not among them: such a message is
    /// an attachment.
    pub fn bodies(&self) -> Bodies {
        let mut bodies = Bodies::default();
        let mut frames = [Frame::default(); DEPTH];
        let mut depth = 1_usize;
        // The message alone, as if it stood in a multipart/mixed.
        if let Some(frame) = frames.first_mut() {
            let (takes_text, takes_html, kind) = (true, true, PartKind::Multipart);
            *frame = Frame { next: Some(self.root()), kind, is_first: true, takes_text, takes_html, ..*frame };
        }
        while let Some(frame) = depth.checked_sub(1).and_then(|top| frames.get_mut(top)) {
            let Some(part) = frame.next else {
                bodies.end(*frame);
                depth -= 1;
                continue;
            };
            let is_root = depth == 1;
            frame.next = if is_root { None } else { part.next_sibling() };
            let is_first = core::mem::replace(&mut frame.is_first, false);
            if part.kind().is_multipart() && !part.is_leaf() {
                let inner = Frame {
                    next: part.children().next(),
                    kind: part.kind(),
                    is_first: true,
                    in_alternative: frame.in_alternative || part.kind() == PartKind::Alternative,
                    text: bodies.text.len(),
                    html: bodies.html.len(),
                    ..*frame
                };
                if let Some(place) = frames.get_mut(depth) {
                    *place = inner;
                    depth += 1;
                }
            } else {
                bodies.add(part, frame, is_first);
            }
        }
        bodies
    }
}

impl Bodies {
    fn add(&mut self, part: Part<'_>, frame: &mut Frame<'_>, is_first: bool) {
        let (index, kind) = (part.index(), shown_as(part));
        if !is_inline(part, kind, frame.kind, is_first) {
            self.attachments.push(index);
            return;
        }
        if frame.kind == PartKind::Alternative {
            match kind {
                PartKind::Plain if frame.takes_text => self.text.push(index),
                PartKind::Html if frame.takes_html => self.html.push(index),
                PartKind::Plain | PartKind::Html => {}
                _ => self.attachments.push(index),
            }
            return;
        }
        if frame.in_alternative {
            match kind {
                PartKind::Plain => frame.takes_html = false,
                PartKind::Html => frame.takes_text = false,
                _ => {}
            }
        }
        if frame.takes_text {
            self.text.push(index);
        }
        if frame.takes_html {
            self.html.push(index);
        }
        if kind == PartKind::Media && !(frame.takes_text && frame.takes_html) {
            self.attachments.push(index);
        }
    }

    /// Behind the last part of a multipart: of one that has only one form, that form is both.
    fn end(&mut self, frame: Frame<'_>) {
        if frame.kind != PartKind::Alternative || !frame.takes_text || !frame.takes_html {
            return;
        }
        let (text, html) = (self.text.len() > frame.text, self.html.len() > frame.html);
        if html && !text {
            self.text.extend_from_slice(self.html.get(frame.html..).unwrap_or_default());
        }
        if text && !html {
            self.html.extend_from_slice(self.text.get(frame.text..).unwrap_or_default());
        }
    }
}

/// A multipart in which no part was found is shown as the text that it holds.
fn shown_as(part: Part<'_>) -> PartKind {
    if part.kind().is_multipart() { PartKind::Plain } else { part.kind() }
}

/// Whether a part is shown where it stands, and not as an attachment.
fn is_inline(part: Part<'_>, kind: PartKind, within: PartKind, is_first: bool) -> bool {
    let is_media = kind == PartKind::Media;
    (is_media || matches!(kind, PartKind::Plain | PartKind::Html))
        && (is_first || within != PartKind::Related && (is_media || !has_name(part)))
        && !part
            .field(b"content-disposition")
            .is_some_and(|field| word(field.value_raw()).eq_ignore_ascii_case(b"attachment"))
}

fn has_name(part: Part<'_>) -> bool {
    let names = |field: &[u8], name| part.field(field).is_some_and(|field| has_parameter(field.value_raw(), name));
    names(b"content-disposition", b"filename") || names(b"content-type", b"name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    /// A message whose parts are written as `mixed(plain alternative(plain html) png!)`, where `!` is an
    /// attachment and `:` has a name.
    fn message(shape: &str) -> String {
        let (mut text, mut open, mut word) = (String::new(), Vec::new(), String::new());
        for character in shape.chars() {
            match character {
                '(' => {
                    let boundary = std::format!("b{}", text.len());
                    text +=
                        &std::format!("Content-Type: multipart/{word}; boundary={boundary}\r\n\r\n--{boundary}\r\n");
                    open.push(boundary);
                    word.clear();
                }
                ' ' | ')' => {
                    text += &part(&std::mem::take(&mut word));
                    if let Some(boundary) = open.last() {
                        let close = if character == ')' { "--" } else { "" };
                        text += &std::format!("\r\n--{boundary}{close}\r\n");
                    }
                    if character == ')' {
                        open.pop();
                    }
                }
                _ => word.push(character),
            }
        }
        text
    }

    fn part(word: &str) -> String {
        let kind = match word.trim_end_matches(['!', ':']) {
            "" => return String::new(),
            "plain" => "text/plain",
            "html" => "text/html",
            "png" => "image/png",
            "message" => "message/rfc822",
            _ => "application/pdf",
        };
        let name = if word.ends_with(':') { "; name=a" } else { "" };
        let disposition = if word.ends_with('!') { "Content-Disposition: Attachment\r\n" } else { "" };
        std::format!("Content-Type: {kind}{name}\r\n{disposition}\r\n{word}")
    }

    #[test]
    fn parts_are_sorted_as_the_rfc_says() {
        for (shape, text, html, attachments) in [
            ("mixed(plain)", &[1][..], &[1][..], &[][..]),
            ("alternative(plain html)", &[1], &[2], &[]),
            ("alternative(html)", &[1], &[1], &[]),
            ("alternative(plain pdf)", &[1], &[1], &[2]),
            ("mixed(plain png plain pdf)", &[1, 2, 3], &[1, 2, 3], &[4]),
            ("mixed(plain plain: plain!)", &[1], &[1], &[2, 3]),
            ("mixed(alternative(plain html) pdf)", &[2], &[3], &[4]),
            ("mixed(plain alternative(plain related(html png)) plain)", &[1, 3, 7], &[1, 5, 7], &[6]),
            ("mixed(plain message)", &[1], &[1], &[2]),
            ("alternative(plain mixed(html png html))", &[1], &[3, 4, 5], &[4]),
            ("mixed(plain!)", &[], &[], &[1]),
        ] {
            let message = Message::parse(message(shape).into_bytes());
            let bodies = message.bodies();
            assert_eq!(
                (&bodies.text[..], &bodies.html[..], &bodies.attachments[..]),
                (text, html, attachments),
                "{shape}"
            );
        }
    }

    #[test]
    fn a_multipart_whose_boundary_never_stands_is_shown_as_text() {
        let message = Message::parse(&b"Content-Type: multipart/mixed; boundary=a\r\n\r\nhello\r\n--b\r\n"[..]);
        assert_eq!(message.bodies().text, [0]);
    }
}
