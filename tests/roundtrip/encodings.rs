//! xtext, base64 and dot-terminated bodies.

use mailproto::codec::base64;
use mailproto::frame::{DotFrame, DotReader, DotWriter, LineEnds};
use mailproto::sasl::{ClientMechanism, Plain};
use mailproto::smtp::Xtext;
use proptest::prelude::*;

/// Writes `body` in pieces of `step` bytes through a window of `room` bytes.
fn write(body: &[u8], step: usize, room: usize) -> Vec<u8> {
    let mut writer = DotWriter::new(LineEnds::Refuse);
    let (mut wire, mut window) = (Vec::new(), vec![0; room]);
    for mut piece in body.chunks(step) {
        while !piece.is_empty() {
            let done = writer.write(piece, &mut window);
            assert!(!done.refused);
            wire.extend_from_slice(&window[..done.written]);
            piece = &piece[done.taken..];
        }
    }
    let mut end = [0; DotWriter::FINISH_ROOM];
    let written = writer.finish(&mut end);
    wire.extend_from_slice(&end[..written]);
    wire
}

/// Reads a wire that comes in pieces of `step` bytes; the body, and what is left behind its end.
fn read(wire: &[u8], step: usize) -> (Vec<u8>, Vec<u8>) {
    let mut reader = DotReader::new(LineEnds::Refuse);
    let (mut held, mut body) = (Vec::new(), Vec::new());
    let mut pieces = wire.chunks(step);
    loop {
        match reader.next(&held) {
            DotFrame::Incomplete => held.extend_from_slice(pieces.next().expect("the end")),
            DotFrame::Data { length } => body.extend(held.drain(..length)),
            DotFrame::Skip { consumed } => drop(held.drain(..consumed)),
            DotFrame::End { consumed, refused } => {
                assert!(!refused);
                held.drain(..consumed);
                held.extend(pieces.flatten());
                return (body, held);
            }
            DotFrame::LineEnd { .. } => panic!("nothing is bare"),
        }
    }
}

/// Lines of bytes that are any but CR, LF and NUL, with dots where they matter.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        2 => proptest::collection::vec(prop_oneof![1_u8..=9, 11_u8..=12, 14_u8..=255], 0..90),
        1 => Just(b".".to_vec()),
        1 => Just(b"..".to_vec()),
    ];
    proptest::collection::vec(line, 0..20)
        .prop_map(|lines| lines.iter().flat_map(|line| [&line[..], b"\r\n"].concat()).collect())
}

proptest! {
    #[test]
    fn dot_stuffing_is_undone_for_any_body_and_any_cut(
        body in lines(), written in 1_usize..40, room in 3_usize..80, read_by in 1_usize..40,
    ) {
        let wire = write(&body, written, room);
        let terminators = wire.windows(5).filter(|bytes| bytes == b"\r\n.\r\n").count();
        prop_assert!(terminators <= 1);
        let followed = [&wire[..], b"NOOP\r\n"].concat();
        prop_assert_eq!(read(&followed, read_by), (body, b"NOOP\r\n".to_vec()));
    }

    #[test]
    fn base64_is_undone(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut text = vec![0; base64::encoded_length(bytes.len())];
        prop_assert_eq!(base64::encode(&bytes, &mut text), Some(text.len()));
        prop_assert!(text.iter().all(u8::is_ascii_graphic));
        let length = base64::decode_in_place(&mut text).unwrap();
        prop_assert_eq!(&text[..length], &bytes[..]);
    }

    #[test]
    fn what_decodes_as_base64_encodes_to_the_same(text in "[A-Za-z0-9+/]{0,40}={0,2}") {
        let before = text.into_bytes();
        let mut bytes = before.clone();
        if let Ok(length) = base64::decode_in_place(&mut bytes) {
            let mut again = vec![0; base64::encoded_length(length)];
            base64::encode(&bytes[..length], &mut again).unwrap();
            prop_assert_eq!(again, before);
        }
    }

    #[test]
    fn xtext_says_what_was_meant(text in "\\PC{0,40}") {
        let plain = Xtext::plain(&text);
        prop_assert!(plain.decode().eq(text.bytes()));
        if let Some(encoded) = Xtext::encoded(&text) {
            let decoded: Vec<_> = encoded.decode().collect();
            if let Ok(decoded) = std::str::from_utf8(&decoded) {
                prop_assert_eq!(encoded, Xtext::plain(decoded));
            }
        }
    }

    #[test]
    fn plain_carries_any_credentials_without_nul(user in "[^\0]{1,20}", password in "[^\0]{0,20}") {
        let mut response = [0; 200];
        let length = Plain::new("", &user, &password).unwrap().initial(&mut response).unwrap();
        let expected = format!("\0{user}\0{password}");
        prop_assert_eq!(&response[..length], expected.as_bytes());
    }
}
