//! The decision log: a file that only grows, a line of `enact.log/1` a run.
//!
//! A decision that cannot be put on record is not given: the request fails. Lines are written whole; after one that was not, the
//! next begins on a line of its own.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use enact::diagnostic::render::escape_json;
use enact::eval::Request;
use enact::facts::Facts;
use enact::log::Entry;
use serde_json::{Map, Value as Json};

use super::App;
use super::problem::Problem;
use super::state::Served;

/// When lines are on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// Before their answer is given.
    Always,
    /// A second later at most.
    Second,
    /// When the operating system writes them.
    Never,
}

/// The log.
#[derive(Debug)]
pub struct DecisionLog {
    file: Mutex<Lines>,
    sync: Sync,
}

#[derive(Debug)]
struct Lines {
    file: File,
    /// The last line is not whole.
    torn: bool,
    /// Something was written and not yet synced.
    dirty: bool,
}

impl DecisionLog {
    /// Opens the log, or makes it, readable by its owner alone.
    pub fn open(path: &Path, sync: Sync) -> io::Result<DecisionLog> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let torn = if file.metadata()?.is_file() && file.seek(SeekFrom::End(0))? > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            last != *b"\n"
        } else {
            false
        };
        Ok(DecisionLog { file: Mutex::new(Lines { file, torn, dirty: false }), sync })
    }

    /// Puts a run on record.
    pub fn write(
        &self,
        app: &App,
        served: &Served,
        request: &Request,
        facts: &Facts,
        decisions: Map<String, Json>,
    ) -> Result<(), Problem> {
        let texts = served.hashes(request.policy);
        let time = DateTime::<Utc>::from(SystemTime::now()).to_rfc3339_opts(SecondsFormat::Millis, true);
        let texts = (texts.policy.as_str(), texts.data.as_str());
        let entry = Entry::new(&served.ready.program, request, facts, decisions, texts, time);
        let written = serde_json::to_string(&entry).map_err(io::Error::from).and_then(|line| self.append(&line));
        written.map_err(|error| {
            app.metrics.log_failures.inc();
            tracing::error!(reason = ?error.kind(), "the decision log cannot be written");
            Problem::internal()
        })
    }

    fn append(&self, line: &str) -> io::Result<()> {
        let mut lines = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let line = format!("{}{}\n", if lines.torn { "\n" } else { "" }, escape_json(line));
        lines.torn = true;
        lines.file.write_all(line.as_bytes())?;
        lines.torn = false;
        match self.sync {
            Sync::Always => lines.file.sync_data(),
            Sync::Second => {
                lines.dirty = true;
                Ok(())
            }
            Sync::Never => Ok(()),
        }
    }

    /// Brings to the disk what is not there yet; the lock is not held meanwhile.
    pub fn sync(&self) -> io::Result<()> {
        let file = {
            let mut lines = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            if !std::mem::take(&mut lines.dirty) {
                return Ok(());
            }
            lines.file.try_clone()?
        };
        file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_costs_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.jsonl");
        std::fs::write(&path, "{\"a\":1}\n{\"b\":").expect("written");
        let log = DecisionLog::open(&path, Sync::Second).expect("opened");
        log.append("{\"c\":3}").expect("written");
        log.append("{\"d\":4}").expect("written");
        log.sync().expect("synced");
        let text = std::fs::read_to_string(&path).expect("read");
        assert_eq!(text, "{\"a\":1}\n{\"b\":\n{\"c\":3}\n{\"d\":4}\n");
    }
}
