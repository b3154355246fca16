//! Replies and commands without a session.

use super::constants::mailproto_smtp_verb;
use super::event::{mailproto_smtp_enhanced_code, shown_code};
use crate::bytes::mailproto_bytes;
use crate::fault::{Fault, status};
use crate::handle::{put, wanted};
use crate::options::{leniency, mailproto_anomalies};
use crate::status::mailproto_status;
use mailproto::smtp::{Command, EnhancedCode, Reply};

/// A reply. Its slices lie in the bytes it was read from. Set struct_size before it is filled.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_smtp_reply {
    /// sizeof(mailproto_smtp_reply), set by the caller.
    pub struct_size: u32,
    /// What was tolerated in it: MAILPROTO_ANOMALY_ constants.
    pub anomalies: mailproto_anomalies,
    /// The code. If lines differ, the last one's.
    pub code: u16,
    /// The enhanced status code of the last line that has one.
    pub enhanced: mailproto_smtp_enhanced_code,
    /// All lines; see mailproto_smtp_next_reply_line().
    pub lines: mailproto_bytes,
}

/// Reads one whole reply, CR LF and all, tolerating the anomalies in `tolerated`. On failure the offset
/// of the first byte that does not fit is put into `offset`, which may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_reply_parse(
    bytes: mailproto_bytes,
    tolerated: mailproto_anomalies,
    reply: *mut mailproto_smtp_reply,
    offset: *mut usize,
) -> mailproto_status {
    let parse = || {
        // SAFETY: NULL or valid by the caller's contract.
        let output = unsafe { reply.as_mut() }.ok_or(Fault::NullPointer)?;
        if (output.struct_size as usize) < size_of::<mailproto_smtp_reply>() {
            return Err(Fault::StructSize);
        }
        // SAFETY: the caller's contract.
        let found = Reply::parse_with(unsafe { bytes.as_slice() }?, leniency(tolerated)?)?;
        *output = mailproto_smtp_reply {
            struct_size: output.struct_size,
            anomalies: found.anomalies().bits(),
            code: found.code(),
            enhanced: found.enhanced().map_or(NO_CODE, shown_code),
            lines: mailproto_bytes::of(found.as_bytes()),
        };
        Ok(())
    };
    // SAFETY: NULL or writable.
    unsafe { with_offset(parse(), offset) }
}

const NO_CODE: mailproto_smtp_enhanced_code = mailproto_smtp_enhanced_code { class_digit: 0, subject: 0, detail: 0 };

/// Takes the first line off `rest`, which starts as the whole reply of an event or a parsed reply, and
/// puts its text, without code and line end, into `line`, and its enhanced status code, all 0 if it has
/// none, into `enhanced`, which may be NULL. MAILPROTO_ERR_OUT_OF_ORDER when there are no more lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_next_reply_line(
    rest: *mut mailproto_bytes,
    line: *mut mailproto_bytes,
    enhanced: *mut mailproto_smtp_enhanced_code,
) -> mailproto_status {
    let next = || {
        let (rest, line) = (wanted(rest)?, wanted(line)?);
        // SAFETY: not NULL, so valid by the caller's contract, as are the bytes.
        let bytes = unsafe { rest.read().as_slice() }?;
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(mailproto::Misuse::OutOfOrder)?;
        let whole = bytes.get(..end).unwrap_or_default();
        let left = bytes.get(end + 1..).unwrap_or_default();
        let text = whole.strip_suffix(b"\r").unwrap_or(whole).get(4..).unwrap_or_default();
        // SAFETY: not NULL, so writable; `enhanced` is NULL or writable.
        unsafe {
            rest.write(mailproto_bytes::of(left));
            line.write(mailproto_bytes::of(text));
            put(enhanced, EnhancedCode::parse(text).map_or(NO_CODE, shown_code));
        }
        Ok(())
    };
    status(next())
}

/// A command. Its slices lie in the line it was read from. Set struct_size before it is filled.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mailproto_smtp_command {
    /// sizeof(mailproto_smtp_command), set by the caller.
    pub struct_size: u32,
    /// What was tolerated in it: MAILPROTO_ANOMALY_ constants.
    pub anomalies: mailproto_anomalies,
    /// The command.
    pub verb: mailproto_smtp_verb,
    /// EHLO as LHLO.
    pub lmtp: bool,
    /// AUTH has an initial response.
    pub has_initial: bool,
    /// The length of BDAT.
    pub length: u64,
    /// The name of EHLO, the mechanism of AUTH, the mailbox of MAIL and RCPT, the text of VRFY, EXPN,
    /// HELP and NOOP.
    pub argument: mailproto_bytes,
    /// The initial response of AUTH, in base64.
    pub initial: mailproto_bytes,
    /// The parameters of MAIL and RCPT, the attributes of XCLIENT, as they were written.
    pub parameters: mailproto_bytes,
}

/// Reads a command line without its CR LF, tolerating the anomalies in `tolerated`. On failure the offset
/// of the first byte that does not fit is put into `offset`, which may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_smtp_command_parse(
    line: mailproto_bytes,
    tolerated: mailproto_anomalies,
    command: *mut mailproto_smtp_command,
    offset: *mut usize,
) -> mailproto_status {
    let parse = || {
        // SAFETY: NULL or valid by the caller's contract.
        let output = unsafe { command.as_mut() }.ok_or(Fault::NullPointer)?;
        if (output.struct_size as usize) < size_of::<mailproto_smtp_command>() {
            return Err(Fault::StructSize);
        }
        // SAFETY: the caller's contract.
        let line = unsafe { line.as_slice() }?;
        let (found, anomalies) = Command::parse(line, leniency(tolerated)?)?;
        *output =
            mailproto_smtp_command { struct_size: output.struct_size, anomalies: anomalies.bits(), ..shown(found) };
        Ok(())
    };
    // SAFETY: NULL or writable.
    unsafe { with_offset(parse(), offset) }
}

fn shown(command: Command<'_>) -> mailproto_smtp_command {
    let mut shown = mailproto_smtp_command {
        struct_size: 0,
        anomalies: 0,
        verb: command.verb() as u32,
        lmtp: matches!(command, Command::Lhlo(_)),
        has_initial: false,
        length: 0,
        argument: mailproto_bytes::EMPTY,
        initial: mailproto_bytes::EMPTY,
        parameters: mailproto_bytes::EMPTY,
    };
    match command {
        Command::Ehlo(text)
        | Command::Helo(text)
        | Command::Lhlo(text)
        | Command::Vrfy(text)
        | Command::Expn(text)
        | Command::Help(text)
        | Command::Noop(text) => shown.argument = mailproto_bytes::text(text),
        Command::Auth { mechanism, initial } => {
            shown.argument = mailproto_bytes::text(mechanism);
            shown.has_initial = initial.is_some();
            shown.initial = mailproto_bytes::text(initial.unwrap_or_default());
        }
        Command::Mail { path, parameters } | Command::Rcpt { path, parameters } => {
            shown.argument = mailproto_bytes::text(path.as_str());
            shown.parameters = mailproto_bytes::text(parameters.as_str());
        }
        Command::Bdat { length, .. } => shown.length = length,
        Command::Xclient(attributes) => shown.parameters = mailproto_bytes::text(attributes.as_str()),
        _ => {}
    }
    shown
}

/// The status of a parse; where it failed goes to `offset`.
///
/// # Safety
/// `offset` is NULL or writable.
unsafe fn with_offset(result: Result<(), Fault>, offset: *mut usize) -> mailproto_status {
    if let Err(fault) = result
        && let Some(place) = fault.offset()
    {
        // SAFETY: NULL or writable.
        unsafe { put(offset, place as usize) };
    }
    status(result)
}
