//! Capabilities as JavaScript gets them: bits, whose tags it asks for once.

use crate::interop::Array;
use crate::output::{list, numbers};
use mailproto::pop3::CapabilitySet;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The tags of the known capabilities, in the order of their bits.
#[wasm_bindgen(js_name = capabilityTags)]
pub fn capability_tags() -> Array {
    list(CapabilitySet::ALL.tags())
}

/// What a server announced, in the order of `capabilities` in `npm/lib/layout.js`.
#[cfg(any(feature = "pop3-client", feature = "download"))]
pub(crate) fn announced(capabilities: &mailproto::pop3::Capabilities) -> JsValue {
    let number = |number: Option<u32>| number.map_or(f64::NAN, f64::from);
    numbers(&[
        f64::from(capabilities.set.bits()),
        crate::sasl::bits(capabilities.mechanisms),
        number(capabilities.login_delay),
        number(capabilities.expire_days),
        f64::from(u8::from(capabilities.utf8_user)),
    ])
}
