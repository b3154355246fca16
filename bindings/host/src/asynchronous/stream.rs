//! A TCP connection on tokio, in plain text or under TLS.

use super::within;
use crate::{tls, without_brackets};
use rustls::{ClientConfig, CommonState, ServerConfig};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

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
        let stream = TcpStream::connect((without_brackets(host), port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self::Plain(stream))
    }

    /// Connects in plain text, waiting so long.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::TimedOut`].
    pub async fn connect_within(host: &str, port: u16, patience: Duration) -> io::Result<Self> {
        within(patience, Self::connect(host, port)).await
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

    /// What was agreed on with the other side, under TLS.
    pub fn tls(&self) -> Option<&CommonState> {
        match self {
            Self::Tls(stream) => Some(stream.get_ref().1),
            _ => None,
        }
    }

    /// What binds a login to this TLS channel (RFC 9266); only TLS 1.3 has it.
    pub fn channel_binding(&self) -> Option<[u8; 32]> {
        let Self::Tls(stream) = self else { return None };
        match &**stream {
            tokio_rustls::TlsStream::Client(stream) => tls::channel_binding(stream.get_ref().1),
            tokio_rustls::TlsStream::Server(stream) => tls::channel_binding(stream.get_ref().1),
        }
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
