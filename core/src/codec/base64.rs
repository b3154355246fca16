//! Base64 (RFC 4648 §4), as SASL uses it: one line, padded.
//!
//! ```
//! use mailproto::codec::base64;
//! let mut text = [0; 8];
//! assert_eq!(base64::encode(b"hello", &mut text), Some(8));
//! assert_eq!(&text, b"aGVsbG8=");
//! assert_eq!(base64::decode_in_place(&mut text), Ok(5));
//! assert_eq!(&text[..5], b"hello");
//! ```

pub(crate) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes that `length` bytes become.
pub const fn encoded_length(length: usize) -> usize {
    length.div_ceil(3) * 4
}

/// Encodes all of `bytes` into the front of `text`; the number of bytes written, or `None` and
/// nothing written if there is no room.
pub fn encode(bytes: &[u8], text: &mut [u8]) -> Option<usize> {
    let length = encoded_length(bytes.len());
    let text = text.get_mut(..length)?;
    for (group, place) in bytes.chunks(3).zip(text.chunks_exact_mut(4)) {
        encode_group(group, place);
    }
    Some(length)
}

fn encode_group(group: &[u8], place: &mut [u8]) {
    let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (index, character) in place.iter_mut().enumerate() {
        *character = if index <= group.len() { ALPHABET[(bits >> (18 - 6 * index) & 63) as usize] } else { b'=' };
    }
}

/// Where a text stops being base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBase64 {
    /// Offset of the first offending byte.
    pub offset: usize,
}

/// Decodes `text` over itself; the number of bytes at its front that are the result.
///
/// # Errors
/// [`InvalidBase64`] for a byte outside the alphabet, a missing or misplaced `=`, or bits that are
/// not zero behind the last byte. What was decoded before it has been written over.
pub fn decode_in_place(text: &mut [u8]) -> Result<usize, InvalidBase64> {
    let length = text.len();
    if !length.is_multiple_of(4) {
        return Err(InvalidBase64 { offset: length });
    }
    let padding = text.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let significant = length - padding;
    let mut written = 0;
    let (mut bits, mut count) = (0_u32, 0);
    for offset in 0..significant {
        let value = sextet(text[offset]).ok_or(InvalidBase64 { offset })?;
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            text[written] = (bits >> count) as u8;
            written += 1;
            bits &= (1 << count) - 1;
        }
    }
    if bits != 0 {
        return Err(InvalidBase64 { offset: significant - 1 });
    }
    Ok(written)
}

/// The six bits that a character stands for; not those of `=`, which stands for none.
pub(crate) const fn sextet(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648_hold_both_ways() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            let mut text = [0; 16];
            let length = encode(plain.as_bytes(), &mut text).unwrap();
            assert_eq!(&text[..length], encoded.as_bytes());
            let decoded = decode_in_place(&mut text[..length]).unwrap();
            assert_eq!(&text[..decoded], plain.as_bytes());
        }
    }

    #[test]
    fn what_is_not_base64_is_refused_where_it_stops() {
        for (text, offset) in [("Zg=", 3), ("Z===", 1), ("Zh==", 1), ("Zm9*", 3), ("=m9v", 0), ("Zg==Zg==", 2)] {
            let mut bytes = [0; 8];
            bytes[..text.len()].copy_from_slice(text.as_bytes());
            assert_eq!(decode_in_place(&mut bytes[..text.len()]), Err(InvalidBase64 { offset }), "{text}");
        }
    }
}
