//! Replies as plain objects.

use crate::output::Fields;
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::smtp::Reply;
use wasm_bindgen::JsValue;

impl Fields {
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
