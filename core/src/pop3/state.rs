//! The rule book: which command may come when, and where it leads. It does not know who "we" are.
//!
//! [`TRANSITIONS`] is the whole protocol as data. Client and server step through the same table;
//! the diagram in the documentation is drawn from it, and a test holds the drawing to it.

use super::command::Verb;

/// Where a conversation stands (RFC 1939 §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// The server has not greeted yet.
    #[default]
    Connected,
    /// The AUTHORIZATION state: the client has not proved who it is.
    Authorization,
    /// USER was taken: only now may PASS come.
    Named,
    /// The TRANSACTION state: the maildrop is open.
    Transaction,
    /// The server wants plain TLS instead of plain text.
    Handshake,
    /// It is over. What the server does between QUIT and its response is the UPDATE state.
    Ended,
}

impl State {
    /// Every state, in order.
    pub const ALL: [Self; 6] =
        [Self::Connected, Self::Authorization, Self::Named, Self::Transaction, Self::Handshake, Self::Ended];

    /// Its name as people read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connected => "Connected",
            Self::Authorization => "Authorization",
            Self::Named => "Named",
            Self::Transaction => "Transaction",
            Self::Handshake => "Handshake",
            Self::Ended => "Ended",
        }
    }

    /// Where `verb` leads when it ends with `outcome`; `None` if it has no place here. What was
    /// refused leads nowhere unless the table says otherwise.
    pub const fn after(self, verb: Verb, outcome: Outcome) -> Option<Self> {
        let mut index = 0;
        while index < TRANSITIONS.len() {
            let Transition { from, verb: row_verb, outcome: row_outcome, to } = TRANSITIONS[index];
            if from as u8 == self as u8 && row_verb as u8 == verb as u8 && row_outcome as u8 == outcome as u8 {
                return Some(to);
            }
            index += 1;
        }
        match outcome {
            Outcome::Refusal if self.allows(verb) => Some(self),
            _ => None,
        }
    }

    /// Whether `verb` has a place here.
    pub const fn allows(self, verb: Verb) -> bool {
        let mut index = 0;
        while index < TRANSITIONS.len() {
            let row = TRANSITIONS[index];
            if row.from as u8 == self as u8 && row.verb as u8 == verb as u8 && row.outcome as u8 == 0 {
                return true;
            }
            index += 1;
        }
        false
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// `+OK`.
    Success,
    /// `-ERR`.
    Refusal,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// In this state …
    pub from: State,
    /// … this verb …
    pub verb: Verb,
    /// … with this outcome …
    pub outcome: Outcome,
    /// … leads here.
    pub to: State,
}

const fn row(from: State, verb: Verb, outcome: Outcome, to: State) -> Transition {
    Transition { from, verb, outcome, to }
}

/// The protocol (RFC 1939 §4 to §7, RFC 2449 §5, RFC 2595 §4, RFC 5034 §4, RFC 6856 §2 and §3).
/// Refusals that change nothing are left out.
pub const TRANSITIONS: &[Transition] = {
    use Outcome::{Refusal, Success};
    use State::{Authorization, Connected, Ended, Handshake, Named, Transaction};
    &[
        row(Connected, Verb::Greeting, Success, Authorization),
        row(Connected, Verb::Greeting, Refusal, Ended),
        row(Authorization, Verb::Capa, Success, Authorization),
        row(Authorization, Verb::Stls, Success, Handshake),
        row(Authorization, Verb::User, Success, Named),
        row(Authorization, Verb::Apop, Success, Transaction),
        row(Authorization, Verb::Auth, Success, Transaction),
        row(Authorization, Verb::AuthList, Success, Authorization),
        row(Authorization, Verb::Utf8, Success, Authorization),
        row(Authorization, Verb::Lang, Success, Authorization),
        row(Authorization, Verb::LangList, Success, Authorization),
        row(Authorization, Verb::Quit, Success, Ended),
        row(Authorization, Verb::Quit, Refusal, Ended),
        // RFC 1939 §7: any command but PASS and QUIT forgets the name. Servers are more patient with
        // CAPA, and so is this table.
        row(Named, Verb::Pass, Success, Transaction),
        row(Named, Verb::Pass, Refusal, Authorization),
        row(Named, Verb::User, Success, Named),
        row(Named, Verb::User, Refusal, Authorization),
        row(Named, Verb::Apop, Success, Transaction),
        row(Named, Verb::Apop, Refusal, Authorization),
        row(Named, Verb::Auth, Success, Transaction),
        row(Named, Verb::Auth, Refusal, Authorization),
        row(Named, Verb::Capa, Success, Named),
        row(Named, Verb::Quit, Success, Ended),
        row(Named, Verb::Quit, Refusal, Ended),
        row(Transaction, Verb::Capa, Success, Transaction),
        row(Transaction, Verb::Stat, Success, Transaction),
        row(Transaction, Verb::List, Success, Transaction),
        row(Transaction, Verb::ListOne, Success, Transaction),
        row(Transaction, Verb::Uidl, Success, Transaction),
        row(Transaction, Verb::UidlOne, Success, Transaction),
        row(Transaction, Verb::Retr, Success, Transaction),
        row(Transaction, Verb::Top, Success, Transaction),
        row(Transaction, Verb::Dele, Success, Transaction),
        row(Transaction, Verb::Rset, Success, Transaction),
        row(Transaction, Verb::Noop, Success, Transaction),
        row(Transaction, Verb::Lang, Success, Transaction),
        row(Transaction, Verb::LangList, Success, Transaction),
        // Some messages may not have been removed, but the session is over all the same (RFC 1939 §6).
        row(Transaction, Verb::Quit, Success, Ended),
        row(Transaction, Verb::Quit, Refusal, Ended),
        // All that was said in plain text is forgotten (RFC 2595 §4).
        row(Handshake, Verb::TlsStarted, Success, Authorization),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_of_the_table_stands_twice() {
        for (index, row) in TRANSITIONS.iter().enumerate() {
            let same =
                |other: &&Transition| (other.from, other.verb, other.outcome) == (row.from, row.verb, row.outcome);
            assert_eq!(TRANSITIONS.iter().filter(same).count(), 1, "row {index}: {row:?}");
        }
    }

    #[test]
    fn every_state_can_be_reached_and_all_but_the_last_left() {
        for state in State::ALL {
            let reached = TRANSITIONS.iter().any(|row| row.to == state && row.from != state);
            let left = TRANSITIONS.iter().any(|row| row.from == state && row.to != state);
            assert!(reached || state == State::Connected, "{state:?}");
            assert!(left || state == State::Ended, "{state:?}");
        }
    }

    #[test]
    fn what_can_be_refused_can_succeed() {
        for row in TRANSITIONS.iter().filter(|row| row.outcome == Outcome::Refusal) {
            assert!(row.from.allows(row.verb), "{row:?}");
        }
    }

    #[test]
    fn pass_comes_only_behind_user_and_mail_only_behind_a_login() {
        assert!(!State::Authorization.allows(Verb::Pass));
        assert_eq!(State::Named.after(Verb::Pass, Outcome::Refusal), Some(State::Authorization));
        assert!(!State::Named.allows(Verb::Retr));
        assert_eq!(State::Transaction.after(Verb::Retr, Outcome::Refusal), Some(State::Transaction));
        assert_eq!(State::Transaction.after(Verb::Stls, Outcome::Success), None);
    }
}
