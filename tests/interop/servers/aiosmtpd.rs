//! aiosmtpd, the SMTP server of Python, from PyPI.

use std::process::Command;

use mailproto_tests::tools;

use super::{MailServer, Workplace, free_address, required, script, settings_of_script, wait_for};

/// An aiosmtpd that keeps mail for the domain of the tests.
pub(crate) fn start() -> MailServer {
    let python = required(tools::python());
    let workplace = Workplace::new("aiosmtpd");
    let addresses = [free_address(), free_address(), free_address()];
    let [smtp, submission, submissions] = addresses;
    let settings = settings_of_script(&workplace, addresses);

    let mut command = Command::new(python);
    command.arg(script("aiosmtpd_server.py")).arg(settings);
    let process = workplace.start(command);
    wait_for(&process, &addresses);
    MailServer {
        name: "aiosmtpd",
        smtp,
        submission,
        submissions: Some(submissions),
        trace: &[],
        maildirs: workplace.path("mail"),
        _processes: vec![process],
        folder: workplace.folder,
    }
}
