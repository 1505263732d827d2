//! `--watch`: check again whenever a file changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::super::exit::Outcome;
use super::super::terminal::Terminal;

/// How long to wait between two looks at the files: short enough to feel at once, long enough to cost nothing.
const PAUSE: Duration = Duration::from_millis(300);

/// How deep folders are looked into; policies lie two or three deep.
const MAX_DEPTH: usize = 16;

/// When each file was last written, and how long it is.
pub type State = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// Runs once, and again after each change, until the program is stopped or nobody reads its output.
pub fn watch(root: &Path, terminal: &Terminal, mut run: impl FnMut() -> Outcome) -> Outcome {
    loop {
        let before = state(root);
        match run() {
            Ok(_) => {}
            Err(failure @ super::Failure::ClosedPipe) => return Err(failure),
            Err(failure) => drop(terminal.fail(failure)),
        }
        terminal.say("watching; Ctrl-C stops");
        while state(root) == before {
            std::thread::sleep(PAUSE);
        }
    }
}

/// Looks at all files that policies are made of.
pub fn state(root: &Path) -> State {
    let mut found = State::new();
    let mut waiting = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        // A folder that cannot be read is told by the check itself.
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() && depth < MAX_DEPTH {
                waiting.push((path, depth + 1));
            } else if path.extension().is_some_and(|kind| kind == "enact" || kind == "csv") {
                found.insert(path, (meta.modified().ok(), meta.len()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_inserted_or_removed_file_is_a_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("p");
        std::fs::create_dir(&inner).expect("made");
        let empty = state(folder.path());
        std::fs::write(inner.join("2024-01-01.enact"), "a").expect("written");
        let one = state(folder.path());
        assert_ne!(empty, one);
        std::fs::write(inner.join("notes.txt"), "a").expect("written");
        assert_eq!(one, state(folder.path()));
        std::fs::write(inner.join("2024-01-01.enact"), "ab").expect("written");
        assert_ne!(one, state(folder.path()));
        std::fs::remove_file(inner.join("2024-01-01.enact")).expect("removed");
        assert_eq!(empty, state(folder.path()));
    }
}
