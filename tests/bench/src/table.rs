//! What was measured, as Markdown.

use crate::harness::{Bound, Role, Task, Times};
use crate::heap::Heap;

/// Everything that was measured of a task.
pub(crate) struct Measured<'a> {
    pub(crate) task: &'a Task,
    pub(crate) times: Times,
    pub(crate) heaps: Vec<Option<Heap>>,
    /// Instructions of a pass, where they were counted, and the bytes of that pass.
    pub(crate) instructions: Vec<Option<f64>>,
}

pub(crate) const HEAD: &str = "\
| task | entry | MB/s | ns/item | instr/B | allocs/item | peak heap | x best peer | x floor |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |";

/// One line for each entry.
pub(crate) fn lines(measured: &Measured<'_>) -> Vec<String> {
    let Measured { task, times, heaps, instructions } = measured;
    let fastest = |role| {
        (0..task.entries.len())
            .filter(|place| task.entries[*place].role == role)
            .min_by(|one, other| times.of(*one).total_cmp(&times.of(*other)))
    };
    let (peer, floor) = (fastest(Role::Peer), fastest(Role::Floor));
    let to =
        |place, other: Option<usize>| other.map_or("-".to_owned(), |other| format!("{:.2}", times.ratio(place, other)));
    let line = |place: usize| {
        let entry = &task.entries[place];
        let name = match entry.role {
            Role::Ours => format!("**{}**", entry.name),
            Role::Peer => entry.name.to_owned(),
            Role::Floor => format!("_{}_", entry.name),
        };
        let nanoseconds = times.of(place);
        let items = task.items as f64 * entry.bytes as f64 / task.bytes as f64;
        let (calls, peak) = match heaps[place] {
            Some(heap) => (format!("{:.2}", heap.calls as f64 / items), bytes(heap.peak)),
            None => ("-".to_owned(), "-".to_owned()),
        };
        format!(
            "| {} | {name} | {} | {} | {} | {calls} | {peak} | {} | {} |",
            task.name,
            significant(entry.bytes as f64 * 1_000.0 / nanoseconds),
            duration(nanoseconds / items),
            instructions[place].map_or("-".to_owned(), |count| format!("{count:.2}")),
            to(place, peer),
            to(place, floor),
        )
    };
    (0..task.entries.len()).map(line).collect()
}

pub(crate) const BOUNDS_HEAD: &str = "\
| task | ours | against | time at most | measured | |
| --- | --- | --- | --- | --- | --- |";

/// One line for each bound.
pub(crate) fn bounds(measured: &Measured<'_>) -> Vec<String> {
    let task = measured.task;
    let line = |bound: &Bound| {
        let (ours, other) = (task.place(bound.ours)?, task.place(bound.other)?);
        let mut ratio = measured.times.ratio(ours, other);
        if bound.per_byte {
            ratio *= task.entries[other].bytes as f64 / task.entries[ours].bytes as f64;
        }
        let verdict = if ratio <= bound.at_most { "held" } else { "**missed**" };
        let what = if bound.per_byte { " a byte" } else { "" };
        Some(format!(
            "| {} | {} | {} | {:.2} x{what} | {ratio:.2} x | {verdict} |",
            task.name, bound.ours, bound.other, bound.at_most
        ))
    };
    task.bounds.iter().filter_map(line).collect()
}

/// Three digits that say something.
fn significant(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        1e6.. => format!("{:.1} ms", nanoseconds / 1e6),
        _ => significant(nanoseconds),
    }
}

fn bytes(count: u64) -> String {
    match count as f64 {
        count @ 1_048_576.0.. => format!("{:.1} MiB", count / 1_048_576.0),
        count @ 1_024.0.. => format!("{:.1} KiB", count / 1_024.0),
        count => format!("{count} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            (significant(1234.5), significant(12.34), significant(0.5)),
            ("1234".into(), "12.3".into(), "0.50".into())
        );
        assert_eq!((duration(2.5e6), duration(80.0)), ("2.5 ms".into(), "80.0".into()));
        assert_eq!((bytes(40), bytes(2_048), bytes(64 << 20)), ("40 B".into(), "2.0 KiB".into(), "64.0 MiB".into()));
    }
}
