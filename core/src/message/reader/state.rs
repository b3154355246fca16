//! The logic of the reader, which is the same for every buffer.

use super::kept::Kept;
use super::{BodyForm, PartStart, ReaderOptions};
use crate::buffer::{Buffer, Store};
use crate::frame::line_feed;
use crate::limits::Limits;
use crate::message::header::{Header, is_space};
use crate::message::structure::{
    Delimiter, Head, HeaderStep, Judgement, Levels, Search, examine_field, header_step, line_end_before, unsettled_end,
};
use crate::message::{Anomalies, Anomaly, BodyDecoder, PartKind, TransferEncoding};
use crate::slice::{after, front};

/// Where the reader is.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Header,
    /// In the rest of a field that was cut.
    CutField {
        behind_line_feed: bool,
    },
    /// At the end of a header; a line that ends the part may have ended it.
    HeadersEnd(Option<Delimiter>),
    PartStart(Option<Delimiter>),
    /// In the body of a part, or before, between or behind the parts of a multipart.
    Body,
    /// At a line that ends or divides; parts within the one that it belongs to are over.
    Ending(Delimiter),
    /// In the rest of such a line.
    Padding {
        closes: bool,
    },
    /// Behind all bytes.
    Finishing,
    Done,
}

/// An event whose bytes stand at the front of the buffer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Field { length: usize, is_cut: bool },
    HeadersEnd,
    PartStart(u32, u32),
    Body { length: usize },
    PartEnd(u32),
    End,
}

#[derive(Clone, Debug)]
pub(super) struct State {
    stage: Stage,
    options: BodyForm,
    limits: Limits,
    levels: Levels,
    search: Search,
    head: Head,
    kept: Kept,
    anomalies: Anomalies,
    /// Bytes of the message before the buffer.
    position: u64,
    /// Bytes at the front of the buffer that an event has lent out.
    lent: usize,
    /// Bytes at the front that need no other look.
    looked: usize,
    at_line_start: bool,
    is_over: bool,
    /// Parts that have begun.
    parts: u32,
    /// Where the part began whose header is being read.
    start: u64,
    /// The part whose body is being read.
    leaf: Option<u32>,
    kind: PartKind,
    encoding: TransferEncoding,
    form: BodyForm,
    decoder: BodyDecoder,
    body: u64,
}

impl State {
    pub(super) fn new(options: ReaderOptions) -> Self {
        Self {
            stage: Stage::Header,
            options: options.body,
            limits: options.limits,
            levels: Levels::new(&options.limits),
            search: Search::new(),
            head: Head::new(),
            kept: Kept::new(),
            anomalies: Anomalies::NONE,
            position: 0,
            lent: 0,
            looked: 0,
            at_line_start: false,
            is_over: false,
            parts: 0,
            start: 0,
            leaf: None,
            kind: PartKind::Plain,
            encoding: TransferEncoding::SevenBit,
            form: options.body,
            decoder: BodyDecoder::new(TransferEncoding::SevenBit),
            body: 0,
        }
    }

    pub(super) fn end_of_input(&mut self) {
        self.is_over = true;
    }

    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    pub(super) const fn anomalies(&self) -> &Anomalies {
        &self.anomalies
    }

    pub(super) fn set_body(&mut self, form: BodyForm) {
        self.form = form;
    }

    /// The part that begins.
    pub(super) fn part(&self, index: u32, depth: u32) -> PartStart<'_> {
        PartStart {
            index,
            depth,
            kind: self.kind,
            encoding: self.encoding,
            content_type: self.kept.content_type(),
            disposition: self.kept.disposition(),
            content_id: self.kept.content_id(),
        }
    }

    /// Gives back what an event has lent out.
    pub(super) fn release<S: Store>(&mut self, buffer: &mut Buffer<S>) {
        let lent = core::mem::take(&mut self.lent);
        self.take(buffer, lent);
    }

    fn take<S: Store>(&mut self, buffer: &mut Buffer<S>, count: usize) {
        buffer.take(count);
        self.position += count as u64;
        self.looked = self.looked.saturating_sub(count);
    }

    /// The most bytes that can be held at one time.
    fn room<S: Store>(&self, buffer: &Buffer<S>) -> usize {
        // An allocator without memory makes it a smaller buffer.
        if buffer.starved().is_some() { buffer.len() } else { buffer.capacity_limit() }
    }

    /// Goes on to the next event, if the bytes for it are there.
    pub(super) fn step<S: Store>(&mut self, buffer: &mut Buffer<S>) -> Option<Step> {
        self.release(buffer);
        loop {
            let step = match self.stage {
                Stage::Header => self.header(buffer)?,
                Stage::CutField { behind_line_feed } => {
                    self.cut_field(buffer, behind_line_feed)?;
                    None
                }
                Stage::HeadersEnd(delimiter) => {
                    self.stage = Stage::PartStart(delimiter);
                    Some(Step::HeadersEnd)
                }
                Stage::PartStart(delimiter) => Some(self.part_start(delimiter)),
                Stage::Body => self.body(buffer)?,
                Stage::Ending(delimiter) => self.ending(buffer, delimiter),
                Stage::Padding { closes } => {
                    self.padding(buffer, closes)?;
                    None
                }
                Stage::Finishing => Some(self.finishing()),
                Stage::Done => return None,
            };
            if step.is_some() {
                return step;
            }
        }
    }

    /// In a header. `None` if more bytes are needed, `Some(None)` if there is no event in what was read.
    fn header<S: Store>(&mut self, buffer: &mut Buffer<S>) -> Option<Option<Step>> {
        let limit = (self.limits.header_field as usize).min(self.room(buffer));
        if self.head.is_first() {
            self.kept.clear();
        }
        let text = buffer.filled();
        let step = header_step(text, self.is_over, self.head.is_first(), limit, &self.levels, &mut self.looked);
        match step {
            HeaderStep::More => return None,
            HeaderStep::Field { length, is_cut } => {
                self.looked = 0;
                let is_told = self.field(front(text, length), is_cut);
                if is_cut {
                    let behind_line_feed = front(text, length).ends_with(b"\n");
                    self.stage = Stage::CutField { behind_line_feed };
                }
                if is_told {
                    self.lent = length;
                    return Some(Some(Step::Field { length, is_cut }));
                }
                self.take(buffer, length);
            }
            HeaderStep::Skip { length, anomaly } => {
                self.anomalies.note(anomaly, self.position);
                self.head.began();
                self.looked = 0;
                self.take(buffer, length);
            }
            HeaderStep::Blank { length } => {
                self.take(buffer, length);
                self.end_header(None);
            }
            HeaderStep::Delimiter(delimiter) => match self.levels.accept(delimiter) {
                Ok(()) => {
                    self.anomalies.note(Anomaly::UNENDED_HEADER, self.position);
                    self.end_header(Some(delimiter));
                }
                Err(anomaly) => self.anomalies.note(anomaly, self.position),
            },
            HeaderStep::Body => {
                if !text.is_empty() {
                    self.anomalies.note(Anomaly::MISSING_BLANK_LINE, self.position);
                }
                self.end_header(None);
            }
        }
        Some(None)
    }

    fn end_header(&mut self, delimiter: Option<Delimiter>) {
        self.looked = 0;
        self.stage = Stage::HeadersEnd(delimiter);
    }

    /// Takes a field; whether it is within the limit of fields.
    fn field(&mut self, raw: &[u8], is_cut: bool) -> bool {
        let Some(header) = Header::from_raw(raw, self.position) else { return false };
        if self.head.fields >= self.limits.header_fields {
            self.anomalies.note(Anomaly::TOO_MANY_FIELDS, self.position);
            return false;
        }
        self.head.fields += 1;
        if is_cut {
            self.anomalies.note(Anomaly::CUT_FIELD, self.position);
        }
        examine_field(&header, &mut self.anomalies);
        if let Some(content) = self.head.field(&header, &mut self.levels, &mut self.anomalies) {
            self.kept.keep(content, header.value_raw());
        }
        true
    }

    /// Reads past the rest of a field.
    fn cut_field<S: Store>(&mut self, buffer: &mut Buffer<S>, behind_line_feed: bool) -> Option<()> {
        let text = buffer.filled();
        let Some(first) = text.first() else {
            self.stage = if self.is_over { Stage::Header } else { self.stage };
            return self.is_over.then_some(());
        };
        if behind_line_feed && !is_space(*first) {
            self.stage = Stage::Header;
            return Some(());
        }
        let end = line_feed(text);
        let length = end.map_or(text.len(), |place| place + 1);
        self.take(buffer, length);
        self.stage = Stage::CutField { behind_line_feed: end.is_some() };
        Some(())
    }

    fn part_start(&mut self, delimiter: Option<Delimiter>) -> Step {
        let (index, depth) = (self.parts, self.levels.depth() as u32);
        self.parts += 1;
        let (kind, is_open) = self.head.open(index, self.start, &mut self.levels, &mut self.anomalies);
        (self.kind, self.encoding) = (kind, self.head.encoding);
        self.leaf = (!is_open).then_some(index);
        (self.form, self.body) = (self.options, self.position);
        self.decoder = BodyDecoder::new(self.encoding);
        match delimiter {
            Some(delimiter) => self.stage = Stage::Ending(delimiter),
            // The header of the message within follows.
            None if is_open && kind == PartKind::Message => self.begin_header(),
            None => self.begin_body(),
        }
        Step::PartStart(index, depth)
    }

    fn begin_header(&mut self) {
        self.stage = Stage::Header;
        self.head = Head::new();
        self.start = self.position;
        self.looked = 0;
    }

    fn begin_body(&mut self) {
        self.stage = Stage::Body;
        self.at_line_start = true;
        self.looked = 0;
    }

    /// In a body, or what stands around the parts of a multipart.
    fn body<S: Store>(&mut self, buffer: &mut Buffer<S>) -> Option<Option<Step>> {
        let room = self.room(buffer);
        let (end, next) = self.body_end(buffer.filled(), room);
        let is_whole = next.is_some();
        let is_full = buffer.len() >= room;
        let mut written = 0;
        let mut taken = end;
        if self.leaf.is_some() && self.form != BodyForm::Skipped {
            written = end;
            if self.decodes() {
                let body = buffer.filled_mut().get_mut(..end).unwrap_or_default();
                let mut decoded = self.decoder.decode(body, is_whole);
                if decoded.taken == 0 && is_full && !is_whole {
                    // What waits for more will get no more.
                    decoded = self.decoder.decode(body, true);
                }
                (taken, written) = (decoded.taken, decoded.written);
            }
        }
        if let Some(next) = next {
            self.stage = next;
            if self.leaf.is_some() && self.decodes() {
                let anomalies = self.decoder.anomalies();
                self.anomalies.merge(&anomalies, self.body);
            }
        }
        if written > 0 {
            self.lent = taken;
            return Some(Some(Step::Body { length: written }));
        }
        if taken == 0 && !is_whole {
            return None;
        }
        self.take(buffer, taken);
        Some(None)
    }

    fn decodes(&self) -> bool {
        match self.form {
            BodyForm::Skipped | BodyForm::Raw => false,
            BodyForm::Decoded => self.encoding != TransferEncoding::Uuencode && !self.encoding.is_identity(),
            BodyForm::DecodedWithUuencode => !self.encoding.is_identity(),
        }
    }

    /// How much of `text` is body for certain, and what follows if all of it is there.
    fn body_end(&mut self, text: &[u8], room: usize) -> (usize, Option<Stage>) {
        while self.levels.divides() {
            let Some(place) = self.candidate(text) else {
                let unsettled = if self.is_over { 0 } else { self.unsettled(text) };
                self.looked = text.len() - unsettled;
                return (self.looked, self.is_over.then_some(Stage::Finishing));
            };
            let end = place - line_end_before(front(text, place));
            match self.levels.judge(after(text, place), self.is_over, room.saturating_sub(2)) {
                Judgement::More => {
                    self.looked = place.saturating_sub(1);
                    return (end, None);
                }
                Judgement::No => self.pass(place),
                Judgement::Yes(delimiter) => match self.levels.accept(delimiter) {
                    Ok(()) => return (end, Some(Stage::Ending(delimiter))),
                    Err(anomaly) => {
                        self.anomalies.note(anomaly, self.position + place as u64);
                        self.pass(place);
                    }
                },
            }
        }
        (text.len(), self.is_over.then_some(Stage::Finishing))
    }

    /// The line at this place is no delimiter.
    fn pass(&mut self, place: usize) {
        self.looked = place;
        self.at_line_start = false;
    }

    /// The next line that begins with `--`.
    fn candidate(&self, text: &[u8]) -> Option<usize> {
        if self.at_line_start && text.starts_with(b"--") {
            return Some(0);
        }
        self.search.find(text, self.looked).map(|place| place + 1)
    }

    /// Bytes at the end of `text` of which only what follows tells whether they are body. Remembers when the
    /// front is no longer the start of a line.
    fn unsettled(&mut self, text: &[u8]) -> usize {
        if self.at_line_start && matches!(text, [] | [b'-']) {
            return text.len();
        }
        self.at_line_start = false;
        unsettled_end(text)
    }

    /// At a line that ends or divides.
    fn ending<S: Store>(&mut self, buffer: &mut Buffer<S>, delimiter: Delimiter) -> Option<Step> {
        if let Some(index) = self.leaf.take() {
            return Some(Step::PartEnd(index));
        }
        if self.levels.depth() > delimiter.level + 1
            && let Some(index) = self.levels.pop(self.position, &mut self.anomalies)
        {
            return Some(Step::PartEnd(index));
        }
        let line_end = line_end_length(buffer.filled());
        self.take(buffer, line_end + delimiter.length);
        if delimiter.goes_on {
            self.stage = Stage::Padding { closes: delimiter.closes };
        } else {
            self.behind_delimiter(delimiter.closes);
        }
        None
    }

    fn behind_delimiter(&mut self, closes: bool) {
        if closes {
            self.begin_body();
        } else {
            self.begin_header();
        }
    }

    /// In the rest of a delimiter.
    fn padding<S: Store>(&mut self, buffer: &mut Buffer<S>, closes: bool) -> Option<()> {
        let text = buffer.filled();
        let end = line_feed(text);
        let length = end.map_or(text.len(), |place| place + 1);
        if length == 0 && !self.is_over {
            return None;
        }
        self.take(buffer, length);
        if end.is_some() || self.is_over {
            self.behind_delimiter(closes);
        }
        Some(())
    }

    fn finishing(&mut self) -> Step {
        if let Some(index) = self.leaf.take() {
            return Step::PartEnd(index);
        }
        match self.levels.pop(self.position, &mut self.anomalies) {
            Some(index) => Step::PartEnd(index),
            None => {
                self.stage = Stage::Done;
                Step::End
            }
        }
    }
}

/// Bytes of the line end that stands before a delimiter.
fn line_end_length(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    }
}
