//! Time as an argument: the host says what time it is, the endpoint says when to come back.
//!
//! Nothing here reads a clock. A host calls [`Endpoint::handle_time`](crate::Endpoint::handle_time)
//! whenever it likes (after each wake-up is a good habit) and asks
//! [`Endpoint::next_timeout`](crate::Endpoint::next_timeout) how long it may sleep.
//! A host that never does has no timeouts, and no other loss.

use core::fmt;

/// A moment on the host's clock: milliseconds since an origin that the host chooses.
///
/// Only differences matter. The clock must not run backwards; if it does, time stands still for
/// the endpoint until the clock has caught up.
///
/// ```
/// use mailproto::Instant;
/// let start = Instant::from_millis(1_000);
/// assert_eq!(start.after_seconds(5).as_millis(), 6_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The moment `milliseconds` after the host's origin.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since the host's origin.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The moment `seconds` later, at most the last one that can be told.
    pub const fn after_seconds(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(seconds as u64 * 1_000))
    }
}

/// When the endpoint wants [`handle_time`](crate::Endpoint::handle_time) to be called at the
/// latest, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout {
    /// The moment.
    pub at: Instant,
    /// What the endpoint is waiting for.
    pub reason: TimeoutReason,
}

/// What did not happen in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeoutReason {
    /// The peer's greeting (RFC 5321 §4.5.3.2.1).
    Greeting,
    /// The reply to a command (RFC 5321 §4.5.3.2.2, §4.5.3.2.3).
    Reply,
    /// The go-ahead to send message data (RFC 5321 §4.5.3.2.4).
    DataStart,
    /// The next piece of message data, or room to send it (RFC 5321 §4.5.3.2.5).
    DataBlock,
    /// The verdict on a whole message (RFC 5321 §4.5.3.2.6).
    DataEnd,
    /// The peer's next command (RFC 5321 §4.5.3.2.7).
    Command,
}

impl fmt::Display for TimeoutReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Greeting => "the greeting",
            Self::Reply => "the reply to a command",
            Self::DataStart => "the go-ahead for message data",
            Self::DataBlock => "the next piece of message data",
            Self::DataEnd => "the verdict on the message",
            Self::Command => "the next command",
        })
    }
}

/// Measures silence: how long ago something last moved, in the host's own time.
///
/// Bytes that arrive between two calls of `advance` are taken to have arrived at the later one,
/// which can only make a timeout late, never early.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    since: Instant,
    now: Instant,
    started: bool,
    moved: bool,
}

impl Silence {
    /// Something moved: a byte, a command, a reply.
    pub(crate) fn broken(&mut self) {
        self.moved = true;
    }

    /// The host says what time it is.
    pub(crate) fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.moved || !self.started {
            self.since = self.now;
        }
        self.started = true;
        self.moved = false;
    }

    /// When a silence of `seconds` will be complete; `None` before the first `advance`.
    pub(crate) fn ends_after(&self, seconds: u32) -> Option<Instant> {
        self.started.then(|| {
            let from = if self.moved { self.now } else { self.since };
            from.after_seconds(seconds)
        })
    }

    /// Whether the silence has lasted `seconds` already.
    pub(crate) fn lasted(&self, seconds: u32) -> bool {
        !self.moved && self.ends_after(seconds).is_some_and(|end| end <= self.now)
    }
}
