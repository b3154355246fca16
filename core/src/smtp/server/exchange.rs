//! AUTH on the server's side: responses are decoded where they stand in the input, and stay there
//! until the exchange is complete, so that no copy of a secret is made.

use super::answer;
use super::found::{Advance, Found, Mode, Question};
use super::machine::Machine;
use crate::buffer::Sink;
use crate::codec::base64;
use crate::error::{Error, Misuse};
use crate::frame::LineFrame;
use crate::leniency::Anomalies;
use crate::sasl::{Mechanism, ServerExchange, ServerStep, TokenRefusal};
use crate::slice::{Span, front};

/// Bytes of a challenge's line beside the challenge: `334 `, CR LF.
const CHALLENGE_FRAME: usize = 6;

/// The longest reason for refusing a token, as JSON.
const REFUSAL_MAX: usize = 512;

/// A SASL exchange under way. The responses stay in the input, decoded, until it is complete.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange {
    pub(super) sasl: ServerExchange,
    /// Bytes of the input that belong to it already.
    pub(super) held: u32,
    pub(super) responses: [Span; 2],
    pub(super) count: u8,
    /// The host has refused the token and said why: the client ends the exchange, whatever it says.
    pub(super) refused: bool,
}

impl Machine {
    pub(super) fn start_exchange(
        &mut self,
        sasl: ServerExchange,
        consumed: usize,
        initial: Option<Span>,
        input: &mut [u8],
        transmit: &mut dyn Sink,
    ) -> Advance {
        let mut exchange = Exchange { sasl, held: 0, responses: [Span::default(); 2], count: 0, refused: false };
        self.mode = Mode::Auth;
        match initial {
            Some(_) if !sasl.takes_initial_response() => {
                self.found(consumed, Found::AuthFailed(answer::AUTH_NO_INITIAL))
            }
            Some(span) => {
                self.exchange = Some(exchange);
                self.take_response(span, consumed, input, transmit).unwrap_or(Advance::Secret)
            }
            None => match sasl.first() {
                ServerStep::Challenge(challenge) => {
                    exchange.held = consumed as u32;
                    self.exchange = Some(exchange);
                    say_challenge(challenge, transmit);
                    Advance::Secret
                }
                _ => {
                    self.exchange = Some(exchange);
                    let found = Found::Response { exchange: sasl, response: None };
                    self.ask(Question::AuthResponse, consumed, found)
                }
            },
        }
    }

    /// The host goes on with the exchange that it conducts.
    pub(super) fn challenge(&mut self, challenge: &[u8], transmit: &mut dyn Sink) -> Result<(), Error> {
        if self.question != Some(Question::AuthResponse) {
            return Err(Misuse::OutOfOrder.into());
        }
        self.put_challenge(challenge, transmit)
    }

    /// The host refuses a token and says why. The client may end the exchange by a response that means
    /// nothing; then it is told (RFC 7628 §3.2.3).
    pub(super) fn reject_token(&mut self, refusal: &TokenRefusal<'_>, transmit: &mut dyn Sink) -> Result<(), Error> {
        let takes_token = |mechanism| matches!(mechanism, Mechanism::XOAuth2 | Mechanism::OAuthBearer);
        let asked = self.question == Some(Question::Auth);
        let Some(exchange) = self.exchange.filter(|exchange| asked && takes_token(exchange.sasl.mechanism())) else {
            return Err(Misuse::OutOfOrder.into());
        };
        let mut json = [0; REFUSAL_MAX];
        let length = refusal.encode(&mut json).ok_or(Misuse::TooLong { limit: REFUSAL_MAX as u32 })?;
        self.put_challenge(front(&json, length), transmit)?;
        self.exchange = Some(Exchange { refused: true, ..exchange });
        Ok(())
    }

    fn put_challenge(&mut self, challenge: &[u8], transmit: &mut dyn Sink) -> Result<(), Error> {
        let needed = CHALLENGE_FRAME + base64::encoded_length(challenge.len());
        let longest = self.limits.sasl_line as usize;
        let room = transmit.room(needed);
        if needed > longest || room < needed && transmit.pending() == 0 && transmit.no_room() == Misuse::Full {
            return Err(Misuse::TooLong { limit: longest.min(room) as u32 }.into());
        }
        if room < needed {
            return Err(transmit.no_room().into());
        }
        say_challenge(challenge, transmit);
        self.question = None;
        Ok(())
    }

    pub(super) fn next_response(
        &mut self,
        input: &mut [u8],
        capacity: usize,
        transmit: &mut dyn Sink,
    ) -> Result<Advance, Error> {
        let held = self.exchange.map_or(0, |exchange| exchange.held as usize);
        let rest = input.get(held..).unwrap_or(&[]);
        let limit = (self.limits.sasl_line as usize).min(capacity.saturating_sub(held));
        if limit == 0 {
            // What came before fills the buffer: nothing more could be read.
            return Ok(self.give_up_responses(held));
        }
        let lf_ends = self.leniency.tolerates(Anomalies::BARE_LF);
        match self.line.next(rest, limit, lf_ends) {
            LineFrame::Incomplete if self.eof => Err(self.broken_off()),
            LineFrame::Incomplete => Ok(Advance::Idle),
            // A response that cannot be kept: everything so far goes, and the exchange fails.
            LineFrame::Drop { consumed } => Ok(self.give_up_responses(held + consumed)),
            LineFrame::TooLong { consumed } => {
                self.mode = Mode::Commands;
                Ok(self.found(held + consumed, Found::AuthFailed(answer::TOO_LONG)))
            }
            LineFrame::Line { length, consumed } => {
                self.silence.broken();
                if self.exchange.is_some_and(|exchange| exchange.refused) {
                    self.mode = Mode::Commands;
                    return Ok(self.found(held + consumed, Found::AuthFailed(answer::AUTH_INVALID)));
                }
                if rest.get(..length) == Some(b"*") {
                    self.mode = Mode::Commands;
                    return Ok(self.found(held + consumed, Found::AuthFailed(answer::AUTH_CANCELLED)));
                }
                let span = Span { start: held as u32, length: length as u32 };
                Ok(self.take_response(span, held + consumed, input, transmit).unwrap_or(Advance::Idle))
            }
        }
    }

    /// Forgets the responses so far, which is as good as a malformed one.
    fn give_up_responses(&mut self, consumed: usize) -> Advance {
        if let Some(exchange) = &mut self.exchange {
            exchange.held = 0;
            exchange.count = u8::MAX;
        }
        self.drop_bytes(consumed)
    }

    /// Decodes the response at `span` where it stands. `None` if the exchange goes on.
    pub(super) fn take_response(
        &mut self,
        span: Span,
        consumed: usize,
        input: &mut [u8],
        transmit: &mut dyn Sink,
    ) -> Option<Advance> {
        let mut exchange = self.exchange?;
        let place = input.get_mut(span.start as usize..(span.start + span.length) as usize)?;
        let (Ok(length), Some(response)) =
            (exchange.sasl.decode(place), exchange.responses.get_mut(usize::from(exchange.count)))
        else {
            self.mode = Mode::Commands;
            return Some(self.found(consumed, Found::AuthFailed(answer::AUTH_MALFORMED)));
        };
        *response = Span { start: span.start, length: length as u32 };
        exchange.count += 1;
        exchange.held = 0;
        let [first, second] = exchange.responses;
        let advance = match exchange.sasl.response() {
            ServerStep::Challenge(challenge) => {
                exchange.held = consumed as u32;
                say_challenge(challenge, transmit);
                None
            }
            ServerStep::Complete => {
                let found = Found::Credentials { exchange: exchange.sasl, first, second };
                Some(self.ask(Question::Auth, consumed, found))
            }
            ServerStep::Host => {
                exchange.count = 0;
                let found = Found::Response { exchange: exchange.sasl, response: Some(first) };
                Some(self.ask(Question::AuthResponse, consumed, found))
            }
        };
        self.exchange = Some(exchange);
        advance
    }

    pub(super) fn note_failed_auth(&mut self) {
        self.failed_auth = self.failed_auth.saturating_add(1);
    }

    pub(super) fn resume_after_auth(&mut self) {
        self.exchange = None;
        self.mode = Mode::Commands;
    }
}

/// Says 334 with a challenge, which has room.
fn say_challenge(challenge: &[u8], transmit: &mut dyn Sink) {
    transmit.put(b"334 ");
    let space = transmit.space(base64::encoded_length(challenge.len()));
    let length = base64::encode(challenge, space).unwrap_or(0);
    transmit.filled(length);
    transmit.put(b"\r\n");
}
