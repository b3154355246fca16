//! How a login went, as a plain object.

use crate::output::Fields;
use alloc::string::String;
use mailproto::sasl::{Failure, LoginOutcome};
use wasm_bindgen::JsValue;

/// By which mechanism, and what that says about a failure; null before there was one.
pub(crate) fn outcome(outcome: Option<LoginOutcome<'_>>) -> JsValue {
    let Some(LoginOutcome { mechanism, failure, token_error }) = outcome else { return JsValue::NULL };
    let json = token_error.map(|error| String::from_utf8_lossy(error.as_bytes()));
    Fields::new()
        .text("mechanism", mechanism.name())
        .text_or_null("failure", failure.map(failure_name))
        .text_or_null("tokenError", json.as_deref())
        .into()
}

/// The name of a reason.
pub(crate) fn failure_name(failure: Failure) -> &'static str {
    match failure {
        Failure::Malformed => "malformed",
        Failure::NoRoom => "noRoom",
        Failure::Prohibited => "prohibited",
        Failure::NonceChanged => "nonceChanged",
        Failure::FewIterations(_) => "fewIterations",
        Failure::ManyIterations(_) => "manyIterations",
        Failure::BadSignature => "badSignature",
        Failure::BadProof => "badProof",
        Failure::BindingMismatch => "bindingMismatch",
        Failure::Downgrade => "downgrade",
        Failure::UnknownExtension => "unknownExtension",
        Failure::Refused(_) => "refused",
        Failure::TokenRefused => "tokenRefused",
        _ => "other",
    }
}
