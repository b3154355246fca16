//! libetpan, the peer in C (`native/etpan.c`).

// SAFETY: the declarations match `native/etpan.c`, which reads exactly the lengths it is given and
// keeps no pointer.
unsafe extern "C" {
    fn etpan_ehlo(replies: *const u8, length: usize, count: u64) -> u64;
    fn etpan_data(replies: *const u8, length: usize, message: *const u8, size: usize) -> u64;
    fn etpan_pop3_list(responses: *const u8, length: usize) -> u64;
    fn etpan_pop3_retr(responses: *const u8, length: usize) -> u64;
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

/// Asks a POP3 server that says `responses`, greeting first, for sizes and unique ids; how many
/// messages it has.
pub(crate) fn pop3_list(responses: &[u8]) -> u64 {
    // SAFETY: pointer and length are those of one slice that outlives the call.
    unsafe { etpan_pop3_list(responses.as_ptr(), responses.len()) }
}

/// Fetches the first message from a POP3 server that says `responses`; its size.
pub(crate) fn pop3_retr(responses: &[u8]) -> u64 {
    // SAFETY: pointer and length are those of one slice that outlives the call.
    unsafe { etpan_pop3_retr(responses.as_ptr(), responses.len()) }
}
