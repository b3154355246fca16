//! Installs the mail programs of others that the interop tests run.

use std::process::ExitCode;

fn main() -> ExitCode {
    match mailproto_tests::tools::ensure(&mut |step| println!("{step}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(missing) => {
            eprintln!("{missing}");
            ExitCode::FAILURE
        }
    }
}
