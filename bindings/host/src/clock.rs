//! The host's clock, as endpoints want it.

use mailproto::{Endpoint, Instant};
use std::time::Duration;

/// Milliseconds since the clock was made; never runs backwards.
#[derive(Clone, Copy, Debug)]
pub struct Clock(std::time::Instant);

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::from_millis(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// How long the endpoint may be left alone; `None` for as long as one likes.
    pub fn patience(&self, endpoint: &impl Endpoint) -> Option<Duration> {
        let at = endpoint.next_timeout()?.at;
        // Never zero: for a socket that means forever.
        Some(Duration::from_millis(at.as_millis().saturating_sub(self.now().as_millis()).max(1)))
    }
}
