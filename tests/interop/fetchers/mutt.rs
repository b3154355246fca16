//! mutt, told by keystrokes on a terminal of its own to fetch into a maildir.

use std::fs;
use std::process::Command;

use mailproto_tests::tools;

use super::{Fetched, Folder, Job, with_whole_line_ends};
use crate::clients::{Encryption, Outcome, required, run};

pub(crate) fn fetch(job: &Job<'_>) -> Fetched {
    let folder = Folder::new();
    for part in ["cur", "new", "tmp"] {
        fs::create_dir(folder.inbox.join(part)).expect("a folder can be made");
    }
    let scheme = if job.encryption == Encryption::Implicit { "pops" } else { "pop" };
    let yes = |on: bool| if on { "yes" } else { "no" };
    let settings = folder.settings(&format!(
        "set pop_host=\"{scheme}://{}@localhost:{}\"\nset pop_pass=\"{}\"\nset pop_delete=yes\n\
         set ssl_starttls={starttls}\nset ssl_force_tls={tls}\nset ssl_ca_certificates_file=\"{}\"\n\
         set mbox_type=Maildir\nset spoolfile=\"{}\"\nset folder=\"{}\"\n\
         set sleep_time=0\nset wait_key=no\nset move=no\nset quit=yes\n",
        job.user,
        job.server.port(),
        job.password,
        folder.certificates.authority.display(),
        folder.inbox.display(),
        folder.path().display(),
        starttls = yes(job.encryption == Encryption::StartTls),
        tls = yes(job.encryption != Encryption::None),
    ));
    let mutt = required(tools::program("mutt"));
    let keys = "push <fetch-mail><exit>";
    let command = format!("exec {} -n -F {} -e '{keys}'", mutt.display(), settings.display());
    let mut terminal = Command::new(required(tools::program("script")));
    terminal.env("TERM", "dumb").env("HOME", folder.path()).args(["-qec", &command, "/dev/null"]);
    let outcome = run(&mut terminal);
    let files = fs::read_dir(folder.inbox.join("new")).expect("the folder can be read");
    let messages: Vec<_> =
        files.map(|file| fs::read(file.expect("a file can be found").path()).expect("a message can be read")).collect();
    // It ends well whatever happened, and paints what it has to say over its own words.
    let success = outcome.success && !messages.is_empty();
    (Outcome { success, ..outcome }, with_whole_line_ends(messages))
}
