//! The login of a probe: by the mechanism that is asked for, or the best one there is.

use crate::destination::Destination;
use crate::failure::{Failure, Status};
use crate::terms::Terms;
use mailproto::Error;
use mailproto::sasl::{BindingKind, ChannelBinding, Choice, ClientExchange, Identity, Mechanisms, Nonce};

/// Whatever a user with a password, or with a token in its place, can log in by.
pub(super) fn identity<'a>(
    (user, secret): &'a (String, String),
    nonce: Nonce,
    channel: &'a Option<[u8; 32]>,
) -> Identity<'a> {
    let binding = channel.as_ref().map(|data| ChannelBinding { kind: BindingKind::TlsExporter, data });
    let (password, token) = (Some(secret.as_str()), Some(secret.as_str()));
    Identity { user, password, token, nonce: Some(nonce), binding, ..Identity::default() }
}

/// Begins it.
pub(super) fn begin(
    terms: &Terms,
    destination: &Destination,
    identity: &Identity<'_>,
    offered: Mechanisms,
    tls: bool,
) -> Result<ClientExchange, Failure> {
    let mut choice = Choice { tls, ..Choice::new(identity.mechanisms()) };
    // Whether a password or a token was given, only its user knows.
    choice.allowed = terms.mechanism()?.map_or(Mechanisms::PASSWORD, |wanted| Mechanisms::NONE.with(wanted));
    choice.without_tls = Mechanisms::ALL;
    let refused = |why| Failure::new(Status::Refused, format_args!("{destination}: {why}"));
    let best = choice.best_of(offered).map_err(refused)?;
    let wrong = |error| Failure::usage(format_args!("the login: {}", Error::Misuse(error)));
    ClientExchange::new(best, identity, offered).map_err(wrong)
}
