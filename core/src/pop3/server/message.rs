//! A message on its way out, whole or cut by TOP.

use super::found::Mode;
use super::machine::Machine;
use crate::buffer::Sink;
use crate::error::{Error, Misuse};
use crate::frame::{DotWriter, LineEnds};
use crate::slice::{after, front};
use memchr::memchr2;

impl Machine {
    /// The host said yes to RETR, or to TOP with so many `lines` of the body.
    pub(super) fn start_message(&mut self, lines: Option<u32>) {
        self.mode = Mode::Message;
        self.dots = DotWriter::new(LineEnds::Canonicalise);
        self.cut = lines.map(Cut::new);
    }

    /// Whether more of the message is wanted.
    pub(super) fn wants_data(&self) -> bool {
        self.mode == Mode::Message && !self.cut.is_some_and(|cut| cut.is_done())
    }

    /// Takes in as much of `data` as there is room for.
    pub(super) fn send_data(&mut self, data: &[u8], transmit: &mut dyn Sink) -> Result<usize, Error> {
        self.check_sending()?;
        if !self.wants_data() {
            return Ok(data.len());
        }
        let space = transmit.space(data.len() + data.len() / 64 + 16);
        // No more than this can be taken, so no more is looked at.
        let data_in_reach = front(data, space.len());
        let mut cut = self.cut;
        let wanted = cut.as_mut().map_or(data_in_reach.len(), |cut| cut.take(data_in_reach));
        let done = self.dots.write(front(data_in_reach, wanted), space);
        transmit.filled(done.written);
        if done.written > 0 {
            self.silence.broken();
        }
        if done.taken == wanted {
            self.cut = cut;
        } else if let Some(cut) = &mut self.cut {
            cut.take(front(data, done.taken));
        }
        if self.cut.is_some_and(|cut| cut.is_done()) {
            return Ok(data.len());
        }
        let starved = done.taken == 0 && !data.is_empty() && transmit.no_room() == Misuse::NoMemory;
        if starved { Err(Misuse::NoMemory.into()) } else { Ok(done.taken) }
    }

    /// Ends the message.
    pub(super) fn finish_data(&mut self, transmit: &mut dyn Sink) -> Result<(), Error> {
        self.check_sending()?;
        let space = transmit.space(DotWriter::FINISH_ROOM);
        if space.len() < DotWriter::FINISH_ROOM {
            return Err(transmit.no_room().into());
        }
        let written = self.dots.finish(space);
        transmit.filled(written);
        self.silence.broken();
        self.mode = Mode::Commands;
        self.cut = None;
        Ok(())
    }

    fn check_sending(&self) -> Result<(), Misuse> {
        match self.mode {
            _ if self.failure.is_some() => Err(Misuse::Closed),
            Mode::Message => Ok(()),
            _ => Err(Misuse::OutOfOrder),
        }
    }
}

/// Finds the end of what TOP asks for: the header, the empty line behind it, and so many lines of the body
/// (RFC 1939 §7). CR LF ends a line, and so do LF and CR alone, which will be CR LF on the wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Lines of the body that are still wanted.
    lines: u32,
    in_body: bool,
    /// No byte of the present line has come.
    at_line_start: bool,
    /// The last line ended with a CR, to which an LF may belong.
    after_cr: bool,
}

impl Cut {
    const fn new(lines: u32) -> Self {
        Self { lines, in_body: false, at_line_start: true, after_cr: false }
    }

    const fn is_done(&self) -> bool {
        self.in_body && self.lines == 0
    }

    /// How many bytes at the front of `data` are wanted. Behind a last line that ends with CR, the LF is
    /// not, for [`DotWriter::finish`] adds it.
    fn take(&mut self, data: &[u8]) -> usize {
        let mut at = 0;
        while at < data.len() && !self.is_done() {
            let rest = after(data, at);
            let was_after_cr = core::mem::take(&mut self.after_cr);
            if was_after_cr && rest.first() == Some(&b'\n') {
                at += 1;
                continue;
            }
            let Some(place) = memchr2(b'\r', b'\n', rest) else {
                self.at_line_start = false;
                return data.len();
            };
            let is_empty = self.at_line_start && place == 0;
            self.after_cr = rest.get(place) == Some(&b'\r');
            self.at_line_start = true;
            at += place + 1;
            if self.in_body {
                self.lines -= 1;
            } else {
                self.in_body = is_empty;
            }
        }
        at
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// What TOP leaves of `message`, fed in pieces of `step` bytes.
    fn top(message: &[u8], lines: u32, step: usize) -> Vec<u8> {
        let mut cut = Cut::new(lines);
        let mut kept = Vec::new();
        for piece in message.chunks(step) {
            let count = cut.take(piece);
            kept.extend_from_slice(&piece[..count]);
        }
        kept
    }

    #[test]
    fn top_leaves_the_header_the_empty_line_and_so_many_lines() {
        for (message, lines, left) in [
            (&b"a: b\r\n\r\none\r\ntwo\r\n"[..], 0, &b"a: b\r\n\r"[..]),
            (b"a: b\r\n\r\none\r\ntwo\r\n", 1, b"a: b\r\n\r\none\r"),
            (b"a: b\r\n\r\none\r\ntwo\r\n", 9, b"a: b\r\n\r\none\r\ntwo\r\n"),
            (b"a: b\n\none\ntwo\n", 1, b"a: b\n\none\n"),
            (b"a: b\r\rone\rtwo\r", 1, b"a: b\r\rone\r"),
            (b"a: b\n\r\r\none\n", 1, b"a: b\n\r\r"),
            (b"\r\nbody\r\n", 0, b"\r"),
            (b"no body", 5, b"no body"),
            (b"", 5, b""),
        ] {
            for step in 1..=message.len().max(1) {
                assert_eq!(top(message, lines, step), left, "{message:?} {lines} by {step}");
            }
        }
    }
}
