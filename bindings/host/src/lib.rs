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
pub mod tls;
mod trace;

pub use clock::Clock;
pub use trace::{Trace, Traced};
