//! A maildrop fetched as one task.

use super::client::{announced, mailproto_pop3_capabilities};
use super::download_options::mailproto_pop3_download_options;
use super::event::mailproto_pop3_event;
use super::seen::{self, mailproto_pop3_seen, mailproto_pop3_seen_message};
use crate::bytes::{mailproto_bytes, mailproto_transmit_log};
use crate::endpoint::{self, mailproto_timeout};
use crate::error::{self, mailproto_error};
use crate::event::next;
use crate::fault::Fault;
use crate::handle::{Face, Handle, change, create, free, look};
use crate::options::mailproto_anomalies;
use crate::sasl::identity::{binding_kind, mailproto_sasl_binding};
use crate::status::mailproto_status;
use mailproto::pop3::{Download, Seen};
use mailproto::sasl::ChannelBinding;

/// A maildrop fetched as one task: what is new is passed on, what was accepted is remembered, what is to go is
/// deleted.
///
/// It asks for the server's capabilities, begins TLS as the policy says, logs in by the best way there is, and
/// finds new messages by their unique ids. A message counts as fetched when the program says accept and not
/// before; only then is it marked to be deleted, and only QUIT removes it. So a session that is cut anywhere
/// loses nothing, and the next one fetches nothing that was accepted and remembered.
pub struct mailproto_pop3_download(Handle<Download>);

impl Face for mailproto_pop3_download {
    type Endpoint = Download;

    fn handle(&self) -> &Handle<Download> {
        &self.0
    }

    fn handle_mut(&mut self) -> &mut Handle<Download> {
        &mut self.0
    }
}

/// Makes a download on the given terms of what `seen` does not know, which may be NULL for nothing. Neither is
/// kept; but `seen` is empty afterwards, for what it knew has moved into the download. With MAILPROTO_TLS_IMPLICIT the host
/// begins TLS before the first byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_new(
    options: *const mailproto_pop3_download_options,
    seen: *mut mailproto_pop3_seen,
    download: *mut *mut mailproto_pop3_download,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(download, || {
            let terms = options.as_ref().ok_or(Fault::NullPointer)?;
            // What is known moves only when nothing can fail any more.
            Download::new(terms.copy()?, Seen::default())?;
            let options = terms.copy()?;
            let known = seen.as_mut().map_or_else(Seen::default, |seen| core::mem::take(&mut seen.0));
            Ok(mailproto_pop3_download(Handle::new(Download::new(options, known)?)))
        })
    }
}

/// Frees a download. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_free(download: *mut mailproto_pop3_download) {
    // SAFETY: the caller's contract.
    unsafe { free(download) }
}

/// Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
/// next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_receive_space(
    download: *mut mailproto_pop3_download,
    data: *mut *mut u8,
    len: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_space(download, data, len) }
}

/// Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
/// a connection that holds nothing holds no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_received(
    download: *mut mailproto_pop3_download,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::received(download, count) }
}

/// Copies bytes of the peer in, and puts into `taken` how many of them fitted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_receive(
    download: *mut mailproto_pop3_download,
    bytes: mailproto_bytes,
    taken: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive(download, bytes, taken) }
}

/// The peer closed its side. An empty read is never taken for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_receive_eof(
    download: *mut mailproto_pop3_download,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_eof(download) }
}

/// Puts the next thing that happened into `event`, of kind MAILPROTO_POP3_EVENT_NONE when more bytes, a verb
/// or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
/// still to be sent, then close the socket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_next_event(
    download: *mut mailproto_pop3_download,
    event: *mut mailproto_pop3_event,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { next(download, event) }
}

/// Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
/// the next call that may change this handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_transmit(download: *const mailproto_pop3_download) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit(download) }
}

/// Says that the first `count` bytes of transmit were sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_transmitted(
    download: *mut mailproto_pop3_download,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmitted(download, count) }
}

/// What transmit shows, with secrets taken out: safe to write to a log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_transmit_log(
    download: *const mailproto_pop3_download,
    log: *mut mailproto_transmit_log,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit_log(download, log) }
}

/// Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
/// an error of next_event. A program that never calls this has no timeouts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_handle_time(
    download: *mut mailproto_pop3_download,
    milliseconds: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::handle_time(download, milliseconds) }
}

/// When to call handle_time at the latest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_next_timeout(
    download: *const mailproto_pop3_download,
) -> mailproto_timeout {
    // SAFETY: the caller's contract.
    unsafe { endpoint::next_timeout(download) }
}

/// Whether the conversation still expects something from the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_wants_read(download: *const mailproto_pop3_download) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_read(download) }
}

/// Whether there are bytes for the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_wants_write(download: *const mailproto_pop3_download) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_write(download) }
}

/// Neither reads nor writes are wanted: close the socket. True for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_is_closed(download: *const mailproto_pop3_download) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::is_closed(download) }
}

/// Puts what went wrong last on this handle into `error`. Set error->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_last_error(
    download: *const mailproto_pop3_download,
    error: *mut mailproto_error,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last(download, error) }
}

/// Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
/// bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
/// NUL. 128 bytes are always enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_last_error_message(
    download: *const mailproto_pop3_download,
    text: *mut u8,
    size: usize,
    length: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last_message(download, text, size, length) }
}

/// What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_anomalies(
    download: *const mailproto_pop3_download,
) -> mailproto_anomalies {
    // SAFETY: the caller's contract.
    unsafe { look(download, 0, |download| download.anomalies().bits()) }
}

/// The message that ended is safe with the program: it is remembered, and deleted when that is due.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_accept(download: *mut mailproto_pop3_download) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(download, |download| Ok(download.accept()?)) }
}

/// The program could not keep the message that ended: it stays on the server, and is new in the next session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_reject(download: *mut mailproto_pop3_download) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(download, |download| Ok(download.reject()?)) }
}

/// Whether a message waits for accept or reject. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_awaits_answer(download: *const mailproto_pop3_download) -> bool {
    // SAFETY: the caller's contract.
    unsafe { look(download, false, Download::awaits_answer) }
}

/// TLS has begun.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_tls_started(
    download: *mut mailproto_pop3_download,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(download, |download| Ok(download.tls_started()?)) }
}

/// What the TLS channel is known by, a MAILPROTO_SASL_BINDING_ and its bytes, so that a login by SCRAM can be
/// bound to it: between the handshake and tls_started, or at the start with MAILPROTO_TLS_IMPLICIT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_bind_channel(
    download: *mut mailproto_pop3_download,
    kind: mailproto_sasl_binding,
    data: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(download, |download| {
            let binding = ChannelBinding { kind: binding_kind(kind)?, data: data.as_slice()? };
            Ok(download.bind_channel(binding)?)
        })
    }
}

/// Puts the first unique id behind `after`, in the order of their bytes, that is to be remembered for the next
/// session into `message`; MAILPROTO_ERR_OUT_OF_ORDER if there is none. Set message->struct_size before. All of
/// them, from the empty one on, are to be saved whenever they have changed, which is after each accept and after
/// the last event; the next session begins with as many mailproto_pop3_seen_add() as there are copies.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_next_seen(
    download: *const mailproto_pop3_download,
    after: mailproto_bytes,
    message: *mut mailproto_pop3_seen_message,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { look(download, Fault::NullPointer.status(), |download| seen::next(download.seen(), after, message)) }
}

/// Puts what the server announced last into `capabilities`. Set capabilities->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_download_capabilities(
    download: *const mailproto_pop3_download,
    capabilities: *mut mailproto_pop3_capabilities,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { announced(download.as_ref().map(|download| download.0.endpoint.capabilities()), capabilities) }
}
