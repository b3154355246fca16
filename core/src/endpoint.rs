//! The contract that every endpoint keeps: bytes in, events out, bytes out.
//!
//! ```text
//!             receive_space / received / receive_eof
//!   socket ──────────────────────────────────────────▶ ┌──────────┐ ── next_event ──▶ host
//!                                                      │ endpoint │
//!   socket ◀────────────────────────────────────────── └──────────┘ ◀──── verbs ──── host
//!             transmit / transmitted
//! ```
//!
//! A driver is this loop, for every endpoint of every protocol and for both roles. It waits for the
//! socket only when there is no event and nothing to send; for what was sent may bring the next
//! event, as when a server begins TLS behind its 220:
//!
//! ```
//! # use mailproto::{Endpoint, Error};
//! # fn handle<E: Endpoint>(_: &mut E) {}
//! # fn step<E: Endpoint>(endpoint: &mut E, socket_in: &[u8], socket_out: &mut Vec<u8>) -> Result<(), Error> {
//! endpoint.receive(socket_in);                  // what the socket had
//! while let Some(event) = endpoint.next_event()? {
//!     drop(event);                              // look at it, then call verbs
//! }
//! socket_out.extend_from_slice(endpoint.transmit());
//! let sent = endpoint.transmit().len();
//! endpoint.transmitted(sent);
//! # Ok(()) }
//! ```

use crate::error::Error;
use crate::slice::{after, copy, front};
use crate::time::{Instant, Timeout};
use core::fmt;

/// One side of one connection, as a state machine without I/O.
///
/// Any split of the input, any order and number of these calls and any size of the transmit buffer
/// give the same events and the same bytes.
pub trait Endpoint {
    /// What can happen; borrows the receive buffer, valid until the next call.
    type Event<'a>
    where
        Self: 'a;

    /// Room to read into. Empty when the endpoint can take no more for now: take events, or answer
    /// the question that waits.
    fn receive_space(&mut self) -> &mut [u8];

    /// Says that the first `count` bytes of [`receive_space`](Self::receive_space) were filled. With 0
    /// the host gives the space back, so that an endpoint that holds nothing holds no memory.
    fn received(&mut self, count: usize);

    /// Copies `bytes` in and returns how many of them fitted.
    fn receive(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while taken < bytes.len() {
            let count = copy(after(bytes, taken), self.receive_space());
            if count == 0 {
                break;
            }
            self.received(count);
            taken += count;
        }
        taken
    }

    /// The peer closed its side. An empty read is never taken for it.
    fn receive_eof(&mut self);

    /// The next thing that happened, or `None` when more bytes, a verb or time is needed.
    ///
    /// # Errors
    /// [`Error::Protocol`], [`Error::Limit`] and [`Error::Closed`], all sticky.
    fn next_event(&mut self) -> Result<Option<Self::Event<'_>>, Error>;

    /// [`receive`](Self::receive) and [`next_event`](Self::next_event) in one, for a host that holds in a
    /// buffer of its own what it has read: takes bytes off the front of `input` and tells the next thing
    /// that happened. `None` when more bytes, a verb or time is needed; what is left of `input` then waits
    /// for an answer of the host's, or for room.
    ///
    /// The events are those of the other way, but pieces of a message are shown where they stand in
    /// `input` and not copied, where the endpoint can do so.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    fn next_event_from<'a, 'input: 'a>(
        &'a mut self,
        input: &mut &'input [u8],
    ) -> Result<Option<Self::Event<'a>>, Error> {
        let count = self.receive(input);
        *input = after(input, count);
        self.next_event()
    }

    /// Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply.
    fn transmit(&self) -> &[u8];

    /// Says that the first `count` bytes of [`transmit`](Self::transmit) were sent. Ask
    /// [`next_event`](Self::next_event) again before waiting for the peer: this may have brought one.
    fn transmitted(&mut self, count: usize);

    /// What [`transmit`](Self::transmit) shows, with secrets taken out: safe to write to a log.
    fn transmit_log(&self) -> TransmitLog<'_> {
        TransmitLog::with_secret(self.transmit(), (0, 0))
    }

    /// The host says what time it is. A timeout that is due becomes an error of `next_event`.
    fn handle_time(&mut self, now: Instant);

    /// When to call [`handle_time`](Self::handle_time) at the latest. `None` before its first call.
    fn next_timeout(&self) -> Option<Timeout>;

    /// Whether the conversation still expects something from the peer. It may do so while
    /// [`receive_space`](Self::receive_space) is empty: then it waits for the host first.
    fn wants_read(&self) -> bool;

    /// Whether there are bytes for the peer.
    fn wants_write(&self) -> bool {
        !self.transmit().is_empty()
    }

    /// Neither reads nor writes are wanted, and an error that ended the conversation has been told by
    /// [`next_event`](Self::next_event): close the socket.
    fn is_closed(&self) -> bool {
        !self.wants_read() && !self.wants_write()
    }
}

/// Names a command from the verb that queued it to the event that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandId(pub(crate) u32);

impl CommandId {
    /// The number of the command on its connection, from 0.
    pub const fn as_u32(self) -> u32 {
        self.0
    }
}

/// Bytes for the peer with a secret in them that is not shown.
///
/// ```
/// use mailproto::{Endpoint, sasl::Plain, smtp::{Client, ClientOptions}};
/// let mut client: Client = Client::new(ClientOptions::default());
/// client.ehlo("host.example").unwrap();
/// client.receive(b"220 mx\r\n250-mx\r\n250 AUTH PLAIN\r\n");
/// while client.next_event().unwrap().is_some() {}
/// client.transmitted(19);
/// client.auth(&mut Plain::new("", "tim", "secret").unwrap()).unwrap();
/// assert_eq!(client.transmit_log().to_string(), "AUTH PLAIN [secret]\r\n");
/// ```
#[derive(Clone, Copy)]
pub struct TransmitLog<'a> {
    /// What comes before the secret; everything if there is none.
    pub before: &'a [u8],
    /// How many bytes are not shown.
    pub hidden: usize,
    /// What comes after it.
    pub after: &'a [u8],
}

impl<'a> TransmitLog<'a> {
    pub(crate) fn with_secret(bytes: &'a [u8], (start, length): (u32, u32)) -> Self {
        let start = (start as usize).min(bytes.len());
        let end = start.saturating_add(length as usize).min(bytes.len());
        Self { before: front(bytes, start), hidden: end - start, after: after(bytes, end) }
    }
}

impl TransmitLog<'_> {
    /// The part of it that is about the first `count` bytes.
    pub fn front(self, count: usize) -> Self {
        let before = self.before.get(..count).unwrap_or(self.before);
        let count = count - before.len();
        let hidden = self.hidden.min(count);
        let after = self.after.get(..count - hidden).unwrap_or(self.after);
        Self { before, hidden, after }
    }
}

impl fmt::Display for TransmitLog<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |formatter: &mut fmt::Formatter<'_>, bytes: &[u8]| {
            bytes.utf8_chunks().try_for_each(|chunk| {
                formatter.write_str(chunk.valid())?;
                chunk.invalid().iter().try_for_each(|byte| write!(formatter, "\\x{byte:02x}"))
            })
        };
        show(formatter, self.before)?;
        if self.hidden > 0 {
            formatter.write_str("[secret]")?;
        }
        show(formatter, self.after)
    }
}
