//! What was written as quoted-printable becomes what it was.

use super::scan::{BLOCK, unescaped};
use crate::codec::{Decoded, digit};
use crate::slice::{WIDE, after, front};

/// Decodes quoted-printable in place, in pieces of any size (RFC 2045 §6.7).
///
/// ```text
/// quoted-printable := qp-line *(CRLF qp-line)
/// ptext            := "=" 2HEXDIG / %d33-60 / %d62-126     ; and whatever else stands there
/// soft line break  := "=" *WSP CRLF                         ; taken out
/// transport-padding:= *WSP at the end of a line             ; taken out
/// ```
///
/// Every input has a result: `=` that begins nothing stands for itself, small letters are digits too,
/// LF alone ends a line, and of white space at the end of a line at most the last [`Decoder::PADDING`]
/// bytes are taken out. The cuts between pieces make no difference.
///
/// ```
/// use mailproto::codec::{Decoded, quoted_printable::Decoder};
/// let mut decoder = Decoder::new();
/// let mut text = *b"caf=C3=A9 =\r\nau lait";
/// assert_eq!(decoder.decode(&mut text, true), Decoded { taken: 20, written: 13 });
/// assert_eq!(&text[..13], "café au lait".as_bytes());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Decoder {
    /// Bytes taken before the present piece.
    position: u64,
    malformed: Option<u64>,
}

impl Decoder {
    /// The most white space before the end of a line that is taken for padding. RFC 2045 §6.7 (5) allows
    /// 76 characters in a line.
    pub const PADDING: usize = 128;

    /// The most bytes that are left for the next piece.
    pub const MOST_LEFT: usize = Self::PADDING + 2;

    /// At the start of a body.
    pub const fn new() -> Self {
        Self { position: 0, malformed: None }
    }

    /// Where the first `=` stood that began nothing: bytes of the body before it.
    pub const fn malformed(&self) -> Option<u64> {
        self.malformed
    }

    /// Decodes `text` over itself. What is not taken (at most [`MOST_LEFT`](Self::MOST_LEFT) bytes) means
    /// something else by what follows: it belongs before the next piece. When this is the `last` piece,
    /// all of it is taken.
    pub fn decode(&mut self, text: &mut [u8], last: bool) -> Decoded {
        let mut pass = Pass { taken: 0, written: 0, floor: 0, malformed: None };
        let end = text.len() - if last { 0 } else { unsettled(text) };
        if let Some(settled) = text.get_mut(..end) {
            pass.run(settled, last);
        }
        if self.malformed.is_none() {
            self.malformed = pass.malformed.map(|place| self.position + place as u64);
        }
        self.position += pass.taken as u64;
        Decoded { taken: pass.taken, written: pass.written }
    }
}

/// Bytes at the end of a piece that may be padding of a line or an escape, which only what follows tells.
fn unsettled(text: &[u8]) -> usize {
    let rest = text.strip_suffix(b"\r").unwrap_or(text);
    let spaces = rest.iter().rev().take(Decoder::PADDING).take_while(|byte| is_space(**byte)).count();
    let before = front(rest, rest.len() - spaces);
    let escape = match before {
        [.., b'='] => 1,
        // A whole escape would need two digits; white space and CR are none.
        [.., b'=', digit] if digit.is_ascii_hexdigit() && rest.len() == text.len() && spaces == 0 => 2,
        _ => 0,
    };
    text.len() - before.len() + escape
}

/// One piece of text on its way.
struct Pass {
    taken: usize,
    written: usize,
    /// Result up to here is not padding: it was escaped.
    floor: usize,
    malformed: Option<usize>,
}

impl Pass {
    fn run(&mut self, text: &mut [u8], last: bool) {
        while self.taken < text.len() {
            if WIDE {
                (self.taken, self.written, self.floor) = blocks(text, self.taken, self.written, self.floor);
            }
            match text.get(self.taken) {
                Some(b'=') => self.escape(text, last),
                Some(b'\n') => self.line_end(text),
                Some(_) => self.one(text),
                None => {}
            }
        }
    }

    /// Moves one byte.
    fn one(&mut self, text: &mut [u8]) {
        let byte = text.get(self.taken).copied().unwrap_or(0);
        self.put(text, byte);
        self.taken += 1;
    }

    fn put(&mut self, text: &mut [u8], byte: u8) {
        if let Some(place) = text.get_mut(self.written) {
            *place = byte;
        }
        self.written += 1;
    }

    /// What begins with `=`; escapes often stand in a row.
    fn escape(&mut self, text: &mut [u8], last: bool) {
        while let [b'=', behind @ ..] = after(text, self.taken) {
            if let [high, low, ..] = behind
                && let (Some(high), Some(low)) = (digit(*high), digit(*low))
            {
                self.put(text, high << 4 | low);
                self.taken += 3;
                self.floor = self.written;
                continue;
            }
            let spaces = behind.iter().take(Decoder::PADDING).take_while(|byte| is_space(**byte)).count();
            match after(behind, spaces) {
                [b'\r', b'\n', ..] => self.taken += spaces + 3,
                [b'\n', ..] => self.taken += spaces + 2,
                // At the end of the body: its last line end belongs to the boundary.
                [] | [b'\r'] if last => self.taken = text.len(),
                _ => {
                    self.malformed.get_or_insert(self.taken);
                    self.one(text);
                    self.floor = self.written;
                    return;
                }
            }
            self.floor = self.written;
            return;
        }
    }

    /// LF, before which padding may stand.
    fn line_end(&mut self, text: &mut [u8]) {
        let line = front(text, self.written);
        let line = after(line, self.floor);
        let text_of = line.strip_suffix(b"\r").unwrap_or(line);
        let padding = text_of.iter().rev().take(Decoder::PADDING).take_while(|byte| is_space(**byte)).count();
        if padding > 0 {
            let carriage_return = text_of.len() < line.len();
            self.written = self.floor + text_of.len() - padding;
            if carriage_return {
                self.put(text, b'\r');
            }
        }
        self.one(text);
        self.floor = self.written;
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Goes on block by block as long as there is nothing but plain bytes, whole escapes, soft breaks and ends of
/// lines without padding; what is taken, written, and escaped then.
fn blocks(text: &mut [u8], mut taken: usize, mut written: usize, mut floor: usize) -> (usize, usize, usize) {
    while let Some(block) = after(text, taken).first_chunk::<BLOCK>().copied() {
        let count = unescaped(&block);
        // What is written beyond the count may not be what has not been read.
        if count == BLOCK || taken - written >= BLOCK {
            let Some(place) = text.get_mut(written..).and_then(<[u8]>::first_chunk_mut) else { break };
            *place = block;
        } else {
            let Some(place) = text.get_mut(written..written + count) else { break };
            for (place, byte) in place.iter_mut().zip(block) {
                *place = byte;
            }
        }
        taken += count;
        written += count;
        if count == BLOCK {
            continue;
        }
        if block.get(count) == Some(&b'\n') {
            match front(text, written) {
                [.., b' ' | b'\t'] | [.., b' ' | b'\t', b'\r'] => break,
                _ => {}
            }
            let Some(place) = text.get_mut(written) else { break };
            *place = b'\n';
            taken += 1;
            written += 1;
            floor = written;
            continue;
        }
        let before = taken;
        while let [b'=', high, low, ..] = *after(text, taken) {
            let (first, second) = (DIGITS[usize::from(high)], DIGITS[usize::from(low)]);
            if (first | second) < 16 {
                let Some(place) = text.get_mut(written) else { break };
                *place = first << 4 | second;
                written += 1;
            } else if high != b'\r' || low != b'\n' {
                break;
            }
            taken += 3;
            floor = written;
        }
        if taken == before {
            break;
        }
    }
    (taken, written, floor)
}

/// The value of each hexadecimal digit, and 255.
static DIGITS: [u8; 256] = {
    let mut digits = [0xff; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Some(value) = digit(byte as u8) {
            digits[byte] = value;
        }
        byte += 1;
    }
    digits
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn whole(text: &[u8]) -> (Vec<u8>, Option<u64>) {
        let mut text = text.to_vec();
        let mut decoder = Decoder::new();
        let decoded = decoder.decode(&mut text, true);
        assert_eq!(decoded.taken, text.len());
        text.truncate(decoded.written);
        (text, decoder.malformed())
    }

    #[test]
    fn escapes_breaks_and_padding_are_taken_out() {
        for (text, result) in [
            (&b"a=3Db"[..], &b"a=b"[..]),
            (b"=c3=A9=C3=a9", "éé".as_bytes()),
            (b"a=\r\nb", b"ab"),
            (b"a=\nb", b"ab"),
            (b"a= \t\r\nb", b"ab"),
            (b"a \t\r\nb", b"a\r\nb"),
            (b"a  \nb  ", b"a\nb  "),
            (b"a=20\r\nb", b"a \r\nb"),
            (b"a=20  \r\nb", b"a \r\nb"),
            (b"a=\r\n \r\nb", b"a\r\nb"),
            (b"foo=", b"foo"),
            (b"foo= ", b"foo"),
            (b"a\r\n\r\n", b"a\r\n\r\n"),
            (b"", b""),
        ] {
            assert_eq!(whole(text), (result.to_vec(), None), "{text:?}");
        }
    }

    #[test]
    fn an_escape_that_is_none_stands_for_itself() {
        for (text, result, place) in [
            (&b"a=XXb"[..], &b"a=XXb"[..], 1),
            (b"ab=4", b"ab=4", 2),
            (b"=4=41", b"=4A", 0),
            (b"==41", b"=A", 0),
            (b"=\rx", b"=\rx", 0),
            (b"= x", b"= x", 0),
        ] {
            assert_eq!(whole(text), (result.to_vec(), Some(place)), "{text:?}");
        }
    }

    #[test]
    fn padding_has_an_end() {
        let text = [&b"a"[..], &[b' '; 200], b"\r\n"].concat();
        assert_eq!(whole(&text).0, [&b"a"[..], &[b' '; 200 - Decoder::PADDING], b"\r\n"].concat());
    }
}
