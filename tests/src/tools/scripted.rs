//! Packages from PyPI and npm, in folders of their own.
//!
//! Each folder keeps a copy of the list it was made from, so that a changed
//! list makes it anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Missing, SETUP, program, run};

const REQUIREMENTS: &str = include_str!("../../interop/requirements.txt");
const PACKAGE_JSON: &str = include_str!("../../interop/package.json");

/// Where the list of what is installed is kept.
const INSTALLED: &str = "installed";

pub(super) fn python(folder: &Path) -> Result<PathBuf, Missing> {
    let venv = folder.join("python");
    if is_made_from(&venv, REQUIREMENTS) {
        Ok(venv.join("bin/python"))
    } else {
        Err(Missing::new("the Python packages aiosmtpd and those it needs are missing", format!("run `{SETUP}`")))
    }
}

pub(super) fn make_venv(folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<(), Missing> {
    let venv = folder.join("python");
    if is_made_from(&venv, REQUIREMENTS) {
        return Ok(());
    }
    progress("installing the Python packages");
    run(Command::new(program("python3")?).args(["-m", "venv", "--clear"]).arg(&venv), "python3-venv")?;
    let list = venv.join("requirements.txt");
    write(&list, REQUIREMENTS)?;
    run(
        Command::new(venv.join("bin/python")).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&list),
        "aiosmtpd",
    )?;
    write(&venv.join(INSTALLED), REQUIREMENTS)
}

pub(super) fn node_modules(folder: &Path) -> Result<PathBuf, Missing> {
    let node = folder.join("node");
    if is_made_from(&node, PACKAGE_JSON) {
        Ok(node.join("node_modules"))
    } else {
        Err(Missing::new("the Node packages of interop/package.json are missing", format!("run `{SETUP}`")))
    }
}

pub(super) fn install_node_modules(folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<(), Missing> {
    let node = folder.join("node");
    if is_made_from(&node, PACKAGE_JSON) {
        return Ok(());
    }
    progress("installing the Node packages");
    fs::create_dir_all(&node).map_err(|error| unwritable(&node, &error))?;
    write(&node.join("package.json"), PACKAGE_JSON)?;
    run(
        Command::new(program("npm")?).current_dir(&node).args([
            "install",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]),
        "the Node packages",
    )?;
    write(&node.join(INSTALLED), PACKAGE_JSON)
}

fn is_made_from(folder: &Path, list: &str) -> bool {
    fs::read_to_string(folder.join(INSTALLED)).is_ok_and(|installed| installed == list)
}

fn write(file: &Path, content: &str) -> Result<(), Missing> {
    fs::write(file, content).map_err(|error| unwritable(file, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Missing {
    Missing::new(
        format!("{} cannot be written ({error})", path.display()),
        "set MAILPROTO_TOOLS to a folder that can be written",
    )
}
