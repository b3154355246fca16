//! Messages that are written piece by piece into the space there is.

#[cfg(feature = "scram")]
use crate::codec::base64;
#[cfg(feature = "scram")]
use crate::slice::after_mut;

/// Writes a text by parts.
#[cfg(feature = "scram")]
pub(super) type Write<'a> = dyn Fn(&mut dyn FnMut(&[u8])) + 'a;

/// A message on its way into a space that may be too small for it; its length is `None` then.
pub(super) struct Space<'a> {
    pub(super) bytes: &'a mut [u8],
    pub(super) length: Option<usize>,
}

impl<'a> Space<'a> {
    pub(super) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, length: Some(0) }
    }

    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.length = self.length.and_then(|length| {
            self.bytes.get_mut(length..)?.get_mut(..bytes.len())?.copy_from_slice(bytes);
            Some(length + bytes.len())
        });
    }

    /// Puts what `write` writes, in base64. The plain bytes stand at the end of the space meanwhile.
    #[cfg(feature = "scram")]
    pub(super) fn put_base64(&mut self, write: &Write<'_>) {
        let mut count = 0;
        write(&mut |bytes| count += bytes.len());
        self.length = self.length.and_then(|length| {
            let rest = after_mut(self.bytes, length);
            let (text, plain) = rest.split_at_mut(rest.len().checked_sub(count)?);
            let mut written = 0;
            write(&mut |bytes| written += crate::slice::copy(bytes, after_mut(plain, written)));
            base64::encode(plain, text).map(|encoded| length + encoded)
        });
    }
}
