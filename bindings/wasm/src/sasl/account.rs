//! Who to be, and the proof: in the order of `LOGIN` and `loginTexts` in `npm/lib/sasl.js`.

use crate::arguments::Arguments;
use crate::error::{self, thrown};
use mailproto::Error;
use mailproto::sasl::{Account, BindingKind, ChannelBinding, Mechanism, Nonce};
use wasm_bindgen::JsValue;

/// Credentials; `None` if there are none. Of what proves them, one thing is used: the token, else the
/// password, else what the connection says, else nothing at all.
pub(crate) fn account(arguments: &mut Arguments<'_>) -> Result<Option<Account>, JsValue> {
    let Arguments { numbers, texts, bytes: binding } = arguments;
    let (user, password, token, anonymous) = (texts.next(), texts.next(), texts.next(), texts.next());
    let external = numbers.flag();
    let user = user.unwrap_or_default();
    let mut account = match (token, password, anonymous) {
        (Some(token), ..) => Account::with_token(user, token),
        (None, Some(password), _) => Account::new(user, password),
        _ if external => Account::external(),
        (.., Some(trace)) => Account::anonymous(trace),
        _ => return Ok(None),
    };
    if let Some(bits) = numbers.next() {
        account.allowed = super::of_bits(bits);
    }
    account.allow_without_tls = numbers.flag();
    let iterations = (numbers.next(), numbers.next());
    #[cfg(feature = "scram")]
    {
        let bound = |given: Option<f64>, default| given.map_or(default, |number| number as u32);
        account.iterations.least = bound(iterations.0, account.iterations.least);
        account.iterations.most = bound(iterations.1, account.iterations.most);
    }
    account.authorization = texts.next().unwrap_or_default();
    if let Some(name) = texts.next() {
        let named = Mechanism::from_name(name.as_bytes()).ok_or_else(|| error::argument("mechanism"))?;
        account.mechanism = Some(named);
    }
    if let Some(nonce) = texts.next() {
        account.nonce = Some(Nonce::from_text(&nonce).map_err(|_| error::argument("nonce"))?);
    }
    if let (Some(kind), Some(data)) = (texts.next(), binding.take()) {
        let kind = binding_kind(&kind)?;
        account.bind(ChannelBinding { kind, data: &data }).map_err(|misuse| thrown(misuse.into()))?;
    }
    Ok(Some(account))
}

/// The kind of channel binding of this name.
pub(crate) fn binding_kind(name: &str) -> Result<BindingKind, JsValue> {
    [BindingKind::TlsExporter, BindingKind::TlsServerEndPoint, BindingKind::TlsUnique]
        .into_iter()
        .find(|kind| kind.name() == name)
        .ok_or_else(|| error::argument("kind"))
}

/// Tells what the TLS channel is known by: the name of a kind, and bytes.
#[cfg(any(feature = "submission", feature = "download"))]
pub(crate) fn bind(
    mut arguments: Arguments<'_>,
    bind: impl FnOnce(ChannelBinding<'_>) -> Result<(), Error>,
) -> Result<Result<(), Error>, JsValue> {
    let kind = binding_kind(&arguments.text())?;
    Ok(bind(ChannelBinding { kind, data: &arguments.bytes()? }))
}
