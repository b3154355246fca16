//! Text becomes quoted-printable.

use super::scan::{self, BLOCK};
use crate::codec::Encoded;
use crate::slice::{WIDE, after, after_mut, copy, front};

/// Characters that a line may hold before the `=` of a soft break: 76 in all (RFC 2045 §6.7 rule 5).
const LINE: usize = 75;

/// Encodes a body in pieces of any size.
///
/// ```abnf
/// quoted-printable = qp-line *(CRLF qp-line)
/// qp-line          = *(qp-segment transport-padding CRLF) qp-part transport-padding
/// qp-segment       = qp-section *(SPACE / TAB) "="       ; at most 76 characters
/// qp-section       = [*(ptext / SPACE / TAB) ptext]
/// ptext            = hex-octet / safe-char
/// hex-octet        = "=" 2(DIGIT / "A" / "B" / "C" / "D" / "E" / "F")
/// ```
/// RFC 2045 §6.7. Of text, CR LF, LF and CR each end a line; of anything else they are encoded, so that
/// it arrives as it was. White space never stands at the end of a line.
///
/// ```
/// use mailproto::codec::quoted_printable::Encoder;
/// let (mut encoder, mut text) = (Encoder::text(), [0; 32]);
/// let done = encoder.write("Grüße \n".as_bytes(), &mut text);
/// let end = encoder.finish(&mut text[done.written..]);
/// assert_eq!(&text[..done.written + end], b"Gr=C3=BC=C3=9Fe=20\r\n");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Encoder {
    lines: bool,
    guard: bool,
    /// Characters on the present line.
    column: u8,
    /// A space, TAB or CR whose meaning depends on the byte behind it; 0 for none.
    held: u8,
}

impl Encoder {
    /// The bytes that [`write`](Self::write) needs room for to take anything in.
    pub const WRITE_ROOM: usize = 8;
    /// The bytes that [`finish`](Self::finish) may need room for.
    pub const FINISH_ROOM: usize = 6;

    /// At the start of a text.
    pub const fn text() -> Self {
        Self { lines: true, guard: false, column: 0, held: 0 }
    }

    /// At the start of bytes that are no text.
    pub const fn binary() -> Self {
        Self { lines: false, guard: false, column: 0, held: 0 }
    }

    /// Encodes `.` and `F` at the start of a line too: a lone dot ends SMTP's data for careless
    /// programs, and `From ` becomes `>From ` in mailboxes (RFC 2049 §3).
    #[must_use]
    pub const fn guarded(self) -> Self {
        Self { guard: true, ..self }
    }

    /// Takes in as much of `bytes` as there is room for in `text`.
    pub fn write(&mut self, bytes: &[u8], text: &mut [u8]) -> Encoded {
        let (mut taken, mut written) = (0, 0);
        while let Some(&byte) = bytes.get(taken) {
            let room = after_mut(text, written);
            if room.len() < Self::WRITE_ROOM {
                break;
            }
            if self.held != 0 {
                let (used, put) = self.release(byte, room);
                taken += used;
                written += put;
                continue;
            }
            let guarded = self.guard && self.column == 0;
            if WIDE && !guarded {
                let done = self.blocks(after(bytes, taken), room);
                taken += done.taken;
                written += done.written;
                if done != Encoded::default() {
                    continue;
                }
            }
            let rest = after(bytes, taken);
            let free = LINE - usize::from(self.column);
            let window = front(rest, free.min(room.len()));
            let mut literal = if guarded { 0 } else { literal_prefix(window) };
            // White space waits for what is behind it.
            if let Some(b' ') = literal.checked_sub(1).and_then(|last| rest.get(last))
                && rest.get(literal).is_none_or(|next| matches!(next, b'\r' | b'\n'))
            {
                literal -= 1;
            }
            if literal > 0 {
                written += copy(front(rest, literal), room);
                taken += literal;
                self.column += literal as u8;
                continue;
            }
            // Of a character beyond ASCII, all bytes are encoded.
            if byte >= 0x80 {
                let mut characters = rest.iter().take_while(|byte| **byte >= 0x80);
                while text.len() - written >= Self::WRITE_ROOM
                    && let Some(&byte) = characters.next()
                {
                    written += self.escape(byte, after_mut(text, written));
                    taken += 1;
                }
                continue;
            }
            taken += 1;
            written += match byte {
                b'\r' if self.lines && rest.get(1) == Some(&b'\n') => {
                    taken += 1;
                    self.end_line(room)
                }
                b' ' | b'\t' => {
                    self.held = byte;
                    0
                }
                b'\r' if self.lines => {
                    self.held = byte;
                    0
                }
                b'\n' if self.lines => self.end_line(room),
                b'.' | b'F' if guarded => self.escape(byte, room),
                b'!'..=b'<' | b'>'..=b'~' => self.literal(byte, room),
                _ => self.escape(byte, room),
            };
        }
        Encoded { taken, written }
    }

    /// Goes on block by block as long as there is room for each and nothing that needs a closer look.
    fn blocks(&mut self, bytes: &[u8], text: &mut [u8]) -> Encoded {
        /// A block, and what may stand behind it.
        const ROOM: usize = BLOCK + 6;
        let (mut taken, mut written, mut column) = (0, 0, usize::from(self.column));
        // Behind one soft break, the next line is likely to want one too.
        let mut was_broken = true;
        while let Some(block) = after(bytes, taken).first_chunk::<BLOCK>()
            && text.len() - written >= ROOM
            && !(self.guard && column == 0)
        {
            if was_broken && column == 0 {
                was_broken = put_literal_line(after(bytes, taken), after_mut(text, written));
                if was_broken {
                    taken += LINE;
                    written += LINE + 3;
                    continue;
                }
            }
            let Some(room) = after_mut(text, written).first_chunk_mut::<ROOM>() else { break };
            let literal = scan::literal(block);
            let mut count = literal.min(LINE - column);
            // White space waits for what is behind it.
            if let Some(b' ') = count.checked_sub(1).and_then(|last| block.get(last))
                && bytes.get(taken + count).is_none_or(|next| matches!(next, b'\r' | b'\n'))
            {
                count -= 1;
            }
            if let Some(place) = room.first_chunk_mut() {
                *place = *block;
            }
            taken += count;
            written += count;
            column += count;
            if count == BLOCK {
                continue;
            }
            if count < literal && column == LINE {
                written += copy(b"=\r\n", after_mut(room, count));
                (column, was_broken) = (0, true);
                continue;
            }
            match after(bytes, taken) {
                [b'\r', b'\n', ..] if self.lines => taken += 2,
                [b'\n', ..] if self.lines => taken += 1,
                [b'=' | 0x80.., ..] => {
                    while let Some(byte) = bytes.get(taken)
                        && matches!(byte, b'=' | 0x80..)
                        && let Some(room) = after_mut(text, written).first_chunk_mut::<{ Self::WRITE_ROOM }>()
                    {
                        if column + 3 > LINE {
                            written += put_three(*b"=\r\n", room, 0);
                            column = 0;
                            written += put_three(ESCAPES[usize::from(*byte)], room, 3);
                        } else {
                            written += put_three(ESCAPES[usize::from(*byte)], room, 0);
                        }
                        column += 3;
                        taken += 1;
                    }
                    continue;
                }
                _ => break,
            }
            written += copy(b"\r\n", after_mut(room, count));
            column = 0;
        }
        self.column = column as u8;
        Encoded { taken, written }
    }

    /// Ends the body; the bytes written, none of them if there is no room for all. No line end is
    /// added.
    pub fn finish(&mut self, text: &mut [u8]) -> usize {
        if text.len() < Self::FINISH_ROOM {
            return 0;
        }
        match core::mem::take(&mut self.held) {
            0 => 0,
            b'\r' => self.end_line(text),
            space => self.escape(space, text),
        }
    }

    /// Whether a line has begun.
    pub const fn is_within_line(&self) -> bool {
        self.column > 0
    }

    /// Writes what was held back before `next`; how much of `next` that took in, and the bytes written.
    fn release(&mut self, next: u8, text: &mut [u8]) -> (usize, usize) {
        match core::mem::take(&mut self.held) {
            b'\r' => (usize::from(next == b'\n'), self.end_line(text)),
            space if self.lines && matches!(next, b'\r' | b'\n') => (0, self.escape(space, text)),
            space => (0, self.literal(space, text)),
        }
    }

    fn end_line(&mut self, text: &mut [u8]) -> usize {
        self.column = 0;
        copy(b"\r\n", text)
    }

    /// Breaks the line where `width` more characters do not fit.
    fn make_room(&mut self, width: u8, text: &mut [u8]) -> usize {
        let broken = usize::from(self.column + width) > LINE;
        if broken {
            self.column = 0;
        }
        self.column += width;
        if broken { copy(b"=\r\n", text) } else { 0 }
    }

    fn literal(&mut self, byte: u8, text: &mut [u8]) -> usize {
        let written = self.make_room(1, text);
        written + copy(&[byte], after_mut(text, written))
    }

    fn escape(&mut self, byte: u8, text: &mut [u8]) -> usize {
        let written = self.make_room(3, text);
        written + put_escape(b'=', byte, after_mut(text, written))
    }
}

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// Writes `byte` as two hexadecimal digits behind `sign`, which every encoding of this kind does.
#[inline]
pub(crate) fn put_escape(sign: u8, byte: u8, text: &mut [u8]) -> usize {
    copy(&[sign, DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]], text)
}

/// Every byte as it is escaped.
static ESCAPES: [[u8; 3]; 256] = {
    let mut escapes = [[b'='; 3]; 256];
    let mut byte = 0;
    while byte < escapes.len() {
        (escapes[byte][1], escapes[byte][2]) = (DIGITS[byte >> 4], DIGITS[byte & 15]);
        byte += 1;
    }
    escapes
};

/// Writes a whole line with a soft break behind it, if the text begins with enough bytes that stand for
/// themselves and goes on behind them; whether it does.
#[inline]
fn put_literal_line(text: &[u8], place: &mut [u8]) -> bool {
    /// What is copied at once, in wide registers.
    const COPIED: usize = 80;
    let (Some(line), Some(place)) = (text.first_chunk::<COPIED>(), place.first_chunk_mut::<COPIED>()) else {
        return false;
    };
    let (blocks, _) = line.as_chunks::<BLOCK>();
    // The last block ends with the line; the one before it overlaps.
    let Some(last) = line.get(LINE - BLOCK..).and_then(<[u8]>::first_chunk::<BLOCK>) else { return false };
    // Without a branch for each byte, so that it becomes a few wide instructions.
    let mut all = [0; BLOCK];
    for block in blocks.iter().take(LINE / BLOCK).chain([last]) {
        for (others, byte) in all.iter_mut().zip(block) {
            *others |= u8::from(byte.cast_signed() < 32) | u8::from(*byte == b'=') | u8::from(*byte == 127);
        }
    }
    let others = all.iter().fold(0, |any, others| any | others) != 0;
    // Where the line ends by itself, no soft break is wanted, and a space may not stand at its end.
    if others || matches!(line[LINE], b'\r' | b'\n') {
        return false;
    }
    *place = *line;
    [place[LINE], place[LINE + 1], place[LINE + 2]] = *b"=\r\n";
    true
}

#[inline(always)]
fn put_three<const ROOM: usize>(characters: [u8; 3], room: &mut [u8; ROOM], place: usize) -> usize {
    copy(&characters, after_mut(room, place))
}

/// How many bytes at the front of `text` stand for themselves; spaces do, if they are not at the end
/// of a line.
fn literal_prefix(text: &[u8]) -> usize {
    text.iter().take_while(|byte| matches!(byte, b' '..=b'<' | b'>'..=b'~')).count()
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    fn encoded(mut encoder: Encoder, bytes: &[u8], step: usize, room: usize) -> Vec<u8> {
        let (mut text, mut window) = (Vec::new(), vec![0; room]);
        for mut piece in bytes.chunks(step) {
            while !piece.is_empty() {
                let done = encoder.write(piece, &mut window);
                assert!(done.taken > 0 || done.written > 0);
                piece = &piece[done.taken..];
                text.extend_from_slice(&window[..done.written]);
            }
        }
        let end = encoder.finish(&mut window);
        text.extend_from_slice(&window[..end]);
        text
    }

    /// The reverse, by the definition.
    fn decoded(text: &[u8]) -> Vec<u8> {
        let (mut bytes, mut rest) = (Vec::new(), text);
        while let Some((&byte, behind)) = rest.split_first() {
            rest = match (byte, behind) {
                (b'=', [b'\r', b'\n', behind @ ..]) => behind,
                (b'=', [high, low, behind @ ..]) => {
                    let digits = [*high, *low];
                    bytes.push(u8::from_str_radix(core::str::from_utf8(&digits).unwrap(), 16).unwrap());
                    behind
                }
                _ => {
                    bytes.push(byte);
                    behind
                }
            };
        }
        bytes
    }

    fn check(encoder: Encoder, bytes: &[u8], meant: &[u8]) {
        let whole = encoded(encoder, bytes, bytes.len().max(1), 10_000);
        for line in whole.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            assert!(line.len() <= 76, "{}", line.escape_ascii());
            assert!(line.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~')), "{}", line.escape_ascii());
            assert!(!matches!(line.last(), Some(b' ' | b'\t')), "{}", line.escape_ascii());
        }
        assert_eq!(decoded(&whole).escape_ascii().to_string(), meant.escape_ascii().to_string());
        for (step, room) in [(1, 8), (bytes.len().max(1), 8), (3, 9), (17, 100), (76, 30), (1, 1_000)] {
            assert_eq!(encoded(encoder, bytes, step, room), whole, "by {step} into {room}");
        }
    }

    use alloc::string::ToString;

    #[test]
    fn lines_end_alike_and_the_rest_arrives_as_it_was() {
        for (text, meant) in [
            ("", ""),
            ("a\r\nb\nc\rd", "a\r\nb\r\nc\r\nd"),
            ("a\r", "a\r\n"),
            ("\r\r\n\n", "\r\n\r\n\r\n"),
            ("space \ntab\t\r\nend ", "space \r\ntab\t\r\nend "),
            ("  a \t \t\r \n", "  a \t \t\r\n \r\n"),
            ("= \u{7f}\0\u{b}", "= \u{7f}\0\u{b}"),
            ("größe naïve 日本 привет, x = y", "größe naïve 日本 привет, x = y"),
        ] {
            check(Encoder::text(), text.as_bytes(), meant.as_bytes());
            check(Encoder::text().guarded(), text.as_bytes(), meant.as_bytes());
            check(Encoder::binary(), text.as_bytes(), text.as_bytes());
        }
    }

    #[test]
    fn long_lines_are_broken_at_every_length() {
        for length in 70..240 {
            for unit in ["a", "é", "ab ", " ", "\t", "=x", "a.F"] {
                let text: alloc::string::String = unit.chars().cycle().take(length).collect();
                check(Encoder::text(), text.as_bytes(), text.as_bytes());
                check(Encoder::text().guarded(), text.as_bytes(), text.as_bytes());
                check(Encoder::binary(), text.as_bytes(), text.as_bytes());
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_arrive_as_they_were() {
        let bytes: Vec<u8> = (0..2_000_u32).map(|index| (index * index / 3) as u8).collect();
        check(Encoder::binary(), &bytes, &bytes);
    }

    #[test]
    fn dots_and_from_are_guarded_at_the_start_of_a_line_alone() {
        let text = encoded(Encoder::text().guarded(), b".\r\nFrom a.\r\n..F\r\n", 99, 99);
        assert_eq!(text, b"=2E\r\n=46rom a.\r\n=2E.F\r\n");
    }
}
