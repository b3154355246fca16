//! Who a client says it is, as a plain object, and why its token is refused.

use crate::arguments::Texts;
use crate::output::Fields;
use alloc::string::String;
use mailproto::sasl::{Credentials, Proof, TokenRefusal};

/// With credentials: all of them are texts, and those that do not belong to the proof are empty.
pub(crate) fn shown(fields: Fields, credentials: &Credentials<'_>) -> Fields {
    let (proof, password, token, trace) = match credentials.proof {
        Proof::Password(password) => ("password", password, "", ""),
        Proof::Token(token) => ("token", "", token, ""),
        Proof::External => ("external", "", "", ""),
        Proof::Anonymous(trace) => ("anonymous", "", "", trace),
        _ => ("other", "", "", ""),
    };
    fields
        .text("mechanism", credentials.mechanism.name())
        .text("authorization", credentials.authorization)
        .text("user", credentials.user)
        .text("proof", proof)
        .text("password", password)
        .text("token", token)
        .text("trace", trace)
}

/// Why a token is refused: status, scope, and where to find out more.
pub(crate) struct Refusal {
    status: String,
    scope: Option<String>,
    openid_configuration: Option<String>,
}

impl Refusal {
    pub(crate) fn read(texts: &mut Texts<'_>) -> Self {
        let status = texts.next().unwrap_or_else(|| TokenRefusal::INVALID_TOKEN.status.into());
        Self { status, scope: texts.next(), openid_configuration: texts.next() }
    }

    pub(crate) fn borrowed(&self) -> TokenRefusal<'_> {
        TokenRefusal {
            status: &self.status,
            scope: self.scope.as_deref(),
            openid_configuration: self.openid_configuration.as_deref(),
        }
    }
}
