//! Content transfer encodings (RFC 2045 §6), and what undoes any of them.

use crate::codec::{Decoded, base64_body, quoted_printable, uuencode};
use crate::message::{Anomalies, Anomaly};

/// How the body of a part is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransferEncoding {
    /// Short lines of ASCII: the default.
    #[default]
    SevenBit,
    /// Short lines.
    EightBit,
    /// Anything.
    Binary,
    /// Text that is mostly ASCII.
    QuotedPrintable,
    /// Anything, in 64 characters.
    Base64,
    /// The same before MIME, as `x-uuencode`, `x-uue` or `uuencode`.
    Uuencode,
    /// Another one; the body can be had as it stands.
    Unknown,
}

impl TransferEncoding {
    /// Reads the value of `Content-Transfer-Encoding` (RFC 2045 §6.1):
    ///
    /// ```text
    /// mechanism := "7bit" / "8bit" / "binary" / "quoted-printable" / "base64" / ietf-token / x-token
    /// ```
    ///
    /// ```
    /// use mailproto::message::TransferEncoding;
    /// assert_eq!(TransferEncoding::parse(b" Base64\r\n"), TransferEncoding::Base64);
    /// ```
    pub fn parse(value: &[u8]) -> Self {
        let word = super::content::word(value);
        let known: [(&[u8], Self); 9] = [
            (b"7bit", Self::SevenBit),
            (b"base64", Self::Base64),
            (b"quoted-printable", Self::QuotedPrintable),
            (b"8bit", Self::EightBit),
            (b"binary", Self::Binary),
            (b"x-uuencode", Self::Uuencode),
            (b"x-uue", Self::Uuencode),
            (b"uuencode", Self::Uuencode),
            // A field without a value says nothing.
            (b"", Self::SevenBit),
        ];
        known.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map_or(Self::Unknown, |(_, encoding)| *encoding)
    }

    /// Whether a body stands as it is, with nothing to be undone.
    pub const fn is_identity(self) -> bool {
        !matches!(self, Self::QuotedPrintable | Self::Base64 | Self::Uuencode)
    }
}

/// Undoes any encoding in place, in pieces of any size.
///
/// ```
/// use mailproto::message::{BodyDecoder, TransferEncoding};
/// let mut decoder = BodyDecoder::new(TransferEncoding::Base64);
/// let mut body = *b"aGVsbG8=";
/// let decoded = decoder.decode(&mut body, true);
/// assert_eq!(&body[..decoded.written], b"hello");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BodyDecoder(Kind);

#[derive(Clone, Copy, Debug)]
enum Kind {
    Identity,
    QuotedPrintable(quoted_printable::Decoder),
    Base64(base64_body::Decoder, u64),
    Uuencode(uuencode::Decoder),
}

impl BodyDecoder {
    /// At the start of a body that is encoded so.
    pub const fn new(encoding: TransferEncoding) -> Self {
        Self(match encoding {
            TransferEncoding::QuotedPrintable => Kind::QuotedPrintable(quoted_printable::Decoder::new()),
            TransferEncoding::Base64 => Kind::Base64(base64_body::Decoder::new(), 0),
            TransferEncoding::Uuencode => Kind::Uuencode(uuencode::Decoder::new()),
            _ => Kind::Identity,
        })
    }

    /// Decodes `body` over itself. What is not taken belongs before the next piece; of the `last` one, all
    /// is taken.
    pub fn decode(&mut self, body: &mut [u8], last: bool) -> Decoded {
        match &mut self.0 {
            Kind::Identity => Decoded { taken: body.len(), written: body.len() },
            Kind::QuotedPrintable(decoder) => decoder.decode(body, last),
            Kind::Base64(decoder, position) => {
                *position += body.len() as u64;
                Decoded { taken: body.len(), written: decoder.decode(body) }
            }
            Kind::Uuencode(decoder) => decoder.decode(body, last),
        }
    }

    /// What was met, once the last piece was decoded; offsets are those of the encoded body.
    pub fn anomalies(&self) -> Anomalies {
        let mut anomalies = Anomalies::NONE;
        let (anomaly, place) = match &self.0 {
            Kind::Identity => return anomalies,
            Kind::QuotedPrintable(decoder) => (Anomaly::MALFORMED_QUOTED_PRINTABLE, decoder.malformed()),
            Kind::Base64(decoder, length) => {
                let place = decoder.malformed().or((!decoder.is_complete()).then_some(*length));
                (Anomaly::MALFORMED_BASE64, place)
            }
            Kind::Uuencode(decoder) => (Anomaly::MALFORMED_UUENCODE, decoder.malformed()),
        };
        if let Some(place) = place {
            anomalies.note(anomaly, place);
        }
        anomalies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_known_in_any_case_and_with_what_stands_around_it() {
        for (value, encoding) in [
            (&b" 7BIT"[..], TransferEncoding::SevenBit),
            (b" Quoted-Printable\r\n", TransferEncoding::QuotedPrintable),
            (b"\r\n\tBASE64;", TransferEncoding::Base64),
            (b" (really) 8bit (no)", TransferEncoding::EightBit),
            (b" \"base64\"", TransferEncoding::Base64),
            (b" x-uue", TransferEncoding::Uuencode),
            (b" ", TransferEncoding::SevenBit),
            (b" base 64", TransferEncoding::Unknown),
            (b" base65", TransferEncoding::Unknown),
        ] {
            assert_eq!(TransferEncoding::parse(value), encoding, "{value:?}");
        }
    }
}
