//! Whatever a client has to prove who it is, and the choice of a mechanism.

use super::client::{Exchange, mailproto_sasl};
use super::login::{LoginTerms, Prover};
use super::mechanism::{mailproto_sasl_mechanisms, mechanism, mechanism_bit, mechanism_bits, mechanisms};
use super::secret::Secret;
use crate::bytes::mailproto_bytes;
use crate::fault::Fault;
use crate::handle::{copied, create, free, set, wanted};
use crate::status::mailproto_status;
use alloc::string::String;
use mailproto::sasl::{
    Account, BindingKind, ChannelBinding, Choice, ClientExchange, ClientMechanism, Failure, Identity, Iterations,
    Mechanisms, Nonce, OAuthError, Response,
};

/// Whatever a client has to prove who it is, and what it may use of that. Wiped when it is freed. Can be
/// used for any number of exchanges, each with new random bytes.
pub struct mailproto_sasl_identity(Owned);

/// The same, as this library keeps it.
struct Owned {
    user: String,
    authorization: String,
    password: Option<Secret>,
    token: Option<Secret>,
    external: bool,
    anonymous: Option<String>,
    nonce: Option<Nonce>,
    binding: Option<(BindingKind, Secret)>,
    service: Option<(String, u16)>,
    iterations: Iterations,
    allowed: Mechanisms,
    without_tls: Mechanisms,
}

impl Owned {
    fn lend(&self) -> Identity<'_> {
        Identity {
            authorization: &self.authorization,
            user: &self.user,
            password: self.password.as_ref().map(Secret::as_text),
            token: self.token.as_ref().map(Secret::as_text),
            external: self.external,
            anonymous: self.anonymous.as_deref(),
            nonce: self.nonce,
            binding: self.binding.as_ref().map(|(kind, data)| ChannelBinding { kind: *kind, data: data.as_bytes() }),
            service: self.service.as_ref().map(|(host, port)| (host.as_str(), *port)),
            iterations: self.iterations,
        }
    }

    /// A copy for one exchange.
    fn copy(&self) -> Result<Self, Fault> {
        let secret = |secret: &Option<Secret>| secret.as_ref().map(|found| Secret::bytes(found.as_bytes())).transpose();
        Ok(Self {
            user: copied(&self.user)?,
            authorization: copied(&self.authorization)?,
            password: secret(&self.password)?,
            token: secret(&self.token)?,
            external: self.external,
            anonymous: self.anonymous.as_deref().map(copied).transpose()?,
            nonce: self.nonce,
            binding: match &self.binding {
                Some((kind, data)) => Some((*kind, Secret::bytes(data.as_bytes())?)),
                None => None,
            },
            service: match &self.service {
                Some((host, port)) => Some((copied(host)?, *port)),
                None => None,
            },
            iterations: self.iterations,
            allowed: self.allowed,
            without_tls: self.without_tls,
        })
    }
}

/// Makes the identity of a user, who has to prove it by what is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_new(
    user: mailproto_bytes,
    identity: *mut *mut mailproto_sasl_identity,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(identity, || {
            Ok(mailproto_sasl_identity(Owned {
                user: copied(user.as_text()?)?,
                authorization: String::new(),
                password: None,
                token: None,
                external: false,
                anonymous: None,
                nonce: None,
                binding: None,
                service: None,
                iterations: Iterations::default(),
                allowed: Mechanisms::ALL,
                without_tls: Mechanisms::DISCREET,
            }))
        })
    }
}

/// Frees an identity and wipes its secrets. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_free(identity: *mut mailproto_sasl_identity) {
    // SAFETY: the caller's contract.
    unsafe { free(identity) }
}

/// The password, for PLAIN, LOGIN, CRAM-MD5 and SCRAM.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_password(
    identity: *mut mailproto_sasl_identity,
    password: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            identity.0.password = Some(Secret::text(password.as_text()?)?);
            Ok(())
        })
    }
}

/// A bearer token, for XOAUTH2 and OAUTHBEARER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_token(
    identity: *mut mailproto_sasl_identity,
    token: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            identity.0.token = Some(Secret::text(token.as_text()?)?);
            Ok(())
        })
    }
}

/// The connection itself proves it, such as by the certificate of the TLS client: EXTERNAL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_external(
    identity: *mut mailproto_sasl_identity,
    external: bool,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            identity.0.external = external;
            Ok(())
        })
    }
}

/// Nobody will do, who leaves this word about itself, which may be empty: ANONYMOUS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_anonymous(
    identity: *mut mailproto_sasl_identity,
    trace: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            identity.0.anonymous = Some(copied(trace.as_text()?)?);
            Ok(())
        })
    }
}

/// Whom to act as; empty for oneself. Only SCRAM, PLAIN and EXTERNAL can say it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_authorization(
    identity: *mut mailproto_sasl_identity,
    authorization: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            identity.0.authorization = copied(authorization.as_text()?)?;
            Ok(())
        })
    }
}

/// Random bytes, exactly 18, new for every exchange: this library has no randomness. Without them there is
/// no SCRAM.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_random(
    identity: *mut mailproto_sasl_identity,
    random: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            identity.0.nonce = Some(nonce(random.as_slice()?)?);
            Ok(())
        })
    }
}

/// What the TLS channel is known by, a MAILPROTO_SASL_BINDING_ and its bytes, so that SCRAM can be bound to
/// it. Where the server offers that, nothing else by password is chosen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_binding(
    identity: *mut mailproto_sasl_identity,
    kind: mailproto_sasl_binding,
    data: mailproto_bytes,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            identity.0.binding = Some((binding_kind(kind)?, Secret::bytes(data.as_slice()?)?));
            Ok(())
        })
    }
}

/// The server's name and port, which OAUTHBEARER can say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_service(
    identity: *mut mailproto_sasl_identity,
    host: mailproto_bytes,
    port: u16,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            identity.0.service = Some((copied(host.as_text()?)?, port));
            Ok(())
        })
    }
}

/// How many iterations of SCRAM a server may ask for, from `least` (4096 by default) to `most` (a million),
/// and how many of them one call of auth_respond runs (all).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_iterations(
    identity: *mut mailproto_sasl_identity,
    least: u32,
    most: u32,
    per_call: u32,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            if least > most || per_call == 0 {
                return Err(Fault::InvalidValue);
            }
            identity.0.iterations = Iterations { least, most, per_call };
            Ok(())
        })
    }
}

/// What may be chosen: MAILPROTO_SASL_ constants. All by default; in plain text only those that show nobody
/// a secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_set_allowed(
    identity: *mut mailproto_sasl_identity,
    allowed: mailproto_sasl_mechanisms,
    allowed_without_tls: mailproto_sasl_mechanisms,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        set(identity, |identity| {
            let (allowed, without_tls) = (mechanisms(allowed)?, mechanisms(allowed_without_tls)?);
            (identity.0.allowed, identity.0.without_tls) = (allowed, without_tls);
            Ok(())
        })
    }
}

/// The mechanisms that the identity is enough for. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_identity_mechanisms(
    identity: *const mailproto_sasl_identity,
) -> mailproto_sasl_mechanisms {
    // SAFETY: the caller's contract.
    unsafe { identity.as_ref() }.map_or(0, |identity| mechanism_bits(identity.0.lend().mechanisms()))
}

/// Puts the best mechanism of those that a server offers into `chosen`; `refused` are those that it would
/// not take before. MAILPROTO_ERR_NOT_OFFERED when there is none, MAILPROTO_ERR_NEEDS_TLS when there is none
/// without TLS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_choose(
    identity: *const mailproto_sasl_identity,
    offered: mailproto_sasl_mechanisms,
    refused: mailproto_sasl_mechanisms,
    tls: bool,
    chosen: *mut mailproto_sasl_mechanisms,
) -> mailproto_status {
    let choose = || {
        // SAFETY: NULL or valid by the caller's contract.
        let Owned { allowed, without_tls, .. } = &unsafe { identity.as_ref() }.ok_or(Fault::NullPointer)?.0;
        // SAFETY: the same.
        let usable = unsafe { identity.as_ref() }.ok_or(Fault::NullPointer)?.0.lend().mechanisms();
        let chosen = wanted(chosen)?;
        let (allowed, without_tls) = (*allowed, *without_tls);
        let choice = Choice { usable, allowed, without_tls, tls, refused: mechanisms(refused)? };
        let best = choice.best_of(mechanisms(offered)?).map_err(Fault::NoMechanism)?;
        // SAFETY: not NULL, so writable.
        unsafe { chosen.write(mechanism_bit(best)) };
        Ok(())
    };
    crate::fault::status(choose())
}

/// Makes an exchange by one mechanism, a MAILPROTO_SASL_, with a server that offers those. The identity is
/// copied. MAILPROTO_ERR_NOT_OFFERED when it is not enough for the mechanism, MAILPROTO_ERR_SYNTAX when the
/// mechanism cannot carry it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_sasl_new(
    identity: *const mailproto_sasl_identity,
    mechanism_spoken: mailproto_sasl_mechanisms,
    offered: mailproto_sasl_mechanisms,
    sasl: *mut *mut mailproto_sasl,
) -> mailproto_status {
    // SAFETY: the caller's contract.
    unsafe {
        create(sasl, || {
            let identity = identity.as_ref().ok_or(Fault::NullPointer)?.0.copy()?;
            let exchange = ClientExchange::new(mechanism(mechanism_spoken)?, &identity.lend(), mechanisms(offered)?)?;
            mailproto_sasl::of(IdentityExchange { identity, exchange })
        })
    }
}

impl mailproto_sasl_identity {
    /// The login of a task; refuses an identity that proves nothing.
    pub(crate) fn login(&self) -> Result<LoginTerms, Fault> {
        let identity = self.0.copy()?;
        if identity.lend().mechanisms().is_empty() {
            return Err(mailproto::Misuse::OutOfOrder.into());
        }
        LoginTerms::of(identity)
    }
}

impl Prover for Owned {
    fn account(&self) -> Result<Account, Fault> {
        let mut account = match (&self.token, &self.password, &self.anonymous) {
            (Some(token), ..) => Account::with_token(copied(&self.user)?, copied(token.as_text())?),
            (_, Some(password), _) => Account::new(copied(&self.user)?, copied(password.as_text())?),
            _ if self.external => Account::external(),
            (.., trace) => Account::anonymous(copied(trace.as_deref().unwrap_or_default())?),
        };
        account.authorization = copied(&self.authorization)?;
        account.nonce = self.nonce;
        account.iterations = self.iterations;
        account.allowed = self.allowed;
        // A task knows only all or nothing: what is allowed in part is as good as forbidden.
        let usable = self.lend().mechanisms().and(self.allowed);
        account.allow_without_tls = usable.without(self.without_tls).is_empty();
        if let Some((kind, data)) = &self.binding {
            account.bind(ChannelBinding { kind: *kind, data: data.as_bytes() })?;
        }
        Ok(account)
    }
}

struct IdentityExchange {
    identity: Owned,
    exchange: ClientExchange,
}

impl Exchange for IdentityExchange {
    fn token_error(&self) -> Option<OAuthError<'_>> {
        self.exchange.token_error()
    }
}

impl ClientMechanism for IdentityExchange {
    fn name(&self) -> &str {
        self.exchange.mechanism().name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        self.exchange.with(self.identity.lend()).initial(response)
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        self.exchange.with(self.identity.lend()).respond(challenge, response)
    }

    fn is_satisfied(&self) -> bool {
        self.exchange.is_satisfied()
    }

    fn failure(&self) -> Option<Failure> {
        self.exchange.failure()
    }
}

/// What the bytes of a channel binding are: one of the constants MAILPROTO_SASL_BINDING_.
pub type mailproto_sasl_binding = u32;

/// tls-exporter (RFC 9266): 32 bytes of SSL_export_keying_material() and the like under the label
/// `EXPORTER-Channel-Binding` with an empty context. The one for TLS 1.3.
pub const MAILPROTO_SASL_BINDING_TLS_EXPORTER: mailproto_sasl_binding = 1;
/// tls-server-end-point (RFC 5929 section 4): the hash of the server's certificate.
pub const MAILPROTO_SASL_BINDING_TLS_SERVER_END_POINT: mailproto_sasl_binding = 2;
/// tls-unique (RFC 5929 section 3): the first Finished message of the handshake. Not for TLS 1.3.
pub const MAILPROTO_SASL_BINDING_TLS_UNIQUE: mailproto_sasl_binding = 3;

pub(crate) fn binding_kind(number: mailproto_sasl_binding) -> Result<BindingKind, Fault> {
    match number {
        MAILPROTO_SASL_BINDING_TLS_EXPORTER => Ok(BindingKind::TlsExporter),
        MAILPROTO_SASL_BINDING_TLS_SERVER_END_POINT => Ok(BindingKind::TlsServerEndPoint),
        MAILPROTO_SASL_BINDING_TLS_UNIQUE => Ok(BindingKind::TlsUnique),
        _ => Err(Fault::InvalidValue),
    }
}

/// The nonce of 18 random bytes.
pub(super) fn nonce(random: &[u8]) -> Result<Nonce, Fault> {
    random.try_into().map(Nonce::from_random).map_err(|_| Fault::InvalidValue)
}
