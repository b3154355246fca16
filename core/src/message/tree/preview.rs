//! Text that is written as it is decoded, and the preview of a message.

use super::{Message, Part};
use crate::message::preview::Preview;
use crate::message::{BodyDecoder, Decoder, HostCharsets, PartKind};
use crate::slice::{after, copy, front};
use alloc::string::String;
use core::fmt;

/// How much of a body is decoded at a time.
const PIECE: usize = 1_024;

impl Part<'_> {
    /// Writes the [`text`](Self::text) of its body piece by piece, asking the host about a charset that is not
    /// known here; no more of it is decoded than the sink takes.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn write_text(&self, host: &mut dyn HostCharsets, sink: &mut dyn fmt::Write) -> fmt::Result {
        let mut text = Decoder::new(self.charset());
        if self.encoding().is_identity() || !self.is_leaf() {
            self.body_raw().chunks(PIECE).try_for_each(|piece| text.decode_with(piece, host, sink))?;
            return text.finish_with(host, sink).map(drop);
        }
        let (mut body, mut rest) = (BodyDecoder::new(self.encoding()), self.body_raw());
        let (mut room, mut left) = ([0; PIECE], 0);
        while !rest.is_empty() {
            let taken = copy(rest, room.get_mut(left..).unwrap_or_default());
            if taken == 0 {
                // Nothing decodes so little at a time.
                break;
            }
            rest = after(rest, taken);
            let place = room.get_mut(..left + taken).unwrap_or_default();
            let decoded = body.decode(place, rest.is_empty());
            text.decode_with(front(place, decoded.written), host, sink)?;
            left = place.len() - decoded.taken;
            place.copy_within(decoded.taken.., 0);
        }
        text.finish_with(host, sink).map(drop)
    }
}

impl<T: AsRef<[u8]>> Message<T> {
    /// The first words of its text on one line, in so many characters or less. Of HTML it is what would be seen.
    ///
    /// ```
    /// use mailproto::message::Message;
    /// let message = Message::parse(&b"Content-Type: text/html\r\n\r\n<h1>Hello</h1>\r\n<p>Tom &amp; Ann</p>"[..]);
    /// assert_eq!(message.preview(100), "Hello Tom & Ann");
    /// assert_eq!(message.preview(9), "Hello Tom");
    /// ```
    pub fn preview(&self, characters: usize) -> String {
        self.preview_with(characters, &mut ())
    }

    /// The same, asking the host about charsets that are not known here.
    pub fn preview_with(&self, characters: usize, host: &mut dyn HostCharsets) -> String {
        let mut text = String::new();
        let mut preview = Preview::new(&mut text, characters);
        for part in self.bodies().text.into_iter().filter_map(|index| self.part(index)) {
            if part.kind() == PartKind::Media {
                continue;
            }
            preview.begin(part.kind() == PartKind::Html);
            if part.write_text(host, &mut preview).is_err() {
                // There is no more room.
                break;
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_in_pieces_is_the_text() {
        let words = "Gr\u{fc}\u{df}e = hello, ".repeat(400);
        let latin: alloc::vec::Vec<u8> = words.chars().map(|character| character as u8).collect();
        let mut quoted = String::new();
        for byte in &latin {
            quoted += &match byte {
                b'a'..=b'z' | b',' | b' ' => String::from(char::from(*byte)),
                _ => alloc::format!("={byte:02X}"),
            };
            if quoted.len().is_multiple_of(70) {
                quoted += "=\r\n";
            }
        }
        let head = "Content-Type: text/plain; charset=latin1\r\nContent-Transfer-Encoding: ";
        for message in [
            [head.as_bytes(), b"8bit\r\n\r\n", &latin[..]].concat(),
            [head.as_bytes(), b"quoted-printable\r\n\r\n", quoted.as_bytes()].concat(),
        ] {
            let message = Message::parse(message);
            let mut text = String::new();
            message.root().write_text(&mut (), &mut text).unwrap();
            assert_eq!(text, message.root().text());
            assert_eq!(text, words);
        }
    }

    #[test]
    fn the_preview_goes_on_over_texts_and_leaves_out_what_is_attached() {
        let message = Message::parse(
            &b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\none\r\n--x\r\nContent-Type: image/png\r\n\r\n\
               png\r\n--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+dHdvPC9iPg==\r\n\
               --x\r\nContent-Disposition: attachment\r\n\r\nthree\r\n--x--\r\n"[..],
        );
        assert_eq!(message.preview(100), "one two");
        assert_eq!(message.preview(0), "");
    }
}
