//! Parquet: rows from it, answers to it (feature `parquet`).
//!
//! - `read`: a file to batches of rows, and those to chunks of cells;
//! - `spell`: Arrow values to the texts of cells, exactly or not at all;
//! - `write`: answers to typed columns, and those to a file.
//!
//! **Invariant:** a row of Parquet means what the same row means as CSV: cells are read by the same reader.

mod read;
mod spell;
mod write;

pub use read::{Batch, Reader, Table};
pub use write::{Columns, Filled, Writer};

/// What a column of an input is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is a fact.
    Fact,
    /// It is copied to the output as text.
    Copy,
    /// It is copied to the output as it is.
    Keep,
    /// It is not read.
    Nothing,
}
