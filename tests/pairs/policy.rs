//! What a server will decide, and what must follow from it.

use crate::chance::Chance;
use mailproto::smtp::Verdict;

/// The stages at which a server can say no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    Mail,
    Rcpt(usize),
    Data,
    End(usize),
}

/// The decision on one message at each stage: 0 for yes.
#[derive(Clone, Debug)]
pub(crate) struct Decisions {
    pub(crate) mail: u16,
    pub(crate) recipients: Vec<u16>,
    pub(crate) data: u16,
    /// The verdict; in LMTP one for each recipient that was accepted, by its index.
    pub(crate) end: Vec<u16>,
}

const REFUSALS: [u16; 4] = [450, 451, 550, 554];

impl Decisions {
    /// Mostly yes.
    pub(crate) fn of(recipients: usize, chance: &mut Chance) -> Self {
        let mut decide = |times| if chance.once_in(times) { chance.of(&REFUSALS) } else { 0 };
        Self {
            mail: decide(8),
            recipients: (0..recipients).map(|_| decide(4)).collect(),
            data: decide(8),
            end: (0..recipients).map(|_| decide(5)).collect(),
        }
    }

    /// Always yes.
    pub(crate) fn yes(recipients: usize) -> Self {
        Self { mail: 0, recipients: vec![0; recipients], data: 0, end: vec![0; recipients] }
    }

    pub(crate) fn at(&self, stage: Stage) -> u16 {
        match stage {
            Stage::Mail => self.mail,
            Stage::Rcpt(index) => self.recipients[index],
            Stage::Data => self.data,
            Stage::End(index) => self.end[index],
        }
    }

    /// What the client's side must be told of each recipient.
    pub(crate) fn verdicts(&self, lmtp: bool) -> Vec<Verdict> {
        let by = |code: u16| match code {
            0 => Verdict::Accepted,
            400..500 => Verdict::Transient,
            _ => Verdict::Permanent,
        };
        let first = [self.mail].into_iter().find(|code| *code != 0);
        (0..self.recipients.len())
            .map(|index| {
                let end = if lmtp { self.end[index] } else { self.end[0] };
                let codes = [first.unwrap_or(0), self.recipients[index], self.data, end];
                by(codes.into_iter().find(|code| *code != 0).unwrap_or(0))
            })
            .collect()
    }
}
