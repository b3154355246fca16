//! Internet messages and MIME (RFC 5322, RFC 2045 to 2049): read as a stream, taken apart, written.

mod address;
mod anomaly;
mod charset;
mod compose;
mod date;
mod header;
mod lexical;
mod phrase;
mod text;

pub use address::{Address, AddressText, Addresses, Group, Mailbox};
pub use anomaly::{Anomalies, Anomaly};
pub use charset::{Charset, Decoder, HostCharsets};
pub use date::DateTime;
pub use header::{Header, Unfolded};
pub use phrase::Phrase;
pub use text::Text;
