//! The grammar of SCRAM's messages (RFC 5802 §7).

use super::super::failure::{Failure, Refusal};
use super::super::nonce::is_nonce_byte;
use crate::codec::base64;
use crate::slice::{copy, front};

/// The value of an attribute, if that is what the text is.
///
/// ```abnf
/// attr-val = ALPHA "=" value
/// ```
pub(super) fn value(text: &[u8], name: u8) -> Option<&[u8]> {
    match text {
        [first, b'=', value @ ..] if *first == name => Some(value),
        _ => None,
    }
}

/// The value of the next attribute in a list, which must be `name`.
fn next<'a>(attributes: &mut impl Iterator<Item = &'a [u8]>, name: u8) -> Result<&'a [u8], Failure> {
    let found = attributes.next().and_then(|text| value(text, name));
    found.filter(|value| !value.is_empty()).ok_or(Failure::Malformed)
}

fn is_nonce(text: &[u8]) -> bool {
    text.iter().all(|byte| is_nonce_byte(*byte))
}

/// ```abnf
/// server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]
/// ```
pub(super) struct ServerFirst<'a> {
    pub(super) nonce: &'a [u8],
    /// In base64.
    pub(super) salt: &'a [u8],
    pub(super) iterations: u32,
}

impl<'a> ServerFirst<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, Failure> {
        if let Some(word) = value(message, b'e') {
            return Err(Failure::Refused(refusal(word)));
        }
        // An extension that must be understood stands first.
        if message.starts_with(b"m=") {
            return Err(Failure::UnknownExtension);
        }
        let mut attributes = message.split(|byte| *byte == b',');
        let nonce = next(&mut attributes, b'r')?;
        let salt = next(&mut attributes, b's')?;
        let iterations = next(&mut attributes, b'i')?;
        if !is_nonce(nonce) {
            return Err(Failure::Malformed);
        }
        Ok(Self { nonce, salt, iterations: count(iterations)? })
    }
}

/// ```abnf
/// iteration-count = "i=" posit-number
/// ```
fn count(digits: &[u8]) -> Result<u32, Failure> {
    let text = core::str::from_utf8(digits).map_err(|_| Failure::Malformed)?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) || text.starts_with('0') {
        return Err(Failure::Malformed);
    }
    // More than the type holds is more than anybody allows.
    Ok(text.parse().unwrap_or(u32::MAX))
}

/// The server's last word: `v=` with its signature in base64, or `e=`.
///
/// ```abnf
/// server-final-message = (server-error / verifier) ["," extensions]
/// ```
pub(super) fn server_final(message: &[u8]) -> Result<&[u8], Failure> {
    let first = message.split(|byte| *byte == b',').next().unwrap_or_default();
    match (value(first, b'v'), value(first, b'e')) {
        (Some(signature), _) => Ok(signature),
        (None, Some(word)) => Err(Failure::Refused(refusal(word))),
        _ => Err(Failure::Malformed),
    }
}

fn refusal(word: &[u8]) -> Refusal {
    let word = word.split(|byte| *byte == b',').next().unwrap_or_default();
    match word {
        b"invalid-encoding" => Refusal::InvalidEncoding,
        b"extensions-not-supported" => Refusal::ExtensionsNotSupported,
        b"invalid-proof" => Refusal::InvalidProof,
        b"channel-bindings-dont-match" => Refusal::ChannelBindingsDontMatch,
        b"server-does-support-channel-binding" => Refusal::ServerDoesSupportChannelBinding,
        b"channel-binding-not-supported" => Refusal::ChannelBindingNotSupported,
        b"unsupported-channel-binding-type" => Refusal::UnsupportedChannelBindingType,
        b"unknown-user" => Refusal::UnknownUser,
        b"invalid-username-encoding" => Refusal::InvalidUsernameEncoding,
        b"no-resources" => Refusal::NoResources,
        _ => Refusal::Other,
    }
}

/// ```abnf
/// client-first-message = gs2-header client-first-message-bare
/// gs2-header           = gs2-cbind-flag "," [authzid] ","
/// gs2-cbind-flag       = ("p=" cb-name) / "n" / "y"
/// client-first-message-bare = [reserved-mext ","] username "," nonce ["," extensions]
/// ```
pub(super) struct ClientFirst<'a> {
    /// The flag and, behind `p=`, the name of the binding.
    pub(super) flag: &'a [u8],
    /// Encoded; empty if there is none.
    pub(super) authorization: &'a [u8],
    /// Where the header ends and the bare message starts.
    pub(super) header: usize,
    /// Encoded.
    pub(super) user: &'a [u8],
    pub(super) nonce: &'a [u8],
}

impl<'a> ClientFirst<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, Failure> {
        let mut parts = message.splitn(3, |byte| *byte == b',');
        let mut part = || parts.next().ok_or(Failure::Malformed);
        let (flag, authorization, bare) = (part()?, part()?, part()?);
        let known = matches!(flag, b"n" | b"y") || value(flag, b'p').is_some_and(|name| !name.is_empty());
        let authorization = match authorization {
            b"" => authorization,
            other => value(other, b'a').filter(|name| !name.is_empty()).ok_or(Failure::Malformed)?,
        };
        if !known {
            return Err(Failure::Malformed);
        }
        if bare.starts_with(b"m=") {
            return Err(Failure::UnknownExtension);
        }
        let mut attributes = bare.split(|byte| *byte == b',');
        let user = next(&mut attributes, b'n')?;
        let nonce = next(&mut attributes, b'r')?;
        if !is_nonce(nonce) {
            return Err(Failure::Malformed);
        }
        Ok(Self { flag, authorization, header: message.len() - bare.len(), user, nonce })
    }
}

/// ```abnf
/// client-final-message = channel-binding "," nonce ["," extensions] "," proof
/// ```
pub(super) struct ClientFinal<'a> {
    /// In base64.
    pub(super) binding: &'a [u8],
    pub(super) nonce: &'a [u8],
    /// All but the proof and the comma before it.
    pub(super) without_proof: &'a [u8],
    /// In base64.
    pub(super) proof: &'a [u8],
}

impl<'a> ClientFinal<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, Failure> {
        let comma = message.iter().rposition(|byte| *byte == b',').ok_or(Failure::Malformed)?;
        let (without_proof, proof) = message.split_at(comma);
        let proof = value(crate::slice::after(proof, 1), b'p').ok_or(Failure::Malformed)?;
        let mut attributes = without_proof.split(|byte| *byte == b',');
        let binding = next(&mut attributes, b'c')?;
        let nonce = next(&mut attributes, b'r')?;
        Ok(Self { binding, nonce, without_proof, proof })
    }
}

/// Decodes base64 into the front of `space`.
pub(super) fn decode<'a>(text: &[u8], space: &'a mut [u8]) -> Result<&'a [u8], Failure> {
    let space = space.get_mut(..text.len()).ok_or(Failure::NoRoom)?;
    copy(text, space);
    let length = base64::decode_in_place(space).map_err(|_| Failure::Malformed)?;
    Ok(front(space, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_positive_number() {
        assert_eq!(count(b"4096"), Ok(4096));
        assert_eq!(count(b"99999999999999999999"), Ok(u32::MAX));
        for wrong in [&b"0"[..], b"04096", b"-1", b"+1", b"1 ", b"\xff"] {
            assert_eq!(count(wrong), Err(Failure::Malformed));
        }
    }
}
