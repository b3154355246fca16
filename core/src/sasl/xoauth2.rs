//! XOAUTH2: a bearer token as Google and Microsoft first took it
//! (<https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>).

use super::failure::Failure;
use super::oauth::{OAuthError, SEPARATOR, TokenExchange, check_fields};
use super::server::text;
use super::{ClientMechanism, Credentials, MalformedCredentials, Mechanism, Proof, Response, join};
use crate::error::Misuse;

/// The client's side of XOAUTH2. Borrows the token.
///
/// ```
/// use mailproto::sasl::{ClientMechanism, Response, XOAuth2};
/// let mut mechanism = XOAuth2::new("tim@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29t").unwrap();
/// let mut space = [0; 128];
/// let length = mechanism.initial(&mut space).unwrap();
/// assert!(space[..length].starts_with(b"user=tim@example.com\x01auth=Bearer ya29."));
/// // The token is out of date: the reason is kept, and the exchange ended as it must be.
/// assert_eq!(mechanism.respond(br#"{"status":"401","schemes":"bearer"}"#, &mut space), Response::Ready(0));
/// assert_eq!(mechanism.error().unwrap().status().unwrap().to_string(), "401");
/// ```
pub struct XOAuth2<'a> {
    user: &'a str,
    token: &'a str,
    exchange: TokenExchange,
}

impl<'a> XOAuth2<'a> {
    /// An exchange for `user` with a token.
    ///
    /// # Errors
    /// [`Misuse::ControlCharacter`] for control characters in either.
    pub fn new(user: &'a str, token: &'a str) -> Result<Self, Misuse> {
        check_fields(&[user, token])?;
        Ok(Self { user, token, exchange: TokenExchange::NEW })
    }

    /// Why the server refused the token, if it did and said.
    pub fn error(&self) -> Option<OAuthError<'_>> {
        self.exchange.error()
    }
}

impl ClientMechanism for XOAuth2<'_> {
    fn name(&self) -> &str {
        Mechanism::XOAuth2.name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        message(self.user, self.token, response)
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        let (user, token) = (self.user, self.token);
        self.exchange.respond(challenge, response, |space| message(user, token, space), END)
    }

    fn failure(&self) -> Option<Failure> {
        self.exchange.failure()
    }
}

/// What a client says to the reason of a refusal: nothing, so that the server can end the exchange.
pub(super) const END: &[u8] = b"";

/// `user=` … ^A `auth=Bearer ` … ^A ^A
pub(super) fn message(user: &str, token: &str, response: &mut [u8]) -> Option<usize> {
    join(&[b"user=", user.as_bytes(), b"\x01auth=Bearer ", token.as_bytes(), b"\x01\x01"], response)
}

/// Reads the client's message.
pub(super) fn parse(message: &[u8]) -> Result<Credentials<'_>, MalformedCredentials> {
    let message = text(message)?.strip_suffix("\x01\x01").ok_or(MalformedCredentials)?;
    let (user, token) = message.split_once(char::from(SEPARATOR)).ok_or(MalformedCredentials)?;
    let user = user.strip_prefix("user=").filter(|user| !user.is_empty()).ok_or(MalformedCredentials)?;
    let token = bearer(token).ok_or(MalformedCredentials)?;
    Ok(Credentials { mechanism: Mechanism::XOAuth2, authorization: "", user, proof: Proof::Token(token) })
}

/// The token in the field `auth=`; the scheme stands in any case (RFC 7628 §3.1).
pub(super) fn bearer(field: &str) -> Option<&str> {
    let (scheme, token) = field.strip_prefix("auth=")?.split_once(' ')?;
    let sound =
        scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    sound.then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_a_user_and_a_token() {
        let found = parse(b"user=tim@example.com\x01auth=bearer abc\x01\x01").unwrap();
        assert_eq!((found.user, found.proof), ("tim@example.com", Proof::Token("abc")));
        for wrong in [
            &b""[..],
            b"user=tim\x01auth=Bearer abc\x01",
            b"user=\x01auth=Bearer abc\x01\x01",
            b"user=tim\x01auth=Basic abc\x01\x01",
            b"user=tim\x01auth=Bearer \x01\x01",
            b"user=tim\x01auth=Bearer a\x01b\x01\x01",
            b"user=tim\xff\x01auth=Bearer abc\x01\x01",
        ] {
            assert_eq!(parse(wrong), Err(MalformedCredentials), "{}", wrong.escape_ascii());
        }
    }

    #[test]
    fn what_separates_fields_has_no_place_in_them() {
        assert!(XOAuth2::new("tim\x01auth=Bearer stolen", "abc").is_err());
        assert!(XOAuth2::new("tim", "abc\r\n").is_err());
    }
}
