//! What is remembered from one run to the next, in a file.
//!
//! Its first line is the state as the run before left it; each other line is a message that has been
//! accepted since, so that remembering one costs the same however many are known. At the end of a run
//! everything becomes one line again, in a new file that takes the place of the old one at once.
//!
//! ```text
//!  {"user":"ann","host":"mail.example.org","seen":{"messages":{"id-1":{"day":20000,"copies":1}}}}
//!  {"accepted":"id-2","day":20001}
//! ```

use super::exclusive;
use crate::failure::Failure;
use mailproto::pop3::Seen;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The state of one maildrop, and the file that has it.
pub(super) struct State {
    path: PathBuf,
    /// Locked as long as it is open.
    file: File,
    user: String,
    host: String,
    seen: Seen,
}

impl State {
    /// Opens the file of this user's maildrop, or makes it. No other run can have it meanwhile.
    pub(super) fn open(path: &Path, user: &str, host: &str) -> Result<Self, Failure> {
        let place = path.display();
        let unusable = |error: io::Error| Failure::usage(format_args!("cannot use the state in {place}: {error}"));
        let mut file = exclusive::open(path).map_err(unusable)?;
        // The file itself is replaced, not a link to it.
        let path = fs::canonicalize(path).map_err(unusable)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(unusable)?;
        let mut state = Self { path, file, user: user.into(), host: host.into(), seen: Seen::default() };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let first = state.line();
        if whole == 0 && first.starts_with(&text) {
            // New, or cut when it was new.
            state.rewind(0).map_err(unusable)?;
            state.append(&first).and_then(|()| exclusive::sync_folder(&state.path)).map_err(unusable)?;
            return Ok(state);
        }
        match read(&text[..whole]) {
            Some((owner, seen)) if owner == (user.into(), host.into()) => state.seen = seen,
            Some(((user, host), _)) => {
                return Err(Failure::usage(format_args!(
                    "the state in {place} is that of {user} at {host}: each maildrop has a file of its own"
                )));
            }
            None => {
                return Err(Failure::usage(format_args!(
                    "{place} is no state of a maildrop: name another file, and it will be made"
                )));
            }
        }
        // A line that was cut is a message that will be fetched again.
        state.rewind(whole as u64).map_err(unusable)?;
        Ok(state)
    }

    /// What is known.
    pub(super) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// A message has been accepted: when this returns, that is on disk.
    pub(super) fn accept(&mut self, unique_id: &str, day: u32) -> io::Result<()> {
        let line = json!({ "accepted": unique_id, "day": day });
        self.append(format!("{line}\n").as_bytes())
    }

    /// Puts this in place of all that is in the file.
    pub(super) fn replace(&mut self, seen: Seen) -> io::Result<()> {
        self.seen = seen;
        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        let new = PathBuf::from(name);
        let mut file = File::create(&new)?;
        file.write_all(&self.line())?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        exclusive::sync_folder(&self.path)
    }

    fn line(&self) -> Vec<u8> {
        format!("{}\n", json!({ "user": self.user, "host": self.host, "seen": self.seen })).into_bytes()
    }

    /// Takes away what is behind the first `length` bytes.
    fn rewind(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length)).map(drop)
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.write_all(line)?;
        self.file.sync_data()
    }
}

/// Whose state it is, and what is known; `None` if it is none.
fn read(text: &[u8]) -> Option<((String, String), Seen)> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let mut first: Value = serde_json::from_slice(lines.next()?).ok()?;
    let owner = (first["user"].as_str()?.to_owned(), first["host"].as_str()?.to_owned());
    let mut seen: Seen = serde_json::from_value(first["seen"].take()).ok()?;
    for line in lines {
        let line: Value = serde_json::from_slice(line).ok()?;
        seen.add(line["accepted"].as_str()?, line["day"].as_u64()?.try_into().ok()?);
    }
    Some((owner, seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path) -> State {
        State::open(path, "ann", "mail.example.org").unwrap()
    }

    fn known(state: &State) -> Vec<(String, u32)> {
        state.seen().iter().map(|(unique_id, day)| (unique_id.to_owned(), day)).collect()
    }

    #[test]
    fn what_was_accepted_is_known_wherever_the_file_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let mut state = open(&path);
        let mut seen = Seen::default();
        seen.add("old", 1);
        state.replace(seen).unwrap();
        drop(state);
        let mut ends = vec![fs::metadata(&path).unwrap().len()];
        let mut state = open(&path);
        for unique_id in ["a", "b\"\\", "c"] {
            state.accept(unique_id, 7).unwrap();
            ends.push(fs::metadata(&path).unwrap().len());
        }
        drop(state);
        let text = fs::read(&path).unwrap();
        for length in ends[0]..=text.len() as u64 {
            fs::write(&path, &text[..length as usize]).unwrap();
            let mut state = open(&path);
            let expected = ends.iter().filter(|end| **end <= length).count();
            assert_eq!(known(&state).len(), expected, "cut at {length}");
            // It goes on where it was cut.
            state.accept("more", 9).unwrap();
            drop(state);
            assert_eq!(known(&open(&path)).len(), expected + 1, "cut at {length}");
        }
    }

    #[test]
    fn a_file_that_was_cut_when_it_was_new_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        drop(open(&path));
        let text = fs::read(&path).unwrap();
        for length in 0..text.len() {
            fs::write(&path, &text[..length]).unwrap();
            assert!(open(&path).seen().is_empty());
            assert_eq!(fs::read(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_state_is_forgotten_for_no_other_and_no_other_file_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let state = open(&path);
        assert!(State::open(&path, "ann", "mail.example.org").is_err(), "two runs at a time");
        drop(state);
        assert!(State::open(&path, "bob", "mail.example.org").is_err());
        for text in ["my letter", "my letter\n", "{}\n", "{\"user\":\"ann\",\"host\":\"mail.example.org\"}\n"] {
            fs::write(&path, text).unwrap();
            assert!(State::open(&path, "ann", "mail.example.org").is_err(), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_file_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (link, path) = (folder.path().join("link"), folder.path().join("state.json"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        open(&link).replace(Seen::default()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink() && !known(&open(&path)).iter().any(|_| true));
    }
}
