//! The right to a maildrop, among all who have the file open.

use super::super::Error;
use crate::output::hexadecimal;
use sha2::{Digest, Sha256};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A maildrop belongs to whoever holds the operating system's lock on a file of its own, until this
/// is dropped: the system takes the lock back from a process that has died.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock for a user's maildrop, in this folder; [`Error::InUse`] when another has it.
    pub(super) fn take(folder: &Path, user: &str) -> Result<Self, Error> {
        // Any name is good for a user, but not for a file.
        let path = folder.join(hexadecimal(&Sha256::digest(user)));
        loop {
            let file = File::create(&path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path)? => return Ok(Self { path, _file: file }),
                // Whoever had it has removed the file in between: the next one is to be locked.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(Error::InUse),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // As long as it is locked nobody else removes it. If it stays, the next one takes it.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether this is the file that others find at the path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (own.dev(), own.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere files stay.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}
