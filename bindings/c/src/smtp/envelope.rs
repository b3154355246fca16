//! One message's envelope.

use super::parameter::{
    self, mailproto_smtp_body, mailproto_smtp_deliver_by, mailproto_smtp_notify, mailproto_smtp_return,
};
use crate::bytes::mailproto_bytes;
use crate::fault::Fault;
use crate::handle::{copied, create, free, put, set};
use crate::status::mailproto_status;
use alloc::vec::Vec;
use mailproto::smtp::{Envelope, Recipient};

/// One message's envelope, and what its content asks of the server. Can be submitted any number of times.
pub struct mailproto_smtp_envelope(Envelope);

impl mailproto_smtp_envelope {
    /// A copy for one submission.
    pub(super) fn copy(&self) -> Result<Envelope, Fault> {
        let mut recipients = Vec::new();
        recipients.try_reserve_exact(self.0.recipients.len())?;
        for recipient in &self.0.recipients {
            let original = match &recipient.original {
                Some((address_type, address)) => Some((copied(address_type)?, copied(address)?)),
                None => None,
            };
            recipients.push(Recipient { address: copied(&recipient.address)?, notify: recipient.notify, original });
        }
        Ok(Envelope {
            sender: copied(&self.0.sender)?,
            recipients,
            envelope_id: self.0.envelope_id.as_deref().map(copied).transpose()?,
            body: self.0.body,
            smtputf8: self.0.smtputf8,
            size: self.0.size,
            ret: self.0.ret,
            require_tls: self.0.require_tls,
            deliver_by: self.0.deliver_by,
            priority: self.0.priority,
            hold_for: self.0.hold_for,
        })
    }

    fn recipient(&mut self, index: usize) -> Result<&mut Recipient, Fault> {
        self.0.recipients.get_mut(index).ok_or(Fault::InvalidValue)
    }
}

/// Makes an envelope without recipients. `sender` is a mailbox without brackets, empty for reports.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_new(
    sender: mailproto_bytes,
    envelope: *mut *mut mailproto_smtp_envelope,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(envelope, || {
            let sender = copied(sender.as_text()?)?;
            Ok(mailproto_smtp_envelope(Envelope { sender, ..Envelope::default() }))
        })
    }
}

/// Frees an envelope. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_free(envelope: *mut mailproto_smtp_envelope) {
    // SAFETY: the caller's contract.
    unsafe { free(envelope) }
}

/// Adds a recipient: a mailbox without brackets, or Postmaster. Puts its index into `index`, which may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_add_recipient(
    envelope: *mut mailproto_smtp_envelope,
    address: mailproto_bytes,
    index: *mut usize,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            let address = copied(address.as_text()?)?;
            let recipients = &mut envelope.0.recipients;
            recipients.try_reserve(1)?;
            let place = recipients.len();
            recipients.push(Recipient { address, notify: None, original: None });
            put(index, place);
            Ok(())
        })
    }
}

/// When to report about one recipient, where DSN is offered: MAILPROTO_SMTP_NOTIFY_ constants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_recipient_notify(
    envelope: *mut mailproto_smtp_envelope,
    index: usize,
    notify: mailproto_smtp_notify,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            let notify = parameter::notify(notify)?;
            envelope.recipient(index)?.notify = Some(notify);
            Ok(())
        })
    }
}

/// Type (such as rfc822) and address of one recipient as first named, where DSN is offered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_recipient_original(
    envelope: *mut mailproto_smtp_envelope,
    index: usize,
    address_type: mailproto_bytes,
    address: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            let original = (copied(address_type.as_text()?)?, copied(address.as_text()?)?);
            envelope.recipient(index)?.original = Some(original);
            Ok(())
        })
    }
}

/// What the content is made of, a MAILPROTO_SMTP_BODY_; 7BIT by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_body(
    envelope: *mut mailproto_smtp_envelope,
    body: mailproto_smtp_body,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            envelope.0.body = parameter::body(body)?;
            Ok(())
        })
    }
}

/// The content has UTF-8 in its headers. Addresses are looked at without being told.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_smtputf8(
    envelope: *mut mailproto_smtp_envelope,
    smtputf8: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            envelope.0.smtputf8 = smtputf8;
            Ok(())
        })
    }
}

/// Bytes of the message: a server that takes less refuses it before it is sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_size(
    envelope: *mut mailproto_smtp_envelope,
    size: u64,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            envelope.0.size = Some(size);
            Ok(())
        })
    }
}

/// What a report shall quote, where DSN is offered: a MAILPROTO_SMTP_RETURN_.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_return(
    envelope: *mut mailproto_smtp_envelope,
    what: mailproto_smtp_return,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            envelope.0.ret = Some(parameter::return_type(what)?);
            Ok(())
        })
    }
}

/// The sender's name for this envelope, where DSN is offered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_envelope_id(
    envelope: *mut mailproto_smtp_envelope,
    id: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            envelope.0.envelope_id = Some(copied(id.as_text()?)?);
            Ok(())
        })
    }
}

/// Refuse rather than pass on without TLS (RFC 8689).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_require_tls(
    envelope: *mut mailproto_smtp_envelope,
    required: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            envelope.0.require_tls = required;
            Ok(())
        })
    }
}

/// A deadline in seconds, and what happens then (RFC 2852): a MAILPROTO_SMTP_DELIVER_BY_ mode.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_deliver_by(
    envelope: *mut mailproto_smtp_envelope,
    seconds: i64,
    mode: mailproto_smtp_deliver_by,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            envelope.0.deliver_by = Some((seconds, parameter::deliver_by(mode)?));
            Ok(())
        })
    }
}

/// A priority from -9 to 9 (RFC 6710), where it is offered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_priority(
    envelope: *mut mailproto_smtp_envelope,
    priority: i8,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            envelope.0.priority = Some(parameter::priority(i64::from(priority))?);
            Ok(())
        })
    }
}

/// Hold the message for so many seconds (RFC 4865).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_envelope_set_hold_for(
    envelope: *mut mailproto_smtp_envelope,
    seconds: u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(envelope, |envelope| {
            envelope.0.hold_for = Some(seconds);
            Ok(())
        })
    }
}
