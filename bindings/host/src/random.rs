//! Random bytes from the operating system, for what must not be guessed or come twice.

use mailproto::sasl::Nonce;
use std::io;

/// Bytes that nobody can guess.
///
/// # Errors
/// [`io::ErrorKind::Other`] if the system has none.
pub fn random<const COUNT: usize>() -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    let source = rustls::crypto::ring::default_provider().secure_random;
    source.fill(&mut bytes).map_err(|_| io::Error::other("the system has no random bytes"))?;
    Ok(bytes)
}

/// A nonce for one exchange of SASL.
///
/// # Errors
/// As [`random`].
pub fn nonce() -> io::Result<Nonce> {
    random().map(|bytes| Nonce::from_random(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_nonce_comes_twice() {
        assert_ne!(nonce().unwrap(), nonce().unwrap());
    }
}
