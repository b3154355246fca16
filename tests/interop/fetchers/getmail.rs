//! getmail, the one of today, which gives each message to a script. It knows no STLS.

use std::process::Command;

use mailproto_tests::tools;

use super::{Fetched, Folder, Job, with_whole_line_ends};
use crate::clients::{Encryption, required, run};

pub(crate) fn fetch(job: &Job<'_>) -> Fetched {
    let folder = Folder::new();
    let (retriever, check) = match job.encryption {
        Encryption::Implicit => {
            ("SimplePOP3SSLRetriever", format!("ca_certs = {}\n", folder.certificates.authority.display()))
        }
        _ => ("SimplePOP3Retriever", String::new()),
    };
    let settings = folder.settings(&format!(
        "[retriever]\ntype = {retriever}\nserver = localhost\nport = {}\nusername = {}\npassword = {}\n{check}\
         [destination]\ntype = MDA_external\npath = {}\nallow_root_commands = true\nunixfrom = false\n\
         [options]\nread_all = true\ndelete = true\ndelivered_to = false\nreceived = false\nverbose = 2\n",
        job.server.port(),
        job.user,
        // Its settings know `%` as the start of a name.
        job.password.replace('%', "%%"),
        folder.take.display(),
    ));
    let mut command = Command::new(required(tools::program("getmail")));
    command.arg("--getmaildir").arg(folder.path()).arg("--rcfile").arg(settings);
    let mut outcome = run(&mut command);
    // It ends well whatever has happened.
    outcome.success &= !outcome.transcript.to_lowercase().contains("error");
    (outcome, with_whole_line_ends(folder.fetched()))
}
