//! The server's side of one connection.

use super::constants::mailproto_pop3_state;
use super::event::mailproto_pop3_event;
use super::server_options::mailproto_pop3_server_options;
use crate::bytes::{mailproto_bytes, mailproto_transmit_log};
use crate::endpoint::{self, mailproto_timeout};
use crate::error::{self, mailproto_error};
use crate::event::next;
use crate::handle::{Face, Handle, change, create, free, look, wanted};
use crate::options::mailproto_anomalies;
use crate::sasl::credentials::refusal;
use crate::status::mailproto_status;
use mailproto::pop3::{ResponseCode, Server};

/// The server's side of one POP3 connection.
///
/// The endpoint answers what it can know: bad syntax, bad order, numbers of no message, what its options
/// forbid, capabilities, totals. It numbers the messages, keeps the marks of DELE, cuts for TOP, and adds dots.
/// Everything else is a small question (is_question of an event), answered at once or later; meanwhile input
/// waits. Nothing is ever deleted but by MAILPROTO_POP3_EVENT_UPDATE, which comes of QUIT alone.
pub struct mailproto_pop3_server(Handle<Server>);

impl Face for mailproto_pop3_server {
    type Endpoint = Server;

    fn handle(&self) -> &Handle<Server> {
        &self.0
    }

    fn handle_mut(&mut self) -> &mut Handle<Server> {
        &mut self.0
    }
}

/// Makes a server for one connection. Its first event is MAILPROTO_POP3_EVENT_CONNECT. `options` is not kept,
/// and may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_new(
    options: *const mailproto_pop3_server_options,
    server: *mut *mut mailproto_pop3_server,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(server, || {
            let terms = options.as_ref().map(mailproto_pop3_server_options::lend).unwrap_or_default();
            Ok(mailproto_pop3_server(Handle::new(Server::new(terms)?)))
        })
    }
}

/// Frees a server. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_free(server: *mut mailproto_pop3_server) {
    // SAFETY: the caller's contract.
    unsafe { free(server) }
}

/// Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
/// next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_receive_space(
    server: *mut mailproto_pop3_server,
    data: *mut *mut u8,
    len: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_space(server, data, len) }
}

/// Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
/// a connection that holds nothing holds no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_received(
    server: *mut mailproto_pop3_server,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::received(server, count) }
}

/// Copies bytes of the peer in, and puts into `taken` how many of them fitted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_receive(
    server: *mut mailproto_pop3_server,
    bytes: mailproto_bytes,
    taken: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive(server, bytes, taken) }
}

/// The peer closed its side. An empty read is never taken for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_receive_eof(server: *mut mailproto_pop3_server) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_eof(server) }
}

/// Puts the next thing that happened into `event`, of kind MAILPROTO_POP3_EVENT_NONE when more bytes, a verb
/// or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
/// still to be sent, then close the socket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_next_event(
    server: *mut mailproto_pop3_server,
    event: *mut mailproto_pop3_event,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { next(server, event) }
}

/// Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
/// the next call that may change this handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_transmit(server: *const mailproto_pop3_server) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit(server) }
}

/// Says that the first `count` bytes of transmit were sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_transmitted(
    server: *mut mailproto_pop3_server,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmitted(server, count) }
}

/// What transmit shows, with secrets taken out: safe to write to a log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_transmit_log(
    server: *const mailproto_pop3_server,
    log: *mut mailproto_transmit_log,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit_log(server, log) }
}

/// Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
/// an error of next_event. A program that never calls this has no timeouts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_handle_time(
    server: *mut mailproto_pop3_server,
    milliseconds: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::handle_time(server, milliseconds) }
}

/// When to call handle_time at the latest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_next_timeout(server: *const mailproto_pop3_server) -> mailproto_timeout {
    // SAFETY: the caller's contract.
    unsafe { endpoint::next_timeout(server) }
}

/// Whether the conversation still expects something from the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_wants_read(server: *const mailproto_pop3_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_read(server) }
}

/// Whether there are bytes for the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_wants_write(server: *const mailproto_pop3_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_write(server) }
}

/// Neither reads nor writes are wanted: close the socket. True for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_is_closed(server: *const mailproto_pop3_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::is_closed(server) }
}

/// Puts what went wrong last on this handle into `error`. Set error->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_last_error(
    server: *const mailproto_pop3_server,
    error: *mut mailproto_error,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last(server, error) }
}

/// Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
/// bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
/// NUL. 128 bytes are always enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_last_error_message(
    server: *const mailproto_pop3_server,
    text: *mut u8,
    size: usize,
    length: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last_message(server, text, size, length) }
}

/// What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_anomalies(server: *const mailproto_pop3_server) -> mailproto_anomalies {
    // SAFETY: the caller's contract.
    unsafe { look(server, 0, |server| server.anomalies().bits()) }
}

/// Says yes to the question that waits, with the usual response. MAILPROTO_ERR_FULL when there is no room for
/// the response: transmit, then call again; MAILPROTO_ERR_OUT_OF_ORDER where the question wants more than a yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_accept(server: *mut mailproto_pop3_server) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.accept()?)) }
}

/// Says yes with a text of the host's own, in one line. To MAILPROTO_POP3_EVENT_LANGUAGE that is the exact tag
/// of the language, a space and words in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_accept_with(
    server: *mut mailproto_pop3_server,
    text: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.accept_with(text.as_text()?)?)) }
}

/// Says yes to MAILPROTO_POP3_EVENT_CONNECT and offers APOP: `timestamp`, with its angle brackets and an `@` as
/// in a message id, stands behind `text` in the greeting and must be another one for each connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_accept_with_timestamp(
    server: *mut mailproto_pop3_server,
    text: mailproto_bytes,
    timestamp: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.accept_with_timestamp(text.as_text()?, timestamp.as_text()?)?)) }
}

/// Says no to the question that waits. `code` is a word for programs such as `SYS/TEMP`, empty for none
/// (RFC 2449 section 8). A login that is refused without a code or a text gets the usual ones, so that nobody
/// learns which users there are. A message that is refused while all are listed is left out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_reject(
    server: *mut mailproto_pop3_server,
    code: mailproto_bytes,
    text: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(server, |server| {
            let code = code.as_text()?;
            let code = if code.is_empty() { None } else { Some(ResponseCode::Other(code)) };
            Ok(server.reject(code, text.as_text()?)?)
        })
    }
}

/// Goes on with an exchange of AUTH that the program conducts, by a challenge in plain bytes: the answer to
/// MAILPROTO_POP3_EVENT_AUTH_RESPONSE unless it is accepted or rejected.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_challenge(
    server: *mut mailproto_pop3_server,
    challenge: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.challenge(challenge.as_slice()?)?)) }
}

/// Refuses a bearer token and says why (RFC 7628 section 3.2.2): `status` is `invalid_token`, `insufficient_scope`
/// or `invalid_request`; `scope` and `openid_configuration` may be empty. The client answers with nothing of
/// meaning; then the endpoint itself refuses the login.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_reject_token(
    server: *mut mailproto_pop3_server,
    status: mailproto_bytes,
    scope: mailproto_bytes,
    openid_configuration: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.reject_token(&refusal(status, scope, openid_configuration)?)?)) }
}

/// Answers MAILPROTO_POP3_EVENT_OPEN, once the maildrop is locked: how many messages there are and how many
/// octets they have together, each line end counted as two.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_open(
    server: *mut mailproto_pop3_server,
    messages: u32,
    octets: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.open(messages, octets)?)) }
}

/// Answers MAILPROTO_POP3_EVENT_SIZE and MAILPROTO_POP3_EVENT_DELETE: the octets of the message, each line end
/// counted as two (RFC 1939 section 11).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_size(
    server: *mut mailproto_pop3_server,
    octets: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.size(octets)?)) }
}

/// Answers MAILPROTO_POP3_EVENT_UNIQUE_ID, by one to 70 printable characters of ASCII that no other message of
/// the maildrop ever has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_unique_id(
    server: *mut mailproto_pop3_server,
    unique_id: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.unique_id(unique_id.as_text()?)?)) }
}

/// Answers MAILPROTO_POP3_EVENT_LANGUAGES by one of them; accept ends the list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_language(
    server: *mut mailproto_pop3_server,
    tag: mailproto_bytes,
    description: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.language(tag.as_text()?, description.as_text()?)?)) }
}

/// Passes a piece of the message that was accepted, and puts into `taken` how much of it was taken: transmit,
/// then pass the rest. CR and LF that stand alone become CR LF. What TOP does not ask for is taken and not sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_send_data(
    server: *mut mailproto_pop3_server,
    data: mailproto_bytes,
    taken: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(server, |server| {
            let (data, taken) = (data.as_slice()?, wanted(taken)?);
            taken.write(server.send_data(data)?);
            Ok(())
        })
    }
}

/// Ends the message. MAILPROTO_ERR_FULL when there is no room for its end: transmit, then call again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_finish_data(server: *mut mailproto_pop3_server) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.finish_data()?)) }
}

/// TLS has begun: the client starts anew.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_tls_started(server: *mut mailproto_pop3_server) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(server, |server| Ok(server.tls_started()?)) }
}

/// Ends the session with -ERR as soon as the command or message in flight is finished. Nothing is deleted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_shut_down(server: *mut mailproto_pop3_server) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(server, |server| {
            server.shut_down();
            Ok(())
        })
    }
}

/// The first message behind `number` that is marked as deleted; 0 if there is none. At
/// MAILPROTO_POP3_EVENT_UPDATE, from 0 on, one after the other, the messages to delete now:
///
/// @code{.c}
/// for (uint32_t n = 0; (n = mailproto_pop3_server_next_deleted(server, n)) != 0;) remove_message(n);
/// @endcode
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_next_deleted(server: *const mailproto_pop3_server, number: u32) -> u32 {
    // SAFETY: the caller's contract.
    unsafe { look(server, 0, |server| server.next_deleted(number).unwrap_or(0)) }
}

/// Where the conversation stands. MAILPROTO_POP3_STATE_ENDED for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_state(server: *const mailproto_pop3_server) -> mailproto_pop3_state {
    // SAFETY: the caller's contract.
    unsafe { look(server, super::constants::MAILPROTO_POP3_STATE_ENDED, |server| server.state() as u32) }
}

/// Whether the client has proved who it is, and its maildrop is open. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_is_authenticated(server: *const mailproto_pop3_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { look(server, false, Server::is_authenticated) }
}

/// Whether the client has said UTF8: messages may have UTF-8 in their headers. Without it, a message that
/// does is to be rejected with the code `UTF8`, or sent in another form (RFC 6856 section 2.1). False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_is_utf8(server: *const mailproto_pop3_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { look(server, false, Server::is_utf8) }
}

/// Whether a question waits for its answer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_awaits_answer(server: *const mailproto_pop3_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { look(server, false, Server::awaits_answer) }
}

/// Whether more of a message is wanted by send_data. Once TOP has all that it asks for, it is not; then
/// finish_data is all that is left to do. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_server_wants_data(server: *const mailproto_pop3_server) -> bool {
    // SAFETY: the caller's contract.
    unsafe { look(server, false, Server::wants_data) }
}
