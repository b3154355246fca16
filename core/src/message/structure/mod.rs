//! The one grammar of the structure of a message, which the streaming reader and the tree share.
//!
//! ```text
//! entity    := header [blank-line body]                               RFC 2045 §2.4
//! header    := [mbox-line / leading-fold] *field
//! multipart := preamble 1*(delimiter entity) close epilogue           RFC 2046 §5.1.1
//! delimiter := line-end "--" boundary *WSP line-end
//! close     := line-end "--" boundary "--" *WSP line-end
//! ```
//!
//! It has no recursion: what is open stands in [`Levels`], a stack of fixed size, and each line that
//! looks like a delimiter is compared with all of it at once.

mod header;
mod levels;
mod scan;

pub(crate) use header::{Content, Head, HeaderStep, examine_field, header_step};
pub(crate) use levels::{Delimiter, Judgement, Levels};
pub(crate) use scan::{Search, line_end_before, unsettled_end};
