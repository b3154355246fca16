//! The choice of a mechanism, and credentials that outlive one call.

use super::options::Login;
use crate::sasl::{self, ClientMechanism, Mechanism, Mechanisms, Response};

/// The mechanisms whose client side is built in, best first.
const PREFERENCE: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// One exchange with owned credentials.
#[derive(Debug)]
pub(super) struct Exchange {
    login: Login,
    mechanism: Mechanism,
    answered: u8,
}

impl Exchange {
    /// The best mechanism that both sides know; `None` if there is none, or the password would
    /// cross the line in plain text.
    pub(super) fn new(login: Login, offered: Mechanisms, tls: bool) -> Option<Self> {
        let wanted = |mechanism: &Mechanism| login.mechanism.is_none_or(|chosen| chosen == *mechanism);
        let mechanism = PREFERENCE.into_iter().find(|mechanism| offered.contains(*mechanism) && wanted(mechanism))?;
        (tls || login.allow_without_tls).then_some(Self { login, mechanism, answered: 0 })
    }
}

impl ClientMechanism for Exchange {
    fn name(&self) -> &str {
        self.mechanism.name()
    }

    fn initial(&mut self, response: &mut [u8]) -> Option<usize> {
        let Login { user, password, authorization, .. } = &self.login;
        match self.mechanism {
            Mechanism::Plain => sasl::Plain::new(authorization, user, password).ok()?.initial(response),
            _ => None,
        }
    }

    fn respond(&mut self, challenge: &[u8], response: &mut [u8]) -> Response {
        if self.mechanism == Mechanism::Plain {
            return self.initial(response).into();
        }
        let Ok(mut login) = sasl::Login::resume(&self.login.user, &self.login.password, self.answered) else {
            return Response::Cancel;
        };
        self.answered += 1;
        login.respond(challenge, response)
    }
}
