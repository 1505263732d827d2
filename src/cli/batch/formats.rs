//! Which form rows have: by the name of the file, or as it is said.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::ValueEnum;
use enact::batch::{Form, ID, Job, Layout, Problem, Rows};
use enact::facts::FactsError;

use super::pipe::{Part, Source};
use crate::cli::exit::Failure;
use crate::cli::parquet::{Reader, Table, Use};

/// A form of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A header, then a row a line.
    Csv,
    /// A JSON object a line.
    Jsonl,
    /// Typed columns, in a file; in programs that were built with it.
    Parquet,
}

/// An input, open.
pub struct Input {
    /// How its rows are cut: those of Parquet are cells under a header too.
    pub form: Form,
    /// How long it is, if that is known: in bytes, Parquet in rows.
    pub size: Option<u64>,
    rows: Lines,
}

/// Where rows come from.
enum Lines {
    Text(Rows<Box<dyn Read + Send>>),
    Table(Table),
}

impl Input {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &Path, format: Option<Format>) -> Result<Input, Failure> {
        let form = match format.map_or_else(|| by_name(path, "--in-format"), Ok)? {
            Format::Csv => Form::Csv,
            Format::Jsonl => Form::Jsonl,
            Format::Parquet => {
                let table = Table::open(path)?;
                return Ok(Input { form: Form::Csv, size: Some(table.rows()), rows: Lines::Table(table) });
            }
        };
        let (input, size): (Box<dyn Read + Send>, _) = if path == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
            let bytes = file.metadata().ok().filter(|it| it.is_file()).map(|it| it.len());
            (Box::new(file), bytes)
        };
        Ok(Input { form, size, rows: Lines::Text(Rows::new(input, form)) })
    }

    /// The names of the columns; none for JSONL. Errors of the second kind: there is no header, or it breaks the form.
    pub fn header(&mut self) -> io::Result<Result<Vec<String>, Problem>> {
        match &mut self.rows {
            Lines::Text(rows) if self.form == Form::Csv => rows.header(),
            Lines::Text(_) => Ok(Ok(Vec::new())),
            Lines::Table(table) => Ok(Ok(table.names())),
        }
    }

    /// The input as a table, if it is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.rows {
            Lines::Text(_) => None,
            Lines::Table(table) => Some(table),
        }
    }

    /// Begins to read rows for a job that copies `keep`. Errors: columns that cannot be read.
    pub fn begin(self, job: &Job, keep: &[String]) -> Result<Box<dyn Source>, Vec<FactsError>> {
        let table = match self.rows {
            Lines::Text(rows) => return Ok(Box::new(rows)),
            Lines::Table(table) => table,
        };
        let reader = table.read(|name| {
            let kept = keep.iter().any(|kept| kept == name);
            if job.is_fact(name) {
                Use::Fact
            } else if name == ID || kept && !job.by_columns() {
                Use::Copy
            } else if kept {
                Use::Keep
            } else {
                Use::Nothing
            }
        })?;
        Ok(Box::new(reader))
    }
}

impl Source for Rows<Box<dyn Read + Send>> {
    fn next_part(&mut self) -> io::Result<Option<Part>> {
        Ok(self.next_chunk()?.map(Part::Chunk))
    }
}

impl Source for Reader {
    fn next_part(&mut self) -> io::Result<Option<Part>> {
        Ok(self.next_batch()?.map(Part::Batch))
    }
}

/// Returns how the output is written: as is said, by its name, or like the input; nothing for Parquet, which has no lines.
pub fn layout(path: Option<&Path>, format: Option<Format>, input: &Input) -> Result<Option<Layout>, Failure> {
    let named = path.filter(|path| *path != Path::new("-"));
    let format = match (format, named) {
        (Some(format), _) => format,
        (None, Some(path)) => by_name(path, "--out-format")?,
        (None, None) => return Ok(Some(if input.form == Form::Csv { Layout::Csv } else { Layout::Jsonl })),
    };
    match format {
        Format::Csv => Ok(Some(Layout::Csv)),
        Format::Jsonl => Ok(Some(Layout::Jsonl)),
        Format::Parquet if named.is_none() => {
            let help = "say `--output FILE.parquet`".to_owned();
            Err(Failure::usage("Parquet is written to a file, not to standard output", Some(help)))
        }
        Format::Parquet => Ok(None),
    }
}

fn by_name(path: &Path, option: &str) -> Result<Format, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "csv" => Ok(Format::Csv),
        "jsonl" | "ndjson" => Ok(Format::Jsonl),
        "parquet" => Ok(Format::Parquet),
        _ => {
            let help = format!("name it `.csv` or `.jsonl`, or say `{option} csv` or `{option} jsonl`");
            Err(Failure::usage(format!("`{}` does not say by its name what form it has", path.display()), Some(help)))
        }
    }
}
