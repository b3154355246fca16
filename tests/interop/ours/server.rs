//! mailproto's server, with the same mailboxes and accounts as the servers of
//! others have.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mailproto::sasl::{Mechanisms, Proof, TokenRefusal};
use mailproto::smtp::{EnhancedCode, ExtensionSet, Path, Protocol, Server, ServerEvent, ServerOptions, ServerTimeouts};
use mailproto::{Endpoint, Error, Misuse};
use mailproto_host::blocking::{Driver, Stream};

use super::PATIENCE;
use super::exchange::{Channel, Conducted, Said};
use super::tls::TLS;
use crate::clients::Encryption;
use crate::servers::{ACCOUNTS, DOMAIN, LATER, MAILBOXES};

/// A recipient that is accepted, and its message refused in LMTP.
pub(crate) const FULL: &str = "full";

/// What a server insists on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) protocol: Protocol,
    pub(crate) encryption: Encryption,
    pub(crate) require_auth: bool,
    pub(crate) mechanisms: Mechanisms,
}

impl Settings {
    /// SMTP from everyone, in plain text.
    pub(crate) const OPEN: Self = Self {
        protocol: Protocol::Smtp,
        encryption: Encryption::None,
        require_auth: false,
        mechanisms: Mechanisms::SERVER_DEFAULT,
    };
}

/// A message with all that was said about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    /// The name that the client gave itself.
    pub(crate) client: String,
    /// Whether it came under TLS.
    pub(crate) tls: bool,
    /// Who the client proved to be, and by which mechanism.
    pub(crate) user: Option<(String, String)>,
    pub(crate) from: String,
    /// The parameters of MAIL.
    pub(crate) parameters: String,
    pub(crate) to: Vec<String>,
    /// The parameters of RCPT, for each of them.
    pub(crate) wishes: Vec<String>,
    /// Whether a recipient came along with MAIL, before that was answered.
    pub(crate) pipelined: bool,
    /// Whether it came by BDAT.
    pub(crate) chunked: bool,
    pub(crate) message: Vec<u8>,
}

/// A server that runs until it is dropped.
pub(crate) struct OurServer {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    inbox: Receiver<Received>,
    listener: Option<JoinHandle<()>>,
}

struct Shared {
    settings: Settings,
    stopping: AtomicBool,
    /// What ended connections other than QUIT.
    failures: Mutex<Vec<String>>,
}

impl OurServer {
    pub(crate) fn start(settings: Settings) -> Self {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = socket.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared { settings, stopping: AtomicBool::new(false), failures: Mutex::default() });
        let (outbox, inbox) = channel();
        let listener = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || serve(&socket, &shared, &outbox))
        };
        Self { address, shared, inbox, listener: Some(listener) }
    }

    /// The next message, waiting for it.
    #[track_caller]
    pub(crate) fn received(&self) -> Received {
        match self.inbox.recv_timeout(Duration::from_secs(PATIENCE.into())) {
            Ok(message) => message,
            Err(_) => panic!("nothing arrived in {PATIENCE} s; connections ended by {:?}", self.failures()),
        }
    }

    /// Fails if another message has come.
    #[track_caller]
    pub(crate) fn assert_nothing_received(&self) {
        if let Ok(message) = self.inbox.try_recv() {
            panic!("a message arrived that should not have: {message:?}");
        }
    }

    /// What ended connections other than QUIT.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.shared.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for OurServer {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it should stop.
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn serve(socket: &TcpListener, shared: &Arc<Shared>, outbox: &Sender<Received>) {
    for connection in socket.incoming() {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(connection) = connection else { continue };
        let (shared, outbox) = (Arc::clone(shared), outbox.clone());
        thread::spawn(move || {
            if let Err(failure) = converse(connection, shared.settings, &outbox) {
                let mut failures = shared.failures.lock().unwrap_or_else(PoisonError::into_inner);
                failures.push(failure.to_string());
            }
        });
    }
}

/// What the host does about an event.
enum Action {
    Accept,
    Reject(u16, EnhancedCode, &'static str),
    StartTls,
    GoOn,
    Challenge(Vec<u8>),
    RejectToken,
}

fn converse(socket: TcpStream, settings: Settings, outbox: &Sender<Received>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let server: Server = Server::new(options(settings)).map_err(io::Error::other)?;
    let mut stream = Stream::from(socket);
    if settings.encryption == Encryption::Implicit {
        stream.accept_tls(&TLS.server)?;
    }
    let mut driver = Driver::new(server, stream);
    let mut host = Host {
        settings,
        outbox,
        turns: 0,
        sender_turn: 0,
        conducted: Conducted::default(),
        exporter: driver.stream().channel_binding(),
        transaction: Received { tls: settings.encryption == Encryption::Implicit, ..Received::default() },
    };
    while !driver.endpoint.is_closed() {
        let action = match driver.endpoint.next_event() {
            Ok(Some(event)) => host.decide(&event),
            Ok(None) => {
                host.turns += 1;
                driver.turn()?;
                continue;
            }
            Err(error) => {
                // A farewell may be queued.
                driver.flush()?;
                return Err(io::Error::other(error));
            }
        };
        match action {
            Action::Accept => answer(&mut driver, Server::accept)?,
            Action::Reject(code, enhanced, text) => {
                answer(&mut driver, |server| server.reject(code, Some(enhanced), text))?;
            }
            Action::Challenge(challenge) => answer(&mut driver, |server| server.challenge(&challenge))?,
            Action::RejectToken => answer(&mut driver, |server| server.reject_token(&TokenRefusal::INVALID_TOKEN))?,
            Action::StartTls => {
                driver.accept_tls(&TLS.server)?;
                driver.endpoint.tls_started().map_err(io::Error::other)?;
                host.exporter = driver.stream().channel_binding();
                host.transaction = Received { tls: true, ..Received::default() };
            }
            Action::GoOn => {}
        }
    }
    // Whether the client stays to the end is its own affair.
    let _ = driver.close();
    Ok(())
}

fn options(settings: Settings) -> ServerOptions<'static> {
    let mut options = ServerOptions::new("ours.test");
    options.protocol = settings.protocol;
    options.offered = ExtensionSet::SERVER_DEFAULT
        .with(ExtensionSet::DSN)
        .with(ExtensionSet::AUTH)
        .with(ExtensionSet::CHUNKING)
        .with(ExtensionSet::BINARYMIME);
    if settings.encryption == Encryption::StartTls {
        options.offered = options.offered.with(ExtensionSet::STARTTLS);
        options.require_tls = true;
    }
    options.tls = settings.encryption == Encryption::Implicit;
    options.require_auth = settings.require_auth;
    options.mechanisms = settings.mechanisms;
    options.timeouts = ServerTimeouts { command: PATIENCE.into(), data_block: PATIENCE.into() };
    options
}

/// Answers a question, as soon as there is room for the reply.
fn answer(driver: &mut Driver<Server>, verb: impl Fn(&mut Server) -> Result<(), Error>) -> io::Result<()> {
    loop {
        match verb(&mut driver.endpoint) {
            Ok(()) => return Ok(()),
            Err(Error::Misuse(Misuse::Full)) if driver.endpoint.wants_write() => driver.flush()?,
            Err(error) => return Err(io::Error::other(error)),
        }
    }
}

/// The host of one connection: what has been said so far.
struct Host<'a> {
    settings: Settings,
    outbox: &'a Sender<Received>,
    transaction: Received,
    /// Turns of the driver, each of which reads once at most.
    turns: u64,
    /// The turn with which MAIL came.
    sender_turn: u64,
    conducted: Conducted,
    /// What the TLS channel is known by.
    exporter: Option<[u8; 32]>,
}

impl Host<'_> {
    fn decide(&mut self, event: &ServerEvent<'_>) -> Action {
        match event {
            ServerEvent::StartTls => return Action::StartTls,
            ServerEvent::Hello { name, .. } => {
                self.forget();
                self.transaction.client = (*name).to_owned();
            }
            ServerEvent::Auth(credentials) => {
                // A token is as good as the password here.
                let (Proof::Password(secret) | Proof::Token(secret)) = credentials.proof else {
                    return Action::Reject(535, EnhancedCode::new(5, 7, 8), "No such proof");
                };
                if !ACCOUNTS.contains(&(credentials.user, secret)) {
                    if matches!(credentials.proof, Proof::Token(_)) {
                        return Action::RejectToken;
                    }
                    return Action::Reject(535, EnhancedCode::new(5, 7, 8), "Wrong password");
                }
                let mechanism = credentials.mechanism.name();
                self.transaction.user = Some((credentials.user.to_owned(), mechanism.to_owned()));
            }
            ServerEvent::AuthResponse { mechanism, first, response } => {
                let channel = Channel { offered: self.settings.mechanisms, exporter: self.exporter.as_ref() };
                return match self.conducted.respond(channel, *mechanism, *first, *response) {
                    Said::Challenge(challenge) => Action::Challenge(challenge),
                    Said::Wrong => Action::Reject(535, EnhancedCode::new(5, 7, 8), "Wrong password"),
                    Said::Right(user) => {
                        self.transaction.user = Some((user, mechanism.name().to_owned()));
                        Action::Accept
                    }
                };
            }
            ServerEvent::Mail { path, parameters } => {
                self.forget();
                self.transaction.from = path.as_str().to_owned();
                self.transaction.parameters = parameters.as_str().to_owned();
                self.sender_turn = self.turns;
            }
            ServerEvent::Rcpt { path, parameters } => {
                self.transaction.pipelined |= self.turns == self.sender_turn;
                return self.decide_recipient(path, parameters.as_str());
            }
            ServerEvent::DataStart { chunking } => self.transaction.chunked = *chunking,
            ServerEvent::Data(chunk) => self.transaction.message.extend_from_slice(chunk),
            ServerEvent::DataEnd { recipient } => return self.decide_message(*recipient),
            ServerEvent::DataAborted(_) | ServerEvent::Reset => self.forget(),
            _ => {}
        }
        if event.is_question() { Action::Accept } else { Action::GoOn }
    }

    fn decide_recipient(&mut self, path: &Path<'_>, parameters: &str) -> Action {
        let local_part = path.local_part();
        let known = MAILBOXES.iter().any(|(name, _)| *name == local_part) || local_part == FULL;
        if path.domain() != DOMAIN || !(known || local_part == LATER) {
            return Action::Reject(550, EnhancedCode::new(5, 1, 1), "No such user");
        }
        if local_part == LATER {
            return Action::Reject(450, EnhancedCode::new(4, 2, 1), "Come back later");
        }
        self.transaction.to.push(path.as_str().to_owned());
        self.transaction.wishes.push(parameters.to_owned());
        Action::Accept
    }

    fn decide_message(&mut self, recipient: Option<u32>) -> Action {
        let Some(index) = recipient else {
            self.keep(self.transaction.to.clone());
            return Action::Accept;
        };
        debug_assert_eq!(self.settings.protocol, Protocol::Lmtp);
        let address = self.transaction.to[index as usize].clone();
        if address.starts_with(FULL) {
            return Action::Reject(552, EnhancedCode::new(5, 2, 2), "Mailbox full");
        }
        self.keep(vec![address]);
        Action::Accept
    }

    fn keep(&self, to: Vec<String>) {
        let message = Received { to, ..self.transaction.clone() };
        // Nobody listens any more when the test is over.
        let _ = self.outbox.send(message);
    }

    /// Forgets the transaction, not who the client is.
    fn forget(&mut self) {
        self.transaction = Received {
            client: std::mem::take(&mut self.transaction.client),
            tls: self.transaction.tls,
            user: self.transaction.user.take(),
            ..Received::default()
        };
    }
}
