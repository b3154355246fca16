//! Passwords that are not on the command line, where every user of the machine could read them.

use crate::failure::Failure;
use std::path::{Path, PathBuf};

/// Where a password is.
#[derive(clap::Args, Clone, Debug, Default)]
#[group(multiple = false)]
pub(crate) struct Source {
    /// Take the password from this environment variable
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
    /// Take the password from the first line of this file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Source {
    /// The password, if one of the options names it.
    pub(crate) fn read(&self) -> Result<Option<String>, Failure> {
        if let Some(variable) = &self.password_env {
            return from_environment(variable).map(Some);
        }
        self.password_file.as_deref().map(from_file).transpose()
    }
}

fn from_environment(variable: &str) -> Result<String, Failure> {
    std::env::var(variable).map_err(|_| {
        Failure::usage(format_args!(
            "the environment has no variable `{variable}` that is text: set it, or use --password-file"
        ))
    })
}

fn from_file(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format_args!("cannot read the password in {}: {error}", path.display())))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
