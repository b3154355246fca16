//! Where messages are told of: one line on stdout for programs, a few words for people.
//!
//! A message counts as taken when it has been written here, so a thread of its own does the
//! writing, and a client waits for its 250 as long as the reader of stdout takes.

use super::options::Service;
use crate::output;
use serde_json::{Map, Value, json};
use std::io;
use std::net::SocketAddr;
use tokio::sync::{mpsc, oneshot};

/// A message that has arrived.
pub(super) struct Arrived {
    pub(super) id: String,
    pub(super) listener: Service,
    pub(super) client: String,
    pub(super) peer: SocketAddr,
    pub(super) tls: bool,
    pub(super) user: Option<String>,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) parameters: Map<String, Value>,
    pub(super) sha256: String,
    pub(super) message: Vec<u8>,
}

impl Arrived {
    fn to_json(&self) -> Value {
        json!({
            "event": "message",
            "id": self.id,
            "listener": self.listener.name(),
            "client": self.client,
            "peer": self.peer.to_string(),
            "tls": self.tls,
            "user": self.user,
            "from": self.from,
            "to": self.to,
            "size": self.message.len(),
            "sha256": self.sha256,
            "parameters": self.parameters,
            "message": output::text(&self.message),
        })
    }

    fn describe(&self) -> String {
        let Self { id, from, to, message, .. } = self;
        let subject = subject(message).map(|subject| format!(": {}", subject.escape_debug())).unwrap_or_default();
        format!("{id} from <{from}> to <{}>, {} bytes{subject}", to.join(">, <"), message.len())
    }
}

/// The subject, as it was written, for people to tell messages apart.
fn subject(message: &[u8]) -> Option<String> {
    let field =
        message.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty()).find_map(|line| {
            let (name, value) = line.split_at_checked(8)?;
            name.eq_ignore_ascii_case(b"subject:").then_some(value)
        })?;
    Some(String::from_utf8_lossy(field.trim_ascii()).into_owned())
}

type Order = (Box<Arrived>, oneshot::Sender<io::Result<()>>);

/// Writes messages down, one after the other.
#[derive(Clone)]
pub(super) struct Journal(mpsc::Sender<Order>);

impl Journal {
    /// `json`: for programs.
    pub(super) fn start(json: bool) -> Self {
        let (orders, mut waiting) = mpsc::channel::<Order>(1);
        std::thread::spawn(move || {
            while let Some((arrived, done)) = waiting.blocking_recv() {
                let written = if json {
                    output::line(&arrived.to_json())
                } else {
                    eprintln!("{}", arrived.describe());
                    Ok(())
                };
                // Nobody waits any more when the client is gone.
                let _ = done.send(written);
            }
        });
        Self(orders)
    }

    /// Returns when the message has been written down.
    pub(super) async fn write(&self, arrived: Arrived) -> io::Result<()> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        let (done, written) = oneshot::channel();
        self.0.send((Box::new(arrived), done)).await.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        written.await.map_err(gone)?
    }
}
