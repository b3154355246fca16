//! The C face: the archive and the shared library, their installation, and the step that tests them.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | one build of both libraries, and what a program that uses them weighs |
//! | `install.rs` | `cargo xtask install`: libraries, headers, pkg-config file, CMake package |
//! | `check.rs` | the step: headers, symbols, tests in C and C++, consumers |
//! | `mail.rs` | the examples send each other mail, under sanitizers and valgrind |
//! | `pop.rs` | mail is fetched from the command and from C, by the example and by Python |

mod check;
pub mod install;
mod mail;
mod pop;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use object::{Object, ObjectSection, SectionKind};

use crate::setup::{self, Need};
use crate::sizes::Measure;
use crate::{process, project};

pub use check::run;

/// What building and testing the C face needs.
pub const NEEDS: [Need; 12] = [
    Need::Program("cc", "gcc"),
    Need::Program("c++", "g++"),
    Need::Program("clang", "clang"),
    Need::File("/usr/lib/clang/14/lib/linux/libclang_rt.asan-x86_64.a", "libclang-rt-14-dev"),
    Need::Program("valgrind", "valgrind"),
    Need::Program("objcopy", "binutils"),
    Need::Program("cmake", "cmake"),
    Need::Program("pkg-config", "pkg-config"),
    Need::Program("doxygen", "doxygen"),
    Need::Program("openssl", "openssl"),
    Need::Program("python3", "python3"),
    Need::Library("openssl", "libssl-dev"),
];

/// What a program that uses the archive must link besides. Pinned: a new entry is a new dependency.
const LIBRARIES: &str = "-lc";

/// The version of the binary interface, which names the shared library.
const ABI: u32 = mailproto_c::version::MAILPROTO_ABI_VERSION;

/// The built libraries.
pub struct Built {
    /// `libmailproto.a`.
    pub archive: PathBuf,
    /// The shared library, under the name of its binary interface.
    pub shared: PathBuf,
}

/// Builds both libraries, by one run of the compiler.
pub fn build() -> Result<Built> {
    let products = project::target().join("staticlib");
    let listed = products.join("native-static-libs");
    process::run(
        process::cargo(&["rustc", "--quiet", "-p", "mailproto-c", "--lib", "--profile", "staticlib"])
            .args(["--features", "small", "--crate-type", "staticlib,cdylib", "--"])
            .arg(format!("-Clink-arg=-Wl,-soname,libmailproto.so.{ABI}"))
            .arg(format!("--print=native-static-libs={}", listed.display())),
    )?;
    let libraries = fs::read_to_string(&listed).with_context(|| format!("cannot read {}", listed.display()))?;
    if libraries.trim() != LIBRARIES {
        bail!("the archive wants `{}` linked, not `{LIBRARIES}`", libraries.trim());
    }

    let folder = project::target().join("c");
    fs::create_dir_all(&folder)?;
    let built = Built { archive: folder.join("libmailproto.a"), shared: folder.join(format!("libmailproto.so.{ABI}")) };
    // The standard library's debug information drags unwind tables along, for a library through which nothing
    // unwinds: a fifth of a small program.
    let tables = ["--strip-debug", "--remove-section=.eh_frame", "--remove-section=.rela.eh_frame"];
    process::run(process::command("objcopy").args(tables).arg(products.join("libmailproto_c.a")).arg(&built.archive))?;
    process::run(process::command("strip").arg(products.join("libmailproto_c.so")).arg("-o").arg(&built.shared))?;
    Ok(built)
}

/// An example, built.
pub fn example(name: &str) -> Result<PathBuf> {
    mail::plain(name, &build()?, &project::target().join("c"))
}

/// What the C face weighs.
pub fn sizes() -> Result<Vec<Measure>> {
    setup::ensure(&NEEDS)?;
    let program = small_program()?;
    let measure = |name, bytes, bound| Measure { name, bytes, bound, library: "installed" };
    Ok(vec![
        measure("C program that sends mail, beyond libc and OpenSSL", own_bytes(&program)?, Some(64 << 10)),
        measure("C program that sends mail, the stripped file", fs::metadata(&program)?.len(), None),
    ])
}

/// Builds `examples/send.c` as small as the compiler makes it, stripped.
fn small_program() -> Result<PathBuf> {
    let built = build()?;
    let program = project::target().join("c/send-small");
    process::run(
        compiler("cc")
            .args(["-Os", "-s", "-ffunction-sections", "-Wl,--gc-sections"])
            .args(sources("send"))
            .arg(&built.archive)
            .args(["-lssl", "-lcrypto", "-o"])
            .arg(&program),
    )?;
    Ok(program)
}

/// Bytes of code and data in a program: what it weighs beyond libc and OpenSSL. The tables by which it finds
/// the functions of those two are theirs; the padding to whole pages is nobody's.
fn own_bytes(program: &Path) -> Result<u64> {
    let bytes = fs::read(program)?;
    let image = object::File::parse(&*bytes).with_context(|| format!("cannot read {}", program.display()))?;
    let own = image.sections().filter(|section| {
        let content = matches!(
            section.kind(),
            SectionKind::Text | SectionKind::Data | SectionKind::ReadOnlyData | SectionKind::ReadOnlyDataWithRel
        );
        content && !section.name().is_ok_and(is_link_table)
    });
    Ok(own.map(|section| section.size()).sum())
}

/// Whether a section serves the dynamic linker alone.
fn is_link_table(name: &str) -> bool {
    name == ".interp"
        || [".plt", ".got", ".dyn", ".rela.", ".gnu.", ".note."].iter().any(|start| name.starts_with(start))
}

/// A C compiler that takes no warning for an answer.
fn compiler(name: &str) -> std::process::Command {
    let mut compiler = process::command(name);
    compiler.args(["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror"]).arg("-I").arg(project::path("include"));
    compiler
}

/// The files of an example.
fn sources(example: &str) -> [PathBuf; 2] {
    let main = if example == "maildrop" { "tests/c" } else { "bindings/c/examples" };
    [format!("{main}/{example}.c"), "bindings/c/examples/line.c".to_owned()].map(project::path)
}

/// Runs a program with a bound on its time, for it is a test.
fn timed(program: &Path) -> std::process::Command {
    let mut timed = process::command("timeout");
    timed.arg("120").arg(program);
    timed
}
