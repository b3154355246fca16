//! A message written whole.

use super::draft::Draft;
use super::machine::{Wants, Writer};
use super::options::WriterOptions;
use crate::error::Misuse;
use crate::slice::after_mut;
use alloc::vec::Vec;

/// The bytes that are made room for at the least.
const ROOM: usize = 2_048;
/// And at the most at once.
const MOST_ROOM: usize = 65_536;

/// Writes a message in which nothing is streamed.
///
/// # Errors
/// Those of [`Writer::new`]; [`Misuse::OutOfOrder`] where a part is streamed.
pub fn compose(draft: &Draft<'_>, options: WriterOptions) -> Result<Vec<u8>, Misuse> {
    let mut writer = Writer::new(draft, options)?;
    let at_hand = [draft.text, draft.html].into_iter().flatten().map(str::len).sum::<usize>();
    let mut message = Vec::with_capacity(ROOM + at_hand + at_hand / 4);
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
