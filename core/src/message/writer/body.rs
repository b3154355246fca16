//! The content of one leaf, encoded.

use super::content::{Choice, Encoding, flows};
use super::lines::Pieces;
use super::part::{Content, Part};
use crate::codec::{Encoded, base64_body, quoted_printable};
use crate::slice::{after, after_mut, copy};

/// How far a content is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<'a> {
    encoding: Encoding,
    piece: &'a [u8],
    pieces: Pieces<'a>,
    base64: base64_body::Encoder,
    quoted: quoted_printable::Encoder,
    /// The last byte that was written; 0 for none.
    last: u8,
    /// No step was made.
    fresh: bool,
}

impl<'a> Body<'a> {
    /// Before a content.
    pub(super) fn new(part: &Part<'a>, choice: Choice, flowed: bool) -> Self {
        let content = match part.content {
            Content::Text(text) => text.as_bytes(),
            Content::Bytes(bytes) => bytes,
            Content::Streamed(_) | Content::Parts(_) => &[],
        };
        let flows = flows(part, flowed);
        // What stands as it shall be written is one piece; and quoted-printable makes line ends alike itself.
        let whole = !choice.altered || choice.encoding == Encoding::QuotedPrintable && !flows;
        let (piece, rest) = if whole { (content, &[][..]) } else { (&[][..], content) };
        Self {
            encoding: choice.encoding,
            piece,
            pieces: Pieces::new(rest, flows),
            base64: base64_body::Encoder::new(),
            quoted: quoted_printable::Encoder::text(),
            last: 0,
            fresh: true,
        }
    }

    pub(super) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Writes as much as there is room for; the bytes written, and whether that was the end.
    pub(super) fn step(&mut self, space: &mut [u8]) -> (usize, bool) {
        self.fresh = false;
        let mut written = 0;
        let done = loop {
            if self.piece.is_empty() {
                match self.pieces.next() {
                    Some(piece) => self.piece = piece,
                    None => break self.finish(space, &mut written),
                }
            }
            let done = self.put(self.piece, after_mut(space, written));
            self.piece = after(self.piece, done.taken);
            written += done.written;
            if !self.piece.is_empty() {
                break false;
            }
        };
        self.note(written, space);
        (written, done)
    }

    /// Writes what the host feeds.
    pub(super) fn feed(&mut self, content: &[u8], space: &mut [u8]) -> Encoded {
        let done = self.put(content, space);
        self.note(done.written, space);
        done
    }

    fn put(&mut self, content: &[u8], space: &mut [u8]) -> Encoded {
        match self.encoding {
            Encoding::SevenBit | Encoding::EightBit => {
                let count = copy(content, space);
                Encoded { taken: count, written: count }
            }
            Encoding::QuotedPrintable => self.quoted.write(content, space),
            Encoding::Base64 => self.base64.write(content, space),
        }
    }

    fn finish(&mut self, space: &mut [u8], written: &mut usize) -> bool {
        let space = after_mut(space, *written);
        let room = base64_body::Encoder::FINISH_ROOM.max(quoted_printable::Encoder::FINISH_ROOM);
        let enough = space.len() >= room;
        if enough {
            *written += match self.encoding {
                Encoding::SevenBit | Encoding::EightBit => 0,
                Encoding::QuotedPrintable => self.quoted.finish(space),
                Encoding::Base64 => self.base64.finish(space),
            };
        }
        enough
    }

    fn note(&mut self, written: usize, space: &[u8]) {
        if let Some(last) = written.checked_sub(1).and_then(|place| space.get(place)) {
            self.last = *last;
        }
    }

    /// Whether the last line has no end.
    pub(super) const fn is_open(&self) -> bool {
        !matches!(self.last, 0 | b'\n')
    }

    /// Whether a line end must stand between this and a boundary. That of base64 is no part of the
    /// content, and serves as well; of text it would be taken away.
    pub(super) const fn wants_line_end(&self) -> bool {
        !(matches!(self.encoding, Encoding::Base64) && self.last == b'\n')
    }

    /// Bytes that base64 of all of it takes, if that is how it is written, and none of it is yet.
    pub(super) const fn length_in_base64(&self) -> Option<u64> {
        match self.encoding {
            Encoding::Base64 if self.fresh && !self.piece.is_empty() => {
                Some(base64_body::encoded_length(self.piece.len() as u64))
            }
            _ => None,
        }
    }

    /// Passes over all of it, as if it were written in base64.
    pub(super) fn skip(&mut self, something: bool) {
        self.piece = &[];
        self.base64 = base64_body::Encoder::new();
        if something {
            self.last = b'\n';
        }
    }
}
