//! Internet messages and MIME (RFC 5322, RFC 2045 to 2049): read as a stream, taken apart, written.

mod address;
mod anomaly;
mod charset;
mod compose;
mod content;
mod content_type;
mod date;
mod disposition;
mod encoding;
mod flowed;
mod header;
mod identifier;
mod lexical;
mod list;
mod looks;
mod parameter;
mod phrase;
#[cfg(feature = "alloc")]
mod preview;
mod reader;
mod received;
mod report;
mod structure;
mod text;
#[cfg(feature = "alloc")]
mod tree;
pub mod writer;

pub use address::{Address, AddressText, Addresses, Group, Mailbox};
pub use anomaly::{Anomalies, Anomaly};
pub use charset::{Charset, Decoder, HostCharsets};
pub use content::PartKind;
pub use content_type::ContentType;
pub use date::DateTime;
pub use disposition::{Disposition, file_name};
pub use encoding::{BodyDecoder, TransferEncoding};
pub use flowed::Flowed;
pub use header::{Header, Unfolded};
pub use identifier::{MessageId, MessageIds};
pub use list::{ListId, ListUris};
pub use parameter::{Parameter, ParameterSection, Parameters};
pub use phrase::Phrase;
pub use reader::{BodyForm, Event, PartStart, Reader, ReaderOptions};
pub use received::{Received, TraceClause};
pub use report::{DeliveryStatus, FieldGroup, FieldGroups};
pub use text::Text;
#[cfg(feature = "alloc")]
pub use tree::{Bodies, BodyStructure, Envelope, Fields, Message, MessageTable, Part, Parts, Section, SectionBytes};
pub use writer::{Draft, Writer, WriterOptions};
