//! The mail programs of others that the interop tests run: where they are, and
//! how they get onto a machine.
//!
//! The tests only look: what they need and do not find is a [`Missing`], one
//! line that says what to do. [`ensure`] installs; `cargo xtask test` and the
//! program `interop-setup` call it. Where a program conflicts with another
//! (Exim and OpenSMTPD with Postfix, Courier with Dovecot), or comes from PyPI or npm, it is put into
//! [`folder`], beside the system.
//!
//! ```no_run
//! let swaks = mailproto_tests::tools::program("swaks")?;
//! # Ok::<(), mailproto_tests::tools::Missing>(())
//! ```

mod debian;
mod scripted;

use std::env;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What installs everything, as every [`Missing`] says.
const SETUP: &str = "cargo run -p mailproto-tests --bin interop-setup";

/// Programs of the system, each with the Debian package that brings it.
const PROGRAMS: [(&str, &str); 14] = [
    ("curl", "curl"),
    ("dovecot", "dovecot-core"),
    ("fetchmail", "fetchmail"),
    ("getmail", "getmail6"),
    ("gsasl", "gsasl"),
    ("mpop", "mpop"),
    ("msmtp", "msmtp"),
    ("mutt", "mutt"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("postfix", "postfix"),
    ("python3", "python3"),
    ("script", "bsdutils"),
    ("swaks", "swaks"),
];

/// Debian packages that bring no program but a part of one.
const PARTS: [&str; 5] = ["dovecot-lmtpd", "dovecot-pop3d", "libnet-ssleay-perl", "libsasl2-modules", "python3-venv"];

/// The packages that Courier's POP3 server comes with.
const COURIER: [&str; 3] = ["courier-base", "courier-authlib", "courier-authlib-userdb"];

/// Something that a test needs and this machine has not; its text is one line.
#[derive(Debug)]
pub struct Missing {
    what: String,
    remedy: String,
}

impl Missing {
    fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.remedy)
    }
}

impl std::error::Error for Missing {}

/// The path of a program of the system. Servers are found although they are
/// not on the search path of everyone.
pub fn program(name: &str) -> Result<PathBuf, Missing> {
    let search_path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&search_path)
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| Missing::new(format!("the program {name} is missing"), get(name)))
}

/// The root of a server that is unpacked beside the system: the programs of
/// the Debian package `name` lie below it as they would below `/`.
pub fn unpacked(name: &str) -> Result<PathBuf, Missing> {
    let root = folder().join(name);
    if root.join(debian::UNPACKED).is_file() {
        Ok(root)
    } else {
        Err(Missing::new(format!("the server {name} is missing"), get(name)))
    }
}

/// A Python that has the packages of `interop/requirements.txt`.
pub fn python() -> Result<PathBuf, Missing> {
    scripted::python(&folder())
}

/// The folder `node_modules` that has the packages of `interop/package.json`.
pub fn node_modules() -> Result<PathBuf, Missing> {
    scripted::node_modules(&folder())
}

/// Nothing, if this process may start servers that need to be root.
pub fn root_for(server: &str) -> Result<(), Missing> {
    if rustix::process::geteuid().is_root() {
        Ok(())
    } else {
        Err(Missing::new(format!("{server} starts only as root"), "run the tests as root, for example in a container"))
    }
}

/// Where everything lies that is put beside the system: `MAILPROTO_TOOLS`, else
/// the cache of the system when root (servers that give root up must be able to
/// reach it), else the user's.
pub fn folder() -> PathBuf {
    if let Some(chosen) = env::var_os("MAILPROTO_TOOLS") {
        return PathBuf::from(chosen);
    }
    let cache = if rustix::process::geteuid().is_root() {
        PathBuf::from("/var/cache")
    } else {
        env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| env::home_dir().map(|home| home.join(".cache")))
            .unwrap_or_else(env::temp_dir)
    };
    cache.join("mailproto-tests")
}

/// Installs all that is missing, telling each step to `progress`.
pub fn ensure(progress: &mut dyn FnMut(&str)) -> Result<(), Missing> {
    let folder = folder();
    let _lock = lock(&folder)?;
    let programs = PROGRAMS.iter().filter(|(name, _)| program(name).is_err()).map(|(_, package)| *package);
    let parts = PARTS.into_iter().filter(|package| !debian::has(package));
    debian::install(&programs.chain(parts).collect::<Vec<_>>(), progress)?;
    debian::unpack("courier-pop", &COURIER, &folder, progress)?;
    debian::unpack("exim4-daemon-light", &["exim4-base"], &folder, progress)?;
    debian::unpack("opensmtpd", &[], &folder, progress)?;
    scripted::make_venv(&folder, progress)?;
    scripted::install_node_modules(&folder, progress)
}

fn get(name: &str) -> String {
    format!("install {name}, or on Debian run `{SETUP}` as root")
}

fn lock(folder: &Path) -> Result<File, Missing> {
    let take = || -> io::Result<File> {
        fs::create_dir_all(folder)?;
        let file = File::create(folder.join("lock"))?;
        file.lock()?;
        Ok(file)
    };
    take().map_err(|error| {
        Missing::new(
            format!("{} cannot be used ({error})", folder.display()),
            "set MAILPROTO_TOOLS to a folder that can be written",
        )
    })
}

/// Runs one step of the set-up to its end.
fn run(command: &mut Command, what: &str) -> Result<String, Missing> {
    let failed = |why: String| Missing::new(format!("{what} failed ({why})"), get(what));
    let output = command.stdin(Stdio::null()).output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no word why");
        Err(failed(format!("{}, {last}", output.status)))
    }
}
