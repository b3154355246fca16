//! A driver on blocking sockets: one thread a connection, no runtime.

use crate::clock::Clock;
use crate::tls;
use crate::trace::{Trace, Traced};
use mailproto::Endpoint;
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

/// What a driver needs of a stream: bytes both ways, and reads that give up.
pub trait Transport: Read + Write {
    /// From now on a read that has waited so long fails with [`io::ErrorKind::WouldBlock`] or
    /// [`io::ErrorKind::TimedOut`].
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
}

impl<E: Endpoint, T: Transport> Driver<E, T> {
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
    pub fn flush(&mut self) -> io::Result<()> {
        while self.endpoint.wants_write() {
            let sent = self.stream.write(self.endpoint.transmit())?;
            if sent == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.trace.tell(Traced::Sent(self.endpoint.transmit_log().front(sent)));
            self.endpoint.transmitted(sent);
        }
        self.stream.flush()
    }

    /// Sends everything that may be sent, then waits for bytes, the end, or a time-out, whichever
    /// comes first. Call it when there are no more events; while passing on message data, call
    /// [`flush`](Self::flush) instead, for the peer may have nothing to say yet.
    ///
    /// # Errors
    /// What the stream says. A time-out of the protocol is an error of the endpoint, not of this.
    pub fn turn(&mut self) -> io::Result<()> {
        self.endpoint.handle_time(self.clock.now());
        if let Err(error) = self.flush() {
            // What the peer said before it hung up still counts.
            self.drain();
            return if self.endpoint.wants_read() { Err(error) } else { Ok(()) };
        }
        if !self.endpoint.wants_read() {
            return Ok(());
        }
        self.stream.set_patience(self.clock.patience(&self.endpoint))?;
        let space = self.endpoint.receive_space();
        if space.is_empty() {
            return Ok(());
        }
        match self.stream.read(space) {
            Ok(0) => self.endpoint.receive_eof(),
            Ok(count) => {
                self.trace.tell(Traced::Received(&space[..count]));
                self.endpoint.received(count);
            }
            Err(error) if gave_up(&error) => self.endpoint.received(0),
            // TLS that ends without a goodbye is an end all the same.
            Err(error) if is_end(&error) => self.endpoint.receive_eof(),
            Err(error) => return Err(error),
        }
        self.endpoint.handle_time(self.clock.now());
        Ok(())
    }

    /// Reads what has arrived already, up to the end.
    fn drain(&mut self) {
        let soon = Some(Duration::from_millis(100));
        while self.stream.set_patience(soon).is_ok() {
            let space = self.endpoint.receive_space();
            if space.is_empty() {
                return;
            }
            match self.stream.read(space) {
                Ok(count) if count > 0 => {
                    self.trace.tell(Traced::Received(&space[..count]));
                    self.endpoint.received(count);
                }
                _ => return self.endpoint.receive_eof(),
            }
        }
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
        self.flush()?;
        self.stream.start_tls(config, host)?;
        self.trace.tell(Traced::Tls);
        Ok(())
    }

    /// Does the handshake of a TLS server. Then say `tls_started` to the endpoint.
    ///
    /// # Errors
    /// What the stream or TLS says.
    pub fn accept_tls(&mut self, config: &Arc<ServerConfig>) -> io::Result<()> {
        self.flush()?;
        self.stream.accept_tls(config)?;
        self.trace.tell(Traced::Tls);
        Ok(())
    }
}

/// A connection in plain text or under TLS.
#[derive(Debug)]
pub enum Stream {
    /// Plain text.
    Plain(TcpStream),
    /// Under TLS, as the client of it.
    Client(Box<StreamOwned<ClientConnection, TcpStream>>),
    /// Under TLS, as the server of it.
    Server(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    /// Connects in plain text.
    ///
    /// # Errors
    /// What the system says.
    pub fn connect(host: &str, port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((host.trim_start_matches('[').trim_end_matches(']'), port))?;
        stream.set_nodelay(true)?;
        Ok(Self::Plain(stream))
    }

    /// Does the handshake of a TLS client on a plain connection.
    ///
    /// # Errors
    /// What the system or TLS says; [`io::ErrorKind::AlreadyExists`] under TLS.
    pub fn start_tls(&mut self, config: &Arc<ClientConfig>, host: &str) -> io::Result<()> {
        let connection = ClientConnection::new(Arc::clone(config), tls::name(host)?).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, self.plain()?);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        *self = Self::Client(Box::new(stream));
        Ok(())
    }

    /// Does the handshake of a TLS server on a plain connection.
    ///
    /// # Errors
    /// What the system or TLS says; [`io::ErrorKind::AlreadyExists`] under TLS.
    pub fn accept_tls(&mut self, config: &Arc<ServerConfig>) -> io::Result<()> {
        let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, self.plain()?);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        *self = Self::Server(Box::new(stream));
        Ok(())
    }

    fn plain(&self) -> io::Result<TcpStream> {
        match self {
            Self::Plain(stream) => stream.try_clone(),
            _ => Err(io::ErrorKind::AlreadyExists.into()),
        }
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Client(stream) => &stream.sock,
            Self::Server(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(space),
            Self::Client(stream) => stream.read(space),
            Self::Server(stream) => stream.read(space),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Client(stream) => stream.write(bytes),
            Self::Server(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Client(stream) => stream.flush(),
            Self::Server(stream) => stream.flush(),
        }
    }
}

impl Transport for Stream {
    fn set_patience(&mut self, patience: Option<Duration>) -> io::Result<()> {
        self.socket().set_read_timeout(patience)
    }
}

fn gave_up(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

pub(crate) fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset)
}
