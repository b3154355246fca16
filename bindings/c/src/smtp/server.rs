//! The server's side of one connection.

use super::constants::mailproto_smtp_state;
use super::event::{mailproto_smtp_enhanced_code, mailproto_smtp_event};
use super::server_options::mailproto_smtp_server_options;
use crate::bytes::{mailproto_bytes, mailproto_transmit_log};
use crate::endpoint::{self, mailproto_timeout};
use crate::error::{self, mailproto_error};
use crate::event::next;
use crate::fault::Fault;
use crate::handle::{Face, Handle, change, create, free, look};
use crate::options::mailproto_anomalies;
use crate::sasl::credentials::refusal;
use crate::status::mailproto_status;
use mailproto::smtp::{EnhancedCode, Server};

/// The server's side of one SMTP or LMTP connection.
///
/// The endpoint answers what it can know: bad syntax, bad order, too long, too many, what its options
/// forbid. Everything else is a question (is_question of an event), answered by accept or reject, at once
/// or later; meanwhile input waits.
pub struct mailproto_smtp_server(Handle<Server>);

impl Face for mailproto_smtp_server {
    type Endpoint = Server;

    fn handle(&self) -> &Handle<Server> {
        &self.0
    }

    fn handle_mut(&mut self) -> &mut Handle<Server> {
        &mut self.0
    }
}

/// Makes a server for one connection. Its first event is MAILPROTO_SMTP_EVENT_CONNECT. `options` is not kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_new(
    options: *const mailproto_smtp_server_options,
    server: *mut *mut mailproto_smtp_server,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(server, || {
            Ok(mailproto_smtp_server(Handle::new(Server::new(options.as_ref().ok_or(Fault::NullPointer)?.lend())?)))
        })
    }
}

/// Frees a server. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_free(server: *mut mailproto_smtp_server) {
    // SAFETY: the caller's contract.
    unsafe { free(server) }
}

/// Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
/// next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_receive_space(
    server: *mut mailproto_smtp_server,
    data: *mut *mut u8,
    len: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_space(server, data, len) }
}

/// Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
/// a connection that holds nothing holds no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_received(
    server: *mut mailproto_smtp_server,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::received(server, count) }
}

/// Copies bytes of the peer in, and puts into `taken` how many of them fitted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_receive(
    server: *mut mailproto_smtp_server,
    bytes: mailproto_bytes,
    taken: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive(server, bytes, taken) }
}

/// The peer closed its side. An empty read is never taken for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_receive_eof(server: *mut mailproto_smtp_server) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_eof(server) }
}

/// Puts the next thing that happened into `event`, of kind MAILPROTO_SMTP_EVENT_NONE when more bytes, a verb
/// or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
/// still to be sent, then close the socket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_next_event(
    server: *mut mailproto_smtp_server,
    event: *mut mailproto_smtp_event,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { next(server, event) }
}

/// Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
/// the next call that may change this handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_transmit(server: *const mailproto_smtp_server) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit(server) }
}

/// Says that the first `count` bytes of transmit were sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_transmitted(
    server: *mut mailproto_smtp_server,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmitted(server, count) }
}

/// What transmit shows, with secrets taken out: safe to write to a log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_transmit_log(
    server: *const mailproto_smtp_server,
    log: *mut mailproto_transmit_log,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit_log(server, log) }
}

/// Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
/// an error of next_event. A program that never calls this has no timeouts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_handle_time(
    server: *mut mailproto_smtp_server,
    milliseconds: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::handle_time(server, milliseconds) }
}

/// When to call handle_time at the latest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_next_timeout(server: *const mailproto_smtp_server) -> mailproto_timeout {
    // SAFETY: the caller's contract.
    unsafe { endpoint::next_timeout(server) }
}

/// Whether the conversation still expects something from the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_wants_read(server: *const mailproto_smtp_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_read(server) }
}

/// Whether there are bytes for the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_wants_write(server: *const mailproto_smtp_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_write(server) }
}

/// Neither reads nor writes are wanted: close the socket. True for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_is_closed(server: *const mailproto_smtp_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::is_closed(server) }
}

/// Puts what went wrong last on this handle into `error`. Set error->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_last_error(
    server: *const mailproto_smtp_server,
    error: *mut mailproto_error,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last(server, error) }
}

/// Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
/// bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
/// NUL. 128 bytes are always enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_last_error_message(
    server: *const mailproto_smtp_server,
    text: *mut u8,
    size: usize,
    length: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last_message(server, text, size, length) }
}

/// What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_anomalies(server: *const mailproto_smtp_server) -> mailproto_anomalies {
    // SAFETY: the caller's contract.
    unsafe { look(server, 0, |server| server.anomalies().bits()) }
}

/// Says yes to the question that waits, with the usual reply. MAILPROTO_ERR_FULL when there is no room for the
/// reply: transmit, then call again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_accept(server: *mut mailproto_smtp_server) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.accept()?)) }
}

/// Says yes with a text of the host's own, such as the queue id of a message. Each line of it (ended by LF)
/// becomes one line of the reply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_accept_with(
    server: *mut mailproto_smtp_server,
    text: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.accept_with(text.as_text()?)?)) }
}

/// Says no to the question that waits. `code` is 4yz (not now) or 5yz (no); 421 also ends the connection.
/// `enhanced` is all 0 for none. Each line of the text (ended by LF) becomes one line of the reply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_reject(
    server: *mut mailproto_smtp_server,
    code: u16,
    enhanced: mailproto_smtp_enhanced_code,
    text: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.reject(code, meant(enhanced)?, text.as_text()?)?)) }
}

/// Goes on with an exchange of AUTH that the program conducts, by a challenge in plain bytes: the answer to
/// MAILPROTO_SMTP_EVENT_AUTH_RESPONSE unless it is accepted or rejected.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_challenge(
    server: *mut mailproto_smtp_server,
    challenge: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.challenge(challenge.as_slice()?)?)) }
}

/// Refuses a bearer token and says why (RFC 7628 section 3.2.2): `status` is `invalid_token`, `insufficient_scope`
/// or `invalid_request`; `scope` and `openid_configuration` may be empty. The client answers with nothing of
/// meaning; then the endpoint itself says 535.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_reject_token(
    server: *mut mailproto_smtp_server,
    status: mailproto_bytes,
    scope: mailproto_bytes,
    openid_configuration: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.reject_token(&refusal(status, scope, openid_configuration)?)?)) }
}

/// TLS has begun: what was said in plain text is forgotten, the client says EHLO again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_tls_started(server: *mut mailproto_smtp_server) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.tls_started()?)) }
}

/// Ends the session with 421 as soon as the command or message in flight is finished.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_shut_down(server: *mut mailproto_smtp_server) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(server, |server| {
            server.shut_down();
            Ok(())
        })
    }
}

/// Where the conversation stands. MAILPROTO_SMTP_STATE_ENDED for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_state(server: *const mailproto_smtp_server) -> mailproto_smtp_state {
    // SAFETY: the caller's contract.
    unsafe { look(server, super::constants::MAILPROTO_SMTP_STATE_ENDED, |server| server.state() as u32) }
}

/// Whether the client has proved who it is. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_is_authenticated(server: *const mailproto_smtp_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { look(server, false, Server::is_authenticated) }
}

/// Whether a question waits for accept or reject. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_server_awaits_answer(server: *const mailproto_smtp_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { look(server, false, Server::awaits_answer) }
}

/// The enhanced code of an argument; `None` for no code.
fn meant(code: mailproto_smtp_enhanced_code) -> Result<Option<EnhancedCode>, Fault> {
    let mailproto_smtp_enhanced_code { class_digit, subject, detail } = code;
    match class_digit {
        0 => Ok(None),
        // RFC 3463 section 2: three digits at most.
        2 | 4 | 5 if subject <= 999 && detail <= 999 => Ok(Some(EnhancedCode::new(class_digit as u8, subject, detail))),
        _ => Err(Fault::InvalidValue),
    }
}
