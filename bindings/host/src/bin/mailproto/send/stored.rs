//! A message in a file: looked through once for what it needs, then read again while it is sent, in
//! constant memory.

use super::content::{BLOCK, Content};
use super::header::Header;
use crate::failure::{Failure, Status};
use mailproto::smtp::BodyType;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The longest line that every server must take, without its end (RFC 5321 §4.5.3.1.6).
const LONGEST_LINE: usize = 998;

/// A message in a file.
pub(super) struct Stored {
    pub(super) header: Header,
    /// What is sent before the rest of the file.
    front: Vec<u8>,
    /// Where the rest of the file begins.
    rest: u64,
    file: File,
    /// Where it came from, for people.
    origin: String,
    needs: Needs,
}

/// What a message asks of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Needs {
    /// Bytes as they stand.
    raw: u64,
    /// Bytes with canonical line ends.
    canonical: u64,
    eight_bit: bool,
    nul: bool,
    longest_line: usize,
    /// Length of the line that is being looked at.
    line: usize,
    /// The last byte was CR.
    after_cr: bool,
}

impl Stored {
    /// Opens a file, or keeps what comes by stdin in a file without a name.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let origin = path.map_or_else(|| "stdin".into(), |path| path.display().to_string());
        let trouble = |error: &io::Error| {
            let status = if error.kind() == io::ErrorKind::InvalidData { Status::Refused } else { Status::Usage };
            Failure::new(status, format_args!("cannot read the message from {origin}: {error}"))
        };
        let file = match path {
            Some(path) => File::open(path),
            None => keep(&mut io::stdin().lock()),
        };
        Self::read(file.map_err(|error| trouble(&error))?, origin.clone()).map_err(|error| trouble(&error))
    }

    fn read(mut file: File, origin: String) -> io::Result<Self> {
        file.rewind()?;
        let mut input = BufReader::with_capacity(BLOCK, file);
        let (header, mut first) = Header::read(&mut input)?;
        let rest = input.stream_position()?;
        let mut front = header.sent();
        let international = !front.is_ascii();
        front.append(&mut first);
        let mut needs = Needs::default();
        needs.look_at(&front);
        let mut block = vec![0; BLOCK];
        loop {
            match input.read(&mut block)? {
                0 => break,
                count => needs.look_at(&block[..count]),
            }
        }
        needs.finish();
        let mut content = Self { header, front, rest, file: input.into_inner(), origin, needs };
        content.needs.eight_bit |= international;
        Ok(content)
    }

    /// Longer than servers must take.
    pub(super) fn has_long_lines(&self) -> bool {
        self.needs.longest_line > LONGEST_LINE
    }
}

impl<'a> Content<'a> for Stored {
    /// Binary bytes are sent as they stand, lines with canonical ends.
    fn size(&self) -> u64 {
        if self.needs.nul { self.needs.raw } else { self.needs.canonical }
    }

    fn body_type(&self) -> BodyType {
        match self.needs {
            // NUL may stand in no line (RFC 5321 §4.5.2 asks for octets but 1 to 127; RFC 6152 §3).
            Needs { nul: true, .. } => BodyType::BinaryMime,
            Needs { eight_bit: true, .. } => BodyType::EightBitMime,
            _ => BodyType::SevenBit,
        }
    }

    fn is_international(&self) -> bool {
        !self.header.sent().is_ascii()
    }

    fn reader(&mut self) -> io::Result<Box<dyn Read + 'a>> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(self.rest))?;
        Ok(Box::new(io::Cursor::new(self.front.clone()).chain(file)))
    }

    fn origin(&self) -> &str {
        &self.origin
    }
}

/// Keeps bytes in a file without a name.
pub(super) fn keep(input: &mut impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(input, &mut file)?;
    Ok(file)
}

impl Needs {
    fn look_at(&mut self, bytes: &[u8]) {
        self.raw += bytes.len() as u64;
        for &byte in bytes {
            self.nul |= byte == 0;
            self.eight_bit |= byte >= 0x80;
            match byte {
                b'\n' if self.after_cr => {}
                b'\r' | b'\n' => {
                    // Each line end becomes CR LF.
                    self.canonical += 2;
                    self.longest_line = self.longest_line.max(self.line);
                    self.line = 0;
                }
                _ => {
                    self.canonical += 1;
                    self.line += 1;
                }
            }
            self.after_cr = byte == b'\r';
        }
    }

    /// A last line without an end gets one.
    fn finish(&mut self) {
        if self.line > 0 {
            self.look_at(b"\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(message: &[u8]) -> Stored {
        Stored::read(keep(&mut &*message).unwrap(), "test".into()).unwrap()
    }

    #[test]
    fn the_size_is_that_of_canonical_lines_without_bcc() {
        for (message, size) in [
            (&b""[..], 0),
            (b"To: a@b.example\r\n\r\nhi\r\n", 23),
            (b"To: a@b.example\n\nhi", 23),
            (b"Bcc: a@b.example\nTo: a@b.example\n\nhi\r", 23),
            (b"\r\n\r\r\n\n", 8),
        ] {
            assert_eq!(content(message).size(), size, "{}", message.escape_ascii());
        }
    }

    #[test]
    fn needs_are_found_in_header_and_body() {
        let kind = |message: &[u8]| (content(message).body_type(), content(message).is_international());
        assert_eq!(kind(b"Subject: x\n\nhi"), (BodyType::SevenBit, false));
        assert_eq!(kind("Subject: x\n\nä".as_bytes()), (BodyType::EightBitMime, false));
        assert_eq!(kind("Subject: ä\n\nx".as_bytes()), (BodyType::EightBitMime, true));
        assert_eq!(kind(b"Subject: x\n\n\0"), (BodyType::BinaryMime, false));
        assert!(content(&[b'x'; 999]).has_long_lines());
        assert!(!content(&[b'x'; 998]).has_long_lines());
    }

    #[test]
    fn what_is_read_is_the_message_without_bcc() {
        let body = b"line\r\n".repeat(50_000);
        let message = [b"Bcc: a@b.example\r\nTo: c@d.example\r\n\r\n", &body[..]].concat();
        let mut read = Vec::new();
        let mut content = content(&message);
        for _ in 0..2 {
            read.clear();
            content.reader().unwrap().read_to_end(&mut read).unwrap();
            assert!(read == [b"To: c@d.example\r\n\r\n", &body[..]].concat());
        }
    }
}
