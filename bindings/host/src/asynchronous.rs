//! A driver on tokio: many connections a thread.

use crate::blocking::is_end;
use crate::clock::Clock;
use crate::tls;
use crate::trace::{Trace, Traced};
use mailproto::Endpoint;
use rustls::{ClientConfig, ServerConfig};
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Moves bytes between an endpoint and a stream.
#[derive(Debug)]
pub struct Driver<E, T = Stream> {
    /// Take events of it and call its verbs, then let the driver [`turn`](Self::turn).
    pub endpoint: E,
    stream: T,
    clock: Clock,
    trace: Trace,
}

impl<E: Endpoint, T: AsyncRead + AsyncWrite + Unpin> Driver<E, T> {
    /// Joins the two.
    pub fn new(endpoint: E, stream: T) -> Self {
        Self { endpoint, stream, clock: Clock::start(), trace: Trace::default() }
    }

    /// Tells of everything that crosses the connection.
    #[must_use]
    pub fn with_trace(mut self, trace: Trace) -> Self {
        self.trace = trace;
        self
    }

    /// Sends everything that may be sent.
    ///
    /// # Errors
    /// What the stream says.
    pub async fn flush(&mut self) -> io::Result<()> {
        while self.endpoint.wants_write() {
            let sent = self.stream.write(self.endpoint.transmit()).await?;
            if sent == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.trace.tell(Traced::Sent(self.endpoint.transmit_log().front(sent)));
            self.endpoint.transmitted(sent);
        }
        self.stream.flush().await
    }

    /// Sends everything that may be sent, then waits for bytes, the end, or a time-out, whichever
    /// comes first. Call it when there are no more events; while passing on message data, call
    /// [`flush`](Self::flush) instead, for the peer may have nothing to say yet. May be dropped at any
    /// time and called again.
    ///
    /// # Errors
    /// What the stream says. A time-out of the protocol is an error of the endpoint, not of this.
    pub async fn turn(&mut self) -> io::Result<()> {
        self.endpoint.handle_time(self.clock.now());
        if let Err(error) = self.flush().await {
            // What the peer said before it hung up still counts.
            let drained = tokio::time::timeout(Duration::from_millis(100), async {
                while self.endpoint.wants_read() && self.read().await.is_ok() {}
            });
            if drained.await.is_err() {
                self.endpoint.receive_eof();
            }
            return if self.endpoint.wants_read() { Err(error) } else { Ok(()) };
        }
        if !self.endpoint.wants_read() {
            return Ok(());
        }
        match self.clock.patience(&self.endpoint) {
            None => self.read().await?,
            Some(patience) => match tokio::time::timeout(patience, self.read()).await {
                Ok(read) => read?,
                Err(_) => self.endpoint.received(0),
            },
        }
        self.endpoint.handle_time(self.clock.now());
        Ok(())
    }

    /// Reads once, straight into the endpoint; while it waits, the endpoint holds no memory for it.
    async fn read(&mut self) -> io::Result<()> {
        poll_fn(|context| {
            let space = self.endpoint.receive_space();
            if space.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(space);
            let read = pin!(&mut self.stream).poll_read(context, &mut buffer);
            let count = buffer.filled().len();
            match read {
                Poll::Pending => {
                    self.endpoint.received(0);
                    Poll::Pending
                }
                Poll::Ready(Ok(())) if count == 0 => {
                    self.endpoint.receive_eof();
                    Poll::Ready(Ok(()))
                }
                Poll::Ready(Ok(())) => {
                    self.trace.tell(Traced::Received(buffer.filled()));
                    self.endpoint.received(count);
                    Poll::Ready(Ok(()))
                }
                // TLS that ends without a goodbye is an end all the same.
                Poll::Ready(Err(error)) if is_end(&error) => {
                    self.endpoint.receive_eof();
                    Poll::Ready(Ok(()))
                }
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            }
        })
        .await
    }

    /// Says goodbye to the other side of the stream.
    ///
    /// # Errors
    /// What the stream says.
    pub async fn close(mut self) -> io::Result<()> {
        self.stream.shutdown().await
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
    pub async fn start_tls(&mut self, config: &Arc<ClientConfig>, host: &str) -> io::Result<()> {
        self.flush().await?;
        let stream = std::mem::replace(&mut self.stream, Stream::Closed);
        self.stream = stream.start_tls(config, host).await?;
        self.trace.tell(Traced::Tls);
        Ok(())
    }

    /// Does the handshake of a TLS server. Then say `tls_started` to the endpoint.
    ///
    /// # Errors
    /// What the stream or TLS says.
    pub async fn accept_tls(&mut self, config: &Arc<ServerConfig>) -> io::Result<()> {
        self.flush().await?;
        let stream = std::mem::replace(&mut self.stream, Stream::Closed);
        self.stream = stream.accept_tls(config).await?;
        self.trace.tell(Traced::Tls);
        Ok(())
    }
}

/// A connection in plain text or under TLS.
#[derive(Debug)]
pub enum Stream {
    /// Plain text.
    Plain(TcpStream),
    /// Under TLS.
    Tls(Box<tokio_rustls::TlsStream<TcpStream>>),
    /// A handshake failed: nothing more can be read or written.
    Closed,
}

impl Stream {
    /// Connects in plain text.
    ///
    /// # Errors
    /// What the system says.
    pub async fn connect(host: &str, port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((host.trim_start_matches('[').trim_end_matches(']'), port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self::Plain(stream))
    }

    /// Does the handshake of a TLS client on a plain connection.
    ///
    /// # Errors
    /// What the system or TLS says; [`io::ErrorKind::AlreadyExists`] under TLS.
    pub async fn start_tls(self, config: &Arc<ClientConfig>, host: &str) -> io::Result<Self> {
        let connector = TlsConnector::from(Arc::clone(config));
        let stream = connector.connect(tls::name(host)?, self.plain()?).await?;
        Ok(Self::Tls(Box::new(stream.into())))
    }

    /// Does the handshake of a TLS server on a plain connection.
    ///
    /// # Errors
    /// What the system or TLS says; [`io::ErrorKind::AlreadyExists`] under TLS.
    pub async fn accept_tls(self, config: &Arc<ServerConfig>) -> io::Result<Self> {
        let acceptor = TlsAcceptor::from(Arc::clone(config));
        let stream = acceptor.accept(self.plain()?).await?;
        Ok(Self::Tls(Box::new(stream.into())))
    }

    fn plain(self) -> io::Result<TcpStream> {
        match self {
            Self::Plain(stream) => Ok(stream),
            Self::Tls(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Self::Closed => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Closed => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Closed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
            Self::Closed => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => {
                ready!(Pin::new(stream).poll_shutdown(context))?;
                Poll::Ready(Ok(()))
            }
            Self::Closed => Poll::Ready(Ok(())),
        }
    }
}
