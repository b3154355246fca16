//! What XOAUTH2 and OAUTHBEARER share: a token that is sent, and the reason why it was refused.

use super::Response;
use super::failure::Failure;
use super::space::Space;
use crate::error::Misuse;
use crate::slice::copy;
use core::fmt;

/// Separates the fields of a message.
pub(super) const SEPARATOR: u8 = 1;

/// How much of a server's reason is kept.
const KEPT: usize = 256;

/// Refuses what would break the fields of a message.
pub(super) fn check_fields(fields: &[&str]) -> Result<(), Misuse> {
    for field in fields {
        if let Some(offset) = field.bytes().position(|byte| byte.is_ascii_control()) {
            return Err(Misuse::ControlCharacter { offset: offset as u32 });
        }
    }
    Ok(())
}

/// Where an exchange by token stands.
#[derive(Clone, Copy)]
pub(super) struct TokenExchange {
    /// The message was sent behind an empty challenge.
    asked: bool,
    refused: bool,
    error: [u8; KEPT],
    length: u16,
}

impl TokenExchange {
    pub(super) const NEW: Self = Self { asked: false, refused: false, error: [0; KEPT], length: 0 };

    /// Says what to do with a challenge: `initial` where the server asks for the message that it has not
    /// had, `end` where the challenge is the reason of a refusal (RFC 7628 §3.2.3).
    pub(super) fn respond(
        &mut self,
        challenge: &[u8],
        response: &mut [u8],
        initial: impl FnOnce(&mut [u8]) -> Option<usize>,
        end: &[u8],
    ) -> Response {
        if self.refused {
            return Response::Cancel;
        }
        if challenge.is_empty() && !self.asked {
            self.asked = true;
            return initial(response).into();
        }
        self.refused = true;
        self.length = copy(challenge, &mut self.error) as u16;
        super::join(&[end], response).into()
    }

    pub(super) fn failure(&self) -> Option<Failure> {
        self.refused.then_some(Failure::TokenRefused)
    }

    pub(super) fn error(&self) -> Option<OAuthError<'_>> {
        let kept = self.error.get(..usize::from(self.length)).unwrap_or_default();
        self.refused.then_some(OAuthError { json: kept })
    }
}

/// Why a server refused a token (RFC 7628 §3.2.2): its JSON, and what stands in it.
///
/// ```
/// use mailproto::sasl::OAuthError;
/// let error = OAuthError::new(br#"{"status":"invalid_token","scope":"mail","openid-configuration":"https:\/\/a.example"}"#);
/// assert_eq!(error.status().unwrap().to_string(), "invalid_token");
/// assert_eq!(error.openid_configuration().unwrap().to_string(), "https://a.example");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OAuthError<'a> {
    json: &'a [u8],
}

impl<'a> OAuthError<'a> {
    /// A view on what the server sent.
    pub const fn new(json: &'a [u8]) -> Self {
        Self { json }
    }

    /// What the server sent, whatever it is. A mechanism keeps the first 256 bytes of it.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.json
    }

    /// What is wrong with the token: `invalid_token`, `insufficient_scope`, `invalid_request`, or a number
    /// of HTTP.
    pub fn status(&self) -> Option<JsonText<'a>> {
        self.member("status")
    }

    /// The scope that a token must have.
    pub fn scope(&self) -> Option<JsonText<'a>> {
        self.member("scope")
    }

    /// Where to find out how to get a token.
    pub fn openid_configuration(&self) -> Option<JsonText<'a>> {
        self.member("openid-configuration")
    }

    /// The text or number of this name in the outermost object.
    pub fn member(&self, name: &str) -> Option<JsonText<'a>> {
        let mut rest = self.json;
        let mut depth = 0_u32;
        while let [byte, after @ ..] = rest {
            rest = after;
            match byte {
                b'{' | b'[' => depth = depth.saturating_add(1),
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => {
                    let text = string(&mut rest)?;
                    let key = rest.trim_ascii_start().strip_prefix(b":").filter(|_| depth == 1);
                    if let Some(value) = key {
                        rest = value.trim_ascii_start();
                        if text == name.as_bytes() {
                            return scalar(rest);
                        }
                    }
                }
                _ => {}
            }
        }
        None
    }
}

impl fmt::Debug for OAuthError<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("OAuthError").field(&self.json.escape_ascii()).finish()
    }
}

/// Takes a string off the front, behind its opening quote: what stands between the quotes.
fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let text = *rest;
    let mut escaped = false;
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    *rest = text.get(end + 1..)?;
    text.get(..end)
}

/// The text or number at the front.
fn scalar(value: &[u8]) -> Option<JsonText<'_>> {
    let raw = match value {
        [b'"', rest @ ..] => {
            let mut rest = rest;
            string(&mut rest)?
        }
        _ => {
            let end = value.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"+-.".contains(byte))?;
            value.get(..end).filter(|number| !number.is_empty())?
        }
    };
    core::str::from_utf8(raw).ok().map(JsonText)
}

/// Text out of JSON. [`Display`](fmt::Display) takes its escapes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonText<'a>(&'a str);

impl<'a> JsonText<'a> {
    /// The text as it was written, with its escapes.
    pub const fn as_written(self) -> &'a str {
        self.0
    }
}

impl fmt::Display for JsonText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        let mut characters = self.0.chars();
        while let Some(character) = characters.next() {
            if character != '\\' {
                formatter.write_char(character)?;
                continue;
            }
            let plain = match characters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('u') => {
                    let digits = characters.as_str().get(..4);
                    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                    characters.by_ref().take(4).for_each(drop);
                    code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
                }
                Some(other) => other,
                None => break,
            };
            formatter.write_char(plain)?;
        }
        Ok(())
    }
}

/// Why a server's host refuses a token, to be sent as JSON (RFC 7628 §3.2.2).
///
/// ```
/// use mailproto::sasl::TokenRefusal;
/// let refusal = TokenRefusal { scope: Some("mail"), ..TokenRefusal::INVALID_TOKEN };
/// let mut json = [0; 64];
/// let length = refusal.encode(&mut json).unwrap();
/// assert_eq!(&json[..length], br#"{"status":"invalid_token","scope":"mail"}"#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRefusal<'a> {
    /// What is wrong: `invalid_token`, `insufficient_scope` or `invalid_request`.
    pub status: &'a str,
    /// The scope that a token must have.
    pub scope: Option<&'a str>,
    /// Where to find out how to get a token.
    pub openid_configuration: Option<&'a str>,
}

impl TokenRefusal<'_> {
    /// The token is wrong, out of date or somebody else's.
    pub const INVALID_TOKEN: Self = Self { status: "invalid_token", scope: None, openid_configuration: None };

    /// Writes it as JSON; its length, or `None` if there is no room.
    pub fn encode(&self, json: &mut [u8]) -> Option<usize> {
        let mut space = Space::new(json);
        let mut put = |bytes: &[u8]| space.put(bytes);
        put(b"{\"status\":");
        put_string(self.status, &mut put);
        let members = [("scope", self.scope), ("openid-configuration", self.openid_configuration)];
        for (name, text) in members.into_iter().filter_map(|(name, text)| Some((name, text?))) {
            put(b",");
            put_string(name, &mut put);
            put(b":");
            put_string(text, &mut put);
        }
        put(b"}");
        space.length
    }
}

/// Writes a string of JSON (RFC 8259 §7).
fn put_string(text: &str, put: &mut dyn FnMut(&[u8])) {
    put(b"\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => put(&[b'\\', byte]),
            0..=31 => {
                let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
                put(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            }
            other => put(&[other]),
        }
    }
    put(b"\"");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn what_stands_in_a_reason_is_found_and_nothing_else() {
        let error = OAuthError::new(
            br#" { "nested" : {"status":"no"}, "list":["status","x"], "a\"b":1, "status" : 401 , "scope":"\u00e4\\ \"q\"" }"#,
        );
        assert_eq!(error.status().unwrap().to_string(), "401");
        assert_eq!(error.scope().unwrap().to_string(), "\u{e4}\\ \"q\"");
        assert_eq!(error.openid_configuration(), None);
        assert_eq!(error.member("nested"), None);
    }

    #[test]
    fn a_reason_that_is_cut_or_no_json_shows_what_is_there() {
        let whole = br#"{"status":"invalid_token","scope":"mail"}"#;
        for end in 0..whole.len() {
            let error = OAuthError::new(&whole[..end]);
            assert!(error.scope().is_none() || end >= whole.len() - 1, "{end}");
            assert!(error.status().is_none_or(|status| status.to_string() == "invalid_token"), "{end}");
        }
        for other in [&b"\xff{\"status\""[..], b"}}}]", b"\"\\", b"{\"status\":\"\xff\"}"] {
            assert_eq!(OAuthError::new(other).status(), None);
        }
    }

    #[test]
    fn what_a_server_writes_a_client_reads() {
        let refusal =
            TokenRefusal { status: "a\"\\\n\u{1f}b", scope: Some("m"), openid_configuration: Some("https://x") };
        let mut json = [0; 128];
        let length = refusal.encode(&mut json).unwrap();
        let error = OAuthError::new(&json[..length]);
        assert_eq!(error.status().unwrap().to_string(), refusal.status);
        assert_eq!(error.openid_configuration().unwrap().to_string(), "https://x");
        assert_eq!(refusal.encode(&mut json[..length - 1]), None);
    }
}
