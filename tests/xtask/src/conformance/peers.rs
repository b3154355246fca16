//! The others: three programs that say what their library makes of a message.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::answer::Answer;
use super::corpora::Message;
use crate::{process, project};

const FOLDER: &str = "tests/conformance/peers";

/// One of the others.
pub(super) struct Peer {
    pub(super) name: &'static str,
    program: PathBuf,
    arguments: Vec<PathBuf>,
}

/// All of them, built in `folder`.
pub(super) fn all(folder: &Path) -> Result<[Peer; 3]> {
    let script = project::path(FOLDER).join("email_peer.py");
    Ok([
        Peer { name: "mail-parser", program: mail_parser(folder)?, arguments: Vec::new() },
        Peer { name: "python", program: "python3".into(), arguments: vec![script] },
        Peer { name: "gmime", program: gmime(folder)?, arguments: Vec::new() },
    ])
}

impl Peer {
    /// What it makes of each message.
    pub(super) fn ask(&self, messages: &[Message]) -> Result<Vec<Answer>> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} could not be started", self.name))?;
        let paths: String = messages.iter().map(|message| format!("{}\n", message.path.display())).collect();
        let mut input = child.stdin.take().context("its input is a pipe")?;
        // It writes while it reads, and would wait for somebody to take that.
        let writing = std::thread::spawn(move || input.write_all(paths.as_bytes()));
        let output = child.wait_with_output()?;
        writing.join().map_err(|_| anyhow::anyhow!("writing to {} failed", self.name))??;
        if !output.status.success() {
            bail!("{} ended with {}", self.name, output.status);
        }
        let answers: Vec<Answer> = output
            .stdout
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| {
                serde_json::from_slice(line)
                    .with_context(|| format!("{} said {}", self.name, String::from_utf8_lossy(line)))
            })
            .collect::<Result<_>>()?;
        if answers.len() != messages.len() {
            bail!("{} said something of {} messages instead of {}", self.name, answers.len(), messages.len());
        }
        Ok(answers)
    }
}

fn manifest() -> PathBuf {
    project::path(FOLDER).join("mail-parser/Cargo.toml")
}

fn mail_parser(folder: &Path) -> Result<PathBuf> {
    let mut build = process::cargo(&["build", "--quiet", "--locked", "--ignore-rust-version", "--manifest-path"]);
    process::run(build.arg(manifest()).arg("--target-dir").arg(folder))?;
    Ok(folder.join("debug/conformance-mail-parser"))
}

/// Where the sources of mail-parser are, and its test messages with them.
pub(super) fn mail_parser_sources() -> Result<PathBuf> {
    let mut ask = process::cargo(&["metadata", "--quiet", "--locked", "--format-version=1", "--manifest-path"]);
    let told: serde_json::Value = serde_json::from_str(&process::output(ask.arg(manifest()))?)?;
    let packages = told["packages"].as_array().context("cargo tells of packages")?;
    let package = packages.iter().find(|package| package["name"] == "mail-parser").context("mail-parser is one")?;
    let manifest = package["manifest_path"].as_str().context("it has a manifest")?;
    Ok(Path::new(manifest).parent().context("a file has a folder")?.to_owned())
}

fn gmime(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let flags = process::output(process::command("pkg-config").args(["--cflags", "--libs", "gmime-3.0"]))?;
    let program = folder.join("gmime-peer");
    let source = project::path(FOLDER).join("gmime_peer.c");
    let mut build = process::command("cc");
    build.args(["-Wall", "-Wextra", "-Werror", "-O1", "-o"]).arg(&program).arg(source).args(flags.split_whitespace());
    process::run(&mut build)?;
    Ok(program)
}
