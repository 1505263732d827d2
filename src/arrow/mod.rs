//! Rows in typed columns, as Apache Arrow has them (feature `arrow`).
//!
//! - `read`: batches of an input to chunks of cells;
//! - `spell`: Arrow values to the texts of cells, exactly or not at all;
//! - `write`: answers to typed columns.
//!
//! **Invariant:** a row of columns means what the same row means as CSV: cells are read by the same reader.

mod read;
mod spell;
mod write;

pub use read::{Batch, Input, MAX_BATCH_ROWS};
pub use write::Columns;

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
