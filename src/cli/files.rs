//! Folders and files to bytes, and back.
//!
//! **Invariant:** nothing outside the root is opened through a link in it, nothing that is no regular file is opened, and
//! nothing is read without a limit. Files are written whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use enact::diagnostic::{Code, Diagnostic, Severity};
use enact::load::{Folder, MAX_DATA_BYTES};
use enact::syntax::MAX_FILE_BYTES;

use super::exit::{Failure, io_text};

/// How deep folders may lie under a root.
const MAX_FOLDER_DEPTH: usize = 16;
/// How many files a root may hold.
const MAX_FILES: usize = 20_000;
/// How many bytes all files of a root may have.
const MAX_ROOT_BYTES: u64 = 1 << 30;

/// Reads the `.enact` and `.csv` files under a root, sorted by path, and says what could not be read.
pub fn read_folder(root: &Path) -> Result<(Folder, Vec<Diagnostic>), Failure> {
    let real = fs::canonicalize(root).map_err(|error| Failure::file("read", root, &error))?;
    if !real.is_dir() {
        return Err(Failure::one(Code::UNREADABLE, format!("`{}` is no folder", root.display()), None));
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
    fn walk(&mut self, dir: &Path, inside: &str, depth: usize) -> Result<(), Failure> {
        if depth > MAX_FOLDER_DEPTH {
            self.refuse(Code::TOO_LARGE, inside, &format!("lies more than {MAX_FOLDER_DEPTH} folders deep"), None);
            return Ok(());
        }
        let real = fs::canonicalize(dir).map_err(|error| Failure::file("read", dir, &error))?;
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

    fn entry(&mut self, entry: &fs::DirEntry, inside: &str, depth: usize) -> Result<(), Failure> {
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

    fn file(&mut self, from: &Path, path: String) -> Result<(), Failure> {
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
            return Err(Failure::one(Code::TOO_LARGE, message, Some("name the folder with `--policies DIR`".into())));
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
fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file, or standard input for `-`; a larger one is an error.
pub fn read_input(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let most = limit as u64 + 1;
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().take(most).read_to_end(&mut bytes).map(|_| bytes)
    } else {
        read_limited(path, most)
    };
    let bytes = bytes.map_err(|error| Failure::file("read", path, &error))?;
    if bytes.len() > limit {
        let message = format!("`{}` has more than {limit} bytes, which is the limit", path.display());
        return Err(Failure::one(Code::TOO_LARGE, message, None));
    }
    Ok(bytes)
}

/// Replaces a file by a new text, or makes it, as [`NewFile`] does.
pub fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file = NewFile::create(path)?;
    file.write(text.as_bytes())?;
    file.finish()
}

/// So many bytes of a large file are brought to the disk together while it is written: at the end little is left to wait for.
const FLUSHED_BYTES: usize = 8 * 1024 * 1024;

/// A file that is replaced, or made: written beside it under another name first, then renamed, so that nobody ever sees a part.
/// A link is followed; the permissions of the old file are kept. What is not finished is taken away.
#[derive(Debug)]
pub struct NewFile {
    /// As it was named.
    path: PathBuf,
    target: PathBuf,
    /// Nothing once it is finished.
    beside: Option<PathBuf>,
    file: File,
    old: Option<fs::Metadata>,
    /// How many bytes nobody brings to the disk yet.
    waiting: usize,
    flushing: Option<JoinHandle<io::Result<()>>>,
}

impl NewFile {
    /// Begins to write.
    pub fn create(path: &Path) -> Result<NewFile, Failure> {
        let fail = |error: io::Error| Failure::file("write", path, &error);
        let target = match fs::symlink_metadata(path) {
            Ok(_) => fs::canonicalize(path).map_err(fail)?,
            Err(_) => path.to_owned(),
        };
        let old = fs::metadata(&target).ok();
        if old.as_ref().is_some_and(|old| old.permissions().readonly()) {
            return Err(fail(io::ErrorKind::PermissionDenied.into()));
        }
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let beside = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        let file = File::options().write(true).create_new(true).open(&beside).map_err(fail)?;
        let path = path.to_owned();
        Ok(NewFile { path, target, beside: Some(beside), file, old, waiting: 0, flushing: None })
    }

    /// Writes more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.waiting += bytes.len();
        let written = self.file.write_all(bytes).and_then(|()| self.flush());
        written.map_err(|error| Failure::file("write", &self.path, &error))
    }

    /// Brings what was written to the disk, beside what is written next.
    fn flush(&mut self) -> io::Result<()> {
        if self.waiting < FLUSHED_BYTES || self.flushing.as_ref().is_some_and(|flushing| !flushing.is_finished()) {
            return Ok(());
        }
        self.flushed()?;
        self.waiting = 0;
        let file = self.file.try_clone()?;
        self.flushing = Some(thread::spawn(move || file.sync_data()));
        Ok(())
    }

    /// Waits for what is on its way to the disk. An error is told to one caller only: it may not be lost.
    fn flushed(&mut self) -> io::Result<()> {
        let flushing = self.flushing.take().map(JoinHandle::join);
        flushing.map_or(Ok(()), |done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }

    /// The file under construction, for what writes by itself.
    #[cfg(feature = "parquet")]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Ends the file: from now on it is there.
    pub fn finish(mut self) -> Result<(), Failure> {
        let Some(beside) = self.beside.take() else { return Ok(()) };
        let finished = (|| {
            if let Some(old) = &self.old {
                self.file.set_permissions(old.permissions())?;
            }
            self.flushed()?;
            self.file.sync_all()?;
            fs::rename(&beside, &self.target)
        })();
        finished.map_err(|error| {
            // The error to report is the first one.
            let _ = fs::remove_file(&beside);
            Failure::file("write", &self.path, &error)
        })
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // Whoever gave up has said why.
            let _ = fs::remove_file(beside);
        }
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
    fn a_file_is_replaced_whole_and_nothing_stays_behind() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.enact");
        write_whole(&path, "one").expect("written");
        write_whole(&path, "two").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "two");
        assert_eq!(fs::read_dir(dir.path()).expect("read").count(), 1);
        assert!(write_whole(&dir.path().join("no/such/folder"), "x").is_err());
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
