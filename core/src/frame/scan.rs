//! The inner loops: where a line ends, and how many bytes of a body need no thought.

use crate::slice::{WIDE, after};

/// Bytes that may hold a line end and are looked at together.
const STRIDE: usize = 32;

/// The place of the first LF.
///
/// Lines of commands and replies are short: what finds LF in a large block has hardly begun when such
/// a line is over.
#[inline]
pub(crate) fn line_feed(bytes: &[u8]) -> Option<usize> {
    if !WIDE {
        return bytes.iter().position(|byte| *byte == b'\n');
    }
    let mut rest = bytes;
    while let Some((block, behind)) = rest.split_first_chunk() {
        if holds_line_feed(block) {
            break;
        }
        rest = behind;
    }
    while let Some((word, behind)) = rest.split_first_chunk() {
        if let Some(place) = line_feed_in(*word) {
            return Some(bytes.len() - rest.len() + place);
        }
        rest = behind;
    }
    match bytes.last_chunk() {
        // Those of the last eight bytes that stand before `rest` hold none.
        Some(word) => line_feed_in(*word).map(|place| bytes.len() - 8 + place),
        None => rest.iter().position(|byte| *byte == b'\n'),
    }
}

/// The places of every LF, where there may be several in a few bytes.
pub(super) struct LineFeeds<'a> {
    bytes: &'a [u8],
    /// Bytes that have been looked at.
    scanned: usize,
    /// The bit of each LF that was found and not told yet, counted from `base`.
    found: u32,
    base: usize,
}

impl<'a> LineFeeds<'a> {
    /// Those behind the first `scanned` bytes.
    #[inline(always)]
    pub(super) fn behind(bytes: &'a [u8], scanned: usize) -> Self {
        Self { bytes, scanned, found: 0, base: 0 }
    }

    /// Looks at the next few bytes, of which there is at least one.
    #[inline(always)]
    fn look(&mut self) {
        let rest = after(self.bytes, self.scanned);
        self.base = self.scanned;
        if let Some(block) = rest.first_chunk() {
            self.scanned += STRIDE;
            if holds_line_feed(block) {
                self.found = every_line_feed(block);
            }
            return;
        }
        self.scanned = self.bytes.len();
        match self.bytes.last_chunk() {
            Some(block) => self.found = every_line_feed(block).checked_shr((STRIDE - rest.len()) as u32).unwrap_or(0),
            None => {
                for (index, byte) in rest.iter().enumerate() {
                    self.found |= u32::from(*byte == b'\n') << index;
                }
            }
        }
    }
}

impl Iterator for LineFeeds<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if !WIDE {
            let found = self.scanned + line_feed(after(self.bytes, self.scanned))?;
            self.scanned = found + 1;
            return Some(found);
        }
        while self.found == 0 {
            if self.scanned >= self.bytes.len() {
                return None;
            }
            self.look();
        }
        let place = self.base + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(place)
    }
}

/// Whether there is an LF; without a branch for each byte, so that it becomes a few wide instructions.
#[inline(always)]
fn holds_line_feed(block: &[u8; STRIDE]) -> bool {
    block.iter().fold(false, |any, byte| any | (*byte == b'\n'))
}

/// A bit for each byte that is LF.
#[inline(always)]
fn every_line_feed(block: &[u8; STRIDE]) -> u32 {
    let mut found = 0;
    for (index, word) in block.as_chunks().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word) ^ u64::from_le_bytes([b'\n'; 8]);
        // The highest bit of each byte that is 0, gathered into one byte.
        let low = u64::from_le_bytes([0x7F; 8]);
        let zeros = !(((word & low) + low) | word | low);
        found |= u32::from(((u128::from(zeros) * 0x0204_0810_2040_8100) >> 64) as u8) << (8 * index);
    }
    found
}

/// The place of the first LF of eight bytes.
#[inline(always)]
fn line_feed_in(word: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(word) ^ u64::from_le_bytes([b'\n'; 8]);
    // Of the highest bits of the bytes, the lowest that is set marks the first byte that is 0.
    let found = word.wrapping_sub(u64::from_le_bytes([1; 8])) & !word & u64::from_le_bytes([0x80; 8]);
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// The number of bytes at the front of `bytes` that can be copied without a thought, where
/// `previous` is the byte before them: up to the first dot that starts a line, NUL, LF without CR,
/// or byte behind a CR that is not LF.
pub(super) fn plain_prefix(bytes: &[u8], previous: u8) -> usize {
    let Some(&first) = bytes.first() else { return 0 };
    if is_special(previous, first) {
        return 0;
    }
    let mut plain = 1;
    if !WIDE {
        // A small machine has no room even for this.
        if cfg!(target_pointer_width = "64") {
            plain += plain_words(bytes);
        }
    } else if !matches!(bytes, [previous, byte, ..] if is_special(*previous, *byte)) {
        // Large blocks are quick to pass, small ones quick to search.
        plain += plain_blocks::<64>(bytes);
        plain += plain_blocks::<16>(after(bytes, plain - 1));
    }
    let mut pairs = after(bytes, plain - 1).windows(2);
    match pairs.position(|pair| matches!(pair, [previous, byte] if is_special(*previous, *byte))) {
        Some(index) => plain + index,
        None => bytes.len(),
    }
}

/// How many bytes behind the first are plain, in whole words: eight at a time also where the compiler,
/// asked to save room, makes no wide instructions.
fn plain_words(bytes: &[u8]) -> usize {
    let mut plain = 0;
    while let (Some(before), Some(word)) = (after(bytes, plain).first_chunk(), after(bytes, plain + 1).first_chunk()) {
        let (before, word) = (u64::from_le_bytes(*before), u64::from_le_bytes(*word));
        let half_line_end = are(before, b'\r') ^ are(word, b'\n');
        let special = half_line_end | are(before, b'\n') & are(word, b'.') | are(word, 0);
        if special != 0 {
            break;
        }
        plain += 8;
    }
    plain
}

/// The highest bit of each byte of `word` that is `byte`.
fn are(word: u64, byte: u8) -> u64 {
    let word = word ^ u64::from_le_bytes([byte; 8]);
    let low = u64::from_le_bytes([0x7F; 8]);
    !(((word & low) + low) | word | low)
}

/// How many bytes behind the first are plain, in whole blocks, where the second is.
#[inline(always)]
fn plain_blocks<const SIZE: usize>(bytes: &[u8]) -> usize {
    let mut plain = 0;
    while let (Some(before), Some(block), Some(behind)) = (
        after(bytes, plain).first_chunk::<SIZE>(),
        after(bytes, plain + 1).first_chunk::<SIZE>(),
        after(bytes, plain + 2).first_chunk::<SIZE>(),
    ) {
        // Without a branch for each byte and with plain indices, so that it becomes a few wide
        // instructions even where the compiler is told to save room.
        let mut special = 0;
        for index in 0..SIZE {
            let line_feed = u8::from(block[index] == b'\n');
            special |= u8::from(before[index] == b'\r') ^ line_feed;
            special |= line_feed & u8::from(behind[index] == b'.') | u8::from(behind[index] == 0);
        }
        if special != 0 {
            break;
        }
        plain += SIZE;
    }
    plain
}

fn is_special(previous: u8, byte: u8) -> bool {
    let half_line_end = (previous == b'\r') != (byte == b'\n');
    let leading_dot = previous == b'\n' && byte == b'.';
    half_line_end || leading_dot || byte == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slice::copy;

    #[test]
    fn the_first_line_feed_is_found_wherever_it_stands() {
        for length in 0..100 {
            // The neighbours of LF, and what differs from it in the highest bit alone.
            let bytes: [u8; 100] = core::array::from_fn(|index| [b'\n' + 1, b'\n' - 1, b'\n' | 0x80, 0][index % 4]);
            assert_eq!(line_feed(&bytes[..length]), None);
            assert_eq!(LineFeeds::behind(&bytes[..length], 0).next(), None);
            for place in 0..length {
                for second in place..length {
                    let mut bytes = bytes;
                    (bytes[place], bytes[second]) = (b'\n', b'\n');
                    assert_eq!(line_feed(&bytes[..length]), Some(place), "{place} and {second} of {length}");
                    let every: std::vec::Vec<_> = LineFeeds::behind(&bytes[..length], place / 2).collect();
                    assert_eq!(every.first(), Some(&place), "{place} and {second} of {length}");
                    assert_eq!(every.last(), Some(&second), "{place} and {second} of {length}");
                    assert!(every.len() <= 2);
                }
            }
        }
    }

    #[test]
    fn the_block_search_agrees_with_the_definition() {
        // Mostly sound lines, so that whole blocks are plain.
        let sound: [&[u8]; 5] = [b"x", b"text ", b"\r\n", b"a.b", b"\r\nx"];
        let odd: [&[u8]; 6] = [b"\r", b"\n", b".", b"\0", b"\n\0", b"\r\n."];
        let mut seed = 1_u32;
        let mut random = |bound: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as usize % bound
        };
        let mut reached = [0; 4];
        for _ in 0..20_000 {
            let (mut buffer, mut length) = ([0_u8; 256], 0);
            let wanted = random(200);
            while length < wanted {
                let part = if random(60) == 0 { odd[random(odd.len())] } else { sound[random(sound.len())] };
                length += copy(part, &mut buffer[length..]);
            }
            let bytes = &buffer[..length];
            let previous = [b'\n', b'\r', b'a'][random(3)];
            let before = |index: usize| if index == 0 { previous } else { bytes[index - 1] };
            let expected = (0..length).find(|&index| is_special(before(index), bytes[index])).unwrap_or(length);
            assert_eq!(plain_prefix(bytes, previous), expected, "{bytes:?} behind {previous}");
            if expected > 0 {
                assert_eq!(plain_words(bytes), (expected - 1) / 8 * 8, "{bytes:?} in words");
            }
            reached[expected / 64] += 1;
        }
        // Both short and long ones were seen.
        assert!(reached[..3].iter().all(|count| *count > 1_000), "{reached:?}");
    }
}
