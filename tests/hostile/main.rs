//! Attacks, one file a protocol, each with the exact error and offset.

mod message;
mod message_values;
mod pop3_client;
mod pop3_server;
mod quirks;
mod sasl;
mod smtp_client;
mod smtp_server;
