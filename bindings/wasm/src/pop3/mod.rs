//! POP3.

mod capability;
#[cfg(feature = "pop3-client")]
mod client;
#[cfg(feature = "download")]
mod download;
#[cfg(any(feature = "pop3-client", feature = "download"))]
mod options;
#[cfg(any(feature = "pop3-client", feature = "download"))]
mod response;
#[cfg(feature = "pop3-server")]
mod server;

pub use capability::capability_tags;
#[cfg(feature = "pop3-client")]
pub(crate) use client::Pop3Client;
#[cfg(all(feature = "pop3-client", feature = "scram"))]
pub use client::apop_digest;
#[cfg(feature = "download")]
pub(crate) use download::Pop3Download;
#[cfg(feature = "pop3-server")]
pub(crate) use server::Pop3Server;
