//! Bytes of one charset to text, in pieces of any size.

use super::{Charset, HostCharsets, windows_1252};
use crate::codec::utf7;
use core::fmt;

/// Takes the bytes of one text, piece by piece.
pub struct Decoder<'a> {
    state: State<'a>,
    misfits: bool,
}

enum State<'a> {
    /// UTF-8, and the front of a character that the next piece will complete.
    Utf8([u8; 4], u8),
    Latin1,
    Utf7(utf7::Decoder),
    #[cfg(feature = "charsets")]
    Web(encoding_rs::Decoder),
    /// The host is asked, who may not know either.
    Host(&'a [u8]),
}

impl<'a> Decoder<'a> {
    /// A decoder for a text in this charset.
    pub fn new(charset: Charset<'a>) -> Self {
        let state = match charset {
            Charset::Utf8 => State::Utf8([0; 4], 0),
            Charset::Latin1 => State::Latin1,
            Charset::Utf7 => State::Utf7(utf7::Decoder::default()),
            #[cfg(feature = "charsets")]
            Charset::Web(encoding) => State::Web(web_decoder(encoding)),
            Charset::Unknown(label) => State::Host(label),
        };
        Self { state, misfits: false }
    }

    /// Writes the text of the next bytes.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn decode(&mut self, bytes: &[u8], sink: &mut dyn fmt::Write) -> fmt::Result {
        self.decode_with(bytes, &mut (), sink)
    }

    /// The same, asking the host about a charset that is not known here.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn decode_with(&mut self, bytes: &[u8], host: &mut dyn HostCharsets, sink: &mut dyn fmt::Write) -> fmt::Result {
        self.take(bytes, false, host, sink)
    }

    /// Ends the text: `false` if anything in it was no text in its charset, or ended in the middle of a
    /// character.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(&mut self, sink: &mut dyn fmt::Write) -> Result<bool, fmt::Error> {
        self.finish_with(&mut (), sink)
    }

    /// The same, with the host that was asked before.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish_with(&mut self, host: &mut dyn HostCharsets, sink: &mut dyn fmt::Write) -> Result<bool, fmt::Error> {
        self.take(&[], true, host, sink)?;
        Ok(!self.misfits)
    }

    /// Whether what was taken so far ends in the middle of a character; never known of the host's charsets
    /// and the web's.
    pub(in crate::message) const fn is_within_character(&self) -> bool {
        matches!(self.state, State::Utf8(_, 1..))
    }

    fn take(&mut self, bytes: &[u8], end: bool, host: &mut dyn HostCharsets, sink: &mut dyn fmt::Write) -> fmt::Result {
        if let State::Host(label) = self.state {
            match host.decode(label, bytes, end, sink) {
                Some(sound) => {
                    self.misfits |= !sound?;
                    return Ok(());
                }
                None => self.state = State::Utf8([0; 4], 0),
            }
        }
        match &mut self.state {
            State::Utf8(pending, count) => {
                if take_utf8(pending, count, bytes, sink)? {
                    self.misfits = true;
                }
                if end && core::mem::take(count) > 0 {
                    self.misfits = true;
                    sink.write_char(char::REPLACEMENT_CHARACTER)?;
                }
                Ok(())
            }
            State::Latin1 => {
                bytes.utf8_chunks().try_for_each(|chunk| take_latin1(chunk.valid(), chunk.invalid(), sink))
            }
            State::Utf7(decoder) => {
                decoder.decode(bytes, sink)?;
                if end && !decoder.finish(sink)? {
                    self.misfits = true;
                }
                Ok(())
            }
            #[cfg(feature = "charsets")]
            State::Web(decoder) => {
                self.misfits |= take_web(decoder, bytes, end, sink)?;
                Ok(())
            }
            State::Host(_) => Ok(()),
        }
    }
}

/// UTF-8, of which a character may be cut between two pieces. Whether there was anything else.
fn take_utf8(
    pending: &mut [u8; 4],
    count: &mut u8,
    bytes: &[u8],
    sink: &mut dyn fmt::Write,
) -> Result<bool, fmt::Error> {
    let (mut misfits, mut bytes) = (false, bytes);
    while *count > 0 {
        let [next, behind @ ..] = bytes else { return Ok(misfits) };
        let length = usize::from(*count);
        let Some(place) = pending.get_mut(length) else { break };
        *place = *next;
        match core::str::from_utf8(pending.get(..=length).unwrap_or_default()) {
            Ok(character) => {
                sink.write_str(character)?;
                (*count, bytes) = (0, behind);
            }
            Err(error) if error.error_len().is_none() => {
                *count += 1;
                bytes = behind;
            }
            // The byte is no part of the character, and is looked at anew.
            Err(_) => {
                misfits = true;
                sink.write_char(char::REPLACEMENT_CHARACTER)?;
                *count = 0;
            }
        }
    }
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        sink.write_str(chunk.valid())?;
        let invalid = chunk.invalid();
        if invalid.is_empty() {
            continue;
        }
        let is_cut =
            chunks.peek().is_none() && core::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
        if is_cut {
            for (place, byte) in pending.iter_mut().zip(invalid) {
                *place = *byte;
            }
            *count = invalid.len() as u8;
        } else {
            misfits = true;
            sink.write_char(char::REPLACEMENT_CHARACTER)?;
        }
    }
    Ok(misfits)
}

/// windows-1252 that may by chance be UTF-8 in part; ASCII goes out in one piece.
fn take_latin1(valid: &str, invalid: &[u8], sink: &mut dyn fmt::Write) -> fmt::Result {
    let mut rest = valid;
    loop {
        let ascii = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        sink.write_str(rest.get(..ascii).unwrap_or_default())?;
        rest = rest.get(ascii..).unwrap_or_default();
        let Some(character) = rest.chars().next() else { break };
        let (high, behind) = rest.split_at(character.len_utf8());
        high.bytes().try_for_each(|byte| sink.write_char(windows_1252::character(byte)))?;
        rest = behind;
    }
    invalid.iter().try_for_each(|byte| sink.write_char(windows_1252::character(*byte)))
}

/// Of UTF-16, the mark at the start tells the order of bytes whatever the label says, and is no text.
#[cfg(feature = "charsets")]
fn web_decoder(encoding: &'static encoding_rs::Encoding) -> encoding_rs::Decoder {
    if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE {
        return encoding.new_decoder();
    }
    encoding.new_decoder_without_bom_handling()
}

/// A charset of the web. Whether there was anything that is none of its text.
#[cfg(feature = "charsets")]
fn take_web(
    decoder: &mut encoding_rs::Decoder,
    bytes: &[u8],
    end: bool,
    sink: &mut dyn fmt::Write,
) -> Result<bool, fmt::Error> {
    let (mut misfits, mut bytes) = (false, bytes);
    let mut room = [0; 256];
    loop {
        let (result, read, written, replaced) = decoder.decode_to_utf8(bytes, &mut room, end);
        misfits |= replaced;
        sink.write_str(core::str::from_utf8(room.get(..written).unwrap_or_default()).unwrap_or_default())?;
        bytes = bytes.get(read..).unwrap_or_default();
        if result == encoding_rs::CoderResult::InputEmpty {
            return Ok(misfits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    /// The text of `bytes` in pieces of each size, which is the same for all of them.
    fn decode(label: &[u8], bytes: &[u8]) -> (String, bool) {
        let mut texts = (1..=bytes.len().max(1)).map(|size| {
            let (mut decoder, mut text) = (Decoder::new(Charset::for_label(label)), String::new());
            for piece in bytes.chunks(size) {
                decoder.decode(piece, &mut text).unwrap();
            }
            let sound = decoder.finish(&mut text).unwrap();
            (text, sound)
        });
        let first = texts.next().unwrap();
        assert!(texts.all(|text| text == first), "{}", bytes.escape_ascii());
        first
    }

    #[test]
    fn no_cut_shows_in_the_text() {
        for (label, bytes, text, sound) in [
            ("utf-8", &b"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"[..], "a\u{e9}\u{20ac}\u{1f600}", true),
            ("utf-8", b"a\xe9b\xf0\x9fc\xe2\x82", "a\u{fffd}b\u{fffd}c\u{fffd}", false),
            ("utf-8", b"\xc3\xc3\xa9\xff\xed\xa0\x80", "\u{fffd}\u{e9}\u{fffd}\u{fffd}\u{fffd}\u{fffd}", false),
            ("iso-8859-1", b"\xc3\xa9\x80a\xe9", "\u{c3}\u{a9}\u{20ac}a\u{e9}", true),
            ("utf-7", b"a+2D3cqQ-b", "a\u{1f4a9}b", true),
            ("no-such", b"\xc3\xa9\xe9.", "\u{e9}\u{fffd}.", false),
        ] {
            assert_eq!(decode(label.as_bytes(), bytes), (text.into(), sound), "{label}");
        }
    }

    #[cfg(feature = "charsets")]
    #[test]
    fn charsets_of_the_web_are_read_in_pieces() {
        for (label, bytes, text, sound) in [
            ("shift_jis", &b"\x93\xfa\x96{"[..], "\u{65e5}\u{672c}", true),
            ("iso-2022-jp", b"\x1b$BF|K\\\x1b(B.", "\u{65e5}\u{672c}.", true),
            ("gb2312", b"\xc4\xe3\xba\xc3", "\u{4f60}\u{597d}", true),
            ("koi8-r", b"\xf0\xd2", "\u{41f}\u{440}", true),
            ("euc-jp", b"\xc6", "\u{fffd}", false),
            ("utf-16", b"\xfe\xff\0a\0b", "ab", true),
            ("utf-16", b"\xff\xfea\0b\0", "ab", true),
            ("utf-16be", b"\0a\0b", "ab", true),
        ] {
            assert_eq!(decode(label.as_bytes(), bytes), (text.into(), sound), "{label}");
        }
    }

    struct Rot13;

    impl HostCharsets for Rot13 {
        fn decode(
            &mut self,
            label: &[u8],
            bytes: &[u8],
            end: bool,
            sink: &mut dyn fmt::Write,
        ) -> Option<Result<bool, fmt::Error>> {
            if label != b"x-rot13" {
                return None;
            }
            let turn = |byte: &u8| char::from((byte - b'a' + 13) % 26 + b'a');
            let written = bytes.iter().map(turn).try_for_each(|character| sink.write_char(character));
            Some(written.and_then(|()| if end { sink.write_char('.') } else { Ok(()) }).map(|()| true))
        }
    }

    #[test]
    fn a_host_is_asked_about_what_is_not_known_here() {
        for (label, expected) in [("x-rot13", "hello."), ("x-rot14", "uryyb")] {
            let (mut decoder, mut text) = (Decoder::new(Charset::for_label(label.as_bytes())), String::new());
            decoder.decode_with(b"ury", &mut Rot13, &mut text).unwrap();
            decoder.decode_with(b"yb", &mut Rot13, &mut text).unwrap();
            assert_eq!(decoder.finish_with(&mut Rot13, &mut text), Ok(true));
            assert_eq!(text, expected);
        }
    }
}
