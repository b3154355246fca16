//! The hash functions of SCRAM behind one face without type parameters: the exchange around them is
//! compiled once.

use super::super::Mechanism;
use super::super::space::Write;
use hmac::digest::Digest;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroize;

/// Which hash function a SCRAM mechanism is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScramHash {
    /// SCRAM-SHA-1 (RFC 5802).
    Sha1,
    /// SCRAM-SHA-256 (RFC 7677).
    Sha256,
    /// SCRAM-SHA-512 (draft-melnikov-scram-sha-512).
    Sha512,
}

/// Bytes of the longest hash.
pub(super) const LONGEST: usize = 64;

/// A hash, a key or a proof: as many bytes at the front as the hash function has.
pub(super) type Block = [u8; LONGEST];

impl ScramHash {
    /// The hash function of a mechanism, with or without `-PLUS`.
    pub const fn of(mechanism: Mechanism) -> Option<Self> {
        match mechanism {
            Mechanism::ScramSha1 | Mechanism::ScramSha1Plus => Some(Self::Sha1),
            Mechanism::ScramSha256 | Mechanism::ScramSha256Plus => Some(Self::Sha256),
            Mechanism::ScramSha512 | Mechanism::ScramSha512Plus => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The mechanism, bound to the TLS channel or not.
    pub const fn mechanism(self, bound: bool) -> Mechanism {
        match (self, bound) {
            (Self::Sha1, false) => Mechanism::ScramSha1,
            (Self::Sha1, true) => Mechanism::ScramSha1Plus,
            (Self::Sha256, false) => Mechanism::ScramSha256,
            (Self::Sha256, true) => Mechanism::ScramSha256Plus,
            (Self::Sha512, false) => Mechanism::ScramSha512,
            (Self::Sha512, true) => Mechanism::ScramSha512Plus,
        }
    }

    /// Bytes in a hash.
    pub const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// `H(bytes)`.
    pub(super) fn hash(self, bytes: &[u8]) -> Block {
        match self {
            Self::Sha1 => block(&Sha1::digest(bytes)),
            Self::Sha256 => block(&Sha256::digest(bytes)),
            Self::Sha512 => block(&Sha512::digest(bytes)),
        }
    }

    /// `HMAC(key, text)`.
    pub(super) fn hmac(self, key: &[u8], text: &Write<'_>) -> Block {
        Keyed::new(self, key).hmac(text)
    }

    /// The part of a block that the hash function fills.
    pub(super) fn filled(self, block: &Block) -> &[u8] {
        block.get(..self.length()).unwrap_or_default()
    }
}

fn block(bytes: &[u8]) -> Block {
    let mut block = [0; LONGEST];
    crate::slice::copy(bytes, &mut block);
    block
}

/// HMAC with a key: what the key alone decides is computed once.
#[derive(Clone)]
pub(super) enum Keyed {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
}

impl Keyed {
    pub(super) fn new(hash: ScramHash, key: &[u8]) -> Self {
        match hash {
            ScramHash::Sha1 => Self::Sha1(with_key(key)),
            ScramHash::Sha256 => Self::Sha256(with_key(key)),
            ScramHash::Sha512 => Self::Sha512(with_key(key)),
        }
    }

    pub(super) fn hmac(&self, text: &Write<'_>) -> Block {
        match self {
            Self::Sha1(mac) => of_text(mac, text),
            Self::Sha256(mac) => of_text(mac, text),
            Self::Sha512(mac) => of_text(mac, text),
        }
    }

    /// Replaces `last` by its HMAC and mixes that into `sum`, so many times (RFC 5802 §2.2).
    pub(super) fn iterate(&self, count: u32, last: &mut Block, sum: &mut Block) {
        match self {
            Self::Sha1(mac) => iterate(mac, count, last, sum),
            Self::Sha256(mac) => iterate(mac, count, last, sum),
            Self::Sha512(mac) => iterate(mac, count, last, sum),
        }
    }
}

fn with_key<M: Mac + KeyInit>(key: &[u8]) -> M {
    // HMAC takes keys of any length (RFC 2104 §3): the other arm is never taken.
    <M as KeyInit>::new_from_slice(key).unwrap_or_else(|_| <M as KeyInit>::new(&Default::default()))
}

fn of_text<M: Mac + Clone>(mac: &M, text: &Write<'_>) -> Block {
    let mut mac = mac.clone();
    text(&mut |bytes| mac.update(bytes));
    block(&mac.finalize().into_bytes())
}

fn iterate<M: Mac + Clone>(mac: &M, count: u32, last: &mut Block, sum: &mut Block) {
    let mut previous = hmac::digest::Output::<M>::default();
    crate::slice::copy(last, &mut previous);
    for _ in 0..count {
        let mut mac = mac.clone();
        mac.update(&previous);
        previous = mac.finalize().into_bytes();
        sum.iter_mut().zip(&previous).for_each(|(sum, byte)| *sum ^= byte);
    }
    *last = block(&previous);
    previous.zeroize();
}
