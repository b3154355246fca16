//! A driver on tokio: many connections a thread.
//!
//! It sends and listens at the same time, so that two sides that both write never wait for each
//! other, and keeps nothing of its own between calls: a call that is dropped loses nothing.

mod stream;

pub use stream::Stream;

use crate::clock::Clock;
use crate::trace::{Trace, Traced};
use crate::{FAREWELL, HANDSHAKE, LINGER, is_end};
use mailproto::Endpoint;
use rustls::{ClientConfig, ServerConfig};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;

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

impl<E: Endpoint, T: AsyncRead + AsyncWrite + Unpin> Driver<E, T> {
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
    /// This is the call to make while passing on message data. May be dropped at any time and
    /// called again.
    ///
    /// # Errors
    /// What reading the stream says. A peer that takes nothing any more is the end of input for the
    /// endpoint, once its last words are read; a time-out of the protocol is an error of the endpoint.
    pub async fn flush(&mut self) -> io::Result<()> {
        self.advance(false).await
    }

    /// Sends what may be sent, then waits for bytes, the end, or a time-out, whichever comes first.
    /// Call it when there are no more events. May be dropped at any time and called again.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub async fn turn(&mut self) -> io::Result<()> {
        self.advance(true).await
    }

    async fn advance(&mut self, wait: bool) -> io::Result<()> {
        self.endpoint.handle_time(self.clock.now());
        let patience = match self.clock.patience(&self.endpoint) {
            _ if self.hung_up => Some(LINGER),
            // Once nothing is read any more, only a farewell is left.
            _ if !self.endpoint.wants_read() => Some(FAREWELL),
            patience => patience,
        };
        let moved = poll_fn(|context| self.poll_advance(context, wait));
        match patience {
            None => moved.await?,
            Some(patience) => match timeout(patience, moved).await {
                Ok(moved) => moved?,
                Err(_) if self.hung_up => self.endpoint.receive_eof(),
                Err(_) => self.hung_up = !self.endpoint.wants_read(),
            },
        }
        if self.hung_up && !self.endpoint.wants_read() {
            let unsent = self.endpoint.transmit().len();
            self.endpoint.transmitted(unsent);
        }
        self.endpoint.handle_time(self.clock.now());
        Ok(())
    }

    /// Sends and reads what can be. Ready when something has come, or everything has been sent and
    /// nothing is to be waited for.
    fn poll_advance(&mut self, context: &mut Context<'_>, wait: bool) -> Poll<io::Result<()>> {
        let sent = self.poll_send(context).is_ready();
        let may_come = match self.poll_receive(context)? {
            Poll::Ready(true) => return Poll::Ready(Ok(())),
            Poll::Ready(false) => false,
            Poll::Pending => true,
        };
        let enough = sent && !(may_come && (wait || self.hung_up));
        if enough { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    /// Ready when everything has been sent that can be.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.endpoint.wants_write() && !self.hung_up {
            match Pin::new(&mut self.stream).poll_write(context, self.endpoint.transmit()) {
                Poll::Ready(Ok(sent)) if sent > 0 => {
                    self.trace.tell(Traced::Sent(self.endpoint.transmit_log().front(sent)));
                    self.endpoint.transmitted(sent);
                }
                Poll::Ready(_) => self.hung_up = true,
                Poll::Pending => return Poll::Pending,
            }
        }
        match Pin::new(&mut self.stream).poll_flush(context) {
            Poll::Ready(flushed) => {
                self.hung_up |= flushed.is_err();
                Poll::Ready(())
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// Reads once, straight into the endpoint; while it waits, the endpoint holds no memory for it.
    /// Ready with `false` when the endpoint takes nothing now.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        if !self.endpoint.wants_read() {
            return Poll::Ready(Ok(false));
        }
        let space = self.endpoint.receive_space();
        if space.is_empty() {
            return Poll::Ready(Ok(false));
        }
        let mut buffer = ReadBuf::new(space);
        let read = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
        let count = buffer.filled().len();
        match read {
            Poll::Pending => {
                self.endpoint.received(0);
                return Poll::Pending;
            }
            Poll::Ready(Ok(())) if count == 0 => self.endpoint.receive_eof(),
            Poll::Ready(Ok(())) => {
                self.trace.tell(Traced::Received(buffer.filled()));
                self.endpoint.received(count);
            }
            // TLS that ends without a goodbye is an end all the same.
            Poll::Ready(Err(error)) if is_end(&error) => self.endpoint.receive_eof(),
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
        }
        Poll::Ready(Ok(true))
    }

    /// Ends the connection so that what was sent last arrives: says goodbye and reads on for a
    /// moment until the peer has hung up. A socket that is closed with unread bytes in it takes back
    /// what was sent last.
    ///
    /// # Errors
    /// What the stream says.
    pub async fn close(mut self) -> io::Result<()> {
        let goodbye = async {
            self.stream.shutdown().await?;
            let mut waste = [0; 4096];
            while self.stream.read(&mut waste).await? > 0 {}
            Ok(())
        };
        timeout(LINGER, goodbye).await.unwrap_or(Ok(()))
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
    /// Does the handshake of a TLS client. Then say `tls_started` to the endpoint. When it is
    /// dropped before it is done, the connection is gone.
    ///
    /// # Errors
    /// What the stream or TLS says.
    pub async fn start_tls(&mut self, config: &Arc<ClientConfig>, host: &str) -> io::Result<()> {
        // Not `flush`: what the peer sends next belongs to TLS.
        poll_fn(|context| self.poll_send(context)).await;
        let stream = std::mem::replace(&mut self.stream, Stream::Closed);
        self.stream = within(HANDSHAKE, stream.start_tls(config, host)).await?;
        self.trace.tell(Traced::Tls);
        Ok(())
    }

    /// Does the handshake of a TLS server. Then say `tls_started` to the endpoint. When it is
    /// dropped before it is done, the connection is gone.
    ///
    /// # Errors
    /// What the stream or TLS says.
    pub async fn accept_tls(&mut self, config: &Arc<ServerConfig>) -> io::Result<()> {
        // Not `flush`: what the peer sends next belongs to TLS.
        poll_fn(|context| self.poll_send(context)).await;
        let stream = std::mem::replace(&mut self.stream, Stream::Closed);
        self.stream = within(HANDSHAKE, stream.accept_tls(config)).await?;
        self.trace.tell(Traced::Tls);
        Ok(())
    }
}

/// A time-out as an error of the stream.
pub(crate) async fn within<R>(patience: Duration, work: impl Future<Output = io::Result<R>>) -> io::Result<R> {
    timeout(patience, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
