//! What must hold of bytes that we sent.

/// Every CR is followed by LF and every LF stands behind CR.
pub fn assert_lines(wire: &[u8]) {
    let mut previous = 0;
    for (index, &byte) in wire.iter().chain([&0]).enumerate() {
        assert_eq!(previous == b'\r', byte == b'\n', "bare CR or LF at byte {index} of {}", wire.escape_ascii());
        previous = byte;
    }
}

/// `wire` is made of replies and nothing else.
pub fn assert_replies(wire: &[u8]) {
    assert_lines(wire);
    for line in wire.split_inclusive(|byte| *byte == b'\n') {
        let sound = matches!(line, [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..]);
        assert!(sound, "no reply: {}", line.escape_ascii());
    }
}
