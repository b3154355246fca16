//! Making the plain objects that JavaScript gets.

use crate::interop::{Array, Object, Uint8Array};
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::smtp::Reply;
use wasm_bindgen::JsValue;

/// A plain object in the making.
pub(crate) struct Fields(Object);

impl Fields {
    /// An empty object.
    pub(crate) fn new() -> Self {
        Self(Object::new())
    }

    /// An event of this type.
    pub(crate) fn event(kind: &str) -> Self {
        Self::new().text("type", kind)
    }

    /// With any value.
    pub(crate) fn value(self, name: &str, value: &JsValue) -> Self {
        self.0.set(name, value);
        self
    }

    /// With a text.
    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        self.value(name, &JsValue::from_str(text))
    }

    /// With a number.
    pub(crate) fn number(self, name: &str, number: f64) -> Self {
        self.value(name, &JsValue::from_f64(number))
    }

    /// With a truth value.
    pub(crate) fn flag(self, name: &str, flag: bool) -> Self {
        self.value(name, &JsValue::from_bool(flag))
    }

    /// With a copy of these bytes.
    pub(crate) fn bytes(self, name: &str, bytes: &[u8]) -> Self {
        self.value(name, &Uint8Array::copy(bytes))
    }

    /// With another object.
    pub(crate) fn object(self, name: &str, object: Self) -> Self {
        self.value(name, &object.0)
    }

    /// With a reply as `reply`: its code, its enhanced status code as text or null, and its lines
    /// without either.
    pub(crate) fn reply(self, reply: &Reply<'_>) -> Self {
        let mut text = Vec::new();
        let mut enhanced: &[u8] = &[];
        for line in reply.lines() {
            if !text.is_empty() {
                text.push(b'\n');
            }
            text.extend_from_slice(line.message());
            if line.enhanced().is_some() {
                enhanced = line.text().split(|byte| *byte == b' ').next().unwrap_or_default();
            }
        }
        let code = Self::new().number("code", f64::from(reply.code()));
        let code = if enhanced.is_empty() {
            code.value("enhanced", &JsValue::NULL)
        } else {
            code.text("enhanced", &String::from_utf8_lossy(enhanced))
        };
        self.object("reply", code.text("text", &String::from_utf8_lossy(&text)))
    }
}

impl From<Fields> for JsValue {
    fn from(fields: Fields) -> Self {
        fields.0.into()
    }
}

/// Names, in order.
pub(crate) fn list<'a>(names: impl Iterator<Item = &'a str>) -> Array {
    let array = Array::new();
    for name in names {
        array.push(&JsValue::from_str(name));
    }
    array
}
