//! Debian's packages: installed, or unpacked beside the system.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Missing, SETUP, program, run};

/// The file that says that a server was unpacked completely.
pub(super) const UNPACKED: &str = ".unpacked";

/// Whether a package is installed; on a system without Debian's tools nobody
/// can tell, and the test that needs it will say what it lacks.
pub(super) fn has(package: &str) -> bool {
    if program("dpkg-query").is_err() {
        return true;
    }
    run(Command::new("dpkg-query").args(["--show", "--showformat", "${db:Status-Status}", package]), package)
        .is_ok_and(|status| status == "installed")
}

/// Installs packages, without starting the services that some of them bring.
pub(super) fn install(packages: &[&str], progress: &mut dyn FnMut(&str)) -> Result<(), Missing> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if program("apt-get").is_err() {
        return Err(Missing::new(
            format!("this is no Debian, and these are missing: {list}"),
            "install them with the package manager of this system",
        ));
    }
    if !rustix::process::geteuid().is_root() {
        return Err(Missing::new(
            format!("these packages are missing: {list}"),
            format!("run `{SETUP}` as root, or `apt-get install {list}`"),
        ));
    }
    progress(&format!("apt-get install {list}"));
    run(apt_get().arg("update"), "apt-get update")?;
    run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages), &list)?;
    Ok(())
}

/// Puts the package `name` and `others` that it comes with into `folder/name`,
/// and installs the libraries that it needs.
pub(super) fn unpack(
    name: &str,
    others: &[&str],
    folder: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<(), Missing> {
    let root = folder.join(name);
    if root.join(UNPACKED).is_file() {
        return Ok(());
    }
    let libraries = libraries_of(name).or_else(|_| {
        // There may be no index yet.
        run(apt_get().arg("update"), "apt-get update")?;
        libraries_of(name)
    })?;
    let missing: Vec<&str> = libraries.iter().map(String::as_str).filter(|library| !has(library)).collect();
    install(&missing, progress)?;

    progress(&format!("unpacking {name} into {}", root.display()));
    let archives = root.join("packages");
    let failed = |error: std::io::Error| {
        Missing::new(
            format!("{} cannot be written ({error})", root.display()),
            "set MAILPROTO_TOOLS to a folder that can be written",
        )
    };
    fs::create_dir_all(&archives).map_err(failed)?;
    let download = |what: &[&str]| run(apt_get().current_dir(&archives).arg("download").arg(name).args(what), name);
    if download(others).is_err() {
        // The index may be older than the archive.
        run(apt_get().arg("update"), "apt-get update")?;
        download(others)?;
    }
    for entry in fs::read_dir(&archives).map_err(failed)? {
        let archive = entry.map_err(failed)?.path();
        run(Command::new("dpkg").arg("--extract").arg(&archive).arg(&root), name)?;
    }
    fs::write(root.join(UNPACKED), "").map_err(failed)
}

/// The packages with the libraries that a package depends on.
fn libraries_of(name: &str) -> Result<Vec<String>, Missing> {
    let depends = run(Command::new("apt-cache").args(["depends", "--important", name]), name)?;
    Ok(depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .filter(|package| package.starts_with("lib"))
        .map(str::to_owned)
        .collect())
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Services are not started at a run level in which the system boots.
        .env("RUNLEVEL", "1")
        .args(["--option", "DPkg::Lock::Timeout=600"]);
    command
}
