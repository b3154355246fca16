//! Charsets: from the bytes of a message to text.
//!
//! UTF-8, Latin-1 and UTF-7 are always there; feature `charsets` brings those of the web's standard by
//! `encoding_rs`; and a host that has tables of its own lends them ([`HostCharsets`]). What none of them
//! knows is read as UTF-8, and what is no text in its charset becomes U+FFFD; the bytes stay reachable.
//!
//! ```
//! use mailproto::message::{Charset, Decoder};
//! let mut text = String::new();
//! let mut decoder = Decoder::new(Charset::for_label(b"ISO-8859-1"));
//! decoder.decode(b"na\xefve \x93quote\x94", &mut text).unwrap();
//! assert!(decoder.finish(&mut text).unwrap());
//! assert_eq!(text, "na\u{ef}ve \u{201c}quote\u{201d}");
//! ```

mod decoder;
mod label;
mod windows_1252;

pub use decoder::Decoder;

use core::fmt;

/// A charset by its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Charset<'a> {
    /// UTF-8, and ASCII, which is often a lie about it.
    Utf8,
    /// What goes by the name of Latin-1 or ASCII beyond 127: windows-1252, which has all of it.
    Latin1,
    /// UTF-7 (RFC 2152).
    Utf7,
    /// One of the web's standard.
    #[cfg(feature = "charsets")]
    Web(&'static encoding_rs::Encoding),
    /// One that is not known, by its label.
    Unknown(&'a [u8]),
}

impl<'a> Charset<'a> {
    /// The charset of this label; case does not count. Without a label it is UTF-8.
    pub fn for_label(label: &'a [u8]) -> Self {
        label::find(label.trim_ascii())
    }

    /// Whether it is known.
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

/// The charsets that a host knows, for those that are not known here.
///
/// A browser's `TextDecoder` fits: `decode` is called with one piece of text after the other and `end` with
/// the last one; no two texts are ever mixed.
pub trait HostCharsets {
    /// Writes the text of `bytes` to `sink`, and whether all of it was text. `None`, and nothing written, if
    /// the host does not know the charset of this label either; it must say so for the first piece or never.
    ///
    /// # Errors
    /// Those of the sink.
    fn decode(
        &mut self,
        label: &[u8],
        bytes: &[u8],
        end: bool,
        sink: &mut dyn fmt::Write,
    ) -> Option<Result<bool, fmt::Error>>;
}

/// A host without any.
impl HostCharsets for () {
    fn decode(&mut self, _: &[u8], _: &[u8], _: bool, _: &mut dyn fmt::Write) -> Option<Result<bool, fmt::Error>> {
        None
    }
}
