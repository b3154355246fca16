//! The message composed by the core: its attachment is fed as it is read, a few bytes at a time.

use super::attachment::{Attachment, LENGTH};
use super::message::{RECIPIENT, SENDER, SUBJECT};
use mailproto::message::writer::{Date, Draft, Part, Recipient, Wants, Writer, WriterOptions};

/// Bytes that are written at once.
const SPACE: usize = 512;
/// Bytes of the attachment that are read at once.
const READ: usize = 64;

/// Writes the message piece by piece and hands each to `send`. `None` when that fails.
pub fn write(send: &mut dyn FnMut(&[u8]) -> Option<()>) -> Option<()> {
    let attachments = [Part::attachment("reading.bin", "application/octet-stream").streamed(Some(LENGTH as u64))];
    let draft = Draft {
        from: &[Recipient::address(SENDER)],
        to: &[Recipient::address(RECIPIENT)],
        subject: SUBJECT,
        date: Some(Date { seconds: 1_767_225_600, offset_minutes: 0 }),
        message_id: "reading@device.example",
        text: Some("The reading is attached.\n"),
        attachments: &attachments,
        ..Draft::default()
    };
    let mut writer = Writer::new(&draft, WriterOptions { nonce: 1, ..WriterOptions::default() }).ok()?;
    let (mut attachment, mut held, mut length) = (Attachment::new(), [0; READ], 0);
    let mut space = [0; SPACE];
    loop {
        let count = match writer.wants() {
            Wants::Space => writer.write(&mut space),
            Wants::Content { .. } => {
                for (place, byte) in held.iter_mut().skip(length).zip(&mut attachment) {
                    *place = byte;
                    length += 1;
                }
                let done = writer.feed(held.get(..length)?, &mut space).ok()?;
                if done.taken < length {
                    return None;
                }
                length = 0;
                done.written
            }
            Wants::Nothing => return Some(()),
        };
        send(space.get(..count)?)?;
    }
}
