//! Speed and heap of mailproto side by side with its peers, in one run.
//!
//! ```text
//! cargo xtask bench                     everything
//! cargo xtask bench -- C1 C3+           some tasks
//! cargo xtask bench -- --instructions   also instructions, by valgrind
//! cargo xtask bench -- --quick          small inputs and few rounds: does every entry work?
//! ```

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

mod data;
#[cfg(libetpan)]
mod etpan;
mod harness;
mod heap;
mod instructions;
mod mails;
mod session;
mod table;
mod tasks;
mod texts;

use harness::{Effort, Task};
use table::Measured;

/// Speed and heap of mailproto side by side with its peers, in one run.
#[derive(Parser)]
#[command(name = "mailproto-bench")]
struct Arguments {
    /// Tasks to run, by the start of their names; all when none is named
    tasks: Vec<String>,
    /// Small inputs and few rounds, to see that everything works; the times say nothing
    #[arg(long)]
    quick: bool,
    /// Also count instructions, with valgrind
    #[arg(long)]
    instructions: bool,
    /// Rounds at least
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Seconds to measure each task
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Run one entry of a task twice, print its bytes and end: what valgrind runs
    #[arg(long, num_args = 2, value_names = ["TASK", "ENTRY"], hide = true)]
    once: Option<Vec<String>>,
}

/// How much smaller the inputs are where only the work counts, not its speed.
const SMALL: usize = 100;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(once) = &arguments.once {
        return run_once(&once[0], &once[1]);
    }
    let size = if arguments.quick { SMALL } else { 1 };
    let effort = if arguments.quick {
        Effort { rounds: 2, time: Duration::ZERO }
    } else {
        Effort { rounds: arguments.rounds, time: Duration::from_secs_f64(arguments.seconds) }
    };
    let chosen =
        |name: &str| arguments.tasks.is_empty() || arguments.tasks.iter().any(|start| name.starts_with(start.as_str()));

    let mut bounds = Vec::new();
    println!("{}", table::HEAD);
    for make in tasks::ALL {
        let mut task = make(size);
        if !chosen(task.name) {
            continue;
        }
        let (times, heaps) = harness::run(&mut task, effort);
        let count = |entry: &harness::Entry| {
            arguments.instructions.then(|| instructions::per_byte(&task, entry.name)).flatten()
        };
        let instructions = task.entries.iter().map(count).collect();
        let measured = Measured { task: &task, times, heaps, instructions };
        table::lines(&measured).iter().for_each(|line| println!("{line}"));
        bounds.extend(table::bounds(&measured));
    }
    println!("\n{}", table::BOUNDS_HEAD);
    bounds.iter().for_each(|line| println!("{line}"));
    println!();
    for make in tasks::ALL {
        let task = make(SMALL);
        if chosen(task.name) {
            println!("{}: {}", task.name, task.about);
        }
    }
    ExitCode::SUCCESS
}

fn run_once(task: &str, entry: &str) -> ExitCode {
    let found = tasks::ALL.iter().map(|make| make(SMALL)).find(|made: &Task| made.name == task);
    let Some(mut found) = found else { return ExitCode::FAILURE };
    let Some(place) = found.place(entry) else { return ExitCode::FAILURE };
    let entry = &mut found.entries[place];
    entry.measured_pass();
    entry.measured_pass();
    println!("{}", entry.bytes);
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_every_task_does_the_whole_job() {
        for make in tasks::ALL {
            let mut task = make(SMALL * 10);
            harness::run(&mut task, Effort { rounds: 1, time: Duration::ZERO });
        }
    }

    #[test]
    fn every_bound_names_entries_that_exist() {
        for make in tasks::ALL {
            let task = make(SMALL * 10);
            for bound in &task.bounds {
                assert!(task.place(bound.ours).is_some(), "{}: {}", task.name, bound.ours);
                let without = cfg!(not(libetpan)) && bound.other.starts_with("libetpan")
                    || cfg!(not(feature = "slow-peers")) && bound.other.starts_with("rust-pop3-client");
                assert!(without || task.place(bound.other).is_some(), "{}: {}", task.name, bound.other);
            }
        }
    }
}
