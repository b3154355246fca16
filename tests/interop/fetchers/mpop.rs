//! mpop, which pipelines, and gives each message to a script.

use std::process::Command;

use mailproto_tests::tools;

use super::{Fetched, Folder, Job, with_whole_line_ends};
use crate::clients::{Encryption, required, run};

pub(crate) fn fetch(job: &Job<'_>) -> Fetched {
    let folder = Folder::new();
    let switch = |on: bool| if on { "on" } else { "off" };
    let mut settings = format!(
        "account a\nhost localhost\nport {}\nuser {}\npasswordeval printf '%s\\n' \"$PASSWORD\"\nauth user\n\
         tls {}\ntls_starttls {}\nreceived_header off\nkeep off\ndelivery mda {}\nuidls_file {}\n",
        job.server.port(),
        job.user,
        switch(job.encryption != Encryption::None),
        switch(job.encryption == Encryption::StartTls),
        folder.take.display(),
        folder.path().join("uidls").display(),
    );
    if job.encryption != Encryption::None {
        settings += &format!("tls_trust_file {}\n", folder.certificates.authority.display());
    }
    let settings = folder.settings(&settings);
    let mut command = Command::new(required(tools::program("mpop")));
    command.env("PASSWORD", job.password).arg("--file").arg(settings).args(["--debug", "a"]);
    let outcome = run(&mut command);
    (outcome, with_whole_line_ends(folder.fetched()))
}
