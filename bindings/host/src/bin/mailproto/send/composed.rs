//! A message that is written while it is sent: no more of it is in memory than a block, however large the
//! files that are attached.

use super::content::{BLOCK, Content};
use super::letter::Attachment;
use crate::failure::Failure;
use mailproto::message::writer::{Draft, Target, Wants, Writer, WriterOptions};
use mailproto::smtp::BodyType;
use std::io::{self, Read, Seek, SeekFrom};

/// A message before its first byte.
pub(super) struct Composed<'a> {
    writer: Writer<'a>,
    attachments: &'a [Attachment],
    target: Target,
    size: u64,
}

impl<'a> Composed<'a> {
    /// Looks whether the message can be written.
    pub(super) fn new(
        draft: &'a Draft<'a>,
        options: WriterOptions,
        attachments: &'a [Attachment],
    ) -> Result<Self, Failure> {
        let wrong = |problem: &dyn std::fmt::Display| Failure::usage(format_args!("the message: {problem}"));
        let writer = Writer::new(draft, options).map_err(|error| wrong(&error))?;
        let size = writer.size().ok_or_else(|| wrong(&"its length is not known"))?;
        Ok(Self { writer, attachments, target: options.target, size })
    }
}

impl<'a> Content<'a> for Composed<'a> {
    fn size(&self) -> u64 {
        self.size
    }

    fn body_type(&self) -> BodyType {
        if self.target == Target::SevenBit { BodyType::SevenBit } else { BodyType::EightBitMime }
    }

    fn is_international(&self) -> bool {
        self.target == Target::Utf8
    }

    fn reader(&mut self) -> io::Result<Box<dyn Read + 'a>> {
        Ok(Box::new(Written {
            writer: self.writer.clone(),
            attachments: self.attachments,
            current: 0,
            fed: 0,
            block: vec![0; BLOCK],
            rest: 0..0,
        }))
    }

    fn origin(&self) -> &str {
        "its parts"
    }
}

/// The bytes of a message as it is written.
struct Written<'a> {
    writer: Writer<'a>,
    attachments: &'a [Attachment],
    /// The file that is read, and how much of it has been.
    current: usize,
    fed: u64,
    block: Vec<u8>,
    /// What of the block is still to be written.
    rest: std::ops::Range<usize>,
}

impl Read for Written<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        loop {
            let written = match self.writer.wants() {
                Wants::Nothing => return Ok(0),
                Wants::Space => self.writer.write(space),
                Wants::Content { number } => self.feed(number as usize, space)?,
            };
            if written > 0 || space.is_empty() {
                return Ok(written);
            }
        }
    }
}

impl Written<'_> {
    /// Writes what comes next of a file.
    fn feed(&mut self, number: usize, space: &mut [u8]) -> io::Result<usize> {
        let missing = || io::Error::new(io::ErrorKind::UnexpectedEof, "a file has become shorter meanwhile");
        let attachment = self.attachments.get(number).ok_or_else(missing)?;
        if self.current != number {
            (self.current, self.fed) = (number, 0);
        }
        if self.rest.is_empty() {
            let room = usize::try_from(attachment.length - self.fed).unwrap_or(BLOCK).min(BLOCK);
            let mut file = &attachment.file;
            file.seek(SeekFrom::Start(self.fed))?;
            let count = file.read(&mut self.block[..room])?;
            if count == 0 {
                return Err(missing());
            }
            self.fed += count as u64;
            self.rest = 0..count;
        }
        let done = self.writer.feed(&self.block[self.rest.clone()], space);
        let done = done.map_err(|error| io::Error::other(error.to_string()))?;
        self.rest.start += done.taken;
        Ok(done.written)
    }
}
