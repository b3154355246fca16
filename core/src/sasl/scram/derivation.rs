//! From a password to the salted password: `Hi` of RFC 5802 §2.2, which is PBKDF2, in slices.

use super::hash::{Block, Keyed, LONGEST, ScramHash};
use zeroize::Zeroize;

/// The salted password on its way.
///
/// Thousands of rounds take a small processor seconds. They can be run in slices, so that whatever else
/// it has to do is not kept waiting.
pub(super) struct Derivation {
    keyed: Keyed,
    last: Block,
    sum: Block,
    left: u32,
}

impl Derivation {
    /// Begins: the first round is done.
    pub(super) fn new(hash: ScramHash, password: &[u8], salt: &[u8], iterations: u32) -> Self {
        let keyed = Keyed::new(hash, password);
        let first = keyed.hmac(&|put| {
            put(salt);
            put(&1_u32.to_be_bytes());
        });
        Self { keyed, last: first, sum: first, left: iterations.saturating_sub(1) }
    }

    /// Runs at most so many rounds; the salted password when all are done.
    pub(super) fn run(&mut self, most: u32) -> Option<&Block> {
        let count = most.min(self.left);
        self.keyed.iterate(count, &mut self.last, &mut self.sum);
        self.left -= count;
        (self.left == 0).then_some(&self.sum)
    }
}

impl Drop for Derivation {
    fn drop(&mut self) {
        self.last.zeroize();
        self.sum.zeroize();
    }
}

/// What the two sides derive from the salted password (RFC 5802 §3).
pub(super) struct Keys {
    pub(super) client: Block,
    pub(super) stored: Block,
    pub(super) server: Block,
}

impl Keys {
    pub(super) fn new(hash: ScramHash, salted: &Block) -> Self {
        let salted = hash.filled(salted);
        let client = hash.hmac(salted, &|put| put(b"Client Key"));
        let stored = hash.hash(hash.filled(&client));
        let server = hash.hmac(salted, &|put| put(b"Server Key"));
        Self { client, stored, server }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        for key in [&mut self.client, &mut self.stored, &mut self.server] {
            key.zeroize();
        }
    }
}

/// `a XOR b`.
pub(super) fn xor(a: &Block, b: &Block) -> Block {
    let mut both = [0; LONGEST];
    for (place, (a, b)) in both.iter_mut().zip(a.iter().zip(b)) {
        *place = a ^ b;
    }
    both
}
