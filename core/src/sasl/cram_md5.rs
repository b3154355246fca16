//! CRAM-MD5 (RFC 2195): the server asks for the digest of a challenge under the password.
//!
//! A listener can guess passwords from it at the speed of MD5, the server must keep them readable, and
//! proves nothing itself: SCRAM does the same better.

use super::nonce::Nonce;
use super::{ClientMechanism, Mechanism, Response, check_credential, join};
use crate::error::Misuse;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use subtle::ConstantTimeEq;

/// The client's side of CRAM-MD5. Borrows the credentials.
///
/// ```
/// use mailproto::sasl::{ClientMechanism, CramMd5, Response};
/// let mut mechanism = CramMd5::new("tim", "tanstaaftanstaaf").unwrap();
/// let mut space = [0; 64];
/// let length = match mechanism.respond(b"<1896.697170952@postoffice.reston.mci.net>", &mut space) {
///     Response::Ready(length) => length,
///     other => panic!("{other:?}"),
/// };
/// assert_eq!(&space[..length], b"tim b913a602c7eda7a495b4e6e7334d3890");
/// ```
#[derive(Clone, Copy)]
pub struct CramMd5<'a> {
    user: &'a str,
    password: &'a str,
    answered: bool,
}

impl<'a> CramMd5<'a> {
    /// An exchange for `user` with `password`.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for NUL in either.
    pub fn new(user: &'a str, password: &'a str) -> Result<Self, Misuse> {
        check_credential(user)?;
        check_credential(password)?;
        Ok(Self { user, password, answered: false })
    }
}

impl ClientMechanism for CramMd5<'_> {
    fn name(&self) -> &str {
        Mechanism::CramMd5.name()
    }

    /// Nothing: the server speaks first.
    fn initial(&mut self, _response: &mut [u8]) -> Option<usize> {
        None
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        if core::mem::replace(&mut self.answered, true) {
            return Response::Cancel;
        }
        answer(self.user, self.password, challenge, response).into()
    }
}

/// Writes what a client answers.
pub(super) fn answer(user: &str, password: &str, challenge: &[u8], response: &mut [u8]) -> Option<usize> {
    join(&[user.as_bytes(), b" ", &digest(password, challenge)], response)
}

/// The digest in hexadecimal.
fn digest(password: &str, challenge: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length (RFC 2104 §3): the other arm is never taken.
    let mac = <Hmac<Md5> as KeyInit>::new_from_slice(password.as_bytes());
    let mut mac = mac.unwrap_or_else(|_| <Hmac<Md5> as KeyInit>::new(&Default::default()));
    mac.update(challenge);
    let bytes = mac.finalize().into_bytes();
    let mut digits = [0; 32];
    for (place, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        place[0] = HEXADECIMAL[usize::from(byte >> 4)];
        place[1] = HEXADECIMAL[usize::from(byte & 15)];
    }
    digits
}

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// The server's side of CRAM-MD5, which the host conducts: one challenge, one answer.
///
/// ```
/// use mailproto::sasl::{CramMd5Server, Nonce};
/// let server = CramMd5Server::new(&Nonce::from_text("1896.697170952").unwrap(), "postoffice.reston.mci.net").unwrap();
/// assert_eq!(server.challenge(), b"<1896.697170952@postoffice.reston.mci.net>");
/// let answer = b"tim b913a602c7eda7a495b4e6e7334d3890";
/// assert_eq!(CramMd5Server::user(answer), Some("tim"));
/// assert!(server.verify(answer, "tanstaaftanstaaf"));
/// assert!(!server.verify(answer, "tanstaaf"));
/// ```
#[derive(Clone, Debug)]
pub struct CramMd5Server {
    challenge: [u8; Self::CHALLENGE_MAX],
    length: u8,
}

impl CramMd5Server {
    /// The longest challenge: the nonce, the name and three signs.
    const CHALLENGE_MAX: usize = Nonce::MAX + 64 + 3;

    /// A server of this name, which begins with a challenge. The nonce must be new for every exchange.
    ///
    /// # Errors
    /// [`Misuse::TooLong`] for a name of more than 64 bytes, [`Misuse::ControlCharacter`] for NUL in it.
    pub fn new(nonce: &Nonce, name: &str) -> Result<Self, Misuse> {
        check_credential(name)?;
        let mut challenge = [0; Self::CHALLENGE_MAX];
        let parts = [b"<", nonce.as_bytes(), b"@", name.as_bytes(), b">"];
        let length = match name.len() {
            0..=64 => join(&parts, &mut challenge),
            _ => None,
        };
        Ok(Self { challenge, length: length.ok_or(Misuse::TooLong { limit: 64 })? as u8 })
    }

    /// What to ask.
    pub fn challenge(&self) -> &[u8] {
        self.challenge.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Who answers; `None` if it is no answer.
    pub fn user(response: &[u8]) -> Option<&str> {
        parts(response).map(|(user, _)| user)
    }

    /// Whether the answer proves that the client knows the password. Verify with any password for a user
    /// that does not exist, so that the time it takes tells nothing.
    #[must_use]
    pub fn verify(&self, response: &[u8], password: &str) -> bool {
        let right = digest(password, self.challenge());
        let given = parts(response).map_or(&[][..], |(_, digest)| digest);
        given.ct_eq(&right).into()
    }
}

/// The user and the digest; the user may have spaces in its name.
fn parts(response: &[u8]) -> Option<(&str, &[u8])> {
    let space = response.iter().rposition(|byte| *byte == b' ')?;
    let user = core::str::from_utf8(response.get(..space)?).ok().filter(|user| !user.is_empty())?;
    Some((user, response.get(space + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_takes_the_right_answer_and_no_other() {
        let server = CramMd5Server::new(&Nonce::from_random(&[7; 18]), "mx.example.org").unwrap();
        let mut space = [0; 128];
        let length = answer("name with spaces", "secret", server.challenge(), &mut space).unwrap();
        assert_eq!(CramMd5Server::user(&space[..length]), Some("name with spaces"));
        assert!(server.verify(&space[..length], "secret"));
        for wrong in ["", "secre", "secret "] {
            assert!(!server.verify(&space[..length], wrong));
        }
        let other = CramMd5Server::new(&Nonce::from_random(&[8; 18]), "mx.example.org").unwrap();
        assert!(!other.verify(&space[..length], "secret"));
        for cut in 0..length {
            assert!(!server.verify(&space[..cut], "secret"));
        }
    }

    #[test]
    fn a_second_challenge_makes_no_sense() {
        let mut client = CramMd5::new("tim", "secret").unwrap();
        let mut space = [0; 128];
        assert!(matches!(client.respond(b"<1@a>", &mut space), Response::Ready(_)));
        assert_eq!(client.respond(b"<1@a>", &mut space), Response::Cancel);
    }
}
