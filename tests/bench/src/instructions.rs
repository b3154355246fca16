//! Instructions of a pass, counted by valgrind: a second figure that other programs on the machine
//! do not disturb.

use std::env;
use std::process::{Command, Stdio};

use crate::harness::Task;

/// Instructions for each byte that a pass of this entry handles; `None` if valgrind is not here.
///
/// The program runs itself once under valgrind, with a warm-up pass that is not counted.
pub(crate) fn per_byte(task: &Task, entry: &str) -> Option<f64> {
    let program = env::current_exe().ok()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*measured_pass*")
        .arg(program)
        .args(["--once", task.name, entry])
        // Valgrind counts `rep movsb` as one instruction a byte: keep libc from using it.
        .env(
            "GLIBC_TUNABLES",
            "glibc.cpu.x86_rep_movsb_threshold=1073741824:glibc.cpu.x86_rep_stosb_threshold=1073741824",
        )
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let count = log.lines().find_map(|line| line.split_once("Collected : "))?.1.trim().parse::<f64>().ok()?;
    // Both passes are counted: the warm-up runs through the same function.
    Some(count / 2.0 / told.trim().parse::<f64>().ok()?)
}
