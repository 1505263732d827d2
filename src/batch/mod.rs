//! A policy over many rows: bytes or cells in, bytes or columns out, in memory that does not grow with them.
//!
//! ```text
//! Rows ──Chunk──▶ Worker::decide ──Decided──▶ lines out, rows refused
//!                      │
//!                   Summary
//! ```
//!
//! - `split`: bytes to rows, without understanding them; `cells`: rows that are cut already; `chunk`: the rows that go through
//!   together;
//! - `columns`: which of them are facts; `side`: one text of a policy, and how a row is read for it;
//! - `decide`: rows to answers, the plain ones by columns ([`crate::compile`]), the others by [`crate::eval::evaluate`];
//! - `answer`, `known`: answers told apart, each put into words once; `write`: lines; `table`: columns;
//!   `summary`: counts.
//!
//! Whoever runs it brings the bytes and the threads: one thread reads chunks, each worker decides chunks by itself, and the
//! lines of chunks written in the order of the chunks are in the order of the rows.
//!
//! **Invariant:** a row's answers are those of [`crate::eval::evaluate`] on its facts: status, value, reasons, missing facts, version.

mod answer;
mod cells;
mod chunk;
mod columns;
mod decide;
mod known;
mod problem;
mod side;
mod split;
mod summary;
mod table;
#[cfg(test)]
mod tests;
mod write;

pub use answer::{Asked, RowAnswer};
pub use cells::Cells;
pub use chunk::Chunk;
pub use columns::{Beside, ID};
pub use decide::{Decided, Job, Worker};
pub use problem::{Problem, Refused};
pub use side::Side;
pub use split::{CHUNK_BYTES, Form, MAX_ROW_BYTES, Rows};
pub use summary::{BATCH_SCHEMA, Count, DecisionSummary, Impact, Summary, SummaryRecord};
pub use table::{Answers, AskedColumn, Said, Table};
pub use write::Layout;
