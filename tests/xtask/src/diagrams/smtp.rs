//! SMTP and LMTP: the table of the core, and where its states stand.

use mailproto::smtp::{Outcome, State, TRANSITIONS, Verb};

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
        [Outcome::GoAhead] => " 354",
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

/// From left to right what a client does to send a message; above and below, the ways back to the
/// next one; at the bottom, the way out.
pub(super) const PLAN: Plan = {
    use Anchor::{Middle, Start};
    use Kind::{Back, Forward, Out};
    use State::{Chunks, Connected, Data, Ended, Greeted, Handshake, Ready, Recipients, Sender};
    Plan {
        title: "The states of SMTP and what leads from one to the next",
        size: (1000, 500),
        cards: &[
            card(Connected, (95, 50), (130, 52)),
            card(Handshake, (230, 122), (110, 36)),
            card(Greeted, (95, 240), (150, 72)),
            card(Ready, (320, 240), (160, 72)),
            card(Sender, (530, 240), (150, 72)),
            card(Recipients, (725, 240), (150, 72)),
            card(Data, (915, 130), (130, 52)),
            card(Chunks, (915, 340), (130, 52)),
            card(Ended, (95, 450), (130, 36)),
        ],
        arrows: &[
            arrow(Connected, Ended, Out, &[(30, 50), (10, 50), (10, 450), (30, 450)], ((16, 390), Start, 1)),
            arrow(Greeted, Ended, Out, &[(95, 276), (95, 432)], ((101, 390), Start, 1)),
            arrow(Ready, Ended, Out, &[(270, 276), (270, 450), (160, 450)], ((276, 390), Start, 1)),
            arrow(Sender, Ended, Out, &[(530, 276), (530, 450), (160, 450)], ((536, 350), Start, 1)),
            arrow(Recipients, Ended, Out, &[(690, 276), (690, 450), (160, 450)], ((696, 350), Start, 1)),
            arrow(Chunks, Ended, Out, &[(950, 366), (950, 450), (160, 450)], ((944, 390), Anchor::End, 1)),
            arrow(Connected, Greeted, Forward, &[(60, 76), (60, 204)], ((66, 150), Start, 1)),
            arrow(Greeted, Ready, Forward, &[(170, 225), (240, 225)], ((203, 203), Middle, 1)),
            arrow(Ready, Greeted, Back, &[(240, 255), (170, 255)], ((205, 271), Middle, 1)),
            arrow(Ready, Handshake, Forward, &[(260, 204), (260, 140)], ((266, 176), Start, 1)),
            arrow(Handshake, Greeted, Back, &[(175, 122), (130, 122), (130, 204)], ((136, 176), Start, 1)),
            arrow(Ready, Sender, Forward, &[(400, 240), (455, 240)], ((427, 232), Middle, 1)),
            arrow(Sender, Recipients, Forward, &[(605, 240), (650, 240)], ((626, 232), Middle, 1)),
            arrow(Recipients, Data, Forward, &[(760, 204), (760, 130), (850, 130)], ((803, 122), Middle, 1)),
            arrow(Recipients, Chunks, Forward, &[(760, 276), (760, 340), (850, 340)], ((803, 332), Middle, 1)),
            arrow(Sender, Ready, Back, &[(530, 204), (530, 160), (380, 160), (380, 204)], ((455, 152), Middle, 3)),
            arrow(Recipients, Ready, Back, &[(725, 204), (725, 110), (360, 110), (360, 204)], ((542, 102), Middle, 4)),
            arrow(Data, Ready, Back, &[(915, 104), (915, 60), (340, 60), (340, 204)], ((627, 52), Middle, 1)),
            arrow(Chunks, Ready, Back, &[(880, 366), (880, 410), (360, 410), (360, 276)], ((610, 387), Middle, 2)),
        ],
        legend: (
            (190, 484),
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
            let label = labels
                .into_iter()
                .find(|label| label.trim_end_matches([' ', '✓', '✗']).trim_end_matches(" 354") == row.verb.name());
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
