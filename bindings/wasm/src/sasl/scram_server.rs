//! The server's side of SCRAM, for hosts that are asked `authResponse`.

use super::account::binding_kind;
use super::outcome::failure_name;
use crate::error::{self, thrown};
use crate::output::Fields;
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::sasl::{self, ChannelBinding, Mechanism, Nonce, ScramHash, ScramStep, Verifier};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// Room for a challenge.
const SPACE: usize = 512;

fn hash(name: &str) -> Result<ScramHash, JsValue> {
    match name {
        "SHA-1" => Ok(ScramHash::Sha1),
        "SHA-256" => Ok(ScramHash::Sha256),
        "SHA-512" => Ok(ScramHash::Sha512),
        _ => Err(error::argument("hash")),
    }
}

/// What a server keeps of a user, from a password that is prepared: see [`Verifier`].
#[wasm_bindgen(js_name = scramVerifier)]
pub fn scram_verifier(hash_name: &str, password: String, salt: &[u8], iterations: u32) -> Result<JsValue, JsValue> {
    let password = Zeroizing::new(password);
    let verifier = Verifier::from_password(hash(hash_name)?, &password, salt, iterations);
    verifier.map(|verifier| shown(&verifier, hash_name)).map_err(|misuse| thrown(misuse.into()))
}

/// What stands for a user that does not exist.
#[wasm_bindgen(js_name = scramUnknownUser)]
pub fn scram_unknown_user(hash_name: &str, secret: &[u8], user: &str, iterations: u32) -> Result<JsValue, JsValue> {
    Ok(shown(&Verifier::for_unknown_user(hash(hash_name)?, secret, user, iterations), hash_name))
}

fn shown(verifier: &Verifier, hash_name: &str) -> JsValue {
    Fields::new()
        .text("hash", hash_name)
        .bytes("salt", verifier.salt())
        .number("iterations", f64::from(verifier.iterations()))
        .bytes("storedKey", verifier.stored_key())
        .bytes("serverKey", verifier.server_key())
        .into()
}

/// One exchange: see [`sasl::ScramServer`].
#[wasm_bindgen]
pub struct ScramServer {
    exchange: sasl::ScramServer,
    binding: Option<(String, Vec<u8>)>,
}

#[wasm_bindgen]
impl ScramServer {
    /// An exchange by `mechanism`, on a channel that is known by `binding`, if it is.
    #[wasm_bindgen(constructor)]
    pub fn new(
        mechanism: &str,
        nonce: &str,
        bound_offered: bool,
        kind: Option<String>,
        binding: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let nonce = Nonce::from_text(nonce).map_err(|_| error::argument("nonce"))?;
        let exchange = Mechanism::from_name(mechanism.as_bytes())
            .and_then(|mechanism| sasl::ScramServer::new(mechanism, nonce, bound_offered))
            .ok_or_else(|| error::argument("mechanism"))?;
        Ok(Self { exchange, binding: kind.zip(binding) })
    }

    /// Takes a response; what comes next.
    pub fn respond(&mut self, response: &[u8]) -> Result<JsValue, JsValue> {
        let mut space = [0; SPACE];
        let binding = match &self.binding {
            Some((kind, data)) => Some(ChannelBinding { kind: binding_kind(kind)?, data }),
            None => None,
        };
        let step = self.exchange.respond(response, binding.as_slice(), &mut space);
        Ok(self.step(step, &space))
    }

    /// Goes on with what is kept of the user.
    pub fn challenge(
        &mut self,
        hash_name: &str,
        salt: &[u8],
        iterations: u32,
        stored_key: &[u8],
        server_key: &[u8],
    ) -> Result<JsValue, JsValue> {
        let verifier = Verifier::new(hash(hash_name)?, salt, iterations, stored_key, server_key);
        let verifier = verifier.map_err(|misuse| thrown(misuse.into()))?;
        let mut space = [0; SPACE];
        let step = self.exchange.challenge(&verifier, &mut space);
        Ok(self.step(step, &space))
    }

    fn step(&self, step: ScramStep, space: &[u8]) -> JsValue {
        let named = |kind| {
            let fields = Fields::event(kind).text("user", self.exchange.user());
            fields.text("authorization", self.exchange.authorization())
        };
        match step {
            ScramStep::User => named("user"),
            ScramStep::Complete => named("complete"),
            ScramStep::Challenge(length) => {
                Fields::event("challenge").bytes("challenge", space.get(..length).unwrap_or_default())
            }
            ScramStep::Failed(failure) => Fields::event("failed").text("failure", failure_name(failure)),
        }
        .into()
    }
}
