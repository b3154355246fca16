//! Dovecot: LMTP for the tests' mailboxes, POP3 out of them, and the check of
//! passwords that Postfix asks.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use mailproto_tests::process::Process;
use mailproto_tests::tools;

use super::{
    ACCOUNTS, DOMAIN, MAILBOXES, MailServer, Maildrop, NOBODY, Workplace, free_address, lines, required, wait_for,
};

/// A recipient that Dovecot accepts at RCPT and refuses after the data,
/// because its mailbox is full.
pub(crate) const FULL: &str = "full";

/// Who has logged in as nobody.
const GUEST: &str = "guest";

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
ssl = no
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

/// A Dovecot whose accounts, and the guest, have these messages in their maildrops.
pub(crate) fn start_maildrop(messages: &[Vec<u8>]) -> Maildrop {
    required(tools::root_for("Dovecot"));
    let workplace = Workplace::new("dovecot");
    let (pop3, pop3s) = (free_address(), free_address());
    let maildirs = workplace.folder_of_nobody("mail");
    for owner in ACCOUNTS.map(|(name, _)| name).into_iter().chain([GUEST]) {
        workplace.maildir_of_nobody(&format!("mail/{owner}"), messages);
    }
    let settings = format!(
        "protocols = pop3
mail_location = maildir:~
ssl = yes
# A wrong password makes nobody wait: the tests have many.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
ssl_cert = <{certificate}
ssl_key = <{key}
{logins}
userdb {{
  driver = static
  args = uid={NOBODY} gid={NOBODY} home={maildirs}/%n
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {plain}
  }}
  inet_listener pop3s {{
    port = {implicit}
    ssl = yes
  }}
}}
",
        certificate = workplace.certificates.server.display(),
        key = workplace.certificates.server_key.display(),
        logins = logins(&workplace, " apop"),
        maildirs = maildirs.display(),
        plain = pop3.port(),
        implicit = pop3s.port(),
    );
    let process = run(&workplace, "dovecot", &settings);
    wait_for(&process, &[pop3, pop3s]);
    Maildrop { name: "Dovecot", pop3, pop3s, maildirs, _processes: vec![process], _folder: workplace.folder }
}

/// A Dovecot that only says which passwords are right, at the address returned
/// and in Dovecot's own protocol.
pub(super) fn start_password_check(workplace: &Workplace) -> (SocketAddr, Process) {
    let address = free_address();
    let settings = format!(
        "protocols =
ssl = no
{logins}
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
        logins = logins(workplace, ""),
        port = address.port(),
    );
    let process = run(workplace, "passwords-server", &settings);
    wait_for(&process, &[address]);
    (address, process)
}

/// All the ways to log in that Dovecot has and we speak, and `more`.
fn logins(workplace: &Workplace, more: &str) -> String {
    let passwords =
        workplace.file("passwords", &lines(&ACCOUNTS, |(name, password)| format!("{name}:{{PLAIN}}{password}")));
    format!(
        "disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 anonymous oauthbearer xoauth2{more}
auth_anonymous_username = {GUEST}
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {passwords}
}}
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {tokens}
}}",
        passwords = passwords.display(),
        tokens = tokens(workplace).display(),
    )
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
",
        run = workplace.folder(name).display(),
    );
    let file = workplace.file(&format!("{name}.conf"), &(common + settings));
    let mut command = Command::new(dovecot);
    command.arg("-F").arg("-c").arg(file);
    workplace.start(command)
}
