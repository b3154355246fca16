//! Bodies in the widest registers that the processor has. The kernels know no lines: what they take or
//! give is whole, and lies between them and the lines in a block on the stack.

use base64_turbo::STANDARD_NO_PAD;

use super::encode::{LINE, LINE_BYTES, LINE_CHARACTERS};
use crate::slice::after;

/// Lines of a block.
const LINES: usize = 32;
/// Characters of a block.
const BLOCK: usize = LINES * LINE_CHARACTERS;
/// What is copied at once of a line that is no longer.
const COPIED: usize = 80;
/// Fewer characters than this are not worth it.
const LEAST: usize = 64;

/// Encodes lines as long as there are bytes and places; how many that was.
pub(super) fn encode(lines: &[[u8; LINE_BYTES]], places: &mut [[u8; LINE]]) -> usize {
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
pub(super) fn decode(text: &mut [u8], mut taken: usize, mut written: usize) -> (usize, usize, usize) {
    let (mut block, mut bytes) = ([0; BLOCK + COPIED], [0; BLOCK / 4 * 3]);
    let mut width = LINE_CHARACTERS;
    loop {
        let Gathered { count, end } = gather(after(text, taken), &mut block, &mut width);
        if count < LEAST {
            return (taken, written, taken);
        }
        let decoded = block.get(..count).and_then(|block| STANDARD_NO_PAD.decode_slice(block, &mut bytes).ok());
        let Some(decoded) = decoded.and_then(|length| bytes.get(..length)) else {
            return (taken, written, taken + end);
        };
        let Some(place) = text.get_mut(written..written + decoded.len()) else {
            return (taken, written, taken + end);
        };
        place.copy_from_slice(decoded);
        written += decoded.len();
        taken += end;
    }
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
    // What nearly all bodies are.
    for (line, place) in text.as_chunks::<LINE>().0.iter().zip(block.as_chunks_mut::<LINE_CHARACTERS>().0).take(LINES) {
        let (line, line_feed) = line.split_at(LINE_CHARACTERS);
        if line_feed != b"\r\n" {
            break;
        }
        place.copy_from_slice(line);
        (count, last) = (count + LINE_CHARACTERS, LINE_CHARACTERS);
        (line_end, end) = (end + LINE_CHARACTERS, end + LINE);
    }
    while count < BLOCK && end < text.len() {
        let rest = after(text, end);
        let room = BLOCK - count;
        let (length, behind) = match after(rest, *width) {
            [b'\r', b'\n', ..] if *width <= room => (*width, *width + 2),
            [b'\n', ..] if *width <= room => (*width, *width + 1),
            _ => match memchr::memchr(b'\n', rest.get(..room + 2).unwrap_or(rest)) {
                Some(place) => {
                    let length = if place > 0 && rest.get(place - 1) == Some(&b'\r') { place - 1 } else { place };
                    *width = length;
                    (length, place + 1)
                }
                None => (room.min(rest.len()), room.min(rest.len())),
            },
        };
        // Of a line that has no room any more, the beginning.
        let (length, behind) = if length > room { (room, room) } else { (length, behind) };
        let place = after_block(block, count);
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

fn after_block(block: &mut [u8; BLOCK + COPIED], count: usize) -> &mut [u8] {
    crate::slice::after_mut(block, count)
}
