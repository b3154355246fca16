//! Bodies that end at CR LF `.` CR LF, as they leave.

use super::LineEnds;
use super::scan::plain_prefix;
use crate::slice::{after, after_mut, copy, front};

/// Writes a dot-terminated body (RFC 5321 §4.5.2): adds a dot to each line that starts with one.
///
/// ```
/// use mailproto::frame::{DotWriter, LineEnds};
/// let mut writer = DotWriter::new(LineEnds::Canonicalise);
/// let mut wire = [0; 32];
/// let body = writer.write(b".hello\r\n", &mut wire);
/// let end = writer.finish(&mut wire[body.written..]);
/// assert_eq!(&wire[..body.written + end], b"..hello\r\n.\r\n");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DotWriter {
    line_ends: LineEnds,
    /// The last byte that was taken in: LF stands for the end of a CR LF or the start of the body,
    /// CR for one that has not been written yet.
    previous: u8,
}

/// How far [`DotWriter::write`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DotWritten {
    /// Bytes of the body that were taken in.
    pub taken: usize,
    /// Bytes that were written.
    pub written: usize,
    /// It stopped at a bare line end or NUL, which the policy refuses.
    pub refused: bool,
}

impl DotWriter {
    /// The bytes that [`finish`](Self::finish) may need room for.
    pub const FINISH_ROOM: usize = 5;

    /// At the start of a body.
    pub const fn new(line_ends: LineEnds) -> Self {
        Self { line_ends, previous: b'\n' }
    }

    /// Takes in as much of `body` as there is room for in `wire`.
    pub fn write(&mut self, body: &[u8], wire: &mut [u8]) -> DotWritten {
        let (mut taken, mut written, mut refused) = (0, 0, false);
        while taken < body.len() {
            // The longest thing that one byte of body can need: a held CR LF and a dot.
            let room = wire.len() - written;
            if room < 3 {
                break;
            }
            if self.previous != b'\r' {
                let plain = plain_prefix(after(body, taken), self.previous).min(room);
                let run = front(after(body, taken), plain);
                if let Some(&last) = run.last() {
                    taken += plain;
                    self.previous = last;
                    // A CR is held back until the byte behind it is known.
                    let run = run.strip_suffix(b"\r").unwrap_or(run);
                    written += copy(run, after_mut(wire, written));
                    continue;
                }
            }
            let Some(&byte) = body.get(taken) else { break };
            match (self.previous, byte) {
                (b'\r', b'\n') => {
                    written += copy(b"\r\n", after_mut(wire, written));
                    self.previous = b'\n';
                    taken += 1;
                }
                (b'\n', b'.') => {
                    written += copy(b"..", after_mut(wire, written));
                    self.previous = b'.';
                    taken += 1;
                }
                _ if self.line_ends == LineEnds::Refuse => {
                    refused = true;
                    break;
                }
                // A bare CR was held back: it becomes a line end, and the byte is looked at anew.
                (b'\r', _) => {
                    written += copy(b"\r\n", after_mut(wire, written));
                    self.previous = b'\n';
                }
                (_, b'\n') => {
                    written += copy(b"\r\n", after_mut(wire, written));
                    self.previous = b'\n';
                    taken += 1;
                }
                _ => {
                    written += copy(&[byte], after_mut(wire, written));
                    self.previous = byte;
                    taken += 1;
                }
            }
        }
        DotWritten { taken, written, refused }
    }

    /// Ends the body, in [`FINISH_ROOM`](Self::FINISH_ROOM) bytes at most; returns how many were
    /// written. A body that does not end with a line end gets one.
    pub fn finish(&mut self, wire: &mut [u8]) -> usize {
        let end: &[u8] = if self.previous == b'\n' { b".\r\n" } else { b"\r\n.\r\n" };
        if wire.len() < end.len() {
            return 0;
        }
        self.previous = b'\n';
        copy(end, wire)
    }

    /// Whether a CR at the very end of the body so far waits for its LF.
    pub const fn holds_cr(&self) -> bool {
        self.previous == b'\r'
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Writes `body` in pieces of `step` bytes through a window of `room` bytes.
    fn write(body: &[u8], step: usize, room: usize, line_ends: LineEnds) -> Option<Vec<u8>> {
        let mut writer = DotWriter::new(line_ends);
        let (mut wire, mut window) = (Vec::new(), [0_u8; 64]);
        for mut piece in body.chunks(step) {
            while !piece.is_empty() {
                let done = writer.write(piece, &mut window[..room]);
                wire.extend_from_slice(&window[..done.written]);
                piece = &piece[done.taken..];
                if done.refused {
                    return None;
                }
            }
        }
        let end = writer.finish(&mut window);
        wire.extend_from_slice(&window[..end]);
        Some(wire)
    }

    #[test]
    fn every_split_and_every_room_write_the_same() {
        for (body, expected) in [
            (&b""[..], &b".\r\n"[..]),
            (b".", b"..\r\n.\r\n"),
            (b"a\r\n.b\r\n..c", b"a\r\n..b\r\n...c\r\n.\r\n"),
            (b"a\r\n", b"a\r\n.\r\n"),
            (b"a\nb\rc\r", b"a\r\nb\r\nc\r\n.\r\n"),
            (b"a\r\r\n.\r.", b"a\r\n\r\n..\r\n..\r\n.\r\n"),
            (b"\n.\n", b"\r\n..\r\n.\r\n"),
        ] {
            for step in 1..=body.len().max(1) {
                for room in [3, 4, 5, 7, 64] {
                    let wire = write(body, step, room, LineEnds::Canonicalise).unwrap();
                    assert_eq!(wire, expected, "{body:?} by {step} into {room}");
                }
            }
        }
    }

    #[test]
    fn bare_line_ends_are_refused_when_told() {
        for body in [&b"a\nb"[..], b"a\rb", b"a\0b"] {
            assert_eq!(write(body, 1, 64, LineEnds::Refuse), None);
            assert_eq!(write(body, 9, 64, LineEnds::Refuse), None);
        }
    }
}
