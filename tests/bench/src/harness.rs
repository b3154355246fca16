//! Times all entries of a task in one run.
//!
//! Every round runs every entry once, in an order that rotates; ratios are taken within a round,
//! and what is reported is the median over the rounds. So whatever else the machine does meets all
//! entries alike. A time is that of the processor, not of the clock on the wall: while another
//! program has the processor, nobody is slow.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::heap::{self, Heap};

/// What an entry is to the others of its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// mailproto.
    Ours,
    /// Another library that does the job.
    Peer,
    /// The least work that any way of doing the job needs; it checks nothing.
    Floor,
}

/// One way of doing a task.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// Bytes that one pass handles.
    pub(crate) bytes: usize,
    /// What every pass must return.
    expected: u64,
    pass: Box<dyn FnMut() -> u64>,
}

impl Entry {
    /// Runs one pass. Instructions are counted inside this function and nowhere else.
    ///
    /// # Panics
    /// When the pass did not do the whole job.
    #[inline(never)]
    pub(crate) fn measured_pass(&mut self) {
        let done = black_box((self.pass)());
        assert_eq!(done, self.expected, "{} did not do the whole job", self.name);
    }
}

/// A time that must hold against another in the same run.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    pub(crate) ours: &'static str,
    pub(crate) other: &'static str,
    /// The most that ours may take, as a multiple of the other's time.
    pub(crate) at_most: f64,
    /// Compare the time of a byte, not of a pass.
    pub(crate) per_byte: bool,
}

/// Something to do, and who does it.
pub(crate) struct Task {
    pub(crate) name: &'static str,
    pub(crate) about: String,
    /// Bytes and things in the input of one pass.
    pub(crate) bytes: usize,
    pub(crate) items: usize,
    pub(crate) entries: Vec<Entry>,
    pub(crate) bounds: Vec<Bound>,
}

impl Task {
    pub(crate) fn new(name: &'static str, about: impl Into<String>, bytes: usize, items: usize) -> Self {
        Self { name, about: about.into(), bytes, items, entries: Vec::new(), bounds: Vec::new() }
    }

    fn entry(mut self, name: &'static str, role: Role, expected: usize, pass: impl FnMut() -> u64 + 'static) -> Self {
        let bytes = self.bytes;
        self.entries.push(Entry { name, role, bytes, expected: expected as u64, pass: Box::new(pass) });
        self
    }

    /// Adds mailproto's way. Each pass must return `expected`.
    pub(crate) fn ours(self, name: &'static str, expected: usize, pass: impl FnMut() -> u64 + 'static) -> Self {
        self.entry(name, Role::Ours, expected, pass)
    }

    /// Adds a peer's way.
    pub(crate) fn peer(self, name: &'static str, expected: usize, pass: impl FnMut() -> u64 + 'static) -> Self {
        self.entry(name, Role::Peer, expected, pass)
    }

    /// Adds a floor.
    pub(crate) fn floor(self, name: &'static str, expected: usize, pass: impl FnMut() -> u64 + 'static) -> Self {
        self.entry(name, Role::Floor, expected, pass)
    }

    /// The entry added last handles this many bytes in a pass.
    pub(crate) fn handling(mut self, bytes: usize) -> Self {
        if let Some(entry) = self.entries.last_mut() {
            entry.bytes = bytes;
        }
        self
    }

    /// `ours` may take at most this much of the time of `other`.
    pub(crate) fn bound(mut self, ours: &'static str, other: &'static str, at_most: f64) -> Self {
        self.bounds.push(Bound { ours, other, at_most, per_byte: false });
        self
    }

    /// A byte may cost `ours` at most this much of what it costs `other`.
    pub(crate) fn bound_per_byte(mut self, ours: &'static str, other: &'static str, at_most: f64) -> Self {
        self.bounds.push(Bound { ours, other, at_most, per_byte: true });
        self
    }

    /// The place of an entry.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.name == name)
    }
}

/// How long to measure.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds at least.
    pub(crate) rounds: usize,
    /// More rounds while this lasts.
    pub(crate) time: Duration,
}

/// The most rounds that say anything new.
const MOST_ROUNDS: usize = 201;

/// Every time that was taken: `times[entry][round]`, in nanoseconds.
pub(crate) struct Times(Vec<Vec<f64>>);

impl Times {
    /// The time of a pass.
    pub(crate) fn of(&self, entry: usize) -> f64 {
        median(self.0[entry].clone())
    }

    /// The time of a pass of `entry` as a multiple of that of `other`.
    pub(crate) fn ratio(&self, entry: usize, other: usize) -> f64 {
        median(self.0[entry].iter().zip(&self.0[other]).map(|(ours, other)| ours / other).collect())
    }
}

/// Runs a task: first for its heap and to see that every entry does the job, then for its time.
pub(crate) fn run(task: &mut Task, effort: Effort) -> (Times, Vec<Option<Heap>>) {
    let heaps = task
        .entries
        .iter_mut()
        .map(|entry| {
            entry.measured_pass();
            heap::count(|| entry.measured_pass()).1
        })
        .collect();
    let count = task.entries.len();
    let mut times = vec![Vec::new(); count];
    let begun = Instant::now();
    for round in 0..MOST_ROUNDS {
        if round >= effort.rounds && begun.elapsed() >= effort.time {
            break;
        }
        for step in 0..count {
            let place = (round + step) % count;
            let started = processor_time();
            task.entries[place].measured_pass();
            times[place].push(processor_time() - started);
        }
    }
    (Times(times), heaps)
}

/// The time that this thread has had the processor, in nanoseconds.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (half, odd) = (values.len() / 2, values.len() % 2 == 1);
    match values.len() {
        0 => f64::NAN,
        _ if odd => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert!(median(Vec::new()).is_nan());
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        // Both entries were slowed down together in the second round.
        let times = Times(vec![vec![10.0, 100.0, 10.0], vec![20.0, 200.0, 21.0]]);
        assert_eq!(times.ratio(0, 1), 0.5);
    }

    #[test]
    #[should_panic(expected = "lazy did not do the whole job")]
    fn a_pass_that_skips_work_is_found_out() {
        let mut task = Task::new("task", "", 1, 1).peer("lazy", 1, || 0);
        run(&mut task, Effort { rounds: 1, time: Duration::ZERO });
    }
}
