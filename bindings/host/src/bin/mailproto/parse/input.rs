//! Bytes from a file, one item at a time, in memory that an item bounds.

use super::Malformed;
use mailproto::{Anomalies, Leniency};
use serde_json::Value;
use std::io::{self, Read};

/// The longest item that is looked at.
pub(super) const LONGEST: usize = 1 << 20;

/// What an item turned out to be.
pub(super) type Item = Result<Value, Malformed>;

/// Reads one line without its end, given what was tolerated in the end.
pub(super) type ParseLine = fn(&[u8], Leniency, Anomalies) -> Item;

/// What has been read and not been dealt with.
pub(super) struct Input {
    source: Box<dyn Read>,
    held: Vec<u8>,
    /// Bytes at the front of `held` that have been dealt with.
    taken: usize,
    offset: u64,
    ended: bool,
}

impl Input {
    pub(super) fn new(source: Box<dyn Read>) -> Self {
        Self { source, held: Vec::new(), taken: 0, offset: 0, ended: false }
    }

    /// Bytes before what is held.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn held(&self) -> &[u8] {
        &self.held[self.taken..]
    }

    pub(super) fn take(&mut self, count: usize) {
        self.taken += count;
        self.offset += count as u64;
    }

    /// Reads more; `false` at the end.
    pub(super) fn more(&mut self) -> io::Result<bool> {
        self.held.drain(..self.taken);
        self.taken = 0;
        let mut block = [0; 16 << 10];
        while !self.ended {
            match self.source.read(&mut block) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    self.held.extend_from_slice(&block[..count]);
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Reads the next line; `None` at the end.
    pub(super) fn line(&mut self, leniency: Leniency, parse: ParseLine) -> io::Result<Option<Item>> {
        let Some(length) = self.line_length()? else { return Ok(None) };
        let item = whole_line(&self.held()[..length], leniency, parse);
        self.take(length);
        Ok(Some(item))
    }

    /// Takes the next line with its end; `None` at the end.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Malformed>>> {
        let Some(length) = self.line_length()? else { return Ok(None) };
        let line = self.held()[..length].to_vec();
        self.take(length);
        let too_long = !line.ends_with(b"\n") && length >= LONGEST;
        Ok(Some(if too_long { Err(line_too_long()) } else { Ok(line) }))
    }

    /// The next line, left where it is; `None` at the end.
    pub(super) fn peek_line(&mut self) -> io::Result<Option<&[u8]>> {
        let length = self.line_length()?;
        Ok(length.map(|length| &self.held()[..length]))
    }

    /// How long the next line is with its end; `None` at the end.
    fn line_length(&mut self) -> io::Result<Option<usize>> {
        let mut looked_at = 0;
        loop {
            let held = self.held();
            let end = held[looked_at..].iter().position(|byte| *byte == b'\n').map(|found| looked_at + found + 1);
            looked_at = held.len();
            if end.is_none() && looked_at < LONGEST && self.more()? {
                continue;
            }
            return Ok(if looked_at == 0 { None } else { Some(end.unwrap_or(looked_at)) });
        }
    }
}

fn line_too_long() -> Malformed {
    Malformed { kind: "too_long", offset: LONGEST, message: "the line is longer than 1 MiB".into() }
}

/// Looks at the line's end, then at the line.
fn whole_line(line: &[u8], leniency: Leniency, parse: ParseLine) -> Item {
    if let Some(text) = line.strip_suffix(b"\r\n") {
        return parse(text, leniency, Anomalies::NONE);
    }
    if let Some(text) = line.strip_suffix(b"\n") {
        if !leniency.tolerates(Anomalies::BARE_LF) {
            let message = "the line ends with LF alone, not CR LF (RFC 5321 §2.3.8)".into();
            return Err(Malformed { kind: "bare_lf", offset: text.len(), message });
        }
        return parse(text, leniency, Anomalies::BARE_LF);
    }
    if line.len() >= LONGEST {
        return Err(line_too_long());
    }
    if leniency == Leniency::STRICT {
        let message = "the input ends before the line does".into();
        return Err(Malformed { kind: "incomplete", offset: line.len(), message });
    }
    // A last line that was typed without its end.
    parse(line, leniency, Anomalies::NONE)
}
