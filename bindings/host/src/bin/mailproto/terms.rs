//! On what terms to speak with a server: TLS, login, patience. What `send`, `fetch` and `probe` share.

use crate::destination::Destination;
use crate::failure::{Failure, Status, status_of};
use crate::password;
use clap::ValueEnum;
use mailproto::pop3;
use mailproto::sasl::{Mechanism, Mechanisms};
use mailproto::smtp::{ClientTimeouts, Login, TlsPolicy};
use mailproto_host::asynchronous::Stream;
use mailproto_host::tls::{self, Trust};
use rustls::ClientConfig;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The mechanisms by which a user with a password or a token can log in.
const LOGINS: Mechanisms = Mechanisms::PASSWORD.with(Mechanism::XOAuth2).with(Mechanism::OAuthBearer);

/// How long to wait for a connection, if nothing else is said.
const CONNECT: Duration = Duration::from_secs(30);

#[derive(clap::Args, Debug)]
pub(crate) struct Terms {
    /// Whether TLS is wanted [default: starttls with a login, opportunistic without]
    #[arg(long, value_enum, value_name = "POLICY")]
    tls: Option<Policy>,
    /// Trust the certificate authorities in this PEM file, and no others
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca: Option<PathBuf>,
    /// Go on whatever the server's certificate says
    #[arg(long)]
    insecure: bool,
    /// Log in by this mechanism, such as SCRAM-SHA-256 [default: the best that is offered]; for XOAUTH2 and
    /// OAUTHBEARER the password is a token
    #[arg(long, value_name = "MECHANISM")]
    auth: Option<String>,
    #[command(flatten)]
    password: password::Source,
    /// What this host calls itself [default: its address]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// How long the server may take for each step [default: what the RFCs say, minutes]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..))]
    timeout: Option<u16>,
    /// Show the conversation on stderr, secrets taken out and messages shortened
    #[arg(long)]
    pub(crate) trace: bool,
}

/// Whether TLS is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Policy {
    /// By STARTTLS, or nothing is sent
    Starttls,
    /// From the first byte
    Implicit,
    /// Plain text only; a password is sent readable
    None,
    /// By STARTTLS if it is offered, whoever the server is
    Opportunistic,
}

/// A connection, and what is needed to go on with it.
pub(crate) struct Connected {
    pub(crate) stream: Stream,
    /// For STARTTLS.
    pub(crate) config: Arc<ClientConfig>,
    /// What to call ourselves.
    pub(crate) name: String,
}

impl Terms {
    /// The policy that holds at this server.
    pub(crate) fn policy(&self, destination: &Destination) -> Result<TlsPolicy, Failure> {
        let implicit = destination.scheme.is_implicit();
        Ok(match self.tls {
            Some(Policy::Implicit) => TlsPolicy::Implicit,
            Some(_) if implicit => {
                let scheme = destination.scheme;
                return Err(Failure::usage(format_args!(
                    "{}:// is under TLS from the first byte: leave --tls out, or write {}://",
                    scheme.name(),
                    scheme.plain().name()
                )));
            }
            None if implicit => TlsPolicy::Implicit,
            Some(Policy::Starttls) => TlsPolicy::Required,
            Some(Policy::None) => TlsPolicy::None,
            None if destination.login.is_some() => TlsPolicy::Required,
            Some(Policy::Opportunistic) | None => TlsPolicy::Opportunistic,
        })
    }

    /// Who to be at this server.
    pub(crate) fn login(&self, destination: &Destination) -> Result<Option<Login>, Failure> {
        let Some((user, password)) = self.credentials(destination)? else { return Ok(None) };
        let mechanism = self.mechanism()?;
        let mut login = match mechanism {
            Some(Mechanism::XOAuth2 | Mechanism::OAuthBearer) => Login::with_token(&user, &password),
            _ => Login::new(&user, &password),
        };
        login.mechanism = mechanism;
        login.nonce = Some(mailproto_host::nonce().map_err(|error| Failure::io("no login", &error))?);
        login.allow_without_tls = self.policy(destination)? == TlsPolicy::None;
        Ok(Some(login))
    }

    /// The user and the password, wherever it is.
    pub(crate) fn credentials(&self, destination: &Destination) -> Result<Option<(String, String)>, Failure> {
        let elsewhere = self.password.read()?;
        let Some((user, password)) = &destination.login else {
            let idle = elsewhere.is_some() || self.auth.is_some();
            return if idle {
                let scheme = destination.scheme.name();
                Err(Failure::usage(format_args!(
                    "there is a password or mechanism but no user: write {scheme}://USER@HOST"
                )))
            } else {
                Ok(None)
            };
        };
        match elsewhere.as_ref().or(password.as_ref()) {
            Some(password) => Ok(Some((user.clone(), password.clone()))),
            None => Err(Failure::usage(format_args!(
                "no password for {user}: add --password-env or --password-file, or write {}://USER:PASSWORD@HOST",
                destination.scheme.name()
            ))),
        }
    }

    /// The mechanism that is asked for.
    pub(crate) fn mechanism(&self) -> Result<Option<Mechanism>, Failure> {
        let Some(name) = &self.auth else { return Ok(None) };
        let found = Mechanism::from_name(name.as_bytes());
        let known = || LOGINS.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ");
        match found.filter(|found| LOGINS.contains(*found)) {
            Some(found) => Ok(Some(found)),
            None => Err(Failure::usage(format_args!("--auth {name}: there are {}", known()))),
        }
    }

    pub(crate) fn pop3_timeouts(&self) -> pop3::ClientTimeouts {
        match self.timeout {
            None => pop3::ClientTimeouts::default(),
            Some(seconds) => {
                pop3::ClientTimeouts { greeting: seconds, reply: seconds, data_block: seconds, update: seconds }
            }
        }
    }

    pub(crate) fn timeouts(&self) -> ClientTimeouts {
        match self.timeout {
            None => ClientTimeouts::default(),
            Some(seconds) => ClientTimeouts {
                greeting: seconds,
                reply: seconds,
                data_start: seconds,
                data_block: seconds,
                data_end: seconds,
            },
        }
    }

    fn patience(&self) -> Duration {
        self.timeout.map_or(CONNECT, |seconds| Duration::from_secs(seconds.into()))
    }

    /// Whose certificates are believed. Opportunistic TLS hides what is said from listeners only,
    /// so it asks for none (RFC 7435 §3) unless a password is at stake.
    fn trust(&self, destination: &Destination) -> Result<Trust, Failure> {
        let careless = self.policy(destination)? == TlsPolicy::Opportunistic && destination.login.is_none();
        Ok(match &self.ca {
            Some(file) => Trust::File(file.clone()),
            None if self.insecure || careless => Trust::Anyone,
            None => Trust::Public,
        })
    }

    /// Connects, under TLS if it begins with the first byte.
    pub(crate) async fn connect(&self, destination: &Destination) -> Result<Connected, Failure> {
        let config =
            tls::client(&self.trust(destination)?).map_err(|error| Failure::usage(format_args!("--ca: {error}")))?;
        let connecting = Stream::connect_within(&destination.host, destination.port, self.patience());
        let mut stream = connecting.await.map_err(|error| no_connection(destination, &error))?;
        let local = match &stream {
            Stream::Plain(socket) => socket.local_addr().ok(),
            _ => None,
        };
        if self.policy(destination)? == TlsPolicy::Implicit {
            stream = self.handshake(destination, stream.start_tls(&config, &destination.host)).await?;
        }
        let name = self.name.clone().or_else(|| local.map(literal)).unwrap_or_else(|| "[127.0.0.1]".into());
        Ok(Connected { stream, config, name })
    }

    /// Waits for a handshake of TLS, and says what to try when it fails.
    pub(crate) async fn handshake<R>(
        &self,
        destination: &Destination,
        work: impl Future<Output = io::Result<R>>,
    ) -> Result<R, Failure> {
        let outcome = tokio::time::timeout(self.patience(), work).await;
        outcome.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(|error| no_tls(destination, &error))
    }
}

fn no_connection(destination: &Destination, error: &io::Error) -> Failure {
    let hint = match error.kind() {
        io::ErrorKind::ConnectionRefused => ": does a server listen there? Check host and port",
        io::ErrorKind::TimedOut => ": is a firewall in between? Providers often block port 25, try 587",
        _ => "",
    };
    let error = if error.kind() == io::ErrorKind::TimedOut { "timed out".into() } else { error.to_string() };
    let status = if error == "timed out" { Status::TimedOut } else { Status::Broken };
    Failure::new(status, format_args!("cannot connect to {destination}: {error}{hint}"))
}

fn no_tls(destination: &Destination, error: &io::Error) -> Failure {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let hint = match inner {
        Some(rustls::Error::InvalidCertificate(_)) => {
            ": give the authority's certificate to --ca, or go on without knowing who answers by --insecure".into()
        }
        Some(rustls::Error::InvalidMessage(_)) => {
            let scheme = destination.scheme;
            format!(
                ": the server does not seem to speak TLS here, write {}:// for {}",
                scheme.plain().name(),
                scheme.starttls()
            )
        }
        _ => String::new(),
    };
    Failure::new(status_of(error), format_args!("no TLS with {destination}: {error}{hint}"))
}

/// A host without a name is called by its address (RFC 5321 §4.1.4).
fn literal(address: SocketAddr) -> String {
    match address.ip() {
        std::net::IpAddr::V4(address) => format!("[{address}]"),
        std::net::IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}
