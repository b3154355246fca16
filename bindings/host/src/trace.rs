//! What crosses a connection, for logs.

use mailproto::TransmitLog;
use std::fmt;

/// Bytes that have crossed.
#[derive(Clone, Copy)]
pub enum Traced<'a> {
    /// To the peer, with secrets taken out.
    Sent(TransmitLog<'a>),
    /// From the peer, as they are: what a client sends may be a secret. A
    /// [`Transcript`](crate::Transcript) takes it out.
    Received(&'a [u8]),
    /// From here on under TLS.
    Tls,
}

type Listener = dyn FnMut(Traced<'_>) + Send;

/// Somebody who wants to know. Nobody by default.
#[derive(Default)]
pub struct Trace(Option<Box<Listener>>);

impl Trace {
    /// Tells `listener` of everything.
    pub fn to(listener: impl FnMut(Traced<'_>) + Send + 'static) -> Self {
        Self(Some(Box::new(listener)))
    }

    pub(crate) fn tell(&mut self, traced: Traced<'_>) {
        if let Some(listener) = &mut self.0 {
            listener(traced);
        }
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Trace").field(&self.0.is_some()).finish()
    }
}
