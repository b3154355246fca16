//! A message on its way in, and what it is once it is whole.
//!
//! A small message stays in memory; a large one goes to a file without a name, which is gone with
//! the process however that ends.

use super::Error;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// So much of a message is held in memory.
const HELD: usize = 256 << 10;

/// A message on its way in.
#[derive(Default)]
pub(crate) struct Draft {
    held: Vec<u8>,
    file: Option<File>,
    size: u64,
    octets: Octets,
    digest: Sha256,
}

impl Draft {
    /// Takes the next bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        self.size += bytes.len() as u64;
        self.octets.add(bytes);
        self.digest.update(bytes);
    }

    /// There is so much in memory that it should be [spilled](Self::spill).
    pub(crate) const fn is_full(&self) -> bool {
        self.held.len() >= HELD
    }

    /// Moves what is held in memory to the file.
    pub(crate) async fn spill(&mut self) -> Result<(), Error> {
        let (mut held, file) = (std::mem::take(&mut self.held), self.file.take());
        let spilled = blocking(move || {
            let mut file = file.map_or_else(tempfile::tempfile, Ok)?;
            file.write_all(&held)?;
            held.clear();
            Ok((held, file))
        });
        let (held, file) = spilled.await?;
        (self.held, self.file) = (held, Some(file));
        Ok(())
    }

    /// There is no more.
    pub(crate) async fn finish(mut self) -> Result<Content, Error> {
        if self.file.is_some() {
            self.spill().await?;
        }
        self.held.shrink_to_fit();
        Ok(Content(Arc::new(Whole {
            size: self.size,
            octets: self.octets.total(self.size),
            sha256: self.digest.finalize().into(),
            place: match self.file {
                Some(file) => Place::File(Mutex::new(file)),
                None => Place::Memory(self.held),
            },
        })))
    }
}

/// A whole message. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Content(Arc<Whole>);

struct Whole {
    size: u64,
    octets: u64,
    sha256: [u8; 32],
    place: Place,
}

enum Place {
    Memory(Vec<u8>),
    File(Mutex<File>),
}

impl Content {
    /// Its bytes.
    pub(crate) fn size(&self) -> u64 {
        self.0.size
    }

    /// Its bytes when every line ends with CR LF, the last one too: as POP3 counts them (RFC 1939
    /// §11).
    pub(crate) fn octets(&self) -> u64 {
        self.0.octets
    }

    /// The digest of its bytes.
    pub(crate) fn sha256(&self) -> &[u8; 32] {
        &self.0.sha256
    }

    /// The same message without a file.
    pub(super) async fn in_memory(&self) -> Result<Self, Error> {
        if matches!(self.0.place, Place::Memory(_)) {
            return Ok(self.clone());
        }
        let content = self.clone();
        blocking(move || {
            let Whole { size, octets, sha256, .. } = *content.0;
            let mut bytes = Vec::new();
            let length = usize::try_from(size).map_err(|_| Error::Full)?;
            bytes.try_reserve_exact(length).map_err(|_| Error::Full)?;
            bytes.resize(length, 0);
            content.read_at(0, &mut bytes)?;
            Ok(Self(Arc::new(Whole { size, octets, sha256, place: Place::Memory(bytes) })))
        })
        .await
    }

    /// Fills the buffer with what is at this offset; less of it at the end.
    pub(crate) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.0.place {
            Place::Memory(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                Ok(count)
            }
            Place::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(offset))?;
                let mut filled = 0;
                while filled < buffer.len() {
                    match file.read(&mut buffer[filled..]) {
                        Ok(0) => break,
                        Ok(count) => filled += count,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(filled)
            }
        }
    }
}

/// Counts what line ends lack.
#[derive(Default)]
struct Octets {
    /// Bytes that are needed beside those that there are.
    missing: u64,
    last: Option<u8>,
}

impl Octets {
    fn add(&mut self, bytes: &[u8]) {
        let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return };
        let ends = bytes.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
        let whole = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
        self.missing += (ends - 2 * whole) as u64;
        if self.last == Some(b'\r') && first == b'\n' {
            // Both were taken for bare.
            self.missing -= 2;
        }
        self.last = Some(last);
    }

    fn total(&self, size: u64) -> u64 {
        let open_line = self.last.is_some_and(|last| !matches!(last, b'\r' | b'\n'));
        size + self.missing + if open_line { 2 } else { 0 }
    }
}

/// Does work that waits for a disk where it holds nobody up.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|stopped| Err(Error::Broken(stopped.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mailproto::frame::{DotWriter, LineEnds};

    #[test]
    fn octets_are_those_of_canonical_line_ends_at_every_split() {
        for message in [&b""[..], b"a", b"a\r\n", b"a\n", b"a\r", b"a\nb\rc\r\r\n\n\n\r", b"\r\n\r\n"] {
            let mut wire = [0; 64];
            let mut writer = DotWriter::new(LineEnds::Canonicalise);
            let body = writer.write(message, &mut wire).written;
            let sent = body + writer.finish(&mut wire[body..]) - b".\r\n".len();
            for cut in 0..=message.len() {
                let mut count = Octets::default();
                count.add(&message[..cut]);
                count.add(&message[cut..]);
                assert_eq!(count.total(message.len() as u64), sent as u64, "{message:?} at {cut}");
            }
        }
    }

    #[tokio::test]
    async fn what_was_added_can_be_read_wherever_it_is() {
        for size in [0, 1, HELD - 1, 3 * HELD + 7] {
            let message: Vec<_> = (0..size).map(|index| (index % 251) as u8).collect();
            let mut draft = Draft::default();
            for piece in message.chunks(10_000) {
                draft.add(piece);
                if draft.is_full() {
                    draft.spill().await.unwrap();
                    assert!(!draft.is_full());
                }
            }
            let content = draft.finish().await.unwrap();
            assert_eq!(matches!(content.0.place, Place::Memory(_)), size < HELD);
            for content in [content.in_memory().await.unwrap(), content] {
                assert_eq!((content.size(), content.sha256()), (size as u64, &Sha256::digest(&message).into()));
                let mut buffer = vec![0; size + 1];
                assert_eq!(content.read_at(0, &mut buffer).unwrap(), size);
                assert_eq!(&buffer[..size], message);
                let middle = size / 2;
                let mut short = [0; 100];
                let count = content.read_at(middle as u64, &mut short).unwrap();
                assert_eq!(&short[..count], &message[middle..size.min(middle + 100)]);
                assert_eq!(content.read_at(size as u64 + 5, &mut buffer).unwrap(), 0);
            }
        }
    }
}
