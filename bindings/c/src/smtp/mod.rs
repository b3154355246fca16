//! SMTP and LMTP: client, server, submission, and the parsers alone.

pub mod client;
pub mod client_options;
pub mod constants;
pub mod envelope;
pub mod event;
pub mod parameter;
pub mod parse;
pub mod server;
pub mod server_options;
pub mod submission;
pub mod submission_options;
