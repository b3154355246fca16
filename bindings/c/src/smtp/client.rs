//! The client's side of one connection, verb by verb.

use super::client_options::mailproto_smtp_client_options;
use super::constants::{mailproto_smtp_extension_set, mailproto_smtp_state};
use super::event::mailproto_smtp_event;
use super::parameter::{List, mailproto_smtp_attribute, mailproto_smtp_parameter};
use crate::bytes::{mailproto_bytes, mailproto_transmit_log};
use crate::endpoint::{self, mailproto_timeout, verb};
use crate::error::MAILPROTO_UNKNOWN;
use crate::error::{self, mailproto_error};
use crate::event::next;
use crate::fault::Fault;
use crate::handle::{Face, Handle, change, create, free, look, wanted};
use crate::options::mailproto_anomalies;
use crate::sasl::client::mailproto_sasl;
use crate::sasl::mechanism::{mailproto_sasl_mechanisms, mechanism_bits};
use crate::status::MAILPROTO_OK;
use crate::status::mailproto_status;
use mailproto::smtp::{Client, Extensions};

/// The client's side of one SMTP or LMTP connection, verb by verb.
///
/// Verbs queue: call them one behind the other, and they leave in one packet if the server offers
/// PIPELINING and one by one if it does not. Each puts the number of its command into `command`, which
/// may be NULL; the event that ends the command carries it.
pub struct mailproto_smtp_client(Handle<Client>);

impl Face for mailproto_smtp_client {
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
pub unsafe extern "C" fn mailproto_smtp_client_new(
    options: *const mailproto_smtp_client_options,
    client: *mut *mut mailproto_smtp_client,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(client, || {
            Ok(mailproto_smtp_client(Handle::new(Client::new(
                options.as_ref().map_or_else(Default::default, |options| options.0),
            ))))
        })
    }
}

/// Frees a client. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_free(client: *mut mailproto_smtp_client) {
    // SAFETY: the caller's contract.
    unsafe { free(client) }
}

/// Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
/// next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_receive_space(
    client: *mut mailproto_smtp_client,
    data: *mut *mut u8,
    len: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_space(client, data, len) }
}

/// Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
/// a connection that holds nothing holds no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_received(
    client: *mut mailproto_smtp_client,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::received(client, count) }
}

/// Copies bytes of the peer in, and puts into `taken` how many of them fitted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_receive(
    client: *mut mailproto_smtp_client,
    bytes: mailproto_bytes,
    taken: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive(client, bytes, taken) }
}

/// The peer closed its side. An empty read is never taken for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_receive_eof(client: *mut mailproto_smtp_client) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_eof(client) }
}

/// Puts the next thing that happened into `event`, of kind MAILPROTO_SMTP_EVENT_NONE when more bytes, a verb
/// or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
/// still to be sent, then close the socket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_next_event(
    client: *mut mailproto_smtp_client,
    event: *mut mailproto_smtp_event,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { next(client, event) }
}

/// Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
/// the next call that may change this handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_transmit(client: *const mailproto_smtp_client) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit(client) }
}

/// Says that the first `count` bytes of transmit were sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_transmitted(
    client: *mut mailproto_smtp_client,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmitted(client, count) }
}

/// What transmit shows, with secrets taken out: safe to write to a log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_transmit_log(
    client: *const mailproto_smtp_client,
    log: *mut mailproto_transmit_log,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit_log(client, log) }
}

/// Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
/// an error of next_event. A program that never calls this has no timeouts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_handle_time(
    client: *mut mailproto_smtp_client,
    milliseconds: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::handle_time(client, milliseconds) }
}

/// When to call handle_time at the latest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_next_timeout(client: *const mailproto_smtp_client) -> mailproto_timeout {
    // SAFETY: the caller's contract.
    unsafe { endpoint::next_timeout(client) }
}

/// Whether the conversation still expects something from the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_wants_read(client: *const mailproto_smtp_client) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_read(client) }
}

/// Whether there are bytes for the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_wants_write(client: *const mailproto_smtp_client) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_write(client) }
}

/// Neither reads nor writes are wanted: close the socket. True for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_is_closed(client: *const mailproto_smtp_client) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::is_closed(client) }
}

/// Puts what went wrong last on this handle into `error`. Set error->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_last_error(
    client: *const mailproto_smtp_client,
    error: *mut mailproto_error,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last(client, error) }
}

/// Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
/// bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
/// NUL. 128 bytes are always enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_last_error_message(
    client: *const mailproto_smtp_client,
    text: *mut u8,
    size: usize,
    length: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last_message(client, text, size, length) }
}

/// What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_anomalies(client: *const mailproto_smtp_client) -> mailproto_anomalies {
    // SAFETY: the caller's contract.
    unsafe { look(client, 0, |client| client.anomalies().bits()) }
}

/// EHLO, in LMTP LHLO. `name` is a domain or an address literal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_ehlo(
    client: *mut mailproto_smtp_client,
    name: mailproto_bytes,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.ehlo(name.as_text()?)?)) }
}

/// HELO, for servers that do not know EHLO.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_helo(
    client: *mut mailproto_smtp_client,
    name: mailproto_bytes,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.helo(name.as_text()?)?)) }
}

/// STARTTLS. Ends in MAILPROTO_SMTP_EVENT_STARTTLS or a refusal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_starttls(
    client: *mut mailproto_smtp_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.starttls()?)) }
}

/// TLS has begun: what the server said in plain text is forgotten; say EHLO again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_tls_started(client: *mut mailproto_smtp_client) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(client, |client| Ok(client.tls_started()?)) }
}

/// AUTH by a mechanism. Its initial response is sent along if it has one and it fits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_auth(
    client: *mut mailproto_smtp_client,
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
pub unsafe extern "C" fn mailproto_smtp_client_auth_respond(
    client: *mut mailproto_smtp_client,
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
pub unsafe extern "C" fn mailproto_smtp_client_auth_cancel(client: *mut mailproto_smtp_client) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(client, |client| Ok(client.auth_cancel()?)) }
}

/// MAIL. `sender` is a mailbox without brackets, empty for reports; `parameters` may be NULL if `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_mail(
    client: *mut mailproto_smtp_client,
    sender: mailproto_bytes,
    parameters: *const mailproto_smtp_parameter,
    count: usize,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        verb(client, command, |client| {
            Ok(client.mail(sender.as_text()?, List::parameters(parameters, count)?.as_slice())?)
        })
    }
}

/// RCPT. `recipient` is a mailbox without brackets, or Postmaster; `parameters` may be NULL if `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_rcpt(
    client: *mut mailproto_smtp_client,
    recipient: mailproto_bytes,
    parameters: *const mailproto_smtp_parameter,
    count: usize,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        verb(client, command, |client| {
            Ok(client.rcpt(recipient.as_text()?, List::parameters(parameters, count)?.as_slice())?)
        })
    }
}

/// DATA. Ends in MAILPROTO_SMTP_EVENT_DATA_READY and later a verdict, or in a refusal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_data(
    client: *mut mailproto_smtp_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.data()?)) }
}

/// BDAT: exactly `length` bytes follow by send_data, as they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_bdat(
    client: *mut mailproto_smtp_client,
    length: u64,
    last: bool,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.bdat(length, last)?)) }
}

/// Passes a piece of the message on, and puts into `taken` how much of it was taken: transmit, then pass the
/// rest. Behind DATA, dots are added where lines start with one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_send_data(
    client: *mut mailproto_smtp_client,
    data: mailproto_bytes,
    taken: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(client, |client| {
            let (data, taken) = (data.as_slice()?, wanted(taken)?);
            taken.write(client.send_data(data)?);
            Ok(())
        })
    }
}

/// Ends the message behind DATA. A last line without an end gets one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_finish_data(client: *mut mailproto_smtp_client) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(client, |client| Ok(client.finish_data()?)) }
}

/// RSET.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_rset(
    client: *mut mailproto_smtp_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.rset()?)) }
}

/// VRFY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_vrfy(
    client: *mut mailproto_smtp_client,
    text: mailproto_bytes,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.vrfy(text.as_text()?)?)) }
}

/// EXPN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_expn(
    client: *mut mailproto_smtp_client,
    text: mailproto_bytes,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.expn(text.as_text()?)?)) }
}

/// HELP; the text may be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_help(
    client: *mut mailproto_smtp_client,
    text: mailproto_bytes,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.help(text.as_text()?)?)) }
}

/// NOOP: is the server still there?
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_noop(
    client: *mut mailproto_smtp_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.noop()?)) }
}

/// QUIT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_quit(
    client: *mut mailproto_smtp_client,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.quit()?)) }
}

/// XCLIENT (Postfix XCLIENT_README): tells whom this client speaks for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_xclient(
    client: *mut mailproto_smtp_client,
    attributes: *const mailproto_smtp_attribute,
    count: usize,
    command: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { verb(client, command, |client| Ok(client.xclient(List::attributes(attributes, count)?.as_slice())?)) }
}

/// Where the conversation stands, by the replies that have come. MAILPROTO_SMTP_STATE_ENDED for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_state(client: *const mailproto_smtp_client) -> mailproto_smtp_state {
    // SAFETY: the caller's contract.
    unsafe { look(client, super::constants::MAILPROTO_SMTP_STATE_ENDED, |client| client.state() as u32) }
}

/// Commands whose last reply has not come, sent or not. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_queued_commands(client: *const mailproto_smtp_client) -> usize {
    // SAFETY: the caller's contract.
    unsafe { look(client, 0, Client::queued_commands) }
}

/// Puts what the server announced last into `extensions`; nothing before EHLO, after HELO and after
/// tls_started. Set extensions->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_client_extensions(
    client: *const mailproto_smtp_client,
    extensions: *mut mailproto_smtp_extensions,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { announced(client.as_ref().map(|client| client.0.endpoint.extensions()), extensions) }
}

/// What a server announced. Set struct_size before it is filled. Keywords that are not known here stand in
/// the reply to EHLO.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_smtp_extensions {
    /// sizeof(mailproto_smtp_extensions), set by the caller.
    pub struct_size: u32,
    /// The known ones: MAILPROTO_SMTP_EXTENSION_ constants.
    pub set: mailproto_smtp_extension_set,
    /// The mechanisms of AUTH: MAILPROTO_SASL_ constants.
    pub mechanisms: mailproto_sasl_mechanisms,
    /// The least deadline of DELIVERBY in seconds; 0 for none.
    pub deliver_by_min: u32,
    /// The largest message in bytes; MAILPROTO_UNKNOWN for no fixed limit.
    pub size: u64,
    /// The most transactions of a session (RFC 9422); MAILPROTO_UNKNOWN if it is not told.
    pub mail_max: u64,
    /// The most recipients of a transaction (RFC 9422); MAILPROTO_UNKNOWN if it is not told.
    pub rcpt_max: u64,
    /// The most recipient domains of a transaction (RFC 9422); MAILPROTO_UNKNOWN if it is not told.
    pub rcpt_domain_max: u64,
    /// The longest hold of FUTURERELEASE in seconds; MAILPROTO_UNKNOWN if it is not told.
    pub hold_max: u64,
}

/// Fills `extensions` with what a server announced.
///
/// # Safety
/// `output` is NULL or valid.
pub(super) unsafe fn announced(
    extensions: Option<&Extensions>,
    output: *mut mailproto_smtp_extensions,
) -> mailproto_status {
    // SAFETY: this function's contract.
    let (Some(found), Some(output)) = (extensions, unsafe { output.as_mut() }) else {
        return Fault::NullPointer.status();
    };
    if (output.struct_size as usize) < size_of::<mailproto_smtp_extensions>() {
        return Fault::StructSize.status();
    }
    let known = |number: Option<u32>| number.map_or(MAILPROTO_UNKNOWN, u64::from);
    *output = mailproto_smtp_extensions {
        struct_size: output.struct_size,
        set: found.set.bits(),
        mechanisms: mechanism_bits(found.mechanisms),
        deliver_by_min: found.deliver_by_min.unwrap_or(0),
        size: found.size.unwrap_or(MAILPROTO_UNKNOWN),
        mail_max: known(found.limits.mail_max),
        rcpt_max: known(found.limits.rcpt_max),
        rcpt_domain_max: known(found.limits.rcpt_domain_max),
        hold_max: known(found.hold_max),
    };
    MAILPROTO_OK
}
