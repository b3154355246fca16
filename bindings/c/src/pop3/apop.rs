//! The digest of APOP.

use crate::bytes::mailproto_bytes;
use crate::fault::{Fault, status};
use crate::handle::{put, wanted};
use crate::status::mailproto_status;
use core::ptr;
use mailproto::Misuse;
use mailproto::pop3::ApopDigest;

/// Writes the digest of APOP for a greeting's timestamp, with its angle brackets, and a secret: 32 hexadecimal
/// digits and no NUL, into `digest`, which has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_apop_digest(
    timestamp: mailproto_bytes,
    secret: mailproto_bytes,
    digest: *mut u8,
    size: usize,
) -> mailproto_status {
    let write = || {
        let digest = wanted(digest)?;
        // SAFETY: the caller's contract.
        let made = unsafe { ApopDigest::new(timestamp.as_text()?, secret.as_text()?) };
        let digits = made.as_str().as_bytes();
        if size < digits.len() {
            return Err(Fault::from(Misuse::TooLong { limit: digits.len() as u32 }));
        }
        // SAFETY: not NULL, writable for `size` bytes, which are enough, and apart from what was made here.
        unsafe { ptr::copy_nonoverlapping(digits.as_ptr(), digest, digits.len()) };
        Ok(())
    };
    status(write())
}

/// Puts into `matches` whether a client has sent the right digest of APOP. The time that it takes tells nothing
/// about either.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_apop_matches(
    timestamp: mailproto_bytes,
    secret: mailproto_bytes,
    digest: mailproto_bytes,
    matches: *mut bool,
) -> mailproto_status {
    let look = || {
        wanted(matches)?;
        // SAFETY: the caller's contract.
        let (made, given) = unsafe { (ApopDigest::new(timestamp.as_text()?, secret.as_text()?), digest.as_text()?) };
        // SAFETY: not NULL, so writable.
        unsafe { put(matches, made.matches(given)) };
        Ok(())
    };
    status(look())
}
