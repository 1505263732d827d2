//! Parquet to rows of cells.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use arrow_schema::Schema;
use enact::arrow::{Batch, Input, MAX_BATCH_ROWS, Use};
use enact::diagnostic::Code;
use enact::facts::{FactsError, ValueError};
use enact::load::time::shorten;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use crate::cli::exit::Failure;

/// How many rows are read at once: enough that columns pay, few enough that what is under way stays in the caches.
const BATCH_ROWS: usize = 2_048;

const _: () = assert!(BATCH_ROWS <= MAX_BATCH_ROWS);

/// A file whose columns are known.
pub struct Table {
    file: ParquetRecordBatchReaderBuilder<File>,
}

impl Table {
    /// Opens a file. Errors: it is no file, or no Parquet.
    pub fn open(path: &Path) -> Result<Table, Failure> {
        if path == Path::new("-") {
            let help = "save it as a file: Parquet is read from its end";
            return Err(Failure::usage("Parquet cannot be read from standard input", Some(help.into())));
        }
        let failed = |error: io::Error| Failure::file("read", path, &error);
        if !fs::metadata(path).map_err(failed)?.is_file() {
            let message = format!("`{}` is no regular file, and Parquet is read from its end", path.display());
            return Err(Failure::one(Code::UNREADABLE, message, None));
        }
        let file = File::open(path).map_err(failed)?;
        let file = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| {
            let message = format!("`{}` cannot be read as Parquet: {}", path.display(), plain(&error.to_string()));
            Failure::one(Code::UNREADABLE, message, None)
        })?;
        Ok(Table { file })
    }

    /// The names of the columns.
    pub fn names(&self) -> Vec<String> {
        self.file.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        u64::try_from(self.file.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// The columns and their types.
    pub(super) fn schema(&self) -> &Schema {
        self.file.schema()
    }

    /// Begins to read. `used` says what each column is for. Errors: columns that cannot be read for that.
    pub fn read(self, used: impl Fn(&str) -> Use) -> Result<Reader, Vec<FactsError>> {
        let input = Input::new(self.file.schema(), used)?;
        let wanted = ProjectionMask::roots(self.file.parquet_schema(), input.wanted().iter().copied());
        let batches = self.file.with_projection(wanted).with_batch_size(BATCH_ROWS).build();
        let failed = |error: ParquetError| FactsError::Value {
            pointer: String::new(),
            error: ValueError::new(plain(&error.to_string())),
        };
        Ok(Reader { batches: batches.map_err(|error| vec![failed(error)])?, input })
    }
}

/// The rows of a file, in order.
pub struct Reader {
    batches: ParquetRecordBatchReader,
    input: Input,
}

impl Reader {
    /// Reads the next rows; nothing at the end.
    pub fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        let Some(batch) = self.batches.next() else { return Ok(None) };
        let batch = batch.map_err(|error| io::Error::other(plain(&error.to_string())))?;
        Ok(Some(self.input.batch(batch)))
    }
}

/// What the crate says of a file, in one line and without its names for errors.
fn plain(error: &str) -> String {
    let said = error.rsplit_once("rror: ").map_or(error, |(_, said)| said);
    shorten(said).to_lowercase()
}
