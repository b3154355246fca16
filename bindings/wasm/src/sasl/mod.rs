//! Authentication, for every protocol.

mod account;
#[cfg(any(feature = "smtp-client", feature = "pop3-client"))]
mod client;
#[cfg(any(feature = "smtp-server", feature = "pop3-server"))]
mod credentials;
mod mechanism;
mod outcome;
#[cfg(all(feature = "scram", any(feature = "smtp-server", feature = "pop3-server")))]
mod scram_server;

#[cfg(any(feature = "submission", feature = "download"))]
pub(crate) use account::{account, bind};
#[cfg(any(feature = "smtp-client", feature = "pop3-client"))]
pub(crate) use client::{Authenticates, Login, exchange};
#[cfg(any(feature = "smtp-server", feature = "pop3-server"))]
pub(crate) use credentials::{Refusal, shown};
pub use mechanism::mechanism_names;
pub(crate) use mechanism::{bits, of_bits};
#[cfg(any(feature = "submission", feature = "download"))]
pub(crate) use outcome::outcome;
#[cfg(all(feature = "scram", any(feature = "smtp-server", feature = "pop3-server")))]
pub use scram_server::{ScramServer, scram_unknown_user, scram_verifier};

#[cfg(any(feature = "smtp-client", feature = "pop3-client"))]
pub use client::best_mechanism;
