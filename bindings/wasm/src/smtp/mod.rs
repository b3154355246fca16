//! SMTP and LMTP.

#[cfg(feature = "smtp-client")]
mod client;
mod extension;
mod options;
#[cfg(any(feature = "smtp-client", feature = "submission"))]
mod parameter;
mod reply;
#[cfg(feature = "smtp-server")]
mod server;
#[cfg(feature = "smtp-server")]
mod shown;
#[cfg(feature = "submission")]
mod submission;

#[cfg(feature = "smtp-client")]
pub(crate) use client::SmtpClient;
pub use extension::extension_keywords;
#[cfg(feature = "smtp-server")]
pub(crate) use server::SmtpServer;
#[cfg(feature = "submission")]
pub(crate) use submission::SmtpSubmission;
