//! Anomalies as JavaScript gets them: bits, whose names it asks for once.

use crate::interop::Array;
use crate::output::list;
use mailproto::Anomalies;
use wasm_bindgen::prelude::wasm_bindgen;

/// The names of the anomalies, in the order of their bits.
#[wasm_bindgen(js_name = anomalyNames)]
pub fn anomaly_names() -> Array {
    list(Anomalies::ALL.names())
}
