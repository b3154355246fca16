//! Puts text together from plain pieces and encoded words.

use super::anomaly::Anomaly;
use super::charset::{Charset, Decoder, HostCharsets};
use super::lexical::{Notes, at, between, is_white, skip_white};
use crate::codec::encoded_word::{EncodedWord, hexadecimal};
use crate::slice::{WIDE, after, front};
use core::fmt;
use memchr::{memchr3, memmem};

/// Where text goes to, and who is asked about it.
pub(super) struct Composer<'a, 'c> {
    sink: &'c mut dyn fmt::Write,
    host: &'c mut dyn HostCharsets,
    notes: Notes<'c>,
    /// The charset of what came last, and where that began, if more of it may come.
    open: Option<(Charset<'a>, Decoder<'a>, usize)>,
}

/// Bytes of an encoded word that are decoded at a time.
const PIECE: usize = if WIDE { 256 } else { 32 };

impl<'a, 'c> Composer<'a, 'c> {
    pub(super) fn new(sink: &'c mut dyn fmt::Write, host: &'c mut dyn HostCharsets, notes: Notes<'c>) -> Self {
        Self { sink, host, notes, open: None }
    }

    pub(super) const fn notes(&mut self) -> &mut Notes<'c> {
        &mut self.notes
    }

    /// Text that stands for itself: ASCII, or UTF-8 (RFC 6532).
    pub(super) fn plain(&mut self, text: &[u8], place: usize) -> fmt::Result {
        self.close()?;
        if let Ok(text) = core::str::from_utf8(text) {
            return self.sink.write_str(text);
        }
        self.notes.note(Anomaly::UNDECODABLE_TEXT, place);
        text.utf8_chunks().try_for_each(|chunk| {
            self.sink.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() { Ok(()) } else { self.sink.write_char(char::REPLACEMENT_CHARACTER) }
        })
    }

    /// Bytes in a charset. What is in the same one as the bytes before joins them, even within a character.
    pub(super) fn bytes(&mut self, label: &'a [u8], bytes: &[u8], place: usize) -> fmt::Result {
        let charset = Charset::for_label(label);
        if self.open.as_ref().is_none_or(|(open, ..)| *open != charset) {
            self.close()?;
            if !charset.is_known() {
                self.notes.note(Anomaly::UNKNOWN_CHARSET, place);
            }
            self.open = Some((charset, Decoder::new(charset), place));
        }
        self.more(bytes)
    }

    /// More bytes of what is open.
    fn more(&mut self, bytes: &[u8]) -> fmt::Result {
        match &mut self.open {
            Some((_, decoder, _)) => decoder.decode_with(bytes, self.host, self.sink),
            None => Ok(()),
        }
    }

    /// Bytes in a charset, some of them as a percent sign and two hexadecimal digits (RFC 2231 §4).
    pub(super) fn percent(&mut self, label: &'a [u8], text: &[u8], place: usize) -> fmt::Result {
        self.bytes(label, &[], place)?;
        let (mut from, mut here) = (0, 0);
        while let Some(length) = memchr3(b'%', b'\r', b'\n', after(text, here)) {
            here += length;
            let byte = match after(text, here) {
                [b'%', high, low, ..] => hexadecimal(*high, *low),
                _ => None,
            };
            if at(text, here) == b'%' && byte.is_none() {
                self.notes.note(Anomaly::MALFORMED_PARAMETER, place + here);
                here += 1;
                continue;
            }
            self.more(between(text, from, here))?;
            if let Some(byte) = byte {
                self.more(&[byte])?;
                here += 2;
            }
            here += 1;
            from = here;
        }
        self.more(after(text, from))
    }

    /// An encoded word.
    pub(super) fn word(&mut self, word: &EncodedWord<'a>, place: usize) -> fmt::Result {
        if self.notes.wanted() {
            if self.open.as_ref().is_some_and(|(_, decoder, _)| decoder.is_within_character()) {
                self.notes.note(Anomaly::SPLIT_CHARACTER, place);
            }
            if !word.is_sound() {
                self.notes.note(Anomaly::MALFORMED_ENCODED_WORD, place);
            }
        }
        self.bytes(word.charset(), &[], place)?;
        let mut bytes = word.bytes();
        let mut piece = [0; PIECE];
        loop {
            let count = bytes.read(&mut piece);
            if count == 0 {
                return Ok(());
            }
            self.more(front(&piece, count))?;
        }
    }

    /// Ends what is in one charset.
    pub(super) fn close(&mut self) -> fmt::Result {
        if let Some((_, mut decoder, place)) = self.open.take()
            && !decoder.finish_with(self.host, self.sink)?
        {
            self.notes.note(Anomaly::UNDECODABLE_TEXT, place);
        }
        Ok(())
    }

    /// Text that may be folded and hold encoded words, which stands at `place`:
    ///
    /// ```abnf
    /// unstructured = (*([FWS] VCHAR) *WSP)     ; encoded words among them, RFC 2047 §5 (1)
    /// ```
    /// RFC 5322 §3.2.5. Line ends go, and the white space between two encoded words.
    pub(super) fn unstructured(&mut self, text: &'a [u8], place: usize) -> fmt::Result {
        // No word ends behind this: what looks like the front of one there is not looked at again.
        let mut last = None;
        let (mut start, mut here) = (0, 0);
        while let Some(length) = memchr3(b'=', b'\r', b'\n', after(text, here)) {
            here += length;
            if at(text, here) != b'=' {
                self.plain_between(text, start, here, place)?;
                here += 1;
                start = here;
                continue;
            }
            if at(text, here + 1) != b'?' {
                here += 1;
                continue;
            }
            let last = *last.get_or_insert_with(|| memmem::rfind(text, b"?=").map_or(0, |last| last + 2));
            let Some((word, length)) = EncodedWord::parse_front(after(front(text, last), here)) else {
                here += 1;
                continue;
            };
            self.plain_between(text, start, here, place)?;
            self.note_neighbours(text, here, here + length, place);
            self.word(&word, place + here)?;
            here += length;
            start = here;
            // White space before another word is no text.
            let next = skip_white(text, here);
            if after(front(text, last), next).starts_with(b"=?")
                && EncodedWord::parse_front(after(front(text, last), next)).is_some()
            {
                (here, start) = (next, next);
            }
        }
        self.plain_between(text, start, text.len(), place)
    }

    fn plain_between(&mut self, text: &[u8], start: usize, end: usize, place: usize) -> fmt::Result {
        match text.get(start..end) {
            Some(plain) if !plain.is_empty() => self.plain(plain, place + start),
            _ => Ok(()),
        }
    }

    /// An encoded word has white space on either side (RFC 2047 §5).
    fn note_neighbours(&mut self, text: &[u8], start: usize, end: usize, place: usize) {
        let free = |place: usize| text.get(place).is_none_or(|byte| is_white(*byte));
        if !(start.checked_sub(1).is_none_or(free) && free(end)) {
            self.notes.note(Anomaly::MISPLACED_ENCODED_WORD, place + start);
        }
    }
}

/// Takes text and keeps nothing of it.
pub(super) struct Nowhere;

impl fmt::Write for Nowhere {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }
}

/// Gives a view of text its ways out: its one writer is `compose`.
macro_rules! text_view {
    ($view:ident) => {
        impl<'a> $view<'a> {
            /// Writes the text.
            ///
            /// # Errors
            /// Those of the sink.
            pub fn write(&self, sink: &mut dyn core::fmt::Write) -> core::fmt::Result {
                self.write_with(&mut (), sink)
            }

            /// Writes the text, asking the host about charsets that are not known here.
            ///
            /// # Errors
            /// Those of the sink.
            pub fn write_with(
                &self,
                host: &mut dyn $crate::message::HostCharsets,
                sink: &mut dyn core::fmt::Write,
            ) -> core::fmt::Result {
                let notes = $crate::message::lexical::Notes::nobody();
                let mut composer = $crate::message::compose::Composer::new(sink, host, notes);
                self.compose(&mut composer)?;
                composer.close()
            }

            /// What is not by the letter of the RFCs in it; offsets are those in the value it stands in.
            pub fn anomalies(&self) -> $crate::message::Anomalies {
                let mut anomalies = $crate::message::Anomalies::NONE;
                self.note(&mut anomalies);
                anomalies
            }

            /// Adds what is not by the letter of the RFCs in it.
            pub(in $crate::message) fn note(&self, anomalies: &mut $crate::message::Anomalies) {
                let (mut sink, mut host) = ($crate::message::compose::Nowhere, ());
                let notes = $crate::message::lexical::Notes::new(anomalies);
                let mut composer = $crate::message::compose::Composer::new(&mut sink, &mut host, notes);
                // Nothing fails to be written to nowhere.
                let _ = self.compose(&mut composer).and_then(|()| composer.close());
            }

            /// The text; copied only where it is not the bytes as they stand.
            #[cfg(feature = "alloc")]
            pub fn decoded(&self) -> alloc::borrow::Cow<'a, str> {
                if let Some(text) = self.as_plain() {
                    return alloc::borrow::Cow::Borrowed(text);
                }
                let mut text = alloc::string::String::new();
                // A string takes all that is written to it.
                let _ = self.write(&mut text);
                alloc::borrow::Cow::Owned(text)
            }
        }

        impl core::fmt::Display for $view<'_> {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.write(formatter)
            }
        }
    };
}

pub(super) use text_view;
