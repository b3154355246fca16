//! What must hold for any input, as functions of bytes.
//!
//! Each function is one fuzz target. The search (`cargo xtask fuzz`) calls it with inputs that reach
//! new code; `cargo test` calls it with the inputs that are committed in `corpus/`. An input decides
//! everything: its front is a list of [`Choices`] (how the bytes are cut, what the host does, which
//! options hold), the rest is what the peer sends.
//!
//! Every target runs the same conversation in several ways and wants the same events and the same
//! bytes from all of them: no cut of the input, no size of the output and no order of calls may be
//! seen in what comes out.

mod choices;
mod client;
mod command;
mod dot_framing;
mod message_looks;
mod message_structure;
mod message_values;
mod message_writer;
mod pop3_client;
mod pop3_command;
mod pop3_download;
mod pop3_response;
mod pop3_server;
mod reply;
mod sasl;
mod server;
mod session;
mod submission;
mod wire;

pub use choices::Choices;
pub use client::smtp_client;
pub use command::smtp_command;
pub use dot_framing::dot_framing;
pub use message_structure::{message_bodies, message_structure};
pub use message_values::{message_addresses, message_dates, message_parameters, message_words};
pub use message_writer::message_writer;
pub use pop3_client::pop3_client;
pub use pop3_command::pop3_command;
pub use pop3_download::pop3_download;
pub use pop3_response::pop3_response;
pub use pop3_server::pop3_server;
pub use reply::smtp_reply;
pub use sasl::{sasl_between, sasl_client, sasl_server};
pub use server::smtp_server;
pub use submission::smtp_submission;

/// A function of any bytes that panics when something does not hold.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 21] = [
    ("dot_framing", dot_framing),
    ("message_addresses", message_addresses),
    ("message_bodies", message_bodies),
    ("message_dates", message_dates),
    ("message_parameters", message_parameters),
    ("message_structure", message_structure),
    ("message_words", message_words),
    ("message_writer", message_writer),
    ("pop3_client", pop3_client),
    ("pop3_command", pop3_command),
    ("pop3_download", pop3_download),
    ("pop3_response", pop3_response),
    ("pop3_server", pop3_server),
    ("sasl_between", sasl_between),
    ("sasl_client", sasl_client),
    ("sasl_server", sasl_server),
    ("smtp_client", smtp_client),
    ("smtp_command", smtp_command),
    ("smtp_reply", smtp_reply),
    ("smtp_server", smtp_server),
    ("smtp_submission", smtp_submission),
];
