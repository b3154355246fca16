//! Internet messages and MIME (RFC 5322, RFC 2045 to 2049): read as a stream, taken apart, written.

mod address;
mod anomaly;
mod charset;
mod compose;
mod content_type;
mod date;
mod header;
mod lexical;
mod parameter;
mod phrase;
mod text;

pub use address::{Address, AddressText, Addresses, Group, Mailbox};
pub use anomaly::{Anomalies, Anomaly};
pub use charset::{Charset, Decoder, HostCharsets};
pub use content_type::ContentType;
pub use date::DateTime;
pub use header::{Header, Unfolded};
pub use parameter::{Parameter, Parameters, Section};
pub use phrase::Phrase;
pub use text::Text;
