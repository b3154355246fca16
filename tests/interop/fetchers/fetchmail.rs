//! fetchmail, which gives each message to a script.

use std::process::Command;

use mailproto_tests::tools;

use super::{Fetched, Folder, Job, with_whole_line_ends};
use crate::clients::{Encryption, required, run};

pub(crate) fn fetch(job: &Job<'_>) -> Fetched {
    let folder = Folder::new();
    let protection = match job.encryption {
        Encryption::None => "sslproto ''".into(),
        Encryption::StartTls => format!("sslproto 'tls1.2+' {}", check(&folder)),
        Encryption::Implicit => format!("ssl {}", check(&folder)),
    };
    // Its name is what the certificate is for.
    let settings = folder.settings(&format!(
        "set invisible\npoll localhost protocol pop3 port {} user \"{}\" password \"{}\" {protection} \
         mda \"{}\" fetchall nokeep norewrite pass8bits\n",
        job.server.port(),
        job.user,
        job.password,
        folder.take.display(),
    ));
    let mut command = Command::new(required(tools::program("fetchmail")));
    command
        .env("FETCHMAILHOME", folder.path())
        .args(["--nodetach", "-v", "-v", "--fetchmailrc"])
        .arg(settings)
        // One may run for each of these files.
        .arg("--pidfile")
        .arg(folder.path().join("pid"));
    let outcome = run(&mut command);
    (outcome, with_whole_line_ends(folder.fetched()))
}

fn check(folder: &Folder) -> String {
    format!("sslcertck sslcertfile '{}'", folder.certificates.authority.display())
}
