//! Dovecot: LMTP for the tests' mailboxes, and the check of passwords that
//! Postfix asks.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use mailproto_tests::process::Process;
use mailproto_tests::tools;

use super::{ACCOUNTS, DOMAIN, MAILBOXES, MailServer, NOBODY, Workplace, free_address, lines, required, wait_for};

/// A recipient that Dovecot accepts at RCPT and refuses after the data,
/// because its mailbox is full.
pub(crate) const FULL: &str = "full";

/// The key of the tokens, in base64: "a key of the tests and of nothing else".
const TOKEN_KEY: &str = "YSBrZXkgb2YgdGhlIHRlc3RzIGFuZCBvZiBub3RoaW5nIGVsc2U=";

/// A token (a JSON web token by HS256, good until 2100) for the account "alice".
pub(crate) const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsImlhdCI6MTcwM\
    DAwMDAwMCwibmJmIjoxNzAwMDAwMDAwLCJleHAiOjQxMDI0NDQ4MDAsInNjb3BlIjoibWFpbCIsImF6c\
    CI6ImF6cCJ9.07Y7FwJPrLOUwbnsH5FAGyo73c5oBBYeOM1R2eQncqM";

/// A Dovecot that takes mail by LMTP, at the address `smtp` of the result.
pub(crate) fn start() -> MailServer {
    required(tools::root_for("Dovecot"));
    let workplace = Workplace::new("dovecot");
    let lmtp = free_address();
    let maildirs = workplace.folder_of_nobody("mail");
    let names = MAILBOXES.iter().filter(|(name, _)| name.is_ascii());
    let mut users: String = names.map(|(name, _)| format!("{name}:::::::\n")).collect();
    users += &format!("{FULL}::::::: userdb_quota_rule=*:bytes=1\n");
    let users = workplace.file("users", &users);
    let settings = format!(
        "protocols = lmtp
mail_plugins = quota
mail_uid = {NOBODY}
mail_gid = {NOBODY}
mail_home = {maildirs}/%n
mail_location = maildir:~
postmaster_address = postmaster@{DOMAIN}
hostname = dovecot.{DOMAIN}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
}}
passdb {{
  driver = passwd-file
  args = username_format=%n {users}
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {users}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
",
        maildirs = maildirs.display(),
        users = users.display(),
        port = lmtp.port(),
    );
    let process = run(&workplace, "dovecot", &settings);
    wait_for(&process, &[lmtp]);
    MailServer {
        name: "Dovecot",
        smtp: lmtp,
        submission: lmtp,
        submissions: None,
        trace: &["Return-Path", "Delivered-To", "Received"],
        maildirs,
        _processes: vec![process],
        folder: workplace.folder,
    }
}

/// A Dovecot that only says which passwords are right, at the address returned
/// and in Dovecot's own protocol.
pub(super) fn start_password_check(workplace: &Workplace) -> (SocketAddr, Process) {
    let address = free_address();
    let passwords =
        workplace.file("passwords", &lines(&ACCOUNTS, |(name, password)| format!("{name}:{{PLAIN}}{password}")));
    let settings = format!(
        "protocols =
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 anonymous oauthbearer xoauth2
auth_anonymous_username = guest
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {passwords}
}}
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {tokens}
}}
userdb {{
  driver = static
  args = uid={NOBODY} gid={NOBODY} home=/nonexistent
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {port}
  }}
}}
",
        passwords = passwords.display(),
        tokens = tokens(workplace).display(),
        port = address.port(),
    );
    let process = run(workplace, "passwords-server", &settings);
    wait_for(&process, &[address]);
    (address, process)
}

/// What says which tokens are right: those that are signed with a key of the tests.
fn tokens(workplace: &Workplace) -> PathBuf {
    for folder in ["keys", "keys/azp", "keys/azp/HS256"] {
        workplace.folder(folder);
    }
    workplace.file("keys/azp/HS256/default", TOKEN_KEY);
    let settings = format!(
        "introspection_mode = local
local_validation_key_dict = fs:posix:prefix={}/
username_attribute = sub
",
        workplace.path("keys").display(),
    );
    workplace.file("tokens.conf", &settings)
}

fn run(workplace: &Workplace, name: &str, settings: &str) -> Process {
    let dovecot = required(tools::program("dovecot"));
    let common = format!(
        "listen = 127.0.0.1
base_dir = {run}
state_dir = {run}
instance_name = {name}
log_path = /dev/stderr
first_valid_uid = 1
ssl = no
",
        run = workplace.folder(name).display(),
    );
    let file = workplace.file(&format!("{name}.conf"), &(common + settings));
    let mut command = Command::new(dovecot);
    command.arg("-F").arg("-c").arg(file);
    workplace.start(command)
}
