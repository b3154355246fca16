//! A TCP connection, in plain text or under TLS.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use mailproto::Endpoint;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::certificates::{CERTIFICATES, HOST};

/// A peer that stays silent for so long has hung.
const PATIENCE: Duration = Duration::from_secs(180);

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(ring::default_provider()));

pub(super) enum Stream {
    Plain(TcpStream),
    TlsClient(Box<StreamOwned<ClientConnection, TcpStream>>),
    TlsServer(Box<StreamOwned<ServerConnection, TcpStream>>),
    /// A handshake has failed.
    Broken,
}

impl Stream {
    pub(super) fn connect(address: SocketAddr) -> io::Result<Self> {
        Self::accepted(TcpStream::connect_timeout(&address, PATIENCE)?)
    }

    pub(super) fn accepted(socket: TcpStream) -> io::Result<Self> {
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        Ok(Self::Plain(socket))
    }

    /// Does the client's side of the handshake, to its end.
    pub(super) fn start_tls_as_client(&mut self) -> io::Result<()> {
        static CONFIGURATION: LazyLock<Arc<ClientConfig>> = LazyLock::new(client_configuration);
        let name = ServerName::try_from(HOST).map_err(io::Error::other)?;
        let connection = ClientConnection::new(Arc::clone(&CONFIGURATION), name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, self.take_plain()?);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        *self = Self::TlsClient(Box::new(stream));
        Ok(())
    }

    /// Does the server's side of the handshake, to its end.
    pub(super) fn start_tls_as_server(&mut self) -> io::Result<()> {
        static CONFIGURATION: LazyLock<Arc<ServerConfig>> = LazyLock::new(server_configuration);
        let connection = ServerConnection::new(Arc::clone(&CONFIGURATION)).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, self.take_plain()?);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        *self = Self::TlsServer(Box::new(stream));
        Ok(())
    }

    /// Sends what there is to send, else reads once, if the endpoint wants to. Either may bring the
    /// next event: a server begins TLS when its 220 has been sent.
    pub(super) fn turn(&mut self, endpoint: &mut impl Endpoint) -> io::Result<()> {
        if endpoint.wants_write() {
            self.send(endpoint)
        } else if endpoint.wants_read() {
            self.receive(endpoint)
        } else {
            Ok(())
        }
    }

    /// Sends all that an endpoint has to send.
    pub(super) fn send(&mut self, endpoint: &mut impl Endpoint) -> io::Result<()> {
        while endpoint.wants_write() {
            let written = self.write(endpoint.transmit())?;
            endpoint.transmitted(written);
        }
        self.flush()
    }

    /// Reads once, into the endpoint's own room.
    fn receive(&mut self, endpoint: &mut impl Endpoint) -> io::Result<()> {
        let space = endpoint.receive_space();
        if space.is_empty() {
            return Err(io::Error::other("the endpoint wants to read and has no room"));
        }
        match self.read(space) {
            Ok(0) => endpoint.receive_eof(),
            Ok(count) => endpoint.received(count),
            // The peer closed the connection without the farewell of TLS, or at once.
            Err(error) if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
                endpoint.receive_eof();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn take_plain(&mut self) -> io::Result<TcpStream> {
        match std::mem::replace(self, Self::Broken) {
            Self::Plain(socket) => Ok(socket),
            _ => Err(io::Error::other("only plain text can become TLS")),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(space),
            Self::TlsClient(stream) => stream.read(space),
            Self::TlsServer(stream) => stream.read(space),
            Self::Broken => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::TlsClient(stream) => stream.write(bytes),
            Self::TlsServer(stream) => stream.write(bytes),
            Self::Broken => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::TlsClient(stream) => stream.flush(),
            Self::TlsServer(stream) => stream.flush(),
            Self::Broken => Ok(()),
        }
    }
}

fn client_configuration() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(CERTIFICATES.authority.as_bytes());
    roots.add(authority.expect("an own certificate can be read")).expect("an own certificate is sound");
    let configuration = ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
        .with_safe_default_protocol_versions()
        .expect("the provider has the usual versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(configuration)
}

fn server_configuration() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATES.server.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(CERTIFICATES.server_key.as_bytes());
    let configuration = ServerConfig::builder_with_provider(Arc::clone(&PROVIDER))
        .with_safe_default_protocol_versions()
        .expect("the provider has the usual versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.expect("an own certificate can be read")],
            key.expect("an own key can be read"),
        )
        .expect("the key fits the certificate");
    Arc::new(configuration)
}
