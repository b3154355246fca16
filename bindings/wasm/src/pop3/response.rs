//! Responses as plain objects.

use crate::output::Fields;
use mailproto::pop3::{Response, ResponseCode};
use wasm_bindgen::JsValue;

impl Fields {
    /// With a response as `response`: whether it is good, its code as text or null, and its text.
    pub(crate) fn response(self, response: &Response<'_>) -> Self {
        let code = response.code();
        let fields = Self::new().flag("ok", response.is_ok());
        let fields = fields.text_or_null("code", code.as_ref().map(ResponseCode::name));
        self.object("response", fields.text("text", response.text()))
    }

    /// The same where there may be none.
    #[cfg(feature = "download")]
    pub(crate) fn response_or_null(self, response: Option<Response<'_>>) -> Self {
        match response {
            Some(response) => self.response(&response),
            None => self.value("response", &JsValue::NULL),
        }
    }
}
