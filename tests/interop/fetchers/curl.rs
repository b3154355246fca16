//! curl, once for each message and once more to delete it.

use std::process::Command;

use mailproto_tests::tools;

use super::{Fetched, Folder, Job};
use crate::clients::{Encryption, Outcome, required, run};

pub(crate) fn fetch(job: &Job<'_>) -> Fetched {
    let folder = Folder::new();
    let mut transcript = String::new();
    for number in 1..=job.messages.max(1) {
        for delete in [false, true] {
            let scheme = if job.encryption == Encryption::Implicit { "pop3s" } else { "pop3" };
            let mut command = Command::new(required(tools::program("curl")));
            command
                .args(["--verbose", "--silent", "--show-error"])
                .args(["--user", &format!("{}:{}", job.user, job.password)])
                .arg("--output")
                .arg(if delete { "/dev/null".into() } else { folder.inbox.join(number.to_string()) })
                .arg(format!("{scheme}://{}/{number}", job.server));
            if delete {
                command.args(["--request", "DELE", "--list-only"]);
            }
            if job.encryption != Encryption::None {
                command.arg("--ssl-reqd").arg("--cacert").arg(&folder.certificates.authority);
            }
            let outcome = run(&mut command);
            transcript += &outcome.transcript;
            if !outcome.success {
                return (Outcome { success: false, transcript }, folder.fetched());
            }
        }
    }
    (Outcome { success: true, transcript }, folder.fetched())
}
