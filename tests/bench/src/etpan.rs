//! libetpan, the peer in C (`native/etpan.c`).

// SAFETY: the declarations match `native/etpan.c`, which reads exactly the lengths it is given and
// keeps no pointer.
unsafe extern "C" {
    fn etpan_ehlo(replies: *const u8, length: usize, count: u64) -> u64;
    fn etpan_data(replies: *const u8, length: usize, message: *const u8, size: usize) -> u64;
}

/// Says EHLO `count` times to a server that says `replies`, greeting first; how many succeeded.
pub(crate) fn ehlo(replies: &[u8], count: u64) -> u64 {
    // SAFETY: pointer and length are those of one slice that outlives the call.
    unsafe { etpan_ehlo(replies.as_ptr(), replies.len(), count) }
}

/// Sends `message` behind DATA to a server that says `replies`; its bytes on the wire.
pub(crate) fn data(replies: &[u8], message: &[u8]) -> u64 {
    // SAFETY: each pointer and length are those of one slice that outlives the call.
    unsafe { etpan_data(replies.as_ptr(), replies.len(), message.as_ptr(), message.len()) }
}
