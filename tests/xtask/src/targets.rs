//! Building for processors that this machine is not.
//!
//! A target that rustup has installed is used. Else rustup is asked for it; else,
//! as root on Debian, the standard library is built from source by Debian's
//! packages `rustc-web` and `rust-web-src`, whose compiler matches that source.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::setup::{self, Need};
use crate::{process, project};

/// Browsers and Node.
pub const WASM: &str = "wasm32-unknown-unknown";
/// Cortex-M0: the smallest of the family, with no atomic compare-and-swap.
pub const CORTEX_M0: &str = "thumbv6m-none-eabi";
/// Cortex-M3.
pub const CORTEX_M3: &str = "thumbv7m-none-eabi";

const RUSTC: &str = "/usr/bin/rustc";
const LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";

/// How much of the standard library a build uses.
#[derive(Clone, Copy)]
pub enum Library {
    /// `core` alone: no allocator, no system.
    Core,
    /// `core` and what needs memory, but no system.
    Alloc,
}

/// A way to build for one target.
pub struct Toolchain {
    target: &'static str,
    /// The linker, where the standard library is built from source.
    from_source: Option<PathBuf>,
}

impl Toolchain {
    /// Finds a way to build for `target`, or makes one.
    pub fn of(target: &'static str) -> Result<Self> {
        let from_source = if is_installed(target)? {
            None
        } else if source_is_there() {
            Some(linker()?)
        } else if added_by_rustup(target) && is_installed(target)? {
            None
        } else if setup::can_install() {
            setup::ensure(&[Need::File(RUSTC, "rustc-web"), Need::File(LIBRARY, "rust-web-src")])?;
            Some(linker()?)
        } else {
            bail!(
                "the Rust target {target} is missing: `rustup target add {target}`, or on Debian \
                 as root `apt-get install rustc-web rust-web-src`"
            );
        };
        Ok(Self { target, from_source })
    }

    /// Cargo with a subcommand, set up to build for the target.
    pub fn cargo(&self, subcommand: &str, library: Library) -> Command {
        let mut cargo = process::cargo(&[subcommand, "--target", self.target]);
        cargo.arg("--target-dir").arg(self.folder());
        let Some(linker) = &self.from_source else {
            return cargo;
        };
        let linker_variable = format!("CARGO_TARGET_{}_LINKER", self.target.to_uppercase().replace('-', "_"));
        cargo
            .arg(match library {
                Library::Core => "-Zbuild-std=core,panic_abort",
                Library::Alloc => "-Zbuild-std=core,alloc,panic_abort",
            })
            .env("RUSTC", RUSTC)
            // What lets a released compiler build its own library.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("__CARGO_TESTS_ONLY_SRC_ROOT", LIBRARY)
            .env(linker_variable, linker);
        cargo
    }

    /// Where the build of a profile puts what it made.
    pub fn products(&self, profile: &str) -> PathBuf {
        self.folder().join(self.target).join(profile)
    }

    /// Where the standard library comes from: sizes are comparable only between
    /// builds that agree in this.
    pub fn library_origin(&self) -> &'static str {
        if self.is_from_source() { "built with the program" } else { "installed" }
    }

    /// Whether the standard library is built with the program, by the program's flags.
    pub fn is_from_source(&self) -> bool {
        self.from_source.is_some()
    }

    fn folder(&self) -> PathBuf {
        project::target().join("cross")
    }
}

fn is_installed(target: &str) -> Result<bool> {
    let folder = process::output(process::command("rustc").args(["--print", "target-libdir", "--target", target]))
        .with_context(|| format!("rustc does not know the target {target}"))?;
    Ok(PathBuf::from(folder).exists())
}

fn source_is_there() -> bool {
    PathBuf::from(RUSTC).exists() && PathBuf::from(LIBRARY).join("core").exists()
}

fn added_by_rustup(target: &str) -> bool {
    process::find("rustup").is_some()
        && process::run(process::command("rustup").args(["target", "add", target])).is_ok()
}

/// The linker that every Rust toolchain carries, else the system's LLVM one.
fn linker() -> Result<PathBuf> {
    let sysroot = process::output(process::command("rustc").args(["--print", "sysroot"]))?;
    let host = process::output(process::command("rustc").args(["--print", "host-tuple"]))?;
    let carried = PathBuf::from(sysroot).join("lib/rustlib").join(host).join("bin/rust-lld");
    if carried.exists() {
        return Ok(carried);
    }
    process::find("rust-lld")
        .or_else(|| process::find("lld"))
        .context("rust-lld is missing: install the package lld, or Rust by rustup")
}
