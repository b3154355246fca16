//! Programs that a test starts, and that end with it.
//!
//! ```no_run
//! use mailproto_tests::process::{Process, free_port};
//! use std::{path::Path, process::Command, time::Duration};
//!
//! let port = free_port();
//! let mut command = Command::new("smtp-sink");
//! command.args([format!("127.0.0.1:{port}"), "10".into()]);
//! let sink = Process::start(command, Path::new("/tmp/sink.log"))?;
//! sink.wait_for_port(port, Duration::from_secs(10))?;
//! # std::io::Result::Ok(())
//! ```

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

/// How long a program may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running program with its children: one process group, ended on drop,
/// also when a test panics.
#[derive(Debug)]
pub struct Process {
    // A mutex, because whether the child has ended can only be asked mutably.
    child: Mutex<Child>,
    group: Option<Pid>,
    log: PathBuf,
}

impl Process {
    /// Starts `command` in a process group of its own, its output appended to
    /// the file `log`.
    pub fn start(command: Command, log: &Path) -> io::Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        let child = tied_to_this_thread(command)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        Ok(Self { group: Pid::from_raw(child.id().cast_signed()), child: Mutex::new(child), log: log.to_owned() })
    }

    /// Waits until something listens on `port` of the loopback address. The
    /// error carries the program's log when it ended or stayed silent.
    pub fn wait_for_port(&self, port: u16, patience: Duration) -> io::Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let end = Instant::now() + patience;
        while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
            if let Some(status) = self.ended()? {
                return Err(self.failure(&format!("ended with {status}")));
            }
            if Instant::now() > end {
                return Err(self.failure(&format!("did not listen on {address} in {patience:?}")));
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// What the program has printed so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    fn ended(&self) -> io::Result<Option<std::process::ExitStatus>> {
        match self.child.lock() {
            Ok(mut child) => child.try_wait(),
            Err(_) => Ok(None),
        }
    }

    fn failure(&self, what: &str) -> io::Error {
        io::Error::other(format!("{what}; {} says:\n{}", self.log.display(), self.log()))
    }

    fn signal_until_gone(&self, group: Pid, signal: Signal) -> bool {
        let end = Instant::now() + PATIENCE;
        // A refusal means that the group is gone already.
        let _ = kill_process_group(group, signal);
        while Instant::now() < end {
            // A child that has ended stays in its group until it is waited for.
            let _ = self.ended();
            if test_kill_process_group(group).is_err() {
                return true;
            }
            sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(group) = self.group
            && !self.signal_until_gone(group, Signal::TERM)
        {
            self.signal_until_gone(group, Signal::KILL);
        }
    }
}

/// A port of the loopback address on which nothing listens.
///
/// Ports are taken in turn from below the range that the system hands to
/// outgoing connections, so that neither another test of this process nor a
/// connection takes the port before the program that it is meant for.
pub fn free_port() -> u16 {
    const FIRST: u16 = 12_000;
    const COUNT: u16 = 20_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);

    // Two test processes at the same time begin at different places.
    let start = std::process::id().wrapping_mul(641) % u32::from(COUNT);
    loop {
        let turn = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let offset = (start + turn) % u32::from(COUNT);
        let port = u16::try_from(offset).map_or(FIRST, |offset| FIRST + offset);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Runs `command` where each `(path, place)` shows the file or folder `path` at
/// `place`, unseen by everyone else: for servers with paths built in.
pub fn with_mounts(mounts: &[(PathBuf, &str)], command: &Command) -> Command {
    const MOUNT_THEN_RUN: &str = r#"
        set -e
        while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done
        shift
        exec "$@""#;
    let mut inside = Command::new("unshare");
    inside.args(["--mount", "--propagation", "private", "sh", "-c"]);
    inside.args([MOUNT_THEN_RUN, "sh"]);
    for (path, place) in mounts {
        inside.arg(path).arg(place);
    }
    inside.arg("--").arg(command.get_program());
    inside.args(command.get_args());
    keep_surroundings(command, &mut inside);
    inside
}

/// Wraps `command` so that the system ends it with the thread that started it:
/// nothing is left running when the tests are interrupted.
fn tied_to_this_thread(command: Command) -> Command {
    if !cfg!(target_os = "linux") {
        return command;
    }
    let mut tied = Command::new("setpriv");
    tied.args(["--pdeathsig", "TERM", "--"]).arg(command.get_program()).args(command.get_args());
    keep_surroundings(&command, &mut tied);
    tied
}

fn keep_surroundings(from: &Command, to: &mut Command) {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
    if let Some(folder) = from.get_current_dir() {
        to.current_dir(folder);
    }
}
