//! windows-1252, which mail calls `iso-8859-1`.

/// What 128 to 159 mean; the others mean themselves. Five have no meaning and are control characters, as on
/// the web.
const HIGH: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}',
    '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}',
    '\u{17e}', '\u{178}',
];

/// The character that a byte means.
pub(super) fn character(byte: u8) -> char {
    match byte {
        128..=159 => HIGH[usize::from(byte - 128)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "charsets")]
    #[test]
    fn every_byte_means_what_it_means_on_the_web() {
        for byte in 0..=255 {
            let (mut decoder, mut text) = (encoding_rs::WINDOWS_1252.new_decoder_without_bom_handling(), [0; 16]);
            let (_, _, length, misfits) = decoder.decode_to_utf8(&[byte], &mut text, true);
            let mut place = [0; 4];
            assert!(!misfits && text[..length] == *character(byte).encode_utf8(&mut place).as_bytes(), "{byte}");
        }
    }

    #[test]
    fn the_upper_part_is_that_of_latin_1() {
        assert!((0..128).chain(160..=255).all(|byte| character(byte) == char::from(byte)));
        assert_eq!((character(128), character(159)), ('\u{20ac}', '\u{178}'));
    }
}
