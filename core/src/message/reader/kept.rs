//! The few values that are told again when a part begins.

use crate::message::structure::Content;
use crate::slice::{after, after_mut, copy, front};

const ROOM: usize = if cfg!(feature = "small") { 256 } else { 1_024 };

/// Values of the header that is being read, as far as there is room.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    bytes: [u8; ROOM],
    used: u16,
    content_type: (u16, u16),
    disposition: (u16, u16),
    content_id: (u16, u16),
}

impl Kept {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; ROOM], used: 0, content_type: (0, 0), disposition: (0, 0), content_id: (0, 0) }
    }

    pub(super) fn clear(&mut self) {
        (self.used, self.content_type, self.disposition, self.content_id) = (0, (0, 0), (0, 0), (0, 0));
    }

    pub(super) fn keep(&mut self, content: Content, value: &[u8]) {
        let place = match content {
            Content::Type => &mut self.content_type,
            Content::Disposition => &mut self.disposition,
            Content::Id => &mut self.content_id,
            Content::TransferEncoding => return,
        };
        let length = copy(value, after_mut(&mut self.bytes, usize::from(self.used))) as u16;
        *place = (self.used, length);
        self.used += length;
    }

    fn at(&self, (start, length): (u16, u16)) -> &[u8] {
        front(after(&self.bytes, usize::from(start)), usize::from(length))
    }

    pub(super) fn content_type(&self) -> &[u8] {
        self.at(self.content_type)
    }

    pub(super) fn disposition(&self) -> &[u8] {
        self.at(self.disposition)
    }

    pub(super) fn content_id(&self) -> &[u8] {
        self.at(self.content_id)
    }
}
