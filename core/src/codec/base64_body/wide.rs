//! Bodies in the widest registers that the processor has. The kernels know no lines: what they take or
//! give is whole, and lies between them and the lines in a block on the stack.

use base64_turbo::STANDARD_NO_PAD;

use super::encode::{LINE, LINE_BYTES, LINE_CHARACTERS};
use crate::slice::{after, after_mut, front};

/// Lines of a block.
const LINES: usize = 32;
/// Characters of a block.
const BLOCK: usize = LINES * LINE_CHARACTERS;
/// What is copied at once of a line that is no longer.
const COPIED: usize = 80;
/// Fewer lines than this are not worth it.
const FEWEST_LINES: usize = 2;
/// Fewer characters than this are not worth it.
const LEAST: usize = 64;

/// Encodes lines as long as there are bytes and places; how many that was.
pub(super) fn encode(lines: &[[u8; LINE_BYTES]], places: &mut [[u8; LINE]]) -> usize {
    if lines.len().min(places.len()) < FEWEST_LINES {
        return 0;
    }
    let mut block = [0; BLOCK];
    let mut done = 0;
    for (lines, places) in lines.chunks(LINES).zip(places.chunks_mut(LINES)) {
        let count = lines.len().min(places.len());
        let Some(lines) = lines.get(..count) else { break };
        if STANDARD_NO_PAD.encode_slice(lines.as_flattened(), &mut block).is_err() {
            break;
        }
        for (characters, place) in block.as_chunks::<LINE_CHARACTERS>().0.iter().zip(places) {
            let (text, end) = place.split_at_mut(LINE_CHARACTERS);
            text.copy_from_slice(characters);
            end.copy_from_slice(b"\r\n");
        }
        done += count;
    }
    done
}

/// Decodes lines of any length, as long as there is nothing in them but the alphabet: what is taken and
/// written then, and up to where something else stands.
#[inline]
pub(super) fn decode(text: &mut [u8], taken: usize, written: usize) -> (usize, usize, usize) {
    if text.len() - taken < LEAST { (taken, written, text.len()) } else { decode_lines(text, taken, written) }
}

#[inline(never)]
fn decode_lines(text: &mut [u8], mut taken: usize, mut written: usize) -> (usize, usize, usize) {
    let mut block = [0; BLOCK + COPIED];
    let mut width = LINE_CHARACTERS;
    loop {
        let Gathered { count, end } = gather(after(text, taken), &mut block, &mut width);
        let Some(characters) = block.get(..count).filter(|characters| characters.len() >= LEAST) else {
            return (taken, written, taken + end.max(LEAST));
        };
        let length = count / 4 * 3;
        let place = text.get_mut(written..written + length).unwrap_or_default();
        // What cannot be decoded stays as it is.
        let is_free = written + length <= taken;
        let is_done = if is_free { decode_block(characters, place) } else { decode_aside(characters, place) };
        if !is_done {
            return (taken, written, taken + end);
        }
        written += length;
        taken += end;
    }
}

/// Decodes whole groups without padding; `false`, and anything written, if there is something else.
fn decode_block(characters: &[u8], place: &mut [u8]) -> bool {
    STANDARD_NO_PAD.decode_slice(characters, place).is_ok()
}

/// The same, and nothing written if there is something else.
#[inline(never)]
fn decode_aside(characters: &[u8], place: &mut [u8]) -> bool {
    let mut bytes = [0; BLOCK / 4 * 3];
    let Some(bytes) = bytes.get_mut(..place.len()) else { return false };
    let is_done = decode_block(characters, bytes);
    if is_done {
        place.copy_from_slice(bytes);
    }
    is_done
}

/// What was gathered from lines.
struct Gathered {
    /// Characters, in groups of four.
    count: usize,
    /// Where in the text the first stands that is not among them.
    end: usize,
}

/// Gathers lines without their ends in `block`. A line of the same `width` as the one before is known by
/// its end; whether it holds another one, the decoding tells.
fn gather(text: &[u8], block: &mut [u8; BLOCK + COPIED], width: &mut usize) -> Gathered {
    let (mut count, mut end, mut line_end, mut last) = (0, 0, 0, 0);
    while end < text.len() {
        let (rest, room) = (after(text, end), BLOCK - count);
        // Lines as nearly all bodies have them.
        let mut lines = 0;
        let places = after_mut(block, count).as_chunks_mut::<LINE_CHARACTERS>().0;
        for (line, place) in rest.as_chunks::<LINE>().0.iter().zip(places).take(room / LINE_CHARACTERS) {
            let (line, line_feed) = line.split_at(LINE_CHARACTERS);
            if line_feed != b"\r\n" {
                break;
            }
            place.copy_from_slice(line);
            lines += 1;
        }
        if lines > 0 {
            count += lines * LINE_CHARACTERS;
            end += lines * LINE;
            (line_end, last) = (end - 2, LINE_CHARACTERS);
            continue;
        }
        let (mut length, mut behind) = line_of(rest, *width, room);
        if length > room {
            if count > 0 {
                break;
            }
            (length, behind) = (room, room);
        }
        *width = length;
        let place = after_mut(block, count);
        match (rest.first_chunk::<COPIED>(), place.first_chunk_mut::<COPIED>()) {
            (Some(line), Some(place)) if length <= COPIED => *place = *line,
            _ => {
                if let (Some(line), Some(place)) = (rest.get(..length), place.get_mut(..length)) {
                    place.copy_from_slice(line);
                }
            }
        }
        count += length;
        (line_end, last) = (end + length, length);
        end += behind;
        if behind == length {
            break;
        }
    }
    // The last group waits for what is behind it, or for its padding to be seen.
    let characters = block.get(..count).unwrap_or_default();
    let padding = characters.iter().rev().take(2).take_while(|character| **character == b'=').count();
    let left = (count - padding) % 4 + padding;
    if left == 0 {
        return Gathered { count, end };
    }
    if left > last {
        return Gathered { count: 0, end };
    }
    Gathered { count: count - left, end: line_end - left }
}

/// Characters of the next line, and those with its end. One that is longer than there is room for may be cut.
fn line_of(text: &[u8], width: usize, room: usize) -> (usize, usize) {
    match after(text, width) {
        [b'\r', b'\n', ..] => return (width, width + 2),
        [b'\n', ..] => return (width, width + 1),
        _ => {}
    }
    // With room for its end.
    let seen = front(text, room + 2);
    match memchr::memchr(b'\n', seen) {
        Some(place) if front(text, place).ends_with(b"\r") => (place - 1, place + 1),
        Some(place) => (place, place + 1),
        None => (seen.len(), seen.len()),
    }
}
