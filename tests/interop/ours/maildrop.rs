//! mailproto's POP3 server over one maildrop, which every account has to itself.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use mailproto::pop3::{ApopDigest, CapabilitySet, Server, ServerEvent, ServerOptions};
use mailproto::{Endpoint, Error, Misuse};
use mailproto_host::blocking::{Driver, Stream};

use super::tls::TLS;
use crate::clients::Encryption;
use crate::servers::ACCOUNTS;

/// What the greeting shows for APOP.
const TIMESTAMP: &str = "<1896.697170952@ours.test>";

/// A server that runs until it is dropped.
pub(crate) struct OurMaildrop {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

struct Shared {
    encryption: Encryption,
    messages: Vec<Vec<u8>>,
    stopping: AtomicBool,
    seen: Mutex<Seen>,
}

/// What came of the sessions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Who logged in, by what, and whether under TLS.
    pub(crate) logins: Vec<(String, String, bool)>,
    /// The numbers of the messages that were to be deleted.
    pub(crate) deleted: Vec<u32>,
    /// What ended connections other than QUIT.
    pub(crate) failures: Vec<String>,
}

impl OurMaildrop {
    pub(crate) fn start(encryption: Encryption, messages: &[Vec<u8>]) -> Self {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = socket.local_addr().expect("a bound socket has an address");
        let stopping = AtomicBool::new(false);
        let shared = Arc::new(Shared { encryption, messages: messages.to_vec(), stopping, seen: Mutex::default() });
        let listener = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || serve(&socket, &shared))
        };
        Self { address, shared, listener: Some(listener) }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.shared.seen().clone()
    }
}

impl Drop for OurMaildrop {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it should stop.
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn options(&self) -> ServerOptions<'static> {
        let mut offered = CapabilitySet::SERVER_DEFAULT.with(CapabilitySet::UTF8).with(CapabilitySet::EXPIRE);
        if self.encryption == Encryption::StartTls {
            offered = offered.with(CapabilitySet::STLS);
        }
        ServerOptions {
            offered,
            auth_without_tls: self.encryption == Encryption::None,
            require_tls: self.encryption == Encryption::StartTls,
            tls: self.encryption == Encryption::Implicit,
            implementation: "mailproto interop",
            ..ServerOptions::default()
        }
    }

    /// The octets of a message as POP3 counts them.
    fn octets(&self, number: u32) -> u64 {
        let mut octets = 0;
        let message = &self.messages[number as usize - 1];
        for (index, byte) in message.iter().enumerate() {
            octets += 1 + u64::from(*byte == b'\n' && (index == 0 || message[index - 1] != b'\r'));
        }
        octets
    }
}

fn serve(socket: &TcpListener, shared: &Arc<Shared>) {
    for connection in socket.incoming() {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(connection) = connection else { continue };
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            if let Err(failure) = converse(connection, &shared) {
                shared.seen().failures.push(failure.to_string());
            }
        });
    }
}

/// What the host does about an event.
enum Action {
    Accept,
    Greet,
    Reject,
    Open,
    Size(u32),
    UniqueId(u32),
    Send(u32),
    StartTls,
    GoOn,
}

fn converse(socket: TcpStream, shared: &Shared) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let server: Server = Server::new(shared.options()).map_err(io::Error::other)?;
    let mut stream = Stream::from(socket);
    let mut tls = shared.encryption == Encryption::Implicit;
    if tls {
        stream.accept_tls(&TLS.server)?;
    }
    let mut driver = Driver::new(server, stream);
    while !driver.endpoint.is_closed() {
        let action = match driver.endpoint.next_event() {
            Ok(Some(event)) => decide(&event, shared, tls),
            Ok(None) => {
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
            Action::Greet => answer(&mut driver, |server| server.accept_with_timestamp("ready", TIMESTAMP))?,
            Action::Reject => answer(&mut driver, |server| server.reject(None, ""))?,
            Action::Open => {
                let count = shared.messages.len() as u32;
                let octets = (1..=count).map(|number| shared.octets(number)).sum();
                answer(&mut driver, |server| server.open(count, octets))?;
            }
            Action::Size(number) => answer(&mut driver, |server| server.size(shared.octets(number)))?,
            Action::UniqueId(number) => answer(&mut driver, |server| server.unique_id(&format!("id-{number}")))?,
            Action::Send(number) => {
                answer(&mut driver, Server::accept)?;
                let mut rest = &shared.messages[number as usize - 1][..];
                while !rest.is_empty() && driver.endpoint.wants_data() {
                    rest = &rest[driver.endpoint.send_data(rest).map_err(io::Error::other)?..];
                    if !rest.is_empty() {
                        driver.flush()?;
                    }
                }
                answer(&mut driver, Server::finish_data)?;
            }
            Action::StartTls => {
                driver.accept_tls(&TLS.server)?;
                driver.endpoint.tls_started().map_err(io::Error::other)?;
                tls = true;
            }
            Action::GoOn => {}
        }
    }
    // Whether the client stays to the end is its own affair.
    let _ = driver.close();
    Ok(())
}

/// Answers a question, as soon as there is room for the response.
fn answer(driver: &mut Driver<Server>, verb: impl Fn(&mut Server) -> Result<(), Error>) -> io::Result<()> {
    loop {
        match verb(&mut driver.endpoint) {
            Ok(()) => return Ok(()),
            Err(Error::Misuse(Misuse::Full)) if driver.endpoint.wants_write() => driver.flush()?,
            Err(error) => return Err(io::Error::other(error)),
        }
    }
}

fn decide(event: &ServerEvent<'_>, shared: &Shared, tls: bool) -> Action {
    let log_in = |user: &str, way: &str| {
        shared.seen().logins.push((user.to_owned(), way.to_owned(), tls));
        Action::Accept
    };
    match *event {
        ServerEvent::Connect => Action::Greet,
        ServerEvent::StartTls => Action::StartTls,
        ServerEvent::Auth(credentials) => {
            let account = (credentials.user, credentials.password().unwrap_or_default());
            if ACCOUNTS.contains(&account) {
                log_in(credentials.user, credentials.mechanism.name())
            } else {
                Action::Reject
            }
        }
        ServerEvent::Apop { name, digest } => {
            let account = ACCOUNTS.iter().find(|(user, _)| *user == name);
            match account.filter(|(_, password)| ApopDigest::new(TIMESTAMP, password).matches(digest)) {
                Some((user, _)) => log_in(user, "APOP"),
                None => Action::Reject,
            }
        }
        ServerEvent::Open => Action::Open,
        ServerEvent::Size { number } | ServerEvent::Delete { number } => Action::Size(number),
        ServerEvent::UniqueId { number } => Action::UniqueId(number),
        ServerEvent::Message { number, .. } => Action::Send(number),
        ServerEvent::Update { deleted } => {
            shared.seen().deleted.extend(deleted);
            Action::Accept
        }
        _ if event.is_question() => Action::Accept,
        _ => Action::GoOn,
    }
}
