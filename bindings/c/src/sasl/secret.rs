//! Credentials that this library owns.

use crate::fault::Fault;
use alloc::vec::Vec;
use zeroize::Zeroize;

/// Bytes that are wiped when they are dropped.
pub(crate) struct Secret(Vec<u8>);

impl Secret {
    /// A copy, if there is memory for it.
    pub(crate) fn bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let mut owned = Vec::new();
        owned.try_reserve_exact(bytes.len())?;
        owned.extend_from_slice(bytes);
        Ok(Self(owned))
    }

    /// A copy of a text.
    pub(crate) fn text(text: &str) -> Result<Self, Fault> {
        Self::bytes(text.as_bytes())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text that it was made of.
    pub(crate) fn as_text(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
