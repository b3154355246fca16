//! Attacks, one file a protocol, each with the exact error and offset.

mod quirks;
mod smtp_client;
mod smtp_server;
