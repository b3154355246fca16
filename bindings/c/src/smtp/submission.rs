//! A whole delivery as one task.

use super::client::{announced, mailproto_smtp_extensions};
use super::envelope::mailproto_smtp_envelope;
use super::event::mailproto_smtp_event;
use super::submission_options::mailproto_smtp_submission_options;
use crate::bytes::{mailproto_bytes, mailproto_transmit_log};
use crate::endpoint::{self, mailproto_timeout};
use crate::error::{self, mailproto_error};
use crate::event::next;
use crate::fault::Fault;
use crate::handle::{Face, Handle, change, create, free, look, put, wanted};
use crate::options::mailproto_anomalies;
use crate::sasl::identity::{binding_kind, mailproto_sasl_binding};
use crate::sasl::login::{self, mailproto_sasl_outcome};
use crate::status::mailproto_status;
use mailproto::sasl::ChannelBinding;
use mailproto::smtp::Submission;

/// A whole delivery as one task: say what to send, hear what became of each recipient.
///
/// It greets (EHLO, or HELO where the server knows no better), begins TLS as the policy says, logs in by
/// the best mechanism, finds out what each message needs, pipelines what may be pipelined, sends one
/// message after the other, and says QUIT.
pub struct mailproto_smtp_submission(Handle<Submission>);

impl Face for mailproto_smtp_submission {
    type Endpoint = Submission;

    fn handle(&self) -> &Handle<Submission> {
        &self.0
    }

    fn handle_mut(&mut self) -> &mut Handle<Submission> {
        &mut self.0
    }
}

/// Makes a submission on the given terms, which are not kept. With MAILPROTO_TLS_IMPLICIT the host begins
/// TLS before the first byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_new(
    options: *const mailproto_smtp_submission_options,
    submission: *mut *mut mailproto_smtp_submission,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(submission, || {
            Ok(mailproto_smtp_submission(Handle::new(Submission::new(
                options.as_ref().ok_or(Fault::NullPointer)?.copy()?,
            )?)))
        })
    }
}

/// Frees a submission. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_free(submission: *mut mailproto_smtp_submission) {
    // SAFETY: the caller's contract.
    unsafe { free(submission) }
}

/// Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
/// next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_receive_space(
    submission: *mut mailproto_smtp_submission,
    data: *mut *mut u8,
    len: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_space(submission, data, len) }
}

/// Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
/// a connection that holds nothing holds no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_received(
    submission: *mut mailproto_smtp_submission,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::received(submission, count) }
}

/// Copies bytes of the peer in, and puts into `taken` how many of them fitted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_receive(
    submission: *mut mailproto_smtp_submission,
    bytes: mailproto_bytes,
    taken: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive(submission, bytes, taken) }
}

/// The peer closed its side. An empty read is never taken for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_receive_eof(
    submission: *mut mailproto_smtp_submission,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::receive_eof(submission) }
}

/// Puts the next thing that happened into `event`, of kind MAILPROTO_SMTP_EVENT_NONE when more bytes, a verb
/// or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
/// still to be sent, then close the socket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_next_event(
    submission: *mut mailproto_smtp_submission,
    event: *mut mailproto_smtp_event,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { next(submission, event) }
}

/// Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
/// the next call that may change this handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_transmit(
    submission: *const mailproto_smtp_submission,
) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit(submission) }
}

/// Says that the first `count` bytes of transmit were sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_transmitted(
    submission: *mut mailproto_smtp_submission,
    count: usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmitted(submission, count) }
}

/// What transmit shows, with secrets taken out: safe to write to a log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_transmit_log(
    submission: *const mailproto_smtp_submission,
    log: *mut mailproto_transmit_log,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::transmit_log(submission, log) }
}

/// Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
/// an error of next_event. A program that never calls this has no timeouts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_handle_time(
    submission: *mut mailproto_smtp_submission,
    milliseconds: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { endpoint::handle_time(submission, milliseconds) }
}

/// When to call handle_time at the latest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_next_timeout(
    submission: *const mailproto_smtp_submission,
) -> mailproto_timeout {
    // SAFETY: the caller's contract.
    unsafe { endpoint::next_timeout(submission) }
}

/// Whether the conversation still expects something from the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_wants_read(submission: *const mailproto_smtp_submission) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_read(submission) }
}

/// Whether there are bytes for the peer. False for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_wants_write(submission: *const mailproto_smtp_submission) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::wants_write(submission) }
}

/// Neither reads nor writes are wanted: close the socket. True for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_is_closed(submission: *const mailproto_smtp_submission) -> bool {
    // SAFETY: the caller's contract.
    unsafe { endpoint::is_closed(submission) }
}

/// Puts what went wrong last on this handle into `error`. Set error->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_last_error(
    submission: *const mailproto_smtp_submission,
    error: *mut mailproto_error,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last(submission, error) }
}

/// Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
/// bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
/// NUL. 128 bytes are always enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_last_error_message(
    submission: *const mailproto_smtp_submission,
    text: *mut u8,
    size: usize,
    length: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { error::last_message(submission, text, size, length) }
}

/// What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_anomalies(
    submission: *const mailproto_smtp_submission,
) -> mailproto_anomalies {
    // SAFETY: the caller's contract.
    unsafe { look(submission, 0, |submission| submission.anomalies().bits()) }
}

/// Adds a message, whose content is asked for by MAILPROTO_SMTP_EVENT_BODY_WANTED, and puts its number into
/// `message`, which may be NULL. The envelope is copied and can be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_submit(
    submission: *mut mailproto_smtp_submission,
    envelope: *const mailproto_smtp_envelope,
    message: *mut u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(submission, |submission| {
            let id = submission.submit(envelope.as_ref().ok_or(Fault::NullPointer)?.copy()?)?;
            put(message, id.as_u32());
            Ok(())
        })
    }
}

/// Passes a piece of the message that is wanted, and puts into `taken` how much of it was taken: transmit, take
/// events, then pass the rest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_send_data(
    submission: *mut mailproto_smtp_submission,
    data: mailproto_bytes,
    taken: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(submission, |submission| {
            let (data, taken) = (data.as_slice()?, wanted(taken)?);
            taken.write(submission.send_data(data)?);
            Ok(())
        })
    }
}

/// Ends the message that is wanted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_finish_data(
    submission: *mut mailproto_smtp_submission,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(submission, |submission| Ok(submission.finish_data()?)) }
}

/// Says QUIT when every message that was submitted is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_finish(
    submission: *mut mailproto_smtp_submission,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(submission, |submission| {
            submission.finish();
            Ok(())
        })
    }
}

/// TLS has begun.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_tls_started(
    submission: *mut mailproto_smtp_submission,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { change(submission, |submission| Ok(submission.tls_started()?)) }
}

/// Puts what the server announced last into `extensions`. Set extensions->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_extensions(
    submission: *const mailproto_smtp_submission,
    extensions: *mut mailproto_smtp_extensions,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe { announced(submission.as_ref().map(|submission| submission.0.endpoint.extensions()), extensions) }
}

/// What the TLS channel is known by, a MAILPROTO_SASL_BINDING_ and its bytes, so that a login by SCRAM can be
/// bound to it: between the handshake and tls_started, or at the start with MAILPROTO_TLS_IMPLICIT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_bind_channel(
    submission: *mut mailproto_smtp_submission,
    kind: mailproto_sasl_binding,
    data: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        change(submission, |submission| {
            let binding = ChannelBinding { kind: binding_kind(kind)?, data: data.as_slice()? };
            Ok(submission.bind_channel(binding)?)
        })
    }
}

/// Puts how the login went into `outcome`. Set outcome->struct_size before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_submission_login_outcome(
    submission: *const mailproto_smtp_submission,
    outcome: *mut mailproto_sasl_outcome,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        match submission.as_ref() {
            Some(submission) => login::outcome(submission.0.endpoint.login_outcome(), outcome),
            None => Fault::NullPointer.status(),
        }
    }
}
