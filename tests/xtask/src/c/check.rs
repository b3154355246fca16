//! The step `c`: what the C face promises, each promise tried.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::install::install;
use super::{ABI, Built, LIBRARIES, build, compiler, mail, pop, timed};
use crate::{header, process, project};

/// What makes clang build a program that ends at the first wrong step.
const SANITIZERS: [&str; 5] =
    ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

/// Runs everything.
pub fn run() -> Result<()> {
    header::check()?;
    let folder = project::target().join("c");
    fs::create_dir_all(&folder)?;
    headers()?;
    documentation(&folder)?;
    let built = build()?;
    symbols(&built)?;
    tests(&built, &folder)?;
    beside_another_rust(&built, &folder)?;
    mail::run(&built, &folder)?;
    pop::run(&built, &folder)?;
    consumers(&built, &folder)
}

/// The header stands alone, in every dialect.
fn headers() -> Result<()> {
    let dialects = [("cc", "c", ["c99", "c11", "c2x"].as_slice()), ("c++", "c++", ["c++17", "c++20"].as_slice())];
    for (gcc, language, standards) in dialects {
        let clang = if language == "c" { "clang" } else { "clang++" };
        for standard in standards {
            for name in [gcc, clang] {
                process::run(
                    process::command(name)
                        .args(["-fsyntax-only", "-Wall", "-Wextra", "-pedantic", "-Werror", "-x", language])
                        .arg(format!("-std={standard}"))
                        .arg("-I")
                        .arg(project::path("include"))
                        .arg(project::path("tests/c/header.c")),
                )?;
            }
        }
    }
    Ok(())
}

/// Every item of the headers is documented.
fn documentation(folder: &Path) -> Result<()> {
    let settings = folder.join("Doxyfile");
    let text = format!(
        "PROJECT_NAME = mailproto\nINPUT = {0}\nRECURSIVE = YES\nFILE_PATTERNS = *.h *.hpp\nOUTPUT_DIRECTORY = {1}/docs\n\
         STRIP_FROM_PATH = {0}\nOPTIMIZE_OUTPUT_FOR_C = NO\nGENERATE_LATEX = NO\nQUIET = YES\nWARNINGS = YES\n\
         WARN_IF_UNDOCUMENTED = YES\nWARN_NO_PARAMDOC = NO\nWARN_AS_ERROR = FAIL_ON_WARNINGS\nMACRO_EXPANSION = YES\n\
         EXPAND_ONLY_PREDEF = YES\nEXTRACT_STATIC = YES\nEXCLUDE_SYMBOLS = mailproto::detail MAILPROTO_H MAILPROTO_*HPP MAILPROTO_FUNCTIONS\n",
        project::path("include").display(),
        folder.display()
    );
    fs::write(&settings, text)?;
    process::run(process::command("doxygen").arg(&settings))
}

/// What the libraries show is what the header declares, and nothing else.
fn symbols(built: &Built) -> Result<()> {
    let declared = declared()?;
    let listed = process::output(process::command("nm").args(["-D", "--defined-only"]).arg(&built.shared))?;
    let exported: BTreeSet<String> =
        listed.lines().filter_map(|line| Some(line.split(' ').nth(2)?.to_owned())).collect();
    agree("the shared library", &exported, &declared)?;
    let dynamic = process::output(process::command("readelf").arg("-d").arg(&built.shared))?;
    if !dynamic.contains(&format!("Library soname: [libmailproto.so.{ABI}]")) {
        bail!("the shared library does not bear the name libmailproto.so.{ABI}");
    }

    // Apart from the compiler's own helpers, which every Rust archive has in files of their own, the archive
    // shows the same: that is why it links beside others.
    let listed = process::output(process::command("nm").args(["-g", "--defined-only", "-A"]).arg(&built.archive))?;
    let own = |line: &&str| line.contains(":mailproto_c.");
    let shown: BTreeSet<String> =
        listed.lines().filter(own).filter_map(|line| Some(line.rsplit(' ').next()?.to_owned())).collect();
    agree("the archive", &shown, &declared)?;
    println!("{} symbols, each of them declared", declared.len());
    Ok(())
}

fn agree(library: &str, shown: &BTreeSet<String>, declared: &BTreeSet<String>) -> Result<()> {
    let odd: Vec<_> = shown.symmetric_difference(declared).take(5).map(String::as_str).collect();
    if !odd.is_empty() {
        bail!("{library} and the header differ in {} and maybe more", odd.join(", "));
    }
    Ok(())
}

/// The functions of the header that are not defined in it.
fn declared() -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(project::path("include/mailproto.h"))?;
    let code = text.lines().filter(|line| !line.trim_start().starts_with(['*', '/', '#']));
    let names = code.filter(|line| !line.starts_with([' ', '}']) && !line.starts_with("static ")).filter_map(|line| {
        let (before, _) = line.split_once('(')?;
        let name = before.rsplit([' ', '*']).next()?;
        name.starts_with("mailproto_").then(|| name.to_owned())
    });
    Ok(names.collect())
}

/// The tests in C and C++, under sanitizers.
fn tests(built: &Built, folder: &Path) -> Result<()> {
    for name in ["api", "pop3", "sasl", "memory", "memory_pop3"] {
        let program = folder.join(name);
        let source = project::path(format!("tests/c/{name}.c"));
        process::run(compiler("clang").args(SANITIZERS).arg(source).arg(&built.archive).arg("-o").arg(&program))?;
        sanitized(&program)?;
        process::run(&mut timed(&program))?;
    }
    for name in ["c++", "clang++"] {
        let program = folder.join(format!("face-{name}"));
        process::run(
            process::command(name)
                .args(["-std=c++17", "-Wall", "-Wextra", "-pedantic", "-Werror"])
                .args(SANITIZERS)
                .arg("-I")
                .arg(project::path("include"))
                .arg(project::path("tests/c/face.cpp"))
                .arg(&built.archive)
                .arg("-o")
                .arg(&program),
        )?;
        process::run(&mut timed(&program))?;
    }
    Ok(())
}

/// Builds an example under sanitizers.
pub(super) fn sanitized_example(example: &str, built: &Built, folder: &Path) -> Result<PathBuf> {
    let program = folder.join(format!("{example}-sanitized"));
    process::run(
        compiler("clang")
            .args(SANITIZERS)
            .args(super::sources(example))
            .arg(&built.archive)
            .args(["-lssl", "-lcrypto", "-o"])
            .arg(&program),
    )?;
    sanitized(&program)?;
    Ok(program)
}

/// Fails if a program has no sanitizer in it: then its tests would prove nothing.
fn sanitized(program: &Path) -> Result<()> {
    let listed = process::output(process::command("nm").arg(program))?;
    for symbol in ["__asan_init", "__ubsan_handle"] {
        if !listed.contains(symbol) {
            bail!("{} has no {symbol}", program.display());
        }
    }
    Ok(())
}

/// The archive links beside another Rust archive, whichever comes first and whether or not that one was
/// optimised as a whole.
fn beside_another_rust(built: &Built, folder: &Path) -> Result<()> {
    for lto in ["off", "fat"] {
        let other = folder.join(format!("libother_rust-{lto}.a"));
        process::run(
            process::command("rustc")
                .args(["--edition", "2024", "-O", "--crate-type", "staticlib", "-C"])
                .arg(format!("lto={lto}"))
                .arg(project::path("tests/c/other_rust.rs"))
                .arg("-o")
                .arg(&other),
        )?;
        for archives in [[&built.archive, &other], [&other, &built.archive]] {
            let program = folder.join("pair");
            process::run(
                compiler("cc")
                    .arg(project::path("tests/c/pair.c"))
                    .args(archives)
                    .args(["-lpthread", "-ldl", "-lm", "-o"])
                    .arg(&program),
            )?;
            process::run(timed(&program).stderr(std::process::Stdio::null()))?;
        }
    }
    Ok(())
}

/// Programs of others find the installed libraries by pkg-config and by CMake.
fn consumers(built: &Built, folder: &Path) -> Result<()> {
    // Moved after it was installed: nothing may remember where that was.
    let (first, prefix) = (folder.join("first"), folder.join("prefix"));
    for place in [&first, &prefix] {
        if place.exists() {
            fs::remove_dir_all(place)?;
        }
    }
    install(built, &first)?;
    fs::rename(&first, &prefix)?;

    let pkg_config = |arguments: &[&str]| {
        let mut command = process::command("pkg-config");
        command.args(arguments).arg("mailproto").env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
        process::output(&mut command)
    };
    if pkg_config(&["--modversion"])? != env!("CARGO_PKG_VERSION") {
        bail!("the pkg-config file names another version");
    }
    let private = pkg_config(&["--libs", "--static"])?;
    if !private.ends_with(LIBRARIES) {
        bail!("the pkg-config file lists `{private}` for the archive");
    }
    let program = folder.join("consumer");
    process::run(
        process::command("cc")
            .arg(project::path("tests/c/consumer/consumer.c"))
            .args(pkg_config(&["--cflags", "--libs"])?.split_whitespace())
            .arg("-o")
            .arg(&program),
    )?;
    finds_the_library(&program, &prefix)?;

    let build = folder.join("consumer-cmake");
    if build.exists() {
        fs::remove_dir_all(&build)?;
    }
    process::run(
        process::command("cmake")
            .arg("-S")
            .arg(project::path("tests/c/consumer"))
            .arg("-B")
            .arg(&build)
            .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())),
    )?;
    process::run(process::command("cmake").arg("--build").arg(&build))?;
    for kind in ["static", "shared", "mailproto"] {
        finds_the_library(&build.join(format!("consumer-{kind}")), &prefix)?;
    }
    Ok(())
}

fn finds_the_library(program: &Path, prefix: &Path) -> Result<()> {
    let mut command: Command = timed(program);
    let said = process::output(command.env("LD_LIBRARY_PATH", prefix.join("lib")))
        .with_context(|| format!("{} does not run", program.display()))?;
    if said != format!("mailproto {}", env!("CARGO_PKG_VERSION")) {
        bail!("{} says `{said}`", program.display());
    }
    Ok(())
}
