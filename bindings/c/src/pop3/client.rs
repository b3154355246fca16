//! The client's side of one connection, verb by verb.

use super::client_options::mailproto_pop3_client_options;
use super::constants::{mailproto_pop3_capability_set, mailproto_pop3_state};
use super::event::mailproto_pop3_event;
use crate::bytes::{mailproto_bytes, mailproto_transmit_log};
use crate::endpoint::{self, mailproto_timeout, verb};
use crate::error::MAILPROTO_UNKNOWN;
use crate::error::{self, mailproto_error};
use crate::event::next;
use crate::fault::Fault;
use crate::handle::{Face, Handle, change, create, free, look};
use crate::options::mailproto_anomalies;
use crate::sasl::client::mailproto_sasl;
use crate::sasl::mechanism::{mailproto_sasl_mechanisms, mechanism_bits};
use crate::status::MAILPROTO_OK;
use crate::status::mailproto_status;
use mailproto::pop3::{Capabilities, Client};

/// The client's side of one POP3 connection, verb by verb.
///
/// Lists and messages are never held: each line of a list and each piece of a message is an event of its own,
/// so a maildrop of any size takes the same memory.
///
/// Verbs queue: call them one behind the other, and they leave in one packet if the server offers
/// PIPELINING and one by one if it does not. Each puts the number of its command into `command`, which
/// may be NULL; the event that ends the command carries it.
pub struct mailproto_pop3_client(Handle<Client>);

impl Face for mailproto_pop3_client {
    type Endpoint = Client;

    fn handle(&self) -> &Handle<Client> {
        &self.0
    }

    fn handle_mut(&mut self) -> &mut Handle<Client> {
        &mut self.0
    }
}

/// Makes a client for one connection, which waits for the greeting. `options` may be NULL for the defaults
/// and is not kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_new(
    options: *const mailproto_pop3_client_options,
    client: *mut *mut mailproto_pop3_client,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(client, || {
            Ok(mailproto_pop3_client(Handle::new(Client::new(
                options.as_ref().map_or_else(Default::default, |options| options.0),
            ))))
        })
    }
}

/// Frees a client. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_free(client: *mut mailproto_pop3_client) {
    // SAFETY: the caller's contract.
    unsafe { free(client) }
}

/// Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
/// next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_receive_space(
    client: *mut mailproto_pop3_client,
    data: *mut *mut u8,
    len: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_space(client, data, len) }
}

/// Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
/// a connection that holds nothing holds no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_received(
    client: *mut mailproto_pop3_client,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::received(client, count) }
}

/// Copies bytes of the peer in, and puts into `taken` how many of them fitted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_receive(
    client: *mut mailproto_pop3_client,
    bytes: mailproto_bytes,
    taken: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive(client, bytes, taken) }
}

/// The peer closed its side. An empty read is never taken for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_receive_eof(client: *mut mailproto_pop3_client) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_eof(client) }
}

/// Puts the next thing that happened into `event`, of kind MAILPROTO_POP3_EVENT_NONE when more bytes, a verb
/// or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
/// still to be sent, then close the socket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_next_event(
    client: *mut mailproto_pop3_client,
    event: *mut mailproto_pop3_event,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { next(client, event) }
}

/// Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
/// the next call that may change this handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_transmit(client: *const mailproto_pop3_client) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit(client) }
}

/// Says that the first `count` bytes of transmit were sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_transmitted(
    client: *mut mailproto_pop3_client,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmitted(client, count) }
}

/// What transmit shows, with secrets taken out: safe to write to a log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_transmit_log(
    client: *const mailproto_pop3_client,
    log: *mut mailproto_transmit_log,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit_log(client, log) }
}

/// Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
/// an error of next_event. A program that never calls this has no timeouts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_handle_time(
    client: *mut mailproto_pop3_client,
    milliseconds: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::handle_time(client, milliseconds) }
}

/// When to call handle_time at the latest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_next_timeout(client: *const mailproto_pop3_client) -> mailproto_timeout {
    // SAFETY: the caller's contract.
    unsafe { endpoint::next_timeout(client) }
}

/// Whether the conversation still expects something from the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_wants_read(client: *const mailproto_pop3_client) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_read(client) }
}

/// Whether there are bytes for the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_wants_write(client: *const mailproto_pop3_client) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_write(client) }
}

/// Neither reads nor writes are wanted: close the socket. True for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_is_closed(client: *const mailproto_pop3_client) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::is_closed(client) }
}

/// Puts what went wrong last on this handle into `error`. Set error->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_last_error(
    client: *const mailproto_pop3_client,
    error: *mut mailproto_error,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last(client, error) }
}

/// Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
/// bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
/// NUL. 128 bytes are always enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_last_error_message(
    client: *const mailproto_pop3_client,
    text: *mut u8,
    size: usize,
    length: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last_message(client, text, size, length) }
}

/// What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_anomalies(client: *const mailproto_pop3_client) -> mailproto_anomalies {
    // SAFETY: the caller's contract.
    unsafe { look(client, 0, |client| client.anomalies().bits()) }
}

/// CAPA (RFC 2449): what can the server do? Ask again after the login, where the answer may be another.
/// Servers that do not know it refuse.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_capa(
    client: *mut mailproto_pop3_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.capa()?)) }
}

/// STLS (RFC 2595). Ends in MAILPROTO_POP3_EVENT_STARTTLS or a refusal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_stls(
    client: *mut mailproto_pop3_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.stls()?)) }
}

/// TLS has begun: what the server said in plain text is forgotten; ask for its capabilities again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_tls_started(client: *mut mailproto_pop3_client) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(client, |client| Ok(client.tls_started()?)) }
}

/// USER and PASS. The password leaves only when the server has taken the user, and is wiped here if it has
/// not. Spaces may stand in both.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_login(
    client: *mut mailproto_pop3_client,
    user: mailproto_bytes,
    password: mailproto_bytes,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.login(user.as_text()?, password.as_text()?)?)) }
}

/// APOP. `digest` is the MD5 of the greeting's timestamp and the secret behind it, in small hexadecimal
/// digits. Whoever plays the server can learn the secret by trying: prefer any mechanism under TLS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_apop(
    client: *mut mailproto_pop3_client,
    name: mailproto_bytes,
    digest: mailproto_bytes,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.apop(name.as_text()?, digest.as_text()?)?)) }
}

/// AUTH by a mechanism. Its initial response is sent along if it has one and it fits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_auth(
    client: *mut mailproto_pop3_client,
    sasl: *mut mailproto_sasl,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.auth(sasl.as_mut().ok_or(Fault::NullPointer)?.mechanism())?)) }
}

/// Answers a challenge. One that the mechanism cannot answer cancels the exchange.
///
/// `done` may be NULL: then this computes for as long as it takes. Else it is false as long as a mechanism that
/// computes in steps (mailproto_sasl_identity_set_iterations()) wants another call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_auth_respond(
    client: *mut mailproto_pop3_client,
    sasl: *mut mailproto_sasl,
    done: *mut bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(client, |client| {
            let sasl = sasl.as_mut().ok_or(Fault::NullPointer)?;
            sasl.respond(done, |mechanism| client.auth_respond(mechanism))
        })
    }
}

/// Cancels the exchange instead of answering.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_auth_cancel(client: *mut mailproto_pop3_client) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(client, |client| Ok(client.auth_cancel()?)) }
}

/// STAT: how much is in the maildrop? The response has messages and octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_stat(
    client: *mut mailproto_pop3_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.stat()?)) }
}

/// LIST: the sizes of all messages as MAILPROTO_POP3_EVENT_LISTING if `number` is 0, or of one message, in
/// the response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_list(
    client: *mut mailproto_pop3_client,
    number: u32,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.list(chosen(number))?)) }
}

/// UIDL: the unique ids of all messages as MAILPROTO_POP3_EVENT_UNIQUE_ID if `number` is 0, or of one message,
/// in the response. Sent whether it is among the capabilities or not: servers forget to say so.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_uidl(
    client: *mut mailproto_pop3_client,
    number: u32,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.uidl(chosen(number))?)) }
}

/// RETR: a message, as MAILPROTO_POP3_EVENT_DATA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_retr(
    client: *mut mailproto_pop3_client,
    number: u32,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.retr(number)?)) }
}

/// TOP: the header of a message and so many lines of its body, as MAILPROTO_POP3_EVENT_DATA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_top(
    client: *mut mailproto_pop3_client,
    number: u32,
    lines: u32,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.top(number, lines)?)) }
}

/// DELE: marks a message; the server removes it at QUIT and not before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_dele(
    client: *mut mailproto_pop3_client,
    number: u32,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.dele(number)?)) }
}

/// RSET: takes all marks back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_rset(
    client: *mut mailproto_pop3_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.rset()?)) }
}

/// NOOP: is the server still there?
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_noop(
    client: *mut mailproto_pop3_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.noop()?)) }
}

/// UTF8 (RFC 6856): messages may come with UTF-8 in their headers. Before the login, and not before TLS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_utf8(
    client: *mut mailproto_pop3_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.utf8()?)) }
}

/// LANG (RFC 6856): in which language shall the server speak? `*` for the one it likes best; empty asks
/// which it knows: MAILPROTO_POP3_EVENT_LANGUAGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_lang(
    client: *mut mailproto_pop3_client,
    range: mailproto_bytes,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        verb(client, command, |client| {
            let range = range.as_text()?;
            Ok(client.lang(if range.is_empty() { None } else { Some(range) })?)
        })
    }
}

/// QUIT: the server removes what was marked, and says how that went.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_quit(
    client: *mut mailproto_pop3_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.quit()?)) }
}

/// Where the conversation stands, by the responses that have come. MAILPROTO_POP3_STATE_ENDED for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_state(client: *const mailproto_pop3_client) -> mailproto_pop3_state {
    // SAFETY: the caller's contract.
    unsafe { look(client, super::constants::MAILPROTO_POP3_STATE_ENDED, |client| client.state() as u32) }
}

/// Commands that have not ended, sent or not. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_queued_commands(client: *const mailproto_pop3_client) -> usize {
    // SAFETY: the caller's contract.
    unsafe { look(client, 0, Client::queued_commands) }
}

/// Puts what the server announced last into `capabilities`; nothing before CAPA has ended well, and after
/// tls_started. Set capabilities->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_pop3_client_capabilities(
    client: *const mailproto_pop3_client,
    capabilities: *mut mailproto_pop3_capabilities,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { announced(client.as_ref().map(|client| client.0.endpoint.capabilities()), capabilities) }
}

/// What a server announced. Set struct_size before it is filled. What is not known here came as
/// MAILPROTO_POP3_EVENT_CAPABILITY.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_pop3_capabilities {
    /// sizeof(mailproto_pop3_capabilities), set by the caller.
    pub struct_size: u32,
    /// The known ones: MAILPROTO_POP3_CAPABILITY_ constants.
    pub set: mailproto_pop3_capability_set,
    /// The mechanisms of AUTH: MAILPROTO_SASL_ constants.
    pub mechanisms: mailproto_sasl_mechanisms,
    /// Names and passwords may be UTF-8.
    pub utf8_user: bool,
    /// Seconds between logins; MAILPROTO_UNKNOWN if it is not told.
    pub login_delay: u64,
    /// Days that messages stay; MAILPROTO_UNKNOWN for ever, or if it is not told.
    pub expire_days: u64,
}

/// Fills `output` with what a server announced.
///
/// # Safety
/// `output` is NULL or valid.
pub(super) unsafe fn announced(
    capabilities: Option<&Capabilities>,
    output: *mut mailproto_pop3_capabilities,
) -> mailproto_status {
    // SAFETY: this function's contract.
    let (Some(found), Some(output)) = (capabilities, unsafe { output.as_mut() }) else {
        return Fault::NullPointer.status();
    };
    if (output.struct_size as usize) < size_of::<mailproto_pop3_capabilities>() {
        return Fault::StructSize.status();
    }
    *output = mailproto_pop3_capabilities {
        struct_size: output.struct_size,
        set: found.set.bits(),
        mechanisms: mechanism_bits(found.mechanisms),
        utf8_user: found.utf8_user,
        login_delay: found.login_delay.map_or(MAILPROTO_UNKNOWN, u64::from),
        expire_days: found.expire_days.map_or(MAILPROTO_UNKNOWN, u64::from),
    };
    MAILPROTO_OK
}

/// The message of a number; 0 is none.
fn chosen(number: u32) -> Option<u32> {
    if number == 0 { None } else { Some(number) }
}
