//! The rule book: which command may come when, and where it leads. It does not know who "we" are.
//!
//! [`TRANSITIONS`] is the whole protocol as data. Client and server step through the same table;
//! the diagram in the documentation is drawn from it, and a test holds the drawing to it.

use super::command::Verb;

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// The server has not greeted yet.
    #[default]
    Connected,
    /// The server has greeted; the client has not said who it is.
    Greeted,
    /// The client has said who it is; no transaction.
    Ready,
    /// A transaction has a sender.
    Sender,
    /// A transaction has a recipient.
    Recipients,
    /// Message data flows, up to the lone dot.
    Data,
    /// Message data flows in chunks.
    Chunks,
    /// The server wants plain TLS instead of plain text.
    Handshake,
    /// It is over.
    Ended,
}

impl State {
    /// Every state, in order.
    pub const ALL: [Self; 9] = [
        Self::Connected,
        Self::Greeted,
        Self::Ready,
        Self::Sender,
        Self::Recipients,
        Self::Data,
        Self::Chunks,
        Self::Handshake,
        Self::Ended,
    ];

    /// Its name as people read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connected => "Connected",
            Self::Greeted => "Greeted",
            Self::Ready => "Ready",
            Self::Sender => "Sender",
            Self::Recipients => "Recipients",
            Self::Data => "Data",
            Self::Chunks => "Chunks",
            Self::Handshake => "Handshake",
            Self::Ended => "Ended",
        }
    }

    /// Where `verb` leads when it ends with `outcome`; `None` if it has no place here. What was
    /// refused leads nowhere unless the table says otherwise.
    pub const fn after(self, verb: Verb, outcome: Outcome) -> Option<Self> {
        let cell = NEXT[self as usize][verb as usize];
        match outcome {
            Outcome::Refusal if cell >> HALF > 0 => Self::in_half(cell >> HALF),
            Outcome::Refusal if cell > 0 => Some(self),
            Outcome::Success | Outcome::GoAhead if outcome as u8 == Outcome::wanted(verb) as u8 => {
                Self::in_half(cell & FIRST_HALF)
            }
            _ => None,
        }
    }

    /// Whether `verb` has a place here.
    pub const fn allows(self, verb: Verb) -> bool {
        NEXT[self as usize][verb as usize] & FIRST_HALF > 0
    }

    /// The state that half a cell of [`NEXT`] names.
    const fn in_half(half: u8) -> Option<Self> {
        let index = half.wrapping_sub(1) as usize;
        if index < Self::ALL.len() { Some(Self::ALL[index]) } else { None }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// 2yz.
    Success,
    /// 354.
    GoAhead,
    /// 4yz, 5yz.
    Refusal,
}

impl Outcome {
    /// The outcome that a reply code says.
    pub const fn of(code: u16) -> Self {
        match code {
            200..=299 => Self::Success,
            300..=399 => Self::GoAhead,
            _ => Self::Refusal,
        }
    }

    /// How `verb` ends when it gets what it wants: DATA in the go-ahead, all else in success.
    pub const fn wanted(verb: Verb) -> Self {
        match verb {
            Verb::Data => Self::GoAhead,
            _ => Self::Success,
        }
    }
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

/// The protocol (RFC 5321 §4.1.4, RFC 3207 §4, RFC 4954 §3, RFC 3030 §2). Refusals that change
/// nothing are left out.
pub const TRANSITIONS: &[Transition] = {
    use Outcome::{GoAhead, Refusal, Success};
    use State::{Chunks, Connected, Data, Ended, Greeted, Handshake, Ready, Recipients, Sender};
    &[
        row(Connected, Verb::Greeting, Success, Greeted),
        // A server that refuses service still waits for QUIT (RFC 5321 §3.1).
        row(Connected, Verb::Greeting, Refusal, Connected),
        row(Connected, Verb::Quit, Success, Ended),
        row(Greeted, Verb::Ehlo, Success, Ready),
        row(Greeted, Verb::Helo, Success, Ready),
        row(Greeted, Verb::Rset, Success, Greeted),
        row(Greeted, Verb::Noop, Success, Greeted),
        row(Greeted, Verb::Help, Success, Greeted),
        row(Greeted, Verb::Vrfy, Success, Greeted),
        row(Greeted, Verb::Expn, Success, Greeted),
        row(Greeted, Verb::Quit, Success, Ended),
        row(Ready, Verb::Ehlo, Success, Ready),
        row(Ready, Verb::Helo, Success, Ready),
        row(Ready, Verb::StartTls, Success, Handshake),
        row(Ready, Verb::Auth, Success, Ready),
        row(Ready, Verb::Xclient, Success, Greeted),
        row(Ready, Verb::Mail, Success, Sender),
        row(Ready, Verb::Rset, Success, Ready),
        row(Ready, Verb::Noop, Success, Ready),
        row(Ready, Verb::Help, Success, Ready),
        row(Ready, Verb::Vrfy, Success, Ready),
        row(Ready, Verb::Expn, Success, Ready),
        row(Ready, Verb::Quit, Success, Ended),
        row(Sender, Verb::Rcpt, Success, Recipients),
        row(Sender, Verb::Ehlo, Success, Ready),
        row(Sender, Verb::Helo, Success, Ready),
        row(Sender, Verb::Rset, Success, Ready),
        row(Sender, Verb::Noop, Success, Sender),
        row(Sender, Verb::Help, Success, Sender),
        row(Sender, Verb::Vrfy, Success, Sender),
        row(Sender, Verb::Expn, Success, Sender),
        row(Sender, Verb::Quit, Success, Ended),
        row(Recipients, Verb::Rcpt, Success, Recipients),
        row(Recipients, Verb::Data, GoAhead, Data),
        row(Recipients, Verb::Bdat, Success, Chunks),
        row(Recipients, Verb::BdatLast, Success, Ready),
        row(Recipients, Verb::BdatLast, Refusal, Ready),
        row(Recipients, Verb::Ehlo, Success, Ready),
        row(Recipients, Verb::Helo, Success, Ready),
        row(Recipients, Verb::Rset, Success, Ready),
        row(Recipients, Verb::Noop, Success, Recipients),
        row(Recipients, Verb::Help, Success, Recipients),
        row(Recipients, Verb::Vrfy, Success, Recipients),
        row(Recipients, Verb::Expn, Success, Recipients),
        row(Recipients, Verb::Quit, Success, Ended),
        row(Data, Verb::DataEnd, Success, Ready),
        row(Data, Verb::DataEnd, Refusal, Ready),
        row(Chunks, Verb::Bdat, Success, Chunks),
        row(Chunks, Verb::BdatLast, Success, Ready),
        row(Chunks, Verb::BdatLast, Refusal, Ready),
        row(Chunks, Verb::Ehlo, Success, Ready),
        row(Chunks, Verb::Helo, Success, Ready),
        row(Chunks, Verb::Rset, Success, Ready),
        row(Chunks, Verb::Noop, Success, Chunks),
        row(Chunks, Verb::Quit, Success, Ended),
        // All that was said in plain text is forgotten (RFC 3207 §4.2).
        row(Handshake, Verb::TlsStarted, Success, Greeted),
    ]
};

/// Bits in half a cell of [`NEXT`].
const HALF: u8 = 4;
const FIRST_HALF: u8 = (1 << HALF) - 1;

/// The table as an array, for one look a step. A cell of one byte, because small machines carry it
/// too: in its first half where [`Outcome::wanted`] leads, in its second where a refusal does; each
/// the number of the state and 1, or 0 where the table has no row.
const NEXT: [[u8; Verb::ALL.len()]; State::ALL.len()] = {
    let mut next = [[0; Verb::ALL.len()]; State::ALL.len()];
    assert!(State::ALL.len() < 1 << HALF);
    let mut index = 0;
    while index < TRANSITIONS.len() {
        let Transition { from, verb, outcome, to } = TRANSITIONS[index];
        let half = to as u8 + 1;
        next[from as usize][verb as usize] |= match outcome {
            Outcome::Refusal => half << HALF,
            _ => {
                assert!(outcome as u8 == Outcome::wanted(verb) as u8, "no verb wants this outcome");
                half
            }
        };
        index += 1;
    }
    next
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
    fn a_step_is_what_the_table_says() {
        for from in State::ALL {
            for verb in Verb::ALL {
                for outcome in [Outcome::Success, Outcome::GoAhead, Outcome::Refusal] {
                    let row = TRANSITIONS.iter().find(|row| (row.from, row.verb, row.outcome) == (from, verb, outcome));
                    let stays = outcome == Outcome::Refusal && from.allows(verb);
                    let expected = row.map(|row| row.to).or(stays.then_some(from));
                    assert_eq!(from.after(verb, outcome), expected, "{from:?} {verb:?} {outcome:?}");
                }
            }
        }
    }

    #[test]
    fn mail_needs_a_hello_and_data_a_recipient() {
        assert!(!State::Greeted.allows(Verb::Mail));
        assert!(!State::Sender.allows(Verb::Data));
        assert_eq!(State::Recipients.after(Verb::Data, Outcome::GoAhead), Some(State::Data));
        assert_eq!(State::Recipients.after(Verb::Data, Outcome::Refusal), Some(State::Recipients));
    }
}
