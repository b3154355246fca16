//! Sixteen bytes at a time: how many of them go over as they are.

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 16;

/// Bytes before the first `=` or LF.
#[inline]
pub(super) fn unescaped(block: &[u8; BLOCK]) -> usize {
    let bytes = Bytes::of(block);
    bytes.equal(b'=').or(bytes.equal(b'\n')).first()
}

/// Bytes before the first that is neither a space nor printable, or is `=`.
#[inline]
pub(super) fn literal(block: &[u8; BLOCK]) -> usize {
    let bytes = Bytes::of(block);
    bytes.below_space().or(bytes.equal(b'=')).or(bytes.equal(127)).first()
}

/// All of a block; or a mark in the highest bit of each byte. Above the first mark there may be others.
#[derive(Clone, Copy)]
struct Bytes(u64, u64);

impl Bytes {
    #[inline(always)]
    fn of(block: &[u8; BLOCK]) -> Self {
        let bits = u128::from_le_bytes(*block);
        Self(bits as u64, (bits >> 64) as u64)
    }

    #[inline(always)]
    fn map(self, act: impl Fn(u64) -> u64) -> Self {
        Self(act(self.0), act(self.1))
    }

    #[inline(always)]
    fn equal(self, byte: u8) -> Self {
        self.map(|word| {
            let word = word ^ repeat(byte);
            word.wrapping_sub(repeat(1)) & !word
        })
    }

    /// A control, or beyond ASCII.
    #[inline(always)]
    fn below_space(self) -> Self {
        self.map(|word| word | word.wrapping_sub(repeat(32)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0, self.1 | other.1)
    }

    /// The place of the first mark.
    #[inline(always)]
    fn first(self) -> usize {
        let Self(front, back) = self.map(|word| word & repeat(0x80));
        let bits = if front == 0 { 64 + back.trailing_zeros() } else { front.trailing_zeros() };
        bits as usize / 8
    }
}

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_not_taken_over_is_found_at_every_place() {
        for byte in 0..=255 {
            for place in 0..BLOCK {
                let mut block = [b' '; BLOCK];
                block[place] = byte;
                let is_literal = matches!(byte, b' '..=b'<' | b'>'..=b'~');
                assert_eq!(literal(&block), if is_literal { BLOCK } else { place }, "{byte} at {place}");
                let is_unescaped = !matches!(byte, b'=' | b'\n');
                assert_eq!(unescaped(&block), if is_unescaped { BLOCK } else { place }, "{byte} at {place}");
                // Whatever stands behind makes no difference.
                if let Some(next) = block.get_mut(place + 1) {
                    *next = b'=';
                    assert_eq!(literal(&block), if is_literal { place + 1 } else { place }, "{byte} at {place}");
                }
            }
        }
    }
}
