//! Finds where things end, and knows nothing of what they mean.
//!
//! A framer is resumable: it remembers how far it has looked, so that a peer who sends one byte at
//! a time costs no more looking than one who sends all at once. Grammars see complete frames only.
//!
//! | framer | frame |
//! | --- | --- |
//! | [`LineFramer`] | one line, ended by CR LF |
//! | [`ReplyFramer`] | one reply of several lines, `250-` … `250 ` |
//! | [`DotReader`], [`DotWriter`] | a body that ends at CR LF `.` CR LF, and its transparency |
//! | [`VerbatimDotReader`] | the same, with whatever line ends it has |
//! | [`ChunkFramer`] | a body of an announced length |

mod chunk;
mod dot;
mod dot_writer;
mod line;
mod reply;
mod scan;
mod verbatim;

pub use chunk::ChunkFramer;
pub use dot::{DotFrame, DotReader};
pub use dot_writer::{DotWriter, DotWritten};
pub use line::{LineFrame, LineFramer};
pub use reply::{ReplyFrame, ReplyFramer};
pub(crate) use scan::line_feed;
pub use verbatim::VerbatimDotReader;

/// What happens to CR and LF that stand alone in message data, and to NUL.
///
/// A bare line end that one program takes for an end of line and another does not is how messages
/// are smuggled (RFC 5321 §2.3.8, §4.1.1.4); so it is never passed on as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnds {
    /// The message is refused. The default for what comes in.
    #[default]
    Refuse,
    /// Each bare CR or LF becomes CR LF; it never ends the data. NUL passes.
    Canonicalise,
}
