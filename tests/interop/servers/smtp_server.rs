//! smtp-server, the SMTP server of Node's Nodemailer, from npm.

use std::process::Command;

use mailproto_tests::tools;

use super::{MailServer, Workplace, free_address, required, script, settings_of_script, wait_for};

/// An smtp-server that keeps mail for the domain of the tests.
pub(crate) fn start() -> MailServer {
    let node = required(tools::program("node"));
    let modules = required(tools::node_modules());
    let workplace = Workplace::new("smtp-server");
    let addresses = [free_address(), free_address(), free_address()];
    let [smtp, submission, submissions] = addresses;
    let settings = settings_of_script(&workplace, addresses);

    let mut command = Command::new(node);
    command.env("NODE_PATH", modules).arg(script("smtp_server.js")).arg(settings);
    let process = workplace.start(command);
    wait_for(&process, &addresses);
    MailServer {
        name: "smtp-server",
        smtp,
        submission,
        submissions: Some(submissions),
        trace: &[],
        maildirs: workplace.path("mail"),
        _processes: vec![process],
        folder: workplace.folder,
    }
}
