//! A message as it comes: bytes in chunks of any size, events out, in constant memory.
//!
//! ```text
//!            ┌──────────────── the next part ◀───────────────┐
//!            ▼                                               │
//!   start ─▶ header ─ Field… HeadersEnd PartStart ─▶ body ─ Body… ─▶ PartEnd… ─▶ End
//!            ▲                            │
//!            └── a message within ◀───────┤
//!            └── a multipart, at its first boundary
//! ```
//!
//! [`Message`](super::Message) reads the same grammar from a whole message and finds the same parts.
//!
//! ```
//! use mailproto::message::{Event, Reader, ReaderOptions};
//! let mut reader: Reader = Reader::new(ReaderOptions::default());
//! let (mut subject, mut body) = (Vec::new(), Vec::new());
//! for chunk in [&b"Subject: Caf"[..], b"e\r\nContent-Transfer-Encoding: base64\r\n\r\naGVs", b"bG8=\r\n"] {
//!     reader.receive(chunk);
//!     while let Some(event) = reader.next_event() {
//!         match event {
//!             Event::Field { header, .. } if header.is(b"subject") => subject.extend(header.unfolded().flatten()),
//!             Event::Body { bytes } => body.extend_from_slice(bytes),
//!             _ => {}
//!         }
//!     }
//! }
//! reader.receive_eof();
//! while let Some(event) = reader.next_event() {
//!     assert!(matches!(event, Event::PartEnd { index: 0 } | Event::End));
//! }
//! assert_eq!((&subject[..], &body[..]), (&b"Cafe"[..], &b"hello"[..]));
//! ```

mod kept;
mod state;

use super::{
    Anomalies, Charset, ContentType, Disposition, Header, MessageId, MessageIds, Parameter, PartKind, TransferEncoding,
    file_name,
};
use crate::buffer::{Buffer, Buffers, Standard};
use crate::limits::Limits;
use state::{State, Step};

/// How a [`Reader`] gives bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyForm {
    /// Not at all: they are read past.
    Skipped,
    /// As they stand.
    Raw,
    /// Without quoted-printable and base64.
    #[default]
    Decoded,
    /// Without quoted-printable, base64 and uuencode.
    DecodedWithUuencode,
}

/// What a [`Reader`] shall do.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReaderOptions {
    /// How bodies are given, unless [`Reader::set_body`] says otherwise for one of them.
    pub body: BodyForm,
    /// `header_fields`, `header_field`, `parts`, `nesting` and `receive_buffer` count here.
    pub limits: Limits,
}

/// What a [`Reader`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A field of the header of the part that begins.
    Field {
        /// The field.
        header: Header<'a>,
        /// It is longer than its limit or the receive buffer: these are its first bytes.
        is_cut: bool,
    },
    /// The header is over.
    HeadersEnd,
    /// The part whose header is over.
    PartStart(PartStart<'a>),
    /// Bytes of the body of the part that began last.
    Body {
        /// Some of it, in order.
        bytes: &'a [u8],
    },
    /// A part is over, and all that stands within it.
    PartEnd {
        /// Its number.
        index: u32,
    },
    /// The message is over.
    End,
}

/// A part, by its header.
///
/// The values are those of the first field of each name, looked at when they are asked for. They are kept for
/// the event in a small place: a value that does not fit is cut, and its [`Event::Field`] has come before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartStart<'a> {
    /// Its number: parts are counted in the order of the message, from 0 for the message itself.
    pub index: u32,
    /// How many parts it stands within.
    pub depth: u32,
    /// What it is.
    pub kind: PartKind,
    /// How its body is encoded.
    pub encoding: TransferEncoding,
    content_type: &'a [u8],
    disposition: &'a [u8],
    content_id: &'a [u8],
}

impl<'a> PartStart<'a> {
    /// What `Content-Type` says.
    pub fn content_type(&self) -> Option<ContentType<'a>> {
        said(self.content_type).map(ContentType::parse)
    }

    /// What `Content-Disposition` says.
    pub fn disposition(&self) -> Option<Disposition<'a>> {
        said(self.disposition).map(Disposition::parse)
    }

    /// What `Content-ID` says.
    pub fn content_id(&self) -> Option<MessageId<'a>> {
        MessageIds::parse(self.content_id).first()
    }

    /// The name of its file, from wherever it stands.
    pub fn file_name(&self) -> Option<Parameter<'a>> {
        file_name(self.disposition(), self.content_type())
    }

    /// The charset that its text is in; UTF-8 if nothing is said.
    pub fn charset(&self) -> Charset<'a> {
        self.content_type().map_or(Charset::Utf8, |content_type| content_type.charset())
    }
}

/// A value, if there is one.
fn said(value: &[u8]) -> Option<&[u8]> {
    (!value.trim_ascii().is_empty()).then_some(value)
}

/// Reads a message in constant memory; there is no input on which that fails.
///
/// With [`Fixed`](crate::Fixed) buffers it needs no allocator: the receive buffer bounds how much of a
/// field is given, and should have 512 bytes or more. The transmit buffer is not used.
#[derive(Debug)]
pub struct Reader<B: Buffers = Standard> {
    state: State,
    receive: Buffer<B::Receive>,
}

impl<B: Buffers> Reader<B> {
    /// At the start of a message.
    pub fn new(options: ReaderOptions) -> Self {
        Self { receive: Buffer::with_limit(options.limits.receive_buffer), state: State::new(options) }
    }

    /// Room to read into. Empty when events are to be taken first.
    pub fn receive_space(&mut self) -> &mut [u8] {
        self.state.release(&mut self.receive);
        self.receive.read_space()
    }

    /// Says that the first `count` bytes of [`receive_space`](Self::receive_space) were filled.
    pub fn received(&mut self, count: usize) {
        self.receive.fill(count);
    }

    /// Copies `bytes` in and returns how many of them fitted.
    pub fn receive(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while taken < bytes.len() {
            let count = crate::slice::copy(crate::slice::after(bytes, taken), self.receive_space());
            if count == 0 {
                break;
            }
            self.received(count);
            taken += count;
        }
        taken
    }

    /// The message is over with what was received.
    pub fn receive_eof(&mut self) {
        self.state.end_of_input();
    }

    /// What was found next, or `None` when more bytes are needed or nothing follows.
    pub fn next_event(&mut self) -> Option<Event<'_>> {
        let step = self.state.step(&mut self.receive)?;
        let filled = self.receive.filled();
        Some(match step {
            Step::Field { length, is_cut } => {
                let header = Header::from_raw(crate::slice::front(filled, length), self.state.position())?;
                Event::Field { header, is_cut }
            }
            Step::HeadersEnd => Event::HeadersEnd,
            Step::PartStart(index, depth) => Event::PartStart(self.state.part(index, depth)),
            Step::Body { length } => Event::Body { bytes: crate::slice::front(filled, length) },
            Step::PartEnd(index) => Event::PartEnd { index },
            Step::End => Event::End,
        })
    }

    /// How the body of the part that began last is given; to be said before its first bytes.
    pub fn set_body(&mut self, form: BodyForm) {
        self.state.set_body(form);
    }

    /// What the message has got wrong so far.
    pub fn anomalies(&self) -> &Anomalies {
        self.state.anomalies()
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use crate::{Fixed, Heap};
    use std::fmt::Write;
    use std::string::String;

    fn log<B: Buffers>(reader: &mut Reader<B>, chunks: &[&[u8]]) -> String {
        let (mut log, mut in_body) = (String::new(), false);
        let mut take = |reader: &mut Reader<B>| {
            while let Some(event) = reader.next_event() {
                if let Event::Body { bytes } = event {
                    let begin = if in_body { "" } else { "  body " };
                    write!(log, "{begin}{}", bytes.escape_ascii()).unwrap();
                    in_body = true;
                    continue;
                }
                if core::mem::take(&mut in_body) {
                    log.push('\n');
                }
                match event {
                    Event::Field { header, is_cut } => {
                        let cut = if is_cut { " …" } else { "" };
                        writeln!(log, "  {} {header:?}{cut}", header.offset()).unwrap();
                    }
                    Event::PartStart(part) => {
                        writeln!(log, "{} {} {:?} {:?}", part.index, part.depth, part.kind, part.encoding).unwrap();
                    }
                    Event::PartEnd { index } => writeln!(log, "{index} ends").unwrap(),
                    Event::End => log.push_str("end\n"),
                    Event::HeadersEnd | Event::Body { .. } => {}
                }
            }
        };
        for chunk in chunks {
            let mut rest = *chunk;
            while !rest.is_empty() {
                let taken = reader.receive(rest);
                rest = &rest[taken..];
                take(reader);
            }
        }
        reader.receive_eof();
        take(reader);
        writeln!(log, "{:?}", reader.anomalies()).unwrap();
        log
    }

    fn whole(message: &[u8]) -> String {
        log(&mut Reader::<Heap>::new(ReaderOptions::default()), &[message])
    }

    const NESTED: &[u8] = b"Subject: a\r\n b\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\npreamble\r\n\
        --x\r\nContent-Type: multipart/alternative; boundary=xy\r\n\r\n--xy\r\n\r\none\r\n--x-\r\n\
        --xy\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=3Cb>=\r\n \r\n--xy--\r\n\
        epilogue\r\n--x \r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhello\r\n\r\n--x--\r\nbye\r\n";

    #[test]
    fn parts_begin_and_end_as_they_are_nested() {
        let expected = "  0 Subject: a\\r\\n b\\r\\n\n  16 Content-Type: multipart/mixed; boundary=\\\"x\\\"\\r\\n\n\
            0 0 Multipart SevenBit\n  78 Content-Type: multipart/alternative; boundary=xy\\r\\n\n\
            1 1 Alternative SevenBit\n2 2 Plain SevenBit\n  body one\\r\\n--x-\n2 ends\n\
            \x20 155 Content-Type: text/html\\r\\n\n  180 Content-Transfer-Encoding: quoted-printable\\r\\n\n\
            3 2 Html QuotedPrintable\n  body <b> \n3 ends\n1 ends\n\
            \x20 262 Content-Type: message/rfc822\\r\\n\n4 1 Message SevenBit\n  294 Subject: inner\\r\\n\n\
            5 2 Plain SevenBit\n  body hello\\r\\n\n5 ends\n4 ends\n0 ends\nend\n{}\n";
        assert_eq!(whole(NESTED), expected);
    }

    #[test]
    fn no_cut_and_no_buffer_makes_a_difference() {
        let expected = whole(NESTED);
        for step in 1..NESTED.len() {
            let chunks: std::vec::Vec<_> = NESTED.chunks(step).collect();
            assert_eq!(log(&mut Reader::<Heap>::new(ReaderOptions::default()), &chunks), expected, "by {step}");
            let mut fixed = Reader::<Fixed<512, 0>>::new(ReaderOptions::default());
            assert_eq!(log(&mut fixed, &chunks), expected, "fixed by {step}");
        }
    }

    #[test]
    fn a_field_larger_than_the_buffer_is_cut_and_the_next_one_whole() {
        let message = [&b"A: "[..], &[b'x'; 1_000], b"\r\n ", &[b'y'; 1_000], b"\r\nB: c\r\n\r\nbody"].concat();
        for step in [1, 7, 3_000] {
            let chunks: std::vec::Vec<_> = message.chunks(step).collect();
            let told = log(&mut Reader::<Fixed<512, 0>>::new(ReaderOptions::default()), &chunks);
            assert!(told.contains("xxx …\n  2008 B: c\\r\\n\n"), "{told}");
            assert!(told.contains("body body\n"), "{told}");
            assert!(told.contains("cut_field: 0"), "{told}");
        }
    }

    #[test]
    fn a_body_is_given_as_it_is_asked_for() {
        let message = b"Content-Transfer-Encoding: x-uue\r\n\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\n";
        for (body, told) in [
            (BodyForm::Skipped, "0 0 Plain Uuencode\n0 ends"),
            (BodyForm::Raw, "body begin 644 a\\r\\n#0V%T\\r\\n`\\r\\nend\\r\\n\n"),
            (BodyForm::Decoded, "body begin 644 a\\r\\n#0V%T\\r\\n`\\r\\nend\\r\\n\n"),
            (BodyForm::DecodedWithUuencode, "body Cat\n"),
        ] {
            let mut reader = Reader::<Heap>::new(ReaderOptions { body, ..ReaderOptions::default() });
            let log = log(&mut reader, &[message]);
            assert!(log.contains(told), "{log}");
        }
    }

    #[test]
    fn what_a_part_says_of_itself_is_told_when_it_begins() {
        let mut reader = Reader::<Fixed<512, 0>>::new(ReaderOptions::default());
        reader.receive(
            b"Content-Type: text/plain; charset=latin1\r\nContent-Disposition: attachment; filename=a.txt\r\n\
              Content-ID: <a@b>\r\n\r\n",
        );
        let mut told = 0;
        while let Some(event) = reader.next_event() {
            let Event::PartStart(part) = event else { continue };
            assert!(part.content_type().unwrap().is(b"text", b"plain"));
            assert!(part.disposition().unwrap().is_attachment());
            assert_eq!(part.content_id().unwrap().raw(), b"a@b");
            assert_eq!(part.file_name().unwrap().as_plain(), Some("a.txt"));
            assert_eq!(part.charset(), Charset::Latin1);
            told += 1;
        }
        assert_eq!(told, 1);
    }

    #[test]
    fn a_message_may_be_empty_or_a_header_alone() {
        assert_eq!(whole(b""), "0 0 Plain SevenBit\n0 ends\nend\n{}\n");
        assert_eq!(whole(b"A: b\r\n"), "  0 A: b\\r\\n\n0 0 Plain SevenBit\n0 ends\nend\n{}\n");
    }
}
