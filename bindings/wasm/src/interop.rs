//! The few things of JavaScript's own that this face touches. All of them are called on objects that
//! the package's JavaScript or this face has just made, so none can throw or run code of others.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// A plain object.
    pub(crate) type Object;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Object;

    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(crate) fn set(this: &Object, name: &str, value: &JsValue);

    /// An array.
    pub type Array;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Array;

    #[wasm_bindgen(method)]
    pub(crate) fn push(this: &Array, value: &JsValue);

    #[wasm_bindgen(method, structural, indexing_getter)]
    pub(crate) fn at(this: &Array, index: u32) -> JsValue;

    /// Bytes of JavaScript's own.
    pub(crate) type Uint8Array;

    /// Copies bytes out of the module.
    #[wasm_bindgen(constructor)]
    pub(crate) fn copy(bytes: &[u8]) -> Uint8Array;
}
