//! `cargo xtask install`: the C face, where C programs look for it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{ABI, Built, LIBRARIES, build};
use crate::project;
use crate::setup::{self, Need};

/// What `cargo xtask install` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// The folder below which `include` and `lib` are
    #[arg(long, default_value = "/usr/local")]
    prefix: PathBuf,
}

/// Builds and installs.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::ensure(&[Need::Program("objcopy", "binutils"), Need::Program("cc", "gcc")])?;
    install(&build()?, &arguments.prefix)
}

/// What programs include: the header of C, and that of C++, which is in several.
const HEADERS: [&str; 6] = [
    "mailproto.h",
    "mailproto.hpp",
    "mailproto/endpoint.hpp",
    "mailproto/pop3.hpp",
    "mailproto/sasl.hpp",
    "mailproto/smtp.hpp",
];

/// Puts everything below `prefix`. Nothing in it names that folder, so the whole can be moved.
pub fn install(built: &Built, prefix: &Path) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let (headers, libraries) = (prefix.join("include"), prefix.join("lib"));
    let (pkg_config, cmake) = (libraries.join("pkgconfig"), libraries.join("cmake/Mailproto"));
    for folder in [&headers.join("mailproto"), &libraries, &pkg_config, &cmake] {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    for header in HEADERS {
        copy(&project::path("include").join(header), &headers.join(header))?;
    }
    copy(&built.archive, &libraries.join("libmailproto.a"))?;
    let shared = format!("libmailproto.so.{version}");
    copy(&built.shared, &libraries.join(&shared))?;
    let by_interface = format!("libmailproto.so.{ABI}");
    link(&shared, &libraries.join(&by_interface))?;
    link(&by_interface, &libraries.join("libmailproto.so"))?;

    fill("mailproto.pc", &pkg_config)?;
    fill("MailprotoConfig.cmake", &cmake)?;
    fill("MailprotoConfigVersion.cmake", &cmake)?;
    println!("mailproto {version} is in {}", prefix.display());
    Ok(())
}

/// Fills in one of the forms in `bindings/c/packaging`.
fn fill(name: &str, folder: &Path) -> Result<()> {
    let form = project::path(format!("bindings/c/packaging/{name}.in"));
    let text = fs::read_to_string(&form).with_context(|| format!("cannot read {}", form.display()))?;
    let text = text
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
        .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
        .replace("@ABI@", &ABI.to_string())
        .replace("@LIBRARIES@", LIBRARIES);
    let place = folder.join(name);
    fs::write(&place, text).with_context(|| format!("cannot write {}", place.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

/// Links `to`, which may be there already, to a file beside it.
fn link(file: &str, to: &Path) -> Result<()> {
    if to.is_symlink() {
        fs::remove_file(to)?;
    }
    symlink(file, to).with_context(|| format!("cannot link {}", to.display()))
}
