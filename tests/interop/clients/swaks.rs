//! swaks, the Swiss army knife for SMTP.

use std::process::Command;

use mailproto_tests::tools;

use super::{CLIENT_NAME, Encryption, Job, JobFiles, Outcome, required, run};

pub(crate) fn send(job: &Job<'_>) -> Outcome {
    send_by(job, &[])
}

/// The same with all commands that may be pipelined sent at once.
pub(crate) fn send_pipelined(job: &Job<'_>) -> Outcome {
    send_by(job, &["--pipeline"])
}

/// The same by LMTP.
pub(crate) fn send_lmtp(job: &Job<'_>) -> Outcome {
    send_by(job, &["--protocol", "LMTP"])
}

fn send_by(job: &Job<'_>, options: &[&str]) -> Outcome {
    // It ends the last line by itself, ended or not.
    let message = job.message.strip_suffix(b"\r\n").unwrap_or(job.message);
    let files = JobFiles::new(&Job { message, ..*job });
    let mut command = Command::new(required(tools::program("swaks")));
    command
        .args(["--server", &job.server.ip().to_string()])
        .args(["--port", &job.server.port().to_string()])
        .args(["--ehlo", CLIENT_NAME])
        .args(["--from", job.from])
        .args(["--to", &job.to.join(",")])
        .arg("--data")
        .arg(format!("@{}", files.message.display()));
    match job.encryption {
        Encryption::None => {}
        Encryption::StartTls => {
            command.arg("--tls");
        }
        Encryption::Implicit => {
            command.arg("--tls-on-connect");
        }
    }
    if job.encryption != Encryption::None {
        command.arg("--tls-verify").arg("--tls-ca-path").arg(&files.certificates.authority);
    }
    if let Some(login) = job.login {
        command
            .args(["--auth", login.mechanism])
            .args(["--auth-user", login.user])
            .args(["--auth-password", login.password]);
    }
    run(command.args(options))
}
