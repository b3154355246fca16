//! AUTH on the server's side: responses are decoded where they stand in the input, and stay there
//! until the exchange is complete, so that no copy of a secret is made.

use super::super::command::Verb;
use super::answer;
use super::found::{Advance, Found, Mode, Question};
use super::machine::Machine;
use crate::buffer::Sink;
use crate::codec::base64;
use crate::error::{Error, Misuse};
use crate::frame::LineFrame;
use crate::leniency::Anomalies;
use crate::sasl::{Mechanism, ServerExchange, ServerStep, TokenRefusal};
use crate::slice::{Span, after, front};

/// Bytes of a challenge's line beside the challenge: `+ `, CR LF.
const CHALLENGE_FRAME: usize = 4;

/// The longest reason for refusing a token, as JSON.
const REFUSAL_MAX: usize = 512;

/// A SASL exchange under way. The responses stay in the input, decoded, until it is complete.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange {
    sasl: ServerExchange,
    responses: [Span; 2],
    count: u8,
    /// The host has refused the token and said why: the client ends the exchange, whatever it says.
    refused: bool,
}

impl Machine {
    /// Begins an exchange; `consumed` bytes at the front of `input` hold the command.
    pub(super) fn start_exchange(
        &mut self,
        sasl: ServerExchange,
        consumed: usize,
        initial: Option<Span>,
        input: &mut [u8],
        transmit: &mut dyn Sink,
    ) -> Advance {
        self.exchange = Some(Exchange { sasl, responses: [Span::default(); 2], count: 0, refused: false });
        self.mode = Mode::Auth;
        match (initial, sasl.first()) {
            (Some(_), _) if !sasl.takes_initial_response() => self.fail(answer::AUTH_NO_INITIAL, consumed, transmit),
            (Some(span), _) => self.take_response(span, consumed, input, transmit),
            (None, ServerStep::Challenge(challenge)) => {
                self.held = consumed as u32;
                say_challenge(challenge, transmit);
                self.drop_bytes(0)
            }
            (None, _) => {
                let found = Found::Response { exchange: sasl, response: None };
                self.ask_about(Question::AuthResponse, consumed, found)
            }
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
        let asked = self.question == Some(Question::Auth(Verb::Auth));
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
        self.silence.broken();
        Ok(())
    }

    pub(super) fn next_response(
        &mut self,
        input: &mut [u8],
        capacity: usize,
        transmit: &mut dyn Sink,
    ) -> Result<Advance, Error> {
        let held = self.held as usize;
        let rest = after(input, held);
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
            LineFrame::TooLong { consumed } => Ok(self.fail(answer::TOO_LONG, held + consumed, transmit)),
            LineFrame::Line { length, consumed } => {
                self.silence.broken();
                if consumed == length + 1 {
                    self.anomalies |= Anomalies::BARE_LF;
                }
                if self.exchange.is_some_and(|exchange| exchange.refused) {
                    return Ok(self.fail_as(answer::AUTH_FAILED, held + consumed, transmit));
                }
                if rest.get(..length) == Some(b"*") {
                    return Ok(self.fail(answer::AUTH_CANCELLED, held + consumed, transmit));
                }
                let span = Span { start: held as u32, length: length as u32 };
                Ok(self.take_response(span, held + consumed, input, transmit))
            }
        }
    }

    /// Forgets the responses so far, which is as good as a malformed one.
    fn give_up_responses(&mut self, consumed: usize) -> Advance {
        self.held = 0;
        if let Some(exchange) = &mut self.exchange {
            exchange.count = u8::MAX;
        }
        self.drop_bytes(consumed)
    }

    /// Decodes the response at `span` where it stands; `consumed` bytes hold it and all before it.
    fn take_response(&mut self, span: Span, consumed: usize, input: &mut [u8], transmit: &mut dyn Sink) -> Advance {
        let place = input.get_mut(span.start as usize..(span.start + span.length) as usize).unwrap_or_default();
        let Some(mut exchange) = self.exchange else {
            return self.fail(answer::AUTH_MALFORMED, consumed, transmit);
        };
        let Ok(length) = exchange.sasl.decode(place) else {
            return self.fail(answer::AUTH_MALFORMED, consumed, transmit);
        };
        let Some(response) = exchange.responses.get_mut(usize::from(exchange.count)) else {
            return self.fail(answer::AUTH_MALFORMED, consumed, transmit);
        };
        *response = Span { start: span.start, length: length as u32 };
        exchange.count += 1;
        let [first, second] = exchange.responses;
        match exchange.sasl.response() {
            ServerStep::Challenge(challenge) => {
                say_challenge(challenge, transmit);
                self.exchange = Some(exchange);
                self.held = consumed as u32;
                self.drop_bytes(0)
            }
            ServerStep::Complete => {
                self.exchange = Some(exchange);
                self.held = 0;
                let found = Found::Credentials { exchange: exchange.sasl, first, second };
                self.ask_about(Question::Auth(Verb::Auth), consumed, found)
            }
            ServerStep::Host => {
                exchange.count = 0;
                self.exchange = Some(exchange);
                self.held = 0;
                let found = Found::Response { exchange: exchange.sasl, response: Some(first) };
                self.ask_about(Question::AuthResponse, consumed, found)
            }
        }
    }

    /// The exchange fails before the host could judge.
    fn fail(&mut self, answer: answer::Answer, consumed: usize, transmit: &mut dyn Sink) -> Advance {
        self.note_bad_command();
        self.fail_as(answer, consumed, transmit)
    }

    /// The exchange fails, by no fault of the client's.
    fn fail_as(&mut self, answer: answer::Answer, consumed: usize, transmit: &mut dyn Sink) -> Advance {
        self.end_exchange();
        self.note_failed_auth();
        self.decline(answer, consumed, Span::default(), true, transmit)
    }

    pub(super) fn end_exchange(&mut self) {
        self.held = 0;
        self.exchange = None;
        self.mode = Mode::Commands;
    }
}

/// Goes on with a challenge, which has room. An empty one is a space all the same (RFC 5034 §4).
fn say_challenge(challenge: &[u8], transmit: &mut dyn Sink) {
    transmit.put(b"+ ");
    let space = transmit.space(base64::encoded_length(challenge.len()));
    let length = base64::encode(challenge, space).unwrap_or(0);
    transmit.filled(length);
    transmit.put(b"\r\n");
}
