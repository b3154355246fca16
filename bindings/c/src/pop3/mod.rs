//! POP3: client, server and download.

pub mod apop;
pub mod client;
pub mod client_options;
pub mod constants;
pub mod download;
pub mod download_options;
pub mod event;
pub mod seen;
pub mod server;
pub mod server_options;
