//! Starting other programs: each is shown before it runs, and a failure names
//! the whole command.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::project;

/// A program to be started in the project's root.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(project::root()).stdin(Stdio::null());
    command
}

/// Cargo, of the toolchain that runs this program.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command("cargo");
    cargo.args(arguments);
    cargo
}

/// Shows and runs a program whose output the reader wants to see.
pub fn run(command: &mut Command) -> Result<()> {
    eprintln!("  $ {}", line(command));
    let status = command.status().with_context(|| format!("`{}` could not be started", line(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
}

/// Runs a program and takes what it prints.
pub fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::piped()).output().with_context(|| format!("`{}` could not be started", line(command)))?;
    if !output.status.success() {
        bail!("`{}` ended with {}: {}", line(command), output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A program on the search path, or where servers are kept.
pub fn find(program: &str) -> Option<PathBuf> {
    let search_path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&search_path)
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// A program in the background, ended when it goes out of scope.
pub struct Background(Child);

impl Background {
    /// Shows and starts a program.
    pub fn start(command: &mut Command) -> Result<Self> {
        eprintln!("  $ {} &", line(command));
        command.spawn().map(Self).with_context(|| format!("`{}` could not be started", line(command)))
    }

    /// The running program.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Failure means that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A command as one would type it, paths below the project's root shortened.
fn line(command: &Command) -> String {
    let root = format!("{}/", project::root().display());
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| {
            let word = Path::new(word).display().to_string().replace(&root, "");
            if word.is_empty() || word.contains([' ', '\'', '"', '$']) { format!("{word:?}") } else { word }
        })
        .collect::<Vec<_>>()
        .join(" ")
}
