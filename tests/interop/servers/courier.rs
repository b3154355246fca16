//! Courier's POP3 server, from its Debian packages unpacked beside the system.
//!
//! Its settings lie in `/etc/courier`, and its daemons meet in `/run/courier`: each server has an `/etc`
//! and a `/run` of its own, so that any number of them run beside each other.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mailproto_tests::process::{Process, with_mounts};
use mailproto_tests::tools;

use super::{ACCOUNTS, Maildrop, NOBODY, Workplace, free_address, required, user_number, users_with, wait_for};

/// The user that the package makes when it is installed.
const USER: &str = "courier";

/// A Courier whose accounts have these messages in their maildrops.
pub(crate) fn start_maildrop(messages: &[Vec<u8>]) -> Maildrop {
    required(tools::root_for("Courier"));
    let courier = Courier { root: required(tools::unpacked("courier-pop")), workplace: Workplace::new("courier") };
    let (pop3, pop3s) = (free_address(), free_address());
    let workplace = &courier.workplace;
    let maildirs = workplace.folder_of_nobody("mail");
    for (user, _) in ACCOUNTS {
        workplace.maildir_of_nobody(&format!("mail/{user}"), messages);
    }
    let mounts = courier.surroundings();
    courier.write_accounts(&maildirs);

    let passwords = courier.run(&mounts, "usr/lib/courier/courier-authlib/authdaemond", &[]);
    let processes = vec![passwords, courier.listen(&mounts, pop3, false), courier.listen(&mounts, pop3s, true)];
    wait_for(&processes[1], &[pop3]);
    wait_for(&processes[2], &[pop3s]);
    Maildrop { name: "Courier", pop3, pop3s, maildirs, _processes: processes, _folder: courier.workplace.folder }
}

struct Courier {
    root: PathBuf,
    workplace: Workplace,
}

impl Courier {
    /// Its own `/etc` and `/run`, for [`with_mounts`].
    fn surroundings(&self) -> Vec<(PathBuf, &'static str)> {
        let workplace = &self.workplace;
        workplace.folder("etc/courier");
        for file in ["nsswitch.conf", "ld.so.cache"] {
            let copied = fs::copy(Path::new("/etc").join(file), workplace.path("etc").join(file));
            copied.expect("anyone can read how names and libraries are found");
        }
        workplace.file(
            "etc/courier/authdaemonrc",
            "authmodulelist=\"authuserdb\"\nauthmodulelistorig=\"authuserdb\"\ndaemons=2\n\
             authdaemonvar=/run/courier/authdaemon\nDEBUG_LOGIN=0\nDEFAULTOPTIONS=\"\"\nLOGGEROPTS=\"\"\n",
        );
        workplace.folder("run/courier");
        workplace.folder_of("run/courier/authdaemon", user_number(0));

        let mut mounts = vec![(workplace.path("etc"), "/etc"), (workplace.path("run"), "/run")];
        for (file, place) in users_with(workplace, &[USER]) {
            // There must be something to put it over.
            workplace.file(place.trim_start_matches('/'), "");
            mounts.push((file, place));
        }
        mounts
    }

    /// The accounts: what everyone may know in one file, and what nobody may in another.
    fn write_accounts(&self, maildirs: &Path) {
        let (mut known, mut secret) = (String::new(), String::new());
        for (user, password) in ACCOUNTS {
            let home = maildirs.join(user);
            known += &format!("{user}\tuid={NOBODY}|gid={NOBODY}|home={}\n", home.display());
            let [shown, shared] = ["-md5", "-hmac-md5"].map(|kind| {
                let twice = format!("{password}\n{password}\n");
                self.fed(Command::new(self.root.join("usr/sbin/userdbpw")).arg(kind), &twice)
            });
            secret += &format!("{user}\tsystempw={}|hmac-md5pw={}\n", shown.trim(), shared.trim());
        }
        for (name, lines) in [("userdb", known), ("userdbshadow", secret)] {
            let maker = self.root.join("usr/lib/courier/courier-authlib/makedatprog");
            let made = self.workplace.path("etc/courier").join(format!("{name}.dat"));
            let mut command = Command::new(maker);
            command.arg("-").arg(self.workplace.path(name)).arg(&made);
            self.fed(&mut command, &format!("{lines}.\n"));
            chown(&made, Some(user_number(0)), Some(user_number(0))).expect("root may give a file away");
        }
    }

    /// A listener, which starts a server for each connection.
    fn listen(&self, mounts: &[(PathBuf, &str)], address: SocketAddr, tls: bool) -> Process {
        let program = |path: &str| self.root.join(path).display().to_string();
        let mut arguments: Vec<String> =
            ["-maxprocs=100", "-maxperip=100", "-nodnslookup", "-noidentlookup"].map(str::to_owned).into();
        arguments.push(format!("-address={}", address.ip()));
        arguments.push(address.port().to_string());
        if tls {
            arguments.extend([program("usr/bin/couriertls"), "-server".into(), "-tcpd".into()]);
        }
        arguments.push(program("usr/lib/courier/courier/courierpop3login"));
        arguments.push(program("usr/lib/courier/courier/courierpop3d"));
        // The home is the maildir.
        arguments.push(".".into());
        self.run(mounts, "usr/sbin/couriertcpd", &arguments)
    }

    fn run(&self, mounts: &[(PathBuf, &str)], program: &str, arguments: &[String]) -> Process {
        let mut command = Command::new(self.root.join(program));
        self.find_libraries(&mut command);
        command
            .args(arguments)
            .env("COURIERTLS", self.root.join("usr/bin/couriertls"))
            .env("TLS_CERTFILE", self.certificate())
            .envs([("TLS_VERIFYPEER", "NONE"), ("POP3_STARTTLS", "YES"), ("POP3_TLS_REQUIRED", "0")])
            .envs([("POP3AUTH", "PLAIN LOGIN CRAM-MD5"), ("POP3AUTH_TLS", "PLAIN LOGIN CRAM-MD5")])
            .env("MAILDIRPATH", ".");
        self.workplace.start(with_mounts(mounts, &command))
    }

    /// Certificate and key in one file, as it wants them; behind STLS they are read by its user.
    fn certificate(&self) -> PathBuf {
        let files = &self.workplace.certificates;
        let read = |path| fs::read_to_string(path).expect("an own file can be read");
        let both = self.workplace.secret_file("both.pem", &(read(&files.server_key) + &read(&files.server)));
        chown(&both, Some(user_number(0)), Some(user_number(0))).expect("root may give a file away");
        both
    }

    fn find_libraries(&self, command: &mut Command) {
        let places = ["usr/lib", "usr/lib/courier-authlib"].map(|place| self.root.join(place));
        command.env("LD_LIBRARY_PATH", std::env::join_paths(places).expect("no path has a colon"));
    }

    /// What a program says that is fed with this.
    fn fed(&self, command: &mut Command, input: &str) -> String {
        self.find_libraries(command);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("an unpacked program runs");
        child.stdin.take().expect("it has an input").write_all(input.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("it says text")
    }
}
