//! Batches of an input to rows of cells.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::Schema;

use super::Use;
use super::spell::{For, Speller, Unfit, check, speller};
use crate::batch::{Cells, Chunk, Problem};
use crate::facts::{FactsError, ValueError};
use crate::load::time::shorten;

/// How many rows may stand in one batch; it is cut where it has more.
pub const MAX_BATCH_ROWS: usize = Cells::MAX_ROWS;

/// An input whose columns are known.
#[derive(Debug)]
pub struct Input {
    columns: Arc<[Column]>,
    /// The places of the columns that are read.
    wanted: Vec<usize>,
    /// How many rows were taken.
    rows: u64,
}

/// A column of an input.
#[derive(Debug)]
struct Column {
    name: String,
    /// Its place among those that are read, and what its texts are for; nothing where no text is wanted.
    cells: Option<(usize, For)>,
}

impl Input {
    /// Looks at the columns; `used` says what each is for. Errors: columns that cannot be read for that.
    pub fn new(schema: &Schema, used: impl Fn(&str) -> Use) -> Result<Input, Vec<FactsError>> {
        let (mut errors, mut columns, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        for (place, field) in schema.fields().iter().enumerate() {
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
        if errors.is_empty() { Ok(Input { columns: columns.into(), wanted, rows: 0 }) } else { Err(errors) }
    }

    /// The places of the columns that are read, in their order.
    pub fn wanted(&self) -> &[usize] {
        &self.wanted
    }

    /// Takes the next rows, of which there are at most [`MAX_BATCH_ROWS`]: the columns that are wanted and no others.
    pub fn batch(&mut self, batch: RecordBatch) -> Batch {
        let before = self.rows;
        self.rows += batch.num_rows() as u64;
        Batch { batch, columns: Arc::clone(&self.columns), before }
    }
}

/// Rows that were read together.
pub struct Batch {
    batch: RecordBatch,
    columns: Arc<[Column]>,
    /// How many rows stand before it.
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
