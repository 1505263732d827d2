//! Parquet to rows of cells.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::FieldRef;
use enact::batch::{Cells, Chunk, Problem};
use enact::diagnostic::Code;
use enact::facts::{FactsError, ValueError};
use enact::load::time::shorten;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::Use;
use super::spell::{For, Speller, Unfit, check, speller};
use crate::cli::exit::Failure;

/// How many rows are read at once: enough that columns pay, few enough that what is under way stays in the caches.
const BATCH_ROWS: usize = 2_048;

const _: () = assert!(BATCH_ROWS <= Cells::MAX_ROWS);

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

    /// The field of a column, if there is one.
    pub(super) fn field(&self, name: &str) -> Option<FieldRef> {
        self.file.schema().fields().iter().find(|field| field.name() == name).cloned()
    }

    /// Begins to read. `used` says what each column is for. Errors: columns that cannot be read for that.
    pub fn read(self, used: impl Fn(&str) -> Use) -> Result<Reader, Vec<FactsError>> {
        let mut errors = Vec::new();
        let mut columns = Vec::new();
        let mut wanted = Vec::new();
        for (place, field) in self.file.schema().fields().iter().enumerate() {
            let purpose = match used(field.name()) {
                Use::Fact => Some(For::Facts),
                Use::Copy => Some(For::Copy),
                Use::Keep => None,
                Use::Nothing => {
                    columns.push(Column { name: field.name().clone(), cells: None });
                    continue;
                }
            };
            if let Some(purpose) = purpose
                && let Err(unfit) = check(field.data_type(), purpose)
            {
                errors.push(unread(field.name(), &unfit, purpose));
            }
            let cells = purpose.map(|purpose| (wanted.len(), purpose));
            columns.push(Column { name: field.name().clone(), cells });
            wanted.push(place);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let wanted = ProjectionMask::roots(self.file.parquet_schema(), wanted);
        let batches = self.file.with_projection(wanted).with_batch_size(BATCH_ROWS).build();
        let batches = batches.map_err(|error| vec![at("", ValueError::new(plain(&error.to_string())))])?;
        Ok(Reader { batches, columns: columns.into(), rows: 0 })
    }
}

/// A column of a file.
#[derive(Debug)]
struct Column {
    name: String,
    /// Its place among those that are read, and what its texts are for; nothing where no text is wanted.
    cells: Option<(usize, For)>,
}

/// The rows of a file, in order.
pub struct Reader {
    batches: ParquetRecordBatchReader,
    columns: Arc<[Column]>,
    /// How many rows were read.
    rows: u64,
}

impl Reader {
    /// Reads the next rows; nothing at the end.
    pub fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        let Some(batch) = self.batches.next() else { return Ok(None) };
        let batch = batch.map_err(|error| io::Error::other(plain(&error.to_string())))?;
        let before = self.rows;
        self.rows += batch.num_rows() as u64;
        Ok(Some(Batch { batch, columns: Arc::clone(&self.columns), before }))
    }
}

/// Rows that were read together.
pub struct Batch {
    batch: RecordBatch,
    columns: Arc<[Column]>,
    /// How many rows stand before it in the file.
    before: u64,
}

impl Batch {
    /// The rows as they would be cut from CSV.
    pub fn chunk(&self) -> Chunk {
        let spellers = self.spellers();
        let mut cells = Cells::default();
        for row in 0..self.batch.num_rows() {
            cells.row(self.number(row), spellers.len(), |column, out| {
                self.spell(&spellers, (row, column), out).map_err(|error| Problem::from(&error))
            });
        }
        cells.finish()
    }

    /// Takes each row with its number: the text of each column, or what is wrong with the first that has none.
    pub fn each_row(&self, mut take: impl FnMut(u64, Result<&[String], FactsError>)) {
        let spellers = self.spellers();
        let mut texts = vec![String::new(); spellers.len()];
        for row in 0..self.batch.num_rows() {
            let mut read = Ok(());
            for (column, text) in texts.iter_mut().enumerate() {
                let mut out = Vec::new();
                read = read.and(self.spell(&spellers, (row, column), &mut out));
                *text = String::from_utf8_lossy(&out).into_owned();
            }
            take(self.number(row), read.map(|()| texts.as_slice()));
        }
    }

    fn number(&self, row: usize) -> u64 {
        self.before + row as u64 + 1
    }

    fn spell(
        &self,
        spellers: &[Option<Speller>],
        (row, column): (usize, usize),
        out: &mut Vec<u8>,
    ) -> Result<(), FactsError> {
        let Some(spell) = &spellers[column] else { return Ok(()) };
        spell(row, out).map_err(|what| at(&self.columns[column].name, ValueError::new(what)))
    }

    /// The values of a column that was read, whatever for.
    pub(super) fn column(&self, name: &str) -> Option<&ArrayRef> {
        self.batch.column_by_name(name)
    }

    fn spellers(&self) -> Vec<Option<Speller<'_>>> {
        let of = |column: &Column| {
            let (place, purpose) = column.cells?;
            let spell = speller(self.batch.column(place), purpose);
            // Types were checked before.
            Some(spell.unwrap_or_else(|unfit| Box::new(move |_, _| Err(what(&unfit)))))
        };
        self.columns.iter().map(of).collect()
    }
}

/// The error of a column that cannot be read.
fn unread(name: &str, unfit: &Unfit, purpose: For) -> FactsError {
    let cast = |ty: &str| format!("`CAST({name} AS {ty})`");
    let help = match unfit {
        Unfit::Inexact(_) => {
            format!("cast it where the file is made, {} or to an integer type", cast("DECIMAL(18, 2)"))
        }
        Unfit::NoZone => {
            format!("cast it where the file is made, {} if it is a day, else give it a zone", cast("DATE"))
        }
        Unfit::NoText(_) if purpose == For::Facts => format!("cast it where the file is made, {}", cast("VARCHAR")),
        Unfit::NoText(_) => "write the answers as Parquet, where it is kept as it is".to_owned(),
    };
    at(name, ValueError::new(format!("the column `{name}` holds {}", what(unfit))).help(help))
}

fn what(unfit: &Unfit) -> String {
    match unfit {
        Unfit::Inexact(ty) => format!("floating-point numbers ({ty}), and facts are exact"),
        Unfit::NoZone => "moments without a zone, which say not when".to_owned(),
        Unfit::NoText(ty) => format!("values of the type {}, which have no text", shorten(&ty.to_string())),
    }
}

fn at(column: &str, error: ValueError) -> FactsError {
    let pointer = if column.is_empty() { String::new() } else { format!("/{column}") };
    FactsError::Value { pointer, error }
}

/// What the crate says of a file, in one line and without its names for errors.
fn plain(error: &str) -> String {
    let said = error.rsplit_once("rror: ").map_or(error, |(_, said)| said);
    shorten(said).to_lowercase()
}
