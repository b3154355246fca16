//! UTF-7 (RFC 2152): text in 7 bits, as old mailers sent it.
//!
//! ```
//! use mailproto::codec::utf7::Decoder;
//! let (mut decoder, mut text) = (Decoder::default(), String::new());
//! decoder.decode(b"Hi Mom -+Jjo", &mut text).unwrap();
//! decoder.decode(b"--+-!", &mut text).unwrap();
//! assert_eq!(decoder.finish(&mut text), Ok(true));
//! assert_eq!(text, "Hi Mom -\u{263a}-+!");
//! ```

use super::base64::sextet;
use core::fmt;

/// Takes UTF-7 in pieces of any size.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// Whether what comes is base64 in UTF-16.
    shifted: bool,
    /// Whether nothing has come since the `+`.
    fresh: bool,
    bits: u32,
    count: u32,
    /// The first half of a pair of surrogates.
    high: Option<u16>,
    misfits: bool,
}

impl Decoder {
    /// Writes the text of the next bytes. What is none becomes U+FFFD.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn decode(&mut self, bytes: &[u8], sink: &mut dyn fmt::Write) -> fmt::Result {
        bytes.iter().try_for_each(|byte| self.take(*byte, sink))
    }

    /// Ends the text. `false` if anything in it was no UTF-7.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(&mut self, sink: &mut dyn fmt::Write) -> Result<bool, fmt::Error> {
        self.leave(sink)?;
        let sound = !self.misfits;
        *self = Self::default();
        Ok(sound)
    }

    fn take(&mut self, byte: u8, sink: &mut dyn fmt::Write) -> fmt::Result {
        if !self.shifted {
            return match byte {
                b'+' => {
                    *self = Self { shifted: true, fresh: true, misfits: self.misfits, ..Self::default() };
                    Ok(())
                }
                0..=127 => sink.write_char(char::from(byte)),
                _ => self.misfit(sink),
            };
        }
        let fresh = core::mem::take(&mut self.fresh);
        if let Some(value) = sextet(byte) {
            self.bits = self.bits << 6 | u32::from(value);
            self.count += 6;
            if self.count < 16 {
                return Ok(());
            }
            self.count -= 16;
            let unit = (self.bits >> self.count) as u16;
            self.bits &= (1 << self.count) - 1;
            return self.unit(unit, sink);
        }
        self.leave(sink)?;
        match byte {
            b'-' if fresh => sink.write_char('+'),
            b'-' => Ok(()),
            _ => {
                self.misfits |= fresh;
                self.take_plain(byte, sink)
            }
        }
    }

    /// A byte that ended a shifted sequence, and is no part of it.
    fn take_plain(&mut self, byte: u8, sink: &mut dyn fmt::Write) -> fmt::Result {
        if byte.is_ascii() { sink.write_char(char::from(byte)) } else { self.misfit(sink) }
    }

    fn unit(&mut self, unit: u16, sink: &mut dyn fmt::Write) -> fmt::Result {
        let high = self.high.take();
        match (high, unit) {
            (Some(high), 0xdc00..=0xdfff) => {
                let code = 0x1_0000 + (u32::from(high & 0x3ff) << 10) + u32::from(unit & 0x3ff);
                return sink.write_char(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (Some(_), _) => self.misfit(sink)?,
            (None, _) => {}
        }
        match unit {
            0xd800..=0xdbff => {
                self.high = Some(unit);
                Ok(())
            }
            _ => match char::from_u32(u32::from(unit)) {
                Some(character) => sink.write_char(character),
                None => self.misfit(sink),
            },
        }
    }

    /// Ends a shifted sequence.
    fn leave(&mut self, sink: &mut dyn fmt::Write) -> fmt::Result {
        // Bits that are left over must be zero, and no more than base64 brings along (RFC 2152).
        self.misfits |= self.shifted && (self.count >= 6 || self.bits != 0);
        self.shifted = false;
        (self.bits, self.count) = (0, 0);
        if self.high.take().is_some() { self.misfit(sink) } else { Ok(()) }
    }

    fn misfit(&mut self, sink: &mut dyn fmt::Write) -> fmt::Result {
        self.misfits = true;
        sink.write_char(char::REPLACEMENT_CHARACTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn decode(bytes: &[u8]) -> (String, bool) {
        let (mut decoder, mut text) = (Decoder::default(), String::new());
        for byte in bytes {
            decoder.decode(core::slice::from_ref(byte), &mut text).unwrap();
        }
        let sound = decoder.finish(&mut text).unwrap();
        (text, sound)
    }

    #[test]
    fn the_examples_of_rfc_2152_are_read() {
        for (bytes, text) in [
            (&b"A+ImIDkQ."[..], "A\u{2262}\u{391}."),
            (b"Hi Mom -+Jjo--!", "Hi Mom -\u{263a}-!"),
            (b"+ZeVnLIqe-", "\u{65e5}\u{672c}\u{8a9e}"),
            (b"Item 3 is +AKM-1.", "Item 3 is \u{a3}1."),
            (b"+-", "+"),
            (b"+2D3cqQ-", "\u{1f4a9}"),
        ] {
            assert_eq!(decode(bytes), (text.into(), true), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn what_is_no_utf7_is_replaced_and_told() {
        for (bytes, text) in [
            (&b"a\xe9b"[..], "a\u{fffd}b"),
            (b"+2D0-", "\u{fffd}"),
            (b"+2D0AYQ-", "\u{fffd}a"),
            (b"+3Kk-", "\u{fffd}"),
            (b"+AKM", "\u{a3}"),
            (b"+A", ""),
            (b"+.", "."),
        ] {
            let (found, sound) = decode(bytes);
            assert_eq!(found, text, "{}", bytes.escape_ascii());
            assert_eq!(sound, bytes == b"+AKM", "{}", bytes.escape_ascii());
        }
    }
}
