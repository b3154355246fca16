//! A POP3 server with a maildrop that tests can look into.

use mailproto::Endpoint;
use mailproto::pop3::{CapabilitySet, Server, ServerEvent, ServerOptions};
use mailproto_host::blocking::{Driver, Stream};
use rustls::ServerConfig;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How clients are spoken with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Plain,
    Stls,
    Implicit,
}

/// A message, and its name for life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) unique_id: String,
    pub(super) content: Vec<u8>,
}

/// What is in the maildrop, and what was asked of it.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) messages: Vec<Message>,
    /// Unique ids in the order in which their messages were fetched.
    pub(super) fetched: Vec<String>,
}

/// A server for the user `demo` with the password `de mo`, for as long as the test runs.
pub(super) struct Maildrop {
    pub(super) port: u16,
    contents: Arc<Mutex<Contents>>,
}

impl Maildrop {
    /// Starts it.
    pub(super) fn start(line: Line, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let contents = Arc::new(Mutex::new(Contents::default()));
        let shared = Arc::clone(&contents);
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let (shared, tls) = (Arc::clone(&shared), tls.clone());
                // A client that hangs up in the middle of something is no trouble.
                thread::spawn(move || serve(socket, line, tls.as_ref(), &shared));
            }
        });
        Self { port, contents }
    }

    pub(super) fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds messages with the unique ids `0`, `1` and so on, behind those that are there.
    pub(super) fn add(&self, contents: impl IntoIterator<Item = Vec<u8>>) {
        let mut inside = self.contents();
        for content in contents {
            let unique_id = format!("id-{}", inside.messages.len());
            inside.messages.push(Message { unique_id, content });
        }
    }

    /// The URL with the login in it.
    pub(super) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://demo:de%20mo@localhost:{}", self.port)
    }
}

fn serve(
    socket: TcpStream,
    line: Line,
    tls: Option<&Arc<ServerConfig>>,
    contents: &Mutex<Contents>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut options = ServerOptions { implementation: "test", tls: line == Line::Implicit, ..ServerOptions::default() };
    options.auth_without_tls = line == Line::Plain;
    if line == Line::Stls {
        options.offered = options.offered.with(CapabilitySet::STLS);
    }
    let mut stream = Stream::from(socket);
    if let (Line::Implicit, Some(config)) = (line, tls) {
        stream.accept_tls(config)?;
    }
    let mut driver = Driver::new(<Server>::new(options)?, stream);
    let lock = || contents.lock().unwrap_or_else(PoisonError::into_inner);
    // A session sees the maildrop as it was at the login (RFC 1939 §4).
    let mut maildrop: Vec<Message> = Vec::new();
    let message = |maildrop: &[Message], number: u32| maildrop[number as usize - 1].clone();
    while !driver.endpoint.is_closed() {
        let mut sending = None;
        while let Some(event) = driver.endpoint.next_event()? {
            match event {
                ServerEvent::Auth(who) if (who.user, who.password()) != ("demo", Some("de mo")) => {
                    driver.endpoint.reject(None, "")?;
                }
                ServerEvent::Open => {
                    maildrop = lock().messages.clone();
                    let octets = maildrop.iter().map(|message| message.content.len() as u64).sum();
                    driver.endpoint.open(maildrop.len() as u32, octets)?;
                }
                ServerEvent::Size { number } | ServerEvent::Delete { number } => {
                    driver.endpoint.size(message(&maildrop, number).content.len() as u64)?;
                }
                ServerEvent::UniqueId { number } => driver.endpoint.unique_id(&message(&maildrop, number).unique_id)?,
                ServerEvent::Message { number, lines } => {
                    driver.endpoint.accept()?;
                    let message = message(&maildrop, number);
                    if lines.is_none() {
                        lock().fetched.push(message.unique_id);
                    }
                    sending = Some(message.content);
                }
                ServerEvent::Update { deleted } => {
                    let gone: Vec<_> = deleted.map(|number| message(&maildrop, number).unique_id).collect();
                    lock().messages.retain(|message| !gone.contains(&message.unique_id));
                    driver.endpoint.accept()?;
                }
                ServerEvent::StartTls => {
                    driver.accept_tls(tls.ok_or("no certificate")?)?;
                    driver.endpoint.tls_started()?;
                }
                event if event.is_question() => driver.endpoint.accept()?,
                _ => {}
            }
            if sending.is_some() {
                break;
            }
        }
        if let Some(content) = sending {
            let mut rest = &content[..];
            while !rest.is_empty() {
                let taken = driver.endpoint.send_data(rest)?;
                rest = &rest[taken..];
                driver.flush()?;
            }
            while driver.endpoint.finish_data().is_err() {
                driver.flush()?;
            }
            continue;
        }
        driver.turn()?;
    }
    driver.close()?;
    Ok(())
}
