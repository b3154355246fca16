//! The inner loop of every body: how many bytes need no thought.

use crate::slice::after;

/// The number of bytes at the front of `bytes` that can be copied without a thought, where
/// `previous` is the byte before them: up to the first dot that starts a line, NUL, LF without CR,
/// or byte behind a CR that is not LF.
pub(super) fn plain_prefix(bytes: &[u8], previous: u8) -> usize {
    let Some(&first) = bytes.first() else { return 0 };
    if is_special(previous, first) {
        return 0;
    }
    let mut plain = 1;
    // A small machine has no wide registers and little room.
    if cfg!(target_pointer_width = "64") && !matches!(bytes, [previous, byte, ..] if is_special(*previous, *byte)) {
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
            reached[expected / 64] += 1;
        }
        // Both short and long ones were seen.
        assert!(reached[..3].iter().all(|count| *count > 1_000), "{reached:?}");
    }
}
