//! SASL: the mechanisms, and exchanges by them.

pub mod client;
pub(crate) mod credentials;
pub mod failure;
pub mod identity;
pub mod login;
pub mod mechanism;
mod secret;
pub mod server;
