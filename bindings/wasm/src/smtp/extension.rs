//! Extensions as JavaScript gets them: bits, whose names it asks for once.

use crate::interop::Array;
use crate::output::{list, numbers};
use mailproto::smtp::ExtensionSet;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The keywords of the known extensions, in the order of their bits.
#[wasm_bindgen(js_name = extensionKeywords)]
pub fn extension_keywords() -> Array {
    list(ExtensionSet::ALL.keywords())
}

/// What a server announced, in the order of `extensions` in `npm/lib/layout.js`.
#[cfg(any(feature = "smtp-client", feature = "submission"))]
pub(crate) fn announced(extensions: &mailproto::smtp::Extensions) -> JsValue {
    let number = |number: Option<u32>| number.map_or(f64::NAN, f64::from);
    numbers(&[
        f64::from(extensions.set.bits()),
        crate::sasl::bits(extensions.mechanisms),
        extensions.size.map_or(f64::NAN, |size| size as f64),
        number(extensions.limits.mail_max),
        number(extensions.limits.rcpt_max),
        number(extensions.limits.rcpt_domain_max),
        number(extensions.deliver_by_min),
        number(extensions.hold_max),
    ])
}
