//! Files that one run writes and no other may use meanwhile.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// Opens a file for this run alone; makes it, if there is none.
pub(super) fn open(path: &Path) -> io::Result<File> {
    loop {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = "another run is using it, try again when that has ended";
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
            }
            // There are file systems that cannot lock; what runs there must not run twice.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Another run may have moved it away between the two.
        if is_at(&file, path)? {
            return Ok(file);
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (ours, theirs) = (file.metadata()?, std::fs::metadata(path));
    Ok(theirs.is_ok_and(|theirs| (theirs.dev(), theirs.ino()) == (ours.dev(), ours.ino())))
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Sees to it that the names in the folder of this file are on disk, too.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened, and the system keeps names as safe as it can.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_used_by_one_at_a_time_even_when_it_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let first = open(&path).unwrap();
        assert_eq!(open(&path).unwrap_err().kind(), io::ErrorKind::ResourceBusy);
        std::fs::rename(&path, folder.path().join("moved")).unwrap();
        let second = open(&path).unwrap();
        drop((first, second));
        assert!(open(&path).is_ok());
    }
}
