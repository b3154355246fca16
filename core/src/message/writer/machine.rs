//! The writer: which piece of the message comes next.

use super::body::Body;
use super::boundary::Boundary;
use super::check::check;
use super::content::{Encoding, choose, flows};
use super::draft::{Draft, Value};
use super::field::{self, Named, Parameters, Says};
use super::line::STEP;
use super::options::{Target, WriterOptions};
use super::parameter::{Parameter, ParameterValue};
use super::part::{Content, Disposition, Part};
use super::walk::{Down, Walk};
use crate::codec::{Encoded, base64_body};
use crate::error::Misuse;
use crate::slice::{after, after_mut, copy, front};

/// Writes a message, in pieces of any size.
///
/// It needs no memory but itself and what the [`Draft`] borrows. [`write`](Self::write) fills the space
/// it is given; where it stops before the space is full, [`wants`](Self::wants) says why: it is the
/// end, or the host shall [`feed`](Self::feed) an attachment.
///
/// ```
/// use mailproto::message::writer::{Draft, Part, Recipient, Wants, Writer, WriterOptions};
/// let draft = Draft {
///     from: &[Recipient::address("board@device.example")],
///     text: Some("The photograph.\n"),
///     attachments: &[Part::attachment("photo.jpg", "image/jpeg").streamed(None)],
///     ..Draft::default()
/// };
/// let mut writer = Writer::new(&draft, WriterOptions { nonce: 42, ..WriterOptions::default() })?;
/// let (mut message, mut space) = (Vec::new(), [0; 64]);
/// let mut photo: &[u8] = b"not really a photograph";
/// loop {
///     let count = match writer.wants() {
///         Wants::Space => writer.write(&mut space),
///         Wants::Content { .. } if photo.is_empty() => {
///             writer.finish_content()?;
///             0
///         }
///         Wants::Content { .. } => {
///             let done = writer.feed(photo, &mut space)?;
///             photo = &photo[done.taken..];
///             done.written
///         }
///         Wants::Nothing => break,
///     };
///     message.extend_from_slice(&space[..count]);
/// }
/// assert!(message.ends_with(b"bm90IHJlYWxseSBhIHBob3RvZ3JhcGg=\r\n--=_000000000000002Aa--\r\n"));
/// # Ok::<(), mailproto::Misuse>(())
/// ```
#[derive(Clone, Debug)]
pub struct Writer<'a> {
    draft: &'a Draft<'a>,
    options: WriterOptions,
    /// Some content has bytes beyond ASCII as they are.
    eight_bit: bool,
    nonce: u64,
    walk: Walk<'a>,
    place: Place,
    /// The next field of the header.
    index: u32,
    field: field::Place<'a>,
    body: Body<'a>,
    /// Parts that the host has fed or feeds.
    streams: u32,
    /// Bytes that it has fed of the present one, and of those that were written of it.
    fed: u64,
    fed_written: u64,
    pending: Pending,
}

/// Where in the present part the writer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the fields that only a whole message has.
    Message,
    /// In the fields that every part has.
    Part,
    Body,
    Stream,
    /// Before the next part of a multipart; a line end stands before its boundary, or not.
    Between {
        line_end: bool,
    },
    /// Behind a part whose last line has an end, or not.
    Behind {
        open: bool,
        line_end: bool,
    },
    End,
}

/// What a [`Writer`] waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// More space: call [`Writer::write`].
    Space,
    /// Content: call [`Writer::feed`], and [`Writer::finish_content`] if the length is not known.
    Content {
        /// Which of the streamed parts, in the order in which they stand in the message, from 0.
        number: u32,
    },
    /// Nothing: the message is written.
    Nothing,
}

/// A step that had no room at once.
#[derive(Clone, Debug)]
struct Pending {
    bytes: [u8; STEP],
    start: u8,
    end: u8,
}

impl Pending {
    /// Moves out what fits; the bytes moved.
    fn drain(&mut self, space: &mut [u8]) -> usize {
        let count = copy(after(front(&self.bytes, self.end.into()), self.start.into()), space);
        self.start += count as u8;
        count
    }

    const fn is_empty(&self) -> bool {
        self.start >= self.end
    }
}

impl<'a> Writer<'a> {
    /// Before the first byte.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for CR, LF or NUL in any value but content; [`Misuse::Syntax`] for an
    /// address, an id, a name or a type that is none; [`Misuse::TooLong`] for a value that fits on no line,
    /// and for parts that stand too deep in one another; [`Misuse::NotOffered`] for what the target cannot
    /// carry: an address beyond ASCII, or a message within the message that may not be encoded;
    /// [`Misuse::OutOfOrder`] for a field or a parameter that comes by itself. Nothing is written then.
    pub fn new(draft: &'a Draft<'a>, options: WriterOptions) -> Result<Self, Misuse> {
        let survey = check(draft, &options)?;
        let walk = Walk::new(draft);
        let part = walk.node().part(draft);
        let choice = choose(&part, options.target, options.flowed);
        Ok(Self {
            draft,
            options,
            eight_bit: survey.eight_bit,
            nonce: survey.nonce,
            walk,
            place: Place::Message,
            index: 0,
            field: field::Place::START,
            body: Body::new(&part, choice, options.flowed),
            streams: 0,
            fed: 0,
            fed_written: 0,
            pending: Pending { bytes: [0; STEP], start: 0, end: 0 },
        })
    }

    /// Writes into the front of `space` what comes next; how many bytes that was.
    pub fn write(&mut self, space: &mut [u8]) -> usize {
        let mut written = 0;
        loop {
            written += self.pending.drain(after_mut(space, written));
            if !self.pending.is_empty() || matches!(self.place, Place::Stream | Place::End) {
                return written;
            }
            let room = after_mut(space, written);
            if room.len() >= STEP {
                written += self.step(room);
            } else if room.is_empty() {
                return written;
            } else {
                let mut bytes = [0; STEP];
                let count = self.step(&mut bytes);
                self.pending = Pending { bytes, start: 0, end: count as u8 };
            }
        }
    }

    /// What it waits for.
    pub fn wants(&self) -> Wants {
        match self.place {
            _ if !self.pending.is_empty() => Wants::Space,
            Place::Stream => Wants::Content { number: self.streams },
            Place::End => Wants::Nothing,
            _ => Wants::Space,
        }
    }

    /// Takes in as much of the content of a streamed part as there is room for, and writes it encoded into
    /// the front of `space`. A part whose length is known ends by itself.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] when no content is wanted; [`Misuse::TooLong`] when it is more than was said.
    pub fn feed(&mut self, content: &[u8], space: &mut [u8]) -> Result<Encoded, Misuse> {
        let Some(length) = self.stream_length() else { return Err(Misuse::OutOfOrder) };
        if let Some(length) = length
            && content.len() as u64 > length.saturating_sub(self.fed)
        {
            return Err(Misuse::TooLong { limit: u32::try_from(length).unwrap_or(u32::MAX) });
        }
        let written = self.pending.drain(space);
        let mut done = Encoded { taken: 0, written };
        if self.pending.is_empty() {
            let encoded = self.body.feed(content, after_mut(space, written));
            done = Encoded { taken: encoded.taken, written: written + encoded.written };
            self.fed_written += encoded.written as u64;
        }
        let room = after_mut(space, done.written);
        if self.pending.is_empty() && !room.is_empty() && done.taken < content.len() {
            // What does not fit goes by way of the writer, a group at a time.
            let mut bytes = [0; STEP];
            let group = front(after(content, done.taken), 3);
            let encoded = self.body.feed(group, &mut bytes);
            self.pending = Pending { bytes, start: 0, end: encoded.written as u8 };
            done.taken += encoded.taken;
            self.fed_written += encoded.written as u64;
            done.written += self.pending.drain(after_mut(space, done.written));
        }
        self.fed += done.taken as u64;
        if length == Some(self.fed) {
            self.end_stream();
        }
        Ok(done)
    }

    /// Ends the content of a streamed part.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] when no content is wanted, or less was fed than was said.
    pub fn finish_content(&mut self) -> Result<(), Misuse> {
        match self.stream_length() {
            Some(length) if length.is_none_or(|length| length == self.fed) => {
                self.end_stream();
                Ok(())
            }
            _ => Err(Misuse::OutOfOrder),
        }
    }

    /// How many bytes are still to come: before the first, the length of the message. `None` where a
    /// streamed part does not say how long it is.
    ///
    /// It is found by writing all but what is in base64, whose length tells.
    pub fn size(&self) -> Option<u64> {
        let (mut rest, mut scratch) = (self.clone(), [0; 4 * STEP]);
        let mut size = u64::from(rest.pending.end.saturating_sub(rest.pending.start));
        loop {
            match rest.place {
                Place::Stream => {
                    let length = base64_body::encoded_length(rest.stream_length()??);
                    size = size.saturating_add(length.saturating_sub(rest.fed_written));
                    rest.body.skip(length > 0);
                    rest.end_stream();
                }
                Place::Body => {
                    if let Some(length) = rest.body.length_in_base64() {
                        size = size.saturating_add(length);
                        rest.body.skip(true);
                    }
                }
                Place::End => return Some(size),
                _ => {}
            }
            size = size.saturating_add(rest.step(&mut scratch) as u64);
        }
    }

    /// About how many bytes it takes, and rather more: what is at hand, encoded, with fields around it.
    #[cfg(feature = "alloc")]
    pub(super) fn estimate(&self) -> usize {
        const FIELDS: usize = 512;
        let (mut walk, mut size) = (self.walk, 2 * FIELDS);
        loop {
            let part = walk.node().part(self.draft);
            size = size.saturating_add(match part.content {
                Content::Text(text) => FIELDS + text.len() + text.len() / 4,
                Content::Bytes(bytes) => FIELDS + bytes.len() / 56 * 78,
                Content::Streamed(_) | Content::Parts(_) => FIELDS,
            });
            loop {
                match walk.down(self.draft) {
                    Down::Child => break,
                    _ if walk.up() => {}
                    _ => return size,
                }
            }
        }
    }

    /// The announced length of the part that content is wanted for.
    fn stream_length(&self) -> Option<Option<u64>> {
        match self.walk.node().part(self.draft).content {
            Content::Streamed(length) if self.place == Place::Stream => Some(length),
            _ => None,
        }
    }

    fn end_stream(&mut self) {
        self.place = Place::Body;
        self.streams = self.streams.saturating_add(1);
        self.fed = 0;
        self.fed_written = 0;
    }

    /// Writes a little, and more only of content; `space` has room for a step.
    fn step(&mut self, space: &mut [u8]) -> usize {
        match self.place {
            Place::Message => match self.message_field() {
                Some(field) => self.put_field(field, space),
                None => self.go(Place::Part),
            },
            Place::Part => match self.part_field() {
                Some(field) => self.put_field(field, space),
                None => {
                    self.begin_content();
                    copy(b"\r\n", space)
                }
            },
            Place::Body => {
                let (written, done) = self.body.step(space);
                if done {
                    let (open, line_end) = (self.body.is_open(), self.body.wants_line_end());
                    self.place = Place::Behind { open, line_end };
                }
                written
            }
            Place::Between { line_end } => self.between(line_end, space),
            Place::Behind { open, line_end } => {
                if self.walk.up() {
                    return self.go(Place::Between { line_end });
                }
                // A message is lines, and the last of them has an end too.
                self.place = Place::End;
                if open { copy(b"\r\n", space) } else { 0 }
            }
            Place::Stream | Place::End => 0,
        }
    }

    fn go(&mut self, place: Place) -> usize {
        self.place = place;
        self.index = 0;
        0
    }

    /// Writes as much of a field as there is room for, or goes to the next.
    fn put_field(&mut self, field: Option<Named<'a>>, space: &mut [u8]) -> usize {
        let (mut written, mut done) = (0, field.is_none());
        if let Some(field) = field {
            while !done && space.len() - written >= STEP {
                let (count, ended) =
                    self.field.step(&field, self.options.target == Target::Utf8, after_mut(space, written));
                written += count;
                done = ended;
            }
        }
        if done {
            self.index = self.index.saturating_add(1);
            self.field = field::Place::START;
        }
        written
    }

    /// Begins what stands behind the header of a part.
    fn begin_content(&mut self) {
        self.place = match self.walk.node().part(self.draft).content {
            Content::Parts(_) => Place::Between { line_end: false },
            Content::Streamed(Some(0)) => {
                self.streams = self.streams.saturating_add(1);
                Place::Body
            }
            Content::Streamed(_) => Place::Stream,
            Content::Text(_) | Content::Bytes(_) => Place::Body,
        };
    }

    /// Writes the boundary before the next part, or behind the last:
    ///
    /// ```abnf
    /// multipart-body    = dash-boundary CRLF body-part *encapsulation close-delimiter
    /// dash-boundary     = "--" boundary
    /// encapsulation     = delimiter CRLF body-part
    /// delimiter         = CRLF "--" boundary
    /// close-delimiter   = delimiter "--"
    /// ```
    /// RFC 2046 §5.1.1.
    fn between(&mut self, line_end: bool, space: &mut [u8]) -> usize {
        let boundary = self.boundary();
        let mut written = if line_end { copy(b"\r\n", space) } else { 0 };
        written += copy(b"--", after_mut(space, written));
        written += boundary.write(after_mut(space, written));
        if self.walk.down(self.draft) == Down::Child {
            let part = self.walk.node().part(self.draft);
            let choice = choose(&part, self.options.target, self.options.flowed);
            self.body = Body::new(&part, choice, self.options.flowed);
            self.go(Place::Part);
        } else {
            written += copy(b"--", after_mut(space, written));
            self.place = Place::Behind { open: false, line_end: false };
        }
        written + copy(b"\r\n", after_mut(space, written))
    }

    fn boundary(&self) -> Boundary {
        Boundary { nonce: self.nonce, depth: self.walk.depth() }
    }

    /// The field of the message that comes next, if it has anything to say; `None` behind the last.
    fn message_field(&self) -> Option<Option<Named<'a>>> {
        let draft = self.draft;
        let value = |name, value, says: bool| Some(says.then_some(Named { name, says: Says::Value(value) }));
        let list = |name, list| value(name, Value::Addresses(list), !list.is_empty());
        let ids = |name, ids: &'a [&'a str]| value(name, Value::Ids(ids), !ids.is_empty());
        match self.index {
            0 => Some(draft.date.map(|date| Named { name: "Date", says: Says::Value(Value::Date(date)) })),
            1 => list("From", draft.from),
            2 => list("Sender", draft.sender),
            3 => list("Reply-To", draft.reply_to),
            4 => list("To", draft.to),
            5 => list("Cc", draft.cc),
            6 => list("Bcc", if self.options.bcc { draft.bcc } else { &[] }),
            7 => ids("Message-ID", one(&draft.message_id)),
            8 => ids("In-Reply-To", draft.in_reply_to),
            9 => ids("References", draft.references),
            10 => value("Subject", Value::Text(draft.subject), !draft.subject.is_empty()),
            11 => value("MIME-Version", Value::Structured("1.0"), true),
            index => {
                let field = draft.fields.get(index as usize - 12)?;
                Some(Some(Named { name: field.name, says: Says::Value(field.value) }))
            }
        }
    }

    /// The field of the present part that comes next, if it has anything to say; `None` behind the last.
    fn part_field(&self) -> Option<Option<Named<'a>>> {
        let part = self.walk.node().part(self.draft);
        let has_parts = matches!(part.content, Content::Parts(_));
        let named = |name, says| Some(Some(Named { name, says }));
        match self.index {
            0 => named("Content-Type", Says::With(part.media_type, self.type_parameters(&part, has_parts))),
            1 => match self.body.encoding() {
                // A multipart says what is in it at the most (RFC 2045 §6.4).
                _ if has_parts && self.eight_bit => named("Content-Transfer-Encoding", structured("8bit")),
                Encoding::SevenBit => Some(None),
                encoding => named("Content-Transfer-Encoding", structured(encoding.name())),
            },
            2 => {
                let by_name = (!part.file_name.is_empty()).then_some(Disposition::Attachment);
                let disposition = part.disposition.or(by_name).map(|disposition| match disposition {
                    Disposition::Inline => "inline",
                    Disposition::Attachment => "attachment",
                });
                let file_name = file_name("filename", part.file_name, false);
                Some(disposition.map(|disposition| Named {
                    name: "Content-Disposition",
                    says: Says::With(disposition, Parameters { file_name, ..Parameters::default() }),
                }))
            }
            3 if part.id.is_empty() => Some(None),
            3 => named("Content-ID", Says::Id(part.id)),
            4 if part.description.is_empty() => Some(None),
            4 => named("Content-Description", Says::Value(Value::Text(part.description))),
            index => {
                let field = part.fields.get(index as usize - 5)?;
                named(field.name, Says::Value(field.value))
            }
        }
    }

    fn type_parameters(&self, part: &Part<'a>, has_parts: bool) -> Parameters<'a> {
        Parameters {
            charset: matches!(part.content, Content::Text(_)),
            flowed: flows(part, self.options.flowed),
            boundary: has_parts.then(|| self.boundary()),
            file_name: file_name("name", part.file_name, true).filter(|_| self.options.old_file_names),
            others: part.parameters,
        }
    }
}

fn structured(value: &str) -> Says<'_> {
    Says::Value(Value::Structured(value))
}

/// A list of one id, or of none if it is empty.
fn one<'a>(id: &'a &'a str) -> &'a [&'a str] {
    if id.is_empty() { &[] } else { core::slice::from_ref(id) }
}

fn file_name<'a>(name: &'static str, file_name: &'a str, words: bool) -> Option<Parameter<'a>> {
    let value = if words { ParameterValue::Words(file_name) } else { ParameterValue::Text(file_name) };
    (!file_name.is_empty()).then_some(Parameter { name, value })
}
