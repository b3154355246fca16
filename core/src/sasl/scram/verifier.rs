//! What a server keeps of a user: enough to verify a proof, too little to make one.

use super::super::prepare::prepared;
use super::derivation::{Derivation, Keys};
use super::hash::{Block, LONGEST, ScramHash};
use crate::error::Misuse;
use zeroize::Zeroize;

/// The longest salt.
const SALT_MAX: usize = 64;

/// What a server keeps of a user (RFC 5802 §2.1): salt, iterations, `StoredKey`, `ServerKey`.
///
/// From a password:
///
/// ```
/// use mailproto::sasl::{ScramHash, Verifier};
/// let verifier = Verifier::from_password(ScramHash::Sha256, "pencil", b"new random bytes", 4_096).unwrap();
/// assert_eq!(verifier.stored_key().len(), 32);
/// ```
#[derive(Clone)]
pub struct Verifier {
    hash: ScramHash,
    salt: [u8; SALT_MAX],
    salt_length: u8,
    iterations: u32,
    stored_key: Block,
    server_key: Block,
}

impl Verifier {
    /// What was kept.
    ///
    /// # Errors
    /// [`Misuse::Syntax`] for keys of the wrong length, no salt or no iterations, [`Misuse::TooLong`] for
    /// a salt of more than 64 bytes.
    pub fn new(
        hash: ScramHash,
        salt: &[u8],
        iterations: u32,
        stored_key: &[u8],
        server_key: &[u8],
    ) -> Result<Self, Misuse> {
        if salt.is_empty() || iterations == 0 || [stored_key, server_key].iter().any(|key| key.len() != hash.length()) {
            return Err(Misuse::Syntax { offset: 0 });
        }
        if salt.len() > SALT_MAX {
            return Err(Misuse::TooLong { limit: SALT_MAX as u32 });
        }
        let (mut kept, mut stored, mut server) = ([0; SALT_MAX], [0; LONGEST], [0; LONGEST]);
        crate::slice::copy(salt, &mut kept);
        crate::slice::copy(stored_key, &mut stored);
        crate::slice::copy(server_key, &mut server);
        let salt_length = salt.len() as u8;
        Ok(Self { hash, salt: kept, salt_length, iterations, stored_key: stored, server_key: server })
    }

    /// What to keep of a password, all at once. The salt must be new for every password;
    /// [`VerifierWork`] does it in steps.
    ///
    /// # Errors
    /// As [`new`](Self::new); also [`Misuse::Syntax`] for a password that SASLprep forbids.
    pub fn from_password(hash: ScramHash, password: &str, salt: &[u8], iterations: u32) -> Result<Self, Misuse> {
        let mut work = VerifierWork::new(hash, password, salt, iterations)?;
        loop {
            if let Some(verifier) = work.run(u32::MAX) {
                return Ok(verifier);
            }
        }
    }

    /// What stands for a user that does not exist: the same salt each time, as a real user has, and keys
    /// that no password fits. `secret` is the server's own, random and kept.
    ///
    /// An answer to a user that exists and to one that does not then differ in nothing (RFC 5802 §9).
    pub fn for_unknown_user(hash: ScramHash, secret: &[u8], user: &str, iterations: u32) -> Self {
        let made = |purpose: &[u8]| {
            hash.hmac(secret, &|put| {
                put(purpose);
                put(user.as_bytes());
            })
        };
        let mut salt = [0; SALT_MAX];
        let salt_length = crate::slice::copy(crate::slice::front(&made(b"salt"), 16), &mut salt) as u8;
        let (stored_key, server_key) = (made(b"stored"), made(b"server"));
        Self { hash, salt, salt_length, iterations: iterations.max(1), stored_key, server_key }
    }

    /// The hash function.
    pub const fn hash(&self) -> ScramHash {
        self.hash
    }

    /// The salt.
    pub fn salt(&self) -> &[u8] {
        self.salt.get(..usize::from(self.salt_length)).unwrap_or_default()
    }

    /// How many iterations the client must run.
    pub const fn iterations(&self) -> u32 {
        self.iterations
    }

    /// `StoredKey`, to be kept.
    pub fn stored_key(&self) -> &[u8] {
        self.hash.filled(&self.stored_key)
    }

    /// `ServerKey`, to be kept.
    pub fn server_key(&self) -> &[u8] {
        self.hash.filled(&self.server_key)
    }
}

impl core::fmt::Debug for Verifier {
    /// Without the keys: debug output ends up in logs.
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut shown = formatter.debug_struct("Verifier");
        shown.field("hash", &self.hash).field("iterations", &self.iterations).finish_non_exhaustive()
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        self.stored_key.zeroize();
        self.server_key.zeroize();
    }
}

/// A [`Verifier`] that is being made from a password, a slice of the work at a time.
///
/// ```
/// use mailproto::sasl::{ScramHash, VerifierWork};
/// let mut work = VerifierWork::new(ScramHash::Sha256, "pencil", b"new random bytes", 4_096).unwrap();
/// let mut slices = 1;
/// while work.run(1_000).is_none() {
///     slices += 1; // other work has its turn here
/// }
/// assert_eq!(slices, 5);
/// ```
pub struct VerifierWork {
    hash: ScramHash,
    derivation: Derivation,
    salt: [u8; SALT_MAX],
    salt_length: u8,
    iterations: u32,
}

impl VerifierWork {
    /// Begins.
    ///
    /// # Errors
    /// As [`Verifier::from_password`].
    pub fn new(hash: ScramHash, password: &str, salt: &[u8], iterations: u32) -> Result<Self, Misuse> {
        let keys = [0; LONGEST];
        // The same salt and iterations that a verifier may have.
        Verifier::new(hash, salt, iterations, hash.filled(&keys), hash.filled(&keys))?;
        let derive = |password: &str| Derivation::new(hash, password.as_bytes(), salt, iterations);
        let derivation = prepared(password, derive).ok_or(Misuse::Syntax { offset: 0 })?;
        let mut kept = [0; SALT_MAX];
        let salt_length = crate::slice::copy(salt, &mut kept) as u8;
        Ok(Self { hash, derivation, salt: kept, salt_length, iterations })
    }

    /// Runs at most so many iterations; the verifier when all are done.
    pub fn run(&mut self, iterations: u32) -> Option<Verifier> {
        let keys = Keys::new(self.hash, self.derivation.run(iterations)?);
        let Self { hash, salt, salt_length, iterations, .. } = *self;
        Some(Verifier { hash, salt, salt_length, iterations, stored_key: keys.stored, server_key: keys.server })
    }
}
