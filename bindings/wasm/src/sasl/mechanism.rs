//! Mechanisms as JavaScript gets them: bits, whose names it asks for once.

use crate::interop::Array;
use crate::output::list;
use mailproto::sasl::{Mechanism, Mechanisms};
use wasm_bindgen::prelude::wasm_bindgen;

/// The names of the mechanisms, in the order of their bits.
#[wasm_bindgen(js_name = mechanismNames)]
pub fn mechanism_names() -> Array {
    list(Mechanism::ALL.into_iter().map(Mechanism::name))
}

/// A set as bits.
pub(crate) fn bits(mechanisms: Mechanisms) -> f64 {
    let bits = Mechanism::ALL.iter().rev().fold(0_u32, |bits, one| bits << 1 | u32::from(mechanisms.contains(*one)));
    f64::from(bits)
}

/// The set of these bits.
pub(crate) fn of_bits(bits: f64) -> Mechanisms {
    let bits = bits as u32;
    let named = |(bit, _): &(usize, Mechanism)| bits & 1 << bit != 0;
    Mechanism::ALL.into_iter().enumerate().filter(named).map(|(_, one)| one).fold(Mechanisms::NONE, Mechanisms::with)
}
