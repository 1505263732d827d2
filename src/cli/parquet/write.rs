//! Answers to a Parquet file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use enact::arrow::Columns;
use enact::batch::AskedColumn;
use enact::diagnostic::Code;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::read::Table;
use crate::cli::exit::Failure;
use crate::cli::files::NewFile;

/// Rows of a row group: what engines read at once, and what is held in memory until it is written.
const GROUP_ROWS: usize = 128 * 1024;

/// Lays out the columns of a file. Errors: none; a program without Parquet has one here.
pub fn lay_out(
    _path: &Path,
    asked: Vec<AskedColumn>,
    keep: &[String],
    has_id: bool,
    input: Option<&Table>,
) -> Result<Columns, Failure> {
    Ok(Columns::new(asked, keep, has_id, input.map(Table::schema)))
}

/// A file under construction.
pub struct Writer {
    path: PathBuf,
    writer: ArrowWriter<Sink>,
}

/// The file, as the crate writes to it.
struct Sink(NewFile);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.file().flush()
    }
}

impl Writer {
    /// Begins a file that is there when all is done.
    pub fn create(path: &Path, columns: &Columns) -> Result<Writer, Failure> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let file = Sink(NewFile::create(path)?);
        let writer = ArrowWriter::try_new(file, Arc::clone(columns.schema()), Some(properties));
        Ok(Writer { path: path.to_owned(), writer: writer.map_err(|error| unwritten(path, &error))? })
    }

    /// Writes rows.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), Failure> {
        self.writer.write(rows).map_err(|error| unwritten(&self.path, &error))
    }

    /// Ends the file: from now on it is there.
    pub fn finish(self) -> Result<(), Failure> {
        let file = self.writer.into_inner().map_err(|error| unwritten(&self.path, &error))?;
        file.0.finish()
    }
}

fn unwritten(path: &Path, error: &ParquetError) -> Failure {
    Failure::one(Code::UNREADABLE, format!("cannot write `{}`: {error}", path.display()), None)
}
