//! Names inside messages whose fields are separated by commas (RFC 5801 §4, RFC 5802 §7).

/// Writes a name: `,` and `=` separate, so they are escaped.
///
/// ```abnf
/// saslname = 1*(value-safe-char / "=2C" / "=3D")
/// ```
pub(super) fn put_name(name: &str, put: &mut dyn FnMut(&[u8])) {
    for piece in name.split_inclusive([',', '=']) {
        match piece.as_bytes() {
            [text @ .., b','] => {
                put(text);
                put(b"=2C");
            }
            [text @ .., b'='] => {
                put(text);
                put(b"=3D");
            }
            text => put(text),
        }
    }
}

/// Takes the escapes out of a name where it stands; its length. `None` for `=` that is no escape.
pub(super) fn decode_name(name: &mut [u8]) -> Option<usize> {
    let (mut read, mut written) = (0, 0);
    while let Some(byte) = name.get(read).copied() {
        let (byte, count) = match (byte, name.get(read + 1..read + 3)) {
            (b'=', Some(b"2C")) => (b',', 3),
            (b'=', Some(b"3D")) => (b'=', 3),
            (b'=', _) => return None,
            (byte, _) => (byte, 1),
        };
        *name.get_mut(written)? = byte;
        written += 1;
        read += count;
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn names_are_escaped_and_come_back() {
        for name in ["user", "", ",", "=", "a=b,c", "=2C", "\u{fc},\u{fc}"] {
            let mut text = Vec::new();
            put_name(name, &mut |bytes| text.extend_from_slice(bytes));
            assert!(!text.contains(&b','));
            let length = decode_name(&mut text).unwrap();
            assert_eq!(&text[..length], name.as_bytes());
        }
        for wrong in [&b"a=2"[..], b"=", b"=2c", b"a=41"] {
            assert_eq!(decode_name(&mut wrong.to_vec()), None);
        }
    }
}
