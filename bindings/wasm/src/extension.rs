//! Sets as JavaScript gets them: bits, whose names it asks for once.

use crate::interop::Array;
use crate::output::list;
use mailproto::Anomalies;
use mailproto::sasl::Mechanism;
use mailproto::smtp::ExtensionSet;
use wasm_bindgen::prelude::wasm_bindgen;

/// The keywords of the known extensions, in the order of their bits.
#[wasm_bindgen(js_name = extensionKeywords)]
pub fn extension_keywords() -> Array {
    list(ExtensionSet::ALL.keywords())
}

/// The names of the mechanisms, in the order of their bits.
#[wasm_bindgen(js_name = mechanismNames)]
pub fn mechanism_names() -> Array {
    list(Mechanism::ALL.into_iter().map(Mechanism::name))
}

/// The names of the anomalies, in the order of their bits.
#[wasm_bindgen(js_name = anomalyNames)]
pub fn anomaly_names() -> Array {
    list(Anomalies::ALL.names())
}

/// What a server announced, in the order of `EXTENSIONS` in `npm/lib/layout.js`.
#[cfg(any(feature = "smtp-client", feature = "submission"))]
pub(crate) fn announced(extensions: &mailproto::smtp::Extensions) -> alloc::vec::Vec<f64> {
    let number = |number: Option<u32>| number.map_or(f64::NAN, f64::from);
    let has = |mechanism: &Mechanism| extensions.mechanisms.contains(*mechanism);
    let mechanisms = Mechanism::ALL.iter().rev().fold(0_u32, |bits, mechanism| bits << 1 | u32::from(has(mechanism)));
    alloc::vec![
        f64::from(extensions.set.bits()),
        f64::from(mechanisms),
        extensions.size.map_or(f64::NAN, |size| size as f64),
        number(extensions.limits.mail_max),
        number(extensions.limits.rcpt_max),
        number(extensions.limits.rcpt_domain_max),
        number(extensions.deliver_by_min),
        number(extensions.hold_max),
    ]
}
