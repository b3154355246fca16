//! Boundaries between parts (RFC 2046 §5.1.1).

use crate::codec::quoted_printable::put_escape;
use crate::slice::{after_mut, copy};

/// The boundary of the multiparts of one depth.
///
/// It begins with `=_`, which neither quoted-printable nor base64 has anywhere (RFC 2045 §6.7); a body
/// that is written as it is has no line that begins with `--=_`, or else it is encoded. So no boundary
/// can occur in content. Messages inside a message, which may not be encoded, are searched for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boundary {
    pub(super) nonce: u64,
    pub(super) depth: u8,
}

/// How the line of any boundary begins.
pub(super) const LINE_START: &[u8] = b"--=_";
/// Its characters.
pub(super) const LENGTH: usize = 19;

impl Boundary {
    /// Writes it; the bytes written.
    pub(super) fn write(self, place: &mut [u8]) -> usize {
        let mut written = copy(b"=_", place);
        for byte in self.nonce.to_be_bytes() {
            // Two digits over the sign in front of them.
            let mut digits = [0; 3];
            put_escape(0, byte, &mut digits);
            let [_, high, low] = digits;
            written += copy(&[high, low], after_mut(place, written));
        }
        written + copy(&[b'a' + self.depth], after_mut(place, written))
    }

    /// What all boundaries of this message have in common.
    pub(super) fn stem(nonce: u64) -> [u8; LENGTH - 1] {
        let mut stem = [0; LENGTH - 1];
        Self { nonce, depth: 0 }.write(&mut stem);
        stem
    }
}
