//! Where answers and refused rows go.

use std::io::{self, Write};
use std::path::Path;

use enact::batch::Refused;
use enact::diagnostic::render::{escape_json, quantity};

use crate::cli::exit::Failure;
use crate::cli::files::NewFile;
use crate::cli::parquet::{Columns, Writer};
use crate::cli::terminal::Terminal;

use super::pipe::Ready;

/// How many refused rows are shown when no file takes them.
const SHOWN: usize = 10;

/// Where the lines of the output go.
pub enum Output {
    /// A file that is there when all is done.
    File(Box<NewFile>),
    /// The same, of columns.
    Table(Box<Writer>),
    /// Standard output.
    Standard,
    /// Nowhere: only the summary is wanted.
    Nowhere,
}

impl Output {
    /// Begins a file, or standard output if that is free.
    pub fn create(path: Option<&Path>, columns: Option<&Columns>, standard: bool) -> Result<Output, Failure> {
        Ok(match (path.filter(|path| *path != Path::new("-")), columns) {
            (Some(path), Some(columns)) => Output::Table(Box::new(Writer::create(path, columns)?)),
            (Some(path), None) => Output::File(Box::new(NewFile::create(path)?)),
            _ if standard => Output::Standard,
            _ => Output::Nowhere,
        })
    }

    /// Writes answers.
    pub fn take(&mut self, ready: &Ready) -> Result<(), Failure> {
        match (&mut *self, &ready.filled) {
            (Output::Table(table), Some(filled)) => table.write(filled),
            _ => self.write(&ready.decided.out),
        }
    }

    /// Writes lines.
    pub fn write(&mut self, lines: &[u8]) -> Result<(), Failure> {
        match self {
            Output::File(file) => file.write(lines),
            Output::Standard => {
                let mut out = io::stdout().lock();
                match out.write_all(lines).and_then(|()| out.flush()) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::ClosedPipe),
                    Err(error) => Err(Failure::file("write to", "standard output".as_ref(), &error)),
                    Ok(()) => Ok(()),
                }
            }
            Output::Table(_) | Output::Nowhere => Ok(()),
        }
    }

    /// Ends the output.
    pub fn finish(self) -> Result<(), Failure> {
        match self {
            Output::File(file) => file.finish(),
            Output::Table(table) => table.finish(),
            Output::Standard | Output::Nowhere => Ok(()),
        }
    }
}

/// Where refused rows go: a file, or the first of them to standard error.
pub struct Errors {
    file: Option<NewFile>,
    first: Vec<Refused>,
    refused: usize,
}

impl Errors {
    /// Begins the file of errors, if there is to be one.
    pub fn create(path: Option<&Path>) -> Result<Errors, Failure> {
        Ok(Errors { file: path.map(NewFile::create).transpose()?, first: Vec::new(), refused: 0 })
    }

    /// Takes rows that are refused.
    pub fn take(&mut self, refused: &[Refused]) -> Result<(), Failure> {
        self.refused += refused.len();
        let Some(file) = &mut self.file else {
            let left = SHOWN - self.first.len();
            self.first.extend(refused.iter().take(left).cloned());
            return Ok(());
        };
        let mut lines = String::new();
        for row in refused {
            let line = serde_json::to_string(row)
                .map_err(|error| Failure::usage(format!("cannot write an error: {error}"), None))?;
            lines += &(escape_json(&line) + "\n");
        }
        file.write(lines.as_bytes())
    }

    /// Ends the file, or shows the first rows.
    pub fn finish(self, input: &Path, terminal: &Terminal) -> Result<(), Failure> {
        if let Some(file) = self.file {
            return file.finish();
        }
        for row in &self.first {
            for problem in &row.problems {
                let at = if problem.pointer.is_empty() { String::new() } else { format!(" {}", problem.pointer) };
                let help = problem.help.as_ref().map_or_else(String::new, |help| format!("; help: {help}"));
                let place = format!("{}:{}: row {}", input.display(), row.line, row.row);
                terminal.say(&format!("{place}: {}{at} {}{help}", problem.code, problem.message));
            }
        }
        if self.refused > self.first.len() {
            let more = quantity(self.refused - self.first.len(), "more row");
            terminal.say(&format!("{more} refused; `--errors FILE` writes all of them"));
        }
        Ok(())
    }
}
