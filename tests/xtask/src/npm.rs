//! The npm package: built, tested in Node and in a real browser, and weighed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::setup::{self, Need};
use crate::sizes::Measure;
use crate::{process, project, serve, wasm};

/// What the package's tests need in Node.
pub const NODE: [Need; 3] =
    [Need::Program("node", "nodejs"), Need::Program("npm", "npm"), Need::Program("openssl", "openssl")];

/// The same, and a browser.
pub const BROWSER: [Need; 3] =
    [Need::Program("node", "nodejs"), Need::Program("npm", "npm"), Need::File("/usr/bin/chromium", "chromium")];

/// What tests it.
const TESTS: &str = "tests/js";
/// What takes the package as its users do.
const EXAMPLES: &str = "bindings/wasm/examples";

/// The tests that need a browser.
const IN_BROWSER: &str = "browser.test.js";

/// Makes small what a browser loads, so that it can be weighed.
const ESBUILD: &str = "0.28.2";

/// Tests the package and its example in Node.
pub fn test() -> Result<()> {
    wasm::run()?;
    let server = serve::command()?;
    let folder = project::path(TESTS);
    let examples = project::path(EXAMPLES);
    no_addresses(&folder)?;
    no_addresses(&examples)?;
    setup::npm_packages(&examples)?;
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {TESTS}"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".test.js") && name != IN_BROWSER {
            files.push(name);
        }
    }
    files.sort_unstable();
    run_tests(&folder, &files, Some(&server))
}

/// Tests the package in Chromium.
pub fn browser() -> Result<()> {
    wasm::run()?;
    run_tests(&project::path(TESTS), &[IN_BROWSER.to_owned()], None)
}

/// What JavaScript travels to a browser beside the module.
pub fn sizes() -> Result<Vec<Measure>> {
    wasm::run()?;
    let measure = |name, contents, bound| -> Result<Measure> {
        Ok(Measure { name, bytes: bundled(contents)?, bound: Some(bound), library: "none" })
    };
    Ok(vec![
        measure(
            "npm: glue of the sessions, minified, gzip",
            "export { init, SmtpClient } from './index.browser.js';",
            10_000,
        )?,
        measure("npm: all JavaScript, minified, gzip", "export * from './index.browser.js';", 15_000)?,
    ])
}

/// Runs test files; those that need the command `mailproto` find it where MAILPROTO says.
fn run_tests(folder: &Path, files: &[String], server: Option<&Path>) -> Result<()> {
    setup::npm_packages(folder)?;
    let mut node = process::command("node");
    node.args(["--expose-gc", "--test", "--test-reporter=spec"]).args(files).current_dir(folder);
    if let Some(server) = server {
        node.env("MAILPROTO", server);
    }
    process::run(&mut node)
}

/// Lock files name packages by version and digest; where they come from is the machine's choice.
fn no_addresses(folder: &Path) -> Result<()> {
    let path = folder.join("package-lock.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    if text.contains("://") {
        bail!("{} names a registry: its folder's .npmrc forbids that, so run npm there", path.display());
    }
    Ok(())
}

/// How many bytes a program becomes for a browser, gzipped.
fn bundled(contents: &str) -> Result<u64> {
    let esbuild = setup::npm_program("esbuild", ESBUILD, "esbuild")?;
    let entry = wasm::package().join("size.entry.js");
    fs::write(&entry, contents).with_context(|| format!("cannot write {}", entry.display()))?;
    let output = process::output(
        process::command(esbuild).args(["--bundle", "--minify", "--format=esm", "--platform=browser"]).arg(&entry),
    );
    fs::remove_file(&entry).with_context(|| format!("cannot remove {}", entry.display()))?;
    wasm::gzipped(output?.as_bytes())
}
