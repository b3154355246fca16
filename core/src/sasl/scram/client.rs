//! The client's side of SCRAM.

use super::super::binding::Binding;
use super::super::failure::Failure;
use super::super::mechanism::Mechanism;
use super::super::name::put_name;
use super::super::nonce::Nonce;
use super::super::prepare::prepared;
use super::super::space::Space;
use super::super::{ClientMechanism, Response, check_credential};
use super::derivation::{Derivation, Keys, xor};
use super::hash::{Block, ScramHash};
use super::message::{ServerFirst, decode, server_final};
use crate::error::Misuse;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// How many iterations a client lets a server ask for, and how many it runs at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iterations {
    /// Fewer are refused: what a listener hears could be guessed from too quickly. RFC 7677 §4: at least
    /// 4096.
    pub least: u32,
    /// More are refused: a server must not be able to occupy the client for good. By default a million,
    /// some seconds' work at most: more than any server is known to ask for.
    pub most: u32,
    /// Iterations at each call; all at once by default.
    pub per_call: u32,
}

impl Default for Iterations {
    fn default() -> Self {
        Self { least: 4_096, most: 1_000_000, per_call: u32::MAX }
    }
}

/// What the client's side of SCRAM works with; lent at each step.
#[derive(Clone, Copy)]
pub(in super::super) struct Terms<'a> {
    pub(in super::super) authorization: &'a str,
    pub(in super::super) user: &'a str,
    pub(in super::super) password: &'a str,
    pub(in super::super) nonce: Nonce,
    pub(in super::super) binding: Binding<'a>,
    pub(in super::super) iterations: Iterations,
}

impl Terms<'_> {
    /// Refuses what no exchange could be made of.
    pub(in super::super) fn check(&self) -> Result<(), Misuse> {
        for credential in [self.authorization, self.user, self.password] {
            check_credential(credential)?;
        }
        let sound = !self.user.is_empty() && prepared(self.user, str::is_empty) == Some(false);
        if sound && prepared(self.password, |_| ()).is_some() {
            return Ok(());
        }
        Err(Misuse::Syntax { offset: 0 })
    }

    /// `gs2-header` of RFC 5802 §7.
    fn put_header(&self, put: &mut dyn FnMut(&[u8])) {
        match self.binding {
            Binding::Unsupported => put(b"n"),
            Binding::NotOffered => put(b"y"),
            Binding::Bound(binding) => {
                put(b"p=");
                put(binding.kind.name().as_bytes());
            }
        }
        put(b",");
        if !self.authorization.is_empty() {
            put(b"a=");
            put_name(self.authorization, put);
        }
        put(b",");
    }

    /// `client-first-message-bare` of RFC 5802 §7.
    fn put_bare(&self, put: &mut dyn FnMut(&[u8])) {
        put(b"n=");
        prepared(self.user, |user| put_name(user, put));
        put(b",r=");
        put(self.nonce.as_bytes());
    }

    /// What `c=` says: the header once more, and the binding.
    fn put_binding(&self, put: &mut dyn FnMut(&[u8])) {
        self.put_header(put);
        if let Binding::Bound(binding) = self.binding {
            put(binding.data);
        }
    }
}

/// Where an exchange stands; it holds no borrowed credentials, so whoever owns them can lend them anew at
/// each step.
pub(in super::super) struct ScramExchange {
    hash: ScramHash,
    stage: Stage,
}

#[expect(clippy::large_enum_variant, reason = "there need not be an allocator to put it elsewhere")]
enum Stage {
    First,
    Deriving(Derivation),
    /// The proof was sent; this must be the server's answer.
    Proved(Block),
    Satisfied,
    Failed(Failure),
}

impl ScramExchange {
    pub(in super::super) fn new(hash: ScramHash) -> Self {
        Self { hash, stage: Stage::First }
    }

    /// `client-first-message`.
    pub(in super::super) fn initial(&self, terms: &Terms<'_>, response: &mut [u8]) -> Option<usize> {
        let mut space = Space::new(response);
        terms.put_header(&mut |bytes| space.put(bytes));
        terms.put_bare(&mut |bytes| space.put(bytes));
        space.length
    }

    pub(in super::super) fn respond(&mut self, terms: &Terms<'_>, challenge: &[u8], response: &mut [u8]) -> Response {
        // The server speaks first where the initial response could not be sent along.
        let asks_first = challenge.is_empty() && matches!(self.stage, Stage::First);
        let advanced = match asks_first {
            true => self.initial(terms, response).map(Response::Ready).ok_or(Failure::NoRoom),
            false => self.advance(terms, challenge, response),
        };
        match advanced {
            Ok(response) => response,
            Err(failure) => {
                self.leave(Stage::Failed(failure));
                Response::Cancel
            }
        }
    }

    pub(in super::super) fn is_satisfied(&self) -> bool {
        matches!(self.stage, Stage::Satisfied)
    }

    pub(in super::super) fn failure(&self) -> Option<Failure> {
        match self.stage {
            Stage::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    fn leave(&mut self, next: Stage) {
        if let Stage::Proved(signature) = &mut self.stage {
            signature.zeroize();
        }
        self.stage = next;
    }

    fn advance(&mut self, terms: &Terms<'_>, challenge: &[u8], response: &mut [u8]) -> Result<Response, Failure> {
        match &mut self.stage {
            Stage::First => {
                let first = ServerFirst::parse(challenge)?;
                check_first(&first, terms)?;
                let derivation = self.begin(&first, terms, response)?;
                self.stage = Stage::Deriving(derivation);
                self.advance_derivation(terms, challenge, response)
            }
            Stage::Deriving(_) => self.advance_derivation(terms, challenge, response),
            Stage::Proved(signature) => {
                // The signature is decoded where the response would go, which is empty.
                let theirs = decode(server_final(challenge)?, response)?;
                let right = theirs.ct_eq(self.hash.filled(signature));
                if !bool::from(right) {
                    return Err(Failure::BadSignature);
                }
                self.leave(Stage::Satisfied);
                Ok(Response::Ready(0))
            }
            Stage::Satisfied => Err(Failure::Malformed),
            Stage::Failed(failure) => Err(*failure),
        }
    }

    fn begin(&self, first: &ServerFirst<'_>, terms: &Terms<'_>, scratch: &mut [u8]) -> Result<Derivation, Failure> {
        let salt = decode(first.salt, scratch)?;
        let derive = |password: &str| Derivation::new(self.hash, password.as_bytes(), salt, first.iterations);
        prepared(terms.password, derive).ok_or(Failure::Prohibited)
    }

    fn advance_derivation(
        &mut self,
        terms: &Terms<'_>,
        challenge: &[u8],
        response: &mut [u8],
    ) -> Result<Response, Failure> {
        let Stage::Deriving(derivation) = &mut self.stage else { return Err(Failure::Malformed) };
        let Some(salted) = derivation.run(terms.iterations.per_call.max(1)) else {
            return Ok(Response::Working);
        };
        let first = ServerFirst::parse(challenge)?;
        let (length, signature) = final_message(self.hash, salted, terms, &first, challenge, response)?;
        self.stage = Stage::Proved(signature);
        Ok(Response::Ready(length))
    }
}

impl Drop for ScramExchange {
    fn drop(&mut self) {
        self.leave(Stage::First);
    }
}

/// What a client must not put up with (RFC 5802 §5.1, RFC 7677 §4).
fn check_first(first: &ServerFirst<'_>, terms: &Terms<'_>) -> Result<(), Failure> {
    let own = terms.nonce.as_bytes();
    if !first.nonce.starts_with(own) || first.nonce.len() == own.len() {
        return Err(Failure::NonceChanged);
    }
    match first.iterations {
        few if few < terms.iterations.least => Err(Failure::FewIterations(few)),
        many if many > terms.iterations.most => Err(Failure::ManyIterations(many)),
        _ => Ok(()),
    }
}

/// Writes `client-final-message`; its length, and what the server must sign.
fn final_message(
    hash: ScramHash,
    salted: &Block,
    terms: &Terms<'_>,
    first: &ServerFirst<'_>,
    challenge: &[u8],
    response: &mut [u8],
) -> Result<(usize, Block), Failure> {
    let mut space = Space::new(response);
    space.put(b"c=");
    space.put_base64(&|put| terms.put_binding(put));
    space.put(b",r=");
    space.put(first.nonce);
    let without_proof = space.length.ok_or(Failure::NoRoom)?;
    let keys = Keys::new(hash, salted);
    let text = |put: &mut dyn FnMut(&[u8])| {
        terms.put_bare(put);
        put(b",");
        put(challenge);
        put(b",");
        put(crate::slice::front(space.bytes, without_proof));
    };
    let signature = hash.hmac(hash.filled(&keys.stored), &text);
    let server_signature = hash.hmac(hash.filled(&keys.server), &text);
    let proof = xor(&keys.client, &signature);
    space.put(b",p=");
    space.put_base64(&|put| put(hash.filled(&proof)));
    Ok((space.length.ok_or(Failure::NoRoom)?, server_signature))
}

/// The client's side of SCRAM (RFC 5802, RFC 7677): the password never crosses the line, and the server
/// proves that it knows the user. Borrows the credentials.
///
/// ```
/// use mailproto::sasl::{ClientMechanism, Nonce, Response, Scram, ScramHash};
///
/// let nonce = Nonce::from_text("rOprNGfwEbeRWgbNEkqO").unwrap(); // from_random in earnest
/// let mut mechanism = Scram::new(ScramHash::Sha256, "user", "pencil", nonce).unwrap();
/// let mut space = [0; 256];
/// let length = mechanism.initial(&mut space).unwrap();
/// assert_eq!(&space[..length], b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
///
/// let challenge = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
/// assert!(matches!(mechanism.respond(challenge, &mut space), Response::Ready(_)));
/// assert!(!mechanism.is_satisfied());
/// let signature = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
/// assert_eq!(mechanism.respond(signature, &mut space), Response::Ready(0));
/// assert!(mechanism.is_satisfied());
/// ```
pub struct Scram<'a> {
    terms: Terms<'a>,
    exchange: ScramExchange,
}

impl<'a> Scram<'a> {
    /// An exchange for `user` with `password`. The nonce must be new for every exchange.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for NUL, [`Misuse::Syntax`] for no user or what SASLprep forbids.
    pub fn new(hash: ScramHash, user: &'a str, password: &'a str, nonce: Nonce) -> Result<Self, Misuse> {
        let (binding, iterations) = (Binding::Unsupported, Iterations::default());
        let terms = Terms { authorization: "", user, password, nonce, binding, iterations };
        terms.check()?;
        Ok(Self { terms, exchange: ScramExchange::new(hash) })
    }

    /// The same, to act as somebody else; empty for oneself.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for NUL.
    pub fn acting_as(mut self, authorization: &'a str) -> Result<Self, Misuse> {
        check_credential(authorization)?;
        self.terms.authorization = authorization;
        Ok(self)
    }

    /// The same, with what can be said about channel binding. [`Binding::Bound`] makes it a `-PLUS`
    /// mechanism.
    #[must_use]
    pub const fn with_binding(mut self, binding: Binding<'a>) -> Self {
        self.terms.binding = binding;
        self
    }

    /// The same, with other bounds to the iterations.
    #[must_use]
    pub const fn with_iterations(mut self, iterations: Iterations) -> Self {
        self.terms.iterations = iterations;
        self
    }

    /// The same, with at most so many iterations at each call: [`Response::Working`] until all are done.
    #[must_use]
    pub const fn iterations_per_call(mut self, count: u32) -> Self {
        self.terms.iterations.per_call = count;
        self
    }

    /// The mechanism that this is.
    pub const fn mechanism(&self) -> Mechanism {
        self.exchange.hash.mechanism(matches!(self.terms.binding, Binding::Bound(_)))
    }
}

impl ClientMechanism for Scram<'_> {
    fn name(&self) -> &str {
        self.mechanism().name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        self.exchange.initial(&self.terms, response)
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        self.exchange.respond(&self.terms, challenge, response)
    }

    fn is_satisfied(&self) -> bool {
        self.exchange.is_satisfied()
    }

    fn failure(&self) -> Option<Failure> {
        self.exchange.failure()
    }
}
