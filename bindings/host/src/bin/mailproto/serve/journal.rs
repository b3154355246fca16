//! Where messages are told of: one line on stdout for programs, a few words for people.
//!
//! A message is told of when the store has it and before its client is told, so a thread of its own
//! does the writing, and a client waits for its 250 as long as the reader of stdout takes. What
//! cannot be told of is kept all the same: to refuse it would only bring it again.

use super::options::Service;
use crate::output::{self, message_line};
use crate::store::Content;
use serde_json::{Map, Value, json};
use std::io;
use std::net::SocketAddr;
use tokio::sync::{mpsc, oneshot};

/// So much of a message is looked through for its subject.
const START: usize = 48 << 10;

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
    pub(super) content: Content,
}

impl Arrived {
    /// Everything but the message itself.
    fn envelope(&self) -> Value {
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
            "size": self.content.size(),
            "sha256": output::hexadecimal(self.content.sha256()),
            "parameters": self.parameters,
        })
    }

    fn describe(&self) -> String {
        let Self { id, from, to, content, .. } = self;
        let mut start = vec![0; START];
        let count = content.read_at(0, &mut start).unwrap_or_default();
        let subject =
            subject(&start[..count]).map(|subject| format!(": {}", subject.escape_debug())).unwrap_or_default();
        format!("{id} from <{from}> to <{}>, {} bytes{subject}", to.join(">, <"), content.size())
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

type Order = (Box<Arrived>, oneshot::Sender<()>);

/// Tells of messages, one after the other.
#[derive(Clone)]
pub(super) struct Journal(mpsc::Sender<Order>);

impl Journal {
    /// `json`: for programs.
    pub(super) fn start(json: bool) -> Self {
        let (orders, mut waiting) = mpsc::channel::<Order>(1);
        std::thread::spawn(move || {
            while let Some((arrived, done)) = waiting.blocking_recv() {
                if json {
                    if let Err(error) = message_line(&mut io::stdout().lock(), &arrived.envelope(), &arrived.content) {
                        eprintln!("message {} is kept, but stdout does not take it: {error}", arrived.id);
                    }
                } else {
                    eprintln!("{}", arrived.describe());
                }
                // Nobody waits any more when the client is gone.
                let _ = done.send(());
            }
        });
        Self(orders)
    }

    /// Returns when the message has been told of, or cannot be.
    pub(super) async fn tell(&self, arrived: Arrived) {
        let (done, told) = oneshot::channel();
        if self.0.send((Box::new(arrived), done)).await.is_ok() {
            // The thread ends with the process only.
            let _ = told.await;
        }
    }
}
