//! The server's side of the mechanisms that are more than one message: SCRAM and CRAM-MD5.
//!
//! ```text
//!   event AUTH_RESPONSE ──▶ respond ──┬─ CHALLENGE ──▶ server_challenge
//!                                     ├─ USER ──▶ verifier, password or unknown_user ──▶ a step again
//!                                     ├─ COMPLETE ──▶ server_accept
//!                                     └─ FAILED ──▶ server_reject
//! ```

use super::failure::{failure_number, mailproto_sasl_reason};
use super::identity::{binding_kind, mailproto_sasl_binding, nonce};
use super::mechanism::{mailproto_sasl_mechanisms, mechanism, mechanisms};
use super::secret::Secret;
use crate::bytes::mailproto_bytes;
use crate::fault::{Fault, status};
use crate::handle::{copied, create, free, put, set, wanted};
use crate::status::mailproto_status;
use alloc::string::String;
use mailproto::Misuse;
use mailproto::sasl::{
    BindingKind, ChannelBinding, CramMd5Server, Failure, Mechanism, Mechanisms, ScramHash, ScramServer, ScramStep,
    Verifier,
};

/// Room for what a server says in SCRAM, which keeps messages of 1,024 bytes at most.
const SPACE: usize = 1_024;

/// The server's side of one exchange by SCRAM or CRAM-MD5, which the program conducts: pass it each response of
/// the events AUTH_RESPONSE, and pass what comes out to the endpoint. Holds no password.
pub struct mailproto_sasl_server {
    course: Course,
    bindings: [Option<(BindingKind, Secret)>; 3],
    space: [u8; SPACE],
    /// How much of the space is a challenge.
    length: usize,
    failure: Option<Failure>,
}

#[expect(clippy::large_enum_variant, reason = "the handle is one allocation, made for either")]
enum Course {
    Scram(ScramServer),
    CramMd5 { server: CramMd5Server, asked: bool, user: String, response: Secret },
}

/// What comes next: one of the constants MAILPROTO_SASL_STEP_.
pub type mailproto_sasl_step = u32;

/// Send mailproto_sasl_server_text() as a challenge.
pub const MAILPROTO_SASL_STEP_CHALLENGE: mailproto_sasl_step = 1;
/// Find what is kept of mailproto_sasl_server_user(), and go on with mailproto_sasl_server_verifier(),
/// mailproto_sasl_server_password() or mailproto_sasl_server_unknown_user().
pub const MAILPROTO_SASL_STEP_USER: mailproto_sasl_step = 2;
/// The client is mailproto_sasl_server_user(): accept.
pub const MAILPROTO_SASL_STEP_COMPLETE: mailproto_sasl_step = 3;
/// Reject. mailproto_sasl_server_failure() tells why.
pub const MAILPROTO_SASL_STEP_FAILED: mailproto_sasl_step = 4;

/// Makes an exchange by the mechanism of an event whose `first` is set. `random` is 18 random bytes, new for
/// every exchange; `name` is the server's, which CRAM-MD5 says; `offered` is what the server offers, so that a
/// client that was made to believe otherwise is found out. MAILPROTO_ERR_INVALID_VALUE for another mechanism.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_new(
    mechanism_spoken: mailproto_sasl_mechanisms,
    random: mailproto_bytes,
    name: mailproto_bytes,
    offered: mailproto_sasl_mechanisms,
    server: *mut *mut mailproto_sasl_server,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(server, || {
            let (spoken, nonce) = (mechanism(mechanism_spoken)?, nonce(random.as_slice()?)?);
            let bound_offered = !mechanisms(offered)?.and(Mechanisms::BOUND).is_empty();
            let course = if spoken == Mechanism::CramMd5 {
                let server = CramMd5Server::new(&nonce, name.as_text()?)?;
                Course::CramMd5 { server, asked: false, user: String::new(), response: Secret::bytes(&[])? }
            } else {
                Course::Scram(ScramServer::new(spoken, nonce, bound_offered).ok_or(Fault::InvalidValue)?)
            };
            Ok(mailproto_sasl_server {
                course,
                bindings: [const { None }; 3],
                space: [0; SPACE],
                length: 0,
                failure: None,
            })
        })
    }
}

/// Frees an exchange. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_free(server: *mut mailproto_sasl_server) {
    // SAFETY: the caller's contract.
    unsafe { free(server) }
}

/// What the TLS channel is known by, a MAILPROTO_SASL_BINDING_ and its bytes; once for each kind that the
/// program can tell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_add_binding(
    server: *mut mailproto_sasl_server,
    kind: mailproto_sasl_binding,
    data: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(server, |server| {
            let (place, kind) = (kind.wrapping_sub(1), binding_kind(kind)?);
            let data = Secret::bytes(data.as_slice()?)?;
            if let Some(place) = server.bindings.get_mut(place as usize) {
                *place = Some((kind, data));
            }
            Ok(())
        })
    }
}

/// Takes the response of an event AUTH_RESPONSE, which is empty where the client has not responded, and puts
/// what comes next into `step`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_respond(
    server: *mut mailproto_sasl_server,
    response: mailproto_bytes,
    step: *mut mailproto_sasl_step,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(server, |server| {
            let (response, step) = (response.as_slice()?, wanted(step)?);
            step.write(server.respond(response)?);
            Ok(())
        })
    }
}

/// Goes on with what is kept of the user for SCRAM (RFC 5802 section 2.1): salt, iterations, StoredKey and
/// ServerKey. See mailproto_sasl_derive_keys().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_verifier(
    server: *mut mailproto_sasl_server,
    salt: mailproto_bytes,
    iterations: u32,
    stored_key: mailproto_bytes,
    server_key: mailproto_bytes,
    step: *mut mailproto_sasl_step,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(server, |server| {
            let (salt, stored_key, server_key) = (salt.as_slice()?, stored_key.as_slice()?, server_key.as_slice()?);
            let step = wanted(step)?;
            let hash = server.hash()?;
            step.write(server.challenge(&Verifier::new(hash, salt, iterations, stored_key, server_key)?));
            Ok(())
        })
    }
}

/// Goes on with the user's password. For SCRAM the keys are derived of it, with a salt that must stay the same
/// for the user, and so many iterations; CRAM-MD5 needs neither, so `salt` may be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_password(
    server: *mut mailproto_sasl_server,
    password: mailproto_bytes,
    salt: mailproto_bytes,
    iterations: u32,
    step: *mut mailproto_sasl_step,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(server, |server| {
            let (password, salt, step) = (password.as_text()?, salt.as_slice()?, wanted(step)?);
            step.write(match server.hash() {
                Ok(hash) => server.challenge(&Verifier::from_password(hash, password, salt, iterations)?),
                Err(_) => server.verify(password, true),
            });
            Ok(())
        })
    }
}

/// Goes on with a user that does not exist, so that nobody learns that: the answers are those to a user with
/// another password. `secret` is the server's own, random and kept; `iterations` what its users have.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_unknown_user(
    server: *mut mailproto_sasl_server,
    secret: mailproto_bytes,
    iterations: u32,
    step: *mut mailproto_sasl_step,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(server, |server| {
            let (secret, step) = (secret.as_slice()?, wanted(step)?);
            step.write(match server.hash() {
                Ok(hash) => {
                    let verifier = Verifier::for_unknown_user(hash, secret, server.user(), iterations);
                    server.challenge(&verifier)
                }
                Err(_) => server.verify("", false),
            });
            Ok(())
        })
    }
}

/// What to send as a challenge. Valid until the next call that may change this handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_text(server: *const mailproto_sasl_server) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    match unsafe { server.as_ref() } {
        Some(server) => mailproto_bytes::of(server.space.get(..server.length).unwrap_or_default()),
        None => mailproto_bytes::EMPTY,
    }
}

/// Who the client says it is, from MAILPROTO_SASL_STEP_USER on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_user(server: *const mailproto_sasl_server) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    unsafe { server.as_ref() }.map_or(mailproto_bytes::EMPTY, |server| mailproto_bytes::text(server.user()))
}

/// Whom the client wants to act as; empty for itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_authorization(server: *const mailproto_sasl_server) -> mailproto_bytes {
    // SAFETY: the caller's contract.
    match unsafe { server.as_ref() } {
        Some(mailproto_sasl_server { course: Course::Scram(scram), .. }) => {
            mailproto_bytes::text(scram.authorization())
        }
        _ => mailproto_bytes::EMPTY,
    }
}

/// Why the exchange failed, a MAILPROTO_SASL_REASON_.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_server_failure(server: *const mailproto_sasl_server) -> mailproto_sasl_reason {
    // SAFETY: the caller's contract.
    failure_number(unsafe { server.as_ref() }.and_then(|server| server.failure))
}

/// Derives what a server keeps of a password for a mechanism of SCRAM: StoredKey and ServerKey, into `stored_key`
/// and `server_key`, which have `size` bytes each; 64 are enough for all. `length`, which may be NULL, is how
/// many bytes each key has. The salt, at most 64 bytes, must be random and new for every password.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_derive_keys(
    mechanism_spoken: mailproto_sasl_mechanisms,
    password: mailproto_bytes,
    salt: mailproto_bytes,
    iterations: u32,
    stored_key: *mut u8,
    server_key: *mut u8,
    size: usize,
    length: *mut usize,
) -> mailproto_status {
    let derive = || {
        let hash = ScramHash::of(mechanism(mechanism_spoken)?).ok_or(Fault::InvalidValue)?;
        let (stored_key, server_key) = (wanted(stored_key)?, wanted(server_key)?);
        if size < hash.length() {
            return Err(Misuse::TooLong { limit: hash.length() as u32 }.into());
        }
        // SAFETY: the caller's contract.
        let (password, salt) = unsafe { (password.as_text()?, salt.as_slice()?) };
        let verifier = Verifier::from_password(hash, password, salt, iterations)?;
        for (from, to) in [(verifier.stored_key(), stored_key), (verifier.server_key(), server_key)] {
            // SAFETY: not NULL, writable for `size` bytes, which are enough, and apart from the verifier.
            unsafe { core::ptr::copy_nonoverlapping(from.as_ptr(), to, from.len()) };
        }
        // SAFETY: NULL or writable.
        unsafe { put(length, hash.length()) };
        Ok(())
    };
    status(derive())
}

impl mailproto_sasl_server {
    fn hash(&self) -> Result<ScramHash, Fault> {
        match &self.course {
            Course::Scram(scram) => Ok(scram.hash()),
            Course::CramMd5 { .. } => Err(Misuse::OutOfOrder.into()),
        }
    }

    fn user(&self) -> &str {
        match &self.course {
            Course::Scram(scram) => scram.user(),
            Course::CramMd5 { user, .. } => user,
        }
    }

    fn respond(&mut self, given: &[u8]) -> Result<mailproto_sasl_step, Fault> {
        match &mut self.course {
            Course::Scram(scram) => {
                let empty = ChannelBinding { kind: BindingKind::TlsExporter, data: &[] };
                let (mut bindings, mut count) = ([empty; 3], 0);
                let at_hand = self.bindings.iter().flatten();
                for ((kind, data), place) in at_hand.zip(&mut bindings) {
                    *place = ChannelBinding { kind: *kind, data: data.as_bytes() };
                    count += 1;
                }
                let step = scram.respond(given, bindings.get(..count).unwrap_or_default(), &mut self.space);
                Ok(self.step(step))
            }
            Course::CramMd5 { server, asked: asked @ false, .. } => {
                *asked = true;
                let challenge = server.challenge();
                self.length = challenge.len();
                if let Some(space) = self.space.get_mut(..challenge.len()) {
                    space.copy_from_slice(challenge);
                }
                Ok(MAILPROTO_SASL_STEP_CHALLENGE)
            }
            Course::CramMd5 { user, response, .. } => match CramMd5Server::user(given) {
                Some(name) => {
                    (*user, *response) = (copied(name)?, Secret::bytes(given)?);
                    Ok(MAILPROTO_SASL_STEP_USER)
                }
                None => Ok(self.fail(Failure::Malformed)),
            },
        }
    }

    fn challenge(&mut self, verifier: &Verifier) -> mailproto_sasl_step {
        match &mut self.course {
            Course::Scram(scram) => {
                let step = scram.challenge(verifier, &mut self.space);
                self.step(step)
            }
            Course::CramMd5 { .. } => self.fail(Failure::Malformed),
        }
    }

    /// Whether CRAM-MD5's answer is right; takes as long for a user that does not exist.
    fn verify(&mut self, password: &str, exists: bool) -> mailproto_sasl_step {
        let right = match &self.course {
            Course::CramMd5 { server, response, .. } => server.verify(response.as_bytes(), password),
            Course::Scram(_) => false,
        };
        if right & exists { MAILPROTO_SASL_STEP_COMPLETE } else { self.fail(Failure::BadProof) }
    }

    fn step(&mut self, step: ScramStep) -> mailproto_sasl_step {
        match step {
            ScramStep::User => MAILPROTO_SASL_STEP_USER,
            ScramStep::Challenge(length) => {
                self.length = length;
                MAILPROTO_SASL_STEP_CHALLENGE
            }
            ScramStep::Complete => MAILPROTO_SASL_STEP_COMPLETE,
            ScramStep::Failed(failure) => self.fail(failure),
        }
    }

    fn fail(&mut self, failure: Failure) -> mailproto_sasl_step {
        self.failure = Some(failure);
        MAILPROTO_SASL_STEP_FAILED
    }
}
