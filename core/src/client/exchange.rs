//! The client's side of AUTH: challenges that wait, and responses on their way.

use super::ClientLimits;
use crate::buffer::Sink;
use crate::codec::base64;
use crate::error::{Error, Exceeded, LimitKind, Misuse};
use crate::sasl::{ClientMechanism, Response};
use zeroize::Zeroize;

/// Room that must be free before a mechanism is asked for a response: whatever it says, the line can be
/// ended, or the exchange cancelled.
const RESPONSE_ROOM: usize = 8;

/// Stands where a challenge was decoded in vain.
const UNDECODABLE: u32 = u32::MAX;

/// One exchange.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    /// Where the secret in the transmit buffer starts, and its length.
    pub(crate) secret: (u32, u32),
    /// Bytes of the input that are a challenge which waits to be answered.
    challenge: u32,
    /// Where the challenge stands in them, decoded, and its length; zeros until it is decoded.
    decoded: (u32, u32),
    rounds: u16,
    /// No more than the start of the challenge is known.
    cut: bool,
    /// Something was said that the server may judge.
    spoken: bool,
    /// The mechanism has not been satisfied by the server.
    pub(crate) unproven: bool,
}

impl Exchange {
    /// Whether a challenge waits for the host.
    pub(crate) fn is_asking(&self) -> bool {
        self.challenge > 0
    }

    /// Whether a response has been given.
    pub(crate) fn has_spoken(&self) -> bool {
        self.spoken
    }

    /// Bytes have left.
    pub(crate) fn transmitted(&mut self, count: u32) {
        let (start, length) = self.secret;
        let gone = count.saturating_sub(start).min(length);
        self.secret = (start.saturating_sub(count), length - gone);
    }

    /// A challenge has come, in this many bytes of input; an error if it is one too many.
    pub(crate) fn ask(&mut self, length: usize, cut: bool, limits: &ClientLimits, offset: u64) -> Option<Error> {
        self.rounds += 1;
        if self.rounds > limits.sasl_rounds {
            let value = u32::from(limits.sasl_rounds);
            return Some(Error::Limit(Exceeded { limit: LimitKind::SaslRounds, value, offset }));
        }
        self.challenge = length as u32;
        self.cut = cut;
        None
    }

    /// The bytes of input that hold the challenge, if it can be answered now; `visible` bytes wait to be
    /// sent.
    pub(crate) fn waiting(&self, visible: u32) -> Result<usize, Misuse> {
        match self.challenge {
            0 => Err(Misuse::OutOfOrder),
            // The response needs all the room there is.
            _ if visible > 0 => Err(Misuse::Full),
            length => Ok(length as usize),
        }
    }

    /// Begins an exchange whose line without a response is the last thing in the transmit buffer. Its
    /// initial response goes before the line end, if there is one and it takes at most `most` bytes; how
    /// many it took.
    pub(crate) fn start(&mut self, mechanism: &mut dyn ClientMechanism, most: usize, transmit: &mut dyn Sink) -> usize {
        let line_end = transmit.pending() - 2;
        let mut initial = |space: &mut [u8]| mechanism.initial(space).into();
        let count = match put_secret(&mut initial, most, true, transmit) {
            Response::Ready(count) => count,
            _ => 0,
        };
        self.rounds = 0;
        self.spoken = count > 0;
        if count > 0 {
            transmit.insert_last(count, line_end);
            // The space in front of it is no secret.
            self.secret = (line_end as u32 + 1, count as u32 - 1);
        }
        self.unproven = !mechanism.is_satisfied();
        count
    }

    /// Answers the challenge, or cancels if there is no mechanism, behind the `visible` bytes; how many
    /// bytes the line has, which are at most `most`, or `None` while it is not ready.
    pub(crate) fn respond(
        &mut self,
        mechanism: Option<&mut dyn ClientMechanism>,
        challenge: Challenge<'_>,
        most: usize,
        visible: usize,
        transmit: &mut dyn Sink,
    ) -> Result<Option<usize>, Misuse> {
        if transmit.room(RESPONSE_ROOM) < RESPONSE_ROOM {
            return Err(transmit.no_room());
        }
        let mut said = Response::Cancel;
        if let Some(mechanism) = mechanism {
            if let Some(challenge) = self.decode(challenge) {
                let mut respond = |space: &mut [u8]| mechanism.respond(challenge, space);
                said = put_secret(&mut respond, most.saturating_sub(2), false, transmit);
            }
            if said == Response::Working {
                return Ok(None);
            }
            self.unproven = !mechanism.is_satisfied();
        }
        let count = match said {
            Response::Ready(count) => count,
            // What cannot be answered is cancelled (RFC 4954 §4, RFC 5034 §4).
            _ => {
                transmit.put(b"*");
                1
            }
        };
        transmit.put(b"\r\n");
        // Ahead of commands that wait for the end of the exchange.
        transmit.insert_last(count + 2, visible);
        self.secret = (visible as u32, count as u32);
        self.challenge = 0;
        self.decoded = (0, 0);
        self.spoken = true;
        Ok(Some(count + 2))
    }

    /// The challenge as bytes, decoded once, however often it is asked for; `None` if it is no base64 or
    /// was cut off.
    fn decode<'a>(&mut self, Challenge { line, start, loose }: Challenge<'a>) -> Option<&'a [u8]> {
        if self.decoded.0 == 0 {
            let end = line.trim_ascii_end().len();
            let text = line.get_mut(start..end).unwrap_or_default();
            self.decoded = match base64::decode_in_place(text) {
                Ok(length) if !self.cut => (start as u32, length as u32),
                Err(_) if loose => (start as u32, 0),
                _ => (UNDECODABLE, 0),
            };
        }
        let (start, length) = self.decoded;
        line.get(start as usize..)?.get(..length as usize)
    }
}

/// A challenge where it was received.
#[derive(Debug)]
pub(crate) struct Challenge<'a> {
    /// The bytes of input that wait.
    pub(crate) line: &'a mut [u8],
    /// Where its text starts in them.
    pub(crate) start: usize,
    /// What is no base64 is none, and means that the server waits.
    pub(crate) loose: bool,
}

/// Puts a response in base64 at the end of the transmit buffer, if it is ready, and says how many bytes
/// it took. Nothing is put where there is none or it does not fit in `most` bytes. An initial response
/// brings the space before it.
fn put_secret(
    respond: &mut dyn FnMut(&mut [u8]) -> Response,
    most: usize,
    initial: bool,
    transmit: &mut dyn Sink,
) -> Response {
    transmit.set_secret();
    let space = transmit.space((most + most * 3 / 4).max(64));
    // Plain bytes at the end of the space, their base64 at its front, then the plain bytes go.
    let (text, plain) = space.split_at_mut(space.len() / 7 * 4);
    let (lead, text): (usize, &mut [u8]) = match text {
        [first, rest @ ..] if initial => {
            *first = b' ';
            (1, rest)
        }
        text => (0, text),
    };
    let response = respond(plain);
    let encoded = match response {
        // An empty response is written so that it can be told from none (RFC 4954 §4, RFC 5034 §4).
        Response::Ready(0) if initial => text.first_mut().map(|place| *place = b'=').map(|()| 1),
        Response::Ready(length) => plain.get(..length).and_then(|plain| base64::encode(plain, text)),
        _ => None,
    };
    plain.zeroize();
    let count = encoded.map(|length| length + lead).filter(|count| *count <= most);
    if count.is_none() {
        text.zeroize();
    }
    transmit.filled(count.unwrap_or(0));
    if response == Response::Working { response } else { count.into() }
}
