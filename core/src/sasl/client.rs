//! The client's side: what every mechanism can be asked.

use super::failure::Failure;

/// The client's side of one exchange.
///
/// A response is written into `response` as plain bytes; the protocol encodes it. A host may bring a
/// mechanism of its own:
///
/// ```
/// use mailproto::sasl::{ClientMechanism, Response};
///
/// struct Ticket(&'static [u8]);
///
/// impl ClientMechanism for Ticket {
///     fn name(&self) -> &str {
///         "X-TICKET"
///     }
///     fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
///         response.get_mut(..self.0.len())?.copy_from_slice(self.0);
///         Some(self.0.len())
///     }
///     fn respond(&mut self, _challenge: &[u8], response: &mut [u8]) -> Response {
///         self.initial(response).into()
///     }
/// }
/// ```
pub trait ClientMechanism {
    /// The name that the protocol announces.
    fn name(&self) -> &str;

    /// The response that can be sent with the command (RFC 4422 §3.3); `None` if the server speaks
    /// first, or `response` has no room.
    fn initial(&mut self, response: &mut [u8]) -> Option<usize>;

    /// The response to a challenge. Where it says [`Response::Working`], the protocol asks again with
    /// the same challenge.
    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response;

    /// Whether the server has proved all that it must prove. Its success before that is none, and ends
    /// the connection.
    fn is_satisfied(&self) -> bool {
        true
    }

    /// Why the exchange went wrong, as far as the mechanism can tell: why it was cancelled, or what the
    /// server said about it within the mechanism.
    fn failure(&self) -> Option<Failure> {
        None
    }
}

/// What a mechanism makes of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// The response has this many bytes; it may be empty.
    Ready(usize),
    /// There is more to compute before it is ready: ask again with the same challenge.
    Working,
    /// The challenge makes no sense, or there is no room: cancel the exchange.
    Cancel,
}

impl From<Option<usize>> for Response {
    /// The length of a response, or nothing to say.
    fn from(length: Option<usize>) -> Self {
        length.map_or(Self::Cancel, Self::Ready)
    }
}

/// How far the answer to a challenge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is on its way, or the exchange was cancelled.
    Done,
    /// The mechanism is still computing: call again.
    Working,
}
