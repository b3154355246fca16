//! The choice of a mechanism.

use super::{Mechanism, Mechanisms};
use core::fmt;

/// On what terms a mechanism is chosen.
///
/// ```
/// use mailproto::sasl::{Choice, Mechanism, Mechanisms, NoMechanism};
/// let offered = Mechanisms::NONE.with(Mechanism::Plain).with(Mechanism::Login);
/// let mut choice = Choice::new(Mechanisms::ALL);
/// // Nothing that shows a secret in plain text.
/// assert_eq!(choice.best_of(offered), Err(NoMechanism::NeedsTls));
/// choice.tls = true;
/// assert_eq!(choice.best_of(offered), Ok(Mechanism::Plain));
/// // What a server refuses is not tried again.
/// choice.refused = choice.refused.with(Mechanism::Plain);
/// assert_eq!(choice.best_of(offered), Ok(Mechanism::Login));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What there are credentials for ([`Identity::mechanisms`](super::Identity::mechanisms)). One that
    /// is bound to the channel says that channel bindings are at hand.
    pub usable: Mechanisms,
    /// What the host allows.
    pub allowed: Mechanisms,
    /// What it allows in plain text too: [`Mechanisms::DISCREET`] by default.
    pub without_tls: Mechanisms,
    /// Whether the connection is under TLS.
    pub tls: bool,
    /// What the server has refused already.
    pub refused: Mechanisms,
}

impl Choice {
    /// Anything usable, in plain text only what gives nothing away.
    pub const fn new(usable: Mechanisms) -> Self {
        Self {
            usable,
            allowed: Mechanisms::ALL,
            without_tls: Mechanisms::DISCREET,
            tls: false,
            refused: Mechanisms::NONE,
        }
    }

    /// The best mechanism of those that a server offers.
    ///
    /// Where it offers to bind to the TLS channel and the host can, no other mechanism by password is
    /// taken, whatever it says later: else somebody in between had only to refuse (RFC 5802 §6).
    ///
    /// # Errors
    /// Why there is none.
    pub fn best_of(&self, offered: Mechanisms) -> Result<Mechanism, NoMechanism> {
        let mut possible = offered.and(self.usable).and(self.allowed);
        if !possible.and(Mechanisms::BOUND).is_empty() {
            possible = possible.without(Mechanisms::PASSWORD.without(Mechanisms::BOUND));
        }
        let possible = possible.without(self.refused);
        let secret = if self.tls { possible } else { possible.and(self.without_tls) };
        let better = |one: &Mechanism| rank(*one, self.tls);
        match secret.iter().max_by_key(better) {
            Some(best) => Ok(best),
            None if possible.is_empty() => Err(NoMechanism::NotOffered),
            None => Err(NoMechanism::NeedsTls),
        }
    }
}

/// The better, the higher.
fn rank(mechanism: Mechanism, tls: bool) -> usize {
    match mechanism {
        // Under TLS the password is safe on its way, and safer with a server that need not keep it
        // readable, as CRAM-MD5 asks of it.
        Mechanism::CramMd5 if tls => rank(Mechanism::Anonymous, tls),
        Mechanism::Anonymous => 1,
        other => 2 + Mechanism::ALL.iter().position(|one| *one == other).unwrap_or(0),
    }
}

/// Why no mechanism can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoMechanism {
    /// Nothing is offered, or left, that there are credentials for and the host allows.
    NotOffered,
    /// What is offered would show a secret on a connection without TLS.
    NeedsTls,
}

impl fmt::Display for NoMechanism {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotOffered => "the server offers no mechanism that can be used",
            Self::NeedsTls => "the mechanisms that the server offers need TLS",
        })
    }
}

impl core::error::Error for NoMechanism {}

#[cfg(test)]
mod tests {
    use super::*;
    use Mechanism::{
        Anonymous, CramMd5, External, Login, OAuthBearer, Plain, ScramSha1, ScramSha256, ScramSha256Plus, ScramSha512,
    };

    fn set(mechanisms: &[Mechanism]) -> Mechanisms {
        mechanisms.iter().fold(Mechanisms::NONE, |set, one| set.with(*one))
    }

    fn best(usable: Mechanisms, tls: bool, offered: &[Mechanism]) -> Result<Mechanism, NoMechanism> {
        Choice { tls, ..Choice::new(usable) }.best_of(set(offered))
    }

    #[test]
    fn the_strongest_is_chosen() {
        let all = Mechanisms::ALL;
        assert_eq!(best(all, true, &Mechanism::ALL), Ok(External));
        let password = Mechanisms::PASSWORD.without(Mechanisms::BOUND);
        assert_eq!(best(password, true, &Mechanism::ALL), Ok(ScramSha512));
        assert_eq!(best(password, true, &[ScramSha1, ScramSha256, Plain]), Ok(ScramSha256));
        assert_eq!(best(password, true, &[CramMd5, Login, Plain]), Ok(Plain));
        assert_eq!(best(password, true, &[CramMd5]), Ok(CramMd5));
        assert_eq!(best(all, true, &[Anonymous, CramMd5]), Ok(CramMd5));
        assert_eq!(best(set(&[OAuthBearer]), true, &[Plain, OAuthBearer]), Ok(OAuthBearer));
    }

    #[test]
    fn no_secret_is_shown_without_tls_unless_it_is_allowed() {
        for secret in [Plain, Login, CramMd5, OAuthBearer, Mechanism::XOAuth2] {
            assert_eq!(best(Mechanisms::ALL, false, &[secret]), Err(NoMechanism::NeedsTls));
            let choice = Choice { without_tls: Mechanisms::ALL, ..Choice::new(Mechanisms::ALL) };
            assert_eq!(choice.best_of(set(&[secret])), Ok(secret));
        }
        assert_eq!(best(Mechanisms::ALL, false, &[Plain, ScramSha1]), Ok(ScramSha1));
        let choice = Choice { without_tls: Mechanisms::ALL, ..Choice::new(Mechanisms::ALL) };
        assert_eq!(choice.best_of(set(&[Plain, Login, CramMd5])), Ok(CramMd5));
    }

    #[test]
    fn an_offer_to_bind_to_the_channel_is_not_passed_by() {
        let offered = set(&[ScramSha256Plus, ScramSha512, Plain, Login]);
        let mut choice = Choice { tls: true, ..Choice::new(Mechanisms::ALL) };
        assert_eq!(choice.best_of(offered), Ok(ScramSha256Plus));
        choice.refused = set(&[ScramSha256Plus]);
        assert_eq!(choice.best_of(offered), Err(NoMechanism::NotOffered));
        // Who has no bindings at hand has nothing to lose by it.
        let unbound = Choice { tls: true, ..Choice::new(Mechanisms::ALL.without(Mechanisms::BOUND)) };
        assert_eq!(unbound.best_of(offered), Ok(ScramSha512));
    }

    #[test]
    fn nothing_is_left_when_all_was_refused() {
        let offered = set(&[Plain, Login]);
        let choice = Choice { tls: true, refused: offered, ..Choice::new(Mechanisms::ALL) };
        assert_eq!(choice.best_of(offered), Err(NoMechanism::NotOffered));
    }
}
