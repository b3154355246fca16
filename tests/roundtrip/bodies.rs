//! Bodies that other libraries have encoded are decoded to what they were, however they are cut.

use base64::Engine;
use mailproto::message::{BodyDecoder, TransferEncoding};
use proptest::prelude::*;

/// Decodes `text` in pieces of `step` bytes, keeping what waits for more; the result, which has no anomalies.
fn decode(encoding: TransferEncoding, text: &[u8], step: usize) -> Vec<u8> {
    let (mut decoder, mut held, mut decoded) = (BodyDecoder::new(encoding), Vec::new(), Vec::new());
    let mut pieces = text.chunks(step).peekable();
    loop {
        held.extend_from_slice(pieces.next().unwrap_or_default());
        let done = decoder.decode(&mut held, pieces.peek().is_none());
        decoded.extend_from_slice(&held[..done.written]);
        held.drain(..done.taken);
        if pieces.peek().is_none() {
            assert!(held.is_empty() && decoder.anomalies().is_empty());
            return decoded;
        }
    }
}

proptest! {
    #[test]
    fn base64_in_lines_of_any_length(
        bytes in proptest::collection::vec(any::<u8>(), 0..3_000),
        width in 1_usize..100,
        step in 1_usize..900,
    ) {
        let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let lines: Vec<u8> = text.as_bytes().chunks(width).flat_map(|line| [line, b"\r\n"].concat()).collect();
        prop_assert_eq!(decode(TransferEncoding::Base64, &lines, step), bytes);
    }

    #[test]
    fn quoted_printable(bytes in proptest::collection::vec(any::<u8>(), 0..3_000), step in 1_usize..900) {
        let text = quoted_printable::encode(&bytes);
        prop_assert_eq!(decode(TransferEncoding::QuotedPrintable, &text, step), bytes);
    }

    #[test]
    fn quoted_printable_text(text in "[ -~éß\t]{0,200}", step in 1_usize..90) {
        let encoded = quoted_printable::encode(text.as_bytes());
        prop_assert_eq!(decode(TransferEncoding::QuotedPrintable, &encoded, step), text.as_bytes());
    }
}
