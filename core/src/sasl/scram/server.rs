//! The server's side of SCRAM, which the host conducts.

use super::super::binding::{BindingKind, ChannelBinding};
use super::super::decimal;
use super::super::failure::Failure;
use super::super::mechanism::Mechanism;
use super::super::name::decode_name;
use super::super::nonce::Nonce;
use super::super::space::Space;
use super::derivation::xor;
use super::hash::{Block, LONGEST, ScramHash};
use super::message::{ClientFinal, ClientFirst, decode};
use super::verifier::Verifier;
use crate::slice::{copy, front};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Room for the client's first message, the server's first and a name or two decoded. What is longer is
/// refused.
const TEXT: usize = 1_024;

/// The server's side of one SCRAM exchange. Fixed in size; the protocol's endpoint knows nothing of it.
///
/// A host that is asked [`AuthResponse`](crate::smtp::ServerEvent::AuthResponse) passes each response
/// here, and what comes out back to the endpoint:
///
/// ```
/// use mailproto::sasl::{Mechanism, Nonce, ScramHash, ScramServer, ScramStep, Verifier};
/// # let stored = Verifier::from_password(ScramHash::Sha256, "pencil", b"new random bytes", 4_096).unwrap();
/// # let find = |_user: &str| Some(stored.clone());
/// # let responses = [b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO".as_slice()];
/// let mut exchange = ScramServer::new(Mechanism::ScramSha256, Nonce::from_random(&[7; 18]), false).unwrap();
/// let mut space = [0; 512];
/// for response in responses {
///     let mut step = exchange.respond(response, &[], &mut space);
///     if step == ScramStep::User {
///         // The same time and the same answers for a user that does not exist.
///         let verifier = find(exchange.user())
///             .unwrap_or_else(|| Verifier::for_unknown_user(ScramHash::Sha256, b"kept secret", exchange.user(), 4_096));
///         step = exchange.challenge(&verifier, &mut space);
///     }
///     match step {
///         ScramStep::Challenge(length) => { /* server.challenge(&space[..length]) */ }
///         ScramStep::Complete => { /* server.accept(): it is exchange.user() */ }
///         _ => { /* server.reject(535, …) */ }
///     }
/// #   assert!(matches!(step, ScramStep::Challenge(_)));
/// }
/// ```
pub struct ScramServer {
    hash: ScramHash,
    bound: bool,
    bound_offered: bool,
    nonce: Nonce,
    stage: Stage,
    /// `client-first-message`, then `server-first-message`, then the names, decoded.
    text: [u8; TEXT],
    /// Where `client-first-message-bare` starts.
    header: u16,
    client_first: u16,
    server_first: u16,
    user: u16,
    authorization: u16,
    stored_key: Block,
    server_key: Block,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    First,
    User,
    Final,
    /// The signature was sent, and is answered by an empty response.
    Signed,
    Over,
}

/// What comes next in a SCRAM exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum ScramStep {
    /// Find what is kept of [`ScramServer::user`], and go on with [`ScramServer::challenge`].
    User,
    /// Send so many bytes of the space as a challenge.
    Challenge(usize),
    /// The client is [`ScramServer::user`].
    Complete,
    /// Refuse. Why is for logs: to the client every reason is the same.
    Failed(Failure),
}

impl ScramServer {
    /// An exchange by `mechanism`; `None` if that is no SCRAM. The nonce must be new for every exchange.
    /// `bound_offered` says that the client was offered a `-PLUS` mechanism: one that could have taken it
    /// and believes that it could not is refused, for somebody is in between (RFC 5802 §6).
    pub fn new(mechanism: Mechanism, nonce: Nonce, bound_offered: bool) -> Option<Self> {
        Some(Self {
            hash: ScramHash::of(mechanism)?,
            bound: mechanism.is_bound(),
            bound_offered,
            nonce,
            stage: Stage::First,
            text: [0; TEXT],
            header: 0,
            client_first: 0,
            server_first: 0,
            user: 0,
            authorization: 0,
            stored_key: [0; LONGEST],
            server_key: [0; LONGEST],
        })
    }

    /// Who the client says it is, from [`ScramStep::User`] on.
    pub fn user(&self) -> &str {
        self.name(0, self.user)
    }

    /// Whom it wants to act as; empty for itself.
    pub fn authorization(&self) -> &str {
        self.name(self.user, self.authorization)
    }

    fn name(&self, start: u16, length: u16) -> &str {
        let names = usize::from(self.client_first) + usize::from(self.server_first);
        let start = names + usize::from(start);
        let name = self.text.get(start..start + usize::from(length)).unwrap_or_default();
        core::str::from_utf8(name).unwrap_or_default()
    }

    /// The hash function, of which the verifier must be.
    pub const fn hash(&self) -> ScramHash {
        self.hash
    }

    /// Takes a response. `bindings` is what the TLS channel is known by: each kind that the host can
    /// tell, or none.
    pub fn respond(&mut self, response: &[u8], bindings: &[ChannelBinding<'_>], space: &mut [u8]) -> ScramStep {
        let taken = match self.stage {
            Stage::First => self.first(response, bindings),
            Stage::Final => self.last(response, bindings, space),
            Stage::Signed if response.is_empty() => {
                self.stage = Stage::Over;
                Ok(ScramStep::Complete)
            }
            _ => Err(Failure::Malformed),
        };
        taken.unwrap_or_else(|failure| self.fail(failure))
    }

    fn fail(&mut self, failure: Failure) -> ScramStep {
        self.stage = Stage::Over;
        ScramStep::Failed(failure)
    }

    fn first(&mut self, message: &[u8], bindings: &[ChannelBinding<'_>]) -> Result<ScramStep, Failure> {
        let first = ClientFirst::parse(message)?;
        self.check_flag(first.flag, bindings)?;
        let (header, length) = (first.header, message.len());
        copy(message, self.text.get_mut(..length).ok_or(Failure::NoRoom)?);
        let mut end = length;
        for (name, kept) in [(first.user, &mut self.user), (first.authorization, &mut self.authorization)] {
            let place = self.text.get_mut(end..end + name.len()).ok_or(Failure::NoRoom)?;
            copy(name, place);
            let decoded = decode_name(place).ok_or(Failure::Malformed)?;
            let sound = core::str::from_utf8(front(place, decoded)).is_ok_and(|name| !name.contains('\0'));
            if !sound {
                return Err(Failure::Malformed);
            }
            *kept = decoded as u16;
            end += decoded;
        }
        (self.header, self.client_first) = (header as u16, length as u16);
        self.stage = Stage::User;
        Ok(ScramStep::User)
    }

    /// Whether the client says about channel binding what it should (RFC 5802 §6).
    fn check_flag(&self, flag: &[u8], bindings: &[ChannelBinding<'_>]) -> Result<(), Failure> {
        match flag.strip_prefix(b"p=") {
            Some(name) if self.bound => {
                let kind = BindingKind::from_name(name);
                let at_hand = bindings.iter().any(|binding| Some(binding.kind) == kind);
                if at_hand { Ok(()) } else { Err(Failure::BindingMismatch) }
            }
            None if flag == b"y" && self.bound_offered => Err(Failure::Downgrade),
            None if !self.bound => Ok(()),
            _ => Err(Failure::Malformed),
        }
    }

    /// Says what the user's salt and iterations are.
    pub fn challenge(&mut self, verifier: &Verifier, space: &mut [u8]) -> ScramStep {
        if self.stage != Stage::User || verifier.hash() != self.hash {
            return self.fail(Failure::Malformed);
        }
        match self.server_first(verifier, space) {
            Some(length) => {
                copy(verifier.stored_key(), &mut self.stored_key);
                copy(verifier.server_key(), &mut self.server_key);
                self.stage = Stage::Final;
                ScramStep::Challenge(length)
            }
            None => self.fail(Failure::NoRoom),
        }
    }

    /// Writes `server-first-message` into the space, and keeps it between the client's message and the
    /// names.
    fn server_first(&mut self, verifier: &Verifier, space: &mut [u8]) -> Option<usize> {
        let client_first = front(&self.text, usize::from(self.client_first));
        let nonce = ClientFirst::parse(client_first).ok()?.nonce;
        let mut digits = [0; 10];
        let mut message = Space::new(space);
        message.put(b"r=");
        message.put(nonce);
        message.put(self.nonce.as_bytes());
        message.put(b",s=");
        message.put_base64(&|put| put(verifier.salt()));
        message.put(b",i=");
        message.put(decimal(verifier.iterations(), &mut digits));
        let length = message.length?;
        let names = usize::from(self.client_first)..;
        let used = usize::from(self.user) + usize::from(self.authorization);
        let behind = self.text.get_mut(names)?.get_mut(..used + length)?;
        behind.rotate_right(length);
        copy(front(space, length), behind);
        self.server_first = length as u16;
        Some(length)
    }

    fn last(
        &mut self,
        message: &[u8],
        bindings: &[ChannelBinding<'_>],
        space: &mut [u8],
    ) -> Result<ScramStep, Failure> {
        let last = ClientFinal::parse(message)?;
        let (client_first, behind) = self.text.split_at_checked(self.client_first.into()).ok_or(Failure::Malformed)?;
        let server_first = front(behind, self.server_first.into());
        let first = ClientFirst::parse(client_first)?;
        if last.nonce.strip_prefix(first.nonce) != Some(self.nonce.as_bytes()) {
            return Err(Failure::NonceChanged);
        }
        let header = front(client_first, self.header.into());
        check_binding(last.binding, header, first.flag, bindings, space)?;
        let text = |put: &mut dyn FnMut(&[u8])| {
            put(client_first.get(usize::from(self.header)..).unwrap_or_default());
            put(b",");
            put(server_first);
            put(b",");
            put(last.without_proof);
        };
        let signature = self.hash.hmac(self.hash.filled(&self.stored_key), &text);
        let given = decode(last.proof, space)?;
        let mut proof = [0; LONGEST];
        if copy(given, &mut proof) != self.hash.length() || given.len() != self.hash.length() {
            return Err(Failure::Malformed);
        }
        let client_key = xor(&proof, &signature);
        let stored_key = self.hash.hash(self.hash.filled(&client_key));
        if !bool::from(stored_key.ct_eq(&self.stored_key)) {
            return Err(Failure::BadProof);
        }
        let signature = self.hash.hmac(self.hash.filled(&self.server_key), &text);
        let mut message = Space::new(space);
        message.put(b"v=");
        message.put_base64(&|put| put(self.hash.filled(&signature)));
        let length = message.length.ok_or(Failure::NoRoom)?;
        self.stage = Stage::Signed;
        Ok(ScramStep::Challenge(length))
    }
}

impl Drop for ScramServer {
    fn drop(&mut self) {
        self.stored_key.zeroize();
        self.server_key.zeroize();
    }
}

/// Whether `c=` holds the header that the client sent and the binding of this very channel.
fn check_binding(
    given: &[u8],
    header: &[u8],
    flag: &[u8],
    bindings: &[ChannelBinding<'_>],
    space: &mut [u8],
) -> Result<(), Failure> {
    let given = decode(given, space)?;
    let data = given.strip_prefix(header).ok_or(Failure::BindingMismatch)?;
    let kind = flag.strip_prefix(b"p=").and_then(BindingKind::from_name);
    let ours = kind.and_then(|kind| bindings.iter().find(|binding| binding.kind == kind));
    let right = data.ct_eq(ours.map_or(&[][..], |binding| binding.data));
    if bool::from(right) { Ok(()) } else { Err(Failure::BindingMismatch) }
}
