//! A message written whole.

use super::draft::Draft;
use super::machine::{Wants, Writer};
use super::options::WriterOptions;
use crate::error::Misuse;
use crate::slice::after_mut;
use alloc::vec::Vec;

/// The bytes that are made room for at the least, and at the most at once: what stays near the processor.
const ROOM: usize = 2_048;
const MOST_ROOM: usize = 65_536;

/// Writes a message in which nothing is streamed.
///
/// # Errors
/// Those of [`Writer::new`]; [`Misuse::OutOfOrder`] where a part is streamed.
pub fn compose(draft: &Draft<'_>, options: WriterOptions) -> Result<Vec<u8>, Misuse> {
    let mut writer = Writer::new(draft, options)?;
    let mut message = Vec::with_capacity(writer.estimate());
    let mut written = 0;
    loop {
        match writer.wants() {
            Wants::Space => {}
            Wants::Content { .. } => return Err(Misuse::OutOfOrder),
            Wants::Nothing => break,
        }
        // As much as there is memory for already, and twice as much when it is full.
        let room = (message.capacity() - written).max(written.clamp(ROOM, MOST_ROOM));
        message.resize(written + room.min(MOST_ROOM), 0);
        written += writer.write(after_mut(&mut message, written));
    }
    message.truncate(written);
    Ok(message)
}
