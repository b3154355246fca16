//! What a line did to one machine.

use super::breach::Breach;

/// Filled in while a machine deals with a line.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// What happened, in order.
    pub(super) events: Vec<String>,
    pub(super) breaches: Vec<Breach>,
}

impl Step {
    pub(super) fn tell(&mut self, event: impl Into<String>) {
        self.events.push(event.into());
    }

    pub(super) fn breach(&mut self, breach: Breach) {
        self.breaches.push(breach);
    }
}
