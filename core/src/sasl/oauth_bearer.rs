//! OAUTHBEARER (RFC 7628): a bearer token.

use super::failure::Failure;
use super::name::put_name;
use super::oauth::{OAuthError, SEPARATOR, TokenExchange, check_fields};
use super::server::text;
use super::space::Space;
use super::xoauth2::bearer;
use super::{ClientMechanism, Credentials, MalformedCredentials, Mechanism, Proof, Response, decimal};
use crate::error::Misuse;

/// The client's side of OAUTHBEARER. Borrows the token.
///
/// ```
/// use mailproto::sasl::{ClientMechanism, OAuthBearer, Response};
/// let mut mechanism = OAuthBearer::new("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==")
///     .unwrap()
///     .at("server.example.com", 143)
///     .unwrap();
/// let mut space = [0; 160];
/// let length = mechanism.initial(&mut space).unwrap();
/// assert_eq!(
///     &space[..length],
///     b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01\
///       auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01"
/// );
/// // The token is out of date: the reason is kept, and the exchange ended as it must be.
/// assert_eq!(mechanism.respond(br#"{"status":"invalid_token"}"#, &mut space), Response::Ready(1));
/// assert_eq!(mechanism.error().unwrap().status().unwrap().to_string(), "invalid_token");
/// ```
pub struct OAuthBearer<'a> {
    message: Message<'a>,
    exchange: TokenExchange,
}

impl<'a> OAuthBearer<'a> {
    /// An exchange for `user`, empty if the token tells, with a token.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for control characters in either.
    pub fn new(user: &'a str, token: &'a str) -> Result<Self, Misuse> {
        check_fields(&[user, token])?;
        Ok(Self { message: Message { user, token, service: None }, exchange: TokenExchange::NEW })
    }

    /// The same, saying which server is meant (RFC 7628 §3.1).
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for control characters in the name.
    pub fn at(mut self, host: &'a str, port: u16) -> Result<Self, Misuse> {
        check_fields(&[host])?;
        self.message.service = Some((host, port));
        Ok(self)
    }

    /// Why the server refused the token, if it did and said.
    pub fn error(&self) -> Option<OAuthError<'_>> {
        self.exchange.error()
    }
}

impl ClientMechanism for OAuthBearer<'_> {
    fn name(&self) -> &str {
        Mechanism::OAuthBearer.name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        self.message.write(response)
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        let message = self.message;
        self.exchange.respond(challenge, response, |space| message.write(space), END)
    }

    fn failure(&self) -> Option<Failure> {
        self.exchange.failure()
    }
}

/// What a client says to the reason of a refusal, so that the server can end the exchange (RFC 7628
/// §3.2.3).
pub(super) const END: &[u8] = b"\x01";

/// The client's message (RFC 7628 §3.1):
///
/// ```abnf
/// client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep
/// ```
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    pub(super) user: &'a str,
    pub(super) token: &'a str,
    pub(super) service: Option<(&'a str, u16)>,
}

impl Message<'_> {
    pub(super) fn write(&self, response: &mut [u8]) -> Option<usize> {
        let mut space = Space::new(response);
        self.put(&mut |bytes| space.put(bytes));
        space.length
    }

    fn put(&self, put: &mut dyn FnMut(&[u8])) {
        put(b"n,");
        if !self.user.is_empty() {
            put(b"a=");
            put_name(self.user, put);
        }
        put(b",\x01");
        if let Some((host, port)) = self.service {
            put(b"host=");
            put(host.as_bytes());
            put(b"\x01port=");
            let mut digits = [0; 10];
            put(decimal(port.into(), &mut digits));
            put(b"\x01");
        }
        put(b"auth=Bearer ");
        put(self.token.as_bytes());
        put(b"\x01\x01");
    }
}

/// Takes the escapes out of the name in the header, where it stands; the length of the whole message
/// then. One that makes no sense is left to [`parse`], which refuses it.
pub(super) fn decode(message: &mut [u8]) -> usize {
    let length = message.len();
    let Some(end) = message.iter().position(|byte| *byte == SEPARATOR) else { return length };
    let name = 4..end.saturating_sub(1);
    let decoded = match message.get_mut(name.clone()) {
        Some(text) if text.contains(&b'=') => super::name::decode_name(text),
        _ => return length,
    };
    let Some(decoded) = decoded else {
        // What is nothing but NUL is no message.
        message.fill(0);
        return length;
    };
    let gone = name.len() - decoded;
    message.copy_within(name.end.., name.end - gone);
    length - gone
}

/// Reads the client's message, when [`decode`] has been over it.
pub(super) fn parse(message: &[u8]) -> Result<Credentials<'_>, MalformedCredentials> {
    let message = text(message)?.strip_suffix("\x01\x01").ok_or(MalformedCredentials)?;
    let mut fields = message.split(char::from(SEPARATOR));
    let header = fields.next().unwrap_or_default();
    // The channel is not bound: the token is all that counts.
    let name = header.strip_prefix("n,").or_else(|| header.strip_prefix("y,"));
    let name = name.and_then(|name| name.strip_suffix(',')).ok_or(MalformedCredentials)?;
    let user = match name {
        "" => "",
        name => name.strip_prefix("a=").filter(|name| !name.is_empty()).ok_or(MalformedCredentials)?,
    };
    if user.contains('\0') {
        return Err(MalformedCredentials);
    }
    let mut token = None;
    for field in fields {
        match field.split_once('=') {
            Some(("auth", _)) if token.is_none() => token = bearer(field),
            Some(("auth", _)) | None => return Err(MalformedCredentials),
            Some(_) => {}
        }
    }
    let token = token.ok_or(MalformedCredentials)?;
    Ok(Credentials { mechanism: Mechanism::OAuthBearer, authorization: "", user, proof: Proof::Token(token) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn read(message: &[u8]) -> Option<(std::string::String, std::string::String)> {
        let mut message = Vec::from(message);
        let length = decode(&mut message);
        let found = parse(&message[..length]).ok()?;
        let Proof::Token(token) = found.proof else { return None };
        Some((found.user.into(), token.into()))
    }

    #[test]
    fn the_examples_of_rfc_7628_are_read() {
        let message = b"n,a=user@example.com,\x01host=server.example.com\x01port=587\x01auth=Bearer vF9dft4q\x01\x01";
        assert_eq!(read(message), Some(("user@example.com".into(), "vF9dft4q".into())));
        assert_eq!(read(b"n,,\x01auth=Bearer vF9dft4q\x01\x01"), Some(("".into(), "vF9dft4q".into())));
    }

    #[test]
    fn any_name_comes_through() {
        for user in ["a,b", "a=b", ",", "=2C", "t\u{fc}r@example.org"] {
            let mut space = [0; 128];
            let length = OAuthBearer::new(user, "abc").unwrap().initial(&mut space).unwrap();
            assert_eq!(read(&space[..length]), Some((user.into(), "abc".into())));
        }
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for wrong in [
            &b""[..],
            b"\x01",
            b"\x01\x01",
            b"n,,\x01\x01",
            b"n,,\x01auth=Bearer a\x01",
            b"n,\x01auth=Bearer a\x01\x01",
            b"n,a=,\x01auth=Bearer a\x01\x01",
            b"n,a=x=1,\x01auth=Bearer a\x01\x01",
            b"n,,\x01auth=Bearer a\x01auth=Bearer b\x01\x01",
            b"n,,\x01auth=Basic a\x01\x01",
            b"n,,\x01junk\x01auth=Bearer a\x01\x01",
            b"p=tls-exporter,,\x01auth=Bearer a\x01\x01",
        ] {
            assert_eq!(read(wrong), None, "{}", wrong.escape_ascii());
        }
    }
}
