//! Files to bytes, and back. Folders are read by [`enact::files`].
//!
//! **Invariant:** nothing is read without a limit. Files are written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use enact::diagnostic::Code;
use enact::files::read_limited;

use super::exit::Failure;

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
    fn a_file_is_replaced_whole_and_nothing_stays_behind() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.enact");
        write_whole(&path, "one").expect("written");
        write_whole(&path, "two").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "two");
        assert_eq!(fs::read_dir(dir.path()).expect("read").count(), 1);
        assert!(write_whole(&dir.path().join("no/such/folder"), "x").is_err());
    }
}
