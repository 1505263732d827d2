//! Which form rows have: by the name of the file, or as it is said.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::ValueEnum;
use enact::batch::{Form, Layout, Rows};

use crate::cli::exit::Failure;

/// A form of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A header, then a row a line.
    Csv,
    /// A JSON object a line.
    Jsonl,
}

/// Rows of an input, one after the other.
pub type Bytes = Box<dyn Read + Send>;

/// An input, open.
pub struct Input {
    /// How it is written.
    pub form: Form,
    /// Its rows.
    pub rows: Rows<Bytes>,
    /// How many bytes it has, if that is known.
    pub bytes: Option<u64>,
}

impl Input {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &Path, format: Option<Format>) -> Result<Input, Failure> {
        let form = match format.map_or_else(|| by_name(path, "--in-format"), Ok)? {
            Format::Csv => Form::Csv,
            Format::Jsonl => Form::Jsonl,
        };
        let (input, bytes): (Bytes, _) = if path == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
            let bytes = file.metadata().ok().filter(|it| it.is_file()).map(|it| it.len());
            (Box::new(file), bytes)
        };
        Ok(Input { form, rows: Rows::new(input, form), bytes })
    }
}

/// Returns how the output is written: as is said, by its name, or like the input.
pub fn layout(path: Option<&Path>, format: Option<Format>, input: Form) -> Result<Layout, Failure> {
    let named = path.filter(|path| *path != Path::new("-"));
    let format = match (format, named) {
        (Some(format), _) => format,
        (None, Some(path)) => by_name(path, "--out-format")?,
        (None, None) => return Ok(if input == Form::Csv { Layout::Csv } else { Layout::Jsonl }),
    };
    Ok(match format {
        Format::Csv => Layout::Csv,
        Format::Jsonl => Layout::Jsonl,
    })
}

fn by_name(path: &Path, option: &str) -> Result<Format, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "csv" => Ok(Format::Csv),
        "jsonl" | "ndjson" => Ok(Format::Jsonl),
        _ => {
            let help = format!("name it `.csv` or `.jsonl`, or say `{option} csv` or `{option} jsonl`");
            Err(Failure::usage(format!("`{}` does not say by its name what form it has", path.display()), Some(help)))
        }
    }
}
