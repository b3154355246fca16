//! Encoded words (RFC 2047): text beyond ASCII in the header of a message.
//!
//! ```
//! use mailproto::codec::encoded_word::{EncodedWord, WordEncoding};
//! let (word, length) = EncodedWord::parse_front(b"=?ISO-8859-1*en?q?a_=E9?= b").unwrap();
//! assert_eq!((word.charset(), word.language(), length), (&b"ISO-8859-1"[..], &b"en"[..], 25));
//! assert_eq!(word.encoding(), WordEncoding::Quoted);
//! assert_eq!(word.bytes().collect::<Vec<_>>(), b"a \xe9");
//! ```

mod decode;
mod encode;

pub(crate) use decode::hexadecimal;
pub use decode::{EncodedWord, WordBytes, WordEncoding};
pub(crate) use encode::looks_encoded;
pub use encode::{Context, Encoder};
