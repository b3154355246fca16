//! Where messages are told of: one line on stdout for programs, a few words for people.
//!
//! A message is told of when the store has it and before its client is told, so a thread of its own
//! does the writing, and a client waits for its 250 as long as the reader of stdout takes. What
//! cannot be told of is kept all the same: to refuse it would only bring it again.

use super::options::Service;
use crate::output;
use crate::store::Content;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::net::SocketAddr;
use tokio::sync::{mpsc, oneshot};

/// Bytes of a message that are written at a time: whole groups of base64.
const BLOCK: usize = 48 << 10;

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

    /// Writes everything as one line, with no more than a block of the message in memory.
    fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let envelope = self.envelope().to_string();
        let open = envelope.strip_suffix('}').unwrap_or(&envelope);
        write!(out, "{open},\"message\":")?;
        if texts(&self.content, |_| Ok(()))? {
            out.write_all(b"\"")?;
            texts(&self.content, |text| {
                let quoted = Value::from(text).to_string();
                out.write_all(&quoted.as_bytes()[1..quoted.len() - 1])
            })?;
            out.write_all(b"\"}\n")?;
        } else {
            out.write_all(b"{\"base64\":\"")?;
            blocks(&self.content, |block| out.write_all(STANDARD.encode(block).as_bytes()))?;
            out.write_all(b"\"}}\n")?;
        }
        out.flush()
    }

    fn describe(&self) -> String {
        let Self { id, from, to, content, .. } = self;
        let mut start = vec![0; BLOCK];
        let count = content.read_at(0, &mut start).unwrap_or_default();
        let subject =
            subject(&start[..count]).map(|subject| format!(": {}", subject.escape_debug())).unwrap_or_default();
        format!("{id} from <{from}> to <{}>, {} bytes{subject}", to.join(">, <"), content.size())
    }
}

/// Goes through a message block by block.
fn blocks(content: &Content, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK];
    let mut offset = 0;
    loop {
        let count = content.read_at(offset, &mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        take(&buffer[..count])?;
        offset += count as u64;
    }
}

/// Goes through a message as text, if it is text; says whether it is.
fn texts(content: &Content, mut take: impl FnMut(&str) -> io::Result<()>) -> io::Result<bool> {
    let mut cut = Vec::new();
    let mut is_text = true;
    blocks(content, |block| {
        if !is_text {
            return Ok(());
        }
        // The start of a character may be in the block before.
        cut.extend_from_slice(block);
        let length = match std::str::from_utf8(&cut) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => {
                is_text = false;
                return Ok(());
            }
        };
        take(std::str::from_utf8(&cut[..length]).unwrap_or_default())?;
        cut.drain(..length);
        Ok(())
    })?;
    Ok(is_text && cut.is_empty())
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
                    if let Err(error) = arrived.write_json(&mut io::stdout().lock()) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Draft;

    async fn told(message: &[u8]) -> Value {
        let mut draft = Draft::default();
        draft.add(message);
        let arrived = Arrived {
            id: "1-1".into(),
            listener: Service::Smtp,
            client: "x".into(),
            peer: ([127, 0, 0, 1], 1).into(),
            tls: false,
            user: None,
            from: "\"}".into(),
            to: vec![],
            parameters: Map::new(),
            content: draft.finish().await.unwrap(),
        };
        let mut line = Vec::new();
        arrived.write_json(&mut line).unwrap();
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice::<Value>(&line).unwrap()["message"].take()
    }

    #[tokio::test]
    async fn a_message_is_text_if_it_can_be_however_it_is_cut_into_blocks() {
        for length in BLOCK - 5..BLOCK + 5 {
            let text = format!("{}ä€\u{1f4e7}\"\\\r\n\0", "x".repeat(length));
            assert_eq!(told(text.as_bytes()).await, json!(text));
        }
        assert_eq!(told(b"").await, json!(""));
    }

    #[tokio::test]
    async fn a_message_that_is_no_text_is_told_of_in_base64() {
        for length in [0, 1, 2, 3, BLOCK - 1, BLOCK, 2 * BLOCK + 1] {
            for end in [&b"\xe2\x82"[..], b"\xff", b"\xffmore"] {
                let message = [vec![b'x'; length], end.to_vec()].concat();
                assert_eq!(told(&message).await, json!({ "base64": STANDARD.encode(&message) }));
            }
        }
    }
}
