//! The multiparts and messages that are open, and the lines that end or divide them.

use crate::frame::line_feed;
use crate::message::content::Look;
use crate::message::header::{is_space, without_line_end};
use crate::message::{Anomalies, Anomaly, PartKind};
use crate::slice::{after, after_mut, front};

/// How deep parts can be nested, whatever the limit says.
const DEPTH: usize = crate::Limits::MAX_NESTING as usize;
/// Bytes of all boundaries that are open at one time.
const ROOM: usize = if cfg!(feature = "small") { 320 } else { 2_048 };
/// The longest boundary that can be used. RFC 2046 §5.1.1 allows 70.
pub(crate) const LONGEST_BOUNDARY: usize = 200;
/// How much of a line is looked at to see whether it is a delimiter; what follows is padding.
pub(crate) const LONGEST_DELIMITER: usize = LONGEST_BOUNDARY + 56;

/// One open multipart or message.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    /// Where its boundary stands, and how long it is; 0 for a message, which has none.
    start: u16,
    length: u8,
    is_digest: bool,
    /// Its boundary has stood.
    found: bool,
    /// Its closing boundary has stood: no line divides it any more.
    closed: bool,
    /// Its part.
    part: u32,
}

/// All that is open, outermost first.
#[derive(Clone, Debug)]
pub(crate) struct Levels {
    levels: [Level; DEPTH],
    count: usize,
    /// Levels with a boundary that can still stand.
    dividing: usize,
    boundaries: [u8; ROOM],
    /// One bit for the look of each boundary, so that most lines are compared with none.
    looks: u64,
    /// Parts that may still begin.
    parts_left: u32,
    nesting: usize,
    /// Parts have reached their limit: nothing divides any more.
    frozen: bool,
}

/// A line that ends or divides what is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delimiter {
    /// Which of the levels, from the outermost.
    pub(crate) level: usize,
    pub(crate) closes: bool,
    /// Bytes of the line with its line end, as far as it was looked at.
    pub(crate) length: usize,
    /// The line goes on behind that.
    pub(crate) goes_on: bool,
}

/// Whether a line is a delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// More of the line is needed.
    More,
    No,
    Yes(Delimiter),
}

/// The boundary that a multipart asks for, which waits behind those that are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proposal {
    Missing,
    Boundary {
        length: u8,
    },
    /// There is no room for it, since too much is open.
    NoRoom,
}

impl Levels {
    pub(crate) fn new(limits: &crate::Limits) -> Self {
        Self {
            levels: [Level::default(); DEPTH],
            count: 0,
            dividing: 0,
            boundaries: [0; ROOM],
            looks: 0,
            // The message itself is one.
            parts_left: limits.parts.max(1) - 1,
            nesting: usize::from(limits.nesting).min(DEPTH),
            frozen: false,
        }
    }

    pub(crate) fn depth(&self) -> usize {
        self.count
    }

    /// Whether any line can be a delimiter.
    pub(crate) fn divides(&self) -> bool {
        self.dividing > 0 && !self.frozen
    }

    /// Whether the innermost level is a digest, in which parts are messages by default.
    pub(crate) fn in_digest(&self) -> bool {
        self.top().is_some_and(|level| level.is_digest)
    }

    /// The innermost open part.
    #[cfg(feature = "alloc")]
    pub(crate) fn parent(&self) -> Option<u32> {
        self.top().map(|level| level.part)
    }

    fn top(&self) -> Option<&Level> {
        self.levels.get(self.count.checked_sub(1)?)
    }

    /// Takes the boundary of a multipart whose header is being read.
    pub(crate) fn propose(&mut self, look: &Look<'_>) -> Proposal {
        let place = after_mut(&mut self.boundaries, usize::from(used(&self.levels, self.count)));
        let room = place.len().min(LONGEST_BOUNDARY);
        match look.boundary(place.get_mut(..room).unwrap_or_default()) {
            Some(length) => Proposal::Boundary { length: length as u8 },
            None if room < LONGEST_BOUNDARY => Proposal::NoRoom,
            None => Proposal::Missing,
        }
    }

    /// Opens a multipart with the boundary that was proposed last.
    pub(crate) fn open_multipart(&mut self, part: u32, kind: PartKind, proposal: Proposal) -> Result<(), Anomaly> {
        let length = match proposal {
            Proposal::Missing => return Err(Anomaly::MISSING_BOUNDARY),
            Proposal::Boundary { length } if self.count < self.nesting => length,
            _ => return Err(Anomaly::TOO_DEEP),
        };
        let start = used(&self.levels, self.count);
        self.looks |= look_of(front(after(&self.boundaries, usize::from(start)), usize::from(length)));
        self.push(Level { start, length, is_digest: kind == PartKind::Digest, part, ..Level::default() });
        Ok(())
    }

    /// Opens a message, whose own header follows.
    pub(crate) fn open_message(&mut self, part: u32) -> Result<(), Anomaly> {
        if self.count >= self.nesting {
            return Err(Anomaly::TOO_DEEP);
        }
        self.parts_left = self.parts_left.checked_sub(1).ok_or(Anomaly::TOO_MANY_PARTS)?;
        self.push(Level { start: used(&self.levels, self.count), part, ..Level::default() });
        Ok(())
    }

    fn push(&mut self, level: Level) {
        if let Some(place) = self.levels.get_mut(self.count) {
            self.dividing += usize::from(level.length > 0);
            self.count += 1;
            *place = level;
        }
    }

    /// Closes the innermost level; its part.
    pub(crate) fn pop(&mut self, offset: u64, anomalies: &mut Anomalies) -> Option<u32> {
        let level = *self.top()?;
        self.count -= 1;
        if level.length > 0 {
            self.dividing -= usize::from(!level.closed);
            match (level.found, level.closed) {
                (false, _) => anomalies.note(Anomaly::UNUSED_BOUNDARY, offset),
                (true, false) => anomalies.note(Anomaly::UNCLOSED_MULTIPART, offset),
                _ => {}
            }
            self.looks = self.open().fold(0, |looks, (_, boundary)| looks | look_of(boundary));
        }
        Some(level.part)
    }

    /// The levels with a boundary that can still stand, innermost first.
    fn open(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let levels = front_of(&self.levels, self.count).iter().enumerate().rev();
        levels.filter(|(_, level)| level.length > 0 && !level.closed).map(|(index, level)| {
            (index, front(after(&self.boundaries, usize::from(level.start)), usize::from(level.length)))
        })
    }

    /// Whether the line at the front of `text` is a delimiter; `room` is how much of a line can be held.
    pub(crate) fn judge(&self, text: &[u8], last: bool, room: usize) -> Judgement {
        let most = LONGEST_DELIMITER.min(room);
        let (line, ends) = match line_feed(front(text, most)) {
            Some(place) => (front(text, place + 1), true),
            None if text.len() >= most => (front(text, most), false),
            None if last => (text, true),
            None => return Judgement::More,
        };
        let content = without_line_end(line);
        let padding = content.iter().rev().take_while(|byte| is_space(**byte)).count();
        let content = front(content, content.len() - padding);
        let Some(content) = content.strip_prefix(b"--") else { return Judgement::No };
        let closing = content.strip_suffix(b"--");
        let looks = look_of(content) | closing.map_or(0, look_of);
        if self.looks & looks == 0 || self.frozen {
            return Judgement::No;
        }
        for (level, boundary) in self.open() {
            let closes = closing == Some(boundary);
            if content == boundary || closes {
                return Judgement::Yes(Delimiter { level, closes, length: line.len(), goes_on: !ends });
            }
        }
        Judgement::No
    }

    /// Takes a delimiter as one, unless that would make a part too many. The levels within the one that
    /// it belongs to are to be popped before anything else.
    pub(crate) fn accept(&mut self, delimiter: Delimiter) -> Result<(), Anomaly> {
        let Some(level) = self.levels.get_mut(delimiter.level) else { return Ok(()) };
        if !delimiter.closes {
            if self.parts_left == 0 {
                self.frozen = true;
                return Err(Anomaly::TOO_MANY_PARTS);
            }
            self.parts_left -= 1;
        }
        level.found = true;
        if delimiter.closes {
            level.closed = true;
            self.dividing -= 1;
        }
        Ok(())
    }
}

/// Bytes of the boundaries of the first `count` levels.
fn used(levels: &[Level], count: usize) -> u16 {
    front_of(levels, count).last().map_or(0, |level| level.start + u16::from(level.length))
}

fn front_of<T>(items: &[T], count: usize) -> &[T] {
    items.get(..count).unwrap_or(items)
}

/// One bit of 64 by how long a boundary is and how it ends, where boundaries differ most.
fn look_of(boundary: &[u8]) -> u64 {
    let last = boundary.last_chunk::<2>().map_or(0, |[one, two]| one.wrapping_mul(7) ^ two);
    1 << ((boundary.len() as u8 ^ last) & 63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn levels(boundaries: &[&str]) -> Levels {
        let mut levels = Levels::new(&Limits::default());
        for (part, boundary) in boundaries.iter().enumerate() {
            let value = std::format!("multipart/mixed; boundary=\"{boundary}\"");
            let look = Look::parse(value.as_bytes()).unwrap();
            let proposal = levels.propose(&look);
            levels.open_multipart(part as u32, look.kind, proposal).unwrap();
        }
        levels
    }

    fn judge(levels: &Levels, line: &str) -> Option<(usize, bool)> {
        match levels.judge(line.as_bytes(), true, 1_024) {
            Judgement::Yes(delimiter) => Some((delimiter.level, delimiter.closes)),
            _ => None,
        }
    }

    #[test]
    fn a_delimiter_is_the_whole_line_whatever_boundaries_begin_alike() {
        let levels = levels(&["a", "ab", "ab--"]);
        for (line, found) in [
            ("--a\r\n", Some((0, false))),
            ("--a--\n", Some((0, true))),
            ("--ab \t\r\n", Some((1, false))),
            ("--ab--", Some((2, false))),
            ("--ab----\r\n", Some((2, true))),
            ("--abc\r\n", None),
            ("--\r\n", None),
            ("---a\r\n", None),
            ("--a -- \r\n", None),
            ("-a\r\n", None),
        ] {
            assert_eq!(judge(&levels, line), found, "{line:?}");
        }
    }

    #[test]
    fn what_was_closed_divides_no_more_and_comes_free_again() {
        let mut levels = levels(&["a", "a"]);
        let close = Delimiter { level: 1, closes: true, length: 5, goes_on: false };
        levels.accept(close).unwrap();
        assert_eq!(judge(&levels, "--a--"), Some((0, true)));
        let mut anomalies = Anomalies::NONE;
        assert_eq!(levels.pop(7, &mut anomalies), Some(1));
        assert!(anomalies.is_empty());
        assert_eq!(levels.pop(8, &mut anomalies), Some(0));
        assert_eq!(anomalies.first(Anomaly::UNUSED_BOUNDARY), Some(8));
        assert!(!levels.divides());
        assert_eq!(judge(&levels, "--a"), None);
    }

    #[test]
    fn endless_padding_belongs_to_the_delimiter() {
        let levels = levels(&["a"]);
        let line = ["--a", &" ".repeat(1_000), "\r\n"].concat();
        let delimiter = Delimiter { level: 0, closes: false, length: LONGEST_DELIMITER, goes_on: true };
        assert_eq!(levels.judge(line.as_bytes(), false, 1_024), Judgement::Yes(delimiter));
        assert_eq!(levels.judge(b"--a   ", false, 1_024), Judgement::More);
    }
}
