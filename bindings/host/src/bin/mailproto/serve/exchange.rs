//! SCRAM, which the endpoints of all protocols leave to their host.

use super::users::Users;
use mailproto::sasl::{BindingKind, ChannelBinding, Mechanism, Mechanisms, ScramServer, ScramStep};

/// An exchange under way, if there is one, and the channel that it may be bound to.
pub(super) struct Exchange {
    scram: Option<Box<ScramServer>>,
    /// What this connection's TLS exports for that purpose.
    pub(super) channel: Option<[u8; 32]>,
}

/// What to say to a response.
pub(super) enum Said {
    Challenge(Vec<u8>),
    /// The name of the user who proved to be there.
    LoggedIn(String),
    Refused,
}

/// The longest message of ours.
const MESSAGE: usize = 1_024;

impl Exchange {
    /// No exchange yet, on a channel that it may be bound to.
    pub(super) fn on(channel: Option<[u8; 32]>) -> Self {
        Self { scram: None, channel }
    }

    /// Takes a response; `offered` is what the client was told that it could choose from.
    pub(super) fn respond(
        &mut self,
        users: &Users,
        offered: Mechanisms,
        mechanism: Mechanism,
        first: bool,
        response: Option<&[u8]>,
    ) -> Said {
        if first {
            let bound = !offered.and(Mechanisms::BOUND).is_empty() && self.channel.is_some();
            let nonce = mailproto_host::nonce().ok();
            self.scram = nonce.and_then(|nonce| ScramServer::new(mechanism, nonce, bound)).map(Box::new);
        }
        let (Some(scram), Some(response)) = (&mut self.scram, response) else { return Said::Refused };
        let channel = self.channel.as_ref();
        let bindings = channel.map(|data| ChannelBinding { kind: BindingKind::TlsExporter, data });
        let mut space = [0; MESSAGE];
        let mut step = scram.respond(response, bindings.as_slice(), &mut space);
        if step == ScramStep::User {
            step = scram.challenge(&users.verifier(scram.user()), &mut space);
        }
        match step {
            ScramStep::Challenge(length) => Said::Challenge(space[..length].to_vec()),
            ScramStep::Complete => match users.acting(scram.user(), scram.authorization()) {
                Some(name) => Said::LoggedIn(name),
                None => Said::Refused,
            },
            _ => Said::Refused,
        }
    }
}
