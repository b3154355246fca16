//! Drivers that join the endpoints of [`mailproto`] to real sockets, with TLS by rustls.
//!
//! | driver | waits by | streams |
//! | --- | --- | --- |
//! | [`blocking::Driver`] | blocking reads with a time-out | [`blocking::Stream`]: TCP, TLS |
//! | [`asynchronous::Driver`] | tokio | [`asynchronous::Stream`]: TCP, TLS |
//!
//! Both work for every endpoint of every protocol, and are used the same way: take events and
//! call verbs on the endpoint, then let the driver move bytes.
//!
//! ```no_run
//! use mailproto::Endpoint;
//! use mailproto::smtp::{Envelope, Submission, SubmissionEvent, SubmissionOptions};
//! use mailproto_host::blocking::{Driver, Stream};
//! use mailproto_host::tls;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut submission = Submission::new(SubmissionOptions::new("host.example"))?;
//! submission.submit(Envelope::new("a@host.example", ["b@example.org"]))?;
//! submission.finish();
//! let mut driver = Driver::new(submission, Stream::connect("mx.example.org", 25)?);
//! while !driver.endpoint.is_closed() {
//!     while let Some(event) = driver.endpoint.next_event()? {
//!         match event {
//!             SubmissionEvent::StartTls => {
//!                 driver.start_tls(&tls::client(&tls::Trust::Public)?, "mx.example.org")?;
//!                 driver.endpoint.tls_started()?;
//!             }
//!             SubmissionEvent::BodyWanted { .. } => {
//!                 driver.endpoint.send_data(b"Subject: hi\r\n\r\nhello\r\n")?;
//!                 driver.endpoint.finish_data()?;
//!             }
//!             event => println!("{event:?}"),
//!         }
//!     }
//!     driver.turn()?;
//! }
//! # Ok(()) }
//! ```

pub mod asynchronous;
pub mod blocking;
mod clock;
mod random;
pub mod tls;
mod trace;
mod transcript;

pub use clock::Clock;
pub use random::{nonce, random};
pub use trace::{Trace, Traced};
pub use transcript::{Entry, Kind, Side, Transcript};

use std::io;
use std::time::Duration;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(60);
/// How long a last word may take to be sent to a peer that does not read.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long a connection that is over is read on.
const LINGER: Duration = Duration::from_secs(1);

/// Whether an error of a stream is its end, however rude.
fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted
    )
}

/// A host as the system wants it: an address literal without its brackets.
fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}
