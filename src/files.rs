//! Folders to bytes (feature `files`): the one module of the library that opens files.
//!
//! **Invariant:** nothing outside the root is opened through a link in it, nothing that is no regular file is opened, and
//! nothing is read without a limit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::load::{Folder, MAX_DATA_BYTES};
use crate::run::Refused;
use crate::syntax::MAX_FILE_BYTES;

/// How deep folders may lie under a root.
const MAX_FOLDER_DEPTH: usize = 16;
/// How many files a root may hold.
const MAX_FILES: usize = 20_000;
/// How many bytes all files of a root may have.
const MAX_ROOT_BYTES: u64 = 1 << 30;

/// Reads the `.enact` and `.csv` files under a root, sorted by path, and says what could not be read.
pub fn read_folder(root: &Path) -> Result<(Folder, Vec<Diagnostic>), Refused> {
    let real = fs::canonicalize(root).map_err(|error| unreadable(root, &error))?;
    if !real.is_dir() {
        return Err(Refused::one(Code::UNREADABLE, format!("`{}` is no folder", root.display()), None));
    }
    let mut reader = FolderReader {
        folder: Folder { name: shown_root(root), files: BTreeMap::new() },
        real,
        findings: Vec::new(),
        visited: BTreeSet::new(),
        bytes: 0,
    };
    reader.walk(root, "", 0)?;
    Ok((reader.folder, reader.findings))
}

/// Returns a root as places show it: with forward slashes, without `./` and a slash at the end, empty for `.`.
pub fn shown_root(root: &Path) -> String {
    // Components leave out each `.` but the first.
    let root: PathBuf = root.components().collect();
    let text = root.to_string_lossy().replace('\\', "/");
    let text = text.trim_start_matches("./").trim_end_matches('/');
    if text == "." { String::new() } else { text.to_owned() }
}

struct FolderReader {
    folder: Folder,
    /// The root without links.
    real: PathBuf,
    findings: Vec<Diagnostic>,
    visited: BTreeSet<PathBuf>,
    bytes: u64,
}

impl FolderReader {
    fn walk(&mut self, dir: &Path, inside: &str, depth: usize) -> Result<(), Refused> {
        if depth > MAX_FOLDER_DEPTH {
            self.refuse(Code::TOO_LARGE, inside, &format!("lies more than {MAX_FOLDER_DEPTH} folders deep"), None);
            return Ok(());
        }
        let real = fs::canonicalize(dir).map_err(|error| unreadable(dir, &error))?;
        if !self.visited.insert(real) {
            self.refuse(Code::OUTSIDE_ROOT, inside, "is a folder that is already read under another name", None);
            return Ok(());
        }
        let entries = fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                self.refuse(Code::UNREADABLE, inside, &format!("cannot be read: {}", io_text(&error)), None);
                return Ok(());
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.entry(&entry, inside, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &fs::DirEntry, inside: &str, depth: usize) -> Result<(), Refused> {
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        if shown.starts_with('.') {
            return Ok(());
        }
        let path = if inside.is_empty() { shown.to_string() } else { format!("{inside}/{shown}") };
        let wanted = path.ends_with(".enact") || path.ends_with(".csv");
        if entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
            match fs::canonicalize(entry.path()) {
                Ok(target) if target.starts_with(&self.real) => {}
                Ok(target) if !wanted && !target.is_dir() => return Ok(()),
                Ok(_) => {
                    let help = "copy the file into the folder; policies may not depend on what lies outside";
                    self.refuse(Code::OUTSIDE_ROOT, &path, "is a link that leaves the policies folder", Some(help));
                    return Ok(());
                }
                Err(_) if !wanted => return Ok(()),
                Err(error) => {
                    self.refuse(Code::UNREADABLE, &path, &format!("cannot be read: {}", io_text(&error)), None);
                    return Ok(());
                }
            }
        }
        let metadata = match fs::metadata(entry.path()) {
            Ok(metadata) => metadata,
            Err(_) if !wanted => return Ok(()),
            Err(error) => {
                self.refuse(Code::UNREADABLE, &path, &format!("cannot be read: {}", io_text(&error)), None);
                return Ok(());
            }
        };
        if metadata.is_dir() {
            return self.walk(&entry.path(), &path, depth + 1);
        }
        if !wanted {
            return Ok(());
        }
        if name.to_str().is_none() {
            self.refuse(Code::NOT_UTF8, &path, "has a name that is no UTF-8 text", Some("rename it"));
            return Ok(());
        }
        if !metadata.is_file() {
            self.refuse(Code::UNREADABLE, &path, "is no regular file", None);
            return Ok(());
        }
        self.file(&entry.path(), path)
    }

    fn file(&mut self, from: &Path, path: String) -> Result<(), Refused> {
        // One byte more than is allowed, so that `load` can tell and says so with its limit.
        let limit = if path.ends_with(".csv") { MAX_DATA_BYTES } else { MAX_FILE_BYTES } as u64 + 1;
        let bytes = match read_limited(from, limit) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.refuse(Code::UNREADABLE, &path, &format!("cannot be read: {}", io_text(&error)), None);
                return Ok(());
            }
        };
        self.bytes += bytes.len() as u64;
        if self.folder.files.len() >= MAX_FILES || self.bytes > MAX_ROOT_BYTES {
            let message = format!(
                "`{}` holds more than {MAX_FILES} files or {} MiB: is it a policies folder?",
                self.folder.name,
                MAX_ROOT_BYTES >> 20
            );
            return Err(Refused::one(Code::TOO_LARGE, message, Some("name the folder with `--policies DIR`".into())));
        }
        self.folder.files.insert(path, bytes);
        Ok(())
    }

    fn refuse(&mut self, code: Code, path: &str, what: &str, help: Option<&str>) {
        let shown = if self.folder.name.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder.name) };
        let mut diagnostic = Diagnostic::new(Severity::Error, code, format!("`{shown}` {what}"));
        diagnostic.help = help.map(str::to_owned);
        self.findings.push(diagnostic);
    }
}

/// Reads at most so many bytes of a file.
pub fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file or folder that cannot be read.
fn unreadable(path: &Path, error: &io::Error) -> Refused {
    Refused::one(Code::UNREADABLE, format!("cannot read `{}`: {}", path.display(), io_text(error)), None)
}

/// Says what went wrong with a file, in lower case and without numbers of the operating system.
pub fn io_text(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::NotADirectory => "a part of the path is no folder".into(),
        ErrorKind::AlreadyExists => "it exists already".into(),
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only".into(),
        ErrorKind::StorageFull => "the disk is full".into(),
        _ => error.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_policies_and_data_in_order() {
        let dir = tempfile::tempdir().expect("a folder");
        for (path, text) in
            [("b/2.enact", "b"), ("a.csv", "a"), ("b/1.enact", "a"), ("notes.md", "x"), (".git/c.enact", "x")]
        {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, text).expect("written");
        }
        let (folder, findings) = read_folder(dir.path()).expect("read");
        assert_eq!(folder.files.keys().collect::<Vec<_>>(), ["a.csv", "b/1.enact", "b/2.enact"]);
        assert_eq!(findings, []);
    }

    #[cfg(unix)]
    #[test]
    fn links_may_not_leave_the_root_or_go_in_circles() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("policies");
        fs::create_dir_all(root.join("p")).expect("made");
        fs::write(dir.path().join("secret.csv"), "secret").expect("written");
        fs::write(root.join("p/1.enact"), "x").expect("written");
        symlink(dir.path().join("secret.csv"), root.join("stolen.csv")).expect("linked");
        symlink(dir.path(), root.join("up")).expect("linked");
        symlink(&root, root.join("p/again")).expect("linked");
        symlink("1.enact", root.join("p/same.enact")).expect("linked");
        symlink("nowhere", root.join("p/broken.enact")).expect("linked");
        let (folder, findings) = read_folder(&root).expect("read");
        assert_eq!(folder.files.keys().collect::<Vec<_>>(), ["p/1.enact", "p/same.enact"]);
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code.number).collect();
        assert_eq!(codes, ["E053", "E040", "E053", "E053"]);
    }

    #[test]
    fn roots_are_shown_plainly() {
        for (root, shown) in
            [("policies/", "policies"), ("./policies", "policies"), (".", ""), ("/a/./b", "/a/b"), ("../p", "../p")]
        {
            assert_eq!(shown_root(Path::new(root)), shown);
        }
    }
}
