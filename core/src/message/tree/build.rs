//! Fills the tables: one pass over the message, with what is open on a stack of fixed size.

use super::{Entry, Field, MessageTable, NONE};
use crate::frame::line_feed;
use crate::limits::Limits;
use crate::message::header::{Header, field_length, is_space, name_length, without_line_end};
use crate::message::structure::{
    Content, Delimiter, Head, HeaderStep, Judgement, Levels, Search, header_step, line_end_before,
};
use crate::message::{Anomalies, Anomaly, PartKind};
use crate::slice::{after, front};

/// What a message has room for before its tables grow.
const FIRST_FIELDS: usize = 40;
const FIRST_PARTS: usize = 10;

impl MessageTable {
    /// Fills the tables anew.
    pub(super) fn build(&mut self, raw: &[u8], limits: &Limits) {
        self.fields.clear();
        self.parts.clear();
        self.anomalies = Anomalies::NONE;
        self.field_limit = limits.header_field as usize;
        self.fields.reserve(FIRST_FIELDS);
        self.parts.reserve(FIRST_PARTS);
        let seen = front(raw, u32::MAX as usize);
        if seen.len() < raw.len() {
            self.anomalies.note(Anomaly::TOO_LARGE, seen.len() as u64);
        }
        let mut builder =
            Builder { raw: seen, limits, table: self, levels: Levels::new(limits), search: Search::new(), at: 0 };
        while builder.entity() {}
    }
}

struct Builder<'a> {
    raw: &'a [u8],
    limits: &'a Limits,
    table: &'a mut MessageTable,
    levels: Levels,
    search: Search,
    /// What comes next.
    at: usize,
}

impl Builder<'_> {
    /// Reads one part; whether another follows.
    fn entity(&mut self) -> bool {
        let start = self.at;
        let (mut entry, mut head) = (self.new_entry(start), Head::new());
        let delimiter = self.header(&mut head, &mut entry);
        entry.body = self.at as u32;
        // It ends where the message does, unless something else ends it.
        entry.end = self.raw.len() as u32;
        entry.fields = self.table.fields.len() as u32 - entry.first_field;
        let is_open = self.add(entry, &mut head);
        if let Some(delimiter) = delimiter {
            return self.divide(delimiter, self.at, !is_open) || self.body(None);
        }
        if is_open && self.table.parts.last().is_some_and(|part| part.kind == PartKind::Message) {
            return true;
        }
        self.body((!is_open).then_some(entry.body as usize))
    }

    fn new_entry(&self, start: usize) -> Entry {
        let first_field = self.table.fields.len() as u32;
        let none = Entry { parent: NONE, next: NONE, last: NONE, content_type: NONE, ..Entry::default() };
        Entry { start: start as u32, first_field, depth: self.levels.depth() as u16, ..none }
    }

    /// Reads a header; the delimiter that ended it, if one did.
    fn header(&mut self, head: &mut Head, entry: &mut Entry) -> Option<Delimiter> {
        let limit = self.limits.header_field as usize;
        loop {
            let text = after(self.raw, self.at);
            match header_step(text, true, head.is_first(), limit, &self.levels, &mut 0) {
                HeaderStep::Field { length, is_cut } => self.field(text, length, is_cut, head, entry),
                HeaderStep::Skip { length, anomaly } => {
                    self.table.anomalies.note(anomaly, self.at as u64);
                    head.began();
                    self.at += length;
                }
                HeaderStep::Blank { length } => {
                    self.at += length;
                    return None;
                }
                HeaderStep::Delimiter(delimiter) => match self.levels.accept(delimiter) {
                    Ok(()) => {
                        self.table.anomalies.note(Anomaly::UNENDED_HEADER, self.at as u64);
                        return Some(delimiter);
                    }
                    Err(anomaly) => self.table.anomalies.note(anomaly, self.at as u64),
                },
                HeaderStep::More | HeaderStep::Body => {
                    if !text.is_empty() {
                        self.table.anomalies.note(Anomaly::MISSING_BLANK_LINE, self.at as u64);
                    }
                    return None;
                }
            }
        }
    }

    fn field(&mut self, text: &[u8], length: usize, is_cut: bool, head: &mut Head, entry: &mut Entry) {
        let start = self.at;
        let whole = if is_cut { field_length(text).unwrap_or(text.len()) } else { length };
        self.at += whole;
        let Some(name) = name_length(text) else { return };
        if head.fields >= self.limits.header_fields {
            self.table.anomalies.note(Anomaly::TOO_MANY_FIELDS, start as u64);
            return;
        }
        head.fields += 1;
        if is_cut {
            self.table.anomalies.note(Anomaly::CUT_FIELD, start as u64);
        }
        let spaces = after(text, name).iter().take_while(|byte| is_space(**byte)).count();
        let value = name + spaces + 1;
        // What is beyond the limit says nothing about the structure.
        let seen = front(text, length);
        let end = without_line_end(seen).len().max(value);
        let header = Header::from_parts(seen, name as u32, value as u32, end as u32, start as u64);
        if head.field(&header, &mut self.levels, &mut self.table.anomalies) == Some(Content::Type) {
            entry.content_type = self.table.fields.len() as u32;
        }
        let at = |place: usize| (start + place) as u32;
        self.table.fields.push(Field { start: at(0), name: name as u32, value: at(value), end: at(whole) });
    }

    /// Adds a part to the table; whether it is open now, because parts follow within it.
    fn add(&mut self, mut entry: Entry, head: &mut Head) -> bool {
        let index = self.table.parts.len() as u32;
        if let Some(parent) = self.levels.parent() {
            entry.parent = parent;
            let before =
                self.table.parts.get_mut(parent as usize).map(|part| core::mem::replace(&mut part.last, index));
            if let Some(before) = before.and_then(|before| self.table.parts.get_mut(before as usize)) {
                before.next = index;
            }
        }
        let (kind, is_open) = head.open(index, u64::from(entry.start), &mut self.levels, &mut self.table.anomalies);
        (entry.kind, entry.encoding) = (kind, head.encoding);
        self.table.parts.push(entry);
        is_open
    }

    /// Finds where a body ends, which is that of a part from `leaf` on, or what stands before and between
    /// and behind the parts of a multipart; whether another part follows.
    fn body(&mut self, mut leaf: Option<usize>) -> bool {
        let mut start = self.at;
        let mut from = start;
        // The first line has no line end before it that could be found.
        let mut line = after(self.raw, start).starts_with(b"--").then_some(start);
        while self.levels.divides() {
            let found = line.take().or_else(|| self.search.find(self.raw, from).map(|place| place + 1));
            let Some(place) = found else { break };
            from = place;
            let Judgement::Yes(delimiter) = self.levels.judge(after(self.raw, place), true, usize::MAX) else {
                continue;
            };
            if let Err(anomaly) = self.levels.accept(delimiter) {
                self.table.anomalies.note(anomaly, place as u64);
                continue;
            }
            let body = self.raw.get(start..place).unwrap_or_default();
            let end = place - line_end_before(body);
            self.at = place;
            if self.divide(delimiter, end, leaf.take().is_some()) {
                return true;
            }
            start = self.at;
            from = start;
            line = after(self.raw, start).starts_with(b"--").then_some(start);
        }
        self.at = self.raw.len();
        while self.pop(self.at) {}
        false
    }

    /// Ends what a delimiter ends, at `end`, and goes behind it; whether another part follows.
    fn divide(&mut self, delimiter: Delimiter, end: usize, has_leaf: bool) -> bool {
        if has_leaf && let Some(leaf) = self.table.parts.last_mut() {
            leaf.end = end as u32;
        }
        while self.levels.depth() > delimiter.level + 1 && self.pop(end) {}
        self.at += delimiter.length;
        if delimiter.goes_on {
            let rest = after(self.raw, self.at);
            self.at += line_feed(rest).map_or(rest.len(), |place| place + 1);
        }
        !delimiter.closes
    }

    /// Closes the innermost open part; whether there was one.
    fn pop(&mut self, end: usize) -> bool {
        let Some(part) = self.levels.pop(end as u64, &mut self.table.anomalies) else { return false };
        if let Some(part) = self.table.parts.get_mut(part as usize) {
            part.end = (end as u32).max(part.body);
        }
        true
    }
}
