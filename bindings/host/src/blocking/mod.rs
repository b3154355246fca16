//! A driver on blocking sockets: one thread a connection, no runtime.
//!
//! While it sends it also listens: when the peer does not take what is sent, what the peer says is
//! read meanwhile, so that two sides that both write never wait for each other.

mod stream;

pub use stream::Stream;

use crate::clock::Clock;
use crate::trace::{Trace, Traced};
use crate::{FAREWELL, LINGER, is_end};
use mailproto::Endpoint;
use rustls::{ClientConfig, ServerConfig};
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long one attempt to send may block before the driver listens.
const ATTEMPT: Duration = Duration::from_millis(20);

/// What a driver needs of a stream: bytes both ways, and calls that give up.
pub trait Transport: Read + Write {
    /// From now on a read or write that has waited so long fails with [`io::ErrorKind::WouldBlock`]
    /// or [`io::ErrorKind::TimedOut`]. With [`Duration::ZERO`] they do not wait at all, with `None`
    /// for as long as it takes.
    ///
    /// # Errors
    /// What the system says.
    fn set_patience(&mut self, patience: Option<Duration>) -> io::Result<()>;
}

/// Moves bytes between an endpoint and a stream.
#[derive(Debug)]
pub struct Driver<E, T = Stream> {
    /// Take events of it and call its verbs, then let the driver [`turn`](Self::turn).
    pub endpoint: E,
    stream: T,
    clock: Clock,
    trace: Trace,
    /// The peer takes nothing any more; what it said before still counts.
    hung_up: bool,
}

impl<E: Endpoint, T: Transport> Driver<E, T> {
    /// Joins the two.
    pub fn new(endpoint: E, stream: T) -> Self {
        Self { endpoint, stream, clock: Clock::start(), trace: Trace::default(), hung_up: false }
    }

    /// Tells of everything that crosses the connection.
    #[must_use]
    pub fn with_trace(mut self, trace: Trace) -> Self {
        self.trace = trace;
        self
    }

    /// Sends what may be sent, and takes what the peer has said meanwhile. It may return before
    /// everything is sent when the peer has said something: take events, then call it again.
    ///
    /// This is the call to make while passing on message data.
    ///
    /// # Errors
    /// What reading the stream says. A peer that takes nothing any more is the end of input for the
    /// endpoint, once its last words are read; a time-out of the protocol is an error of the endpoint.
    pub fn flush(&mut self) -> io::Result<()> {
        self.advance(false)
    }

    /// Sends what may be sent, then waits for bytes, the end, or a time-out, whichever comes first.
    /// Call it when there are no more events.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub fn turn(&mut self) -> io::Result<()> {
        self.advance(true)
    }

    fn advance(&mut self, wait: bool) -> io::Result<()> {
        self.endpoint.handle_time(self.clock.now());
        if self.send()? {
            return Ok(());
        }
        if self.hung_up {
            let heard = self.receive(Some(LINGER))?;
            if !heard && self.endpoint.wants_read() {
                self.endpoint.receive_eof();
            }
            if !self.endpoint.wants_read() {
                let unsent = self.endpoint.transmit().len();
                self.endpoint.transmitted(unsent);
            }
        } else {
            let patience = if wait { self.clock.patience(&self.endpoint) } else { Some(Duration::ZERO) };
            self.receive(patience)?;
        }
        self.endpoint.handle_time(self.clock.now());
        Ok(())
    }

    /// Sends everything that may be sent, unless the peer says something while it does not take what
    /// is sent; tells whether it did.
    fn send(&mut self) -> io::Result<bool> {
        let mut since = Instant::now();
        let mut patience = Duration::ZERO;
        while !self.hung_up {
            self.stream.set_patience(Some(patience))?;
            let bytes = self.endpoint.transmit();
            let outcome = if bytes.is_empty() { self.stream.flush().map(|()| 0) } else { self.stream.write(bytes) };
            match outcome {
                Ok(0) if bytes.is_empty() => break,
                Ok(sent) if sent > 0 => {
                    self.trace.tell(Traced::Sent(self.endpoint.transmit_log().front(sent)));
                    self.endpoint.transmitted(sent);
                    since = Instant::now();
                    patience = Duration::ZERO;
                }
                Err(error) if gave_up(&error) => {
                    if self.receive(Some(Duration::ZERO))? {
                        return Ok(true);
                    }
                    // Nothing moves in either direction: wait, but listen now and then.
                    patience = ATTEMPT;
                    self.endpoint.handle_time(self.clock.now());
                    // Nobody reads: a farewell is not worth much waiting.
                    self.hung_up = !self.endpoint.wants_read() && since.elapsed() > FAREWELL;
                }
                _ => self.hung_up = true,
            }
        }
        Ok(false)
    }

    /// Reads once, straight into the endpoint; tells whether something came, be it the end.
    fn receive(&mut self, patience: Option<Duration>) -> io::Result<bool> {
        if !self.endpoint.wants_read() {
            return Ok(false);
        }
        self.stream.set_patience(patience)?;
        let space = self.endpoint.receive_space();
        if space.is_empty() {
            return Ok(false);
        }
        match self.stream.read(space) {
            Ok(0) => self.endpoint.receive_eof(),
            Ok(count) => {
                self.trace.tell(Traced::Received(&space[..count]));
                self.endpoint.received(count);
            }
            Err(error) if gave_up(&error) => {
                self.endpoint.received(0);
                return Ok(false);
            }
            // TLS that ends without a goodbye is an end all the same.
            Err(error) if is_end(&error) => self.endpoint.receive_eof(),
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// The stream, to look at.
    pub fn stream(&self) -> &T {
        &self.stream
    }

    /// The endpoint and the stream apart.
    pub fn into_parts(self) -> (E, T) {
        (self.endpoint, self.stream)
    }
}

impl<E: Endpoint> Driver<E, Stream> {
    /// Does the handshake of a TLS client. Then say `tls_started` to the endpoint.
    ///
    /// # Errors
    /// What the stream or TLS says.
    pub fn start_tls(&mut self, config: &Arc<ClientConfig>, host: &str) -> io::Result<()> {
        // Not `flush`: what the peer sends next belongs to TLS.
        self.send()?;
        self.stream.start_tls(config, host)?;
        self.trace.tell(Traced::Tls);
        Ok(())
    }

    /// Does the handshake of a TLS server. Then say `tls_started` to the endpoint.
    ///
    /// # Errors
    /// What the stream or TLS says.
    pub fn accept_tls(&mut self, config: &Arc<ServerConfig>) -> io::Result<()> {
        // Not `flush`: what the peer sends next belongs to TLS.
        self.send()?;
        self.stream.accept_tls(config)?;
        self.trace.tell(Traced::Tls);
        Ok(())
    }

    /// Ends the connection so that what was sent last arrives: says goodbye and reads on for a
    /// moment until the peer has hung up.
    ///
    /// # Errors
    /// What the stream says.
    pub fn close(mut self) -> io::Result<()> {
        self.stream.close()
    }
}

fn gave_up(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
