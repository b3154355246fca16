//! The messages: those that others test themselves with, from where they publish them. None is kept here.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::peers;

/// One of the messages of Python's tests, which tells where the others are.
pub(super) const PYTHON: &str = "/usr/lib/python3.11/test/test_email/data/msg_01.txt";

/// One message to be compared.
pub(super) struct Message {
    /// The corpus, and the place in it.
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// All messages, in the order of their names.
pub(super) fn messages() -> Result<Vec<Message>> {
    let mut messages = Vec::new();
    let python = Path::new(PYTHON).parent().context("a file has a folder")?;
    find("python", python, "txt", &mut messages)?;
    let mail_parser = peers::mail_parser_sources()?.join("resources/eml");
    for folder in entries(&mail_parser)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        find(&format!("mail-parser/{name}"), &folder, "eml", &mut messages)?;
    }
    if messages.len() < 200 {
        bail!("{} messages are too few: one of the corpora has moved", messages.len());
    }
    Ok(messages)
}

fn find(corpus: &str, folder: &Path, extension: &str, messages: &mut Vec<Message>) -> Result<()> {
    for path in entries(folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == extension)) {
        let name = format!("{corpus}/{}", path.file_stem().unwrap_or_default().to_string_lossy());
        messages.push(Message { name, path });
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort_unstable();
    Ok(paths)
}
