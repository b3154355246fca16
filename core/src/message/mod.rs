//! Internet messages and MIME (RFC 5322, RFC 2045 to 2049): read as a stream, taken apart, written.

mod anomaly;
mod content;
mod encoding;
mod flowed;
mod header;
mod reader;
mod report;
mod structure;
#[cfg(feature = "alloc")]
mod tree;

pub use anomaly::{Anomalies, Anomaly};
pub use content::PartKind;
pub use encoding::{BodyDecoder, TransferEncoding};
pub use flowed::Flowed;
pub use header::{Header, Unfolded};
pub use reader::{BodyForm, Event, PartStart, Reader, ReaderOptions};
pub use report::{DeliveryStatus, FieldGroup, FieldGroups};
#[cfg(feature = "alloc")]
pub use tree::{Bodies, BodyStructure, Envelope, Fields, Message, MessageTable, Part, Parts, Section, SectionBytes};
