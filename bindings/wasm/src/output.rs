//! Making the plain objects that JavaScript gets.

use crate::error::thrown;
use crate::interop::{Array, Object, Uint8Array};
use mailproto::{CommandId, Error};
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

    /// With a text, or null where there is none.
    pub(crate) fn text_or_null(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self.value(name, &JsValue::NULL),
        }
    }

    /// With a number, or null where there is none.
    pub(crate) fn number_or_null(self, name: &str, number: Option<f64>) -> Self {
        match number {
            Some(number) => self.number(name, number),
            None => self.value(name, &JsValue::NULL),
        }
    }

    /// With a copy of these bytes, or null where there are none.
    pub(crate) fn bytes_or_null(self, name: &str, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => self.bytes(name, bytes),
            None => self.value(name, &JsValue::NULL),
        }
    }
}

#[cfg(any(feature = "smtp-client", feature = "pop3-client"))]
impl Fields {
    /// With a challenge, decoded; null if it is not base64.
    pub(crate) fn challenge(self, text: &[u8]) -> Self {
        let mut text = text.to_vec();
        let length = mailproto::codec::base64::decode_in_place(&mut text).ok();
        self.bytes_or_null("challenge", length.and_then(|length| text.get(..length)))
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

/// Numbers, in order.
pub(crate) fn numbers(numbers: &[f64]) -> JsValue {
    let array = Array::new();
    for number in numbers {
        array.push(&JsValue::from_f64(*number));
    }
    array.into()
}

/// What a verb that only does something tells.
pub(crate) fn nothing(done: Result<(), Error>) -> Result<JsValue, JsValue> {
    done.map(|()| JsValue::UNDEFINED).map_err(thrown)
}

/// How many bytes were taken.
pub(crate) fn taken(count: Result<usize, Error>) -> Result<JsValue, JsValue> {
    count.map(|count| JsValue::from_f64(count as f64)).map_err(thrown)
}

/// The number by which events name a command.
pub(crate) fn command(id: Result<CommandId, Error>) -> Result<JsValue, JsValue> {
    id.map(|id| JsValue::from_f64(f64::from(id.as_u32()))).map_err(thrown)
}
