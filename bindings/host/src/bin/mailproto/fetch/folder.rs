//! Messages as files: whole and on disk, or not there.
//!
//! A message is written to `NAME.eml.part` and gets its name, `NAME.eml`, when all of it is on disk. No
//! file is ever written over: where another message has the name already, it becomes `NAME~2.eml`; where
//! the same one has, that is the file.

use super::exclusive;
use crate::failure::Failure;
use crate::output::hexadecimal;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Longer names are shortened; systems take 255 bytes with the ending.
const LONGEST_NAME: usize = 200;

/// Where messages go.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Opens the folder; makes it, if there is none.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| Failure::usage(format_args!("--out {}: {error}", path.display())))?;
        Ok(Self(path.to_owned()))
    }

    /// A message begins. One without a unique id is called by what is in it.
    pub(super) fn begin(&self, unique_id: Option<&str>, number: u32) -> io::Result<Part> {
        let name = unique_id.map(safe_name);
        let part = self.0.join(match &name {
            Some(name) => format!("{name}.eml.part"),
            None => format!("~{number}.eml.part"),
        });
        let file = exclusive::open(&part)?;
        // What a run that was cut has left behind.
        file.set_len(0)?;
        Ok(Part {
            folder: self.0.clone(),
            name,
            part: Some(part),
            file: BufWriter::with_capacity(64 << 10, file),
            digest: Sha256::new(),
            size: 0,
        })
    }
}

/// A message on its way to its file. It is gone when it is dropped before its end.
pub(super) struct Part {
    folder: PathBuf,
    name: Option<String>,
    /// Where it is until it is whole.
    part: Option<PathBuf>,
    file: BufWriter<File>,
    digest: Sha256,
    size: u64,
}

/// A message that is safe.
pub(super) struct Kept {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) sha256: [u8; 32],
}

impl Part {
    /// Takes the next bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// There is no more: when this returns, the message is on disk under its name.
    pub(super) fn finish(mut self) -> io::Result<Kept> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        let sha256: [u8; 32] = self.digest.finalize_reset().into();
        let name = self.name.take().unwrap_or_else(|| format!("~{}", hexadecimal(&sha256)));
        let (path, known) = self.place(&name, &sha256)?;
        if let Some(part) = self.part.take() {
            if known {
                // It may not have been on disk when the run that wrote it was cut.
                File::open(&path)?.sync_all()?;
                fs::remove_file(part)?;
            } else {
                fs::rename(part, &path)?;
            }
        }
        exclusive::sync_folder(&path)?;
        Ok(Kept { path, size: self.size, sha256 })
    }

    /// The first free place of this name, or the one where this very message is already.
    fn place(&self, name: &str, sha256: &[u8; 32]) -> io::Result<(PathBuf, bool)> {
        let mut path = self.folder.join(format!("{name}.eml"));
        let mut count: u64 = 1;
        while path.try_exists()? {
            if fs::metadata(&path)?.len() == self.size && digest_of(&path)? == *sha256 {
                return Ok((path, true));
            }
            count += 1;
            path = self.folder.join(format!("{name}~{count}.eml"));
        }
        Ok((path, false))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            // What stays behind is written over by the next run.
            let _ = fs::remove_file(part);
        }
    }
}

fn digest_of(path: &Path) -> io::Result<[u8; 32]> {
    let (mut file, mut digest) = (BufReader::new(File::open(path)?), Sha256::new());
    let mut block = vec![0; 64 << 10];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(digest.finalize().into()),
            count => digest.update(&block[..count]),
        }
    }
}

/// A unique id as a name for a file: what may mean something to a system is written `%XX`, so that no two
/// unique ids have the same name. The longest go on with their digest instead.
fn safe_name(unique_id: &str) -> String {
    let mut name = String::new();
    for (index, byte) in unique_id.bytes().enumerate() {
        match byte {
            // A file that begins with a dot is hidden, and one with a hyphen looks like an option.
            b'.' | b'-' if index > 0 => name.push(byte.into()),
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'=' | b'+' | b'@' | b',' => name.push(byte.into()),
            _ => name += &format!("%{byte:02X}"),
        }
    }
    if name.len() > LONGEST_NAME {
        let digest = hexadecimal(&Sha256::digest(unique_id));
        name.truncate(LONGEST_NAME - digest.len());
        name = format!("{name}~{digest}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(folder: &Folder, unique_id: Option<&str>, content: &[u8]) -> String {
        let mut part = folder.begin(unique_id, 1).unwrap();
        content.chunks(3).for_each(|piece| part.add(piece).unwrap());
        let kept = part.finish().unwrap();
        assert_eq!(fs::read(&kept.path).unwrap(), content);
        assert_eq!((kept.size, kept.sha256), (content.len() as u64, Sha256::digest(content).into()));
        kept.path.file_name().unwrap().to_str().unwrap().to_owned()
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn a_unique_id_makes_a_name_that_stays_in_the_folder() {
        for (unique_id, name) in [
            ("whqtswO00WBw418f9t5JxYwZ", "whqtswO00WBw418f9t5JxYwZ"),
            ("../../etc/passwd", "%2E./..%2Fetc%2Fpasswd".replace("./", ".%2F").as_str()),
            ("-rf", "%2Drf"),
            ("a~2", "a%7E2"),
            ("a b*?:\"<>|\\\0", "a%20b%2A%3F%3A%22%3C%3E%7C%5C%00"),
            ("ä%", "%C3%A4%25"),
        ] {
            assert_eq!(safe_name(unique_id), name);
        }
        let (one, two) = (safe_name(&"/".repeat(255)), safe_name(&"/".repeat(254)));
        assert!(one.len() <= LONGEST_NAME + 1 && one != two, "{one}");
    }

    #[test]
    fn no_message_is_written_over_and_none_is_there_twice() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("a/b")).unwrap();
        assert_eq!(keep(&folder, Some("a"), b"one"), "a.eml");
        assert_eq!(keep(&folder, Some("a"), b"two"), "a~2.eml");
        assert_eq!(keep(&folder, Some("a"), b"three"), "a~3.eml");
        assert_eq!(keep(&folder, Some("a"), b"two"), "a~2.eml");
        let name = keep(&folder, None, b"no name");
        assert_eq!(name, format!("~{}.eml", hexadecimal(&Sha256::digest(b"no name"))));
        assert_eq!(fs::read_dir(place.path().join("a/b")).unwrap().count(), 4);
    }

    #[test]
    fn what_is_not_whole_has_no_name_and_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let mut part = folder.begin(Some("a"), 1).unwrap();
        part.add(b"half").unwrap();
        assert_eq!(names(&place), ["a.eml.part"]);
        assert!(folder.begin(Some("a"), 1).is_err(), "another run is at it");
        drop(part);
        assert_eq!(names(&place), [""; 0]);

        fs::write(place.path().join("a.eml.part"), "left by a run that was killed").unwrap();
        keep(&folder, Some("a"), b"whole");
        assert_eq!(names(&place), ["a.eml"]);
    }
}
