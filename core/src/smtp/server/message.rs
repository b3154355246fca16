//! A message on its way in: by DATA or by BDAT, within its limits, and the verdict on it.

use super::super::command::Verb;
use super::super::state::State;
use super::answer::{self, ANSWER_ROOM, Answer};
use super::event::Abort;
use super::found::{Advance, Found, Mode, Question};
use super::machine::Machine;
use crate::buffer::Sink;
use crate::error::Error;
use crate::frame::{ChunkFramer, DotFrame, DotReader};
use crate::leniency::Anomalies;
use crate::slice::Span;
use crate::slice::after;

impl Machine {
    pub(super) fn start_chunk(&mut self, size: u64, last: bool, consumed: usize, transmit: &mut dyn Sink) -> Advance {
        self.chunk = ChunkFramer::new(size);
        let verb = if last { Verb::BdatLast } else { Verb::Bdat };
        let refusal = self.policy_refusal(verb);
        if let Some(answer) = refusal {
            // Its bytes come all the same (RFC 3030 §2).
            self.mode = Mode::Chunk { last: false, swallow: true };
            if !self.could_not_know(verb) {
                self.note_bad_command();
            }
            self.say(answer, transmit);
            return self.drop_bytes(consumed);
        }
        self.mode = Mode::Chunk { last, swallow: false };
        if self.state == State::Chunks {
            return self.drop_bytes(consumed);
        }
        self.start_message();
        self.ask(Question::DataStart { chunking: true }, consumed, Found::ChunkStart)
    }

    pub(super) fn start_message(&mut self) {
        self.message_bytes = 0;
        self.too_large = false;
        self.verdicts = 0;
        self.dot = DotReader::new(self.line_ends);
    }

    /// The go-ahead was given.
    pub(super) fn start_data(&mut self) {
        self.mode = Mode::Data;
    }

    /// The host refused a message that comes by BDAT: its bytes come all the same.
    pub(super) fn refuse_chunks(&mut self, answer: Answer) {
        if let Mode::Chunk { last, .. } = self.mode
            && last
            && self.is_lmtp()
        {
            self.owed = self.recipients.saturating_sub(1);
            self.owed_answer = answer;
        }
        self.mode = Mode::Chunk { last: false, swallow: true };
        self.end_transaction();
    }

    pub(super) fn end_transaction(&mut self) {
        if self.state != State::Greeted {
            self.state = State::Ready;
        }
        self.recipients = 0;
        self.sender_refused = false;
        self.smtputf8 = false;
        self.binary = false;
    }

    /// Whether what comes next is a message, to be looked at wherever it stands: nothing else is due before.
    pub(super) fn reads_message(&self) -> bool {
        let reads = matches!(self.mode, Mode::Data | Mode::Chunk { .. });
        reads && self.takes_bytes() && self.question.is_none() && !self.early && self.owed == 0
    }

    /// Finds the next piece of a message in `input`, or its end.
    pub(super) fn next_piece(&mut self, input: &[u8], transmit: &mut dyn Sink) -> Result<Advance, Error> {
        match self.mode {
            Mode::Chunk { .. } if transmit.room(ANSWER_ROOM) < ANSWER_ROOM => self.no_room(transmit),
            Mode::Chunk { last, swallow } => self.next_chunk(input, last, swallow, transmit),
            _ => self.next_data(input, transmit),
        }
    }

    fn next_data(&mut self, input: &[u8], transmit: &mut dyn Sink) -> Result<Advance, Error> {
        // What is dropped goes along with the data behind it.
        let mut dropped = 0;
        loop {
            return Ok(match self.dot.next(after(input, dropped)) {
                DotFrame::Skip { consumed } => {
                    dropped += consumed;
                    continue;
                }
                DotFrame::Data { length } => self.data(dropped, length),
                _ if dropped > 0 => self.drop_bytes(dropped),
                DotFrame::Incomplete if self.eof => return Err(self.broken_off()),
                DotFrame::Incomplete => Advance::Idle,
                DotFrame::LineEnd { consumed } => {
                    self.anomalies |= Anomalies::BARE_LINE_END_IN_DATA;
                    match self.count_data(2) {
                        0 => self.drop_bytes(consumed),
                        length => self.found(consumed, Found::LineEnd { length }),
                    }
                }
                // Nothing before this needs an answer.
                DotFrame::End { .. } if transmit.room(ANSWER_ROOM) < ANSWER_ROOM => return self.no_room(transmit),
                DotFrame::End { consumed, refused } => {
                    self.silence.broken();
                    let abort = match (self.too_large, refused) {
                        (true, _) => Some((Abort::TooLarge, answer::TOO_LARGE)),
                        (false, true) => Some((Abort::LineEnds, answer::BAD_LINE_ENDS)),
                        _ => None,
                    };
                    self.end_of_message(consumed, abort, transmit)
                }
            });
        }
    }

    /// Passes on what the limit lets pass of the `length` bytes behind the first `dropped`.
    fn data(&mut self, dropped: usize, length: usize) -> Advance {
        let consumed = dropped + length;
        match self.count_data(length) {
            0 => self.drop_bytes(consumed),
            allowed => self.found(consumed, Found::Data(Span { start: dropped as u32, length: allowed as u32 })),
        }
    }

    /// Counts bytes of a message; how many of them are within the limit.
    fn count_data(&mut self, length: usize) -> usize {
        let left = self.limits.message.saturating_sub(self.message_bytes);
        self.message_bytes = self.message_bytes.saturating_add(length as u64);
        if length as u64 > left {
            self.too_large = true;
            self.dot.refuse();
        }
        usize::try_from(left).map_or(length, |left| left.min(length))
    }

    pub(super) fn end_of_message(
        &mut self,
        consumed: usize,
        abort: Option<(Abort, Answer)>,
        transmit: &mut dyn Sink,
    ) -> Advance {
        let Some((abort, answer)) = abort else {
            self.mode = Mode::Verdict;
            return self.drop_bytes(consumed);
        };
        self.mode = Mode::Commands;
        self.say(answer, transmit);
        if self.is_lmtp() {
            self.owed = self.recipients.saturating_sub(1);
            self.owed_answer = answer;
        }
        self.end_transaction();
        self.found(consumed, Found::Aborted(abort))
    }

    fn next_chunk(
        &mut self,
        input: &[u8],
        last: bool,
        swallow: bool,
        transmit: &mut dyn Sink,
    ) -> Result<Advance, Error> {
        let length = self.chunk.next(input.len());
        if length > 0 {
            return Ok(if swallow { self.drop_bytes(length) } else { self.data(0, length) });
        }
        if !self.chunk.is_complete() {
            return if self.eof { Err(self.broken_off()) } else { Ok(Advance::Idle) };
        }
        self.silence.broken();
        if swallow {
            self.mode = Mode::Commands;
            return Ok(self.drop_bytes(0));
        }
        if self.too_large {
            let recipients = if last { self.recipients } else { 1 };
            let aborted = self.end_of_message(0, Some((Abort::TooLarge, answer::TOO_LARGE)), transmit);
            self.owed = if self.is_lmtp() { recipients.saturating_sub(1) } else { 0 };
            return Ok(aborted);
        }
        if last {
            return Ok(self.end_of_message(0, None, transmit));
        }
        self.state = State::Chunks;
        self.mode = Mode::Commands;
        self.say(answer::CHUNK_TAKEN, transmit);
        Ok(self.drop_bytes(0))
    }

    /// Asks for the next verdict, or goes on when all are given.
    pub(super) fn next_verdict(&mut self) -> Advance {
        let total = if self.is_lmtp() { self.recipients } else { 1 };
        if self.verdicts >= total {
            self.mode = Mode::Commands;
            self.end_transaction();
            return self.drop_bytes(0);
        }
        let recipient = self.is_lmtp().then_some(self.verdicts);
        self.verdicts += 1;
        self.ask(Question::DataEnd, 0, Found::DataEnd { recipient })
    }
}
