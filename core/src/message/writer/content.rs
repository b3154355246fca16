//! Which transfer encoding a part gets (RFC 2045 §6).

use super::boundary::LINE_START;
use super::lines::Pieces;
use super::options::Target;
use super::part::{Content, Part};
use crate::slice::front;
use memchr::memchr;

/// The longest line that may be sent as it is, without CR LF (RFC 5322 §2.1.1, RFC 2045 §2.7).
const LONGEST_LINE: usize = 998;

/// A transfer encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    SevenBit,
    EightBit,
    QuotedPrintable,
    Base64,
}

impl Encoding {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SevenBit => "7bit",
            Self::EightBit => "8bit",
            Self::QuotedPrintable => "quoted-printable",
            Self::Base64 => "base64",
        }
    }
}

/// How the content of a part is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub(super) encoding: Encoding,
    /// The lines are not written as they stand in the content: they flow, or end otherwise.
    pub(super) altered: bool,
}

/// The shortest encoding that carries the content to the target.
pub(super) fn choose(part: &Part<'_>, target: Target, flowed: bool) -> Choice {
    let base64 = Choice { encoding: Encoding::Base64, altered: false };
    match part.content {
        Content::Text(text) => {
            let scan = Scan::of(text.as_bytes(), flows(part, flowed));
            Choice { encoding: scan.encoding(text.as_bytes(), target), altered: scan.altered }
        }
        Content::Bytes(bytes) if part.is_kind("message/") => {
            let scan = Scan::of(bytes, false);
            // No other encoding is allowed (RFC 2046 §5.2.1); `new` has seen to it that it fits.
            let encoding = if scan.is_ascii { Encoding::SevenBit } else { Encoding::EightBit };
            Choice { encoding, altered: scan.altered }
        }
        Content::Bytes(bytes) if part.is_kind("text/") => {
            let scan = Scan::of(bytes, false);
            // As text, other line ends would not arrive as they were.
            let encoding = if scan.altered { Encoding::Base64 } else { scan.encoding(bytes, target) };
            Choice { encoding, altered: false }
        }
        Content::Bytes(_) | Content::Streamed(_) => base64,
        Content::Parts(_) => Choice { encoding: Encoding::SevenBit, altered: false },
    }
}

/// Whether a part is written as text that flows.
pub(super) fn flows(part: &Part<'_>, flowed: bool) -> bool {
    flowed && matches!(part.content, Content::Text(_)) && part.media_type.eq_ignore_ascii_case("text/plain")
}

/// What a text is made of.
pub(super) struct Scan {
    pub(super) is_ascii: bool,
    altered: bool,
    has_nul: bool,
    longest_line: usize,
    /// A line begins as the line of a boundary does.
    like_boundary: bool,
}

impl Scan {
    pub(super) fn of(text: &[u8], flowed: bool) -> Self {
        let mut pieces = Pieces::new(text, flowed);
        let (mut longest_line, mut length, mut like_boundary) = (0, 0, false);
        for piece in pieces.by_ref() {
            if piece == b"\r\n" {
                length = 0;
                continue;
            }
            like_boundary |= length == 0 && piece.starts_with(LINE_START);
            length += piece.len();
            longest_line = longest_line.max(length);
        }
        Self {
            is_ascii: text.is_ascii(),
            altered: pieces.is_altered(),
            has_nul: memchr(0, text).is_some(),
            longest_line,
            like_boundary,
        }
    }

    /// Whether it can be sent as it is to such a target (RFC 2045 §2.7, §2.8).
    pub(super) fn fits(&self, target: Target) -> bool {
        (self.is_ascii || target >= Target::EightBit) && !self.has_nul && self.longest_line <= LONGEST_LINE
    }

    fn encoding(&self, text: &[u8], target: Target) -> Encoding {
        match self.fits(target) && !self.like_boundary {
            true if self.is_ascii => Encoding::SevenBit,
            true => Encoding::EightBit,
            // Three characters a byte against four for three bytes: equal at one byte of six.
            false if escapes(text) > text.len() / 6 => Encoding::Base64,
            false => Encoding::QuotedPrintable,
        }
    }
}

/// How many bytes quoted-printable writes with three characters.
fn escapes(text: &[u8]) -> usize {
    const BLOCK: usize = 240;
    let mut count = 0;
    let mut rest = text;
    while !rest.is_empty() {
        // In a byte for each block, so that it becomes wide instructions.
        let block = front(rest, BLOCK);
        let escaped = |byte: &u8| u8::from((byte.cast_signed() < 32 && !matches!(byte, 9 | 10 | 13)) | (*byte == b'='));
        count += usize::from(block.iter().fold(0_u8, |count, byte| count.wrapping_add(escaped(byte))));
        rest = crate::slice::after(rest, BLOCK);
    }
    count
}
