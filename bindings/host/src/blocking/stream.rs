//! A TCP connection, in plain text or under TLS, that can give up waiting.

use super::{Transport, gave_up};
use crate::{HANDSHAKE, LINGER, tls, without_brackets};
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A connection in plain text or under TLS.
#[derive(Debug)]
pub struct Stream {
    socket: TcpStream,
    /// Boxed, for it is much larger than the rest.
    tls: Option<Box<Connection>>,
    /// What the socket was told last, to spare it being told again.
    patience: Option<Option<Duration>>,
}

impl From<TcpStream> for Stream {
    fn from(socket: TcpStream) -> Self {
        Self { socket, tls: None, patience: None }
    }
}

impl Stream {
    /// Connects in plain text.
    ///
    /// # Errors
    /// What the system says.
    pub fn connect(host: &str, port: u16) -> io::Result<Self> {
        let socket = TcpStream::connect((without_brackets(host), port))?;
        socket.set_nodelay(true)?;
        Ok(socket.into())
    }

    /// Connects in plain text, waiting so long for each address of the host.
    ///
    /// # Errors
    /// What the system says of the last address.
    pub fn connect_within(host: &str, port: u16, patience: Duration) -> io::Result<Self> {
        let mut outcome = Err(io::Error::new(io::ErrorKind::NotFound, "the host has no address"));
        for address in (without_brackets(host), port).to_socket_addrs()? {
            outcome = TcpStream::connect_timeout(&address, patience);
            if outcome.is_ok() {
                break;
            }
        }
        let socket = outcome?;
        socket.set_nodelay(true)?;
        Ok(socket.into())
    }

    /// Does the handshake of a TLS client on a plain connection.
    ///
    /// # Errors
    /// What the system or TLS says; [`io::ErrorKind::AlreadyExists`] under TLS.
    pub fn start_tls(&mut self, config: &Arc<ClientConfig>, host: &str) -> io::Result<()> {
        let connection = ClientConnection::new(Arc::clone(config), tls::name(host)?).map_err(io::Error::other)?;
        self.shake_hands(connection.into())
    }

    /// Does the handshake of a TLS server on a plain connection.
    ///
    /// # Errors
    /// What the system or TLS says; [`io::ErrorKind::AlreadyExists`] under TLS.
    pub fn accept_tls(&mut self, config: &Arc<ServerConfig>) -> io::Result<()> {
        let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        self.shake_hands(connection.into())
    }

    fn shake_hands(&mut self, mut connection: Connection) -> io::Result<()> {
        if self.tls.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let begun = Instant::now();
        while connection.is_handshaking() {
            let left = HANDSHAKE.checked_sub(begun.elapsed()).filter(|left| !left.is_zero());
            self.set_patience(Some(left.ok_or(io::ErrorKind::TimedOut)?))?;
            match connection.complete_io(&mut self.socket) {
                Ok(_) => {}
                Err(error) if gave_up(&error) => {}
                Err(error) => return Err(error),
            }
        }
        self.tls = Some(Box::new(connection));
        Ok(())
    }

    /// What was agreed on with the other side, under TLS.
    pub fn tls(&self) -> Option<&Connection> {
        self.tls.as_deref()
    }

    /// What binds a login to this TLS channel (RFC 9266); only TLS 1.3 has it.
    pub fn channel_binding(&self) -> Option<[u8; 32]> {
        match self.tls()? {
            Connection::Client(connection) => tls::channel_binding(connection),
            Connection::Server(connection) => tls::channel_binding(connection),
        }
    }

    /// The socket underneath.
    pub fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Says goodbye and reads on for a moment. A socket that is closed with unread bytes in it
    /// takes back what was sent last.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.set_patience(Some(LINGER))?;
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            while tls.wants_write() {
                tls.write_tls(&mut self.socket)?;
            }
        }
        self.socket.shutdown(Shutdown::Write)?;
        let begun = Instant::now();
        let mut waste = [0; 4096];
        while begun.elapsed() < LINGER && self.socket.read(&mut waste)? > 0 {}
        Ok(())
    }
}

impl Read for Stream {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else {
            return self.socket.read(space);
        };
        loop {
            match tls.reader().read(space) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return other,
            }
            if tls.read_tls(&mut self.socket)? == 0 {
                // No goodbye came before the end: the next look says so.
                tls.process_new_packets().map_err(io::Error::other)?;
                return tls.reader().read(space);
            }
            let processed =
                tls.process_new_packets().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error));
            // An answer of TLS itself, such as an alert, goes with the next write if not now.
            if tls.wants_write() {
                let _ = tls.write_tls(&mut self.socket);
            }
            processed?;
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else {
            return self.socket.write(bytes);
        };
        while tls.wants_write() {
            tls.write_tls(&mut self.socket)?;
        }
        let taken = tls.writer().write(bytes)?;
        // What cannot leave now leaves before the next write, or by `flush`.
        while tls.wants_write() && tls.write_tls(&mut self.socket).is_ok_and(|count| count > 0) {}
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                tls.write_tls(&mut self.socket)?;
            }
        }
        self.socket.flush()
    }
}

impl Transport for Stream {
    fn set_patience(&mut self, patience: Option<Duration>) -> io::Result<()> {
        if self.patience == Some(patience) {
            return Ok(());
        }
        let waits = patience != Some(Duration::ZERO);
        if self.patience.is_none_or(|before| (before != Some(Duration::ZERO)) != waits) {
            self.socket.set_nonblocking(!waits)?;
        }
        if waits {
            self.socket.set_read_timeout(patience)?;
            self.socket.set_write_timeout(patience)?;
        }
        self.patience = Some(patience);
        Ok(())
    }
}
