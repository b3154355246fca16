//! One client's connection: what is the same in every protocol.

use super::listener::{Gate, Visitor};
use super::{pop3, session};
use crate::store;
use mailproto::{Endpoint, Error};
use mailproto_host::asynchronous::{Driver, Stream};
use mailproto_host::{Side, Trace, Traced, Transcript};
use std::sync::Arc;
use std::{fmt, io};
use tokio::sync::watch;

/// Why a session ended before its time.
pub(super) enum Cut {
    /// By the protocol.
    Protocol(Error),
    /// By the connection.
    Stream(io::Error),
    /// By the store, in the middle of a message.
    Store(store::Error),
}

impl From<Error> for Cut {
    fn from(error: Error) -> Self {
        Self::Protocol(error)
    }
}

impl From<io::Error> for Cut {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol(error) => error.fmt(formatter),
            Self::Stream(error) => error.fmt(formatter),
            Self::Store(error) => write!(formatter, "a message could not be read: {error}"),
        }
    }
}

/// A host's side of a conversation.
pub(super) trait Conversation: Send {
    /// What speaks the protocol.
    type Endpoint: Endpoint + Send;

    /// Has the endpoint end it as soon as what is in flight is finished.
    fn shut_down(endpoint: &mut Self::Endpoint);

    /// Takes every event there is, and answers what is asked.
    fn listen(&mut self, driver: &mut Driver<Self::Endpoint>) -> impl Future<Output = Result<(), Cut>> + Send;
}

/// Serves one client until it goes, or until everything ends.
pub(super) async fn serve(visitor: Visitor, gate: Arc<Gate>, ending: watch::Receiver<bool>) {
    let (number, peer, service) = (visitor.number, visitor.peer, visitor.service);
    if let Err(cut) = begin(visitor, &gate, ending).await {
        eprintln!("{number} {} from {peer}: {cut}", service.name());
    }
}

async fn begin(visitor: Visitor, gate: &Gate, ending: watch::Receiver<bool>) -> Result<(), Cut> {
    let Visitor { number, service, stream, peer, place } = visitor;
    stream.set_nodelay(true)?;
    let local = stream.local_addr()?.ip();
    let mut stream = Stream::Plain(stream);
    if service.is_under_tls()
        && let Some(config) = &gate.policy.tls
    {
        let handshake = tokio::time::timeout(HANDSHAKE, stream.accept_tls(config));
        stream = handshake.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    }
    let surplus = place.surplus;
    let channel = stream.channel_binding();
    let watched = |transcript| if gate.policy.trace { trace(number, transcript) } else { Trace::default() };
    if service.is_pop3() {
        let server = mailproto::pop3::Server::new(gate.policy.pop3_options(service))?;
        let driver = Driver::new(server, stream).with_trace(watched(Transcript::pop3()));
        converse(driver, pop3::Session::new(gate, surplus, channel), ending).await
    } else {
        let server = mailproto::smtp::Server::new(gate.policy.options(service))?;
        let driver = Driver::new(server, stream).with_trace(watched(Transcript::default()));
        converse(driver, session::Session::new(gate, service, local, peer, number, surplus, channel), ending).await
    }
}

async fn converse<C: Conversation>(
    mut driver: Driver<C::Endpoint>,
    mut session: C,
    mut ending: watch::Receiver<bool>,
) -> Result<(), Cut> {
    let mut told_to_end = *ending.borrow();
    loop {
        if told_to_end {
            C::shut_down(&mut driver.endpoint);
        }
        if let Err(cut) = session.listen(&mut driver).await {
            // Whatever the client held is free before it can notice the end.
            drop(session);
            // The reason has been put into words for the client already.
            let _ = driver.flush().await;
            let _ = driver.close().await;
            return Err(cut);
        }
        if driver.endpoint.is_closed() {
            break;
        }
        if told_to_end {
            driver.turn().await?;
        } else {
            tokio::select! {
                turned = driver.turn() => turned?,
                _ = ending.wait_for(|ending| *ending) => told_to_end = true,
            }
        }
    }
    drop(session);
    // Whoever has gone already need not be waited for.
    let _ = driver.close().await;
    Ok(())
}

/// How long a client may take to begin TLS.
const HANDSHAKE: std::time::Duration = std::time::Duration::from_secs(60);

/// Shows the conversation on stderr, each line with the connection's number.
fn trace(number: u64, mut transcript: Transcript) -> Trace {
    Trace::to(move |traced| {
        let mut tell = |entry| eprintln!("{number} {entry}");
        match traced {
            Traced::Sent(log) => transcript.hear_log(Side::Server, log, &mut tell),
            Traced::Received(bytes) => transcript.hear(Side::Client, bytes, &mut tell),
            Traced::Tls => transcript.tls_started(&mut tell),
        }
    })
}
