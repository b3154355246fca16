//! What the clients of all protocols share.

mod queue;

pub(crate) use queue::{Queue, Waits};
