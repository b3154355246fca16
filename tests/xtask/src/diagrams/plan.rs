//! What is drawn, and where: a table of states, and the places that a person chose for it.

use anyhow::{Result, bail};

/// A state machine, as words.
pub(super) struct Table {
    /// The names of its states.
    pub(super) states: Vec<&'static str>,
    /// What leads from where to where.
    pub(super) rows: Vec<Row>,
}

/// One transition.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) from: &'static str,
    /// What happens, such as `DATA 354`.
    pub(super) label: String,
    pub(super) to: &'static str,
}

impl Table {
    /// What leads from one state to another, or keeps it where it is.
    pub(super) fn labels(&self, from: &str, to: &str) -> Vec<&str> {
        let between = self.rows.iter().filter(|row| row.from == from && row.to == to);
        between.map(|row| row.label.as_str()).collect()
    }
}

/// A point of the drawing.
pub(super) type Point = (i32, i32);

/// Where everything stands.
pub(super) struct Plan {
    /// What it shows, in a few words.
    pub(super) title: &'static str,
    /// Width and height.
    pub(super) size: Point,
    pub(super) cards: &'static [Card],
    pub(super) arrows: &'static [Arrow],
    /// What the reader must know to read it, and where that stands.
    pub(super) legend: (Point, &'static [&'static str]),
}

/// A state. What leads from it to itself is written on it.
pub(super) struct Card {
    pub(super) state: &'static str,
    pub(super) centre: Point,
    pub(super) size: Point,
}

/// The way from one state to another.
pub(super) struct Arrow {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) kind: Kind,
    /// The corners, from the border of one card to the border of the other.
    pub(super) way: &'static [Point],
    /// Where its words begin, how they stand there, and how many of them stand in a line.
    pub(super) words: (Point, Anchor, usize),
}

/// What an arrow means to the reader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// On towards what the protocol is for.
    Forward,
    /// Back to where the next thing can begin.
    Back,
    /// Out.
    Out,
}

/// Which part of a text stands at its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Plan {
    /// Fails unless every state and transition has its place, and nothing else has.
    pub(super) fn must_fit(&self, table: &Table) -> Result<()> {
        for state in &table.states {
            self.card(state)?;
        }
        for card in self.cards {
            if !table.states.contains(&card.state) {
                bail!("there is no state {}", card.state);
            }
        }
        for row in table.rows.iter().filter(|row| row.from != row.to) {
            if !self.arrows.iter().any(|arrow| (arrow.from, arrow.to) == (row.from, row.to)) {
                bail!("{} leads from {} to {}, and no arrow does", row.label, row.from, row.to);
            }
        }
        for arrow in self.arrows {
            self.must_lead(arrow, table)?;
        }
        Ok(())
    }

    fn must_lead(&self, arrow: &Arrow, table: &Table) -> Result<()> {
        let Arrow { from, to, way, .. } = arrow;
        if table.labels(from, to).is_empty() {
            bail!("nothing leads from {from} to {to}, but an arrow does");
        }
        let ends = [(from, way.first()), (to, way.last())];
        for (state, end) in ends {
            if !end.is_some_and(|end| self.card(state).is_ok_and(|card| card.has_on_its_border(*end))) {
                bail!("the arrow from {from} to {to} does not end at the border of {state}");
            }
        }
        if way.windows(2).any(|corners| corners[0].0 != corners[1].0 && corners[0].1 != corners[1].1) {
            bail!("the arrow from {from} to {to} goes askew");
        }
        Ok(())
    }

    fn card(&self, state: &str) -> Result<&Card> {
        match self.cards.iter().find(|card| card.state == state) {
            Some(card) => Ok(card),
            None => bail!("the state {state} has no place"),
        }
    }
}

impl Card {
    /// Left, top, right, bottom.
    pub(super) const fn edges(&self) -> (i32, i32, i32, i32) {
        let ((x, y), (width, height)) = (self.centre, self.size);
        (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    }

    fn has_on_its_border(&self, (x, y): Point) -> bool {
        let (left, top, right, bottom) = self.edges();
        let beside = (x == left || x == right) && (top..=bottom).contains(&y);
        let above = (y == top || y == bottom) && (left..=right).contains(&x);
        beside || above
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARDS: &[Card] = &[
        Card { state: "Shut", centre: (50, 50), size: (40, 20) },
        Card { state: "Open", centre: (150, 50), size: (40, 20) },
    ];

    const fn plan(arrows: &'static [Arrow]) -> Plan {
        Plan { title: "A door", size: (200, 100), cards: CARDS, arrows, legend: ((0, 0), &[]) }
    }

    const fn arrow(way: &'static [Point]) -> Arrow {
        Arrow { from: "Shut", to: "Open", kind: Kind::Forward, way, words: ((100, 40), Anchor::Middle, 1) }
    }

    fn table(states: &[&'static str], rows: &[(&'static str, &'static str)]) -> Table {
        let row = |(from, to): &(&'static str, &'static str)| Row { from, label: "push".to_owned(), to };
        Table { states: states.to_vec(), rows: rows.iter().map(row).collect() }
    }

    #[test]
    fn a_plan_fits_the_table_it_was_made_for() {
        const PLAN: Plan = plan(&[arrow(&[(70, 50), (130, 50)])]);
        let rows = [("Shut", "Open"), ("Open", "Open")];
        PLAN.must_fit(&table(&["Shut", "Open"], &rows)).expect("a plan that fits");
    }

    #[test]
    fn a_plan_with_too_much_or_too_little_is_refused() {
        const PLAN: Plan = plan(&[arrow(&[(70, 50), (130, 50)])]);
        for (states, rows) in [
            (&["Shut", "Open", "Ajar"][..], &[("Shut", "Open")][..]),
            (&["Shut"], &[("Shut", "Open")]),
            (&["Shut", "Open"], &[]),
            (&["Shut", "Open"], &[("Shut", "Open"), ("Open", "Shut")]),
        ] {
            assert!(PLAN.must_fit(&table(states, rows)).is_err(), "{states:?} {rows:?}");
        }
    }

    #[test]
    fn an_arrow_that_goes_astray_is_refused() {
        const SHORT: Plan = plan(&[arrow(&[(70, 50), (120, 50)])]);
        const ASKEW: Plan = plan(&[arrow(&[(70, 50), (130, 55)])]);
        for plan in [SHORT, ASKEW] {
            assert!(plan.must_fit(&table(&["Shut", "Open"], &[("Shut", "Open")])).is_err());
        }
    }
}
