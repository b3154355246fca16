//! The responses of a login, as the conversation has them.

use mailproto::codec::base64;
use mailproto::sasl::{ClientMechanism, Response};

/// A mechanism that says what the conversation's client said.
pub(super) struct Scripted<'a> {
    pub(super) name: &'a str,
    pub(super) response: Option<Vec<u8>>,
}

impl ClientMechanism for Scripted<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        let found = self.response.as_ref()?;
        response.get_mut(..found.len())?.copy_from_slice(found);
        Some(found.len())
    }

    fn respond(&mut self, _: &[u8], response: &mut [u8]) -> Response {
        self.initial(response).into()
    }
}

/// The bytes of a response, which may be `=` for none.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = text.to_vec();
    if bytes == b"=" {
        return Some(Vec::new());
    }
    let length = base64::decode_in_place(&mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}
