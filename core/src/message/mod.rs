//! Internet messages and MIME (RFC 5322, RFC 2045 to 2049): read as a stream, taken apart, written.

mod address;
mod anomaly;
mod charset;
mod compose;
mod content_type;
mod date;
mod disposition;
mod header;
mod identifier;
mod lexical;
mod list;
mod parameter;
mod phrase;
mod received;
mod text;

pub use address::{Address, AddressText, Addresses, Group, Mailbox};
pub use anomaly::{Anomalies, Anomaly};
pub use charset::{Charset, Decoder, HostCharsets};
pub use content_type::ContentType;
pub use date::DateTime;
pub use disposition::{Disposition, file_name};
pub use header::{Header, Unfolded};
pub use identifier::{MessageId, MessageIds};
pub use list::{ListId, ListUris};
pub use parameter::{Parameter, Parameters, Section};
pub use phrase::Phrase;
pub use received::{Received, TraceClause};
pub use text::Text;
