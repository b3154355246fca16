//! The WebAssembly face: compiled for size, given its JavaScript side, shrunk.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_bindgen_cli_support::Bindgen;

use crate::sizes::Measure;
use crate::targets::{Library, Toolchain, WASM};
use crate::{process, project, setup};

/// Where the npm package takes the module and its glue from.
const PACKAGE: &str = "bindings/wasm/npm";

/// What is packed along.
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// The name of the module and of its glue.
const NAME: &str = "mailproto";

/// The optimiser, as npm has it: Debian's is too old for what rustc emits.
const BINARYEN: &str = "132.0.0";

/// Until nothing gets smaller any more. The lowest kilobyte is the far end of the stack.
const SMALLER: [&str; 3] = ["-Oz", "--converge", "--low-memory-unused"];

/// What rustc may emit for this target, so that the optimiser may use it too.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds the whole face and puts it where the npm package expects it.
pub fn run() -> Result<()> {
    let built = build(&Parts::All)?;
    for file in built.files() {
        let name = file.file_name().context("a file without a name")?;
        let place = project::path(PACKAGE).join(name);
        fs::copy(&file, &place).with_context(|| format!("cannot write {}", place.display()))?;
    }
    for licence in LICENCES {
        let place = project::path(PACKAGE).join(licence);
        fs::copy(project::path(licence), &place).with_context(|| format!("cannot write {}", place.display()))?;
    }
    println!(
        "{} bytes of WebAssembly, {} gzipped, in {PACKAGE}",
        fs::metadata(built.module())?.len(),
        built.gzipped()?
    );
    Ok(())
}

/// The folder of the npm package.
pub fn package() -> PathBuf {
    project::path(PACKAGE)
}

/// How many bytes of these travel.
pub fn gzipped(bytes: &[u8]) -> Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

/// What WebAssembly travels to a browser.
pub fn sizes() -> Result<Vec<Measure>> {
    let library = Toolchain::of(WASM)?.library_origin();
    let measure = |name, bytes, bound| Measure { name, bytes, bound, library };
    let part = |features| build(&Parts::Only(features))?.gzipped();
    let smtp = part("smtp-client")?;
    let mut measures = vec![measure("wasm: SMTP client alone, gzip", smtp, Some(35_000))];
    for (name, features, bound) in ADDED {
        measures.push(measure(name, part(features)?.saturating_sub(smtp), *bound));
    }
    measures.push(measure("wasm: all but what hashes, gzip", part(ALL_BUT_HASHES)?, Some(100_000)));
    measures.push(measure("wasm: all, gzip", build(&Parts::All)?.gzipped()?, None));
    Ok(measures)
}

/// What parts cost beside the SMTP client, and what they must never pass. What hashes is counted apart and
/// has no bound: most of it is the hash functions'.
const ADDED: &[(&str, &str, Option<u64>)] = &[
    ("wasm: the POP3 client adds, gzip", "smtp-client,pop3-client", Some(10_000)),
    ("wasm: SCRAM, CRAM-MD5 and APOP add, gzip", "smtp-client,scram", None),
];

/// All that does without hash functions.
const ALL_BUT_HASHES: &str = "smtp-client,smtp-server,submission,pop3-client,pop3-server,download";

/// How much of the face to build.
pub enum Parts {
    /// All that it has.
    All,
    /// Only what these Cargo features bring.
    Only(&'static str),
}

/// A built face: the module and its glue, in a folder of their own.
pub struct Built {
    folder: PathBuf,
}

impl Built {
    /// The WebAssembly module.
    pub fn module(&self) -> PathBuf {
        self.folder.join(format!("{NAME}_bg.wasm"))
    }

    /// How many bytes of the module travel.
    pub fn gzipped(&self) -> Result<u64> {
        gzipped(&fs::read(self.module())?)
    }

    fn files(&self) -> [PathBuf; 2] {
        [self.module(), self.folder.join(format!("{NAME}.js"))]
    }
}

/// Builds the face, or a part of it, optimised for size.
pub fn build(parts: &Parts) -> Result<Built> {
    let toolchain = Toolchain::of(WASM)?;
    let mut cargo = toolchain.cargo("build", Library::Alloc);
    cargo.args(["-p", "mailproto-wasm", "--profile", "wasm"]);
    // Hash functions in loops, not unrolled: some kilobytes less travel.
    let mut flags = r#"--cfg sha2_backend_soft="compact""#.to_owned();
    if toolchain.is_from_source() {
        // A panic is a trap in any case: nothing need be told about it, nor where it was.
        cargo.arg("-Zbuild-std-features=optimize_for_size");
        flags.push_str(" -Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none");
    }
    cargo.env("RUSTFLAGS", flags);
    let folder = match parts {
        Parts::All => project::target().join("wasm/all"),
        Parts::Only(features) => {
            cargo.args(["--no-default-features", "--features", features]);
            project::target().join("wasm").join(features.replace(',', "-"))
        }
    };
    process::run(&mut cargo)?;

    let compiled = toolchain.products("wasm").join("mailproto_wasm.wasm");
    let built = Built { folder };
    if is_newer(&built.module(), &compiled) == Some(true) {
        return Ok(built);
    }
    fs::create_dir_all(&built.folder).with_context(|| format!("cannot create {}", built.folder.display()))?;
    Bindgen::new()
        .input_path(&compiled)
        .out_name(NAME)
        .web(true)?
        .omit_default_module_path(true)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&built.folder)
        .with_context(|| format!("cannot make the JavaScript side of {}", compiled.display()))?;
    shrink(&built.module())?;
    Ok(built)
}

/// Whether what was made of a file is there and not older than it.
fn is_newer(made: &Path, of: &Path) -> Option<bool> {
    Some(made.metadata().ok()?.modified().ok()? >= of.metadata().ok()?.modified().ok()?)
}

/// Runs binaryen's `wasm-opt` over a module, in place.
fn shrink(module: &Path) -> Result<()> {
    let optimiser = setup::npm_program("binaryen", BINARYEN, "wasm-opt")?;
    let smaller = module.with_extension("smaller");
    process::run(process::command(optimiser).args(FEATURES).args(SMALLER).arg(module).arg("-o").arg(&smaller))?;
    fs::rename(&smaller, module).with_context(|| format!("cannot replace {}", module.display()))
}
