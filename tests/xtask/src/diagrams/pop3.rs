//! POP3: the table of the core, and where its states stand.

use mailproto::pop3::{Outcome, State, TRANSITIONS, Verb};

use super::plan::{Anchor, Arrow, Card, Kind, Plan, Row, Table};

/// The table of the core in words. A verb that leads to the same state whether it succeeds or is
/// refused has one row.
pub(super) fn table() -> Table {
    let mut rows: Vec<(State, Verb, State, Vec<Outcome>)> = Vec::new();
    for row in TRANSITIONS {
        match rows.iter_mut().find(|(from, verb, to, _)| (*from, *verb, *to) == (row.from, row.verb, row.to)) {
            Some((.., outcomes)) => outcomes.push(row.outcome),
            None => rows.push((row.from, row.verb, row.to, vec![row.outcome])),
        }
    }
    let row = |(from, verb, to, outcomes): (State, Verb, State, Vec<Outcome>)| {
        let label = format!("{}{}", verb.name(), ending(&outcomes));
        Row { from: from.name(), label, to: to.name() }
    };
    Table { states: State::ALL.map(State::name).to_vec(), rows: rows.into_iter().map(row).collect() }
}

/// How a verb ends: success goes without saying.
fn ending(outcomes: &[Outcome]) -> &'static str {
    match outcomes {
        [Outcome::Success] => "",
        [Outcome::Refusal] => " ✗",
        _ => " ✓✗",
    }
}

const fn card(state: State, centre: (i32, i32), size: (i32, i32)) -> Card {
    Card { state: state.name(), centre, size }
}

type Words = ((i32, i32), Anchor, usize);

const fn arrow(from: State, to: State, kind: Kind, way: &'static [(i32, i32)], words: Words) -> Arrow {
    Arrow { from: from.name(), to: to.name(), kind, way, words }
}

/// From left to right what a client does to reach its mail; above, the shorter ways in; below, the way
/// back, and the ways out.
pub(super) const PLAN: Plan = {
    use Anchor::{Middle, Start};
    use Kind::{Back, Forward, Out};
    use State::{Authorization, Connected, Ended, Handshake, Named, Transaction};
    Plan {
        title: "The states of POP3 and what leads from one to the next",
        size: (1000, 400),
        cards: &[
            card(Connected, (85, 70), (130, 52)),
            card(Handshake, (225, 70), (110, 36)),
            card(Authorization, (180, 210), (260, 90)),
            card(Named, (515, 210), (150, 72)),
            card(Transaction, (835, 210), (290, 110)),
            card(Ended, (85, 350), (130, 36)),
        ],
        arrows: &[
            arrow(Connected, Ended, Out, &[(20, 70), (10, 70), (10, 350), (20, 350)], ((16, 300), Start, 1)),
            arrow(Authorization, Ended, Out, &[(120, 255), (120, 332)], ((126, 300), Start, 1)),
            arrow(Named, Ended, Out, &[(515, 246), (515, 350), (150, 350)], ((521, 300), Start, 1)),
            arrow(Transaction, Ended, Out, &[(835, 265), (835, 364), (150, 364)], ((841, 330), Start, 1)),
            arrow(Connected, Authorization, Forward, &[(85, 96), (85, 165)], ((91, 130), Start, 1)),
            arrow(Authorization, Handshake, Forward, &[(210, 165), (210, 88)], ((204, 130), Anchor::End, 1)),
            arrow(Handshake, Authorization, Back, &[(240, 88), (240, 165)], ((246, 130), Start, 1)),
            arrow(Authorization, Named, Forward, &[(310, 200), (440, 200)], ((375, 192), Middle, 1)),
            arrow(
                Named,
                Authorization,
                Back,
                &[(475, 246), (475, 280), (270, 280), (270, 255)],
                ((372, 296), Middle, 4),
            ),
            arrow(
                Authorization,
                Transaction,
                Forward,
                &[(308, 165), (308, 120), (835, 120), (835, 155)],
                ((627, 112), Middle, 2),
            ),
            arrow(Named, Transaction, Forward, &[(590, 210), (690, 210)], ((640, 187), Middle, 2)),
        ],
        legend: (
            (190, 390),
            &[
                "On a card: what leaves the state as it is. ✓ accepted, ✗ refused; a refusal that is not shown changes nothing.",
            ],
        ),
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_words_has_every_transition() {
        let table = table();
        for row in TRANSITIONS {
            let labels = table.labels(row.from.name(), row.to.name());
            let label = labels.into_iter().find(|label| label.trim_end_matches([' ', '✓', '✗']) == row.verb.name());
            let label = label.unwrap_or_else(|| panic!("{row:?}"));
            assert_eq!(
                label.contains('✗'),
                TRANSITIONS.iter().any(|other| {
                    (other.from, other.verb, other.to, other.outcome) == (row.from, row.verb, row.to, Outcome::Refusal)
                }),
                "{row:?}"
            );
        }
    }
}
