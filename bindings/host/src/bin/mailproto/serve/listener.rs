//! Sockets: who may come in, and the end of it all.

use super::connection;
use super::journal::Journal;
use super::options::{Policy, Service};
use crate::failure::Failure;
use crate::store::Store;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// Clients that are told at the same time that there are too many; more are just hung up on.
const TURNED_AWAY: usize = 32;

/// What every listener shares.
pub(super) struct Gate {
    pub(super) policy: Arc<Policy>,
    pub(super) journal: Journal,
    pub(super) store: Store,
    places: Arc<Semaphore>,
    turned_away: Arc<Semaphore>,
    connections: AtomicU64,
}

/// A client's right to be here.
pub(super) struct Place {
    /// There is no room: all it may hear is that.
    pub(super) surplus: bool,
    _permit: OwnedSemaphorePermit,
}

impl Gate {
    pub(super) fn new(policy: Arc<Policy>, journal: Journal, store: Store) -> Self {
        let places = Arc::new(Semaphore::new(policy.max_connections.min(Semaphore::MAX_PERMITS)));
        let turned_away = Arc::new(Semaphore::new(TURNED_AWAY));
        Self { policy, journal, store, places, turned_away, connections: AtomicU64::new(0) }
    }

    fn place(&self) -> Option<Place> {
        let take = |places: &Arc<Semaphore>| Arc::clone(places).try_acquire_owned().ok();
        match take(&self.places) {
            Some(permit) => Some(Place { surplus: false, _permit: permit }),
            None => Some(Place { surplus: true, _permit: take(&self.turned_away)? }),
        }
    }
}

/// One client that has connected.
pub(super) struct Visitor {
    /// Its number, from 1.
    pub(super) number: u64,
    pub(super) service: Service,
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) place: Place,
}

/// A port.
pub(super) struct Listener {
    pub(super) service: Service,
    pub(super) port: u16,
    socket: TcpListener,
}

impl Listener {
    pub(super) async fn bind(service: Service, address: IpAddr, port: u16) -> Result<Self, Failure> {
        let failure = |error| {
            let name = service.name();
            Failure::io(
                format_args!(
                    "cannot listen on {} for {name} (try another --{name} PORT, 0 takes a free one)",
                    SocketAddr::new(address, port)
                ),
                &error,
            )
        };
        let socket = TcpListener::bind((address, port)).await.map_err(failure)?;
        let port = socket.local_addr().map_err(failure)?.port();
        Ok(Self { service, port, socket })
    }

    /// Takes clients in until the end; returns when the last one has gone.
    pub(super) async fn serve(self, gate: Arc<Gate>, mut ending: watch::Receiver<bool>) {
        let mut sessions = JoinSet::new();
        loop {
            let connected = tokio::select! {
                biased;
                _ = ending.wait_for(|ending| *ending) => break,
                Some(_) = sessions.join_next() => continue,
                connected = self.socket.accept() => connected,
            };
            match connected {
                Ok((stream, peer)) => {
                    let Some(place) = gate.place() else { continue };
                    let number = gate.connections.fetch_add(1, Ordering::Relaxed) + 1;
                    let visitor = Visitor { number, service: self.service, stream, peer, place };
                    sessions.spawn(connection::serve(visitor, Arc::clone(&gate), ending.clone()));
                }
                Err(error) => {
                    eprintln!("cannot take a client in for {}: {error}", self.service.name());
                    // Too many open files, most likely: it takes a moment until some are closed.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(self.socket);
        while sessions.join_next().await.is_some() {}
    }
}
