//! Parquet: rows from it, answers to it (feature `parquet`). What rows and answers are in columns says [`enact::arrow`].

mod read;
mod write;

pub use arrow_array::RecordBatch as Filled;
pub use enact::arrow::{Batch, Columns, Use};
pub use read::{Reader, Table};
pub use write::{Writer, lay_out};
