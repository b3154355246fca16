//! How the host of our server conducts SCRAM and CRAM-MD5.

use mailproto::sasl::{
    BindingKind, ChannelBinding, CramMd5Server, Mechanism, Mechanisms, Nonce, ScramServer, ScramStep, Verifier,
};

use crate::servers::ACCOUNTS;

/// As many as a client must be asked for at least.
const ITERATIONS: u32 = 4_096;

/// What to say to a response.
pub(crate) enum Said {
    Challenge(Vec<u8>),
    /// This account has logged in.
    Right(String),
    Wrong,
}

/// An exchange under way.
#[derive(Default)]
pub(crate) enum Conducted {
    #[default]
    Nothing,
    CramMd5(CramMd5Server),
    Scram(Box<ScramServer>),
}

/// The connection that an exchange is on.
#[derive(Clone, Copy)]
pub(crate) struct Channel<'a> {
    /// What was offered on it.
    pub(crate) offered: Mechanisms,
    /// `tls-exporter` of it.
    pub(crate) exporter: Option<&'a [u8; 32]>,
}

impl Conducted {
    pub(crate) fn respond(
        &mut self,
        channel: Channel<'_>,
        mechanism: Mechanism,
        first: bool,
        response: Option<&[u8]>,
    ) -> Said {
        let nonce = Nonce::from_text("new-in-every-earnest-exchange").expect("it is printable");
        if first {
            let bound_offered = !channel.offered.and(Mechanisms::BOUND).is_empty();
            *self = match ScramServer::new(mechanism, nonce, bound_offered) {
                Some(exchange) => Self::Scram(Box::new(exchange)),
                None => Self::CramMd5(CramMd5Server::new(&nonce, "ours.test").expect("a short name")),
            };
        }
        match (self, response) {
            (Self::CramMd5(exchange), None) => Said::Challenge(exchange.challenge().to_vec()),
            (Self::CramMd5(exchange), Some(response)) => {
                let user = CramMd5Server::user(response).unwrap_or_default();
                match ACCOUNTS.iter().find(|(name, _)| *name == user) {
                    Some((name, password)) if exchange.verify(response, password) => Said::Right((*name).into()),
                    _ => Said::Wrong,
                }
            }
            (Self::Scram(exchange), Some(response)) => scram(exchange, response, channel),
            _ => Said::Wrong,
        }
    }
}

fn scram(exchange: &mut ScramServer, response: &[u8], channel: Channel<'_>) -> Said {
    let mut space = [0; 1_024];
    let binding = channel.exporter.map(|data| ChannelBinding { kind: BindingKind::TlsExporter, data });
    let mut step = exchange.respond(response, binding.as_slice(), &mut space);
    if step == ScramStep::User {
        let (hash, salt) = (exchange.hash(), b"16 bytes of salt");
        let verifier = match ACCOUNTS.iter().find(|(name, _)| *name == exchange.user()) {
            Some((_, password)) => Verifier::from_password(hash, password, salt, ITERATIONS).expect("a good password"),
            None => Verifier::for_unknown_user(hash, b"kept secret", exchange.user(), ITERATIONS),
        };
        step = exchange.challenge(&verifier, &mut space);
    }
    match step {
        ScramStep::Challenge(length) => Said::Challenge(space[..length].to_vec()),
        ScramStep::Complete => Said::Right(exchange.user().into()),
        _ => Said::Wrong,
    }
}
