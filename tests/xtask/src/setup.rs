//! Putting onto a machine what a chore needs.
//!
//! A chore names its needs; those already met cost nothing. The rest comes from
//! Debian's packages when this runs as root on Debian or a system like it;
//! anywhere else one line says what is missing. No service is started by being
//! installed.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, project};

/// Something that a chore needs on the machine.
#[derive(Clone, Copy)]
pub enum Need {
    /// A program, and the Debian package that brings it.
    Program(&'static str, &'static str),
    /// A file, and the Debian package that brings it.
    File(&'static str, &'static str),
    /// A library that `pkg-config` knows, and the Debian package that brings it.
    Library(&'static str, &'static str),
}

impl Need {
    fn met(self) -> bool {
        match self {
            Self::Program(name, _) => process::find(name).is_some(),
            Self::File(path, _) => Path::new(path).exists(),
            Self::Library(name, _) => process::output(process::command("pkg-config").args(["--exists", name])).is_ok(),
        }
    }

    fn package(self) -> &'static str {
        match self {
            Self::Program(_, package) | Self::File(_, package) | Self::Library(_, package) => package,
        }
    }
}

/// Meets every need that is not met yet.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let mut missing: Vec<_> = needs.iter().filter(|need| !need.met()).map(|need| need.package()).collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    debian(&missing)
}

/// Whether Debian's packages can be installed here.
pub fn can_install() -> bool {
    let root = process::output(process::command("id").arg("-u")).is_ok_and(|id| id == "0");
    root && process::find("apt-get").is_some() && Path::new("/etc/debian_version").exists()
}

/// A program of an npm package, installed for this project alone.
pub fn npm_program(package: &str, version: &str, program: &str) -> Result<PathBuf> {
    ensure(&[Need::Program("node", "nodejs"), Need::Program("npm", "npm")])?;
    let folder = project::tools().join(format!("{package}-{version}"));
    let path = folder.join("node_modules/.bin").join(program);
    if !path.exists() {
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        process::run(
            process::command("npm")
                .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
                .arg("--prefix")
                .arg(&folder)
                .arg(format!("{package}@{version}")),
        )?;
    }
    Ok(path)
}

/// The packages of a folder's `package-lock.json`, in its `node_modules`.
pub fn npm_packages(folder: &Path) -> Result<()> {
    ensure(&[Need::Program("node", "nodejs"), Need::Program("npm", "npm")])?;
    let newer = |a: &Path, b: &Path| -> Option<bool> {
        Some(a.metadata().ok()?.modified().ok()? >= b.metadata().ok()?.modified().ok()?)
    };
    let installed = folder.join("node_modules/.package-lock.json");
    let locked = folder.join("package-lock.json");
    if newer(&installed, &locked) == Some(true) {
        return Ok(());
    }
    process::run(
        process::command("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder),
    )
}

fn debian(packages: &[&str]) -> Result<()> {
    if !can_install() {
        bail!(
            "missing on this machine: {0}; on Debian `apt-get install {0}` as root brings them, \
             elsewhere the packages of the same programs",
            packages.join(" ")
        );
    }
    let _quiet = Quiet::begin()?;
    let _ = process::run(&mut apt(&["update", "--quiet=2"]));
    process::run(apt(&["install", "--yes", "--quiet=2", "--no-install-recommends"]).args(packages))
}

fn apt(arguments: &[&str]) -> Command {
    let mut apt = process::command("apt-get");
    apt.args(["-o", "DPkg::Lock::Timeout=900"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("RUNLEVEL", "1");
    apt
}

/// While it lives, installing a package starts no service.
struct Quiet {
    made: bool,
}

impl Quiet {
    const POLICY: &str = "/usr/sbin/policy-rc.d";

    fn begin() -> Result<Self> {
        let made = match fs::OpenOptions::new().write(true).create_new(true).mode(0o755).open(Self::POLICY) {
            Ok(mut file) => {
                file.write_all(b"#!/bin/sh\nexit 101\n")?;
                // The mode above is cut by the umask.
                file.set_permissions(fs::Permissions::from_mode(0o755))?;
                true
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => false,
            Err(error) => {
                return Err(error).with_context(|| format!("cannot write {}", Self::POLICY));
            }
        };
        Ok(Self { made })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if self.made {
            let _ = fs::remove_file(Self::POLICY);
        }
    }
}
